"""Finding the innermost description inside a question that no template knows.

English nests to the right, so the last *the … who/of/where …* that mentions a name is the
innermost one. It ends where the question's own verb goes on. What is found becomes a question of
its own, and the search repeats on what is left.
"""

import re
from dataclasses import dataclass

from .clauses import (
    CLAUSE,
    CONTINUED,
    ENTITY,
    EXTRAPOSED,
    FINITE,
    NAME_WORD,
    NOT_HEADS,
    OF_NAME,
    OWNED,
    PASSIVE,
)
from .nouns import PERSON_NOUNS, PLACE_NOUNS, THING_NOUNS
from .relations import BY_NOUN, COMPOUND
from .text import content_words

_ASKED = re.compile(
    r"(?:what|who|which)(?: \w+)? ?(?:is|are|was|were|'s|’s) "
    r"(?:(?:the )?(?:name|title|names)s? of )?"
    r"|(?:name|in|on|at|from|of|to) ",
    re.IGNORECASE,
)


_ASKING = re.compile(
    r"\b(?:who|whom|whose|what|which|where|when|how|why)\b"
    r"|^(?:is|was|are|were|did|does|do|has|had|have|can)\b",
    re.IGNORECASE,
)


_AUXILIARY = re.compile(r"\b(?:did|does|do|can|could|will|would|should|has|have|had)$")


_COPULA = re.compile(r"(?:where|when|which .*|what .*)\b(?:is|was|were|are)$", re.IGNORECASE)


@dataclass(frozen=True)
class Found:
    """A description inside a question, and the question that it stands for."""

    start: int
    end: int
    question: str
    outer: str = ""


def innermost(text: str) -> Found | None:
    """Return the innermost description of a question, or None where none is certain."""
    options = [option for option in (*_related(text), *_clauses(text)) if _fits(text, option)]
    return max(options, key=lambda option: (option.start, -option.end), default=None)


def described_clause(phrase: str) -> str | None:
    """Return the question that a whole noun phrase with a clause stands for, or None."""
    for pattern in (CLAUSE, PASSIVE):
        if asked := _question_of(pattern.fullmatch(phrase)):
            return asked
    return None


def _related(text: str) -> list[Found]:
    found = []
    for match in OF_NAME.finditer(text):
        asked = f"{question_word(match['head'])} {match[0]}?"
        found.append(Found(match.start(), match.end(), asked))
    for match in OWNED.finditer(text):
        if not text[: match.start()].rstrip().lower().endswith(("what", "which", "how")):
            asked = f"{question_word(match['head'])} the {match['head']} of {match['x']}?"
            found.append(Found(match.start(), match.end(), asked))
    return found


def _clauses(text: str) -> list[Found]:
    found = []
    for start in (match.start() for match in re.finditer(r"\bthe (?=[a-z])", text)):
        extraposed = EXTRAPOSED.match(text, start)
        if extraposed and re.search(ENTITY, extraposed["rest"]):
            head, link, rest = (extraposed[name] for name in ("head", "link", "rest"))
            asked = f"{question_word(head)} the {head} {link} {rest}?"
            if link in ("who", "that", "which"):
                asked = f"Which {head} {rest}?"
            found.append(Found(start, len(text), asked, f" {extraposed['outer']}"))
            continue
        for pattern in (CLAUSE, PASSIVE):
            match = pattern.match(text, start)
            if match is None or match["head"].split(" ")[-1].lower() in NOT_HEADS:
                continue
            end = start + len(match[0])
            stop = _boundary(text, match, start)
            for edge in (stop, end) if stop else (end,):
                phrase = text[start:edge].rstrip(" ,")
                if stands_for := _question_of(pattern.fullmatch(phrase)):
                    found.append(Found(start, start + len(phrase), stands_for))
                    break
            break
    return found


def _boundary(text: str, match: re.Match[str], start: int) -> int | None:
    """Return where the outer question goes on: the finite verb after the clause's own."""
    own_verbs = 0 if match.re is PASSIVE else 1
    for verb in FINITE.finditer(text, match.start("rest") - 1, match.end()):
        before = text[start : verb.start()]
        if CONTINUED.search(before):
            continue
        if own_verbs and verb.start() < match.start("rest") + 1:
            own_verbs = 0
            continue
        if not re.search(ENTITY, text[match.start("rest") : verb.start()]):
            own_verbs = 0
            continue
        subject_first = match.re is CLAUSE and (
            match["link"] not in ("who", "that", "which")
            or re.match(rf"(?:the )?{NAME_WORD}", match["rest"])
        )
        if subject_first and own_verbs:
            own_verbs = 0
            continue
        return verb.start()
    return None


def _question_of(match: re.Match[str] | None) -> str | None:
    if match is None or not re.search(ENTITY, match["rest"]):
        return None
    head = match["head"]
    noun = head.split(" ")[-1]
    if match.re is PASSIVE:
        if noun not in _KNOWN_NOUNS:
            return None
        return f"Which {head} was {match['verb']} {match['rest']}?"
    if match["link"] in ("that", "which") and re.match(rf"(?:the )?{NAME_WORD}", match["rest"]):
        return f"{question_word(head)} the {head} {match['link']} {match['rest']}?"
    if match["link"] in ("who", "that", "which"):
        if match["link"] == "who" and head == noun:
            return f"Who {match['rest']}?"
        return f"Which {head} {match['rest']}?"
    if match["link"] == "where" and (
        moved := re.fullmatch(r"(?P<x>.+?) (?P<aux>was|is|were|are)(?P<rest>| .+)", match["rest"])
    ):
        return f"In which {head} {moved['aux']} {moved['x']}{moved['rest'] or ' located'}?"
    return f"{question_word(head)} the {head} {match['link']} {match['rest']}?"


def _fits(text: str, option: Found) -> bool:
    """Whether taking a description out leaves a question that still asks something."""
    before, after = text[: option.start], option.outer + text[option.end :]
    if not set(content_words(f"{before} {after}")) - {"name"}:
        return False
    if re.search(r" (?:what|how)\b|(?:,| with| of| by) which\b|\bwho$", option.question[4:-1]):
        return False
    if not _ASKING.search(f"{before} {after}"):
        return False
    if _ASKED.fullmatch(before) and not after.strip(" ,?"):
        return False
    head = before.rstrip()
    if _AUXILIARY.search(head) or _COPULA.fullmatch(head):
        return bool(re.match(r" [a-z]+", after)) or bool(
            re.match(r"(?:what|which) (?:nationality|country|religion)", head, re.IGNORECASE)
        )
    return bool(head) and not re.match(r"(?:the|of)$", after.strip())


def question_word(head: str) -> str:
    """Return "Who is" or "What is", as the head of a noun phrase wants it."""
    noun = head.split(" ")[-1].lower()
    if noun in BY_NOUN:
        return "Who is" if BY_NOUN[noun].answer == "person" else "What is"
    if (
        noun in PERSON_NOUNS
        or noun in COMPOUND
        or re.search(r"(?:er|or|ist|ian|man|woman|builders)$", noun)
    ):
        return "Who is"
    return "What is"


_KNOWN_NOUNS = frozenset({*PERSON_NOUNS, *PLACE_NOUNS, *THING_NOUNS})
