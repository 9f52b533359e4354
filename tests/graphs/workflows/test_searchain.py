"""Search-in-the-Chain: drafts confirmed, completed and corrected, and branches left for better."""

from collections.abc import Sequence
from typing import Any

import pytest
from chain_runs import (
    ANSWERS,
    Counting,
    Scoring,
    assert_sound,
    draft,
    parts_of,
    run,
    script,
)
from support import CHAIN, POLAR, QUESTION, passage

from clew.agent.policies.scripted import ScriptedPolicy
from clew.graphs.answer import Answer
from clew.graphs.calibration import Calibration
from clew.graphs.chain_tree import ChainNode, ChainTree
from clew.graphs.events import EVENT, Event
from clew.graphs.plan import SubQuestion, make_plan
from clew.graphs.protocols import ChainRequest, Draft, DraftedQuestion, Proposal, WriteRequest
from clew.graphs.steps import Quote, Reading, StepAnswer
from clew.graphs.verification import Verification
from clew.graphs.workflows import workflow_named
from clew.graphs.workflows.searchain import searchain
from clew.tools.search.memory import MemorySearch

SEARCHAIN = workflow_named("searchain")
WRONG = {"q1": "Colin Archer", "q2": "Larvik, Norway"}
"""Drafts that no source supports: what is true of another ship."""


def tree_of(answer: Answer) -> ChainTree:
    assert answer.tree is not None
    accepted = [branch for branch in answer.tree.branches if branch.status == "accepted"]
    assert accepted == [answer.tree.branch]
    assert answer.plan == answer.tree.plan(answer.tree.branch)
    assert {step.sub_question.id: step for step in answer.steps} == answer.tree.steps(
        answer.tree.branch
    )
    return answer.tree


def outcomes(answer: Answer) -> dict[str, str | None]:
    return {id: node.outcome for id, node in tree_of(answer).nodes.items()}


def kinds(events: Sequence[Event], *wanted: str) -> list[str]:
    return [event.kind for event in events if event.kind in wanted]


async def test_drafts_that_retrieval_agrees_with_make_one_branch_cited_from_what_was_found() -> (
    None
):
    policy = script(q1="Worsley", q2="Akaroa")
    answer, events = await run(SEARCHAIN, parts_of(policy))
    assert outcomes(answer) == {"q1": "agreed", "q2": "agreed"}
    assert [branch.nodes for branch in tree_of(answer).branches] == [("q1", "q2")]
    assert answer.short_answer == "Akaroa, New Zealand"
    assert [citation.passage.title for citation in answer.citations] == [
        "Endurance",
        "Frank Worsley",
    ]
    assert all(each.citations and not each.recalled for each in answer.sentences)
    assert_sound(answer)
    drafted = [event for event in events if event.kind == "chain_drafted"]
    assert [node.draft.text for node in drafted[0].nodes] == ["Worsley", "Akaroa"]


async def test_what_the_policy_did_not_know_is_completed() -> None:
    answer, _ = await run(SEARCHAIN, parts_of(script(q2="Akaroa")))
    assert outcomes(answer) == {"q1": "completed", "q2": "agreed"}
    assert answer.short_answer == "Akaroa, New Zealand"


async def test_a_sure_contradiction_is_corrected_in_a_branch_whose_rest_is_written_anew() -> None:
    answer, events = await run(SEARCHAIN, parts_of(script(**WRONG)))
    tree = tree_of(answer)
    # The second link is drafted wrongly once more, and corrected once more.
    assert [branch.nodes for branch in tree.branches] == [
        ("q1", "q2"),
        ("q1_2", "q2_2"),
        ("q1_2", "q2_2_2"),
    ]
    assert [branch.parent for branch in tree.branches] == [None, 0, 1]
    assert outcomes(answer) == {
        "q1": "contradicted",
        "q2": None,
        "q1_2": "corrected",
        "q2_2": "contradicted",
        "q2_2_2": "corrected",
    }
    twin = tree.nodes["q1_2"]
    assert twin.corrects == "q1" and twin.step is not None and twin.draft.text == "Colin Archer"
    assert [step.text for step in answer.steps] == [
        CHAIN[0].text,
        "Where was Frank Worsley born?",
    ]
    assert answer.short_answer == "Akaroa, New Zealand"
    assert all(each.citations and not each.recalled for each in answer.sentences)
    assert "Larvik" not in answer.text and "Colin Archer" not in answer.text
    assert_sound(answer)
    told = kinds(events, "chain_drafted", "node_verified", "branch_chosen")
    assert told[:4] == ["chain_drafted", "node_verified", "node_verified", "branch_chosen"]
    left = [event.left for event in events if event.kind == "branch_chosen"]
    assert left == [0, 1, None]


