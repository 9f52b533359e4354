"""Questions with paragraphs and supporting facts, as HotpotQA and its successors write them."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from ..questions import EvalQuestion, Paragraph
from .fields import (
    BadRecord,
    Record,
    as_text,
    distinct,
    hops,
    identifier,
    optional_text,
    paragraph,
    rows,
    text,
    texts,
)


def has_supporting_facts(record: Record) -> bool:
    """Tell whether a record is written in this way."""
    return {"question", "answer", "supporting_facts", "context"} <= record.keys()


def question_with_supporting_facts(record: Record) -> EvalQuestion:
    """Read a question; its gold are the titles of its supporting facts.

    Raises:
        BadRecord: The record is no such question.
    """
    gold = supporting_titles(record)
    kind = optional_text(record, "type")
    aliases = (*texts(record, "answer_aliases"), *texts(record, "aliases"))
    return EvalQuestion(
        id=identifier(record, "_id", "id"),
        question=text(record, "question"),
        answers=tuple(dict.fromkeys((text(record, "answer"), *aliases))),
        type=kind,
        hops=hops(record, names=(kind,), gold=len(gold)),
        gold=tuple((title,) for title in gold),
        gold_by="title",
        paragraphs=_paragraphs(rows(record, "context", ("title", "sentences"))),
    )


def supporting_titles(record: Record) -> tuple[str, ...]:
    """Return the distinct titles of the supporting facts; raises `BadRecord` if there are none."""
    facts = rows(record, "supporting_facts", ("title", "sent_id"))
    return tuple(dict.fromkeys(as_text(title, "a supporting fact's title") for title, _ in facts))


def _paragraphs(context: Sequence[tuple[Any, ...]]) -> tuple[Paragraph, ...]:
    told = [(as_text(title, "a paragraph's title"), _sentences(body)) for title, body in context]
    joint = _joint([sentences for _, sentences in told])
    return distinct(paragraph(title, joint.join(sentences)) for title, sentences in told)


def _sentences(body: Any) -> list[str]:
    if isinstance(body, list | tuple) and all(isinstance(sentence, str) for sentence in body):
        return list(body)
    raise BadRecord("a paragraph of its context is no list of sentences")


def _joint(paragraphs: Sequence[Sequence[str]]) -> str:
    """Return what goes between sentences.

    HotpotQA's begin with the space that parts them from the one before, save where an abbreviation
    or an address was taken for the end of a sentence; those of 2WikiMultihopQA carry none.
    """
    pairs = [pair for sentences in paragraphs for pair in pairwise(sentences) if all(pair)]
    carried = any(one[-1].isspace() or other[0].isspace() for one, other in pairs)
    return "" if carried else " "
