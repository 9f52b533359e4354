"""StrategyQA (Geva et al., 2021, arXiv:2101.02235)."""

from ..questions import EvalQuestion
from .fields import BadRecord, Record, hops, identifier, items, text
from .formats import Format, HubAddress


def _recognises(record: Record) -> bool:
    return {"qid", "question", "answer"} <= record.keys()


def _read(record: Record, number: int) -> EvalQuestion:
    answer = record.get("answer")
    if answer is None:
        raise BadRecord("no answer (the test questions were released without)")
    if not isinstance(answer, bool):
        raise BadRecord("its answer is neither true nor false")
    return EvalQuestion(
        id=identifier(record, "qid"),
        question=text(record, "question"),
        answers=("yes" if answer else "no",),
        type="yes_no",
        hops=hops(record, steps=items(record, "decomposition")),
    )


FORMAT = Format(
    name="strategyqa",
    about="StrategyQA: yes-or-no questions whose steps are not in the question",
    file="JSON array as released, or JSON lines",
    passages="needs a corpus or the web",
    licence="MIT",
    hub=HubAddress("ChilleD/StrategyQA", None, "test"),
    recognises=_recognises,
    read=_read,
)
