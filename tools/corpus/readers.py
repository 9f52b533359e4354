"""Files into documents: text, Markdown, HTML, PDF and JSON lines."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from ...errors import DocumentError
from .decoding import clean, decode, looks_binary


class Document(BaseModel):
    """A text with a title and the address it came from."""

    model_config = ConfigDict(frozen=True)

    source: str
    title: str
    text: str


class BadDocument(BaseModel):
    """Something that was met on the way and holds no usable text.

    Attributes:
        source: The file, or the place in it.
        kind: *broken* was meant to be read and could not, *empty* was read and holds nothing,
            *skipped* is no kind of file that is read.
        reason: What is wrong with it, for the user.
    """

    model_config = ConfigDict(frozen=True)

    source: str
    kind: Literal["broken", "empty", "skipped"]
    reason: str


def read_documents(path: Path) -> Iterator[Document | BadDocument]:
    """Read a file, or every file below a directory.

    Sources are absolute paths; a record of a JSON lines file has the source ``path#id``.
    """
    for found in find_files(path):
        if isinstance(found, BadDocument):
            yield found
        else:
            yield from read_file(found)


def find_files(path: Path) -> Iterator[Path | BadDocument]:
    """Find the files to read, in sorted order: the path itself, or what lies below it.

    Hidden files and directories are passed over without a word, unknown kinds of file are named.
    """
    path = path.resolve()
    if path.is_dir():
        yield from _below(path)
    else:
        yield _readable_kind(path)


def _below(directory: Path) -> Iterator[Path | BadDocument]:
    try:
        entries = sorted(os.scandir(directory), key=lambda entry: entry.name)
    except OSError as error:
        yield BadDocument(source=str(directory), kind="broken", reason=_why(error))
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _below(Path(entry.path))
        elif entry.is_dir():
            reason = "a symbolic link to a directory; name the directory itself"
            yield BadDocument(source=entry.path, kind="skipped", reason=reason)
        else:
            yield _readable_kind(Path(entry.path))


def _readable_kind(path: Path) -> Path | BadDocument:
    if path.suffix.lower() not in _READERS:
        reason = f"unknown kind of file; read are {', '.join(sorted(_READERS))}"
        return BadDocument(source=str(path), kind="skipped", reason=reason)
    if path.exists() and not path.is_file():
        return BadDocument(source=str(path), kind="skipped", reason="not a regular file")
    return path


def read_file(path: Path) -> Iterator[Document | BadDocument]:
    """Read one file of a known kind; what is wrong with it is reported, never raised."""
    source = str(path)
    found = False
    try:
        for document in _READERS[path.suffix.lower()](path):
            found = True
            yield document
    except DocumentError as error:
        yield BadDocument(source=source, kind="broken", reason=str(error))
    except OSError as error:
        yield BadDocument(source=source, kind="broken", reason=_why(error))
    else:
        if not found:
            yield BadDocument(source=source, kind="empty", reason="no text in it")


def _why(error: OSError) -> str:
    return f"cannot be read: {error.strerror or error}"


def _whole(path: Path, title: str | None, text: str) -> Iterator[Document]:
    if text.strip():
        title = " ".join(clean(title or "").split()) or path.stem
        yield Document(source=str(path), title=title, text=clean(text))


def _read_text(path: Path) -> Iterator[Document | BadDocument]:
    yield from _whole(path, None, decode(path.read_bytes()))


def _read_markdown(path: Path) -> Iterator[Document | BadDocument]:
    from .markup import markdown_title

    text = decode(path.read_bytes())
    yield from _whole(path, markdown_title(text), text)


def _read_html(path: Path) -> Iterator[Document | BadDocument]:
    from .main_text import main_text
    from .markup import declared_encoding

    content = path.read_bytes()
    page = decode(content, declared_encoding(content))
    if "<" not in page:
        raise DocumentError("not HTML: it has no tags")
    found = main_text(page)
    yield from _whole(path, found.title, found.text)


def _read_pdf(path: Path) -> Iterator[Document | BadDocument]:
    from .pdf import pdf_text

    title, text, broken_pages = pdf_text(path)
    yield from _whole(path, title, text)
    for page, reason in broken_pages:
        yield BadDocument(source=f"{path}#page={page}", kind="broken", reason=reason)


def _read_json_lines(path: Path) -> Iterator[Document | BadDocument]:
    seen: dict[str, int] = {}
    with path.open("rb") as lines:
        if looks_binary(lines.peek(65_536)):
            raise DocumentError("binary data, not JSON lines")
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                document = _record(path, line.removeprefix(b"\xef\xbb\xbf"))
                if (first := seen.setdefault(document.source, number)) != number:
                    raise DocumentError(f"its id was already used on line {first}")
            except DocumentError as error:
                reason = f"line {number}: {error}"
                yield BadDocument(source=str(path), kind="broken", reason=reason)
            else:
                yield document


def _record(path: Path, line: bytes) -> Document:
    try:
        record = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise DocumentError("not UTF-8") from error
    except (json.JSONDecodeError, RecursionError) as error:
        raise DocumentError(f"not JSON ({error})") from error
    if not isinstance(record, dict):
        raise DocumentError("not a JSON object with id, title and text")
    name, title, text = record.get("id"), record.get("title", ""), record.get("text")
    if isinstance(name, bool) or not isinstance(name, str | int) or name == "":
        raise DocumentError("no id (a string or a whole number)")
    if not isinstance(title, str):
        raise DocumentError("its title is not a string")
    if not isinstance(text, str) or not text.strip():
        raise DocumentError("no text")
    source = clean(f"{path}#{name}")
    return Document(source=source, title=" ".join(clean(title).split()), text=clean(text))


_READERS: dict[str, Callable[[Path], Iterator[Document | BadDocument]]] = {
    ".txt": _read_text,
    ".md": _read_markdown,
    ".html": _read_html,
    ".htm": _read_html,
    ".pdf": _read_pdf,
    ".jsonl": _read_json_lines,
}
