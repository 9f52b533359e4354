"""The research node inside the whole graph: order, parallelism, budget, resumption."""

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from support import ContentCritic, passage

from clew.agent.policies.scripted import ScriptedPolicy
from clew.agent.threads import open_threads
from clew.graphs.budget import Budget, ModelUsage
from clew.graphs.events import Event
from clew.graphs.expansion import expansion_named
from clew.graphs.plan import SubQuestion
from clew.graphs.protocols import Parts, Proposal, ReadRequest
from clew.graphs.queries.plain import Plain
from clew.graphs.state import Question, State
from clew.graphs.steps import Reading
from clew.graphs.workflows import workflow_named
from clew.graphs.workflows.base import RunGraph
from clew.tools.search.base import Failed, SearchOutcome, Throttled
from clew.tools.search.memory import MemorySearch


def items(*ids: str) -> MemorySearch:
    return MemorySearch([passage(id, f"item {id} is answer {id}") for id in ids])


def sub(id: str, *parents: str) -> SubQuestion:
    needs = "".join(f" {{{parent}}}" for parent in parents)
    return SubQuestion(id=id, text=f"what is item {id}?{needs}", parents=parents)


def script(*subs: SubQuestion, **seconds: float) -> ScriptedPolicy:
    answers = {each.id: f"answer {each.id}" for each in subs}
    return ScriptedPolicy([Proposal(sub_questions=subs)], answers, seconds)


def graph(parts: Parts) -> RunGraph:
    return workflow_named("mindsearch")(parts, expansion_named("greedy"))


async def run(parts: Parts, **budget: Any) -> tuple[State, list[Event]]:
    compiled = graph(parts).compile()
    events: list[Event] = []
    state: State = {}
    start = Question(question="what are all items?", budget=Budget(**budget))
    async for mode, part in compiled.astream(start, stream_mode=["custom", "values"]):
        if mode == "custom":
            events.append(part)
        else:
            state = part
    return state, events


async def test_a_child_starts_when_its_own_parents_are_done_not_when_all_are() -> None:
    subs = [sub("fast"), sub("slow"), sub("child", "fast")]
    policy = script(*subs, slow=0.6, fast=0.05, child=0.05)
    parts = Parts(
        policy=policy,
        critic=ContentCritic(),
        queries=Plain(),
        backends=[items("fast", "slow", "child")],
    )
    state, events = await run(parts)
    order = [e.step.sub_question.id for e in events if e.kind == "step_finished"]
    assert order == ["fast", "child", "slow"]
    texts = {step.sub_question.id: step.text for step in state["answer"].steps}
    assert texts["child"] == "what is item child? answer fast"


async def test_independent_sub_questions_run_at_the_same_time() -> None:
    subs = [sub(f"q{n}") for n in range(10)]
    policy = script(*subs, **{each.id: 0.3 for each in subs})
    parts = Parts(
        policy=policy,
        critic=ContentCritic(),
        queries=Plain(),
        backends=[items(*(each.id for each in subs))],
    )
    started = time.monotonic()
    await run(parts)
    assert time.monotonic() - started < 1.5


async def test_the_clock_running_out_keeps_what_is_known() -> None:
    subs = [sub("quick"), sub("endless"), sub("after", "endless")]
    policy = script(*subs, endless=60)
    parts = Parts(
        policy=policy, critic=ContentCritic(), queries=Plain(), backends=[items("quick", "endless")]
    )
    started = time.monotonic()
    state, events = await run(parts, seconds=1.0)
    assert time.monotonic() - started < 2.0
    answer = state["answer"]
    assert answer.stopped_by == "seconds" and answer.abstained
    statuses = {step.sub_question.id: step.status for step in answer.steps}
    assert statuses == {"quick": "answered", "endless": "unfinished", "after": "unfinished"}
    assert any(event.kind == "budget_ended" for event in events)


