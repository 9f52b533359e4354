"""Which quotes a sentence may cite, and which of them have anything to do with it."""

import re
from collections.abc import Mapping

from ..tools.passages import Passage
from .agreement import agree
from .protocols import CitedSentence
from .quote_context import sentence_around, titled
from .steps import Quote, Step

_WORD = re.compile(r"\w+")
_QUESTION = re.compile(
    r"\W*(?:who|whom|whose|what|which|when|where|why|how|is|are|was|were|do|does|did)\b.*\?\W*",
    re.IGNORECASE | re.DOTALL,
)
_SHORT = 2
"""Words of so many letters tell little; numbers always count."""
_COMMON = frozenset(
    ("all", "also", "and", "are", "been", "both", "but", "did", "does", "for", "from", "had", "has",
     "have", "her", "his", "how", "into", "its", "not", "one", "our", "out", "she", "that", "the",
     "their", "there", "they", "this", "was", "were", "what", "when", "where", "which", "who",
     "whom", "whose", "with", "you")
)  # fmt: skip


def citable(
    sentence: CitedSentence,
    steps: Mapping[str, Step],
    evidence: Mapping[str, Passage],
    *,
    from_memory: bool,
) -> CitedSentence | None:
    """Return the sentence with those of its quotes that count; None where it rests on nothing.

    A quote counts if its passage holds it verbatim and states something: a question does not, such
    as one repeated to be found. What a model made up is no source: a sentence that quotes it rests
    on that model's knowledge. Of the others those are left out that share no word with the sentence
    or its sub-question, as long as one stays.

    Args:
        sentence: As the policy wrote it.
        steps: What came of the sub-questions.
        evidence: The passages found, by id.
        from_memory: Whether the policy recalled something. Only then may a sentence without a
            quote stay, if it says that it is recalled.
    """
    telling = [quote for quote in sentence.quotes if _states_something(quote, evidence)]
    quotes = sources_only(telling, evidence)
    made_up = len(quotes) < len(telling)
    recalled = made_up or (sentence.recalled and from_memory)
    if not quotes and not recalled:
        return None
    kept = CitedSentence(text=sentence.text, quotes=quotes, recalled=recalled)
    return kept.model_copy(update={"quotes": _contributing(kept, steps, evidence)})


def sources_only(
    quotes: list[Quote] | tuple[Quote, ...], evidence: Mapping[str, Passage]
) -> tuple[Quote, ...]:
    """Return the quotes that are verbatim, no questions and of no passage that a model made up."""
    return tuple(
        quote
        for quote in dict.fromkeys(quotes)
        if _states_something(quote, evidence) and evidence[quote.passage_id].origin != "simulated"
    )


def states(sentence: CitedSentence, step: Step) -> bool:
    """Whether a sentence says what a step came to.

    Yes and no are seldom said in so many words: there it is enough to quote what the step quotes.
    """
    answer = step.answer
    if answer.text is None:
        return False
    if answer.text.strip().rstrip(".").casefold() in ("yes", "no"):
        return not answer.quotes or not set(answer.quotes).isdisjoint(sentence.quotes)
    return agree(answer.text, sentence.text)


def question_of(sentence: CitedSentence, steps: Mapping[str, Step]) -> str:
    """Return the sub-question that a sentence answers from the same quotes; empty if none."""
    for step in reversed([*steps.values()]):
        shared = not set(step.answer.quotes).isdisjoint(sentence.quotes)
        if shared and states(sentence, step):
            return step.text
    return ""


def shares_a_word(sentence: CitedSentence, evidence: Mapping[str, Passage]) -> bool:
    """Whether a sentence has a telling word in common with one of its quotes, or its title."""
    words = _telling(sentence.text)
    return any(
        not words.isdisjoint(_telling(titled(quote, evidence[quote.passage_id])))
        for quote in sentence.quotes
    )


def _states_something(quote: Quote, evidence: Mapping[str, Passage]) -> bool:
    """Whether a quote is verbatim and stands in no question."""
    return quote.is_verbatim(evidence) and not _QUESTION.fullmatch(
        sentence_around(quote, evidence[quote.passage_id])
    )


def _contributing(
    sentence: CitedSentence, steps: Mapping[str, Step], evidence: Mapping[str, Passage]
) -> tuple[Quote, ...]:
    about = _telling(f"{sentence.text} {question_of(sentence, steps)}")
    quotes = tuple(
        quote
        for quote in sentence.quotes
        if not about.isdisjoint(_telling(titled(quote, evidence[quote.passage_id])))
    )
    return quotes or sentence.quotes


def _telling(text: str) -> set[str]:
    """The words of a text that may tell what it is about."""
    return {
        word
        for word in _WORD.findall(text.casefold())
        if (len(word) > _SHORT or not word.isascii() or word.isdigit()) and word not in _COMMON
    }
