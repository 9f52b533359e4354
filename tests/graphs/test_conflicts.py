"""Conflicts: which answers of different sources are told of, and how."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st
from policy_requests import answered
from support import CHAIN

from clew.graphs.conflicts import Dispute, disputes_of
from clew.graphs.numbering import Numbering
from clew.graphs.plan import SubQuestion, make_plan
from clew.graphs.steps import Quote, Reading, Step, StepAnswer
from clew.tools.passages import Passage

BIRTH = SubQuestion(id="q1", text="When was Frank Worsley born?")
PLAN = make_plan([BIRTH])
YEARS = ("1872", "1873", "1874")


def page(year: str, site: str, **more: str) -> Passage:
    text = f"Frank Worsley was born in {year}."
    return Passage(id=f"{site}-{year}", source=site, title="Frank Worsley", text=text, **more)  # type: ignore[arg-type]


PAGES = [page(year, site) for year in YEARS for site in "abc"]
PAGES.append(page("1874", "d", origin="simulated"))
EVIDENCE = {each.id: each for each in PAGES}


def said(passage: Passage, year: str | None = None, confidence: float = 0.9) -> StepAnswer:
    year = year or passage.id.rpartition("-")[2]
    quote = Quote(passage_id=passage.id, text=year, start=passage.text.index(year))
    return StepAnswer(text=year, quotes=(quote,), confidence=confidence)


def disputes(answer: StepAnswer, *others: StepAnswer) -> list[Dispute]:
    step = answered(BIRTH, Reading(answer=answer, others=others))
    return disputes_of(PLAN, {"q1": step}, EVIDENCE)


def told(found: Sequence[Dispute]) -> str:
    numbering = Numbering(EVIDENCE)
    sentences = [each for dispute in found for each in dispute.sentences(numbering)]
    return " ".join(f"{each.text} {list(each.citations)}" for each in sentences)


def test_both_sides_are_told_with_their_citations() -> None:
    found = disputes(said(EVIDENCE["a-1872"]), said(EVIDENCE["b-1873"], confidence=0.5))
    assert told(found) == (
        "Sources disagree on “When was Frank Worsley born?”: one says 1872. [1] "
        "Another says 1873. [2]"
    )
    conflict = found[0].conflict(Numbering(EVIDENCE))
    assert (conflict.id, conflict.answers) == ("q1", ("1872", "1873"))
    assert conflict.citations == ((1,), (2,))


def test_it_is_said_where_neither_side_is_better_supported() -> None:
    even = disputes(said(EVIDENCE["a-1872"]), said(EVIDENCE["b-1873"], confidence=0.86))
    assert "born?”, and neither is better supported: one says 1872." in told(even)


def test_only_what_other_sources_really_say_otherwise_counts() -> None:
    ours = said(EVIDENCE["a-1872"])
    same_page = said(EVIDENCE["a-1873"])
    same_words = said(EVIDENCE["b-1872"])
    made_up = said(EVIDENCE["d-1874"])
    misquoted = StepAnswer(text="1873", quotes=(Quote(passage_id="b-1873", text="1873", start=0),))
    unknown = said(EVIDENCE["b-1873"]).model_copy(update={"text": None})
    assert disputes(ours, same_page, same_words, made_up, misquoted, unknown) == []
    recalled = StepAnswer(text="1872", recalled=True)
    assert disputes(recalled, said(EVIDENCE["b-1873"])) == []


def test_a_side_that_nothing_supports_is_no_side() -> None:
    (dispute,) = disputes(
        said(EVIDENCE["a-1872"]), said(EVIDENCE["b-1873"]), said(EVIDENCE["c-1874"])
    )
    claims = dispute.claims(EVIDENCE)
    assert [claim.text for claim in claims] == [f"{BIRTH.text} {year}" for year in YEARS]
    assert claims[1].quotes == ["Frank Worsley: Frank Worsley was born in 1873."]
    left = dispute.checked([0.9, 0.1, 0.6], 0.5)
    assert left is not None
    assert [(side.answer.text, side.support) for side in left.sides] == [
        ("1872", 0.9),
        ("1874", 0.6),
    ]
    assert dispute.checked([0.1, 0.9, 0.9], 0.5) is None
    assert dispute.checked([0.9, 0.1, 0.1], 0.5) is None


def test_the_question_is_told_in_words() -> None:
    reading = Reading(answer=said(EVIDENCE["a-1872"]), others=(said(EVIDENCE["b-1873"]),))
    step = Step(sub_question=CHAIN[1], text=CHAIN[1].text, reading=reading, status="answered")
    found = disputes_of(make_plan(CHAIN), {"q2": step}, EVIDENCE)
    assert "{" not in told(found)


ANSWERS = st.sampled_from([said(each) for each in PAGES])


@given(answer=ANSWERS, others=st.lists(ANSWERS, max_size=5))
def test_sides_differ_in_value_and_source(answer: StepAnswer, others: list[StepAnswer]) -> None:
    for dispute in disputes(answer, *others):
        numbering = Numbering(EVIDENCE)
        sentences = dispute.sentences(numbering)
        conflict = dispute.conflict(numbering)
        assert [each.citations for each in sentences] == list(conflict.citations)
        assert len(set(conflict.answers)) == len(conflict.answers) >= 2
        flat = [number for each in conflict.citations for number in each]
        assert sorted(flat) == list(range(1, len(flat) + 1)), "no source is on two sides"
        for citation in numbering.citations:
            assert citation.passage.origin != "simulated"
            assert citation.passage.text.startswith(citation.quote, citation.start)
