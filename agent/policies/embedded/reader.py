"""Reading: the sentence that answers, the span inside it, and how far to trust both."""

from collections.abc import Sequence

from ....graphs.steps import RankedPassage, Reading, StepAnswer
from ....tools.passages import Passage
from .both_readers import read_by_both
from .choosing import options
from .disagreement import contradictions
from .questions import Asked, analysed
from .sentences import Candidate, candidates, quote_of, title_link
from .span_reader import SpanReader
from .statements import stated
from .text import bare_title, content_words
from .vectors import VectorCache
from .yes_no import judged

# Answers less sure than this are not given; set by hand, never swept.
KNOWN = 0.3
# How much a span counts that no pattern of the known relation found.
_GUESSED = 0.6


def read(
    text: str,
    passages: Sequence[Passage],
    vectors: VectorCache,
    spans: SpanReader | None = None,
    *,
    limit: int = 1,
) -> Reading:
    """Return the answer that passages give to a question, and the passages by usefulness.

    Where other sources contradict the answer, what they state comes with it.

    Args:
        text: The question.
        passages: What to read, the likeliest first.
        vectors: Vectors of sentences.
        spans: The trained reader; without it spans are chosen by rules and features alone.
        limit: How many answers are wanted; only the trained reader knows others than the best.
    """
    if not passages:
        return Reading()
    asked = analysed(text)
    found = candidates(asked, passages, vectors)
    alternatives: tuple[StepAnswer, ...] = ()
    if spans is not None:
        answer, *others = read_by_both(asked, found, passages, spans, limit)
        alternatives = tuple(others)
    else:
        answer = judged(asked, found) if asked.answer == "yes_no" else _answer(asked, found)
    return Reading(
        answer=answer,
        ranking=_ranking(asked, passages, found, answer),
        others=contradictions(asked, found, answer),
        alternatives=alternatives,
    )


def _answer(asked: Asked, found: Sequence[Candidate]) -> StepAnswer:
    best: tuple[float, Candidate, str, float] | None = None
    titles = frozenset(bare_title(candidate.passage.title) for candidate in found)
    for candidate in found:
        for chance, text, support in _options(asked, candidate, titles):
            if best is None or chance > best[0]:
                best = (chance, candidate, text, support)
    if best is None or best[0] * best[3] < KNOWN:
        return StepAnswer()
    chance, candidate, text, support = best
    confidence = chance * support
    return StepAnswer(
        text=text,
        quotes=(quote_of(candidate),),
        confidence=round(min(1.0, max(0.0, confidence)), 4),
    )


def _options(
    asked: Asked, candidate: Candidate, titles: frozenset[str]
) -> list[tuple[float, str, float]]:
    statement = stated(asked, candidate)
    if statement is not None:
        return [(statement.confidence, statement.text, 1.0)]
    # Where the relation is known its patterns say how it is stated; other spans are guesses.
    worth = 1.0 if asked.relation is None else _GUESSED
    return [
        (worth * option.chance, option.text, option.support)
        for option in options(asked, candidate, titles)
    ]


def _ranking(
    asked: Asked, passages: Sequence[Passage], found: Sequence[Candidate], answer: StepAnswer
) -> tuple[RankedPassage, ...]:
    best: dict[str, float] = {}
    for candidate in found:
        best[candidate.passage.id] = max(best.get(candidate.passage.id, 0.0), candidate.score)
    quoted = {quote.passage_id for quote in answer.quotes}
    scored: dict[str, float] = {}
    for place, passage in enumerate(passages):
        score = best.get(passage.id, 0.0) + 0.15 / (1 + place)
        score += 0.2 * title_link(passage.title, asked.entities)
        if passage.id in quoted:
            score += 0.5 + answer.confidence
        if answer.text and content_words(answer.text) == content_words(passage.title):
            score += 0.1
        scored[passage.id] = max(scored.get(passage.id, 0.0), score)
    ordered = sorted(scored.items(), key=lambda item: (-item[1], item[0]))
    return tuple(RankedPassage(passage_id=id, score=round(score, 4)) for id, score in ordered)
