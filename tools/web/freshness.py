"""Newer pages first, where a question is about the present."""

import math
import re
from collections.abc import Sequence
from datetime import date

from ..search.base import Hit

HALF_LIFE = 365.0
"""Days after which a page has lost half of what being new is worth."""
WORTH = 0.5
"""Share of a page's score that depends on its age."""

_PRESENT = re.compile(
    r"\b(?:now|nowadays|today|tonight|currently|presently|at present|at the moment|as of|so far|"
    r"latest|newest|most recent(?:ly)?|recent(?:ly)?|up[- ]to[- ]date|upcoming|incumbent|"
    r"(?:this|last|next|past|current) (?:year|month|week|season|election)|"
    r"(?<!alternating )(?<!direct )(?<!electric )(?<!ocean )current(?! (?:of|through|in the|flow))|"
    r"these days|still(?! (?:life|lifes|image|images|frame|photograph))|yesterday|tomorrow)\b",
    re.IGNORECASE,
)
_YEAR = re.compile(r"\b(?:1[6-9]|20)\d\d\b")


def asks_about_now(query: str, today: date) -> bool:
    """Tell whether a query asks about the present: by the years that it names, or by its words.

    A capital inside a query marks a name, such as that of the film Apocalypse Now.
    """
    if years := _YEAR.findall(query):
        return max(map(int, years)) >= today.year
    words = _PRESENT.finditer(query)
    return any(word.start() == 0 or not word[0][0].isupper() for word in words)


def fresher_first(hits: Sequence[Hit], today: date) -> list[Hit]:
    """Return hits in a new order, the scores of older pages lowered.

    The worth of being new decays exponentially with age, as in the time-based language models of
    Li and Croft (CIKM 2003), and is a share of the score, so that relevance still decides. A page
    without a date, or with one that cannot be, counts as one half-life old.
    """
    weighed = [
        Hit(passage=hit.passage, score=hit.score * _weight(hit.passage.date, today)) for hit in hits
    ]
    return sorted(weighed, key=lambda hit: -hit.score)


def _weight(day: str | None, today: date) -> float:
    try:
        days = float(max(0, (today - date.fromisoformat(day)).days)) if day else HALF_LIFE
    except ValueError:
        days = HALF_LIFE
    return 1.0 - WORTH + WORTH * math.exp2(-days / HALF_LIFE)
