"""The workflow's own steps as moves: what they research, what they keep, and what they cost."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from chain_runs import Counting, Scoring, draft, parts_of
from search_runs import Branching, in_a_run
from support import CHAIN, POLAR

from clew.graphs.budget import Budget, Usage
from clew.graphs.meter import Meter
from clew.graphs.plan import SubQuestion
from clew.graphs.proposing import Moves
from clew.graphs.protocols import PlanRequest, Proposal
from clew.graphs.step_graph import build_step_graph
from clew.graphs.steps import Quote, StepAnswer, Trajectory
from clew.graphs.tree_search.moves import Move
from clew.graphs.tree_search.run_domain import RunDomain
from clew.graphs.tree_search.run_moves import others_of
from clew.graphs.tree_search.run_states import RunState, steps_of

CAPTAIN, BORN = CHAIN
SHIP = SubQuestion(id="s", text="What did Colin Archer design?")
ASK = Move(kind="ask", sub_questions=CHAIN)
BOTH = Move(kind="ask", sub_questions=(*CHAIN, SHIP))
FRANK, COLIN = "Where was Frank Worsley born?", "Where was Colin Archer born?"


class Bench:
    """A domain over `POLAR`, with what it searched and read at hand."""

    def __init__(
        self,
        policy: Branching | None = None,
        *,
        budget: Budget | None = None,
        width: int = 3,
        most: int | None = None,
        propose: Any = None,
        **more: Any,
    ) -> None:
        self.backend = Counting()
        self.policy = policy or Branching()
        self.meter = Meter(budget or Budget(), Usage())
        critic = more.pop("critic", None)
        given = {"critic": critic} if critic else {}
        parts = parts_of(self.policy, backends=[self.backend], **given)
        moves = Moves(
            step_graph=build_step_graph(parts), propose=propose or self.policy.plan, most=most
        )
        self.domain = RunDomain(
            parts,
            moves,
            question="Where was the captain of the Endurance born?",
            meter=self.meter,
            width=width,
            evidence=more.pop("evidence", {}),
            results=more.pop("results", {}),
            **more,
        )

    async def after(self, *moves: Move, start: RunState | None = None) -> RunState:
        state = start or RunState()
        for move in moves:
            reached = await self.domain.apply(state, move)
            assert reached is not None
            state = reached
        return state

    def answers(self, state: RunState) -> dict[str, str | None]:
        return {id: step.answer.text for id, step in self.steps(state).items()}

    def steps(self, state: RunState) -> Any:
        return steps_of(state, self.domain.results)


def other_captain(bench: Bench, state: RunState) -> Move:
    """The move that takes the other man for the captain."""
    (answer,) = others_of(bench.steps(state)["q1"])
    assert answer.text == "Colin Archer"
    return Move(kind="reread", id="q1", answer=answer)


async def test_asking_researches_all_that_is_asked_each_with_its_parents_answers() -> None:
    bench = Bench()
    state = await in_a_run(lambda: bench.after(ASK))
    assert bench.answers(state) == {"q1": "Frank Worsley", "q2": "Akaroa, New Zealand"}
    assert bench.backend.queries == [CAPTAIN.text, FRANK] and state.rounds == 1
    assert bench.domain.answer(state) == "Akaroa, New Zealand"
    assert bench.domain.usage.searches == 2 and bench.domain.usage.policy_calls == 6


async def test_a_reread_keeps_what_does_not_rest_on_it_and_researches_anew_what_does() -> None:
    bench = Bench()

    async def work() -> tuple[RunState, RunState]:
        before = await bench.after(BOTH)
        bench.backend.queries.clear()
        return before, await bench.after(other_captain(bench, before), start=before)

    before, after = await in_a_run(work)
    assert bench.answers(after)["q1"] == "Colin Archer"
    assert bench.answers(after)["q2"] == "Larvik, Norway"
    assert after.taken["s"] == before.taken["s"], "the ship does not rest on the captain"
    assert bench.backend.queries == [COLIN], "its new passages are there already"
    again = bench.steps(after)["q2"]
    assert again.text == COLIN and [each.query for each in again.searches] == [COLIN]
    assert after.rounds == before.rounds, "nothing was asked of the planner"


async def test_a_reword_searches_with_queries_that_were_not_tried() -> None:
    bench = Bench()
    reword = Move(kind="reword", id="q2")
    state = await in_a_run(lambda: bench.after(ASK, reword))
    assert bench.backend.queries == [CAPTAIN.text, FRANK, f"{FRANK} 2"]
    searched = [each.query for each in bench.steps(state)["q2"].searches]
    assert searched == [FRANK, f"{FRANK} 2"], "the step remembers both"
    assert state.taken["q2"].rewordings == 1


async def test_what_rests_on_a_reworded_step_is_researched_only_where_that_says_something_new() -> (
    None
):
    bench = Bench()
    state = await in_a_run(lambda: bench.after(ASK, Move(kind="reword", id="q1")))
    # The captain is the same man, read in the same place.
    assert bench.backend.queries == [CAPTAIN.text, FRANK, f"{CAPTAIN.text} 2"]
    assert bench.answers(state)["q2"] == "Akaroa, New Zealand"


async def test_the_same_is_researched_once_even_side_by_side() -> None:
    bench = Bench()
    renamed = (
        SubQuestion(id="a", text=CAPTAIN.text),
        SubQuestion(id="b", text="Where was {a} born?", parents=("a",)),
    )

    async def work() -> Sequence[RunState | None]:
        both = [ASK, Move(kind="ask", sub_questions=renamed), BOTH]
        return await asyncio.gather(*(bench.domain.apply(RunState(), each) for each in both))

    first, second, third = await in_a_run(work)
    assert first and second and third
    assert sorted(bench.backend.queries) == sorted([CAPTAIN.text, FRANK, SHIP.text])
    assert bench.policy.read_texts.count(FRANK) == 1
    assert bench.answers(second) == {"a": "Frank Worsley", "b": "Akaroa, New Zealand"}
    for id, step in bench.steps(second).items():
        assert step.sub_question.id == id, "a shared step is still a step of its own plan"
    # What was shared is counted once.
    assert bench.domain.usage.searches == 3 == 200 - (bench.meter.left("searches") or 0)


async def test_moves_are_the_policys_then_other_tries_then_the_answer() -> None:
    first = (Proposal(sub_questions=CHAIN), Proposal(sub_questions=(SHIP,)))
    bench = Bench(first=first, width=9)

    async def work() -> tuple[Any, Any]:
        start = await bench.domain.propose(RunState())
        return start, await bench.domain.propose(await bench.after(ASK))

    start, later = await in_a_run(work)
    assert [move.sub_questions for move, _ in start] == [CHAIN, (SHIP,)]
    assert bench.policy.calls["plan"] == 1, "the planner's proposals are there already"
    kinds = [(move.kind, move.id) for move, _ in later]
    # The policy has nothing to add; then come the odds, 0.2 and 0.2 of a rewording, 1/3 of another.
    assert kinds[0] == ("answer", None)
    assert kinds[1:] == [("reread", "q1"), ("reword", "q1"), ("reword", "q2")]
    assert sum(move.kind == "answer" for move, _ in later) == 1


async def test_to_answer_is_always_a_move_where_an_answer_is_known() -> None:
    bench = Bench(Branching(endless=True), width=9)
    moves = await in_a_run(lambda: _proposed_after(bench, ASK))
    assert [move.kind for move, _ in moves][:3] == ["ask", "ask", "ask"]
    assert moves[-1][0].kind == "answer" and moves[-1][1] == pytest.approx(0.1)


async def test_no_more_moves_than_wanted() -> None:
    bench = Bench(Branching(endless=True), width=2)
    assert len(await in_a_run(lambda: _proposed_after(bench, ASK))) == 2


async def _proposed_after(bench: Bench, *moves: Move) -> Sequence[tuple[Move, float]]:
    return await bench.domain.propose(await bench.after(*moves))


async def test_proposals_that_do_not_fit_are_dropped() -> None:
    async def careless(request: PlanRequest) -> Sequence[Proposal]:
        return [Proposal(sub_questions=CHAIN[:1]), Proposal(sub_questions=(SHIP,))]

    bench = Bench(propose=careless, width=9)
    moves = await in_a_run(lambda: _proposed_after(bench, ASK))
    assert [move.sub_questions for move, _ in moves if move.kind == "ask"] == [(SHIP,)]


async def test_a_policy_that_adds_too_much_at_a_time_is_cut() -> None:
    async def hasty(request: PlanRequest) -> Sequence[Proposal]:
        return [Proposal(sub_questions=CHAIN)]

    bench = Bench(propose=hasty, most=1)
    (move, _), *_ = await in_a_run(lambda: bench.domain.propose(RunState()))
    assert move.sub_questions == (CAPTAIN,)


async def test_the_policy_is_asked_as_often_as_the_budget_allows() -> None:
    policy = Branching(endless=True)
    bench = Bench(policy, budget=Budget(rounds=2), asked=1)
    moves = await in_a_run(lambda: _proposed_after(bench, ASK))
    assert not policy.calls["plan"] and all(move.kind != "ask" for move, _ in moves)


async def test_where_calls_have_ended_other_tries_are_left() -> None:
    bench = Bench(Branching(endless=True), budget=Budget(policy_calls=6))
    moves = await in_a_run(lambda: _proposed_after(bench, ASK))
    assert {move.kind for move, _ in moves} == {"reread", "reword"}
    assert bench.meter.exhausted == "policy_calls" and bench.domain.usage.policy_calls == 6


async def test_without_budget_moves_lead_nowhere_but_to_the_answer() -> None:
    bench = Bench(budget=Budget(searches=0))

    async def work() -> tuple[RunState | None, RunState | None]:
        ended = await bench.domain.apply(RunState(), Move(kind="answer"))
        return await bench.domain.apply(RunState(), ASK), ended

    asked, ended = await in_a_run(work)
    assert asked is None and ended is not None and bench.domain.is_end(ended)
    assert not bench.backend.queries


async def test_a_step_that_the_budget_cuts_short_is_unfinished_and_the_rest_stands() -> None:
    bench = Bench(budget=Budget(searches=1))
    state = await in_a_run(lambda: bench.after(ASK))
    steps = bench.steps(state)
    assert steps["q1"].status == "answered" and steps["q2"].status == "unfinished"
    assert bench.domain.usage.searches == 1 == len(bench.backend.queries)
    assert bench.domain.answer(state) is None


async def test_states_are_valued_in_one_batch_by_the_critic_on_all_their_steps() -> None:
    batches: list[int] = []

    class Noting(Scoring):
        async def score(self, trajectories: Any) -> Any:
            batches.append(len(trajectories))
            return await super().score(trajectories)

    bench = Bench(critic=Noting({"Akaroa, New Zealand": 0.25, "Larvik, Norway": 0.8}, others=0.5))

    async def work() -> Any:
        first = await bench.after(ASK)
        other = await bench.after(other_captain(bench, first), start=first)
        batches.clear()
        return await bench.domain.evaluate([first, other])

    akaroa, larvik = await in_a_run(work)
    assert batches == [2]
    # Each is worth its weakest step: 0.5 and 0.25, 0.5 and 0.8.
    assert (akaroa.score, larvik.score) == (0.25, 0.5)
    assert {id: verdict.score for id, verdict in larvik.verdicts.items()} == {"q1": 0.5, "q2": 0.8}


class Asked(Scoring):
    """Notes what it is asked about: the answer of each trajectory."""

    def __init__(self, scores: Mapping[str | None, float]) -> None:
        super().__init__(scores, others=0.5)
        self.answers: list[list[str | None]] = []

    async def score(self, trajectories: Sequence[Trajectory]) -> Any:
        self.answers.append([each.answer for each in trajectories])
        return await super().score(trajectories)


async def test_the_critic_is_not_asked_again_about_a_state_that_merely_ends() -> None:
    critic = Asked({"Akaroa, New Zealand": 0.25})
    bench = Bench(critic=critic)

    async def work() -> tuple[RunState, RunState, Any]:
        state = await bench.after(ASK)
        other = await bench.after(other_captain(bench, state), start=state)
        critic.answers.clear()  # each step was looked at as it was researched
        return state, other, (await bench.domain.evaluate([state]))[0]

    state, other, value = await in_a_run(work)
    ended = state.model_copy(update={"ended": True})
    # As the nodes of the subgraph hand on what the tree holds.
    later = Bench(
        critic=critic,
        results=bench.domain.results,
        values={bench.domain.key(state): value},
    )
    other_ended = other.model_copy(update={"ended": True})
    again = await in_a_run(lambda: later.domain.evaluate([other_ended, ended]))
    assert critic.answers == [[None], ["Larvik, Norway"]], "of the end it knows the steps"
    assert again[1] == value and again[0].score == 0.5
    critic.answers.clear()
    assert list(await in_a_run(lambda: later.domain.evaluate([ended, ended]))) == [value, value]
    assert critic.answers == [] and later.domain.usage.policy_calls == 0


async def test_an_end_whose_steps_were_never_valued_is_a_question_to_the_critic() -> None:
    # So it is with a plan that was given: its state is the root.
    critic = Asked({"Akaroa, New Zealand": 0.25})
    bench = Bench(critic=critic)

    async def work() -> Any:
        state = await bench.after(ASK, Move(kind="answer"))
        critic.answers.clear()
        return await bench.domain.evaluate([state])

    (value,) = await in_a_run(work)
    assert critic.answers == [["Akaroa, New Zealand"]] and value.score == 0.25


async def test_where_sub_questions_come_a_few_at_a_time_only_an_end_answers() -> None:
    few, whole = Bench(most=1), Bench()
    for bench, underway in ((few, None), (whole, "Akaroa, New Zealand")):

        async def work(bench: Bench = bench) -> tuple[RunState, Sequence[tuple[Move, float]]]:
            state = await bench.after(ASK)
            return state, await bench.domain.propose(state)

        state, moves = await in_a_run(work)
        ended = state.model_copy(update={"ended": True})
        assert bench.domain.answer(state) == underway
        assert bench.domain.answer(ended) == "Akaroa, New Zealand"
        # To end is a move in both, for something is known.
        assert any(move.kind == "answer" for move, _ in moves)


async def test_refining_searches_for_the_weakest_step_in_other_words() -> None:
    bench = Bench(critic=Scoring({"Frank Worsley": 0.2, "Akaroa, New Zealand": 0.9}))

    async def work() -> Any:
        state = await bench.after(ASK)
        (value,) = await bench.domain.evaluate([state])
        bench.backend.queries.clear()
        refined = await bench.domain.refine(state, value)
        ended = await bench.domain.refine(state.model_copy(update={"ended": True}), value)
        return refined, ended

    refined, ended = await in_a_run(work)
    assert refined.taken["q1"].rewordings == 1 and bench.backend.queries[0].startswith(CAPTAIN.text)
    assert not refined.taken["q2"].rewordings and ended is None


async def test_drafts_compete_with_what_is_found_and_quote_only_what_was_seen() -> None:
    fram = POLAR[2]
    real = Quote(passage_id=fram.id, text="Colin Archer", start=fram.text.index("Colin Archer"))
    made_up = Quote(passage_id="nowhere", text="Ernest Shackleton", start=0)

    async def others(*quotes: Quote) -> tuple[StepAnswer, ...]:
        bench = Bench(Branching(others={}), evidence={fram.id: fram})
        drafted = draft("Ernest Shackleton").model_copy(update={"quotes": quotes})
        move = Move(kind="ask", sub_questions=(CAPTAIN,), drafts=(("q1", drafted),))
        state = await bench.after(move)
        (result,) = bench.domain.results.values()
        assert set(result.evidence) >= {each.passage_id for each in quotes if each == real}
        return others_of(bench.steps(state)["q1"])

    (drafted,) = await in_a_run(lambda: others(real, made_up))
    assert drafted.quotes == (real,) and not drafted.recalled
    (drafted,) = await in_a_run(lambda: others(made_up))
    assert drafted.quotes == () and drafted.recalled


async def test_states_that_hold_the_same_have_one_key() -> None:
    bench = Bench()

    async def work() -> list[str]:
        first = await bench.after(ASK)
        again = await bench.after(Move(kind="reword", id="q1"), start=first)
        other = await bench.after(other_captain(bench, first), start=first)
        return [bench.domain.key(each) for each in (first, again, other)]

    first, again, other = await in_a_run(work)
    assert first == again != other


async def test_a_trajectory_has_the_answer_once_the_state_has_ended() -> None:
    bench = Bench()
    state = await in_a_run(lambda: bench.after(ASK))
    assert bench.domain.trajectory(state).answer is None
    ended = state.model_copy(update={"ended": True})
    trajectory = bench.domain.trajectory(ended)
    assert trajectory.answer == "Akaroa, New Zealand"
    assert [step.sub_question.id for step in trajectory.steps] == ["q1", "q2"]
    for step in trajectory.steps:
        assert all(quote.is_verbatim(trajectory.evidence) for quote in step.answer.quotes)


async def test_an_error_of_a_part_reaches_the_caller() -> None:
    class Broken(Branching):
        async def read(self, request: Any) -> Any:
            raise RuntimeError("power cut")

    bench = Bench(Broken())
    with pytest.raises(RuntimeError, match="power cut"):
        await in_a_run(lambda: bench.after(ASK))
