"""The vectors of a corpus on a real Chroma server."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from corpus_support import WordEncoder, json_lines, texts, write_files

from clew.errors import CorpusError, SettingsError
from clew.tools.corpus.corpora import remove_corpus
from clew.tools.corpus.index import open_corpus
from clew.tools.corpus.indexing import index_documents
from clew.tools.corpus.vector_update import served_prefix
from clew.tools.corpus.vectors import served_vectors

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(Path(sys.executable).with_name("chroma")), "run", "--host", "127.0.0.1"]
    folder = tmp_path_factory.mktemp("chroma")
    process = subprocess.Popen(
        [*command, "--port", str(port), "--path", str(folder)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(300):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=20)


def run(home: Path, files: Path, server: str | None, *, rebuild: bool = False) -> int:
    return index_documents(
        [files],
        home=home,
        name="myths",
        encoder=WordEncoder(),
        chroma_url=server,
        rebuild=rebuild,
    ).passages


def test_a_corpus_on_a_server(tmp_path: Path, server: str) -> None:
    home = tmp_path / "data"
    records = {str(n): (f"Title {n}", f"Text number{n} of many.") for n in range(40)}
    files = write_files(tmp_path / "files", {"all.jsonl": json_lines(records)})
    assert run(home, files, server) == 40
    before = open_corpus(home, "myths")
    folder = home / "corpora" / "myths"
    assert not list(folder.glob("generation-*/chroma"))

    # The same corpus of another user of the server is another collection.
    assert run(tmp_path / "other", files, server) == 40

    kept = dict(list(records.items())[20:])
    write_files(files, {"all.jsonl": json_lines({**kept, "new": ("New", "Another text.")})})
    assert run(home, files, None) == 21
    after = open_corpus(home, "myths")
    assert len(texts(after)) == 21
    assert len(texts(before)) == 40
    before.close()

    write_files(files, {"more.txt": "One more."})
    assert run(home, files, server) == 22
    # What no generation needs any more is gone by now.
    collection = served_vectors(server, after._manifest.collection)
    assert collection.count() == 22
    after.close()

    assert run(home, files, server, rebuild=True) == 22
    rebuilt = open_corpus(home, "myths", chroma_url=server)
    assert len(texts(rebuilt)) == 22
    rebuilt.close()
    prefix = served_prefix(folder)
    opened = open_corpus(home, "myths")
    remove_corpus(home, "myths")
    with pytest.raises(CorpusError, match="was removed or made anew"):
        texts(opened)
    opened.close()
    assert not folder.exists() or not list(folder.glob("*.json"))
    names = [found.name for found in collection._client.list_collections()]
    assert not [name for name in names if name.startswith(prefix)]
    assert len(names) == 1
    collection.close()


def test_a_server_that_does_not_answer(tmp_path: Path) -> None:
    files = write_files(tmp_path / "files", {"a.txt": "Text."})
    with pytest.raises(CorpusError, match=r"http://127\.0\.0\.1:9 does not answer"):
        run(tmp_path / "data", files, "http://127.0.0.1:9")
    with pytest.raises(SettingsError, match="no address"):
        run(tmp_path / "data", files, "localhost:8000")
