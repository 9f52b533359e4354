"""Repeated indexing: what is touched, what stays, what goes."""

import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from corpus_support import WordEncoder, json_lines, texts, write_files

from clew.errors import CorpusBusy, DocumentError, InputError, SettingsError, UnknownCorpus
from clew.tools.corpus.corpora import describe_corpus, list_corpora, remove_corpus
from clew.tools.corpus.index import open_corpus
from clew.tools.corpus.indexing import index_documents
from clew.tools.corpus.layout import writing
from clew.tools.corpus.reports import IndexProgress, IndexReport


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    return write_files(
        tmp_path / "files",
        {
            "a/one.txt": "Ariadne gave Theseus a thread.",
            "a/two.md": "# Minotaur\n\nThe Minotaur lived in the labyrinth.",
            "b/three.jsonl": json_lines(
                {"7": ("Crete", "Crete is an island."), "8": ("Minos (king)", "Minos ruled.")}
            ),
        },
    )


def run(home: Path, *paths: Path, encoder: WordEncoder | None = None, **more: bool) -> IndexReport:
    return index_documents(paths, home=home, name="myths", encoder=encoder or WordEncoder(), **more)


def counts(report: IndexReport) -> tuple[int, int, int, int]:
    return report.added, report.changed, report.removed, report.unchanged


def held(home: Path) -> set[tuple[str, str]]:
    index = open_corpus(home, "myths")
    try:
        return texts(index)
    finally:
        index.close()


def test_what_is_indexed_is_found(home: Path, files: Path) -> None:
    seen: list[IndexProgress] = []
    report = index_documents(
        [files], home=home, name="myths", encoder=WordEncoder(), progress=seen.append
    )
    assert counts(report) == (4, 0, 0, 0)
    assert (report.passages, report.bad) == (4, [])
    assert list(dict.fromkeys(step.stage for step in seen)) == [
        "reading",
        "encoding",
        "storing",
        "finishing",
    ]
    index = open_corpus(home, "myths")
    assert len(index) == 4 and index.name == "myths" and index.encoder == "words"
    [(best, score), *_] = index.search_terms("Who lived in the labyrinths?", 3)
    [passage] = index.passages([best])
    assert passage.title == "Minotaur" and score > 0
    assert passage.source == str(files / "a/two.md")
    [[nearest, cosine]] = index.search_vectors(
        WordEncoder().encode(["Crete. Crete is an island."])[0], 1
    )
    assert index.passages([nearest])[0].source == f"{files}/b/three.jsonl#7"
    assert cosine == pytest.approx(1.0, abs=1e-5)
    assert index.titled(["minos", "minos king", "nobody"]).keys() == {"minos", "minos king"}
    assert index.search_terms("the of zzz", 5) == index.search_terms("", 5) == []
    assert index.vectors([]).shape == (0, 32) and index.passages([]) == []
    assert len(texts(index)) == 4


def test_second_run_touches_only_what_changed(home: Path, files: Path) -> None:
    run(home, files)
    before = open_corpus(home, "myths")
    encoder = WordEncoder()
    assert counts(run(home, files, encoder=encoder)) == (0, 0, 0, 4)
    assert encoder.encoded == []
    assert describe_corpus(home, "myths").indexed_at == before._manifest.indexed_at

    (files / "a/one.txt").unlink()
    write_files(
        files,
        {
            "a/four.txt": "Daedalus built it.",
            "b/three.jsonl": json_lines(
                {"7": ("Crete", "Crete is a large island."), "8": ("Minos (king)", "Minos ruled.")}
            ),
        },
    )
    assert counts(run(home, files, encoder=encoder)) == (1, 1, 1, 2)
    assert encoder.encoded == ["four. Daedalus built it.", "Crete. Crete is a large island."]
    assert held(home) == {
        ("four.txt", "Daedalus built it."),
        ("two.md", "# Minotaur\n\nThe Minotaur lived in the labyrinth."),
        ("three.jsonl#7", "Crete is a large island."),
        ("three.jsonl#8", "Minos ruled."),
    }
    # Whoever had it open keeps what it was.
    assert ("one.txt", "Ariadne gave Theseus a thread.") in texts(before)
    assert ("three.jsonl#7", "Crete is an island.") in texts(before)
    before.close()


def test_other_paths_stay(home: Path, files: Path) -> None:
    run(home, files / "a")
    assert counts(run(home, files / "b")) == (2, 0, 0, 0)
    assert len(held(home)) == 4
    assert describe_corpus(home, "myths").paths == (str(files / "a"), str(files / "b"))
    (files / "b/three.jsonl").unlink()
    assert counts(run(home, files / "a")) == (0, 0, 0, 2)
    assert counts(run(home, files / "b/three.jsonl")) == (0, 0, 2, 0)
    assert len(held(home)) == 2


