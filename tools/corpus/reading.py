"""The first step of indexing: bring a catalog up to date with files."""

import hashlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path

from ...errors import DocumentError
from .catalog import CatalogDraft, document_digest
from .chunking import Tokenizer, split
from .readers import BadDocument, Document, find_files, read_file


class CatalogUpdate:
    """Brings a catalog up to date with the files under some paths, and counts what changed."""

    def __init__(self, catalog: CatalogDraft, encoder: str, tokenizer: Tokenizer) -> None:
        """Prepare an update.

        Args:
            catalog: The catalog to change.
            encoder: Name of the encoder.
            tokenizer: Counts the tokens of the encoder.
        """
        self._catalog = catalog
        self._encoder = encoder
        self._tokenizer = tokenizer
        self.added = self.changed = self.removed = self.unchanged = 0
        self.bad: list[BadDocument] = []

    @property
    def any_change(self) -> bool:
        """Whether the catalog is another than before."""
        return bool(self.added or self.changed or self.removed)

    def run(self, paths: Sequence[Path], progress: Callable[[int, int], None]) -> None:
        """Read all files and remove the documents of files that went away.

        Raises:
            DocumentError: A path does not exist, and nothing was indexed from it before.
        """
        known = {file for path in paths for file in self._catalog.files_below(str(path.resolve()))}
        files: dict[Path, None] = {}
        unreadable: list[str] = []
        for path in paths:
            if not os.path.lexists(path) and not self._catalog.files_below(str(path.resolve())):
                raise DocumentError(f"no file or directory that can be reached: {path}")
            for found in find_files(path) if os.path.lexists(path) else ():
                if isinstance(found, Path):
                    files[found] = None
                else:
                    self.bad.append(found)
                    if found.kind == "broken":
                        unreadable.append(found.source.rstrip("/") + "/")
        for done, file in enumerate(files):
            progress(done, len(files))
            self._read(file)
        progress(len(files), len(files))
        for gone in sorted(known - {str(file) for file in files}):
            # What lies in a directory that cannot be read now has not gone away.
            if not gone.startswith(tuple(unreadable)):
                self._forget(self._catalog.sources_of(gone))
                self._catalog.remember_file(gone, None)

    def _read(self, path: Path) -> None:
        file = str(path)
        before = self._catalog.sources_of(file)
        digest = _digest(path)
        if before and digest is not None and digest == self._catalog.file_digest(file):
            self.unchanged += len(before)
            return
        met: set[str] = set()
        bad: list[BadDocument] = []
        for item in read_file(path):
            if isinstance(item, BadDocument):
                bad.append(item)
            else:
                met.add(item.source)
                self._take(file, item)
        if before and not met and any(item.kind == "broken" for item in bad):
            bad[0] = bad[0].model_copy(
                update={"reason": f"{bad[0].reason}; what was indexed from it before stays"}
            )
        else:
            self._forget(before - met)
        self.bad.extend(bad)
        self._catalog.remember_file(file, None if bad else digest)

    def _take(self, file: str, document: Document) -> None:
        before = self._catalog.document_digest(document.source)
        if before == document_digest(document):
            self.unchanged += 1
            return
        passages = split(document, self._tokenizer)
        self._catalog.put(file, document, passages, self._encoder)
        if before is None:
            self.added += 1
        else:
            self.changed += 1

    def _forget(self, sources: set[str]) -> None:
        for source in sources:
            self._catalog.remove(source)
        self.removed += len(sources)


def _digest(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None
