"""The support critic: how well the cited passage supports a step."""

import asyncio
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ...graphs.protocols import Judges
from ...graphs.steps import Step, Trajectory, Verdict
from ...tools.passages import Passage
from ..policies.embedded.questions import Asked, analysed
from ..policies.embedded.sentences import title_link
from ..policies.embedded.spans import typed_spans
from ..policies.embedded.text import plain, stems
from ..policies.embedded.vectors import TextEncoder, VectorCache

# Logistic weights over the signs of support, by benchmarks/fit_support.py on answers of the trained
# reader to questions that it did not learn from.
_WEIGHTS = {"bias": -2.4, "stated": 0.6, "similar": 1.6, "named": 0.5, "typed": 0.0, "sure": 2.2}


@dataclass(frozen=True)
class Signs:
    """The signs that a quote supports an answer, each in [0, 1].

    Attributes:
        stated: The answer stands in the quote.
        similar: Cosine of question with answer and quote with title.
        named: What the question is about is named in the quote or its title.
        typed: The answer is of the type asked for.
        sure: The policy's own confidence.
    """

    stated: float
    similar: float
    named: float
    typed: float
    sure: float

    def score(self) -> float:
        """Return the chance that the step is right, by logistic regression."""
        total = _WEIGHTS["bias"] + sum(
            _WEIGHTS[name] * getattr(self, name)
            for name in ("stated", "similar", "named", "typed", "sure")
        )
        return 1 / (1 + math.exp(-total))


class SupportCritic:
    """Scores each step by how well its best quote supports its answer; no language model."""

    name = "support"
    judges: Judges = "step"

    def __init__(self, encoder: TextEncoder) -> None:
        """Take the encoder that says how alike a claim and a quote are."""
        self._vectors = VectorCache(encoder)

    async def score(self, trajectories: Sequence[Trajectory]) -> Sequence[Sequence[Verdict]]:
        """Return a verdict for each step of each trajectory, in their order."""
        return await asyncio.to_thread(self._score, trajectories)

    def _score(self, trajectories: Sequence[Trajectory]) -> list[list[Verdict]]:
        claims = [
            text
            for trajectory in trajectories
            for step in trajectory.steps
            for text in _claim_and_quote(step, trajectory.evidence)
        ]
        self._vectors.encode(claims)
        return [self._verdicts(trajectory) for trajectory in trajectories]

    def _verdicts(self, trajectory: Trajectory) -> list[Verdict]:
        scores: dict[str, float] = {}
        verdicts: list[Verdict] = []
        for step in trajectory.steps:
            verdict = self._verdict(step, trajectory.evidence, scores)
            scores[step.sub_question.id] = verdict.score
            verdicts.append(verdict)
        return verdicts

    def _verdict(
        self, step: Step, evidence: Mapping[str, Passage], scores: Mapping[str, float]
    ) -> Verdict:
        if step.answer.text is None:
            return Verdict(score=0.0, explanation="no answer")
        if step.sub_question.kind == "reason":
            return _of_parents(step, scores)
        pair = _claim_and_quote(step, evidence)
        if not pair:
            return Verdict(score=0.05, explanation="no passage is quoted")
        claim, quoted = self._vectors.encode(pair)
        signs = signs_of(step, evidence, float(claim @ quoted))
        return Verdict(score=round(signs.score(), 4), explanation=_explained(signs, step))


def _of_parents(step: Step, scores: Mapping[str, float]) -> Verdict:
    """A conclusion is as good as the weakest of what it rests on."""
    known = [scores[id] for id in step.sub_question.parents if id in scores]
    score = min(known) if known else step.answer.confidence
    return Verdict(score=score, explanation="as sound as the weakest step it rests on")


def _claim_and_quote(step: Step, evidence: Mapping[str, Passage]) -> list[str]:
    answer = step.answer
    if answer.text is None or not answer.quotes or step.sub_question.kind == "reason":
        return []
    quote = answer.quotes[0]
    passage = evidence.get(quote.passage_id)
    title = f"{passage.title}: " if passage else ""
    return [f"{step.text} {answer.text}", f"{title}{quote.text}"]


def signs_of(step: Step, evidence: Mapping[str, Passage], similarity: float) -> Signs:
    """Return the signs of support of an answered step with a quote."""
    asked = analysed(step.text)
    answer, quote = step.answer.text or "", step.answer.quotes[0]
    passage = evidence.get(quote.passage_id)
    yes_no = asked.answer == "yes_no"
    stated = yes_no or _contains(quote.text, answer)
    return Signs(
        stated=float(stated),
        similar=max(0.0, similarity),
        named=_named(asked, quote.text, passage.title if passage else ""),
        typed=float(yes_no or bool(typed_spans(f"in {answer}", asked.answer))),
        sure=step.answer.confidence,
    )


def _contains(text: str, answer: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(plain(answer))}(?!\w)", plain(text)) is not None


def _named(asked: Asked, quote: str, title: str) -> float:
    if not asked.entities:
        terms = stems(asked.text)
        return len(terms & stems(f"{title} {quote}")) / (len(terms) or 1)
    held = plain(f"{title} {quote}")
    shares = [1.0 if plain(name) in held else title_link(title, (name,)) for name in asked.entities]
    return sum(shares) / len(shares)


def _explained(signs: Signs, step: Step) -> str:
    if signs.stated < 1:
        return f"the quote does not state “{step.answer.text}”"
    if signs.named < 0.5:
        about = ", ".join(analysed(step.text).entities) or "what is asked about"
        return f"the quote does not name {about}"
    if signs.typed < 1:
        return f"“{step.answer.text}” is not the kind of answer asked for"
    if signs.similar < 0.25:
        return "the quote speaks of something else"
    return "the quote states the answer"