async def test_what_is_told_is_the_whole_tree() -> None:
    answer, events = await run(SEARCHAIN, parts_of(script(**WRONG)))
    nodes: dict[str, ChainNode] = {}
    branches: dict[int, tuple[str, ...]] = {}
    for event in events:
        assert EVENT.validate_json(event.model_dump_json()) == event
        if event.kind == "chain_drafted":
            nodes |= {node.sub_question.id: node for node in event.nodes}
            branches[event.branch.number] = event.branch.nodes
        elif event.kind == "node_verified":
            nodes[event.node.sub_question.id] = event.node
    tree = tree_of(answer)
    assert nodes == tree.nodes
    assert branches == {branch.number: branch.nodes for branch in tree.branches}


async def test_twins_share_what_was_found_and_nothing_is_counted_or_done_twice() -> None:
    backend = Counting()
    answer, events = await run(SEARCHAIN, parts_of(script(**WRONG), backends=[backend]))
    assert answer.usage.searches == len(backend.queries) == 3
    assert backend.queries == [QUESTION, CHAIN[0].text, "Where was Frank Worsley born?"]
    started = [event.id for event in events if event.kind == "step_started"]
    assert started == ["q1", "q2_2"]


async def test_an_unsure_contradiction_leaves_the_draft_to_be_marked_as_recalled() -> None:
    unsure = Calibration(offset=-20)
    assert unsure.chance(1.0) < 0.5
    answer, _ = await run(SEARCHAIN, parts_of(script(q1="Colin Archer"), calibration=unsure))
    tree = tree_of(answer)
    assert len(tree.branches) == 1 and tree.nodes["q1"].outcome == "disputed"
    assert answer.steps[0].answer.text == "Colin Archer"
    found = tree.nodes["q1"].found
    assert found is not None and found.answer.text == "Frank Worsley"
    marks = {each.text: (each.recalled, bool(each.citations)) for each in answer.sentences}
    assert marks[f"{CHAIN[0].text} Colin Archer"] == (True, False)


@pytest.mark.parametrize("sure", [0.0, 1.0])
async def test_a_draft_that_retrieval_says_nothing_about_stays_and_is_marked(sure: float) -> None:
    policy = script(answers={"q2": "Larvik, Norway"}, q1="Colin Archer")
    answer, _ = await run(searchain(Verification(sure=sure)), parts_of(policy))
    assert outcomes(answer) == {"q1": "unconfirmed", "q2": "completed"}
    first, second = answer.sentences
    assert first.recalled and not first.citations
    assert second.citations and not second.recalled
    assert answer.short_answer == "Larvik, Norway"


@pytest.mark.parametrize("verbatim", [True, False])
async def test_a_draft_with_verbatim_quotes_of_what_was_found_is_not_recalled(
    verbatim: bool,
) -> None:
    source = POLAR[2]
    start = source.text.index("Colin Archer") + (0 if verbatim else 1)
    quote = Quote(passage_id=source.id, text="Colin Archer", start=start)
    subs = (SubQuestion(id="q1", text="Who designed Fram?"),)
    drafts = {"q1": StepAnswer(text="Colin Archer", quotes=(quote,), recalled=True)}
    policy = ScriptedPolicy([Proposal(sub_questions=subs)], {}, drafts=drafts)
    answer, _ = await run(SEARCHAIN, parts_of(policy), question="Who designed Fram?")
    assert outcomes(answer) == {"q1": "unconfirmed"}
    (sentence,) = answer.sentences
    assert (sentence.recalled, bool(sentence.citations)) == (not verbatim, verbatim)
    assert_sound(answer)


BOTH = (
    SubQuestion(id="q1", text="Who was the captain of the Endurance?"),
    SubQuestion(id="q2", text="Who designed Fram?"),
    SubQuestion(id="q3", text="Where was {q2} born?", parents=("q2",)),
)


