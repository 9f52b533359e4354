"""MuSiQue, answerable and full (Trivedi et al., 2022, arXiv:2108.00573)."""

import re

from ..questions import EvalQuestion
from .fields import (
    BadRecord,
    Record,
    as_text,
    distinct,
    hops,
    identifier,
    items,
    paragraph,
    rows,
    text,
    texts,
)
from .formats import Format, HubAddress

_TYPE = re.compile(r"\dhop\d?(?=__)")


def _recognises(record: Record) -> bool:
    return {"question", "answer", "paragraphs"} <= record.keys()


def _read(record: Record, number: int) -> EvalQuestion:
    id = identifier(record, "id")
    told = rows(record, "paragraphs", ("title", "paragraph_text", "is_supporting"))
    read = []
    for title, content, supporting in told:
        if not isinstance(supporting, bool):
            raise BadRecord("a paragraph does not say whether it is supporting")
        title = as_text(title, "a paragraph's title")
        read.append((paragraph(title, as_text(content, "a paragraph's text")), supporting))
    gold = tuple(dict.fromkeys(each.id for each, supporting in read if supporting))
    match = _TYPE.match(id)
    answers = tuple(dict.fromkeys((text(record, "answer"), *texts(record, "answer_aliases"))))
    answerable = _answerable(record)
    return EvalQuestion(
        # The full data set asks each question twice under one id, once with a gold passage gone.
        id=id if answerable else f"{id}__unanswerable",
        question=text(record, "question"),
        answers=answers if answerable else (),
        answerable=answerable,
        type=match[0] if match else None,
        hops=hops(
            record,
            steps=items(record, "question_decomposition") or items(record, "decomposition"),
            names=(id,),
            gold=len(gold),
        ),
        gold=tuple((each,) for each in gold) if answerable else (),
        gold_by="id",  # titles repeat
        paragraphs=distinct(each for each, _ in read),
    )


def _answerable(record: Record) -> bool:
    told = record.get("answerable")
    if told is not None and not isinstance(told, bool):
        raise BadRecord("its answerable is neither true nor false")
    return told is not False


FORMAT = Format(
    name="musique",
    about="MuSiQue: questions of two to four hops that cannot be cut short",
    file="JSON lines as released",
    passages="brings paragraphs: --context distractor or pooled; or a corpus",
    licence="CC BY 4.0",
    hub=HubAddress("dgslibisey/MuSiQue", None, "validation"),
    recognises=_recognises,
    read=_read,
)
