"""Search-in-the-Chain ends whatever the policy writes, the searches do, or the budget is."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any

import pytest
from chain_runs import ANSWERS, Counting, Scoring, assert_sound, draft, parts_of, run, script
from support import CHAIN, POLAR, QUESTION

from clew.agent.policies.scripted import ScriptedPolicy
from clew.errors import SearchUnavailable
from clew.graphs.nodes.drafter import LONGEST_CHAIN
from clew.graphs.plan import SubQuestion
from clew.graphs.protocols import ChainRequest, DraftedQuestion, ReadRequest
from clew.graphs.steps import Reading, StepAnswer
from clew.graphs.workflows import workflow_named
from clew.tools.search.base import Failed, SearchOutcome, Throttled
from clew.tools.search.memory import MemorySearch

SEARCHAIN = workflow_named("searchain")


def link(id: str, *parents: str, text: str = "", thought: str | None = None) -> DraftedQuestion:
    needs = " ".join(f"{{{parent}}}" for parent in parents)
    sub = SubQuestion(id=id, text=text or f"What is {id} of {needs}?", parents=parents)
    return DraftedQuestion(sub_question=sub, draft=draft(thought) if thought else StepAnswer())


class Writing(ScriptedPolicy):
    """Writes given links, however often it is asked."""

    def __init__(self, *links: DraftedQuestion, answers: dict[str, str] | None = None) -> None:
        super().__init__([], answers or {})
        self._links = links
        self.asked = 0

    async def chain(self, request: ChainRequest) -> Sequence[DraftedQuestion]:
        self.asked += 1
        return self._links


UNUSABLE = {
    "an unknown parent": ([link("a", "zz")], "unknown parent"),
    "a cycle": ([link("a", "b"), link("b", "a")], "cycle"),
    "itself": ([link("a", "a")], "cycle"),
    "one id twice": ([link("a"), link("a", text="Else?")], "used twice"),
}


@pytest.mark.parametrize(("links", "reason"), UNUSABLE.values(), ids=UNUSABLE.keys())
async def test_links_that_make_no_chain_are_told_of_and_the_question_itself_is_asked(
    links: list[DraftedQuestion], reason: str
) -> None:
    policy = Writing(*links, answers={"q1": "Akaroa, New Zealand"})
    answer, events = await run(SEARCHAIN, parts_of(policy))
    (rejected,) = [event.reason for event in events if event.kind == "proposal_rejected"]
    assert reason in rejected
    assert [sub.text for sub in answer.plan.sub_questions] == [QUESTION]
    assert answer.short_answer == "Akaroa, New Zealand"


async def test_no_links_at_all_leave_the_question_itself() -> None:
    policy = Writing()
    answer, _ = await run(SEARCHAIN, parts_of(policy))
    assert [sub.text for sub in answer.plan.sub_questions] == [QUESTION]
    assert answer.abstained and policy.asked == 2
    assert_sound(answer)


async def test_the_same_unanswered_links_again_and_again_are_asked_once() -> None:
    backend = Counting()
    policy = Writing(link("a"), link("b", "a"))
    answer, _ = await run(SEARCHAIN, parts_of(policy, backends=[backend]), rounds=50)
    assert answer.abstained and policy.asked == 2
    # The ids are taken, so that the same links are no extension of the chain.
    assert [sub.id for sub in answer.plan.sub_questions] == ["a", "b"]
    assert len(backend.queries) == len(set(backend.queries)) == 3


class Rewriting(ScriptedPolicy):
    """Writes the whole chain again under other ids, whatever stands already."""

    def __init__(self) -> None:
        super().__init__([], {})
        self.asked = 0

    async def chain(self, request: ChainRequest) -> Sequence[DraftedQuestion]:
        self.asked += 1
        first, second = f"a{self.asked}", f"b{self.asked}"
        return [
            link(first, text=CHAIN[0].text, thought="Colin Archer"),
            link(second, first, text=f"Where was {{{first}}} born?"),
        ]

    async def read(self, request: ReadRequest) -> Reading:
        captain = request.sub_question.id.startswith("a")
        found = "Frank Worsley" if captain else "Akaroa"
        self._answers = {**self._answers, request.sub_question.id: found}
        return await super().read(request)


async def test_links_that_stand_already_are_not_asked_again_under_other_ids() -> None:
    backend = Counting()
    answer, events = await run(SEARCHAIN, parts_of(Rewriting(), backends=[backend]))
    assert answer.short_answer == "Akaroa"
    assert answer.tree is not None
    assert [branch.nodes for branch in answer.tree.branches] == [("a1", "b1"), ("a1_2", "b2")]
    assert len(backend.queries) == len(set(backend.queries)) == 3
    assert sum(event.kind == "step_started" for event in events) == 2


class Wordy(ScriptedPolicy):
    """Has ever more links, each in other words and with another wrong draft."""

    asked = 0

    async def chain(self, request: ChainRequest) -> Sequence[DraftedQuestion]:
        self.asked += 1
        return [
            link(f"n{self.asked}x{n}", text=f"Endurance: {n} of {self.asked}?", thought="nobody")
            for n in range(50)
        ]

    async def read(self, request: ReadRequest) -> Reading:
        self._answers = {**self._answers, request.sub_question.id: "Endurance"}
        return await super().read(request)


async def test_chains_are_bounded() -> None:
    answer, _ = await run(SEARCHAIN, parts_of(Wordy([], {})))
    assert answer.tree is not None
    first, corrected = answer.tree.branches
    assert len(first.nodes) == len(corrected.nodes) == LONGEST_CHAIN
    assert {answer.tree.nodes[id].outcome for id in corrected.nodes} == {"corrected"}
    assert_sound(answer)


@pytest.mark.parametrize("rounds", [1, 2, 6])
async def test_a_policy_that_always_errs_is_corrected_within_its_rounds(rounds: int) -> None:
    class Erring(Wordy):
        async def chain(self, request: ChainRequest) -> Sequence[DraftedQuestion]:
            self.asked += 1
            return [link(f"n{self.asked}", text=f"Endurance {self.asked}?", thought="nobody")]

    policy = Erring([], {})
    answer, _ = await run(SEARCHAIN, parts_of(policy), rounds=rounds)
    assert policy.asked == rounds
    assert answer.tree is not None and len(answer.tree.branches) == rounds + 1
    assert not answer.abstained and answer.short_answer == "Endurance"


@pytest.mark.parametrize("limit", range(7))
async def test_searches_never_exceed_their_limit(limit: int) -> None:
    backend = Counting()
    policy = script(q1="Colin Archer", q2="Larvik, Norway")
    answer, _ = await run(SEARCHAIN, parts_of(policy, backends=[backend]), searches=limit)
    assert len(backend.queries) == answer.usage.searches == min(limit, 3)
    assert answer.stopped_by == (None if limit >= 3 else "searches")
    assert_sound(answer)
    if limit == 2:
        # The first link is corrected by then, and no sentence rests on its draft.
        assert answer.steps[0].answer.text == "Frank Worsley"


@pytest.mark.parametrize("limit", range(14))
async def test_policy_calls_never_exceed_their_limit(limit: int) -> None:
    policy = script(q1="Colin Archer", q2="Larvik, Norway")
    answer, events = await run(SEARCHAIN, parts_of(policy), policy_calls=limit)
    # Writing the answer is always possible on top.
    assert answer.usage.policy_calls <= limit + 1
    assert answer.tree is not None and answer.tree.branch.status == "accepted"
    assert answer.stopped_by or answer.short_answer == "Akaroa, New Zealand"
    assert any(event.kind == "budget_ended" for event in events) == bool(answer.stopped_by)
    assert_sound(answer)


async def test_rounds_running_out_leave_the_rest_of_the_chain_without_drafts() -> None:
    policy = script(q1="Colin Archer", q2="Larvik, Norway")
    answer, _ = await run(SEARCHAIN, parts_of(policy), rounds=1)
    assert answer.tree is not None
    assert answer.tree.nodes["q2_2"].outcome == "completed"
    assert answer.short_answer == "Akaroa, New Zealand" and answer.stopped_by is None


async def test_a_chain_that_is_still_to_be_written_is_none_to_answer_from() -> None:
    # The correction scores worse, so that the chain with the draft goes on, until no search is
    # left. What the correction found answers its own link only, not the question.
    critic = Scoring({"Colin Archer": 0.9, "Frank Worsley": 0.6})
    answer, _ = await run(SEARCHAIN, parts_of(script(q1="Colin Archer"), critic=critic), searches=2)
    assert answer.tree is not None and answer.tree.branches[1].status == "drafting"
    assert answer.stopped_by == "searches"
    assert answer.short_answer is None and answer.abstained


async def test_where_the_budget_ends_the_correction_is_answered_from_not_the_draft() -> None:
    class Speechless(ScriptedPolicy):
        async def chain(self, request: ChainRequest) -> Sequence[DraftedQuestion]:
            if request.plan.sub_questions:
                await asyncio.sleep(60)
            return [link("q1", text=CHAIN[0].text, thought="Colin Archer")]

    started = time.monotonic()
    answer, _ = await run(
        SEARCHAIN,
        parts_of(Speechless([], ANSWERS)),
        question="Who was the captain of the Endurance?",
        seconds=1.0,
    )
    assert time.monotonic() - started < 3.0
    assert answer.stopped_by == "seconds" and answer.short_answer == "Frank Worsley"


class HangingOn(Scoring):
    """Hangs over one answer."""

    def __init__(self, text: str) -> None:
        super().__init__({})
        self._text = text

    async def score(self, trajectories: Sequence[Any]) -> Any:
        if trajectories[0].steps[-1].answer.text == self._text:
            await asyncio.sleep(60)
        return await super().score(trajectories)


@pytest.mark.parametrize("text", ["Colin Archer", "Frank Worsley"])
async def test_a_hanging_critic_cannot_outlast_the_seconds(text: str) -> None:
    started = time.monotonic()
    answer, _ = await run(
        SEARCHAIN, parts_of(script(q1="Colin Archer"), critic=HangingOn(text)), seconds=1.0
    )
    assert time.monotonic() - started < 3.0
    assert answer.stopped_by == "seconds"
    assert_sound(answer)


async def test_the_time_that_a_critic_takes_over_drafts_counts() -> None:
    class Slow(Scoring):
        async def score(self, trajectories: Sequence[Any]) -> Any:
            if trajectories[0].steps[-1].answer.text == "nobody":
                await asyncio.sleep(0.4)
            return await super().score(trajectories)

    links = [link(f"n{n}", text=f"What about {n}?", thought="nobody") for n in range(3)]
    answer, _ = await run(SEARCHAIN, parts_of(Writing(*links), critic=Slow({})), rounds=1)
    # The three are asked side by side.
    assert answer.usage.seconds > 0.4


class Broken:
    """A backend that does not work."""

    name = "broken"

    def __init__(self, outcome: SearchOutcome) -> None:
        self._outcome = outcome

    async def search(self, query: str, **_: Any) -> SearchOutcome:
        return self._outcome


@pytest.mark.parametrize("outcome", [Failed(reason="no route"), Throttled(retry_after=3)])
@pytest.mark.parametrize("drafts", [{}, {"q1": "Frank Worsley", "q2": "Akaroa"}])
async def test_where_every_search_fails_no_draft_is_an_answer(
    outcome: SearchOutcome, drafts: dict[str, str]
) -> None:
    with pytest.raises(SearchUnavailable, match="broken"):
        await run(SEARCHAIN, parts_of(script(**drafts), backends=[Broken(outcome)]))


async def test_a_conclusion_from_failed_searches_is_no_answer_either() -> None:
    subs = (
        SubQuestion(id="a", text="Who was the captain of the Endurance?"),
        SubQuestion(id="b", text="Was {a} from Norway?", parents=("a",), kind="reason"),
    )
    policy = script(subs, {}, a="Frank Worsley", b="no")
    with pytest.raises(SearchUnavailable):
        await run(SEARCHAIN, parts_of(policy, backends=[Broken(Failed(reason="no route"))]))


async def test_some_failing_searches_are_said_where_there_is_no_answer() -> None:
    backends = [Broken(Failed(reason="no route")), MemorySearch(POLAR)]
    answer, _ = await run(SEARCHAIN, parts_of(script(answers={}), backends=backends))
    assert answer.abstained and "Some searches did not work: broken" in answer.text


async def test_a_link_whose_searches_fail_stays_unknown_whatever_was_thought_of_it() -> None:
    class Moody(MemorySearch):
        async def search(self, query: str, **more: Any) -> SearchOutcome:
            if "Worsley born" in query:
                return Failed(reason="no route")
            return await super().search(query, **more)

    policy = script(q1="Frank Worsley", q2="Larvik")
    answer, _ = await run(SEARCHAIN, parts_of(policy, backends=[Moody(POLAR)]))
    assert answer.steps[1].status == "failed" and answer.steps[1].answer.text is None
    assert answer.abstained and "memory (no route)" in answer.text
