"""Reading files: good ones become documents, bad ones are named with the reason."""

import codecs
import io
import json
import os
import sys
from pathlib import Path

import pytest
from corpus_support import json_lines, write_files

from clew.tools.corpus.readers import BadDocument, Document, read_documents


def read(path: Path) -> tuple[list[tuple[str, str, str]], list[tuple[str, str, str]]]:
    good, bad = [], []
    for item in read_documents(path):
        name = item.source.removeprefix(str(path.resolve())).lstrip("/")
        if isinstance(item, Document):
            good.append((name, item.title, item.text))
        else:
            bad.append((name, item.kind, item.reason))
    return good, bad


def test_a_directory(tmp_path: Path) -> None:
    write_files(
        tmp_path,
        {
            "b.txt": "Plain text.",
            "a/x.md": "Intro\n\n```sh\n# no heading\n```\n\n## The *Title*\n\nText.",
            ".hidden/y.txt": "Never read.",
            ".z.txt": "Never read.",
            "pic.png": b"\x89PNG",
            "empty.txt": " \n",
        },
    )
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "gone.txt").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe.txt")
    good, bad = read(tmp_path)
    assert [(name, title) for name, title, _ in good] == [("a/x.md", "The Title"), ("b.txt", "b")]
    assert [(name, kind) for name, kind, _ in bad] == [
        ("empty.txt", "empty"),
        ("gone.txt", "broken"),
        ("loop", "skipped"),
        ("pic.png", "skipped"),
        ("pipe.txt", "skipped"),
    ]
    assert "No such file" in bad[1][2]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("# One\n# Two", "One"),
        ("#not a heading\n\nTitle here\n==========\n", "Title here"),
        ("---\ntitle: x\n---\n### [Linked](http://x) ###\n", "Linked"),
        ("~~~\n# code\n~~~\ntext", "f"),
    ],
)
def test_markdown_titles(tmp_path: Path, text: str, title: str) -> None:
    write_files(tmp_path, {"f.md": text})
    [(_, found, _)], _ = read(tmp_path)
    assert found == title


@pytest.mark.parametrize(
    "content",
    [
        "Größe – naïve café".encode(),
        codecs.BOM_UTF8 + "Größe – naïve café".encode(),
        "Größe – naïve café".encode("utf-16"),
        "Größe – naïve café".encode("utf-32"),
    ],
)
def test_encodings(tmp_path: Path, content: bytes) -> None:
    write_files(tmp_path, {"f.txt": content})
    assert read(tmp_path) == ([("f.txt", "f", "Größe – naïve café")], [])


def test_an_encoding_that_must_be_guessed(tmp_path: Path) -> None:
    text = "Съешь же ещё этих мягких французских булок, да выпей чаю. " * 5
    write_files(tmp_path, {"f.txt": text.encode("cp1251")})
    assert read(tmp_path)[0] == [("f.txt", "f", text)]


def test_utf8_that_breaks_off(tmp_path: Path) -> None:
    write_files(tmp_path, {"f.txt": ("é" * 50).encode()[:-1]})
    assert read(tmp_path)[0] == [("f.txt", "f", "é" * 49 + "\ufffd")]


@pytest.mark.parametrize(
    "content", [b"\x7fELF\x02\x01\x01\0\0\0", bytes(range(1, 256)) * 20, b"\x01\x02\x03" * 50]
)
def test_binary_data_is_no_text(tmp_path: Path, content: bytes) -> None:
    for suffix in ("txt", "md", "html", "jsonl", "pdf"):
        path = write_files(tmp_path, {f"f.{suffix}": content}) / f"f.{suffix}"
        items = list(read_documents(path))
        assert items and all(isinstance(item, BadDocument) for item in items), suffix
        assert {item.kind for item in items if isinstance(item, BadDocument)} == {"broken"}


def test_json_lines_with_bad_lines(tmp_path: Path) -> None:
    lines = [
        json.dumps({"id": "a", "title": "A\n1", "text": "One.\r\nTwo \ud800."}),
        "{broken",
        "[1]",
        json.dumps({"id": 2, "text": "No title."}),
        json.dumps({"title": "x", "text": "No id."}),
        json.dumps({"id": "a", "text": "Twice."}),
        json.dumps({"id": "e", "text": " "}),
        json.dumps({"id": "f", "title": 3, "text": "x"}),
        "",
        "[" * 100_000,
    ]
    content = codecs.BOM_UTF8 + "\n".join(lines).encode() + b'\n{"id": "z", "text": "\xff"}'
    write_files(tmp_path, {"f.jsonl": content})
    good, bad = read(tmp_path)
    assert good == [("f.jsonl#a", "A 1", "One.\nTwo \ufffd."), ("f.jsonl#2", "", "No title.")]
    assert [reason.split(":")[0] for _, _, reason in bad] == [
        f"line {number}" for number in (2, 3, 5, 6, 7, 8, 10, 11)
    ]
    assert "already used on line 1" in bad[3][2]
    assert all(kind == "broken" for _, kind, _ in bad)


