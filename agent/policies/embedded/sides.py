"""The two sides of a comparison: telling them apart, and asking the same of each."""

import re
from dataclasses import dataclass

from .chains import Chain
from .phrases import is_reference
from .questions import CLASS_NOUNS, without_class
from .text import UPPER

_PLURAL_CLASS = re.compile(
    rf"\A(?:(?:the )?(?:{CLASS_NOUNS})s[,:]?|(?:[a-z]+ ){{0,2}}[a-z]+s[,:]) (?=[\"“¿¡.]|{UPPER}|\d)"
)


@dataclass(frozen=True)
class Sides:
    """The two things that a question holds against each other."""

    left: str
    right: str


def sides(text: str, word: str) -> Sides | None:
    """Return the two names that a conjunction joins; None where that is not certain."""
    text = _PLURAL_CLASS.sub("", text.strip(" ,:"), count=1) if text else text
    if re.search(r"\? [A-Z]", text):
        return None
    found: list[Sides] = []
    for match in re.finditer(rf",? (?:{word}) ", text):
        left, right = text[: match.start()].strip(" ,"), text[match.end() :].strip(" ,")
        if is_side(left) and is_side(right):
            found.append(Sides(left, right))
    # With several conjunctions nothing tells for certain where to cut.
    return found[0] if len(found) == 1 else None


def is_side(phrase: str) -> bool:
    """Whether a phrase can be one side: a name, or a description that holds one."""
    return bool(phrase) and (is_reference(phrase) or bool(re.match(r"the [a-z].*[A-Z\d]", phrase)))


def singular(noun: str) -> str:
    """Return a relation noun in the singular."""
    return noun[:-1] if noun.endswith("s") and not noun.endswith("ss") else noun


def ask_sides(
    chain: Chain, pair: Sides, relation: str, question: str, head: str, word: str, noun: str = "",
    tail: str = "",
) -> bool:  # fmt: skip
    """Ask the same of both sides and conclude; false where a side cannot be resolved."""
    subjects: list[str] = []
    for side in (pair.left, pair.right):
        if relation:
            kind = noun or ("film" if relation.startswith("director") else "")
            named = f"{kind} {without_class(side)}".strip()
            subjects.append(f"{{{chain.ask(f'Who is the {singular(relation)} of {named}')}}}")
        elif resolved := chain.resolve(side):
            subjects.append(resolved)
        else:
            return False
    answers = [chain.ask(question.format(x=subject)) for subject in subjects]
    named_sides = []
    for side, subject in zip((pair.left, pair.right), subjects, strict=True):
        # A side that is described goes by the name found for it.
        named_sides.append(without_class(side) if relation or subject == side else subject)
    left, right = named_sides
    body = f"{left} ({{{answers[0]}}}) {word} {right} ({{{answers[1]}}})"
    separator = ": " if word == "or" else " "
    chain.ask(f"{head}{separator}{body}{' ' + tail if tail else ''}", "reason")
    return True
