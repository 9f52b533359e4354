"""What every workflow must do, whatever its nodes are. A registered one is tested by its name."""

import asyncio
import threading
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import chain_runs
import pytest
from chain_runs import ANSWERS, Counting, assert_sound, parts_of, script
from support import QUESTION

from clew.agent.threads import open_threads
from clew.errors import QuestionError, SearchUnavailable
from clew.graphs.answer import Answer
from clew.graphs.events import EVENT
from clew.graphs.expansion import expansion_named
from clew.graphs.protocols import Policy
from clew.graphs.stopping import STOPPED, RunContext, Stop
from clew.graphs.workflows import workflow_named, workflow_names
from clew.tools.search.base import Failed, SearchOutcome

if TYPE_CHECKING:
    from clew.tools.corpus.encoder import Encoder

RIGHT_AND_WRONG = {"q1": "Colin Archer", "q2": "Akaroa"}


# One expansion that follows the policy, and those that differ most in how they search.
EXPANSIONS = ("greedy", "best_of_n", "mcts", "rearter")


@pytest.fixture(params=workflow_names())
def name(request: pytest.FixtureRequest) -> str:
    chosen: str = request.param
    return chosen


@pytest.fixture(params=EXPANSIONS)
def expansion(request: pytest.FixtureRequest) -> str:
    chosen: str = request.param
    return chosen


@pytest.fixture
def run(name: str, expansion: str) -> Callable[..., Any]:
    return partial(chain_runs.run, workflow_named(name), expansion=expansion)


def without_seconds(answer: Answer) -> dict[str, Any]:
    """The answer as data, without what differs between two runs that do the same."""

    def stripped(value: Any) -> Any:
        if isinstance(value, dict):
            return {k: stripped(v) for k, v in value.items() if k not in ("seconds", "thread_id")}
        return [stripped(each) for each in value] if isinstance(value, list) else value

    data: dict[str, Any] = stripped(answer.model_dump(mode="json"))
    return data


async def test_it_ends_with_a_sound_answer_and_tells_what_survives_json(
    run: Callable[..., Any],
) -> None:
    answer, events = await run(parts_of(script(**RIGHT_AND_WRONG)))
    assert sum(event.kind == "run_finished" for event in events) == 1
    assert_sound(answer)
    for event in events:
        assert EVENT.validate_json(event.model_dump_json()) == event


async def test_it_keeps_to_a_budget_without_searches(run: Callable[..., Any]) -> None:
    backend = Counting()
    parts = parts_of(script(**RIGHT_AND_WRONG), backends=[backend])
    answer, _ = await run(parts, searches=0)
    assert not backend.queries and not answer.usage.searches and not answer.citations
    assert_sound(answer)


async def test_it_keeps_to_a_budget_without_policy_calls(run: Callable[..., Any]) -> None:
    answer, _ = await run(parts_of(script(**RIGHT_AND_WRONG)), policy_calls=0)
    assert answer.abstained and answer.stopped_by == "policy_calls"
    assert answer.usage.policy_calls == 1, "writing the answer is always possible"
    assert_sound(answer)


async def test_failed_searches_are_an_error(run: Callable[..., Any], name: str) -> None:
    class Dead:
        name = "dead"

        async def search(self, query: str, **_: Any) -> SearchOutcome:
            return Failed(reason="the cable is cut")

    if name == "direct":
        pytest.skip("it does not search")
    with pytest.raises(SearchUnavailable, match="the cable is cut"):
        await run(parts_of(script(**RIGHT_AND_WRONG), backends=[Dead()]))


async def test_what_is_no_question_is_refused(run: Callable[..., Any]) -> None:
    with pytest.raises(QuestionError):
        await run(parts_of(script()), question=" \n")


def embedded(encoder: "Encoder") -> Policy:
    from clew.agent.policies.embedded.policy import EmbeddedPolicy

    return EmbeddedPolicy(encoder)


async def test_it_is_deterministic_with_the_embedded_policy(
    run: Callable[..., Any], encoder: "Encoder"
) -> None:
    first, told = await run(parts_of(embedded(encoder)))
    again, told_again = await run(parts_of(embedded(encoder)))
    assert without_seconds(first) == without_seconds(again)
    assert [event.kind for event in told] == [event.kind for event in told_again]
    assert_sound(first)