async def test_two_contradictions_of_one_level_are_corrected_together() -> None:
    answers = {"q1": "Frank Worsley", "q2": "Colin Archer", "q3_2": "Larvik, Norway"}
    policy = script(BOTH, answers, q1="Amundsen", q2="Nansen", q3="Oslo")
    answer, _ = await run(SEARCHAIN, parts_of(policy))
    tree = tree_of(answer)
    assert tree.branches[1].nodes == ("q1_2", "q2_2", "q3_2")
    assert tree.branches[1].parent == 0
    assert answer.short_answer == "Larvik, Norway"


async def test_a_correction_keeps_what_does_not_rest_on_it() -> None:
    answers = {"q1": "Frank Worsley", "q2": "Colin Archer", "q3": "Larvik, Norway"}
    policy = script(BOTH, answers, q1="Frank Worsley", q3="Oslo")
    backend = Counting()
    answer, _ = await run(SEARCHAIN, parts_of(policy, backends=[backend]))
    assert tree_of(answer).branch.nodes == ("q1", "q2", "q3_2")
    assert answer.short_answer == "Larvik, Norway"
    # The scout's, and one for each link.
    assert len(backend.queries) == 4


async def test_a_branch_that_the_critic_scores_worse_is_not_even_begun() -> None:
    answers = {**ANSWERS, "q2": "Larvik, Norway"}
    critic = Scoring({"Colin Archer": 0.9, "Larvik, Norway": 0.9, "Frank Worsley": 0.6})
    answer, events = await run(
        SEARCHAIN, parts_of(script(answers=answers, q1="Colin Archer"), critic=critic)
    )
    tree = tree_of(answer)
    assert answer.short_answer == "Larvik, Norway"
    assert tree.current == 0 and tree.branch.value == pytest.approx(0.9)
    corrected = tree.branches[1]
    assert (corrected.nodes, corrected.status, corrected.value) == (("q1_2",), "drafting", 0.6)
    assert tree.nodes["q1_2"] in [e.node for e in events if e.kind == "node_verified"]
    assert not any(e.branch.number == 1 for e in events if e.kind == "branch_chosen")
    first = answer.sentences[0]
    assert "Colin Archer" in first.text and first.recalled


async def test_a_correction_that_turns_out_worse_is_left_for_the_branch_with_the_draft() -> None:
    answers = {**ANSWERS, "q2": "Larvik, Norway"}
    critic = Scoring({"Colin Archer": 0.65, "Frank Worsley": 0.7, "Akaroa, New Zealand": 0.5})
    answer, events = await run(
        SEARCHAIN, parts_of(script(answers=answers, q1="Colin Archer"), critic=critic)
    )
    tree = tree_of(answer)
    chosen = [
        (event.branch.number, event.left) for event in events if event.kind == "branch_chosen"
    ]
    assert chosen == [(1, 0), (0, 1), (0, None)]
    assert answer.short_answer == "Larvik, Norway"
    assert [branch.status for branch in tree.branches] == ["accepted", "finished"]
    assert tree.branches[0].value == pytest.approx((0.65 + 1.0) / 2)
    assert tree.branches[1].value == pytest.approx((0.7 + 0.5) / 2)


async def test_of_equal_branches_the_corrected_one_is_taken() -> None:
    answer, _ = await run(SEARCHAIN, parts_of(script(q1="Colin Archer")))
    assert answer.short_answer == "Akaroa, New Zealand"


class Resourceful(ScriptedPolicy):
    """Knows another way once a chain has ended without an answer."""

    def __init__(self) -> None:
        super().__init__([Proposal(sub_questions=CHAIN)], {"q1": "Frank Worsley", "x1": "Larvik"})
        self.asked: list[ChainRequest] = []

    async def chain(self, request: ChainRequest) -> Sequence[DraftedQuestion]:
        self.asked.append(request)
        if len(self.asked) == 1:
            return await super().chain(request)
        other = SubQuestion(id="x1", text="Colin Archer was born in which town?")
        return [DraftedQuestion(sub_question=other, draft=draft("Larvik, Norway"))]


