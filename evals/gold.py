"""By what a document is known to the gold of a data set."""

import re
import unicodedata
from typing import Literal

GoldKey = Literal["id", "title"]

_RECORD = re.compile(r"\.jsonl#", re.IGNORECASE)


def document_key(by: GoldKey, *, source: str, title: str) -> str:
    """Return what tells a document in the gold: its id, or its title as titles are compared."""
    return document_id(source) if by == "id" else title_key(title)


def document_id(source: str) -> str:
    """Return the id of a document by the source of its passages.

    It is the record's own id for ``corpus.jsonl#id``, which may hold ``#`` itself, and what
    follows the last ``#`` elsewhere; a web address, and a source without ``#``, is an id as it is.
    """
    if record := _RECORD.search(source):
        return source[record.end() :]
    if "://" in source:
        return source
    return source.rpartition("#")[2]


def title_key(title: str) -> str:
    """Return a title as it is compared: composed characters (NFC) and single spaces."""
    return " ".join(unicodedata.normalize("NFC", title).split())
