"""Search-in-the-Chain over random chains, drafts, readings, scores and budgets."""

import asyncio
import zlib
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

from chain_runs import assert_sound, draft, parts_of, run
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support import passage

from clew.agent.policies.scripted import ScriptedPolicy
from clew.graphs.plan import SubQuestion, make_plan
from clew.graphs.protocols import ChainRequest, DraftedQuestion, Judges, ReadRequest
from clew.graphs.steps import Quote, RankedPassage, Reading, StepAnswer, Trajectory, Verdict
from clew.graphs.verification import Verification
from clew.graphs.workflows.searchain import searchain
from clew.tools.search.base import SearchOutcome
from clew.tools.search.memory import MemorySearch

IDS = ("q1", "q2", "q3", "q4", "q5")
STATES = ("right", "wrong", "other")
PASSAGES = [passage(id, f"item {id} is {' or '.join(f'{id}{s}' for s in STATES)}") for id in IDS]
Habit = Literal["what is missing", "everything", "nothing", "nonsense"]


class World(NamedTuple):
    """All that a run depends on.

    Attributes:
        subs: The chain that is written first.
        drafts: What is thought of each item each time it is drafted; unknown after that.
        found: What is read of each item, with how sure.
        habit: What is written where a chain stands already.
        seed: Of the critic's scores.
        verification: How drafts are held against what is found.
        budget: The limits of the run.
    """

    subs: tuple[SubQuestion, ...]
    drafts: Mapping[str, Sequence[str]]
    found: Mapping[str, tuple[str, float]]
    habit: Habit
    seed: int
    verification: Verification
    budget: Mapping[str, int]


@st.composite
def worlds(draw: st.DrawFn) -> World:
    ids = IDS[: draw(st.integers(1, len(IDS)))]
    subs, drafts, found = [], {}, {}
    read = st.sampled_from(["right", "right", "other", ""])
    for place, id in enumerate(ids):
        parents = tuple(draw(st.lists(st.sampled_from(ids[:place]), unique=True))) if place else ()
        kind = draw(st.sampled_from(["search", "search", "reason"])) if parents else "search"
        needs = "".join(f" {{{parent}}}" for parent in parents)
        subs.append(
            SubQuestion(id=id, text=f"What is item {id}?{needs}", parents=parents, kind=kind)
        )
        drafts[id] = draw(
            st.lists(st.sampled_from(["wrong", "other", "right", ""]), min_size=2, max_size=3)
        )
        found[id] = draw(read), draw(st.sampled_from([0.9, 0.9, 0.1]))
    limits = {
        "rounds": st.sampled_from([4, 4, 2, 1]),
        "searches": st.sampled_from([200, 200, 200, 0, 1, 2, 4]),
        "policy_calls": st.sampled_from([400, 400, 400, 0, 3, 6, 12]),
    }
    return World(
        subs=tuple(subs),
        drafts=drafts,
        found=found,
        habit=draw(st.sampled_from(["what is missing", "everything", "nothing", "nonsense"])),
        seed=draw(st.integers(0, 99)),
        verification=Verification(
            verifies=draw(st.sampled_from([True, True, False])),
            completes=draw(st.sampled_from([True, True, False])),
        ),
        budget={name: draw(values) for name, values in limits.items()},
    )


