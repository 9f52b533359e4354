"""Bamboogle (Press et al., 2023, arXiv:2210.03350)."""

from ..questions import EvalQuestion
from .fields import Record, hops, optional_identifier, text
from .formats import Format, HubAddress


def _recognises(record: Record) -> bool:
    return {"Question", "Answer"} <= record.keys()


def _read(record: Record, number: int) -> EvalQuestion:
    return EvalQuestion(
        id=optional_identifier(record, "id") or f"bamboogle_{number}",
        question=text(record, "Question"),
        answers=(text(record, "Answer"),),
        hops=hops(record),
    )


FORMAT = Format(
    name="bamboogle",
    about="Bamboogle: 125 questions of two hops that no single page answers",
    file="CSV or JSON lines with Question and Answer",
    passages="needs a corpus or the web",
    licence="MIT",
    hub=HubAddress("chiayewken/bamboogle", None, "test"),
    recognises=_recognises,
    read=_read,
)
