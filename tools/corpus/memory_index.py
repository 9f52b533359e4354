"""Passages held in memory: what a corpus answers, without files.

For texts that belong to one question only, such as the paragraphs that a data set gives for it,
or that nobody asked to keep, such as pages just read.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from ..passages import Passage
from .chunking import embedded_text, split
from .decoding import clean
from .encoder import Encoder
from .readers import Document
from .terms import MemoryTerms
from .titles import title_keys


class MemoryIndex:
    """Documents as an index, made once, for any number of threads.

    The same documents have the same passages, vectors, term weights and titles as in a corpus, so
    that both rank alike, but for Chroma's search for the nearest vectors: in a large corpus it is
    an approximation, and here it is exact.
    """

    def __init__(
        self,
        passages: Iterable[Passage],
        encoder: Encoder,
        *,
        titles: Mapping[str, str] | None = None,
    ) -> None:
        """Index passages.

        Args:
            passages: Those of one document follow one another.
            encoder: Makes the vectors, in one call.
            titles: Titles of documents by source, where passages have them shortened.
        """
        self._passages = {each.id: each for each in passages}
        self._titled: dict[str, list[str]] = {}
        for source, own in groupby(self._passages.values(), key=lambda each: each.source):
            first, *others = own
            for key in title_keys((titles or {}).get(source, first.title)):
                ids = [each.id for each in (first, *others)]
                self._titled.setdefault(key, []).extend(ids)
        texts = {id: embedded_text(each.title, each.text) for id, each in self._passages.items()}
        self._terms = MemoryTerms(texts.items())
        self._ids = list(texts)
        self._rows = {id: row for row, id in enumerate(self._ids)}
        self._vectors = encoder.encode(list(texts.values()))

    @classmethod
    def of_documents(cls, documents: Iterable[Document], encoder: Encoder) -> "MemoryIndex":
        """Return an index of whole documents.

        Args:
            documents: Cleaned as files are when they are read. A document replaces an earlier one
                of the same source; one without text leads to no passage.
            encoder: Counts tokens and makes the vectors.
        """
        by_source = {each.source: each for each in map(_cleaned, documents)}
        # In the order of a catalog, which decides among equal scores.
        ordered = [document for _, document in sorted(by_source.items())]
        passages = [passage for document in ordered for passage in split(document, encoder)]
        return cls(passages, encoder, titles={each.source: each.title for each in ordered})

    def __len__(self) -> int:
        """Return the number of passages."""
        return len(self._ids)

    def passages(self, ids: Sequence[str]) -> list[Passage]:
        """Return passages in the order of their ids; `KeyError` for an unknown id."""
        return [self._passages[id] for id in ids]

    def search_terms(self, query: str, limit: int) -> list[tuple[str, float]]:
        """Return ids with BM25 scores above zero, best first."""
        return self._terms.search(query, limit)

    def search_vectors(self, vector: NDArray[np.float32], limit: int) -> list[tuple[str, float]]:
        """Return ids with the cosines of their vectors to this one, best first."""
        if limit < 1:
            return []
        cosines = self._vectors @ vector
        best = np.argsort(-cosines, kind="stable")[:limit]
        return [(self._ids[row], float(cosines[row])) for row in best]

    def vectors(self, ids: Sequence[str]) -> NDArray[np.float32]:
        """Return the vectors of passages, one row each, in the order of their ids."""
        return self._vectors[[self._rows[id] for id in ids]]

    def titled(self, keys: Collection[str]) -> dict[str, list[str]]:
        """Return the passages of the documents of these titles, in their order.

        Args:
            keys: Normalised titles, as `title_keys` makes them; unknown ones are left out.
        """
        return {key: list(self._titled[key]) for key in keys if key in self._titled}


def _cleaned(document: Document) -> Document:
    title = " ".join(clean(document.title).split())
    return Document(source=clean(document.source), title=title, text=clean(document.text))
