"""Links: which documents of a corpus a text names."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from .titles import STOP_WORDS, Mention, mentions, words_of

_BEFORE = 70
_AFTER = 30
_STEM = 5


class Titled(Protocol):
    """An index that finds passages by the titles of their documents."""

    def titled(self, keys: Collection[str]) -> dict[str, list[str]]:
        """Return the ids of passages by normalised title."""
        ...


@dataclass(frozen=True)
class Naming:
    """A name in a text with what it may refer to.

    Attributes:
        mention: Where the name stands.
        ids: The passages of the documents of that name.
    """

    mention: Mention
    ids: tuple[str, ...]


def named_in(texts: Sequence[str], index: Titled) -> list[list[Naming]]:
    """Return the titles that each text names, the longest first.

    A name within a longer one is left out: "Last Tango in Paris" does not name Paris.

    Args:
        texts: Questions or passages.
        index: Where titles are looked up, all at once.
    """
    candidates = [mentions(text) for text in texts]
    titled = index.titled({mention.key for each in candidates for mention in each})
    return [_outermost(each, titled) for each in candidates]


def _outermost(candidates: Sequence[Mention], titled: dict[str, list[str]]) -> list[Naming]:
    kept: list[Naming] = []
    for mention in candidates:
        ids = titled.get(mention.key)
        if ids and not any(_within(mention, each.mention) for each in kept):
            kept.append(Naming(mention, tuple(ids)))
    return kept


def _within(inner: Mention, outer: Mention) -> bool:
    same = (inner.start, inner.end) == (outer.start, outer.end)
    return outer.start <= inner.start and inner.end <= outer.end and not same


def relation_words(query: str, names: Sequence[Naming]) -> frozenset[str]:
    """Return the words of a query that say what is asked about the things it names."""
    spans = [(name.mention.start, name.mention.end) for name in names]
    return frozenset(
        word.folded[:_STEM]
        for word in words_of(query)
        if word.folded not in STOP_WORDS
        and not any(start <= word.start < end for start, end in spans)
    )


def words_around(text: str, mention: Mention) -> frozenset[str]:
    """Return the words beside a mention, mostly those before it: they say what it is to the text.

    Words are cut to their first letters, so that "directed" meets "director".
    """
    sentence = text.rfind(". ", 0, mention.start) + 1
    before = text[max(sentence, mention.start - _BEFORE, 0) : mention.start]
    after = text[mention.end : mention.end + _AFTER]
    return frozenset(word.folded[:_STEM] for word in words_of(f"{before} {after}"))
