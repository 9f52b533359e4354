"""Documents into passages that the encoder reads whole."""

import math
import re
from bisect import bisect_left
from collections.abc import Iterator
from typing import Protocol

from ..passages import Passage, passage_id
from .readers import Document

MAX_TOKENS = 256
"""The encoder's input limit, including the title and the two marks around the input."""

_MARKS = 2
_TITLE_TOKENS = 64
_ABBREVIATION = re.compile(
    r"(?:^|[\s(\[\"'“‘])(?:[A-Z]|[A-Za-z](?:\.[A-Za-z])+|Mr|Mrs|Ms|Dr|Prof|Rev|Gen|Col|Capt|Lt|Sgt|"
    r"Sr|Jr|St|Mt|Ft|No|Vol|vs|cf|ca|al|etc|approx|Inc|Ltd|Co|Corp)\.$"
)
_SENTENCE_END = re.compile(
    r"[.!?…]+[\"'”’)\]]*\s+(?=[^\s a-z])"  # a terminator before anything but a small letter
    r"|[。！？]+[」』”’）]*\s*"
    r"|\n\s*\n\s*|\n(?=\s*(?:[-*•#|]|\d+[.)]\s))"  # paragraphs, list items, headings, table rows
)


class Tokenizer(Protocol):
    """What chunking needs of an encoder."""

    def token_offsets(self, text: str) -> list[tuple[int, int]]:
        """Return the span of each token of the text, without marks and without a limit."""
        ...


def embedded_text(title: str, text: str) -> str:
    """Return what is encoded for a passage: its text under its title."""
    return f"{title}. {text}" if title else text


def split(document: Document, tokenizer: Tokenizer) -> list[Passage]:
    """Cut a document into passages of at most `MAX_TOKENS` tokens each, title included.

    A document that fits is one passage. Others are cut between sentences into passages of about
    equal length; a sentence too long for one passage is cut between words, and where even that
    does not help, between tokens. Every passage is a slice of the document, and together they
    hold all of it but the white space between them.
    """
    start, end = _stripped(document.text, 0, len(document.text))
    title = _short_title(document.title, tokenizer)
    whole = Document(source=document.source, title=title, text=document.text)
    if _fits(whole, start, end, tokenizer):
        spans = [(start, end)]
    else:
        spans = list(_pieces(whole, start, end, tokenizer))
    return [_passage(whole, start, end) for start, end in spans if end > start]


def _passage(document: Document, start: int, end: int) -> Passage:
    text = document.text[start:end]
    identifier = passage_id(document.source, start, text)
    return Passage(
        id=identifier, source=document.source, title=document.title, text=text, start=start
    )


def _short_title(title: str, tokenizer: Tokenizer) -> str:
    if len(title) <= _TITLE_TOKENS:
        return title
    offsets = tokenizer.token_offsets(title)
    return title if len(offsets) <= _TITLE_TOKENS else title[: offsets[_TITLE_TOKENS - 1][1]]


def _fits(document: Document, start: int, end: int, tokenizer: Tokenizer) -> bool:
    embedded = embedded_text(document.title, document.text[start:end])
    # A token is at least one character, so that short texts need no counting.
    return (
        len(embedded) + _MARKS <= MAX_TOKENS
        or len(tokenizer.token_offsets(embedded)) + _MARKS <= MAX_TOKENS
    )


def _pieces(
    document: Document, start: int, end: int, tokenizer: Tokenizer
) -> Iterator[tuple[int, int]]:
    text = document.text
    room = MAX_TOKENS - _MARKS - len(tokenizer.token_offsets(embedded_text(document.title, "")))
    starts = [start + token[0] for token in tokenizer.token_offsets(text[start:end])]
    # Equal shares, so that no crumb of a sentence is left for the last passage.
    share = math.ceil(len(starts) / math.ceil(len(starts) / room)) if starts else room
    for piece in _packed(_units(text, start, end, starts, room), starts, share, room):
        yield from _verified(document, *_stripped(text, *piece), tokenizer)


def _units(
    text: str, start: int, end: int, starts: list[int], room: int
) -> Iterator[tuple[int, int]]:
    """Yield the sentences, those longer than a passage in parts."""
    for sentence_start, sentence_end in _sentences(text, start, end):
        inside = starts[_index(starts, sentence_start) : _index(starts, sentence_end)]
        cut = sentence_start
        while len(inside) > room:
            words = [at for at in inside[room // 2 : room + 1] if text[at - 1].isspace()]
            following = words[-1] if words else inside[room]
            yield cut, following
            cut = following
            inside = inside[_index(inside, cut) :]
        yield cut, sentence_end


def _packed(
    units: Iterator[tuple[int, int]], starts: list[int], share: int, room: int
) -> Iterator[tuple[int, int]]:
    piece_start, piece_end, held = -1, -1, 0
    for start, end in units:
        size = _index(starts, end) - _index(starts, start)
        if piece_start >= 0 and (held >= share or held + size > room):
            yield piece_start, piece_end
            piece_start, held = -1, 0
        if piece_start < 0:
            piece_start = start
        piece_end, held = end, held + size
    if piece_start >= 0:
        yield piece_start, piece_end


def _verified(
    document: Document, start: int, end: int, tokenizer: Tokenizer
) -> Iterator[tuple[int, int]]:
    """Halve what tokenises to more alone than it did inside its document."""
    if end - start <= 1 or _fits(document, start, end, tokenizer):
        yield start, end
        return
    middle = document.text.rfind(" ", start + 1, (start + end) // 2) + 1 or (start + end) // 2
    for half in ((start, middle), (middle, end)):
        yield from _verified(document, *_stripped(document.text, *half), tokenizer)


def _sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    sentence = start
    for match in _SENTENCE_END.finditer(text, start, end):
        before = text[max(sentence, match.start() - 12) : match.start() + 1]
        if text[match.start()] == "." and _ABBREVIATION.search(before):
            continue
        if match.end() > sentence:
            yield sentence, match.end()
            sentence = match.end()
    if sentence < end:
        yield sentence, end


def _index(starts: list[int], position: int) -> int:
    return bisect_left(starts, position)


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    left = len(piece) - len(piece.lstrip())
    return (start + left, start + len(piece.rstrip())) if left < len(piece) else (start, start)
