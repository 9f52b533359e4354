"""Where a corpus lies on disk, and how it changes from one state to the next at once.

``<home>/corpora/<name>/`` holds one directory per generation and ``corpus.json``, which names the
generation that is live. A generation is written once, then only read; replacing ``corpus.json`` is
the one step that makes a new one live. So a process killed at any moment leaves the corpus as it
was or as it was to become, and a reader keeps what it opened for as long as it needs it. Likewise a
corpus is removed by removing ``corpus.json``; the rest goes when no reader has it open.
"""

import fcntl
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from ...errors import CorpusBusy, InputError, UnknownCorpus
from .manifest import MANIFEST, Manifest, damaged, read_manifest
from .storage import write_all_through, write_through

ADAPTER = "adapter.safetensors"
"""Name of the file of a corpus's query adapter, where there is one."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_IN_USE = "in-use"

# The parts of a generation.
CATALOG = "catalog.sqlite"
TERMS = "terms"
VECTORS = "chroma"


def corpora_folder(home: Path) -> Path:
    """Return the directory that holds all corpora."""
    return home / "corpora"


def corpus_folder(home: Path, name: str) -> Path:
    """Return the directory of a corpus.

    Raises:
        InputError: The name is none that a corpus can have.
    """
    if not _NAME.fullmatch(name):
        raise InputError(
            f"{name!r} cannot name a corpus: use up to 64 letters, digits, '.', '_' and '-', "
            "the first a letter or a digit"
        )
    return corpora_folder(home) / name


def corpus_names(home: Path) -> list[str]:
    """Return the names of all corpora, sorted."""
    names = (path.parent.name for path in corpora_folder(home).glob(f"*/{MANIFEST}"))
    return sorted(name for name in names if _NAME.fullmatch(name))


def unknown(home: Path, name: str) -> UnknownCorpus:
    """Return the error for a corpus that does not exist."""
    known = ", ".join(corpus_names(home)) or "none yet"
    return UnknownCorpus(
        f"no corpus named {name!r} (known: {known}); make it with: clew index PATH… --corpus {name}"
    )


def new_generation(folder: Path) -> Path:
    """Make an empty directory for the next generation."""
    # Never a name used before: Chroma keeps what it has open by path.
    directory = folder / f"generation-{secrets.token_hex(6)}"
    directory.mkdir(parents=True)
    (directory / _IN_USE).touch()
    return directory


def commit(folder: Path, manifest: Manifest) -> None:
    """Make a generation live."""
    directory = folder / manifest.generation
    write_all_through(directory)
    manifest = manifest.model_copy(update={"sizes": _sizes(directory)})
    draft = folder / f"{MANIFEST}.draft"
    draft.write_text(manifest.model_dump_json(indent=2) + "\n", encoding="utf-8")
    write_through(draft)
    draft.replace(folder / MANIFEST)
    write_through(folder)


def remove_leftovers(folder: Path) -> None:
    """Remove every generation that is neither live nor open in a reader."""
    manifest = read_manifest(folder)
    for directory in folder.glob("generation-*"):
        if manifest is not None and directory.name == manifest.generation:
            continue
        with _opened(directory / _IN_USE) as file:
            if file is None or _locked(file, fcntl.LOCK_EX):
                shutil.rmtree(directory, ignore_errors=True)


def take_down(folder: Path) -> None:
    """Remove a corpus in one step, and of its generations those that no reader has open."""
    (folder / MANIFEST).unlink(missing_ok=True)
    (folder / ADAPTER).unlink(missing_ok=True)
    write_through(folder)
    remove_leftovers(folder)


def sweep(home: Path) -> None:
    """Remove what readers and killed processes left of corpora that are no more."""
    for folder in corpora_folder(home).iterdir():
        if _NAME.fullmatch(folder.name) and not (folder / MANIFEST).exists():
            with suppress(CorpusBusy, OSError), writing(home, folder.name):
                remove_leftovers(folder)
                folder.rmdir()  # unless something is left in it


@contextmanager
def writing(home: Path, name: str) -> Iterator[Path]:
    """Hold the one right to change a corpus, and yield its directory.

    Raises:
        CorpusBusy: Another process holds it.
    """
    folder = corpus_folder(home, name)
    # Beside the corpus, not in it: removing the corpus must not remove a lock that is held.
    locks = corpora_folder(home) / ".locks"
    locks.mkdir(parents=True, exist_ok=True)
    with (locks / name).open("w") as file:
        if not _locked(file, fcntl.LOCK_EX):
            raise CorpusBusy(
                f"corpus {name!r} is being written by another process; wait until it is done"
            )
        yield folder


def hold(folder: Path) -> tuple[Manifest, IO[bytes]] | None:
    """Return what is live, with the open file that keeps its generation from being removed."""
    missing = None
    while (manifest := read_manifest(folder)) is not None:
        try:
            file = (folder / manifest.generation / _IN_USE).open("rb")
        except FileNotFoundError as error:
            # A writer may have replaced it since; the same name twice means that it is gone.
            if missing == manifest.generation:
                raise damaged(folder, f"{manifest.generation} is missing") from error
            missing = manifest.generation
            continue
        fcntl.flock(file, fcntl.LOCK_SH)
        if os.fstat(file.fileno()).st_nlink:
            _check_sizes(folder, manifest)
            return manifest, file
        file.close()
    return None


def _sizes(directory: Path) -> dict[str, int]:
    files = (file for file in directory.rglob("*") if file.is_file())
    return {str(file.relative_to(directory)): file.stat().st_size for file in files}


def _check_sizes(folder: Path, manifest: Manifest) -> None:
    for name, size in manifest.sizes.items():
        try:
            found = (folder / manifest.generation / name).stat().st_size
        except OSError as error:
            raise damaged(folder, f"{name} is missing") from error
        # A later Chroma brings its database up to date when it opens it.
        if found != size and not name.endswith("chroma.sqlite3"):
            raise damaged(folder, f"{name} has {found} bytes instead of {size}")


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes] | None]:
    try:
        file = path.open("rb")
    except OSError:
        yield None
        return
    with file:
        yield file


def _locked(file: IO[bytes] | IO[str], how: int) -> bool:
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
