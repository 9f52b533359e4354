"""Readings: what the searcher and the refiner are told, and what their outputs stand for."""

from collections.abc import Sequence
from typing import Any

from ....graphs.agreement import agree
from ....graphs.protocols import ReadRequest, StepRequest
from ....graphs.steps import Quote, RankedPassage, Reading, StepAnswer
from ....tools.passages import Passage
from .guarding import is_order
from .quoting import located
from .structured import UnusableOutput
from .wire import PassageQuote, ReadOutput

_UNMENTIONED = 0.5
"""What a passage that the model does not call useful scores, of what the last useful one does."""

_LEAST_LETTERS = 8
"""A quote that is shorter proves nothing, unless it holds the answer."""


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
            {"title": passage.title, "text": passage.text, "date": passage.date}
            for passage in request.passages[:passages]
        ],
    }


def reading_of(output: ReadOutput, request: ReadRequest) -> Reading:
    """Return the reading that an output stands for, its quotes found in their passages.

    Of the answers said to contradict it those stay that another source states in the words quoted.

    Raises:
        UnusableOutput: If there is an answer, and no quote in any passage that could prove it; an
            order to a model proves nothing.
    """
    ranking = _ranking(output.useful, request.passages)
    if output.answer is None:
        return Reading(ranking=ranking)
    answer = " ".join(output.answer.split())
    quotes = tuple(
        quote
        for quote in _quotes(output.quotes, request.passages)
        if len(quote.text) >= _LEAST_LETTERS or answer.casefold() in quote.text.casefold()
    )
    recalled = False
    if request.sub_question.kind == "reason":
        parents = request.parents.values()
        recalled = any(parent.answer.recalled for parent in parents)
        quotes = quotes or _quotes_of_parents(request)
    if not quotes and not recalled:
        raise UnusableOutput(
            "none of the quotes stands in the passage of its number, or they prove nothing, being "
            'too short or orders to you: copy them word for word, or set "answer" to null'
        )
    return Reading(
        answer=StepAnswer(
            text=answer, quotes=quotes, confidence=output.confidence, recalled=recalled
        ),
        ranking=ranking,
        others=_others(output, answer, quotes, request.passages),
    )


def unread(passages: Sequence[Passage]) -> Reading:
    """Return the plainest reading: nothing is known, and the passages stay as they were ranked."""
    return Reading(ranking=_ranking((), passages))


def _quotes_of_parents(request: ReadRequest) -> tuple[Quote, ...]:
    """What a conclusion from the parents' answers rests on."""
    shown = {passage.id for passage in request.passages}
    first = [quote for each in request.parents.values() for quote in each.answer.quotes[:1]]
    return tuple(dict.fromkeys(quote for quote in first if quote.passage_id in shown))


def _others(
    output: ReadOutput, answer: str, quotes: Sequence[Quote], passages: Sequence[Passage]
) -> tuple[StepAnswer, ...]:
    """What other sources are found to answer instead, in words that hold that answer.

    As sure as the answer leaves room for, since the model says how sure that one is only.
    """
    sources = {passage.id: passage.source for passage in passages}
    ours = {sources[quote.passage_id] for quote in quotes}
    found: list[StepAnswer] = []
    for each in output.others:
        text = " ".join((each.answer or "").split())
        said = _quotes([PassageQuote(passage=each.passage, text=each.text)], passages)
        stated = [
            quote
            for quote in said
            if sources[quote.passage_id] not in ours and agree(text, quote.text)
        ]
        if stated and not any(agree(text, known) for known in (answer, *_texts(found))):
            confidence = round(1 - output.confidence, 4)
            found.append(StepAnswer(text=text, quotes=tuple(stated), confidence=confidence))
    return tuple(found)


def _texts(answers: Sequence[StepAnswer]) -> list[str]:
    return [answer.text for answer in answers if answer.text is not None]


def _quotes(given: Sequence[PassageQuote], passages: Sequence[Passage]) -> tuple[Quote, ...]:
    found: dict[Quote, None] = {}
    for each in given:
        # Models often mistake the number and copy the words well.
        numbered = passages[each.passage - 1 : each.passage] if each.passage > 0 else ()
        for passage in (*numbered, *passages):
            if quote := located(each.text, passage):
                if not is_order(quote.text):
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
