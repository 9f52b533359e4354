"""The verifier inside its workflow: what it researches, what it settles, and how."""

from collections.abc import Sequence
from typing import Any

import pytest
from chain_runs import Scoring, draft, parts_of, run, script
from support import CHAIN, POLAR, QUESTION

from clew.agent.policies.scripted import ScriptedPolicy
from clew.graphs.plan import SubQuestion, make_plan
from clew.graphs.protocols import Proposal
from clew.graphs.steps import Quote, StepAnswer, Trajectory, Verdict
from clew.graphs.workflows import workflow_named

SEARCHAIN = workflow_named("searchain")


async def test_links_that_need_nothing_unsettled_are_researched_side_by_side() -> None:
    subs = tuple(SubQuestion(id=f"q{n}", text=f"Endurance {n}?") for n in range(4))
    last = SubQuestion(id="z", text="What of {q1}?", parents=("q1",))
    policy = ScriptedPolicy([Proposal(sub_questions=(*subs, last))], {"q1": "Frank Worsley"})
    _, events = await run(SEARCHAIN, parts_of(policy), rounds=1)
    kinds = [
        (event.kind, getattr(event, "id", None) or event.node.sub_question.id)
        for event in events
        if event.kind in ("step_started", "node_verified")
    ]
    ids = [sub.id for sub in subs]
    assert kinds[:4] == [("step_started", id) for id in ids]
    assert kinds[4:8] == [("node_verified", id) for id in ids]
    assert kinds[8:] == [("step_started", "z"), ("node_verified", "z")]


async def test_a_draft_that_stands_is_judged_as_the_answer_that_it_is() -> None:
    given: list[Trajectory] = []

    class Noting(Scoring):
        async def score(self, trajectories: Sequence[Trajectory]) -> list[list[Verdict]]:
            given.extend(trajectories)
            return await super().score(trajectories)

    critic = Noting({"Colin Archer": 0.6, "Frank Worsley": 0.5})
    answer, _ = await run(SEARCHAIN, parts_of(script(q1="Colin Archer"), critic=critic))
    assert answer.tree is not None
    node = answer.tree.nodes["q1"]
    assert node.step is not None and node.found is not None
    assert node.step.verdict == Verdict(score=0.6) and node.found.verdict == Verdict(score=0.5)
    judged = [each.steps[-1].answer.text for each in given]
    assert judged[:2] == ["Frank Worsley", "Colin Archer"]
    assert given[1].question == QUESTION and given[1].evidence


async def test_a_draft_is_judged_after_the_steps_that_it_rests_on() -> None:
    lengths: list[int] = []

    class Noting(Scoring):
        async def score(self, trajectories: Sequence[Trajectory]) -> list[list[Verdict]]:
            if trajectories[0].steps[-1].answer.text == "Larvik":
                lengths.append(len(trajectories[0].steps))
            return await super().score(trajectories)

    policy = script(answers={"q1": "Frank Worsley"}, q2="Larvik")
    await run(SEARCHAIN, parts_of(policy, critic=Noting({})))
    assert lengths == [2]


async def test_a_critic_that_forgets_verdicts_is_named_and_ends_nothing() -> None:
    class Forgetful(Scoring):
        async def score(self, trajectories: Sequence[Trajectory]) -> list[list[Verdict]]:
            found = await super().score(trajectories)
            thought = trajectories[0].steps[-1].answer.text == "Colin Archer"
            return [] if thought else found

    answer, _ = await run(SEARCHAIN, parts_of(script(q1="Colin Archer"), critic=Forgetful({})))
    assert answer.tree is not None and answer.short_answer
    judged = answer.tree.nodes["q1"].step
    assert judged is not None and judged.verdict is not None
    assert judged.verdict.failure == "critic 'scoring' returned nothing for 1 trajectories"


async def test_only_verbatim_quotes_of_what_was_found_stay_with_a_draft() -> None:
    start = POLAR[0].text.index("Frank Worsley")
    good = Quote(passage_id=POLAR[0].id, text="Frank Worsley", start=start)
    moved = good.model_copy(update={"start": 3})
    unseen = good.model_copy(update={"passage_id": "unseen"})
    thought = StepAnswer(text="Frank Worsley", quotes=(moved, good, unseen), confidence=0.9)
    policy = ScriptedPolicy([Proposal(sub_questions=CHAIN)], {}, drafts={"q1": thought})
    answer, _ = await run(SEARCHAIN, parts_of(policy))
    stays = answer.steps[0].answer
    assert stays.quotes == (good,) and not stays.recalled


async def test_what_the_user_has_recalled_in_a_plan_is_taken_as_it_is() -> None:
    known = SubQuestion(id="k", text="Who was her captain?", kind="recall", answer="Frank Worsley")
    child = SubQuestion(id="q2", text="Where was {k} born?", parents=("k",))
    answer, events = await run(SEARCHAIN, parts_of(script()), plan=make_plan([known, child]))
    assert answer.steps[0].answer.recalled and answer.steps[0].answer.text == "Frank Worsley"
    assert answer.steps[1].text == "Where was Frank Worsley born?"
    assert all(event.id != "k" for event in events if event.kind == "search_finished")


@pytest.mark.parametrize(("thought", "outcome"), [("no", "agreed"), ("yes", "contradicted")])
async def test_conclusions_are_held_against_drafts_too(thought: str, outcome: str) -> None:
    class Concluding(ScriptedPolicy):
        async def read(self, request: Any) -> Any:
            reading = await super().read(request)
            if request.sub_question.kind != "reason":
                return reading
            quotes = request.parents["a"].answer.quotes
            concluded = StepAnswer(text="no", quotes=quotes, confidence=0.9)
            return reading.model_copy(update={"answer": concluded})

    subs = (
        SubQuestion(id="a", text="Who was the captain of the Endurance?"),
        SubQuestion(id="b", text="Was {a} the captain of Fram?", parents=("a",), kind="reason"),
    )
    drafts = {"b": draft(thought)}
    policy = Concluding([Proposal(sub_questions=subs)], {"a": "Frank Worsley"}, drafts=drafts)
    answer, _ = await run(SEARCHAIN, parts_of(policy))
    assert answer.tree is not None
    assert answer.tree.nodes["b"].outcome == outcome
    assert answer.short_answer == "no"
    assert not any(each.recalled for each in answer.sentences)
