"""Trajectories that tests of critics share, over the passages of `POLAR`."""

from typing import Literal

from support import CHAIN, POLAR, QUESTION

from clew.graphs.steps import Quote, RankedPassage, Reading, Step, StepAnswer, Trajectory

EVIDENCE = {each.id: each for each in POLAR}


def trajectory(*answers: str | None, answer: str | None = None) -> Trajectory:
    """Return the first steps of `CHAIN` with these answers, quoted where a passage states them."""
    steps = []
    for sub, text in zip(CHAIN, answers, strict=False):
        quotes = tuple(
            Quote(passage_id=each.id, text=text, start=each.text.find(text))
            for each in POLAR
            if text and text in each.text
        )
        reading = Reading(
            answer=StepAnswer(text=text, quotes=quotes, confidence=0.5),
            ranking=tuple(RankedPassage(passage_id=each.id, score=1.0) for each in POLAR[:2]),
        )
        status: Literal["answered", "unknown"] = "answered" if text else "unknown"
        steps.append(Step(sub_question=sub, text=sub.text, reading=reading, status=status))
    return Trajectory(question=QUESTION, steps=tuple(steps), evidence=EVIDENCE, answer=answer)
