"""Splitting a question with nested descriptions into a chain of sub-questions.

Follows the idea of decomposition by noun phrase of QDMR (Wolfson et al., 2020): the innermost
description is asked first, and its answer is put into the next question.
"""

import re
from dataclasses import dataclass, field

from ....graphs.plan import SubQuestion
from .descriptions import innermost
from .phrases import described, is_reference
from .questions import framed, trimmed
from .relations import COMPOUND

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
            return phrase if is_reference(phrase) else self._resolve_clause(phrase)
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

    def _resolve_clause(self, phrase: str) -> str | None:
        before = len(self.steps)
        text = f"When was {phrase} born"
        while (found := innermost(text)) and len(self.steps) - before < _MAX_STEPS:
            inner = self.ask_plain(found.question)
            text = f"{text[: found.start]}{{{inner}}}{found.outer}{text[found.end :]}"
        whole = re.fullmatch(r"When was (\{\w+\}) born", text)
        if whole is None:
            del self.steps[before:]
            return None
        return whole[1]

    def _ask_with_inner(self, question: str) -> str | None:
        text = trimmed(question)
        while found := innermost(text):
            if len(self.steps) >= _MAX_STEPS:
                return None
            inner = self.ask_plain(found.question)
            text = f"{text[: found.start]}{{{inner}}}{found.outer}{text[found.end :]}"
        return self.ask_plain(text)

    def ask_plain(self, question: str) -> str:
        """Add a question that nests nothing more, kinship of two steps taken apart.

        Returns:
            The id of its answer.
        """
        frame = framed(question)
        if frame is not None and frame[0] in COMPOUND:
            first, second = COMPOUND[frame[0]]
            between = self.ask(f"Who is the {first} of {frame[1]}")
            return self.ask(f"Who is the {second} of {{{between}}}")
        return self.ask(question)


def _replaced_last(text: str, old: str, new: str) -> str:
    head, found, tail = text.rpartition(old)
    return f"{head}{new}{tail}" if found else text


def split_chain(question: str) -> tuple[SubQuestion, ...]:
    """Return the chain that a question nests, or nothing where it nests none with confidence."""
    chain = Chain()
    last = chain.ask_nested(question)
    if last is None or not 2 <= len(chain.steps) <= _MAX_STEPS:
        return ()
    return tuple(chain.steps)