@pytest.mark.parametrize("limit", [0, 1, 2, 3])
async def test_searches_never_exceed_their_limit(limit: int) -> None:
    subs = [sub(f"q{n}") for n in range(6)]
    parts = Parts(
        policy=script(*subs),
        critic=ContentCritic(),
        queries=Plain(),
        backends=[items(*(each.id for each in subs))],
    )
    state, events = await run(parts, searches=limit)
    assert sum(event.kind == "search_finished" for event in events) == limit
    assert state["usage"].searches == limit
    assert state["answer"].stopped_by == "searches"


class Broken:
    """A backend that fails in a way of its own."""

    name = "broken"

    def __init__(self, outcome: SearchOutcome | Exception) -> None:
        self.outcome = outcome

    async def search(self, query: str, **_: Any) -> SearchOutcome:
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


@pytest.mark.parametrize(
    "outcome", [Failed(reason="no route"), Throttled(retry_after=3), OSError("no route")]
)
async def test_failed_searches_are_an_error_not_an_empty_result(outcome: Any) -> None:
    from clew.errors import SearchUnavailable

    parts = Parts(
        policy=script(sub("a")), critic=ContentCritic(), queries=Plain(), backends=[Broken(outcome)]
    )
    with pytest.raises(SearchUnavailable, match="broken"):
        await run(parts)


async def test_one_failing_backend_is_reported_and_the_other_used() -> None:
    backends = [Broken(OSError("no route")), items("a")]
    parts = Parts(
        policy=script(sub("a")), critic=ContentCritic(), queries=Plain(), backends=backends
    )
    state, _ = await run(parts)
    (step,) = state["answer"].steps
    assert step.status == "answered"
    assert {search.backend: search.outcome for search in step.searches} == {
        "broken": "failed",
        "memory": "found",
    }


class Counting(ScriptedPolicy):
    """Counts readings, and dies at a given one."""

    def __init__(self, *args: Any, die_at: int | None = None) -> None:
        super().__init__(*args)
        self.read_ids: list[str] = []
        self.die_at = die_at

    async def read(self, request: ReadRequest) -> Reading:
        self.read_ids.append(request.sub_question.id)
        if self.die_at is not None and len(self.read_ids) >= self.die_at:
            raise RuntimeError("power cut")
        return await super().read(request)


async def test_a_stopped_run_repeats_only_what_was_in_flight(tmp_path: Path) -> None:
    subs = [sub("q0")] + [sub(f"q{n}", f"q{n - 1}") for n in range(1, 8)]
    answers = {each.id: f"answer {each.id}" for each in subs}
    backend = items(*(each.id for each in subs))

    def parts(policy: ScriptedPolicy) -> Parts:
        return Parts(policy=policy, critic=ContentCritic(), queries=Plain(), backends=[backend])

    config: Any = {"configurable": {"thread_id": "t"}}
    first = Counting([Proposal(sub_questions=tuple(subs))], answers, die_at=5)
    second = Counting([Proposal(sub_questions=tuple(subs))], answers)
    async with open_threads(tmp_path) as saver:
        compiled = graph(parts(first)).compile(checkpointer=saver)
        with pytest.raises(RuntimeError, match="power cut"):
            await compiled.ainvoke({"question": "all?", "budget": Budget(searches=9)}, config)
    async with open_threads(tmp_path) as saver:
        compiled = graph(parts(second)).compile(checkpointer=saver)
        state = await compiled.ainvoke(None, config)
    assert first.read_ids == ["q0", "q1", "q2", "q3", "q4"]
    assert second.read_ids == ["q4", "q5", "q6", "q7"]
    assert state["answer"].short_answer == "answer q7"
    assert state["usage"].searches == 9


