"""Refining a reading: an answer must stand in its quote, and evidence must earn its place."""

from ....graphs.protocols import RefineRequest
from ....graphs.steps import RankedPassage, Reading, Refinement, StepAnswer
from .questions import analysed
from .text import plain

_KEPT = 12
# Readings less sure than this are worth another wording.
_WEAK = 0.45


def refined(request: RefineRequest) -> Refinement:
    """Return the reading with its answer verified and its ranking trimmed."""
    reading = request.reading
    if request.sub_question.kind == "reason":
        return Refinement(reading=reading)
    answer = _verified(request)
    others = () if answer.text is None else reading.others
    trimmed = Reading(
        answer=answer,
        ranking=_trimmed(reading),
        others=others,
        alternatives=reading.alternatives,
    )
    weak = answer.text is None or answer.confidence < _WEAK
    return Refinement(reading=trimmed, search_again=weak)


def _trimmed(reading: Reading) -> tuple[RankedPassage, ...]:
    """The best of the ranking, and whatever else may be the answer."""
    others = (*reading.others, *reading.alternatives)
    against = {quote.passage_id for other in others for quote in other.quotes}
    best, rest = reading.ranking[:_KEPT], reading.ranking[_KEPT:]
    return (*best, *(each for each in rest if each.passage_id in against))


def _verified(request: RefineRequest) -> StepAnswer:
    answer = request.reading.answer
    if answer.text is None:
        return answer
    texts = {passage.id: passage.text for passage in request.passages}
    titles = {passage.id: passage.title for passage in request.passages}
    quotes = tuple(
        quote
        for quote in answer.quotes
        if quote.passage_id in texts and texts[quote.passage_id].startswith(quote.text, quote.start)
    )
    if not quotes:
        return StepAnswer()
    # "It was built by …": the title says what the sentence speaks of.
    stated = plain(answer.text) in plain(f"{titles[quotes[0].passage_id]} {quotes[0].text}")
    if not stated and analysed(request.text).answer != "yes_no":
        return StepAnswer()
    return StepAnswer(text=answer.text, quotes=quotes, confidence=answer.confidence)
