"""How well quotes support the sentences of an answer, and which sentences stay for it."""

import math
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from ..errors import CriticError
from ..tools.passages import Passage
from .agreement import agree
from .citing import question_of, states
from .plan import Plan
from .protocols import CitedSentence, Claim, ClaimScorer
from .quote_context import titled
from .scripts import share_a_script
from .steps import Step

UNRELATED = 0.05
"""Chance of support below which a quote that shares no word with a sentence has nothing to do with
it, whatever rests on that sentence."""


class Weighed(NamedTuple):
    """A sentence that stays.

    Attributes:
        sentence: The sentence with its quotes.
        support: The chance that they support it; None where there are none or nothing checks that.
        weak: Whether they support it too little, and it stays only because the answer rests on it;
            or whether nothing can say so, since they are in another script.
    """

    sentence: CitedSentence
    support: float | None = None
    weak: bool = False


def claim_of(
    sentence: CitedSentence, steps: Mapping[str, Step], evidence: Mapping[str, Passage]
) -> Claim | None:
    """Return what a sentence claims of its quotes; None where nothing can be compared.

    It has no quotes then, or they are in another script, of which no scorer of words and vectors
    can tell what they say.
    """
    quotes = [titled(quote, evidence[quote.passage_id]) for quote in sentence.quotes]
    if not quotes or not share_a_script(sentence.text, quotes):
        return None
    return Claim(sentence.text, quotes, question_of(sentence, steps))


async def support_of(scorer: ClaimScorer, claims: Sequence[Claim]) -> list[float]:
    """Return the chance of support of each claim, all asked for in one call.

    Raises:
        CriticError: If the scorer returns another number of chances than there are claims, or
            something that is no number.
    """
    if not claims:
        return []
    scores = [round(float(score), 4) for score in await scorer.support(claims)]
    if any(math.isnan(score) for score in scores):
        raise CriticError(f"claim scorer {scorer.name!r} returned what is no number")
    if len(scores) != len(claims):
        raise CriticError(
            f"claim scorer {scorer.name!r} was given {len(claims)} claims and returned "
            f"{len(scores)} chances of support; it must return one for each"
        )
    return scores


def weighed(
    sentences: Sequence[CitedSentence],
    scores: Sequence[float | None],
    threshold: float,
    path: Sequence[Step],
    short_answer: str | None,
    *,
    related: Collection[int] = (),
) -> list[Weighed]:
    """Return the sentences that stay, in order.

    One below the threshold is dropped, unless the answer rests on it: if it states what a step on
    the way to the answer came to, or the short answer itself, and no better sentence does, it
    stays and is weak. One that its quotes have nothing to do with is dropped in any case. What is
    recalled needs no support, but its quotes go where they give none.

    Args:
        sentences: The sentences with quotes that count.
        scores: The chance of support of each; None where there is nothing to compare.
        threshold: Chance from which a sentence counts as supported.
        path: The steps that the short answer rests on.
        short_answer: What the sentences explain.
        related: The places of sentences that share a word with their quotes. A sentence in another
            language than its quotes may have no more to show, and is never unrelated to them.
    """
    enough = {
        place
        for place, (sentence, score) in enumerate(zip(sentences, scores, strict=True))
        if score is None or score >= threshold or sentence.recalled
    }
    doubtful = {
        place: score
        for place, score in enumerate(scores)
        if place not in enough and score is not None and (score >= UNRELATED or place in related)
    }
    kept = set(enough)
    needed = [
        {place for place, sentence in enumerate(sentences) if states(sentence, step)}
        for step in path
    ]
    needed.append(_stating(short_answer, sentences))
    for places in needed:
        if places.isdisjoint(kept) and (left := places & doubtful.keys()):
            kept.add(max(sorted(left), key=lambda place: doubtful[place]))
    return [
        _without_idle_quotes(sentences[place], scores[place], threshold)
        if place in enough
        else Weighed(sentences[place], scores[place], weak=True)
        for place in sorted(kept)
    ]


def path_of(short_answer: str | None, plan: Plan, steps: Mapping[str, Step]) -> list[Step]:
    """Return the steps that the short answer rests on, each after those that it needs.

    These are the steps that came to that answer, or where none did the plan's last ones, with all
    that they rest on.
    """
    ends = {
        sub.id
        for sub in plan.sub_questions
        if short_answer is not None
        and sub.id in steps
        and (answer := steps[sub.id].answer.text) is not None
        and agree(answer, short_answer)
    }
    return [
        steps[sub.id]
        for sub in plan.leading_to(ends or {sub.id for sub in plan.sinks()})
        if sub.id in steps and steps[sub.id].answer.text is not None
    ]


def stands(
    short_answer: str, written: Sequence[CitedSentence], kept: Sequence[CitedSentence]
) -> bool:
    """Whether the short answer still rests on something.

    It does not where it was stated, and no sentence that states it was kept.
    """
    said = [each for each in written if agree(short_answer, each.text)]
    return any(agree(short_answer, each.text) for each in kept) if said else bool(kept)


def _stating(short_answer: str | None, sentences: Sequence[CitedSentence]) -> set[int]:
    """The places of the sentences that state the short answer; all of them where none does."""
    said = {
        place
        for place, sentence in enumerate(sentences)
        if short_answer is not None and agree(short_answer, sentence.text)
    }
    return said or set(range(len(sentences)))


def _without_idle_quotes(sentence: CitedSentence, score: float | None, threshold: float) -> Weighed:
    if score is not None and score < threshold:
        return Weighed(sentence.model_copy(update={"quotes": ()}))
    unchecked = score is None and bool(sentence.quotes) and not sentence.recalled
    return Weighed(sentence, score, weak=unchecked)
