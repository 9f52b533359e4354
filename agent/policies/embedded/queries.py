"""Rewording a sub-question into search queries, a new way each time it is asked."""

from collections.abc import Mapping, Sequence

from ....graphs.plan import REFERENCE
from ....graphs.steps import Step
from .questions import analysed, trimmed
from .text import content_words, plain
from .wording import as_description

_AT_ONCE = 2


def with_descriptions(text: str, parents: Mapping[str, Step]) -> str:
    """Return a text with the answers that are unknown described in the words they were asked in."""
    for _ in range(len(parents) + 1):
        text = REFERENCE.sub(
            lambda match: as_description(parents[match[1]].text) if match[1] in parents else "it",
            text,
        )
        if "{" not in text:
            break
    return REFERENCE.sub("it", text)


def queries(
    question: str, text: str, parents: Mapping[str, Step], tried: Sequence[str]
) -> tuple[str, ...]:
    """Return new queries for a sub-question, best first; none when all wordings were tried."""
    full = with_descriptions(text, parents)
    known = {plain(query).strip() for query in tried}
    options = [full if full.endswith("?") else trimmed(full), *_wordings(question, full)]
    new: list[str] = []
    for option in options:
        key = plain(option).strip()
        if key and key not in known:
            known.add(key)
            new.append(option)
    return tuple(new[: 1 if not tried else _AT_ONCE])


def _wordings(question: str, text: str) -> list[str]:
    asked = analysed(text)
    wordings: list[str] = []
    if asked.entities:
        wordings.append(" ".join(asked.entities))
    wordings.append(" ".join(content_words(text)))
    if asked.relation and asked.subject:
        wordings.append(f"{asked.subject} {' '.join(asked.relation.cues.split()[:4])}".strip())
    wordings.append(trimmed(question))
    wordings.append(" ".join(content_words(question)))
    return wordings
