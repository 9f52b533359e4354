"""The passage: a span of text that can be retrieved, cited and quoted."""

import hashlib
from typing import Literal

from pydantic import BaseModel, ConfigDict

Origin = Literal["corpus", "web", "simulated"]
"""Where a passage comes from; a simulated one is a model's invention and no source."""


class Passage(BaseModel):
    """A retrieved span of text.

    Attributes:
        id: Stable id; the same source, offset and text give the same id everywhere.
        source: Canonical address of the document: a path, a URL, or ``corpus.jsonl#id``.
        title: Title of the document.
        text: The span itself; quotes and their offsets are measured in it.
        start: Offset of the span in its document, in characters.
        origin: Where it comes from.
        date: When its document was published or last changed, as ``YYYY-MM-DD``, where known.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    source: str
    title: str
    text: str
    start: int = 0
    origin: Origin = "corpus"
    date: str | None = None


def passage_id(source: str, start: int, text: str) -> str:
    """Return the stable id of a span: 16 hexadecimal digits over source, offset and text."""
    content = f"{source}\0{start}\0{text}".encode("utf-8", "surrogatepass")
    return hashlib.sha256(content).hexdigest()[:16]