async def test_a_chain_that_ends_without_an_answer_is_asked_for_once_more() -> None:
    policy = Resourceful()
    answer, _ = await run(SEARCHAIN, parts_of(policy))
    tree = tree_of(answer)
    assert [branch.nodes for branch in tree.branches] == [("q1", "q2"), ("q1", "q2", "x1")]
    assert answer.short_answer == "Larvik"
    first, second = policy.asked
    assert not first.plan.sub_questions and not first.steps and first.evidence
    assert [sub.id for sub in second.plan.sub_questions] == ["q1", "q2"]
    assert second.steps["q2"].answer.text is None


async def test_without_verification_nothing_branches() -> None:
    answer, _ = await run(
        searchain(Verification(verifies=False)), parts_of(script(q1="Colin Archer", q2="Larvik"))
    )
    assert outcomes(answer) == {"q1": "disputed", "q2": "disputed"}
    assert len(tree_of(answer).branches) == 1 and answer.short_answer == "Larvik"


async def test_without_completion_what_was_unknown_stays_so() -> None:
    answer, _ = await run(
        searchain(Verification(completes=False)), parts_of(script(q1="Frank Worsley")), rounds=1
    )
    assert outcomes(answer) == {"q1": "agreed", "q2": "unknown"}
    assert answer.abstained and answer.steps[1].status == "unknown"
    assert_sound(answer)


async def test_a_given_plan_takes_the_place_of_the_first_chain() -> None:
    plan = make_plan([CHAIN[1], CHAIN[0]])
    policy = script((SubQuestion(id="z", text="What else?"),))
    answer, events = await run(SEARCHAIN, parts_of(policy), plan=plan)
    assert [sub.id for sub in answer.plan.sub_questions] == ["q1", "q2"]
    assert outcomes(answer) == {"q1": "completed", "q2": "completed"}
    (drafted,) = [event for event in events if event.kind == "chain_drafted"]
    assert len(drafted.nodes) == 2
    assert answer.short_answer == "Akaroa, New Zealand"


async def test_a_question_with_braces_is_no_reference() -> None:
    policy = ScriptedPolicy([], {"q1": "Frank Worsley"})
    answer, _ = await run(SEARCHAIN, parts_of(policy), question="Captain of {q1} Endurance?")
    assert [sub.text for sub in answer.plan.sub_questions] == ["Captain of (q1) Endurance?"]
    assert answer.short_answer == "Frank Worsley"


async def test_a_passage_with_braces_in_an_answer_stays_text() -> None:
    backend = MemorySearch([passage("Ship", "The captain of the Endurance was {q2}.")])
    policy = script(answers={"q1": "{q2}"}, q1="Colin Archer")
    answer, _ = await run(SEARCHAIN, parts_of(policy, backends=[backend]))
    twin, child = (tree_of(answer).nodes[id].step for id in ("q1_2", "q2_2"))
    assert twin is not None and twin.answer.text == "{q2}"
    assert child is not None and child.text == "Where was {q2} born?"
    assert_sound(answer)


class Ranked(ScriptedPolicy):
    """Reads with a confidence of its own."""

    def __init__(self, confidence: float, **drafts: Any) -> None:
        thought = {id: draft(text) for id, text in drafts.items()}
        super().__init__([Proposal(sub_questions=CHAIN)], ANSWERS, drafts=thought)
        self._confidence = confidence

    async def read(self, request: Any) -> Reading:
        reading = await super().read(request)
        answer = reading.answer.model_copy(update={"confidence": self._confidence})
        return reading.model_copy(update={"answer": answer})


@pytest.mark.parametrize(("confidence", "branches"), [(0.79, 1), (0.81, 2)])
async def test_how_sure_one_must_be_can_be_set(confidence: float, branches: int) -> None:
    workflow = searchain(Verification(sure=0.8))
    answer, _ = await run(workflow, parts_of(Ranked(confidence, q1="Colin Archer")))
    assert len(tree_of(answer).branches) == branches


class Writer(ScriptedPolicy):
    """Remembers what it was asked to write from."""

    async def write(self, request: WriteRequest) -> Draft:
        self.given = request
        return await super().write(request)


async def test_the_answer_is_written_from_the_branch_accepted_alone() -> None:
    thought = {id: draft(text) for id, text in WRONG.items()}
    policy = Writer([Proposal(sub_questions=CHAIN)], ANSWERS, drafts=thought)
    answer, _ = await run(SEARCHAIN, parts_of(policy))
    assert list(policy.given.steps) == [sub.id for sub in answer.plan.sub_questions]
