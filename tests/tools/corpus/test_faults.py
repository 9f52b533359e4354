"""Damaged indexes and full disks: a clear message, and nothing lost."""

import errno
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from corpus_support import WordEncoder, json_lines, texts, write_files

from clew.errors import CorpusCorrupt, CorpusError, StorageFull
from clew.tools.corpus import indexing
from clew.tools.corpus.corpora import list_corpora, remove_corpus
from clew.tools.corpus.encodings import EncodingJournal
from clew.tools.corpus.index import open_corpus
from clew.tools.corpus.indexing import index_documents
from clew.tools.corpus.vectors import Vectors, VectorsUnusable

REMEDY = re.escape("clew index PATH… --corpus myths --rebuild")


@pytest.fixture
def files(tmp_path: Path) -> Path:
    records = {str(n): (f"Title {n}", f"Text number{n} of many.") for n in range(30)}
    return write_files(tmp_path / "files", {"all.jsonl": json_lines(records)})


@pytest.fixture
def home(tmp_path: Path, files: Path) -> Path:
    index_documents([files], home=tmp_path / "data", name="myths", encoder=WordEncoder())
    return tmp_path / "data"


def overwrite(path: Path) -> None:
    path.write_bytes(b"garbage" * 1000)


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()


def drop_collection(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("DELETE FROM collections")
    connection.commit()
    connection.close()


def use(home: Path) -> None:
    index = open_corpus(home, "myths")
    try:
        assert len(texts(index)) == 30
    finally:
        index.close()


@pytest.mark.parametrize(
    ("part", "harm"),
    [
        ("corpus.json", overwrite),
        ("corpus.json", truncate),
        ("generation-*", remove),
        ("generation-*/in-use", remove),
        ("generation-*/catalog.sqlite", overwrite),
        ("generation-*/catalog.sqlite", truncate),
        ("generation-*/catalog.sqlite", remove),
        ("generation-*/terms", remove),
        ("generation-*/terms/ids.npy", remove),
        ("generation-*/terms/ids.npy", truncate),
        ("generation-*/terms/vocab.index.json", truncate),
        ("generation-*/terms/params.index.json", overwrite),
        ("generation-*/terms/data.csc.index.npy", truncate),
        ("generation-*/terms/indptr.csc.index.npy", remove),
        ("generation-*/chroma", remove),
        ("generation-*/chroma/chroma.sqlite3", remove),
        ("generation-*/chroma/chroma.sqlite3", overwrite),
        ("generation-*/chroma/chroma.sqlite3", drop_collection),
        ("generation-*/chroma/*-*/header.bin", truncate),
        ("generation-*/chroma/*-*/data_level0.bin", truncate),
        ("generation-*/chroma/*-*/index_metadata.pickle", overwrite),
        ("generation-*/chroma/*-*", remove),
    ],
)
def test_a_damaged_index_says_how_to_mend_it(
    home: Path, files: Path, part: str, harm: Callable[[Path], None]
) -> None:
    [path] = (home / "corpora" / "myths").glob(part)
    harm(path)
    with pytest.raises(CorpusCorrupt, match=REMEDY):
        use(home)
    assert [info.name for info in list_corpora(home)] == ["myths"]
    index_documents([files], home=home, name="myths", encoder=WordEncoder(), rebuild=True)
    use(home)


def test_a_damaged_corpus_can_be_removed(home: Path) -> None:
    overwrite(home / "corpora/myths/corpus.json")
    assert list_corpora(home)[0].damage is not None
    remove_corpus(home, "myths")
    assert list_corpora(home) == []


def test_indexing_into_a_damaged_index_says_how_to_mend_it(home: Path, files: Path) -> None:
    [catalog] = (home / "corpora/myths").glob("generation-*/catalog.sqlite")
    overwrite(catalog)
    with pytest.raises(CorpusCorrupt, match=REMEDY):
        index_documents([files], home=home, name="myths", encoder=WordEncoder())


def test_a_damaged_journal_is_begun_anew(home: Path, files: Path) -> None:
    overwrite(home / "corpora/myths/encodings.sqlite")
    write_files(files, {"new.txt": "Something new."})
    assert index_documents([files], home=home, name="myths", encoder=WordEncoder()).added == 1


@pytest.mark.parametrize("removed", [True, False])
def test_files_gone_with_their_corpus_are_no_damage(home: Path, removed: bool) -> None:
    """As on a Chroma server, where a corpus that is open can be removed."""
    index = open_corpus(home, "myths")
    folder = home / "corpora/myths"
    if removed:
        remove(folder)
    else:
        manifest = folder / "corpus.json"
        manifest.write_text(manifest.read_text().replace("generation-", "generation-x"))
        remove(next(folder.glob("generation-*")))
    with pytest.raises(CorpusError, match=r"'myths' was removed or made anew while") as raised:
        index.search_terms("text", 5)
    assert not isinstance(raised.value, CorpusCorrupt)


def test_a_full_disk_is_no_damage(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index = open_corpus(home, "myths")

    def fail(*_: object) -> None:
        raise VectorsUnusable("error returned from database: database or disk is full")

    monkeypatch.setattr("clew.tools.corpus.index.local_vectors", fail)
    with pytest.raises(StorageFull, match="no room left"):
        index.search_vectors(WordEncoder().encode(["x"])[0], 1)
    index.close()


def full(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize(
    ("owner", "function"),
    [
        (indexing, "build_terms"),
        (indexing, "commit"),
        (EncodingJournal, "put"),
        (Vectors, "put"),
    ],
)
def test_a_full_disk_leaves_the_corpus_as_before(
    home: Path, files: Path, monkeypatch: pytest.MonkeyPatch, owner: object, function: str
) -> None:
    write_files(files, {"new.txt": "Something new."})
    with monkeypatch.context() as patched:
        patched.setattr(owner, function, full)
        with pytest.raises(StorageFull, match=r"no room left.*'myths'.*as it was before"):
            index_documents([files], home=home, name="myths", encoder=WordEncoder())
    use(home)
    assert len(list((home / "corpora/myths").glob("generation-*"))) == 1
    assert index_documents([files], home=home, name="myths", encoder=WordEncoder()).added == 1


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(folder)]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"cannot mount a small disk: {error}")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_disk_that_is_really_full(small_disk: Path, files: Path, tmp_path: Path) -> None:
    home = small_disk / "data"
    index_documents([files], home=home, name="myths", encoder=WordEncoder())
    ballast = small_disk / "ballast"
    write_files(
        files,
        {"more.jsonl": json_lines({str(n): (f"M{n}", f"More{n} " * 60) for n in range(300)})},
    )
    free = shutil.disk_usage(small_disk).free
    # From no room for anything to room for nearly all of it, so that each part gets to fail.
    failures = 0
    for room in range(0, free, 150_000):
        ballast.write_bytes(b"\1" * (free - room))
        try:
            index_documents([files], home=home, name="myths", encoder=WordEncoder())
        except StorageFull:
            failures += 1
            ballast.unlink()
            use(home)
        else:
            break
    assert failures > 5
    index = open_corpus(home, "myths")
    assert len(index) == 330
    index.close()
