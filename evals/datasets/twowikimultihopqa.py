"""2WikiMultihopQA (Ho et al., 2020, arXiv:2011.01060)."""

from ..questions import EvalQuestion
from .fields import Record
from .formats import Format, HubAddress
from .supporting_facts import has_supporting_facts, question_with_supporting_facts

_OWN_TYPES = {"bridge_comparison", "compositional", "inference"}


def recognises(record: Record) -> bool:
    """Tell the records from HotpotQA's, which lack the evidence triples."""
    own = "evidences" in record or record.get("type") in sorted(_OWN_TYPES)
    return own and has_supporting_facts(record)


def _read(record: Record, number: int) -> EvalQuestion:
    return question_with_supporting_facts(record)


FORMAT = Format(
    name="2wikimultihopqa",
    about="2WikiMultihopQA: questions of two to four hops, made from Wikidata's triples",
    file="JSON array as released, or JSON lines",
    passages="brings paragraphs: --context distractor or pooled; or a corpus",
    licence="Apache-2.0",
    hub=HubAddress("framolfese/2WikiMultihopQA", None, "validation"),
    recognises=recognises,
    read=_read,
)
