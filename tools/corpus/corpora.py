"""The corpora of a user: which there are, and removing one."""

import os
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from ...errors import CorpusCorrupt, CorpusError, UnknownCorpus
from .layout import corpus_folder, corpus_names, sweep, take_down, unknown, writing
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
    found = []
    for name in corpus_names(home):
        with suppress(UnknownCorpus):  # removed meanwhile
            found.append(describe_corpus(home, name))
    return found


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
    return CorpusInfo(
        name=name,
        size=_size(folder),
        **manifest.model_dump(
            include={"documents", "passages", "encoder", "paths", "server", "indexed_at"}
        ),
    )


def remove_corpus(home: Path, name: str) -> None:
    """Remove a corpus, with its vectors on a server if it has any there.

    Whoever has it open keeps what lies on this disk, which is swept away later.

    Raises:
        UnknownCorpus: There is none of that name.
        CorpusBusy: Another process is writing it.
        CorpusError: It is removed here, but its vectors on a server could not be.
    """
    with writing(home, name) as folder:
        if name not in corpus_names(home):
            raise unknown(home, name)
        try:
            manifest = read_manifest(folder)
        except CorpusCorrupt:
            manifest = None
        server = manifest.server if manifest else None
        prefix = served_prefix(folder) if server else ""
        take_down(folder)
        if server is not None:
            try:
                remove_served(server, prefix, keep=None)
            except CorpusError as error:
                raise CorpusError(
                    f"corpus {name!r} is removed here, but its vectors could not be: {error}"
                ) from error
        for path in folder.iterdir():
            if path.is_file():  # what runs keep for later ones
                path.unlink()
    sweep(home)


def _size(folder: Path) -> int:
    """Return the bytes that the files below a folder take."""
    size = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with suppress(FileNotFoundError):  # another process may be replacing them
                size += os.stat(os.path.join(place, name)).st_size
    return size