class Dying:
    """A policy that dies at a given call, and whose calls are remembered."""

    def __init__(self, policy: Policy, die_at: int | None = None) -> None:
        self._policy = policy
        self._die_at = die_at
        self.calls: list[str] = []

    def __getattr__(self, method: str) -> Any:
        value = getattr(self._policy, method)
        return self._dying(method, value) if callable(value) else value

    def _dying(self, method: str, call: Callable[[Any], Any]) -> Callable[[Any], Any]:
        async def dying(request: Any) -> Any:
            self.calls.append(method)
            if len(self.calls) == self._die_at:
                raise RuntimeError("power cut")
            return await call(request)

        return dying


def erring() -> Policy:
    return script(answers=ANSWERS, **RIGHT_AND_WRONG)


async def test_wherever_it_is_stopped_it_ends_as_an_undisturbed_run(
    name: str, expansion: str, run: Callable[..., Any], tmp_path: Path
) -> None:
    async def ended(policy: Any, start: Any, thread_id: str) -> Answer:
        config: Any = {"configurable": {"thread_id": thread_id}}
        graph = workflow_named(name)(parts_of(policy), expansion_named(expansion))
        async with open_threads(tmp_path) as saver:
            state = await graph.compile(checkpointer=saver).ainvoke(start, config)
        answer: Answer = state["answer"]
        return answer

    undisturbed = Dying(erring())
    expected, _ = await run(parts_of(undisturbed))
    for die_at in range(1, len(undisturbed.calls) + 1):
        first, second = Dying(erring(), die_at), Dying(erring())
        with pytest.raises(RuntimeError, match="power cut"):
            await ended(first, {"question": QUESTION}, f"{die_at}")
        answer = await ended(second, None, f"{die_at}")
        assert without_seconds(answer) == without_seconds(expected)
        done = Counter([*first.calls, *second.calls])
        # Of the one step in flight something may be done again, of finished ones nothing.
        assert all(
            done[method] - count <= 1 for method, count in Counter(undisturbed.calls).items()
        )


class Hanging(Dying):
    """A policy that has its run stopped at a given call, from another thread, and never answers."""

    def __init__(self, policy: Policy, hang_at: int, stop: Stop) -> None:
        super().__init__(policy)
        self._hang_at = hang_at
        self._stop = stop

    def _dying(self, method: str, call: Callable[[Any], Any]) -> Callable[[Any], Any]:
        async def hanging(request: Any) -> Any:
            self.calls.append(method)
            if len(self.calls) == self._hang_at:
                threading.Timer(0.01, self._stop.now).start()
                await asyncio.Event().wait()
            return await call(request)

        return hanging


async def test_told_to_stop_it_answers_from_what_is_there(
    name: str, expansion: str, run: Callable[..., Any]
) -> None:
    undisturbed = Dying(erring())
    await run(parts_of(undisturbed))
    research = [number for number, call in enumerate(undisturbed.calls, 1) if call != "write"]
    for hang_at in research:
        stop = Stop()
        policy: Any = Hanging(erring(), hang_at, stop)
        graph = workflow_named(name)(parts_of(policy), expansion_named(expansion)).compile()
        async with asyncio.timeout(10):
            state = await graph.ainvoke({"question": QUESTION}, context=RunContext(stop=stop))
        assert_sound(state["answer"])
        assert state["answer"].stopped_by == STOPPED
        assert set(policy.calls[hang_at:]) <= {"write"}, "nothing is begun any more"


async def test_told_to_stop_before_it_begins_it_says_so(name: str, expansion: str) -> None:
    stop = Stop()
    stop.now()
    policy: Any = Dying(erring())
    graph = workflow_named(name)(parts_of(policy), expansion_named(expansion)).compile()
    state = await graph.ainvoke({"question": QUESTION}, context=RunContext(stop=stop))
    assert set(policy.calls) <= {"write"}
    assert state["answer"].stopped_by == STOPPED
    assert state["answer"].abstained
    assert "stopped" in state["answer"].text