class Random(ScriptedPolicy):
    """Does what a world says."""

    def __init__(self, world: World) -> None:
        super().__init__([], {})
        self._world = world
        self._thoughts = {id: list(texts) for id, texts in world.drafts.items()}
        self.asked = 0

    async def chain(self, request: ChainRequest) -> Sequence[DraftedQuestion]:
        self.asked += 1
        known = {sub.id: sub.id.split("_")[0] for sub in request.plan.sub_questions}
        latest = {base: id for id, base in known.items()}
        written = []
        for sub in self._world.subs:
            if sub.id in latest and self._world.habit == "what is missing":
                continue
            id = f"{sub.id}_again{self.asked}" if sub.id in known else sub.id
            parents = tuple(latest[parent] for parent in sub.parents)
            needs = "".join(f" {{{parent}}}" for parent in parents)
            latest[sub.id] = id
            text = f"What is item {sub.id}?{needs}"
            written.append(
                DraftedQuestion(
                    sub_question=SubQuestion(id=id, text=text, parents=parents, kind=sub.kind),
                    draft=self._thought(sub.id),
                )
            )
        if request.plan.sub_questions and self._world.habit == "nothing":
            return []
        if request.plan.sub_questions and self._world.habit == "nonsense":
            lost = SubQuestion(id="lost", text="{nowhere}", parents=("nowhere",))
            return [DraftedQuestion(sub_question=lost)]
        return written

    def _thought(self, id: str) -> StepAnswer:
        thoughts = self._thoughts[id]
        thought = thoughts.pop(0) if thoughts else ""
        return draft(f"{id}{thought}") if thought else StepAnswer()

    async def read(self, request: ReadRequest) -> Reading:
        id = request.sub_question.id.split("_")[0]
        state, confidence = self._world.found[id]
        ranking = tuple(
            RankedPassage(passage_id=each.id, score=1 / rank)
            for rank, each in enumerate(request.passages, start=1)
        )
        for each in request.passages:
            if state and (start := each.text.find(id + state)) >= 0:
                quote = Quote(passage_id=each.id, text=id + state, start=start)
                answer = StepAnswer(text=id + state, quotes=(quote,), confidence=confidence)
                return Reading(answer=answer, ranking=ranking)
        return Reading(ranking=ranking)


class Whimsical:
    """Scores by a seed, the same step always the same."""

    name = "whimsical"
    judges: Judges = "step"

    def __init__(self, seed: int) -> None:
        self._seed = seed

    async def score(self, trajectories: Sequence[Trajectory]) -> list[list[Verdict]]:
        return [
            [
                Verdict(score=zlib.crc32(f"{self._seed}{s.text}{s.answer.text}".encode()) / 2**32)
                for s in each.steps
            ]
            for each in trajectories
        ]


class Backend(MemorySearch):
    """Counts its searches."""

    searches = 0

    async def search(self, query: str, **more: Any) -> SearchOutcome:
        self.searches += 1
        return await super().search(query, **more)


@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow])
@given(worlds())
def test_every_run_ends_with_one_sound_branch_accepted(world: World) -> None:
    async def scenario() -> None:
        policy, backend = Random(world), Backend(PASSAGES)
        parts = parts_of(policy, critic=Whimsical(world.seed), backends=[backend])
        async with asyncio.timeout(30):
            answer, events = await run(
                searchain(world.verification), parts, question="What is item q5?", **world.budget
            )
        tree = answer.tree
        assert tree is not None
        (accepted,) = [branch for branch in tree.branches if branch.status == "accepted"]
        assert accepted == tree.branch
        assert answer.plan == tree.plan(accepted) == make_plan(answer.plan.sub_questions)
        assert {step.sub_question.id: step for step in answer.steps} == tree.steps(accepted)
        assert answer.stopped_by or len(answer.steps) == len(answer.plan.sub_questions)
        for branch in tree.branches:
            make_plan(tree.plan(branch).sub_questions)
            assert len(set(branch.nodes)) == len(branch.nodes)
        for id, node in tree.nodes.items():
            assert node.sub_question.id == id
            assert any(id in branch.nodes for branch in tree.branches)
            assert (node.step is None) == (node.outcome is None)
            if node.corrects:
                assert tree.nodes[node.corrects].outcome == "contradicted"
                assert node.outcome == "corrected"
        if not world.verification.verifies:
            assert all(node.outcome != "contradicted" for node in tree.nodes.values())
        started = [event.id for event in events if event.kind == "step_started"]
        assert len(started) == len(set(started))
        assert backend.searches == answer.usage.searches <= world.budget["searches"]
        assert answer.usage.policy_calls <= world.budget["policy_calls"] + 1
        assert policy.asked <= world.budget["rounds"]
        assert_sound(answer)

    asyncio.run(scenario())