def test_overlapping_paths_count_once(home: Path, files: Path) -> None:
    assert counts(run(home, files, files / "a", files / "a/one.txt")) == (4, 0, 0, 0)


def test_a_corpus_can_become_empty_and_full_again(home: Path, files: Path) -> None:
    run(home, files / "a")
    kept = {path: path.read_text() for path in (files / "a").iterdir()}
    for path in kept:
        path.unlink()
    assert counts(run(home, files / "a")) == (0, 0, 2, 0)
    assert held(home) == set()
    for path, text in kept.items():
        path.write_text(text)
    assert counts(run(home, files / "a")) == (2, 0, 0, 0)
    assert len(held(home)) == 2


def test_most_of_a_corpus_replaced(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "all.jsonl"
    old = {str(number): (f"Old {number}", f"Text number {number}.") for number in range(50)}
    path.write_text(json_lines(old))
    run(home, path)
    path.write_text(json_lines({"0": old["0"], "new": ("New", "Something else.")}))
    encoder = WordEncoder()
    assert counts(run(home, path, encoder=encoder)) == (1, 0, 49, 1)
    assert encoder.encoded == ["New. Something else."]
    assert held(home) == {("all.jsonl#0", "Text number 0."), ("all.jsonl#new", "Something else.")}


def test_equal_passages_share_a_vector(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "all.jsonl"
    path.write_text(json_lines({str(number): ("T", "Same.") for number in range(5)}))
    encoder = WordEncoder()
    run(home, path, encoder=encoder)
    assert encoder.encoded == ["T. Same."]
    index = open_corpus(home, "myths")
    assert len(index.search_vectors(encoder.encode(["x"])[0], 5)) == 5
    assert len(index.search_vectors(encoder.encode(["x"])[0], 3)) == 3
    index.close()


def test_a_file_that_cannot_be_read_now_keeps_its_documents(home: Path, files: Path) -> None:
    run(home, files)
    (files / "a/one.txt").write_bytes(b"\x00\x01\x02")
    (files / "a/two.md").write_bytes(b"")
    report = run(home, files)
    assert counts(report) == (0, 0, 1, 2)
    assert [(Path(bad.source).name, bad.kind) for bad in report.bad] == [
        ("one.txt", "broken"),
        ("two.md", "empty"),
    ]
    assert "stays" in report.bad[0].reason
    assert ("one.txt", "Ariadne gave Theseus a thread.") in held(home)


def test_nothing_to_index(home: Path, files: Path) -> None:
    with pytest.raises(DocumentError, match="no file or directory"):
        run(home, files / "nowhere")
    write_files(files, {"c/x.bin": b"\0", "c/y.txt": b""})
    with pytest.raises(DocumentError, match=r"x\.bin.*unknown kind.*y\.txt: no text"):
        run(home, files / "c")
    assert list_corpora(home) == []
    with pytest.raises(UnknownCorpus):
        open_corpus(home, "myths")


def test_names(home: Path, files: Path) -> None:
    for name in ("", ".", "..", "a/b", "../x", ".hidden", "a" * 65, "ä", "x\n"):
        with pytest.raises(InputError):
            open_corpus(home, name)
        with pytest.raises(InputError):
            index_documents([files], home=home, name=name, encoder=WordEncoder())


def test_list_show_remove(home: Path, files: Path) -> None:
    assert list_corpora(home) == []
    with pytest.raises(UnknownCorpus, match=r"none yet.*clew index"):
        open_corpus(home, "other")
    run(home, files)
    [info] = list_corpora(home)
    assert (info.name, info.documents, info.passages) == ("myths", 4, 4)
    assert info.encoder == "words" and info.size > 1000 and info.damage is None
    with pytest.raises(UnknownCorpus, match="known: myths"):
        remove_corpus(home, "other")
    remove_corpus(home, "myths")
    assert list_corpora(home) == []
    with pytest.raises(UnknownCorpus):
        describe_corpus(home, "myths")
    assert counts(run(home, files)) == (4, 0, 0, 0)
    assert len(held(home)) == 4


def test_readers_keep_a_corpus_that_is_removed(home: Path, files: Path) -> None:
    run(home, files)
    folder = home / "corpora" / "myths"
    opened = open_corpus(home, "myths")
    remove_corpus(home, "myths")
    assert list_corpora(home) == []
    with pytest.raises(UnknownCorpus):
        open_corpus(home, "myths")
    # Nothing but its catalog has been loaded so far.
    assert len(texts(opened)) == 4
    assert counts(run(home, files / "a")) == (2, 0, 0, 0)
    assert len(texts(opened)) == 4 and len(held(home)) == 2
    remove_corpus(home, "myths")
    assert len(list(folder.iterdir())) == 1
    opened.close()
    index_documents([files], home=home, name="other", encoder=WordEncoder())
    assert not folder.exists()


def test_what_a_killed_removal_left_is_no_corpus_and_swept(home: Path, files: Path) -> None:
    run(home, files)
    corpora = home / "corpora"
    shutil.copytree(corpora / "myths", corpora / ".removed-1")
    shutil.copytree(corpora / "myths", corpora / "killed")
    (corpora / "killed" / "corpus.json").unlink()
    assert [corpus.name for corpus in list_corpora(home)] == ["myths"]
    with writing(home, "killed"):  # may be a first indexing
        run(home, files)
        assert (corpora / "killed").exists()
    remove_corpus(home, "myths")
    assert not (corpora / "killed").exists() and not (corpora / "myths").exists()


def test_corpora_that_change_meanwhile_are_listed(
    home: Path, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(home, files)
    names = ["gone", "myths"]
    monkeypatch.setattr("clew.tools.corpus.corpora.corpus_names", lambda _: names)
    (home / "corpora" / "myths" / "vanished").symlink_to("nowhere")
    [info] = list_corpora(home)
    assert info.name == "myths" and info.size > 1000


def test_another_encoder_is_refused_until_rebuilt(home: Path, files: Path) -> None:
    run(home, files)
    other = WordEncoder()
    other.name = "others"
    with pytest.raises(SettingsError, match=r"'words'.*'others'.*--rebuild"):
        run(home, files, encoder=other)
    assert counts(run(home, files, encoder=other, rebuild=True)) == (4, 0, 0, 0)
    assert open_corpus(home, "myths").encoder == "others"
    with pytest.raises(SettingsError, match="own directory"):
        index_documents(
            [files], home=home, name="myths", encoder=other, chroma_url="http://127.0.0.1:9"
        )


def test_one_writer_at_a_time(home: Path, files: Path) -> None:
    run(home, files)
    with writing(home, "myths"):
        with pytest.raises(CorpusBusy, match="another process"):
            run(home, files)
        with pytest.raises(CorpusBusy):
            remove_corpus(home, "myths")
        assert len(held(home)) == 4


def test_an_interrupted_encoding_is_not_repeated(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "all.jsonl"
    path.write_text(json_lines({str(n): (f"T{n}", f"Text {n}.") for n in range(40)}))
    monkeypatch.setattr("clew.tools.corpus.vector_update._ENCODED_AT_ONCE", 10)

    class Interrupted(WordEncoder):
        def encode(self, texts: list[str]) -> np.ndarray:  # type: ignore[override,type-arg]
            if len(self.encoded) == 20:
                raise KeyboardInterrupt
            return super().encode(texts)

    with pytest.raises(KeyboardInterrupt):
        run(home, path, encoder=Interrupted())
    with pytest.raises(UnknownCorpus):
        open_corpus(home, "myths")
    encoder = WordEncoder()
    run(home, path, encoder=encoder)
    assert len(encoder.encoded) == 20
    assert len(held(home)) == 40
    folder = home / "corpora" / "myths"
    assert len(list(folder.glob("generation-*"))) == 1
    assert not (folder / "encodings.sqlite").exists()


def test_many_threads_read_while_a_writer_replaces(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "all.jsonl"
    records = {str(n): (f"T{n}", f"Text {n} about topic{n % 7}.") for n in range(200)}
    path.write_text(json_lines(records))
    run(home, path)
    index = open_corpus(home, "myths")
    queries = WordEncoder().encode([f"topic{n}" for n in range(7)])
    stop = threading.Event()

    def ask(number: int) -> int:
        asked = 0
        while not stop.is_set() or asked == 0:
            [first, *_] = index.search_terms(f"topic{number % 7}", 10)
            ids = [name for name, _ in index.search_vectors(queries[number % 7], 10)]
            assert len(index.passages([*ids, first[0]])) == 11
            assert index.vectors(ids).shape == (10, 32)
            assert len(index.titled([f"t{number}"])) == 1
            asked += 1
        return asked

    with ThreadPoolExecutor(8) as pool:
        asking = [pool.submit(ask, number) for number in range(8)]
        for turn in range(2):
            path.write_text(json_lines({**records, "new": ("New", f"Turn {turn}.")}))
            run(home, path)
        stop.set()
        assert all(future.result(timeout=60) for future in asking)
    assert len(index) == 200
    index.close()
    run(home, path, rebuild=True)
    assert len(held(home)) == 201
    assert len(list((home / "corpora/myths").glob("generation-*"))) == 1
