"""Which sentences stay: the supported ones, and weaker ones only where the answer rests on them."""

import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from policy_requests import READING, answered, reading_of
from support import CHAIN, POLAR

from clew.errors import CriticError
from clew.graphs.plan import SubQuestion, make_plan
from clew.graphs.protocols import CitedSentence, Claim
from clew.graphs.steps import Quote, Step
from clew.graphs.supporting import (
    UNRELATED,
    Weighed,
    claim_of,
    path_of,
    stands,
    support_of,
    weighed,
)

PLAN = make_plan(CHAIN)
FIRST = answered(CHAIN[0], READING)
SECOND = answered(CHAIN[1], reading_of(POLAR[1], "Akaroa, New Zealand"))
STEPS = {"q1": FIRST, "q2": SECOND}
PATH = (FIRST, SECOND)
SHORT = "Akaroa, New Zealand"
QUOTE = Quote(passage_id=POLAR[0].id, text="Frank", start=POLAR[0].text.index("Frank"))

CAPTAIN = CitedSentence(text="Her captain was Frank Worsley.", quotes=(QUOTE,))
BORN = CitedSentence(text="He was born in Akaroa, New Zealand.", quotes=(QUOTE,))
ASIDE = CitedSentence(text="It was a ship.", quotes=(QUOTE,))


class SharedWords:
    """Takes the share of a claim's words that its quotes hold for the chance of support."""

    name = "shared words"
    threshold = 0.5

    async def support(self, claims: Sequence[Claim]) -> list[float]:
        return [self._share(claim) for claim in claims]

    def _share(self, claim: Claim) -> float:
        ours = set(re.findall(r"\w+", claim.text.casefold()))
        theirs = set(re.findall(r"\w+", " ".join(claim.quotes).casefold()))
        return len(ours & theirs) / len(ours)


def left(
    sentences: Sequence[CitedSentence], *scores: float | None, short: str | None = SHORT
) -> list[tuple[str, bool]]:
    kept = weighed(sentences, scores, 0.5, PATH, short)
    return [(each.sentence.text, each.weak) for each in kept]


def test_supported_sentences_stay_in_order() -> None:
    assert left([ASIDE, CAPTAIN, BORN], 0.5, 0.9, 1.0) == [
        (ASIDE.text, False),
        (CAPTAIN.text, False),
        (BORN.text, False),
    ]


def test_an_unsupported_sentence_that_nothing_rests_on_is_dropped() -> None:
    assert left([ASIDE, CAPTAIN, BORN], 0.49, 0.9, 0.9) == [
        (CAPTAIN.text, False),
        (BORN.text, False),
    ]


def test_one_that_the_answer_rests_on_stays_and_is_marked() -> None:
    assert left([CAPTAIN, BORN], 0.4, 0.9) == [(CAPTAIN.text, True), (BORN.text, False)]
    assert left([CAPTAIN, BORN], 0.9, 0.4) == [(CAPTAIN.text, False), (BORN.text, True)]


def test_of_several_that_say_the_same_the_best_is_enough() -> None:
    again = CitedSentence(text="Frank Worsley led her.", quotes=(QUOTE,))
    assert left([CAPTAIN, again, BORN], 0.2, 0.3, 0.9) == [(again.text, True), (BORN.text, False)]
    assert left([CAPTAIN, again, BORN], 0.2, 0.6, 0.9) == [(again.text, False), (BORN.text, False)]


def test_what_its_quotes_have_nothing_to_do_with_is_always_dropped() -> None:
    assert left([CAPTAIN, BORN], 0.9, UNRELATED - 0.01) == [(CAPTAIN.text, False)]
    assert left([CAPTAIN, BORN], 0.0, 0.0) == []


def test_where_no_sentence_states_the_answer_the_best_stays_for_it() -> None:
    other = CitedSentence(text="So it must be.", quotes=(QUOTE,))
    assert left([ASIDE, other], 0.2, 0.4, short="no") == [(other.text, True)]


