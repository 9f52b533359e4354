"""Splitting a question with nested descriptions into a chain of sub-questions.

Follows the idea of decomposition by noun phrase of QDMR (Wolfson et al., 2020): the innermost
description is asked first, and its answer is put into the next question.
"""

import re
from dataclasses import dataclass, field

from ....graphs.plan import SubQuestion
from .phrases import described, is_reference
from .questions import RELATION_NOUN, framed, relation_named, trimmed
from .relations_more import COMPOUND

_START = re.compile(
    rf"\bthe (?:{RELATION_NOUN.pattern}) (?:of|for) |\bthe (?:[\w\-]+ ){{1,2}}?(?:who|that|which"
    r"|where|in which) "
)
_TAIL = re.compile(
    r" (?:was |is |were |are )?(?:born|die|died|from|located|based|live|lived|founded|formed"
    r"|released|established|named after|buried|graduate(?: from)?|study|work(?: at| for)?|educated|earned|received|got|won"
    r"|headquartered|published|created|written|set|play|played|married to|win|attend|have|get)"
    r"(?: in| on| at| for| to)?$"
)
_MAX_STEPS = 5


@dataclass
class Chain:
    """Sub-questions under construction; ids count on from those already there."""

    steps: list[SubQuestion] = field(default_factory=list)

    def ask(self, text: str, kind: str = "search") -> str:
        """Add a question, its own descriptions first; returns the id of its answer."""
        if not text.endswith("?"):
            text = f"{text}?"
        for step in self.steps:
            if step.text == text:
                return step.id
        name = f"q{len(self.steps) + 1}"
        references = tuple(dict.fromkeys(re.findall(r"\{(\w+)\}", text)))
        self.steps.append(
            SubQuestion(
                id=name,
                text=text,
                parents=references,
                kind="reason" if kind == "reason" else "search",
            )
        )
        return name

    def resolve(self, phrase: str) -> str | None:
        """Return a phrase as a name or a reference, asking what it takes; None where unsure."""
        description = described(phrase)
        if description is None:
            return phrase if is_reference(phrase) else None
        if len(self.steps) >= 2 * _MAX_STEPS:
            return None
        asked = self.ask_nested(description.question)
        return None if asked is None else f"{{{asked}}}"

    def ask_nested(self, question: str) -> str | None:
        """Ask a question, first what it nests; returns the id of its answer, None where unsure."""
        frame = framed(question)
        if frame is not None:
            noun, subject = frame
            reference = self.resolve(subject)
            if reference is None:
                return self._ask_with_inner(question)
            if noun in COMPOUND:
                first, second = COMPOUND[noun]
                between = self.ask(f"Who is the {first} of {reference}")
                return self.ask(f"Who is the {second} of {{{between}}}")
            return self.ask(_replaced_last(trimmed(question), subject, reference))
        return self._ask_with_inner(question)

    def _ask_with_inner(self, question: str) -> str | None:
        text = trimmed(question)
        found = inner_description(text)
        if found is None:
            return self.ask(text)
        start, end = found
        reference = self.resolve(text[start:end])
        if reference is None:
            return None
        return self.ask(text[:start] + reference + text[end:])


def _replaced_last(text: str, old: str, new: str) -> str:
    head, found, tail = text.rpartition(old)
    return f"{head}{new}{tail}" if found else text


def inner_description(text: str) -> tuple[int, int] | None:
    """Return where a question nests a description that reads as a question of its own."""
    for match in _START.finditer(text):
        start = match.start()
        if re.fullmatch(r"(?:who|what|which|where|when)(?: \w+)? (?:is|are|was|were) ?",
                        text[:start], re.IGNORECASE):  # fmt: skip
            continue
        tail = _TAIL.search(text)
        for end in (tail.start(), len(text)) if tail and tail.start() > start else (len(text),):
            phrase = text[start:end]
            if described(phrase):
                return start, end
    return None


def split_chain(question: str) -> tuple[SubQuestion, ...]:
    """Return the chain that a question nests, or nothing where it nests none with confidence."""
    chain = Chain()
    last = chain.ask_nested(question)
    if last is None or not 2 <= len(chain.steps) <= _MAX_STEPS:
        return ()
    return tuple(chain.steps)


def asks_relation(question: str) -> bool:
    """Whether a question is of a form whose relation is known."""
    frame = framed(question)
    return frame is not None and relation_named(frame[0]) is not None
