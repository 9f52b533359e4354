"""Readings: what the searcher and the refiner are told, and what their outputs stand for."""

from collections.abc import Sequence
from typing import Any

from ....graphs.protocols import ReadRequest, StepRequest
from ....graphs.steps import Quote, RankedPassage, Reading, StepAnswer
from ....tools.passages import Passage
from .quoting import found_verbatim, located
from .structured import UnusableOutput
from .wire import PassageQuote, ReadOutput

_UNMENTIONED = 0.5
"""What a passage that the model does not call useful scores, of what the last useful one does."""

_NO_PROOF = ("yes", "no")
"""Answers that prove nothing where they stand in a passage."""


def parents_of(request: StepRequest) -> list[dict[str, str | None]]:
    """Return what the parents asked and came to."""
    return [
        {"question": step.text, "answer": step.answer.text} for step in request.parents.values()
    ]


def variables_of(request: ReadRequest, passages: int) -> dict[str, Any]:
    """Return the variables of a reading's prompt with the first so many passages."""
    return {
        "question": request.question,
        "sub_question": request.text,
        "reasons": request.sub_question.kind == "reason",
        "parents": parents_of(request),
        "passages": [
            {"title": passage.title, "text": passage.text}
            for passage in request.passages[:passages]
        ],
    }


def reading_of(output: ReadOutput, request: ReadRequest) -> Reading:
    """Return the reading that an output stands for, its quotes found in their passages.

    Raises:
        UnusableOutput: If there is an answer, and none of its quotes is in any passage.
    """
    ranking = _ranking(output.useful, request.passages)
    if output.answer is None:
        return Reading(ranking=ranking)
    answer = " ".join(output.answer.split())
    quotes = _quotes(output.quotes, request.passages)
    if not quotes and request.sub_question.kind == "reason":
        return Reading(answer=_concluded(answer, output, request), ranking=ranking)
    if not quotes and answer.casefold() not in _NO_PROOF:
        found = found_verbatim(answer, request.passages)
        quotes = (found,) if found else ()
    if not quotes:
        raise UnusableOutput(
            "none of the quotes stands in the passage of its number: copy them word for word, or "
            'set "answer" to null'
        )
    return Reading(
        answer=StepAnswer(text=answer, quotes=quotes, confidence=output.confidence),
        ranking=ranking,
    )


def unread(passages: Sequence[Passage]) -> Reading:
    """Return the plainest reading: nothing is known, and the passages stay as they were ranked."""
    return Reading(ranking=_ranking((), passages))


def _concluded(answer: str, output: ReadOutput, request: ReadRequest) -> StepAnswer:
    """What follows from the parents' answers rests on their quotes, or on memory as they do."""
    parents = request.parents.values()
    shown = {passage.id for passage in request.passages}
    quotes = dict.fromkeys(
        quote
        for parent in parents
        for quote in parent.answer.quotes[:1]
        if quote.passage_id in shown
    )
    recalled = not quotes and any(parent.answer.recalled for parent in parents)
    if not quotes and not recalled:
        raise UnusableOutput('nothing that is known supports the answer: set "answer" to null')
    return StepAnswer(
        text=answer, quotes=tuple(quotes), confidence=output.confidence, recalled=recalled
    )


def _quotes(given: Sequence[PassageQuote], passages: Sequence[Passage]) -> tuple[Quote, ...]:
    found: dict[Quote, None] = {}
    for each in given:
        # Models often mistake the number and copy the words well.
        numbered = passages[each.passage - 1 : each.passage] if each.passage > 0 else ()
        for passage in (*numbered, *passages):
            if quote := located(each.text, passage):
                found.setdefault(quote)
                break
    return tuple(found)


def _ranking(useful: Sequence[int], passages: Sequence[Passage]) -> tuple[RankedPassage, ...]:
    """Rank the useful passages first, in the model's order, then the rest in the backends'."""
    first = [number - 1 for number in dict.fromkeys(useful) if 0 < number <= len(passages)]
    rest = [index for index in range(len(passages)) if index not in first]
    scores = [1 / (rank + 1) for rank in range(len(first))]
    last = scores[-1] if scores else 1.0
    scores += [last * _UNMENTIONED / (rank + 1) for rank in range(len(rest))]
    return tuple(
        RankedPassage(passage_id=passages[index].id, score=score)
        for index, score in zip([*first, *rest], scores, strict=True)
    )