def test_the_recalled_stays_without_the_quotes_that_do_not_support_it() -> None:
    recalled = CAPTAIN.model_copy(update={"recalled": True})
    kept = weighed([recalled, BORN], [0.2, 0.9], 0.5, PATH, SHORT)
    assert kept[0] == Weighed(recalled.model_copy(update={"quotes": ()}))
    kept = weighed([recalled, BORN], [0.7, 0.9], 0.5, PATH, SHORT)
    assert kept[0] == Weighed(recalled, 0.7)
    unquoted = CitedSentence(text="I know.", recalled=True)
    assert weighed([unquoted, BORN], [None, 0.9], 0.5, PATH, SHORT)[0] == Weighed(unquoted)


SENTENCES = st.sampled_from([CAPTAIN, BORN, ASIDE])


@given(st.lists(st.tuples(SENTENCES, st.floats(0, 1)), max_size=6))
def test_nothing_weak_stays_unmarked_and_nothing_supported_goes(
    given_pairs: list[tuple[CitedSentence, float]],
) -> None:
    sentences = [sentence for sentence, _ in given_pairs]
    scores = [score for _, score in given_pairs]
    kept = weighed(sentences, scores, 0.5, PATH, SHORT)
    assert all(each.support is not None and each.support >= UNRELATED for each in kept)
    assert all(each.weak == ((each.support or 0) < 0.5) for each in kept)
    supported = [pair for pair in given_pairs if pair[1] >= 0.5]
    assert [(each.sentence, each.support) for each in kept if not each.weak] == supported
    weak = [each.sentence.text for each in kept if each.weak]
    assert len(weak) == len(set(weak))


def test_an_answer_rests_on_the_step_that_came_to_it_and_what_that_needs() -> None:
    launched = SubQuestion(id="q3", text="When was the Fram launched?")
    third = answered(launched, reading_of(POLAR[2], "1892"))
    plan = make_plan((*CHAIN, launched))
    steps = {**STEPS, "q3": third}
    assert path_of("Akaroa", plan, steps) == [FIRST, SECOND]
    assert path_of("1892", plan, steps) == [third]
    assert path_of("Frank Worsley", plan, steps) == [FIRST]
    assert set(map(str, path_of("no", plan, steps))) == set(map(str, (FIRST, SECOND, third)))
    unknown = Step(sub_question=CHAIN[1], text="Where?", status="unknown")
    assert path_of("no", PLAN, {"q1": FIRST, "q2": unknown}) == [FIRST]


def test_an_answer_falls_with_every_sentence_that_states_it() -> None:
    assert stands(SHORT, [CAPTAIN, BORN], [BORN])
    assert not stands(SHORT, [CAPTAIN, BORN], [CAPTAIN])
    assert stands("no", [CAPTAIN, BORN], [CAPTAIN])
    assert not stands("no", [CAPTAIN, BORN], [])


async def test_all_claims_are_scored_at_once() -> None:
    claims = [Claim(BORN.text, [POLAR[1].text]), Claim("Xyzzy.", [POLAR[1].text])]
    good, bad = await support_of(SharedWords(), claims)
    assert good > 0.5 > bad == 0.0
    assert await support_of(SharedWords(), []) == []


async def test_a_scorer_that_loses_count_is_named() -> None:
    class Forgetful(SharedWords):
        name = "forgetful"

        async def support(self, claims: Sequence[Claim]) -> list[float]:
            return [1.0]

    with pytest.raises(CriticError, match="'forgetful' was given 2 claims and returned 1"):
        await support_of(Forgetful(), [Claim("a", []), Claim("b", [])])


def test_a_claim_is_what_can_be_compared_with_its_quotes() -> None:
    whole = Quote(passage_id=POLAR[0].id, text=POLAR[0].text, start=0)
    found = {POLAR[0].id: POLAR[0]}
    claim = claim_of(CAPTAIN.model_copy(update={"quotes": FIRST.answer.quotes}), STEPS, found)
    assert claim == Claim(
        "Her captain was Frank Worsley.",
        ["Endurance: Her captain was Frank Worsley."],
        "Who was the captain of the Endurance?",
    )
    assert claim_of(CitedSentence(text="I know."), STEPS, found) is None
    for text in ("Её капитаном был Фрэнк Уорсли.", "船長はフランクだった。"):
        assert claim_of(CitedSentence(text=text, quotes=(whole,)), STEPS, found) is None
    for text in ("Её капитаном был Frank Worsley.", "1914"):
        assert claim_of(CitedSentence(text=text, quotes=(whole,)), STEPS, found) is not None
