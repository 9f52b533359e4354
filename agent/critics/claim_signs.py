"""Plain signs that quotes support a claim: which of its words they hold, and how they oppose it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ..policies.embedded.dates import Date, dates, earlier, parse_date
from ..policies.embedded.names import names
from ..policies.embedded.text import STOPWORDS, plain, stem
from .claim_text import compared_words, tidied

_NEGATIONS = frozenset(
    """
        not no never none nothing nobody neither nor without incapable unable failed fails refused
        refuses lacks lacked absent false yet cannot didn't doesn't isn't wasn't weren't aren't
        couldn't hasn't hadn't won't wouldn't don't can't
    """.split()
)
_LIMITS = frozenset(
    "only exclusively solely just merely always all every entirely completely anything".split()
)
_EARLIER = re.compile(r"\b(?:earlier|older|elder|first|oldest|earliest)\b")
_LATER = re.compile(r"\b(?:later|younger|last|newer|latest|youngest|more recent(?:ly)?)\b")
_FLAT_ANSWER = re.compile(r"[?:] (yes|no)[.!]?$", re.IGNORECASE)


@dataclass(frozen=True)
class Signs:
    """What a claim and its quotes share, and where they differ; every sign in [-1, 1].

    Attributes:
        words_held: Share of the claim's content words that the quotes hold.
        words_missing: How many they lack, five counting as all there can be.
        pairs_held: Share of the claim's neighbouring words that are neighbours in a quote.
        names_held: Share of the words of its names.
        names_missing: Whether a name is wholly missing.
        numbers_held: Share of its numbers.
        numbers_missing: Whether one is missing.
        numbered: Whether it has any.
        other_numbers: Whether a number is missing and the quotes have others.
        denies: Whether the claim denies something and the quotes do not.
        denied: Whether they do and the claim does not.
        limits: Whether the claim says *only*, *always* and the like, which the quotes do not.
        says_yes: Whether it is a question with the answer yes.
        says_no: Whether it is a question with the answer no.
        ordered: What the quotes' dates say of a claim about earlier and later: 1 that it is
            right, -1 that it is wrong, 0 where they do not tell.
        quotes: How many quotes there are, five counting as many.
        asked: Whether it is known what the claim answers.
        answer_held: Share of the words of the answer, which are those that the claim has beyond
            its question, that the quotes hold; 0 where there are none.
    """

    words_held: float
    words_missing: float
    pairs_held: float
    names_held: float
    names_missing: float
    numbers_held: float
    numbers_missing: float
    numbered: float
    other_numbers: float
    denies: float
    denied: float
    limits: float
    says_yes: float
    says_no: float
    ordered: float
    quotes: float
    asked: float
    answer_held: float


def signs_of(claim: str, quotes: Sequence[str], question: str = "") -> Signs:
    """Return the signs of a claim beside its quotes, and beside the question that it answers."""
    said, held = compared_words(claim), [compared_words(quote) for quote in quotes]
    stems = {stem(word) for words in held for word in words}
    content = [word for word in said if word not in STOPWORDS and word not in _NEGATIONS]
    missing = [word for word in content if stem(word) not in stems]
    named = [frozenset(map(stem, name)) for name in _names(claim)]
    named_words = frozenset[str]().union(*named)
    numbers, theirs = _numbers(said), _numbers(word for words in held for word in words)
    pairs = set(pairwise(said))
    their_pairs = {pair for words in held for pair in pairwise(words)}
    asked = {stem(word) for word in compared_words(question)}
    answered = {stem(word) for word in content} - asked if question else set()
    denies = not _NEGATIONS.isdisjoint(said)
    denied = any(not _NEGATIONS.isdisjoint(words) for words in held)
    limited = any(not _LIMITS.isdisjoint(words) for words in held)
    flat = _FLAT_ANSWER.search(claim)
    answer = flat[1].lower() if flat else ""
    return Signs(
        words_held=_share(len(content) - len(missing), len(content)),
        words_missing=min(len(missing), 5) / 5,
        pairs_held=_share(len(pairs & their_pairs), len(pairs)),
        names_held=_share(len(named_words & stems), len(named_words)),
        names_missing=float(any(stems.isdisjoint(name) for name in named)),
        numbers_held=_share(len(numbers & theirs), len(numbers)),
        numbers_missing=float(not numbers <= theirs),
        numbered=float(bool(numbers)),
        other_numbers=float(not numbers <= theirs and bool(theirs - numbers)),
        denies=float(denies and not denied),
        denied=float(denied and not denies),
        limits=float(not _LIMITS.isdisjoint(said) and not limited),
        says_yes=float(answer == "yes"),
        says_no=float(answer == "no"),
        ordered=_ordered(claim, quotes),
        quotes=min(len(quotes), 5) / 5,
        asked=float(bool(question)),
        answer_held=_share(len(answered & stems), len(answered)) if answered else 0.0,
    )


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def _numbers(words: Iterable[str]) -> frozenset[str]:
    return frozenset(word for word in words if word[0].isdigit())


def _names(claim: str) -> list[tuple[str, ...]]:
    text = tidied(claim)
    found = (compared_words(text[slice(*span)]) for span in names(text))
    return [name for words in found if (name := tuple(w for w in words if w not in STOPWORDS))]


def _ordered(claim: str, quotes: Sequence[str]) -> float:
    sooner, later = bool(_EARLIER.search(claim)), bool(_LATER.search(claim))
    dated = [(quote, date) for quote in quotes if (date := _date(quote, "died" in claim))]
    if sooner == later or len(dated) != 2:
        return 0.0
    shares = [_named_share(claim, quote) for quote, _ in dated]
    (_, first), (_, second) = dated if shares[0] > shares[1] else dated[::-1]
    verdict = earlier(first, second)
    if shares[0] == shares[1] or verdict is None:
        return 0.0
    return 1.0 if verdict is sooner else -1.0


def _date(quote: str, last: bool) -> Date | None:
    body = quote.partition(": ")[2] or quote
    spans = dates(body)
    if last and len(spans) < 2:
        return None
    return parse_date(body[slice(*spans[1 if last else 0])]) if spans else None


def _named_share(claim: str, quote: str) -> float:
    named = {word for name in _names(claim) for word in name}
    held = set(compared_words(plain(quote)))
    return _share(len(named & held), len(named))
