"""What an answer may look like, by rule: a thought and a passage that say what is not known yet."""

import re

from .questions import Asked, analysed
from .relation import AnswerType
from .wording import as_description, as_statement

_KINDS: dict[AnswerType, str] = {
    "person": "a person",
    "place": "a town, a region or a country",
    "country": "a country",
    "nationality": "a nationality",
    "date": "a day, month and year",
    "year": "a year",
    "number": "a number",
    "work": "a work",
    "organisation": "an organisation",
    "occupation": "a profession",
}
_OPENING = re.compile(
    r"(?:is|are|was|were|do|does|did|has|have|had|can|could|would|will) ", re.IGNORECASE
)


def thought(text: str) -> str:
    """Return a statement of the answer with the kind of answer in its place."""
    asked = analysed(text)
    if asked.answer == "yes_no":
        return _OPENING.sub("", asked.text)
    kind = _kind(asked)
    stated = as_statement(text, kind)
    if stated.startswith(text.strip()):
        return f"{_OPENING.sub('', as_description(text))} is {kind}"
    return stated


def pseudo_passage(text: str) -> str:
    """Return a few sentences as a passage that answers might have them, its subject first."""
    asked = analysed(text)
    subject = asked.subject or ", ".join(asked.entities)
    parts = [subject, thought(text).rstrip(".")]
    if asked.relation:
        parts.append(f"{subject} {asked.relation.cues}")
        parts.append(f"{', '.join(asked.relation.nouns[:3])} of {subject}")
    return " ".join(f"{part.strip()}." for part in parts if part.strip())


def _kind(asked: Asked) -> str:
    if asked.relation is None and asked.head:
        return f"a {asked.head}"
    return _KINDS.get(asked.answer, "something")
