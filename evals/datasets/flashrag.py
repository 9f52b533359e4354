"""The one form in which FlashRAG offers many data sets (Jin et al., 2024, arXiv:2405.13576)."""

from collections.abc import Mapping

from ..questions import EvalQuestion
from .fields import BadRecord, Record, hops, identifier, items, optional_text, text, texts
from .formats import Format
from .supporting_facts import supporting_titles


def _recognises(record: Record) -> bool:
    return {"question", "golden_answers"} <= record.keys()


def _read(record: Record, number: int) -> EvalQuestion:
    metadata = record.get("metadata") or {}
    if not isinstance(metadata, Mapping):
        raise BadRecord("its metadata is no object")
    answers = texts(record, "golden_answers")
    if not answers:
        raise BadRecord("no golden_answers")
    id, kind = identifier(record, "id"), optional_text(metadata, "type")
    gold = supporting_titles(metadata) if metadata.get("supporting_facts") else ()
    steps = items(metadata, "question_decomposition") or items(metadata, "decomposition")
    return EvalQuestion(
        id=id,
        question=text(record, "question"),
        answers=answers,
        type=kind,
        hops=hops(metadata, steps=steps, names=(kind, id), gold=len(gold)),
        gold=tuple((title,) for title in gold),
        gold_by="title",
    )


FORMAT = Format(
    name="flashrag",
    about="FlashRAG: many data sets, all written as id, question and golden_answers",
    file="JSON lines",
    passages="needs a corpus",
    licence="each data set's own",
    hub=None,
    recognises=_recognises,
    read=_read,
)
