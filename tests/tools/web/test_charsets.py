import pytest
from page_examples import html, read

from clew.tools.web.charsets import decode_page, web_encoding

RUSSIAN = "Нансен пересёк Гренландию на лыжах в 1888 году. " * 8
JAPANESE = "ナンセンは一八八八年にグリーンランドを横断した。" * 8


@pytest.mark.parametrize(
    ("text", "encoding", "server", "meta"),
    [
        (RUSSIAN, "utf-8", None, ""),
        (RUSSIAN, "utf-8", "windows-1251", ""),
        (RUSSIAN, "cp1251", "windows-1251", ""),
        (RUSSIAN, "cp1251", "x-cp1251", ""),
        (RUSSIAN, "cp1251", None, '<meta charset="windows-1251">'),
        (RUSSIAN, "koi8-r", None, '<meta content="text/html; charset=koi8-r">'),
        (RUSSIAN, "koi8-r", "koi8-r", '<meta charset="utf-8">'),
        (RUSSIAN, "cp1251", "nonsense", ""),
        (RUSSIAN, "utf-16", None, ""),
        (RUSSIAN, "utf-16-le", "utf-16le", ""),
        (RUSSIAN, "utf-8", "utf-16le", ""),
        ("Nansen sailed.", "utf-8", "utf-16", ""),
        (JAPANESE, "shift_jis", "Shift_JIS", ""),
        (JAPANESE, "euc-jp", None, "<meta charset=euc-jp>"),
        (JAPANESE, "iso-2022-jp", "iso-2022-jp", ""),
        ("Nansen’s “Fram” — 86° " * 8, "cp1252", "iso-8859-1", ""),
    ],
)
def test_the_encoding_is_found(text: str, encoding: str, server: str | None, meta: str) -> None:
    body = html(f"<p>{text}</p>", meta).encode(encoding)
    assert text.strip() in read(body, charset=server).text


def test_a_broken_byte_does_not_change_the_encoding() -> None:
    body = RUSSIAN.encode("cp1251") + b"\x98" + RUSSIAN.encode("cp1251")
    assert decode_page(body, "windows-1251") == f"{RUSSIAN}\ufffd{RUSSIAN}"


@pytest.mark.parametrize(
    "label",
    ["utf-7", "base64", "unicode_escape", "idna", "punycode", "zlib", "nonsense", "", "\0", "ü"],
)
def test_only_encodings_of_the_web_are_used(label: str) -> None:
    assert web_encoding(label) is None


def test_a_page_cannot_name_two_bytes_a_character_in_single_bytes() -> None:
    body = html("<p>Nansen sailed the Fram. \xe9</p>", '<meta charset="utf-16">').encode("cp1252")
    assert "Nansen sailed the Fram." in read(body).text
