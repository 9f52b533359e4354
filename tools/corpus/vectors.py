"""The vectors of passages, in Chroma: in a directory of our own, or on a server."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from ...errors import CorpusError, SettingsError

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection

LOCAL_COLLECTION = "vectors"
BATCH = 5_000
"""Vectors in one call; Chroma takes at most 5,461."""

_CONFIGURATION = {
    "hnsw": {
        "space": "cosine",
        # Measured: 0.999 of the exact 50 nearest of 6,730 passages; ef_search 200 gives 0.992.
        "ef_construction": 128,
        "ef_search": 400,
        "max_neighbors": 16,
        # Write the graph after every call. What is not written, every reader computes again.
        "batch_size": 2,
        "sync_threshold": 2,
    }
}


class VectorsUnusable(Exception):
    """The collection is not there, is broken, or lacks vectors that it should have."""


class Vectors:
    """A Chroma collection of unit vectors, each under the key that its content gives it."""

    def __init__(
        self, client: "ClientAPI", collection: "Collection", server: str | None = None
    ) -> None:
        """Wrap an open collection; made by `local_vectors` and `served_vectors`."""
        self._client = client
        self._collection = collection
        self._server = server

    def close(self) -> None:
        """Release the files or connections."""
        _close(self._client)

    def count(self) -> int:
        """Return how many vectors there are."""
        with _translated(self._server):
            return self._collection.count()

    def keys(self) -> set[str]:
        """Return the keys of all vectors."""
        with _translated(self._server):
            return set(self._collection.get(include=[])["ids"])

    def put(self, keys: Sequence[str], vectors: NDArray[np.float32]) -> None:
        """Add vectors; at most `BATCH` of them."""
        with _translated(self._server):
            self._collection.upsert(ids=list(keys), embeddings=vectors)

    def remove(self, keys: Sequence[str]) -> None:
        """Remove vectors."""
        for first in range(0, len(keys), BATCH):
            with _translated(self._server):
                self._collection.delete(ids=list(keys[first : first + BATCH]))

    def get(self, keys: Sequence[str]) -> NDArray[np.float32]:
        """Return the vectors of these keys, one row each, in this order."""
        wanted = list(dict.fromkeys(keys))
        rows: dict[str, NDArray[np.float32]] = {}
        for first in range(0, len(wanted), BATCH):
            batch = wanted[first : first + BATCH]
            with _translated(self._server):
                found = self._collection.get(ids=batch, include=["embeddings"])
            embeddings = found["embeddings"]
            assert embeddings is not None
            rows.update(zip(found["ids"], np.asarray(embeddings, np.float32), strict=True))
        if len(rows) < len(wanted):
            raise VectorsUnusable(f"{len(wanted) - len(rows)} vectors are missing")
        return np.array([rows[key] for key in keys], np.float32)

    def nearest(self, vector: NDArray[np.float32], limit: int) -> list[tuple[str, float]]:
        """Return the keys nearest to a vector with their cosines, best first."""
        with _translated(self._server):
            found = self._collection.query(
                query_embeddings=np.asarray(vector, np.float32)[np.newaxis],
                n_results=limit,
                include=["distances"],
            )
        distances = found["distances"]
        assert distances is not None
        return [
            (key, 1.0 - distance)
            for key, distance in zip(found["ids"][0], distances[0], strict=True)
        ]


def local_vectors(folder: Path, *, create: bool = False) -> Vectors:
    """Open the vectors of a generation, or make an empty store."""
    import chromadb
    from chromadb.config import Settings

    if not create and not (folder / "chroma.sqlite3").is_file():
        raise VectorsUnusable("its vectors are missing")
    with _opening, _translated(None):
        # A ``.env`` file in the user's directory is not meant for Chroma.
        settings = Settings(_env_file=None, anonymized_telemetry=False)  # type: ignore[call-arg]
        client = chromadb.PersistentClient(folder, settings=settings)
        return Vectors(client, _collection(client, LOCAL_COLLECTION, create))


def served_vectors(url: str, name: str, *, create: bool = False) -> Vectors:
    """Open a collection on a Chroma server, or make it."""
    with _translated(url):
        client = _connect(url)
        return Vectors(client, _collection(client, name, create), url)


def remove_served(url: str, prefix: str, *, keep: str | None) -> None:
    """Remove all collections of a corpus from a server but the one to keep."""
    with _translated(url):
        client = _connect(url)
        for collection in client.list_collections():
            if collection.name.startswith(prefix) and collection.name != keep:
                client.delete_collection(collection.name)
        _close(client)


_opening = threading.Lock()


def _collection(client: "ClientAPI", name: str, create: bool) -> "Collection":
    from chromadb.errors import NotFoundError

    if create:
        return client.get_or_create_collection(
            name,
            embedding_function=None,
            configuration=_CONFIGURATION,  # type: ignore[arg-type]
        )
    try:
        return client.get_collection(name, embedding_function=None)
    except NotFoundError as error:
        raise VectorsUnusable(f"Chroma has no collection {name!r}") from error


def _connect(url: str) -> "ClientAPI":
    import chromadb
    from chromadb.config import Settings

    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SettingsError(f"{url!r} is no address of a Chroma server, such as http://host:8000")
    secure = parts.scheme == "https"
    return chromadb.HttpClient(
        host=parts.hostname,
        port=parts.port or (443 if secure else 8000),
        ssl=secure,
        settings=Settings(_env_file=None, anonymized_telemetry=False),  # type: ignore[call-arg]
    )


def _close(client: "ClientAPI") -> None:
    # Chroma's declared type of a client lacks what all its clients have.
    client.close()  # type: ignore[attr-defined]


@contextmanager
def _translated(server: str | None) -> Iterator[None]:
    """Turn what Chroma raises about a broken store or a silent server into errors of ours."""
    import httpx
    from chromadb.errors import ChromaError

    try:
        yield
    except ChromaError as error:
        raise VectorsUnusable(f"Chroma cannot use its files ({error})") from error
    except (httpx.HTTPError, ValueError) as error:
        if server is None:
            raise
        raise CorpusError(
            f"the Chroma server at {server} does not answer ({error}); "
            "start it with: chroma run --path DIRECTORY"
        ) from error
    except BaseException as error:
        # Its Rust code panics on some broken files, with an error of a class that none can import.
        if type(error).__name__ == "PanicException":
            raise VectorsUnusable(f"Chroma cannot use its files ({error})") from error
        raise
