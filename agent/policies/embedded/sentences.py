"""Choosing the sentences worth reading for a question: terms, titles, then the encoder."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ....graphs.steps import Quote
from ....tools.passages import Passage
from .questions import Asked
from .text import Sentence, bare_title, plain, sentences, stems, words
from .vectors import VectorCache

_ENCODED = 16
# How much less a passage counts whose title names another entity of the question.
_BESIDE = 0.8


@dataclass(frozen=True)
class Candidate:
    """A sentence of a passage with what speaks for it.

    Attributes:
        passage: The passage.
        sentence: The sentence, a verbatim span of it.
        index: Its place in the passage.
        link: How surely the sentence is about the question's subject, in [0, 1].
        overlap: Share of the question's terms, rare ones counting more, in it and its title.
        similarity: Cosine of question and sentence with title.
    """

    passage: Passage
    sentence: Sentence
    index: int
    link: float
    overlap: float
    similarity: float = 0.0

    @property
    def score(self) -> float:
        """How likely the sentence answers, before any span is looked for."""
        return 0.45 * self.similarity + 0.3 * self.overlap + 0.25 * self.link


def quote_of(candidate: Candidate) -> Quote:
    """Return the candidate's sentence as a quote."""
    sentence = candidate.sentence
    return Quote(passage_id=candidate.passage.id, text=sentence.text, start=sentence.start)


def title_link(title: str, entities: Sequence[str]) -> float:
    """Return how well a title names one of the entities, in [0, 1]."""
    return max((_likeness(title, name) for name in entities), default=0.0)


def _likeness(title: str, name: str) -> float:
    if words(title) == words(name):
        return 1.0
    ours, theirs = bare_title(title), bare_title(name)
    if not ours or not theirs:
        return 0.0
    if ours == theirs:
        # A disambiguated title that the question does not share may be another bearer.
        return 0.93
    if ours.replace(" ", "") == theirs.replace(" ", ""):
        return 0.93
    if f" {ours} " in f" {theirs} ":
        # "Fram" is not what "the Fram Museum" names.
        return 0.6 + 0.3 * len(ours) / len(theirs)
    if f" {theirs} " in f" {ours} ":
        return 0.6 + 0.3 * min(len(ours), len(theirs)) / max(len(ours), len(theirs))
    left, right = set(ours.split()), set(theirs.split())
    share = len(left & right) / len(left | right)
    return 0.8 * share if share >= 0.5 else 0.0


def candidates(asked: Asked, passages: Sequence[Passage], vectors: VectorCache) -> list[Candidate]:
    """Return the sentences worth reading, best first."""
    terms = stems(asked.text)
    read = [(passage, sentences(passage.text)) for passage in passages]
    bags = [stems(f"{passage.title} {passage.text}") for passage in passages]
    frequency = Counter(term for bag in bags for term in bag)
    weight = {term: math.log(1 + (len(bags) + 0.5) / (frequency[term] + 0.5)) for term in terms}
    total = sum(weight.values()) or 1.0
    subject = asked.subject and plain(asked.subject)
    found: list[Candidate] = []
    for passage, parts in read:
        by_subject = title_link(passage.title, (asked.subject,)) if asked.subject else 0.0
        if asked.subject_is_described:
            # The passage of "the father of X" is not that of X.
            by_subject *= 0.5
        titled = max(
            by_subject,
            (0.4 if asked.subject_is_described else _BESIDE)
            * title_link(passage.title, asked.entities),
        )
        title_terms = stems(passage.title)
        for index, part in enumerate(parts):
            if part.text.endswith("?"):
                # A question states nothing.
                continue
            bag = stems(part.text)
            overlap = sum(weight[term] for term in terms if term in bag)
            overlap += 0.5 * sum(weight[t] for t in terms if t in title_terms and t not in bag)
            mentioned = bool(subject) and subject in plain(part.text)
            link = max(titled, 0.75 if mentioned else 0.0)
            found.append(Candidate(passage, part, index, link, overlap / total))
    found.sort(key=lambda item: -(item.overlap + item.link - 0.02 * item.index))
    kept = found[:_ENCODED]
    texts = [asked.text, *(f"{item.passage.title}: {item.sentence.text}" for item in kept)]
    rows = vectors.encode(texts)
    similar = rows[1:] @ rows[0]
    scored = [
        Candidate(item.passage, item.sentence, item.index, item.link, item.overlap, float(cosine))
        for item, cosine in zip(kept, similar, strict=True)
    ]
    return sorted(scored, key=lambda item: (-item.score, item.passage.id, item.index))
