"""The second step of indexing: encode what is new and store it in Chroma."""

import secrets
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from ...errors import CorpusError
from .encoder import Encoder
from .encodings import EncodingJournal
from .layout import VECTORS
from .manifest import Manifest
from .reports import Stage
from .vectors import (
    BATCH,
    LOCAL_COLLECTION,
    Vectors,
    VectorsUnusable,
    local_vectors,
    remove_served,
    served_vectors,
)

_JOURNAL = "encodings.sqlite"
_IDENTITY = "identity"
_ENCODED_AT_ONCE = 256


class VectorUpdate:
    """Brings the vectors of a corpus up to date, locally in the new generation or on a server.

    On a server there is one collection for all generations. Vectors that the live generation does
    not need are removed when the next one is made, so that its readers never miss one.
    """

    def __init__(
        self,
        folder: Path,
        before: Manifest | None,
        previous: Manifest | None,
        server: str | None,
        encoder: Encoder,
    ) -> None:
        """Prepare an update.

        Args:
            folder: Directory of the corpus.
            before: What is live.
            previous: What to begin from; nothing in a rebuild.
            server: Address of the Chroma server, if one is to hold the vectors.
            encoder: Makes the vectors.
        """
        self.server = server
        self._folder = folder
        self._before = before
        self._previous = previous
        self._encoder = encoder
        if server is None:
            self.collection = LOCAL_COLLECTION
        elif previous is not None:
            self.collection = previous.collection
        else:
            self.collection = f"{served_prefix(folder)}{secrets.token_hex(4)}"

    def run(
        self,
        staged: Path,
        inputs: dict[str, str],
        live: set[str],
        say: Callable[[Stage, int, int], None],
    ) -> None:
        """Make the store hold the vectors of all inputs.

        Args:
            staged: Directory of the new generation.
            inputs: What to encode for each vector.
            live: Vectors of the live generation.
            say: Told how far it is.
        """
        if self.server is None:
            store = self._local(staged / VECTORS, inputs)
        else:
            store = self._served(self.server, inputs, live)
        journal = EncodingJournal(self._folder / _JOURNAL)
        try:
            have = store.keys()
            missing = [key for key in inputs if key not in have]
            self._encode(journal, missing, inputs, say)
            for first in range(0, len(missing), BATCH):
                say("storing", first, len(missing))
                batch = missing[first : first + BATCH]
                store.put(batch, journal.get(batch))
            say("storing", len(missing), len(missing))
            if store.count() < len(inputs):
                raise VectorsUnusable("Chroma did not keep all vectors")
        finally:
            journal.close()
            store.close()

    def after_commit(self) -> None:
        """Remove what only the way here needed."""
        (self._folder / _JOURNAL).unlink(missing_ok=True)
        if self._before is not None and self._before.server not in (None, self.server):
            with suppress(CorpusError):
                remove_served(self._before.server, served_prefix(self._folder), keep=None)

    def _encode(
        self,
        journal: EncodingJournal,
        missing: list[str],
        inputs: dict[str, str],
        say: Callable[[Stage, int, int], None],
    ) -> None:
        known = journal.keys()
        todo = [key for key in missing if key not in known]
        for first in range(0, len(todo), _ENCODED_AT_ONCE):
            say("encoding", len(missing) - len(todo) + first, len(missing))
            batch = todo[first : first + _ENCODED_AT_ONCE]
            journal.put(batch, self._encoder.encode([inputs[key] for key in batch]))
        say("encoding", len(missing), len(missing))

    def _local(self, directory: Path, inputs: dict[str, str]) -> Vectors:
        if self._previous is None:
            return local_vectors(directory, create=True)
        shutil.copytree(self._folder / self._previous.generation / VECTORS, directory)
        store = local_vectors(directory)
        have = store.keys()
        obsolete = have - inputs.keys()
        if len(obsolete) <= len(inputs):
            store.remove(sorted(obsolete))
            return store
        # Chroma's graph keeps what is removed from it, and gets slow when that is most of it.
        kept = sorted(have & inputs.keys())
        vectors = store.get(kept)
        store.close()
        shutil.rmtree(directory)
        store = local_vectors(directory, create=True)
        for first in range(0, len(kept), BATCH):
            store.put(kept[first : first + BATCH], vectors[first : first + BATCH])
        return store

    def _served(self, server: str, inputs: dict[str, str], live: set[str]) -> Vectors:
        keep = self._before.collection if self._before else None
        remove_served(server, served_prefix(self._folder), keep=keep)
        store = served_vectors(server, self.collection, create=self._previous is None)
        store.remove(sorted(store.keys() - inputs.keys() - live))
        return store


def served_prefix(folder: Path) -> str:
    """Return how the names of all collections of a corpus on a server begin.

    Corpora of the same name, of other users of the server, have other prefixes.
    """
    file = folder / _IDENTITY
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        draft = file.with_suffix(".draft")
        draft.write_text(secrets.token_hex(4), encoding="utf-8")
        draft.replace(file)
    return f"clew-{folder.name}-{file.read_text(encoding='utf-8')}-"
