"""Questions that name what may be answered: "Which has more species, Aichryson or Polypodium?"."""

import re
from collections.abc import Sequence
from dataclasses import replace

from .span_reader import SpanAnswer
from .text import UPPER, words

_WORD = rf"(?:{UPPER}|\d)[^\s,:?]*"
_JOINT = r"(?:an?|and|at|by|d[eou]|for|from|in|la|le|of|on|the|to|van|von|with|&)"
_NAME = rf"(?:[Tt]he )?{_WORD}(?: (?:{_JOINT} )*{_WORD})*"
_CHOICE = re.compile(rf"(?P<left>{_NAME}),? or (?P<right>{_NAME})(?= ?(?:[?,]|$))")
_HEAD = re.compile(r"(?:Are|Between|Did|Do|Does|Had|Has|Is|Was|Were|What|Which|Who|Whose) ")

_ASKS = re.compile(r"\b(?:which|who|whose)\b|^(?:are|did|do|does|has|is|was|were) ", re.IGNORECASE)


def choice_of(question: str) -> tuple[str, str] | None:
    """Return the two names that a question gives to choose from; None where it gives none."""
    match = _CHOICE.search(question)
    if match is None or not _ASKS.search(question, 0, match.end("left")):
        return None
    left = _HEAD.sub("", match["left"], count=1)
    return (left, match["right"]) if left else None


def among(choice: Sequence[str], read: Sequence[SpanAnswer]) -> list[SpanAnswer]:
    """Return what was read of the names to choose from, as the question puts them.

    Args:
        choice: The names.
        read: What the network read, likeliest first.

    Returns:
        Of each name that was read, in whole or in part, the likeliest place, with the chances of
        all of them; likeliest first.
    """
    found = []
    for name in choice:
        same = [each for each in read if _is_meant(each.text, name, choice)]
        if same:
            best = same[0]
            # A name in full is better than as the question has it, and a part of one is worse.
            text = best.text if set(words(name)) < set(words(best.text)) else name
            found.append(replace(best, text=text, chance=sum(each.chance for each in same)))
    return sorted(found, key=lambda each: -each.chance)


def _is_meant(answer: str, name: str, choice: Sequence[str]) -> bool:
    """Whether an answer holds a name or a part of it, and none of another."""
    said, meant = set(words(answer)), set(words(name))
    others = {word for other in choice if other != name for word in words(other)}
    return bool(said & (meant - others)) and not said & (others - meant)