async def test_what_was_spent_before_a_stop_still_counts_after_it(tmp_path: Path) -> None:
    subs = [sub("q0")] + [sub(f"q{n}", f"q{n - 1}") for n in range(1, 8)]
    answers = {each.id: f"answer {each.id}" for each in subs}
    backend = items(*(each.id for each in subs))
    config: Any = {"configurable": {"thread_id": "t"}}
    state: Any = None
    for die_at in (4, None):
        policy = Counting([Proposal(sub_questions=tuple(subs))], answers, die_at=die_at)
        parts = Parts(policy=policy, critic=ContentCritic(), queries=Plain(), backends=[backend])
        start: Any = {"question": "all?", "budget": Budget(searches=6)} if die_at else None
        async with open_threads(tmp_path) as saver:
            with suppress(RuntimeError):
                state = await graph(parts).compile(checkpointer=saver).ainvoke(start, config)
    # One search by the scout; of the steps the first five, the fourth of them twice.
    answered = [step for step in state["answer"].steps if step.status == "answered"]
    assert len(answered) == 5 and state["usage"].searches == 6
    assert state["answer"].stopped_by == "searches"


async def test_a_run_undisturbed_and_one_stopped_end_with_the_same_answer(
    tmp_path: Path, make_parts: Callable[..., Parts]
) -> None:
    config: Any = {"configurable": {"thread_id": "t"}}
    start = {"question": "Where was the captain of the Endurance born?"}
    async with open_threads(tmp_path) as saver:
        compiled = graph(make_parts()).compile(checkpointer=saver, interrupt_before=["responder"])
        await compiled.ainvoke(start, config)
    async with open_threads(tmp_path) as saver:
        resumed = await graph(make_parts()).compile(checkpointer=saver).ainvoke(None, config)
    undisturbed = await graph(make_parts()).compile().ainvoke(start)
    assert resumed["answer"].text == undisturbed["answer"].text
    assert resumed["answer"].evidence == undisturbed["answer"].evidence


async def test_what_is_recalled_is_not_searched_for_and_reaches_its_children() -> None:
    known = SubQuestion(id="known", text="what is known?", kind="recall", answer="of old")
    child = SubQuestion(id="child", text="what is item child? {known}", parents=("known",))
    parts = Parts(
        policy=script(known, child),
        critic=ContentCritic(),
        queries=Plain(),
        backends=[items("child")],
    )
    state, events = await run(parts)
    assert all(event.id != "known" for event in events if event.kind == "search_finished")
    answer = state["answer"]
    recalled, found = answer.steps
    assert recalled.answer.text == "of old" and recalled.answer.recalled
    assert not recalled.answer.quotes and recalled.verdict is None
    assert found.text == "what is item child? of old" and not found.answer.recalled
    first, second = answer.sentences
    assert first.recalled and not first.citations
    assert second.citations and not second.recalled
    assert answer.text.startswith("what is known? of old [own knowledge, not found] ")


async def test_usage_is_the_sum_over_steps_that_ran_side_by_side() -> None:
    subs = [sub("one"), sub("two")]
    policy = script(*subs)
    read = policy.read

    async def with_tokens(request: ReadRequest) -> Reading:
        tally = request.tally
        async with tally.granted_tokens(tokens_in=100, least_out=1, most_out=50) as grant:
            spent = ModelUsage(role="searcher", model="m", calls=1, tokens_in=80, tokens_out=5)
            tally.settle(grant, spent)
        return await read(request)

    policy.read = with_tokens  # type: ignore[method-assign]
    parts = Parts(
        policy=policy, critic=ContentCritic(), queries=Plain(), backends=[items("one", "two")]
    )
    state, _ = await run(parts)
    usage = state["answer"].usage
    assert (usage.tokens_in, usage.tokens_out) == (160, 10)
    assert [model.calls for model in usage.models] == [2]


async def test_tokens_running_out_end_the_search_and_name_the_limit() -> None:
    subs = [sub("one"), sub("two", "one")]
    policy = script(*subs)
    read = policy.read

    async def with_tokens(request: ReadRequest) -> Reading:
        async with request.tally.granted_tokens(tokens_in=600, least_out=1, most_out=50):
            return await read(request)

    policy.read = with_tokens  # type: ignore[method-assign]
    parts = Parts(
        policy=policy, critic=ContentCritic(), queries=Plain(), backends=[items("one", "two")]
    )
    state, _ = await run(parts, tokens_in=1_000)
    answer = state["answer"]
    assert answer.stopped_by == "tokens_in"
    assert [step.status for step in answer.steps] == ["answered", "unfinished"]
