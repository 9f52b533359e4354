"""An open corpus: its passages, searched by terms, by vector and by title."""

import sqlite3
import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from ...errors import CorpusError, StorageFull
from ..passages import Passage
from .catalog import Catalog, IndexedDocument
from .layout import CATALOG, TERMS, VECTORS, corpus_folder, hold, unknown
from .manifest import Manifest, damaged, read_manifest
from .storage import is_full
from .terms import Terms
from .vectors import Vectors, VectorsUnusable, local_vectors, served_vectors


class CorpusIndex:
    """One generation of a corpus, as it was when opened, for any number of threads.

    Attributes:
        name: Name of the corpus.
        encoder: Name of the encoder that its vectors come from; queries need the same.
    """

    def __init__(
        self, folder: Path, manifest: Manifest, held: IO[bytes], chroma_url: str | None
    ) -> None:
        """Wrap a generation that is held; made by `open_corpus`."""
        self.name = folder.name
        self.encoder = manifest.encoder
        self._folder = folder
        self._directory = folder / manifest.generation
        self._manifest = manifest
        self._held = held
        self._server = (chroma_url or manifest.server) if manifest.server else None
        self._lock = threading.Lock()
        self._loaded_terms: Terms | None = None
        self._loaded_vectors: Vectors | None = None
        with self._damage_told():
            self._catalog = Catalog(self._directory / CATALOG)
            if self._catalog.count("passages") != manifest.passages:
                raise damaged(folder, "its catalog is not the one that was written")

    def __len__(self) -> int:
        """Return the number of passages."""
        return self._manifest.passages

    def close(self) -> None:
        """Release all files."""
        if self._loaded_vectors is not None:
            self._loaded_vectors.close()
        self._catalog.close()
        self._held.close()

    def passages(self, ids: Sequence[str]) -> list[Passage]:
        """Return passages in the order of their ids; `KeyError` for an unknown id."""
        with self._damage_told():
            return self._catalog.passages(ids)

    def passage_ids(self) -> list[str]:
        """Return the ids of all passages, in the order of their documents."""
        with self._damage_told():
            return self._catalog.passage_ids()

    def documents(self) -> list[IndexedDocument]:
        """Return every document, in the order of their sources."""
        with self._damage_told():
            return self._catalog.documents()

    def search_terms(self, query: str, limit: int) -> list[tuple[str, float]]:
        """Return ids with BM25 scores above zero, best first."""
        with self._damage_told():
            return self._terms().search(query, limit)

    def search_vectors(self, vector: NDArray[np.float32], limit: int) -> list[tuple[str, float]]:
        """Return ids with the cosines of their vectors to this one, best first."""
        limit = min(limit, len(self))
        if limit < 1:
            return []
        with self._damage_told():
            store, wanted = self._vectors(), limit
            while True:
                nearest = store.nearest(vector, wanted)
                sharing = self._catalog.sharing([key for key, _ in nearest])
                hits = [(name, score) for key, score in nearest for name in sharing.get(key, ())]
                # On a server there may be vectors that this generation does not know.
                if len(hits) >= limit or len(nearest) < wanted:
                    return hits[:limit]
                wanted *= 2

    def vectors(self, ids: Sequence[str]) -> NDArray[np.float32]:
        """Return the vectors of passages, one row each, in the order of their ids."""
        if not ids:
            return np.empty((0, self._manifest.dimension), np.float32)
        with self._damage_told():
            keys = self._catalog.vector_keys(ids)
            return self._vectors().get([keys[name] for name in ids])

    def titled(self, keys: Collection[str]) -> dict[str, list[str]]:
        """Return the passages of the documents of these titles, in their order.

        Args:
            keys: Normalised titles, as `title_keys` makes them; unknown ones are left out.
        """
        with self._damage_told():
            return self._catalog.titled(keys)

    def _terms(self) -> Terms:
        with self._lock:
            if self._loaded_terms is None:
                try:
                    self._loaded_terms = Terms(self._directory / TERMS)
                except (ValueError, KeyError, TypeError) as error:
                    raise damaged(self._folder, f"its terms cannot be read ({error})") from error
            return self._loaded_terms

    def _vectors(self) -> Vectors:
        with self._lock:
            if self._loaded_vectors is None:
                if self._server is None:
                    self._loaded_vectors = local_vectors(self._directory / VECTORS)
                else:
                    collection = self._manifest.collection
                    self._loaded_vectors = served_vectors(self._server, collection)
            return self._loaded_vectors

    @contextmanager
    def _damage_told(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.DatabaseError, VectorsUnusable, OSError) as error:
            if is_full(error):
                raise StorageFull(f"no room left on the disk to use {self._folder}") from error
            live = read_manifest(self._folder)
            if live is None or live.generation != self._manifest.generation:
                raise CorpusError(
                    f"corpus {self.name!r} was removed or made anew while it was in use"
                ) from error
            raise damaged(self._folder, str(error)) from error


def open_corpus(home: Path, name: str, *, chroma_url: str | None = None) -> CorpusIndex:
    """Open a corpus as it is now.

    Args:
        home: Directory in which clew keeps its data.
        name: Name of the corpus.
        chroma_url: Address of the Chroma server, where the corpus lies on one that has moved.

    Raises:
        UnknownCorpus: There is none of that name.
        CorpusCorrupt: Its index is damaged.
    """
    folder = corpus_folder(home, name)
    held = hold(folder)
    if held is None:
        raise unknown(home, name)
    manifest, file = held
    try:
        return CorpusIndex(folder, manifest, file, chroma_url)
    except BaseException:
        file.close()
        raise
