"""Wording a sub-question as search queries, a new way each time it is asked."""

from collections.abc import Mapping

from ....graphs.plan import REFERENCE
from ....graphs.protocols import RewriteRequest
from ....graphs.steps import Step
from .feedback import in_their_words
from .intents import aspect, context, detail
from .pseudo_passages import pseudo_passage, thought
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


def queries(request: RewriteRequest) -> tuple[str, ...]:
    """Return new queries for a sub-question, best first; none when all wordings were tried."""
    known = {plain(query).strip() for query in request.tried}
    new: list[str] = []
    for option in _options(request):
        key = plain(option).strip()
        if key and key not in known:
            known.add(key)
            new.append(option)
    first = request.wording == "query" and not request.tried
    usual = 1 if first else _AT_ONCE
    return tuple(new[: usual if request.count is None else request.count])


def _options(request: RewriteRequest) -> list[str]:
    question = request.question
    text = with_descriptions(request.text, request.parents)
    match request.wording:
        case "query":
            return [text if text.endswith("?") else trimmed(text), *_wordings(question, text)]
        case "paraphrase":
            return [as_description(text), *_wordings(question, text)]
        case "context":
            return context(question, text)
        case "detail":
            return detail(text)
        case "aspect":
            return aspect(text)
        case "thought":
            return [thought(text)]
        case "passage":
            return [pseudo_passage(text)]
        case "feedback":
            return in_their_words(trimmed(text), request.passages)


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
