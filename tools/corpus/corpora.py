"""The corpora of a user: which there are, and removing one."""

import secrets
import shutil
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from ...errors import CorpusCorrupt, CorpusError
from .layout import corpora_folder, corpus_folder, corpus_names, unknown, writing
from .manifest import read_manifest
from .vector_update import served_prefix
from .vectors import remove_served


class CorpusInfo(BaseModel):
    """What is known of a corpus without opening it.

    Attributes:
        name: Its name.
        documents: How many documents it holds.
        passages: How many passages they are cut into.
        encoder: Name of the encoder of its vectors.
        paths: The paths it was indexed from.
        server: Address of the Chroma server that holds its vectors; none if they lie here.
        indexed_at: When it last changed.
        size: Bytes it takes on this disk.
        damage: Why it cannot be used, if so; then nothing else is known.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    documents: int = 0
    passages: int = 0
    encoder: str = ""
    paths: tuple[str, ...] = ()
    server: str | None = None
    indexed_at: datetime | None = None
    size: int = 0
    damage: str | None = None


def list_corpora(home: Path) -> list[CorpusInfo]:
    """Return all corpora, sorted by name, damaged ones among them."""
    return [describe_corpus(home, name) for name in corpus_names(home)]


def describe_corpus(home: Path, name: str) -> CorpusInfo:
    """Return what is known of a corpus without opening it.

    Raises:
        UnknownCorpus: There is none of that name.
    """
    folder = corpus_folder(home, name)
    try:
        manifest = read_manifest(folder)
    except CorpusCorrupt as error:
        return CorpusInfo(name=name, damage=str(error))
    if manifest is None:
        raise unknown(home, name)
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    return CorpusInfo(
        name=name,
        size=size,
        **manifest.model_dump(
            include={"documents", "passages", "encoder", "paths", "server", "indexed_at"}
        ),
    )


def remove_corpus(home: Path, name: str) -> None:
    """Remove a corpus, with its vectors on a server if it has any there.

    Raises:
        UnknownCorpus: There is none of that name.
        CorpusBusy: Another process is writing it.
        CorpusError: It is removed here, but its vectors on a server could not be.
    """
    if name not in corpus_names(home):
        corpus_folder(home, name)
        raise unknown(home, name)
    with writing(home, name) as folder:
        try:
            manifest = read_manifest(folder)
        except CorpusCorrupt:
            manifest = None
        server = manifest.server if manifest else None
        prefix = served_prefix(folder) if server else ""
        # Out of sight in one step; a name with a dot in front is no corpus.
        grave = corpora_folder(home) / f".removed-{secrets.token_hex(6)}"
        folder.rename(grave)
        shutil.rmtree(grave, ignore_errors=True)
        if server is not None:
            try:
                remove_served(server, prefix, keep=None)
            except CorpusError as error:
                raise CorpusError(
                    f"corpus {name!r} is removed here, but its vectors could not be: {error}"
                ) from error
