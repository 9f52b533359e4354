"""Which moves there are from a state, and in which order."""

from collections.abc import Sequence

import pytest
from support import CHAIN

from clew.graphs.plan import Plan, SubQuestion
from clew.graphs.protocols import Proposal
from clew.graphs.steps import Quote, Reading, Step, StepAnswer
from clew.graphs.tree_search.run_moves import edits, others_of, policy_moves, with_draft
from clew.graphs.tree_search.run_states import RunState, Taken

CAPTAIN, BORN = CHAIN
SHIP = SubQuestion(id="ship", text="Which ship sank?")
QUOTE = Quote(passage_id="p", text="Endurance", start=0)


def answer(text: str | None, confidence: float = 0.5) -> StepAnswer:
    return StepAnswer(text=text, confidence=confidence)


def step(
    sub: SubQuestion,
    first: StepAnswer,
    *others: StepAnswer,
    status: str | None = None,
    contradicting: Sequence[StepAnswer] = (),
) -> Step:
    return Step(
        sub_question=sub,
        text=sub.text,
        reading=Reading(answer=first, alternatives=others, others=tuple(contradicting)),
        status=status or ("answered" if first.text else "unknown"),  # type: ignore[arg-type]
    )


def state_of(*steps: Step, **taken: Taken) -> RunState:
    subs = tuple(each.sub_question for each in steps)
    known = {sub.id: taken.get(sub.id, Taken(key=sub.id)) for sub in subs}
    return RunState(plan=Plan(sub_questions=subs), taken=known)


def told(steps: Sequence[Step], **taken: Taken) -> list[tuple[str, str | None, str | None]]:
    moves = edits(state_of(*steps, **taken), {each.sub_question.id: each for each in steps})
    return [(move.kind, move.id, move.answer.text if move.answer else None) for move, _ in moves]


def test_proposals_are_moves_that_weigh_by_their_rank() -> None:
    drafts = (("q1", answer("Frank Worsley")),)
    proposals = [
        Proposal(sub_questions=CHAIN, drafts=drafts), Proposal(), Proposal(sub_questions=(SHIP,))
    ]  # fmt: skip
    first, second, third = policy_moves(RunState(), proposals)
    assert [first[1], second[1], third[1]] == [1, 1 / 2, 1 / 3]
    assert first[0].kind == "ask" and first[0].sub_questions == CHAIN and first[0].drafts == drafts
    assert CAPTAIN.text in first[0].text and BORN.text in first[0].text
    assert second[0].kind == "answer" and third[0].sub_questions == (SHIP,)


def test_proposals_that_do_not_fit_are_dropped() -> None:
    state = RunState(plan=Plan(sub_questions=(CAPTAIN,)))
    orphan = SubQuestion(id="q5", text="Where was {q4} born?", parents=("q4",))
    proposals = [
        Proposal(sub_questions=(CAPTAIN,)),  # its id is taken
        Proposal(sub_questions=(orphan,)),  # its parent is not there
        Proposal(sub_questions=(BORN,)),
    ]
    (only,) = policy_moves(state, proposals)
    assert only[0].sub_questions == (BORN,) and only[1] == 1.0


def test_steps_are_read_and_searched_for_anew_the_most_promising_first() -> None:
    captain = step(CAPTAIN, answer("Frank Worsley", 0.9), answer("Colin Archer", 0.1))
    born = step(BORN, answer("Akaroa", 0.3), answer("Larvik", 0.3), answer("Oslo", 0.2))
    assert told([captain, born]) == [
        ("reread", "q2", "Larvik"),  # 0.3 / (0.3 + 0.3)
        ("reread", "q2", "Oslo"),  # 0.2 / (0.2 + 0.3)
        ("reword", "q2", None),  # half of 1 - 0.3
        ("reread", "q1", "Colin Archer"),  # 0.1 / (0.1 + 0.9)
        ("reword", "q1", None),  # half of 1 - 0.9
    ]


def test_answers_that_other_sources_state_are_read_too() -> None:
    one = step(CAPTAIN, answer("Frank Worsley"), contradicting=[answer("Colin Archer")])
    assert ("reread", "q1", "Colin Archer") in told([one])


def test_only_steps_that_the_answer_rests_on_are_tried_anew() -> None:
    aside = step(SHIP, answer(None), answer("Endurance"))
    captain = step(CAPTAIN, answer("Frank Worsley"), answer("Colin Archer"))
    moved = {id for _, id, _ in told([aside, captain])}
    assert moved == {"q1"}
    unknown = step(CAPTAIN, answer(None), answer("Colin Archer"))
    assert {id for _, id, _ in told([aside, unknown])} == {"q1", "ship"}, "nothing decides yet"


def test_a_step_is_tried_anew_once() -> None:
    captain = step(CAPTAIN, answer("Frank Worsley"), answer("Colin Archer"))
    born = step(BORN, answer("Akaroa"), answer("Larvik"))
    edited = told([captain, born], q1=Taken(key="q1", rewordings=1))
    assert edited and {id for _, id, _ in edited} == {"q2"}
    edited = told([captain, born], q2=Taken(key="q2", instead=answer("Larvik")))
    assert edited and {id for _, id, _ in edited} == {"q1"}


@pytest.mark.parametrize(
    ("status", "kinds"),
    [
        ("answered", {"reread", "reword"}),
        ("unknown", {"reread", "reword"}),
        ("failed", {"reword"}),
        ("unfinished", set()),
    ],
)
def test_what_could_not_be_looked_up_is_not_read_and_what_was_cut_short_not_touched(
    status: str, kinds: set[str]
) -> None:
    first = answer("Frank Worsley" if status == "answered" else None)
    captain = step(CAPTAIN, first, answer("Colin Archer"), status=status)
    assert {kind for kind, _, _ in told([captain])} == kinds


def test_conclusions_are_not_searched_for_and_no_hope_is_no_move() -> None:
    reason = SubQuestion(id="r", text="Which is it, {q1}?", parents=("q1",), kind="reason")
    captain = step(CAPTAIN, answer("Frank Worsley", 1.0), answer("Colin Archer", 0.0))
    concluded = step(reason, answer("Endurance", 0.5), answer("Fram", 0.5))
    assert told([captain, concluded]) == [("reread", "r", "Fram")]


def test_moves_say_what_they_do_with_the_answers_put_in() -> None:
    captain = step(CAPTAIN, answer("Frank Worsley", 1.0))
    born = step(BORN, answer("Akaroa"), answer("Larvik"))
    moves = edits(state_of(captain, born), {"q1": captain, "q2": born})
    assert [move.text for move, _ in moves] == [
        "Where was Frank Worsley born? Larvik",
        "Where was Frank Worsley born? (in other words)",
    ]


def test_a_draft_competes_with_what_was_found_unless_it_says_the_same() -> None:
    found = step(CAPTAIN, answer("Frank Worsley"), answer("Colin Archer"))
    (_, drafted) = others_of(with_draft(found, answer("Ernest Shackleton")))
    assert drafted.text == "Ernest Shackleton" and drafted.recalled
    quoted = answer("Ernest Shackleton").model_copy(update={"quotes": (QUOTE,)})
    assert not others_of(with_draft(found, quoted))[-1].recalled
    assert with_draft(found, answer("Frank Arthur Worsley")) == found
    assert with_draft(found, answer("Colin Archer")) == found
