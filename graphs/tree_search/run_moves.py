"""Which moves there are from a state: what the policy proposes, then another try at its steps."""

from collections.abc import Mapping, Sequence

from ...errors import PlanError
from ..agreement import agree
from ..describing import described
from ..protocols import Proposal
from ..steps import Step, StepAnswer
from .moves import Move
from .run_states import RunState, deciding_step

_REWORD_SHARE = 0.5
"""How a rewording weighs against another reading of equal promise; it costs a search."""


def policy_moves(state: RunState, proposals: Sequence[Proposal]) -> list[tuple[Move, float]]:
    """Return what the policy proposes, each with the weight of its rank."""
    moves: list[tuple[Move, float]] = []
    for proposal in proposals:
        weight = 1 / (1 + len(moves))
        if not proposal.sub_questions:
            moves.append((Move(kind="answer", text="answer with what is known"), weight))
        elif _fits(state, proposal):
            text = "; ".join(sub.text for sub in proposal.sub_questions)
            move = Move(
                kind="ask",
                sub_questions=proposal.sub_questions,
                drafts=proposal.drafts,
                text=text,
            )
            moves.append((move, weight))
    return moves


def _fits(state: RunState, proposal: Proposal) -> bool:
    try:
        state.plan.extended(proposal.sub_questions)
    except PlanError:
        return False
    return True


def edits(state: RunState, steps: Mapping[str, Step]) -> list[tuple[Move, float]]:
    """Return other tries at the steps that the answer rests on, the most promising first.

    A step is tried anew once on the way to a state.
    """
    deciding = deciding_step(state.plan, steps)
    sinks = [deciding.sub_question.id] if deciding else [sub.id for sub in state.plan.sinks()]
    moves: list[tuple[Move, float]] = []
    for sub in state.plan.leading_to(sinks):
        step = steps.get(sub.id)
        if step is None or state.taken[sub.id].is_edited or step.status == "unfinished":
            continue
        asked = described(step.text, state.plan, steps)
        sure = step.answer.confidence if step.answer.text is not None else 0.0
        # What could not be looked up stays so, whatever was thought of it.
        for other in others_of(step) if step.status != "failed" else ():
            text = f"{asked} {other.text}"
            move = Move(kind="reread", id=sub.id, answer=other, text=text)
            moves.append((move, _odds(other.confidence, sure)))
        if sub.kind == "search":
            move = Move(kind="reword", id=sub.id, text=f"{asked} (in other words)")
            moves.append((move, _REWORD_SHARE * (1 - sure)))
    return sorted((each for each in moves if each[1] > 0), key=lambda each: -each[1])


def with_draft(step: Step, draft: StepAnswer) -> Step:
    """Return a step among whose alternatives is what the policy thought before searching."""
    reading = step.reading
    texts = [each.text for each in (reading.answer, *others_of(step))]
    if any(agree(draft.text or "", text) for text in texts if text is not None):
        return step
    drafted = draft.model_copy(update={"recalled": not draft.quotes})
    alternatives = (*reading.alternatives, drafted)
    return step.model_copy(
        update={"reading": reading.model_copy(update={"alternatives": alternatives})}
    )


def others_of(step: Step) -> tuple[StepAnswer, ...]:
    """Return what a step's answer may be instead."""
    return (*step.reading.alternatives, *step.reading.others)


def _odds(other: float, best: float) -> float:
    return other / (other + best) if other > 0 else 0.0
