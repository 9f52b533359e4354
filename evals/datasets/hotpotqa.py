"""HotpotQA (Yang et al., 2018, arXiv:1809.09600)."""

from ..questions import EvalQuestion
from . import twowikimultihopqa
from .fields import Record
from .formats import Format, HubAddress
from .supporting_facts import has_supporting_facts, question_with_supporting_facts


def _recognises(record: Record) -> bool:
    return has_supporting_facts(record) and not twowikimultihopqa.recognises(record)


def _read(record: Record, number: int) -> EvalQuestion:
    return question_with_supporting_facts(record)


FORMAT = Format(
    name="hotpotqa",
    about="HotpotQA: questions of two hops over Wikipedia, bridges and comparisons",
    file="JSON array as released, or JSON lines",
    passages="brings paragraphs: --context distractor or pooled; or a corpus",
    licence="CC BY-SA 4.0",
    hub=HubAddress("hotpotqa/hotpot_qa", "distractor", "validation"),
    recognises=_recognises,
    read=_read,
)
