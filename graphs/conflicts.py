"""Sources that contradict each other: which do, and the sentences that say so."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from ..tools.passages import Passage
from .agreement import agree
from .answer import AnswerSentence, Conflict
from .citing import sources_only
from .describing import described
from .numbering import Numbering
from .plan import Plan
from .protocols import Claim
from .quote_context import titled
from .steps import Step, StepAnswer

_AS_SURE = 0.05
"""Answers whose confidences lie no further apart are equally well supported."""


class Side(NamedTuple):
    """An answer that sources state.

    Attributes:
        answer: The answer with its quotes.
        support: The chance that they support it, where something checks that.
    """

    answer: StepAnswer
    support: float | None = None


class Dispute(NamedTuple):
    """A sub-question to which sources give different answers.

    Attributes:
        id: The sub-question.
        question: It in plain words.
        sides: The answer taken, then those that contradict it.
    """

    id: str
    question: str
    sides: tuple[Side, ...]

    def claims(self, evidence: Mapping[str, Passage]) -> list[Claim]:
        """Return what each side claims, to have it checked."""
        return [
            Claim(
                text=f"{self.question} {side.answer.text}",
                quotes=[titled(quote, evidence[quote.passage_id]) for quote in side.answer.quotes],
                question=self.question,
            )
            for side in self.sides
        ]

    def checked(self, scores: Sequence[float], threshold: float) -> "Dispute | None":
        """Return the dispute between the sides that their quotes support; None if it is none."""
        sides = [
            side._replace(support=score)
            for side, score in zip(self.sides, scores, strict=True)
            if score >= threshold
        ]
        if len(sides) < 2 or sides[0].answer != self.sides[0].answer:
            return None
        return self._replace(sides=tuple(sides))

    def sentences(self, numbering: Numbering) -> list[AnswerSentence]:
        """Return the sentences that tell of it, one for each side, their quotes numbered."""
        taken, *others = self.sides
        even = any(
            taken.answer.confidence - other.answer.confidence <= _AS_SURE for other in others
        )
        balance = ", and neither is better supported" if even else ""
        first = f"Sources disagree on “{self.question}”{balance}: one says {taken.answer.text}."
        texts = [first, *(f"Another says {other.answer.text}." for other in others)]
        return [
            AnswerSentence(
                text=text, citations=numbering.cite(side.answer.quotes), support=side.support
            )
            for text, side in zip(texts, self.sides, strict=True)
        ]

    def conflict(self, numbering: Numbering) -> Conflict:
        """Return the dispute as the answer holds it, its quotes numbered."""
        return Conflict(
            id=self.id,
            answers=tuple(side.answer.text or "" for side in self.sides),
            citations=tuple(numbering.cite(side.answer.quotes) for side in self.sides),
        )


def disputes_of(
    plan: Plan, steps: Mapping[str, Step], evidence: Mapping[str, Passage]
) -> list[Dispute]:
    """Return the sub-questions of the plan to which sources give different answers.

    Only what different sources say counts, in words that they hold, and only where it is not the
    same in other words.
    """
    found = []
    for sub in plan.in_order():
        step = steps.get(sub.id)
        if step is None or not (taken := _cited([step.answer], evidence)):
            continue
        sides = taken
        for other in _cited(step.reading.others, evidence):
            ours = {evidence[quote.passage_id].source for side in sides for quote in side.quotes}
            quotes = tuple(
                quote for quote in other.quotes if evidence[quote.passage_id].source not in ours
            )
            same = any(agree(other.text or "", side.text or "") for side in sides)
            if quotes and not same:
                sides.append(other.model_copy(update={"quotes": quotes}))
        if len(sides) > 1:
            question = described(step.text, plan, steps)
            found.append(Dispute(sub.id, question, tuple(map(Side, sides))))
    return found


def _cited(answers: Iterable[StepAnswer], evidence: Mapping[str, Passage]) -> list[StepAnswer]:
    """The answers that sources state, with the quotes that are verbatim."""
    quoted = [
        answer.model_copy(update={"quotes": sources_only(answer.quotes, evidence)})
        for answer in answers
        if answer.text is not None
    ]
    return [answer for answer in quoted if answer.quotes]