def test_html(tmp_path: Path) -> None:
    article = "".join(f"<p>Paragraph {n} tells of the labyrinth at Knossos.</p>" for n in range(9))
    page = (
        "<html><head><meta charset='iso-8859-7'><title>Κνωσός</title></head><body>"
        f"<nav><a href='/'>Home</a></nav><article><h1>Κνωσός</h1>{article}</article></body></html>"
    )
    short = "<html><head><title>Tiny</title></head><body><script>no()</script>Hi you</body></html>"
    write_files(
        tmp_path,
        {"a.html": page.encode("iso-8859-7"), "b.htm": short, "c.html": "no tags", "d.html": "<p>"},
    )
    good, bad = read(tmp_path)
    assert [(name, title) for name, title, _ in good] == [("a.html", "Κνωσός"), ("b.htm", "Tiny")]
    assert "Paragraph 8" in good[0][2] and "Home" not in good[0][2]
    assert "Hi you" in good[1][2] and "no()" not in good[1][2]
    assert [(name, kind) for name, kind, _ in bad] == [("c.html", "broken"), ("d.html", "empty")]


def pdf(*pages: str, title: str = "", password: str = "") -> bytes:
    from pypdf import PdfReader, PdfWriter
    from reportlab.pdfgen.canvas import Canvas

    content = io.BytesIO()
    canvas = Canvas(content)
    canvas.setTitle(title)
    for page in pages:
        canvas.drawString(72, 720, page)
        canvas.showPage()
    canvas.save()
    if not password:
        return content.getvalue()
    writer = PdfWriter(PdfReader(content))
    writer.encrypt(password, algorithm="RC4-128")
    locked = io.BytesIO()
    writer.write(locked)
    return locked.getvalue()


def test_pdf(tmp_path: Path) -> None:
    whole = pdf("The first page.", "The second page.", title="On Crete")
    write_files(
        tmp_path,
        {
            "a.pdf": whole,
            "b.pdf": whole[: len(whole) // 3],
            "c.pdf": pdf(""),
            "d.pdf": pdf("Secret.", password="x"),
        },
    )
    good, bad = read(tmp_path)
    assert good[0][:2] == ("a.pdf", "On Crete")
    assert "first page" in good[0][2] and "second page" in good[0][2]
    assert [name for name, _, _ in bad] == ["b.pdf", "c.pdf", "d.pdf"]
    assert "scan" in bad[1][2] and "encrypted" in bad[2][2]


def test_without_pypdf_it_is_said_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_files(tmp_path, {"a.pdf": pdf("The first page."), "b.txt": "Some text."})
    monkeypatch.setitem(sys.modules, "pypdf", None)
    good, bad = read(tmp_path)
    assert [name for name, _, _ in good] == ["b.txt"]
    assert [name for name, _, _ in bad] == ["a.pdf"] and "clew[pdf]" in bad[0][2]


def test_a_broken_page_leaves_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pypdf import PageObject

    extract = PageObject.extract_text

    def fail_on_second(page: PageObject) -> str:
        text = extract(page)
        if "second" in text:
            raise ZeroDivisionError("oddity")
        return text

    monkeypatch.setattr(PageObject, "extract_text", fail_on_second)
    write_files(tmp_path, {"a.pdf": pdf("The first page.", "The second page.")})
    good, bad = read(tmp_path)
    assert "first page" in good[0][2]
    assert bad == [("a.pdf#page=2", "broken", "page cannot be read (oddity)")]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_unreadable(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.txt": "Text.", "b/c.txt": "Text.", "d.jsonl": json_lines({})})
    (tmp_path / "a.txt").chmod(0)
    (tmp_path / "b").chmod(0)
    _, bad = read(tmp_path)
    (tmp_path / "b").chmod(0o700)
    assert [(name, kind) for name, kind, _ in bad] == [
        ("a.txt", "broken"),
        ("b", "broken"),
        ("d.jsonl", "empty"),
    ]
