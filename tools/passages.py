"""The passage: a span of text that can be retrieved, cited and quoted."""

import hashlib

from pydantic import BaseModel, ConfigDict


class Passage(BaseModel):
    """A retrieved span of text.

    Attributes:
        id: Stable id; the same source, offset and text give the same id everywhere.
        source: Canonical address of the document: a path, a URL, or ``corpus.jsonl#id``.
        title: Title of the document.
        text: The span itself; quotes and their offsets are measured in it.
        start: Offset of the span in its document, in characters.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    source: str
    title: str
    text: str
    start: int = 0


def passage_id(source: str, start: int, text: str) -> str:
    """Return the stable id of a span: 16 hexadecimal digits over source, offset and text."""
    content = f"{source}\0{start}\0{text}".encode("utf-8", "surrogatepass")
    return hashlib.sha256(content).hexdigest()[:16]
