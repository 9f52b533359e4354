"""Answers: what the responder is told, what its output stands for, and hearing it written."""

from collections.abc import Callable, Sequence
from datetime import date
from itertools import zip_longest
from typing import Any

from ....graphs.protocols import CitedSentence, Draft, WriteRequest
from ....graphs.quote_context import sentence_around
from ....graphs.steps import Quote
from .structured import UnusableOutput, object_so_far
from .wire import WriteOutput

_MOST_QUOTES_OF_A_STEP = 3


class NumberedQuotes:
    """The quotes of the steps, numbered for the responder to cite.

    Args:
        request: What is to be written.
        most: How many quotes there is room for; each step's first one comes before any second.
    """

    def __init__(self, request: WriteRequest, most: int | None = None) -> None:
        self._request = request
        by_step = [step.answer.quotes[:_MOST_QUOTES_OF_A_STEP] for step in request.steps.values()]
        in_turn = [quote for turn in zip_longest(*by_step) for quote in turn if quote]
        self.quotes: Sequence[Quote] = list(dict.fromkeys(in_turn))[:most]
        self._numbers = {quote: number for number, quote in enumerate(self.quotes, start=1)}

    def variables(self) -> dict[str, Any]:
        """Return the variables of the prompt."""
        request = self._request
        return {
            "question": request.question,
            "today": date.today().isoformat(),
            "findings": [
                {
                    "id": sub.id,
                    "question": step.text,
                    "answer": step.answer.text,
                    "status": step.status,
                    "recalled": step.answer.recalled,
                    "quotes": [
                        self._shown(quote) for quote in step.answer.quotes if quote in self._numbers
                    ],
                }
                for sub in request.plan.in_order()
                if (step := request.steps.get(sub.id)) is not None
            ],
        }

    def draft_of(self, output: WriteOutput) -> Draft:
        """Return the draft that an output stands for.

        Raises:
            UnusableOutput: If it gives an answer, and no sentence cites anything that there is.
        """
        steps = self._request.steps.values()
        remembered = any(step.answer.recalled for step in steps)
        sentences = tuple(
            CitedSentence(
                text=" ".join(each.text.split()),
                quotes=tuple(
                    self.quotes[number - 1]
                    for number in dict.fromkeys(each.quotes)
                    if 0 < number <= len(self.quotes)
                ),
                recalled=each.recalled and remembered,
            )
            for each in output.sentences
            if each.text.strip()
        )
        if output.short_answer is None:
            return Draft(sentences=sentences)
        if not any(sentence.quotes or sentence.recalled for sentence in sentences):
            raise UnusableOutput(
                "no sentence cites a quote: put the numbers of the quotes that prove it into "
                '"quotes", or set "short_answer" to null'
            )
        if self._rests_on_memory() and not any(sentence.recalled for sentence in sentences):
            raise UnusableOutput(
                "the answer rests on a finding that is marked (recalled): set "
                '"recalled" to true in the sentences that say so'
            )
        return Draft(short_answer=" ".join(output.short_answer.split()), sentences=sentences)

    def _rests_on_memory(self) -> bool:
        last = [self._request.steps.get(sub.id) for sub in self._request.plan.sinks()]
        known = [step for step in last if step is not None and step.answer.text is not None]
        return bool(known) and all(step.answer.recalled for step in known)

    def _shown(self, quote: Quote) -> dict[str, Any]:
        passage = self._request.evidence[quote.passage_id]
        return {
            "number": self._numbers[quote],
            "title": passage.title,
            "text": sentence_around(quote, passage),
        }


class DraftListener:
    """Hears the answer's JSON while it is written, and tells the text of its sentences.

    Args:
        tell: Called with each new piece of text and the number of the attempt.
        withheld: Says of what is written so far whether it must not be told.
    """

    def __init__(
        self,
        tell: Callable[[str, int], None],
        *,
        withheld: Callable[[str], bool] = lambda text: False,
    ) -> None:
        self._tell = tell
        self._withheld = withheld
        self._attempt = 0
        self._heard = self._told = ""

    def restart(self) -> None:
        """Forget what was heard: it is written anew."""
        self._attempt += 1
        self._heard = self._told = ""

    def hear(self, text: str) -> None:
        """Take in the next piece."""
        self._heard += text
        written = _sentences_in(self._heard)
        if not written or written == self._told or self._withheld(written):
            return
        if not written.startswith(self._told):
            # What was told stood in the model's reasoning, or in a first draft.
            self._attempt += 1
            self._told = ""
        self._tell(written[len(self._told) :], self._attempt)
        self._told = written


def _sentences_in(heard: str) -> str:
    partial = object_so_far(heard)
    sentences = partial.get("sentences") if isinstance(partial, dict) else None
    if not isinstance(sentences, list):
        return ""
    texts = [each.get("text") for each in sentences if isinstance(each, dict)]
    words = (" ".join(text.split()) for text in texts if isinstance(text, str))
    return " ".join(filter(None, words))
