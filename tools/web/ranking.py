"""Ranking passages of pages as they come, without building an index first.

Embedding every passage of hundreds of pages would take minutes. So terms choose among all of
them, and vectors, names and links weigh the chosen ones, as in a corpus.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from ..corpus.chunking import embedded_text, split
from ..corpus.encoder import Encoder
from ..corpus.memory_index import MemoryIndex
from ..corpus.readers import Document
from ..corpus.retrieval import Retriever
from ..corpus.terms import MemoryTerms
from ..passages import Passage
from ..search.base import Hit
from .freshness import asks_about_now, fresher_first
from .page import PageText

CHOSEN = 120
"""Passages that terms choose, which is about two seconds of embedding on two cores."""


class PassageRanker:
    """Takes the pages of one search as they come, and ranks their passages in the end.

    Args:
        encoder: Makes the vectors. One that keeps them, such as `CachingEncoder`, makes those of
            few pages' passages while further pages are still on their way.
        pages: How many pages are to be expected.
        cutoff: Passages less relevant than this are left out, but for the best one.
    """

    def __init__(self, encoder: Encoder, *, pages: int, cutoff: float = 0.0) -> None:
        self._encoder = encoder
        self._pages = pages
        self._cutoff = cutoff
        self._passages: dict[str, Passage] = {}
        self._texts: set[str] = set()

    @property
    def has_passages(self) -> bool:
        """Whether any page had text."""
        return bool(self._passages)

    def add(self, page: PageText) -> None:
        """Take a page; one whose text another address has brought already adds nothing.

        Such are pages under both http and https, and copies of news.
        """
        if page.text in self._texts:
            return
        self._texts.add(page.text)
        passages = passages_of(page, self._encoder)
        self._passages.update((each.id, each) for each in passages)
        if len(self._passages) * self._pages <= CHOSEN * len(self._texts):
            # With as many from each of the others all will be chosen, and now there is time.
            self._encoder.encode([embedded_text(each.title, each.text) for each in passages])

    def ranked(
        self,
        query: str,
        *,
        limit: int,
        linked_from: Sequence[Passage] = (),
        now: datetime | None = None,
    ) -> list[Hit]:
        """Return the passages most likely to be evidence, best first.

        Where the query asks about the present, newer pages count more.

        Args:
            query: A question, or any text.
            limit: The most hits to return.
            linked_from: Passages already known to matter, whose links are followed too.
            now: The present.
        """
        today = (now or datetime.now(UTC)).date()
        index = MemoryIndex(self._chosen(query), self._encoder)
        about_now = asks_about_now(query, today)
        hits = Retriever(index, self._encoder, cutoff=self._cutoff).retrieve(
            query, limit=len(index) if about_now else limit, linked_from=linked_from
        )
        return fresher_first(hits, today)[:limit] if about_now else hits

    def _chosen(self, query: str) -> list[Passage]:
        """Return the passages that the query's terms favour, and the first of each page."""
        if len(self._passages) <= CHOSEN:
            return list(self._passages.values())
        texts = (
            (each.id, embedded_text(each.title, each.text)) for each in self._passages.values()
        )
        by_terms = [id for id, _ in MemoryTerms(texts).search(query, CHOSEN)]
        first = {each.source: each.id for each in reversed(self._passages.values())}.values()
        ids = set(list(dict.fromkeys([*by_terms, *reversed(first)]))[:CHOSEN])
        return [each for each in self._passages.values() if each.id in ids]


def passages_of(page: PageText, encoder: Encoder) -> list[Passage]:
    """Return the passages of a page, with their offsets in its text."""
    document = Document(source=page.url, title=page.title, text=page.text)
    marks = {"origin": "web", "date": page.date}
    return [each.model_copy(update=marks) for each in split(document, encoder)]
