"""Roles that a passage says its subject held: "He was captain of the Endurance" names its title."""

import re
from collections.abc import Sequence

from .questions import Asked
from .sentences import Candidate
from .text import plain

SURENESS = 0.8
"""How sure it is that the passage's subject is who is asked for."""

_OPENING = r"(?:he|she|it|they)\b[^.;]{0,40}?\b(?:was|is|were|are|became|served as)"


def holder_of_role(asked: Asked, found: Sequence[Candidate]) -> Candidate | None:
    """Return the sentence whose passage's subject holds the role asked for, if one says so.

    Args:
        asked: What is asked; its head is the role.
        found: The sentences read, best first.
    """
    if not asked.head or not asked.entities or asked.answer == "yes_no":
        return None
    thing = re.escape(plain(asked.entities[-1]))
    pattern = re.compile(
        rf"{_OPENING} (?:an? |the )?(?:\w+ )?{re.escape(asked.head.lower())}"
        rf" (?:of|for|at|in) (?:the )?{thing}(?!\w)"
    )
    # "The captain of the Endurance" is nobody whom the question has named already.
    names = {plain(name) for name in asked.entities}
    for candidate in found:
        if plain(candidate.passage.title) in names:
            continue
        if pattern.match(plain(candidate.sentence.text)):
            return candidate
    return None
