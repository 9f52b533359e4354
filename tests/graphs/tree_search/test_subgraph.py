"""Runs that search: what they choose, tell and spend, and what stopping them costs."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from statistics import fmean
from typing import Any

import pytest
from chain_runs import Counting, Scoring, assert_sound, draft, parts_of, run, script
from pydantic import BaseModel
from search_runs import Branching, found_in
from support import CHAIN, POLAR, QUESTION

from clew.agent.threads import open_threads
from clew.graphs.answer import Answer
from clew.graphs.budget import Budget
from clew.graphs.expansion import expansion_named
from clew.graphs.expansion.searched import TreeExpansion
from clew.graphs.meter import Tally
from clew.graphs.plan import Plan, SubQuestion
from clew.graphs.protocols import PlanRequest, Proposal, ReadRequest
from clew.graphs.steps import Reading, Trajectory
from clew.graphs.tree_search import run_domain
from clew.graphs.tree_search.method import Method
from clew.graphs.tree_search.presets import METHODS
from clew.graphs.tree_search.record import TreeRecord
from clew.graphs.tree_search.run_values import StateValue, state_values
from clew.graphs.tree_search.tree import Tree, leaves
from clew.graphs.workflows import workflow_named
from clew.tools.search.base import Failed, SearchOutcome

MINDSEARCH = workflow_named("mindsearch")
NAMES = [method.name for method in METHODS]
FIRST = 6
"""Iterations until the search has been as deep as it gets."""
LARVIK = Scoring({"Frank Worsley": 0.3, "Akaroa, New Zealand": 0.3}, others=0.9)
AKAROA = Scoring({"Colin Archer": 0.3, "Larvik, Norway": 0.3}, others=0.9)


def tree_of(answer: Answer) -> TreeRecord:
    assert answer.search_tree is not None
    return answer.search_tree


def without_seconds(value: Any) -> Any:
    """Data without what differs between two runs that do the same."""
    if isinstance(value, BaseModel):
        return without_seconds(value.model_dump(mode="json"))
    if isinstance(value, dict):
        return {
            k: without_seconds(v) for k, v in value.items() if k not in ("seconds", "thread_id")
        }
    return [without_seconds(each) for each in value] if isinstance(value, list) else value


@pytest.mark.parametrize("name", ["beam", "mcts", "rest_mcts", "lats"])
@pytest.mark.parametrize(
    ("critic", "expected"), [(AKAROA, "Akaroa, New Zealand"), (LARVIK, "Larvik, Norway")]
)
async def test_it_chooses_what_the_critic_prefers(
    name: str, critic: Scoring, expected: str
) -> None:
    answer, _ = await run(MINDSEARCH, parts_of(Branching(), critic=critic), expansion=name)
    assert answer.short_answer == expected
    assert_sound(answer)


async def test_it_chooses_among_ways_to_begin() -> None:
    other = SubQuestion(id="q1", text="Where was Colin Archer born?")
    plans = (Proposal(sub_questions=CHAIN), Proposal(sub_questions=(other,)))
    for critic, expected in ((AKAROA, "Akaroa, New Zealand"), (LARVIK, "Larvik, Norway")):
        policy = Branching(plans, others={})
        answer, _ = await run(MINDSEARCH, parts_of(policy, critic=critic), expansion="best_of_n")
        assert answer.short_answer == expected
        greedy, _ = await run(MINDSEARCH, parts_of(Branching(plans, others={}), critic=critic))
        assert greedy.short_answer == "Akaroa, New Zealand"


@pytest.mark.parametrize("name", NAMES)
async def test_the_record_tells_how_the_answer_came_about(name: str) -> None:
    answer, events = await run(MINDSEARCH, parts_of(Branching(), critic=LARVIK), expansion=name)
    tree = tree_of(answer)
    assert tree.method == name and tree.critic == "scoring" and tree.question == QUESTION
    assert [node.id for node in tree.nodes] == list(range(len(tree.nodes)))
    assert tree.chosen is not None
    path = tree.path(tree.chosen)
    asked = [sub for node in path if node.move for sub in node.move.sub_questions]
    assert tuple(asked) == answer.plan.sub_questions
    taken = {id: tree.steps[key].answer for id, key in path[-1].steps.items()}
    assert {step.sub_question.id: step.answer for step in answer.steps} == taken
    assert path[-1].answer == answer.short_answer
    for node in tree.nodes:
        assert set(node.steps.values()) <= set(tree.steps)
    for step in tree.steps.values():
        readings = (step.answer, *step.reading.alternatives)
        assert all(quote.is_verbatim(tree.evidence) for each in readings for quote in each.quotes)
    grown = [event for event in events if event.kind == "tree_grown"]
    told = [node.id for event in grown for node in event.added]
    assert told == list(range(len(tree.nodes))), "each node is told of once"
    assert [event.iteration for event in grown][-1] == tree.iterations
    assert all(early.iteration < late.iteration for early, late in pairwise(grown))
    assert grown[-1].best == tree.chosen and grown[-1].answer == answer.short_answer


@pytest.mark.parametrize("name", NAMES)
async def test_identical_states_are_in_the_tree_once(name: str) -> None:
    renamed = (
        SubQuestion(id="a", text=CHAIN[0].text),
        SubQuestion(id="b", text="Where was {a} born?", parents=("a",)),
    )
    plans = (Proposal(sub_questions=CHAIN), Proposal(sub_questions=renamed))
    backend = Counting()
    parts = parts_of(Branching(plans), backends=[backend])
    tree = tree_of((await run(MINDSEARCH, parts, expansion=name))[0])

    def held(keys: Any) -> tuple[Any, ...]:
        steps = [tree.steps[key] for key in keys]
        return tuple(sorted((step.text, step.answer.text, step.answer.quotes) for step in steps))

    states = [(held(node.steps.values()), node.move and node.move.kind == "answer")
              for node in tree.nodes]  # fmt: skip
    assert len(set(states)) == len(states)
    assert sum(node.parent == 0 for node in tree.nodes) == 1
    assert len(backend.queries) == len(set(backend.queries))


@pytest.mark.parametrize("name", NAMES)
async def test_the_critic_values_no_steps_twice(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    async def noting(
        parts: Any, trajectories: Sequence[Trajectory], tally: Tally
    ) -> tuple[StateValue, ...]:
        asked.extend(
            frozenset((step.text, step.answer.text, step.answer.quotes) for step in each.steps)
            for each in trajectories
        )
        return await state_values(parts, trajectories, tally)

    monkeypatch.setattr(run_domain, "state_values", noting)
    answer, _ = await run(MINDSEARCH, parts_of(Branching(), critic=LARVIK), expansion=name)
    ends = [node for node in tree_of(answer).nodes if node.move and node.move.kind == "answer"]
    assert ends, "states that merely end were come to"
    assert len(asked) == len(set(asked)) < len(tree_of(answer).nodes)


async def test_the_verdict_of_a_step_is_the_critics_on_the_answer_taken() -> None:
    answer, _ = await run(MINDSEARCH, parts_of(Branching(), critic=LARVIK), expansion="mcts")
    assert {step.answer.text: step.verdict and step.verdict.score for step in answer.steps} == {
        "Colin Archer": 0.9,
        "Larvik, Norway": 0.9,
    }
    assert {id: verdict.score for id, verdict in answer.verdicts.items()} == {"q1": 0.9, "q2": 0.9}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("limit", ["searches", "policy_calls"])
@pytest.mark.parametrize("most", [0, 1, 2, 3, 5, 8, 13])
async def test_a_budget_is_kept_and_the_best_so_far_returned(
    name: str, limit: str, most: int
) -> None:
    backend = Counting()
    parts = parts_of(Branching(endless=True), backends=[backend], critic=LARVIK)
    answer, _ = await run(MINDSEARCH, parts, expansion=name, rounds=99, **{limit: most})
    assert_sound(answer)
    assert answer.usage.searches == len(backend.queries)
    writing = limit == "policy_calls"
    assert getattr(answer.usage, limit) <= most + writing
    tree = answer.search_tree
    if tree is None:
        return  # the budget ended before there was anything to choose
    if getattr(answer.usage, limit) == most + writing:
        assert answer.stopped_by == tree.ended_by == limit
    else:
        assert answer.stopped_by is None
        assert tree.ended_by in ("iterations", "exhausted", "gate")
    answered = [node for node in tree.nodes if node.answer is not None]
    assert (tree.chosen is None) == (not answered)
    if tree.chosen is not None and name not in ("mcts", "mcts_rag"):  # which vote
        worth = on_the_way if name == "beam" else own
        assert worth(tree, tree.chosen) == max(worth(tree, node.id) for node in answered)


def own(tree: TreeRecord, id: int) -> float:
    return tree.nodes[id].value


def on_the_way(tree: TreeRecord, id: int) -> float:
    return fmean(node.value for node in tree.path(id)[1:])


async def test_searches_for_one_way_give_the_first_and_no_other() -> None:
    # One is the scout's.
    parts = parts_of(Branching(), critic=AKAROA)
    answer, _ = await run(MINDSEARCH, parts, expansion="mcts", searches=3)
    assert answer.short_answer == "Akaroa, New Zealand"
    assert answer.stopped_by == "searches" == tree_of(answer).ended_by


async def test_time_is_kept_and_the_best_so_far_returned() -> None:
    class Slow(Branching):
        async def read(self, request: ReadRequest) -> Reading:
            await asyncio.sleep(0.0 if self.calls["read"] < 2 else 30.0)
            return await super().read(request)

    parts = parts_of(Slow(), critic=LARVIK)
    answer, _ = await run(MINDSEARCH, parts, expansion="mcts", seconds=1.0)
    assert answer.short_answer == "Akaroa, New Zealand"
    assert answer.stopped_by == "seconds" == tree_of(answer).ended_by
    assert answer.usage.seconds < 5.0


async def test_tokens_that_are_short_end_the_search_though_some_are_left() -> None:
    class Metered(Branching):
        async def read(self, request: ReadRequest) -> Reading:
            async with request.tally.granted_tokens(tokens_in=40, least_out=1, most_out=1):
                return await super().read(request)

    policy = Metered(endless=True)
    parts = parts_of(policy, critic=AKAROA)
    answer, _ = await run(MINDSEARCH, parts, expansion="rest_mcts", rounds=99, tokens_in=200)
    # A tenth is kept for writing; of 180 four reads leave 20, which is too few for a fifth.
    assert policy.calls["read"] == 4 and answer.usage.tokens_in == 160
    assert answer.stopped_by == "tokens_in" == tree_of(answer).ended_by
    assert_sound(answer)


async def test_a_given_plan_is_followed_as_it_is() -> None:
    policy, backend = Branching(others={}), Counting()
    plan, parts = Plan(sub_questions=CHAIN), parts_of(policy, backends=[backend])
    answer, _ = await run(MINDSEARCH, parts, plan=plan, expansion="mcts")
    assert answer.usage.searches == len(backend.queries) == 3
    assert answer.plan == plan and answer.search_tree is None
    assert policy.calls["plan"] == 1 and answer.short_answer == "Akaroa, New Zealand"


async def test_a_search_goes_on_from_a_given_plan_within_the_rounds() -> None:
    ship = SubQuestion(id="q3", text="What did Colin Archer design?")

    class Adding(Branching):
        async def plan(self, request: PlanRequest) -> Sequence[Proposal]:
            self.calls["plan"] += 1
            number = len(request.plan.sub_questions) + 1
            return [Proposal(sub_questions=(ship.model_copy(update={"id": f"q{number}"}),))]

    policy, plan = Adding(others={}), Plan(sub_questions=CHAIN)
    parts = parts_of(policy)
    answer, _ = await run(MINDSEARCH, parts, plan=plan, expansion="mcts", rounds=2)
    assert answer.plan.sub_questions[:2] == CHAIN
    root = tree_of(answer).nodes[0]
    assert set(root.steps) == {"q1", "q2"} and root.answer == "Akaroa, New Zealand"
    assert policy.calls["plan"] == 1, "taking the given plan was a round too"


async def test_drafts_of_a_chain_compete_with_what_is_found() -> None:
    searchain = workflow_named("searchain")

    async def answered(critic: Scoring) -> Answer:
        parts = parts_of(script(q1="Frank Worsley", q2="Larvik, Norway"), critic=critic)
        answer, _ = await run(searchain, parts, expansion="rest_mcts")
        return answer

    assert (await answered(AKAROA)).short_answer == "Akaroa, New Zealand"
    drafted = await answered(Scoring({"Akaroa, New Zealand": 0.1}))
    (taken,) = [step for step in drafted.steps if step.sub_question.id == "q2"]
    assert taken.answer.text == "Larvik, Norway" and taken.answer.recalled


async def test_a_draft_that_quotes_what_nobody_saw_does_no_harm() -> None:
    (elsewhere,) = [
        answer for answer in [found_in(POLAR, "Larvik, Norway", 0.5)] if answer is not None
    ]
    (quote,) = elsewhere.quotes
    made_up = draft("Larvik, Norway").model_copy(
        update={"quotes": (quote.model_copy(update={"passage_id": "nowhere"}),)}
    )
    policy = script()
    policy._drafts = {"q2": made_up}
    parts = parts_of(policy, critic=Scoring({"Akaroa, New Zealand": 0.1}))
    answer, _ = await run(workflow_named("searchain"), parts, expansion="rest_mcts")
    assert_sound(answer)
    assert answer.short_answer == "Larvik, Norway" and not answer.steps[1].answer.quotes


async def test_what_could_not_be_looked_up_stays_so_whatever_was_thought() -> None:
    class Torn(Counting):
        async def search(self, query: str, **more: Any) -> SearchOutcome:
            found = await super().search(query, **more)
            return Failed(reason="cut") if "Worsley born" in query else found

    parts = parts_of(script(q2="Larvik, Norway"), backends=[Torn()])
    answer, _ = await run(workflow_named("searchain"), parts, expansion="mcts")
    born = [step for step in tree_of(answer).steps.values() if step.sub_question.id == "q2"]
    assert born and all(step.status == "failed" for step in born)
    assert answer.short_answer != "Larvik, Norway"


class Dying(Branching):
    """Dies at a given call of any kind."""

    def __init__(self, die_at: int | None = None) -> None:
        plans = (
            Proposal(sub_questions=CHAIN),
            Proposal(sub_questions=(SubQuestion(id="q1", text="Where was Colin Archer born?"),)),
        )
        super().__init__(plans)
        self._die_at = die_at
        self.made: list[str] = []

    def _count(self, method: str, about: str) -> None:
        self.made.append(f"{method} {about}")
        if len(self.made) == self._die_at:
            raise RuntimeError("power cut")

    async def plan(self, request: PlanRequest) -> Sequence[Proposal]:
        self._count("plan", ",".join(sorted(step.text for step in request.steps.values())))
        return await super().plan(request)

    async def read(self, request: ReadRequest) -> Reading:
        self._count("read", request.text)
        return await super().read(request)


@pytest.mark.parametrize("name", ["mcts", "rearter"])
async def test_a_killed_search_goes_on_with_the_same_tree(name: str, tmp_path: Path) -> None:
    async def ended(policy: Dying, backend: Counting, thread: str, start: Any) -> Answer:
        config: Any = {"configurable": {"thread_id": thread}}
        parts = parts_of(policy, backends=[backend], critic=LARVIK)
        graph = MINDSEARCH(parts, expansion_named(name))
        async with open_threads(tmp_path) as saver:
            state = await graph.compile(checkpointer=saver).ainvoke(start, config)
        answer: Answer = state["answer"]
        return answer

    whole, searched = Dying(), Counting()
    expected = await ended(whole, searched, "whole", {"question": QUESTION})
    assert len(tree_of(expected).nodes) > 4
    for die_at in range(1, len(whole.made) + 1):
        first, second, backend = Dying(die_at), Dying(), Counting()
        with pytest.raises(RuntimeError, match="power cut"):
            await ended(first, backend, f"{die_at}", {"question": QUESTION})
        answer = await ended(second, backend, f"{die_at}", None)
        for got, wanted in ((answer.search_tree, expected.search_tree), (answer, expected)):
            assert got is not None and wanted is not None
            assert without_seconds(got) == without_seconds(wanted)
        done = Counter([*first.made, *second.made])
        at_once = Counter(whole.made)
        repeated = {call for call in done if done[call] > at_once[call]}
        # What was in flight beside the call that died is lost with it, nothing else.
        assert repeated <= set(first.made[-4:]), (die_at, repeated)


async def test_a_cancelled_search_leaves_nothing_going() -> None:
    begun = asyncio.Event()

    class Slow(Branching):
        async def read(self, request: ReadRequest) -> Reading:
            self.calls["begun"] += 1
            begun.set()
            await asyncio.sleep(0.05)
            return await super().read(request)

    policy = Slow()
    running = asyncio.ensure_future(run(MINDSEARCH, parts_of(policy), expansion="mcts"))
    await begun.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    calls = policy.calls.copy()
    await asyncio.sleep(0.2)
    assert policy.calls == calls


async def test_what_a_checkpoint_costs_does_not_grow_with_the_tree(tmp_path: Path) -> None:
    def latest(tree: Tree, count: int) -> Sequence[int]:
        return [max(node.id for node in leaves(tree))]

    method = Method(name="latest", select=latest, width=3, depth=5, simulations=400)
    parts = parts_of(Branching(endless=True, others={}), critic=AKAROA)
    graph = MINDSEARCH(parts, TreeExpansion(method))
    budget = Budget(seconds=None, searches=None, policy_calls=None, rounds=99)
    config: Any = {"configurable": {"thread_id": "long"}, "recursion_limit": 10_000}
    async with open_threads(tmp_path) as saver:
        compiled = graph.compile(checkpointer=saver)
        start: Any = {"question": QUESTION, "budget": budget}
        state = await compiled.ainvoke(start, config)
        costs = await _bytes_by_superstep(saver.conn)
    tree = tree_of(state["answer"])
    assert tree.iterations == 41 and len(tree.nodes) > 100
    *costs, finishing, _ = costs
    assert finishing > sum(costs[:4]), "the record of all of it is written in the end"
    settled = costs[4 * FIRST :]
    quarter = len(settled) // 4
    assert sum(settled[-quarter:]) <= 1.3 * sum(settled[:quarter])
    assert max(settled) <= 1.3 * max(settled[:quarter]), "nothing is ever saved whole"


async def _bytes_by_superstep(connection: Any) -> list[int]:
    """What each superstep of the search wrote, in order."""
    query = """
        select c.checkpoint_id, length(c.checkpoint) + length(c.metadata)
          + coalesce((select sum(length(w.value)) from writes w where w.thread_id = c.thread_id
            and w.checkpoint_ns = c.checkpoint_ns and w.checkpoint_id = c.checkpoint_id), 0)
        from checkpoints c where c.checkpoint_ns like 'expansion:%' order by c.checkpoint_id
    """
    async with connection.execute(query) as rows:
        return [size async for _, size in rows]
