"""A run as a domain to search: the workflow's own steps are the moves between its states."""

import asyncio
from collections.abc import Mapping, Sequence

from ...errors import BudgetExhausted
from ...tools.passages import Passage
from ..budget import Usage
from ..meter import Meter, Tally, time_limit
from ..plan import Plan, SubQuestion
from ..proposing import Moves
from ..protocols import Parts, PlanRequest, Proposal
from ..researching import StepResult
from ..steps import Trajectory, Verdict
from .domain import Value
from .moves import Move
from .run_moves import edits, policy_moves
from .run_research import Earlier, Research, Wanted
from .run_states import (
    Results,
    RunState,
    Taken,
    content_key,
    deciding_step,
    evidence_of_all,
    step_of,
    steps_of,
)
from .run_tasks import Saved, Tasks
from .run_values import StateValue, state_values, unjudged

_EARLY_END = 0.1
"""Weight of ending where the policy would ask more."""


class SavedProposals(Saved):
    """What the policy proposed."""

    proposals: tuple[Proposal, ...] = ()


class SavedValues(Saved):
    """What the critic said."""

    values: tuple[StateValue, ...] = ()


class RunDomain:
    """States and moves of one run, for as long as one node of the search works.

    Each call of a policy, a critic or a step graph is a task whose result is saved as it comes, so
    that a killed search repeats only what was in flight. Research of the same content is done once.

    Args:
        parts: What the workflow is assembled from.
        moves: The workflow's own steps.
        question: The user's question.
        meter: What is left of the budget.
        width: How many moves are wanted of a state.
        evidence: The passages known before the search, by id.
        results: What research came to so far, by key.
        first: The proposals to begin with, which the planner made.
        values: What states are known to be worth, by what they hold.
        asked: How many times the policy was asked before that.
    """

    def __init__(
        self,
        parts: Parts,
        moves: Moves,
        *,
        question: str,
        meter: Meter,
        width: int,
        evidence: Mapping[str, Passage],
        results: Results,
        first: Sequence[Proposal] = (),
        values: Mapping[str, Value] | None = None,
        asked: int = 0,
    ) -> None:
        self._parts = parts
        self._moves = moves
        self._question = question
        self._meter = meter
        self._width = width
        self._evidence = evidence
        self._first = first
        self._values = values or {}
        self._asked = asked
        self._tasks = Tasks(meter)
        self._research = Research(
            moves.step_graph,
            question=question,
            meter=meter,
            tasks=self._tasks,
            answers=width,
            evidence=evidence,
            results=results,
        )

    @property
    def results(self) -> Mapping[str, StepResult]:
        """What research came to in this node's work, by key."""
        return self._research.new

    @property
    def usage(self) -> Usage:
        """What this node's work spent, its seconds aside."""
        return self._tasks.usage

    @property
    def _known(self) -> Results:
        return self._research.known

    async def propose(self, state: RunState) -> Sequence[tuple[Move, float]]:
        """Return what the policy proposes, then other tries at the steps there are."""
        proposals: Sequence[Proposal] = self._first
        if state.rounds or not proposals:
            proposals = await self._proposals(state)
        moves = policy_moves(state, proposals)
        if state.taken:
            moves += edits(state, steps_of(state, self._known))
        ends = any(move.kind == "answer" for move, _ in moves)
        if not ends and self._deciding_answer(state) is not None:
            moves.append((Move(kind="answer", text="answer with what is known"), _EARLY_END))
        return moves[: self._width]

    async def apply(self, state: RunState, move: Move) -> RunState | None:
        """Return the state after a move, the sub-questions that it touches researched."""
        return await self._made(state, move, None)

    async def _made(self, state: RunState, move: Move, verdict: Verdict | None) -> RunState | None:
        if move.kind == "answer":
            return state.model_copy(update={"ended": True})
        if self._meter.exhausted:
            return None
        plan, taken = state.plan, dict(state.taken)
        rewordings: dict[str, int] = {}
        earlier: Earlier | None = None
        if move.kind == "ask":
            plan = plan.extended(move.sub_questions)
            touched = {sub.id for sub in move.sub_questions}
        else:
            assert move.id is not None
            before = taken[move.id]
            touched = _resting_on(plan, move.id)
            if move.kind == "reread":
                taken[move.id] = before.model_copy(update={"instead": move.answer})
            else:
                rewordings[move.id] = before.rewordings + 1
                touched.add(move.id)
                earlier = self._earlier(plan[move.id], before, verdict)
        drafts = dict(move.drafts)
        done: dict[str, asyncio.Future[Taken]] = {}
        # All begin at once, in plan order, and wait for their parents inside: a resumed run finds
        # saved results by their place in the order of calls.
        for sub in plan.in_order():
            if sub.id in touched:
                parents = {id: done.get(id) or taken[id] for id in sub.parents}
                done[sub.id] = asyncio.ensure_future(
                    self._research.done(
                        Wanted(
                            plan,
                            sub,
                            parents,
                            drafts.get(sub.id),
                            earlier if sub.id in rewordings else None,
                            rewordings.get(sub.id, 0),
                        )
                    )
                )
        taken |= dict(zip(done, await asyncio.gather(*done.values()), strict=True))
        added = move.kind == "ask"
        return RunState(plan=plan, taken=taken, rounds=state.rounds + added)

    async def evaluate(self, states: Sequence[RunState]) -> Sequence[StateValue]:
        """Return what the critic makes of the states, in one batch."""
        # To end with what is known makes it neither better nor worse.
        before = [
            content_key(each.model_copy(update={"ended": False}), self._known) for each in states
        ]
        known = {
            key: value for key in before if isinstance(value := self._values.get(key), StateValue)
        }
        new = [state for state, key in zip(states, before, strict=True) if key not in known]

        async def judge(tally: Tally) -> SavedValues:
            trajectories = [self.trajectory(state) for state in new]
            async with time_limit(tally.seconds_left, tally.stop):
                return SavedValues(values=await state_values(self._parts, trajectories, tally))

        async def judge_in_time(tally: Tally) -> SavedValues:
            try:
                return await judge(tally)
            except BudgetExhausted as error:
                return SavedValues(values=unjudged(f"the budget ({error}) ended first", len(new)))

        values = iter((await self._tasks.done("evaluate", judge_in_time)).values if new else ())
        return [known[key] if key in known else next(values) for key in before]

    async def refine(self, state: RunState, value: Value) -> RunState | None:
        """Return the state with its weakest step worked on again, as the critic explains.

        The explanation reaches the policy with the step (ReARTeR, arXiv:2501.07861).
        """
        if not isinstance(value, StateValue):
            return None
        steps = steps_of(state, self._known)
        reworded = [move for move, _ in edits(state, steps) if move.kind == "reword"]
        scores = {id: verdict.score for id, verdict in value.verdicts.items()}
        if state.ended or not reworded:
            return None
        weakest = min(reworded, key=lambda move: scores.get(move.id or "", 1))
        return await self._made(state, weakest, value.verdicts.get(weakest.id or ""))

    def key(self, state: RunState) -> str:
        """Return what a state holds."""
        return content_key(state, self._known)

    def kind(self, move: Move) -> str:
        """Return the kind of a move."""
        return move.kind

    def answer(self, state: RunState) -> str | None:
        """Return the answer of the step that decides.

        Where sub-questions come a few at a time, a state answers the question once it ends.
        """
        is_whole = state.ended or self._moves.most is None
        return self._deciding_answer(state) if is_whole else None

    def is_end(self, state: RunState) -> bool:
        """Return whether a state ends with what is known."""
        return state.ended

    def trajectory(self, state: RunState) -> Trajectory:
        """Return what a critic reads of a state."""
        return Trajectory(
            question=self._question,
            steps=tuple(steps_of(state, self._known).values()),
            evidence=evidence_of_all(state, self._known),
            answer=self.answer(state) if state.ended else None,
        )

    def _deciding_answer(self, state: RunState) -> str | None:
        step = deciding_step(state.plan, steps_of(state, self._known))
        return step.answer.text if step else None

    def _earlier(self, sub: SubQuestion, taken: Taken, verdict: Verdict | None) -> Earlier:
        step = step_of(sub, taken, self._known)
        if verdict is not None:
            step = step.model_copy(update={"verdict": verdict})
        return Earlier(step, self._known[taken.key].evidence)

    async def _proposals(self, state: RunState) -> Sequence[Proposal]:
        if self._asked + state.rounds >= (self._moves.rounds or self._meter.budget.rounds):
            return ()

        async def plan(tally: Tally) -> SavedProposals:
            request = PlanRequest(
                question=self._question,
                plan=state.plan,
                steps=steps_of(state, self._known),
                evidence={**self._evidence, **evidence_of_all(state, self._known)},
                limit=self._width,
                most=self._moves.most,
                tally=tally,
            )
            try:
                async with time_limit(tally.seconds_left, tally.stop):
                    tally.policy_call()
                    proposals = await self._moves.propose(request)
            except BudgetExhausted:
                return SavedProposals()
            return SavedProposals(
                proposals=tuple(_cut(each, self._moves.most) for each in proposals[: self._width])
            )

        return (await self._tasks.done("propose", plan)).proposals


def _cut(proposal: Proposal, most: int | None) -> Proposal:
    """The proposal with no more sub-questions than may be added at a time."""
    return proposal.model_copy(update={"sub_questions": proposal.sub_questions[:most]})


def _resting_on(plan: Plan, id: str) -> set[str]:
    """The sub-questions that rest on one, directly or not."""
    resting: set[str] = set()
    for sub in plan.in_order():
        if resting.intersection(sub.parents) or id in sub.parents:
            resting.add(sub.id)
    return resting
