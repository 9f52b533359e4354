"""What a relation is: how questions ask for it and how sentences state it.

A pattern is matched in a sentence about the subject; ``<name>``, ``<place>``, ``<date>`` and
``<org>`` stand for the answer, ``<role>`` for words such as *American singer*. Earlier patterns
are the surer ones.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal

from .dates import DATE
from .names import NAME, NOT_A_ROLE, PLACE

AnswerType = Literal[
    "person", "place", "country", "nationality", "date", "year", "number", "yes_no", "work",
    "organisation", "occupation", "lifespan", "phrase", "entity",
]  # fmt: skip
_ROLE = r"(?:(?:the |an? )?(?:(?!of )[\w\-]+(?: and|,)? ){0,4}?)"
_SLOTS = {
    "<name>": rf"(?P<answer>{NAME})(?!\w){NOT_A_ROLE}",
    "<other>": NAME,
    "<place>": rf"(?P<answer>{PLACE})",
    "<date>": rf"(?P<answer>{DATE.pattern}|\b\d{{3}}\b)",
    "<day>": rf"(?:{DATE.pattern}|\b\d{{3}}\b)",
    "<org>": rf"(?P<answer>{NAME}(?:, {NAME})?)",
    "<role>": _ROLE,
    "<kin>": r"(?:(?:the |an? )?(?:late )?(?:[a-z][\w\-]* (?<!and )){0,3}?)",
    "<in>": r"(?:(?:in|at|near) )?(?:the )?(?:(?:village|town|city|parish|hamlet)(?: of)? )?",
    "<phrase>": r"(?P<answer>[^.;,()]{3,70}?)",
    "<number>": r"(?P<answer>\d[\d,.]*(?: (?:million|billion|thousand))?)",
}


@dataclass(frozen=True)
class Relation:
    """A relation between a subject and an answer.

    Attributes:
        name: What the relation is called.
        nouns: Nouns that ask for it, as in "the *director* of X".
        answer: The type of the answer.
        cues: Words whose stems hint at the relation in questions and sentences.
        patterns: How sentences state it, surest first.
        questions: Question frames that ask for it; ``{x}`` is the subject.
    """

    name: str
    nouns: tuple[str, ...]
    answer: AnswerType
    cues: str = ""
    patterns: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()

    @property
    def compiled(self) -> tuple[re.Pattern[str], ...]:
        """The patterns with their slots filled in, compiled once."""
        return _compiled(self.patterns)


@cache
def _compiled(patterns: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(_filled(pattern)) for pattern in patterns)


def _filled(pattern: str) -> str:
    for slot, expression in _SLOTS.items():
        pattern = pattern.replace(slot, expression)
    return pattern


def made(*verbs: str) -> tuple[str, ...]:
    """Return the patterns of something made by somebody, as *directed by*."""
    alternatives = "|".join(verbs)
    return (
        rf"(?:{alternatives})(?: (?:and|or) [\w\-]+)* by <role><name>",
        rf"(?:{alternatives}) [^.;]{{0,30}}?\bby <role><name>",
    )
