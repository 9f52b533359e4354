"""Indexing: files into a new generation of a corpus, which becomes live in one step."""

import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from datetime import UTC, datetime
from pathlib import Path

from ...errors import CorpusCorrupt, DocumentError, SettingsError
from ..listing import listed
from .catalog import CatalogDraft
from .encoder import Encoder
from .layout import CATALOG, TERMS, commit, new_generation, remove_leftovers, sweep, writing
from .manifest import Manifest, damaged, read_manifest
from .reading import CatalogUpdate
from .reports import IndexProgress, IndexReport, Stage
from .storage import full_disk_told, is_full, no_room, storage_full
from .terms import build_terms
from .vector_update import VectorUpdate
from .vectors import VectorsUnusable

Progress = Callable[[IndexProgress], None]


def index_documents(
    paths: Sequence[Path],
    *,
    home: Path,
    name: str,
    encoder: Encoder,
    chroma_url: str | None = None,
    rebuild: bool = False,
    progress: Progress | None = None,
) -> IndexReport:
    """Make a corpus hold what the files under some paths hold now.

    Documents indexed earlier from other paths stay. A run that is killed or fails leaves the
    corpus as it was, and the next one goes on with the encoding where it stopped.

    Args:
        paths: Files, and directories that are read with all below them.
        home: Directory in which clew keeps its data.
        name: Name of the corpus; made where there is none.
        encoder: Makes the vectors.
        chroma_url: Address of the Chroma server that is to hold the vectors of a new corpus. An
            existing one stays where it is.
        rebuild: Whether to drop what was indexed before and begin anew.
        progress: Called as work goes on.

    Raises:
        DocumentError: A path does not exist, or no file under the paths could be read.
        SettingsError: The corpus was made with another encoder, or lies on another server.
        CorpusBusy: Another process is writing the corpus.
        CorpusCorrupt: The index is damaged.
        StorageFull: There is no room left; the corpus is as before.
    """
    started = time.monotonic()
    with full_disk_told(name), writing(home, name) as folder:
        before = None
        # A damaged index is in nobody's way when it is to be replaced.
        with suppress(CorpusCorrupt) if rebuild else nullcontext():
            before = read_manifest(folder)
            remove_leftovers(folder)
        if before is not None and not rebuild:
            _check_settings(name, before, encoder, chroma_url)
        server = chroma_url or (before.server if before else None)
        vectors = VectorUpdate(folder, before, None if rebuild else before, server, encoder)
        run = _Run(folder, None if rebuild else before, vectors, encoder, progress)
        try:
            update, manifest = run.execute(paths)
        finally:
            with suppress(CorpusCorrupt):
                remove_leftovers(folder)
    sweep(home)
    return IndexReport(
        added=update.added,
        changed=update.changed,
        removed=update.removed,
        unchanged=update.unchanged,
        passages=manifest.passages,
        bad=update.bad,
        seconds=time.monotonic() - started,
    )


def _check_settings(name: str, before: Manifest, encoder: Encoder, chroma_url: str | None) -> None:
    if before.encoder != encoder.name:
        raise SettingsError(
            f"corpus {name!r} was indexed with the encoder {before.encoder!r}, not "
            f"{encoder.name!r}: choose that encoder, or index all of it anew with --rebuild"
        )
    if chroma_url is not None and before.server is None:
        raise SettingsError(
            f"corpus {name!r} keeps its vectors in its own directory, not on a Chroma server: "
            "unset the server, or move it there with --rebuild"
        )


class _Run:
    """One indexing run, from the state before to the next."""

    def __init__(
        self,
        folder: Path,
        previous: Manifest | None,
        vectors: VectorUpdate,
        encoder: Encoder,
        progress: Progress | None,
    ) -> None:
        self._folder = folder
        self._previous = previous
        self._vectors = vectors
        self._encoder = encoder
        self._tell = progress or (lambda _: None)

    def execute(self, paths: Sequence[Path]) -> tuple[CatalogUpdate, Manifest]:
        staged = new_generation(self._folder)
        with self._damage_told(staged), self._catalog(staged) as catalog:
            live = set(catalog.vector_inputs())
            update = CatalogUpdate(catalog, self._encoder.name, self._encoder)
            update.run(paths, lambda done, total: self._say("reading", done, total))
            if self._previous is None and not update.any_change:
                raise DocumentError(_nothing_read(update))
            if self._previous is not None and not update.any_change:
                catalog.finish()
                return update, self._previous
            self._vectors.run(staged, catalog.vector_inputs(), live, self._say)
            self._say("finishing", 0, 1)
            build_terms(staged / TERMS, catalog.texts())
            manifest = self._manifest(staged, catalog, paths)
            catalog.finish()
        commit(self._folder, manifest)
        self._vectors.after_commit()
        self._say("finishing", 1, 1)
        return update, manifest

    def _say(self, stage: Stage, done: int, total: int) -> None:
        self._tell(IndexProgress(stage=stage, done=done, total=total))

    @contextmanager
    def _catalog(self, staged: Path) -> Iterator[CatalogDraft]:
        if self._previous is not None:
            shutil.copyfile(self._folder / self._previous.generation / CATALOG, staged / CATALOG)
        catalog = CatalogDraft(staged / CATALOG)
        try:
            yield catalog
        finally:
            catalog.close()

    @contextmanager
    def _damage_told(self, staged: Path) -> Iterator[None]:
        try:
            yield
        except (sqlite3.DatabaseError, VectorsUnusable, FileNotFoundError) as error:
            if is_full(error):
                raise
            if isinstance(error, VectorsUnusable) and no_room(staged):
                raise storage_full(self._folder.name) from error
            raise damaged(self._folder, str(error)) from error

    def _manifest(self, staged: Path, catalog: CatalogDraft, paths: Sequence[Path]) -> Manifest:
        earlier = self._previous.paths if self._previous else ()
        return Manifest(
            generation=staged.name,
            encoder=self._encoder.name,
            dimension=self._encoder.dimension,
            documents=catalog.count("documents"),
            passages=catalog.count("passages"),
            paths=tuple(sorted({*earlier, *(str(path.resolve()) for path in paths)})),
            server=self._vectors.server,
            collection=self._vectors.collection,
            indexed_at=datetime.now(UTC),
        )


def _nothing_read(update: CatalogUpdate) -> str:
    reasons = listed([f"{bad.source}: {bad.reason}" for bad in update.bad], 3)
    return f"nothing to index ({reasons or 'no files found'})"
