"""FEVER (Thorne et al., 2018, arXiv:1803.05355): claims, asked as yes-or-no questions."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from ..questions import EvalQuestion, Paragraph
from .fields import (
    BadRecord,
    Record,
    as_text,
    distinct,
    hops,
    items,
    optional_identifier,
    paragraph,
    text,
)
from .formats import Format, HubAddress

_ANSWERS = {"SUPPORTS": ("yes",), "REFUTES": ("no",), "NOT ENOUGH INFO": ()}
_ESCAPES = {
    "-LRB-": "(",
    "-RRB-": ")",
    "-LSB-": "[",
    "-RSB-": "]",
    "-LCB-": "{",
    "-RCB-": "}",
    "-COLON-": ":",
    "_": " ",
}


class _Evidence(NamedTuple):
    gold: tuple[tuple[str, ...], ...] = ()
    paragraphs: tuple[Paragraph, ...] = ()


def asked(claim: str) -> str:
    """Return the question whether a claim is true; of the claim only its full stop is left out."""
    return f"Is it true that {claim.strip().removesuffix('.')}?"


def unescaped(title: str) -> str:
    """Return the title of a page as Wikipedia writes it."""
    for escape, character in _ESCAPES.items():
        title = title.replace(escape, character)
    return title


def _recognises(record: Record) -> bool:
    return {"claim", "label"} <= record.keys()


def _read(record: Record, number: int) -> EvalQuestion:
    label = text(record, "label")
    if label not in _ANSWERS:
        raise BadRecord(f"its label is none of {', '.join(_ANSWERS)}")
    answers = _ANSWERS[label]
    evidence = _evidence(items(record, "evidence"))
    gold = evidence.gold if answers else ()
    return EvalQuestion(
        id=optional_identifier(record, "id") or f"fever_{number}",
        question=asked(text(record, "claim")),
        answers=answers,
        answerable=bool(answers),
        type=label.lower(),
        hops=hops(record, gold=len(gold)),
        gold=gold,
        gold_by="title",
        paragraphs=evidence.paragraphs,
    )


def _evidence(told: Sequence[Any]) -> _Evidence:
    """Read evidence in any of the three ways in which it is written.

    Those are the release's sets of page and sentence, of which any one is enough; one set of page,
    sentence number and text; and texts alone.
    """
    if all(isinstance(item, str) for item in told):
        return _Evidence(paragraphs=distinct(paragraph("", item) for item in told))
    if not all(isinstance(item, list | tuple) for item in told):
        raise BadRecord("its evidence is written in no known way")
    if all(isinstance(part, list | tuple) for item in told for part in item):
        return _Evidence(gold=_gold(told))
    if any(len(item) < 3 for item in told):
        raise BadRecord("its evidence holds something else than page, sentence number and text")
    read = []
    for item in told:
        title = unescaped(as_text(item[0], "a page of its evidence"))
        read.append(paragraph(title, as_text(item[2], "a text of its evidence")))
    titles = dict.fromkeys(each.title for each in read)
    return _Evidence(tuple((title,) for title in titles), distinct(read))


def _gold(sets: Sequence[Any]) -> tuple[tuple[str, ...], ...]:
    """Return what must be found: any page that is enough alone, else the fewest that are.

    Gold items must all be found, so that sets of several pages cannot stand beside one another.
    """
    pages = [found for found in map(_pages, sets) if found]
    alone = tuple(dict.fromkeys(found[0] for found in pages if len(found) == 1))
    if alone:
        return (alone,)
    return tuple((page,) for page in min(pages, key=len, default=()))


def _pages(sentences: Sequence[Any]) -> tuple[str, ...]:
    if any(len(sentence) < 3 for sentence in sentences):
        raise BadRecord("its evidence lacks pages")
    named = [sentence[2] for sentence in sentences if sentence[2] is not None]
    return tuple(
        dict.fromkeys(unescaped(as_text(page, "a page of its evidence")) for page in named)
    )


FORMAT = Format(
    name="fever",
    about="FEVER: claims to be supported or refuted, asked as yes-or-no questions",
    file="JSON lines as released, or claim, label and evidence texts",
    passages="needs a corpus",
    licence="CC BY-SA 3.0",
    hub=HubAddress("copenlu/fever_gold_evidence", None, "validation"),
    recognises=_recognises,
    read=_read,
)
