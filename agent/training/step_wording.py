"""Steps in words, as language models that learn from them read and write them."""

from collections.abc import Iterable, Mapping

from ...graphs.steps import Step
from ...tools.passages import Passage


def question_in_words(question: str) -> str:
    """Return how a run begins: the question."""
    return f"Question: {question}\n"


def known_in_words(question: str, steps: Iterable[Step], evidence: Mapping[str, Passage]) -> str:
    """Return the question and what is known after some steps, up to where the next move is due."""
    known = [f"- {step.text} {found_in_words(step, evidence)}" for step in steps]
    return "\n".join(
        [question_in_words(question), "Known:", *(known or ["- nothing yet"]), "\nNext:\n"]
    )


def asked_in_words(question: str, found: str) -> str:
    """Return a step as a move: what was asked, and `found_in_words`."""
    return f"Ask: {question}\n{found}"


def found_in_words(step: Step, evidence: Mapping[str, Passage]) -> str:
    """Return what a step found, with what it quotes as far as the passages are given."""
    quotes = (
        f"({evidence[quote.passage_id].title}: “{quote.text}”)"
        for quote in step.answer.quotes
        if quote.passage_id in evidence
    )
    return " ".join([answer_found(step.answer.text), *quotes])


def answer_found(answer: str | None) -> str:
    """Return the answer of a step, or that there is none."""
    return f"→ {answer or 'unknown'}"


def answer_in_words(answer: str | None) -> str:
    """Return the answer of a run as a move."""
    return f"Answer: {answer or 'unknown'}"
