"""A process killed while indexing leaves the corpus as before or as after, and nothing behind."""

import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from corpus_support import WordEncoder, json_lines, texts, write_files

from clew.errors import UnknownCorpus
from clew.tools.corpus.index import open_corpus
from clew.tools.corpus.indexing import index_documents

SCRIPT = Path(__file__).with_name("killed_indexing.py")
Contents = set[tuple[str, str]]


def contents(home: Path) -> Contents | None:
    try:
        index = open_corpus(home, "myths")
    except UnknownCorpus:
        return None
    try:
        return texts(index)
    finally:
        index.close()


def start(home: Path, files: Path, *moment: str) -> "subprocess.Popen[str]":
    command = [sys.executable, str(SCRIPT), str(home), str(files), *moment]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def first_files(root: Path) -> Path:
    records = {str(n): (f"Title {n}", f"Old text number{n} of many.") for n in range(60)}
    return write_files(
        root, {"all.jsonl": json_lines(records), "a.txt": "It stays.", "b.txt": "It goes."}
    )


def second_files(root: Path) -> Path:
    records = {
        str(n): (f"Title {n}", f"{'New' if n % 3 else 'Old'} text number{n} of many.")
        for n in range(10, 75)
    }
    (root / "b.txt").unlink(missing_ok=True)
    return write_files(root, {"all.jsonl": json_lines(records), "c.txt": "It comes."})


class Scene:
    """A corpus before a run, and what the run makes of it."""

    def __init__(self, folder: Path) -> None:
        self.files = first_files(folder / "files")
        self.before_home = folder / "before"
        self._index(self.before_home)
        second_files(self.files)
        after = folder / "after"
        shutil.copytree(self.before_home, after)
        self._index(after)
        self.before, self.after = contents(self.before_home), contents(after)
        assert self.before != self.after
        self.home = folder / "home"

    def _index(self, home: Path) -> None:
        index_documents([self.files], home=home, name="myths", encoder=WordEncoder())

    def reset(self, *, fresh: bool) -> None:
        shutil.rmtree(self.home, ignore_errors=True)
        if not fresh:
            shutil.copytree(self.before_home, self.home)

    def check(self, *, fresh: bool) -> bool:
        """Check what a killed run left, and that the next run makes good; tell if it committed."""
        left = contents(self.home)
        assert left in (None if fresh else self.before, self.after)
        self._index(self.home)
        assert contents(self.home) == self.after
        folder = self.home / "corpora" / "myths"
        assert len(list(folder.glob("generation-*"))) == 1
        return left == self.after


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return Scene(tmp_path_factory.mktemp("kill"))


def count_moments(scene: Scene, *, fresh: bool) -> int:
    scene.reset(fresh=fresh)
    process = start(scene.home, scene.files)
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    return int(output)


def kill_at(scene: Scene, moment: int, *, fresh: bool) -> bool:
    scene.reset(fresh=fresh)
    process = start(scene.home, scene.files, str(moment))
    process.communicate(timeout=120)
    assert process.returncode == -9, moment
    return scene.check(fresh=fresh)


def test_killed_before_and_after_the_commit(scene: Scene) -> None:
    moments = count_moments(scene, fresh=False)
    assert kill_at(scene, moments // 2, fresh=False) is False
    assert kill_at(scene, moments - 1, fresh=False) is True


@pytest.mark.slow
@pytest.mark.parametrize("fresh", [True, False])
def test_killed_before_calls_that_write(scene: Scene, fresh: bool) -> None:
    moments = count_moments(scene, fresh=fresh)
    # Every call would take minutes; a prime stride meets every kind of call.
    chosen = [*range(0, moments, 11), moments - 1]
    committed = [kill_at(scene, moment, fresh=fresh) for moment in chosen]
    # One step makes the new state live: before it all are as before, after it all as after.
    assert committed == sorted(committed)
    assert committed[0] is False


@pytest.mark.slow
def test_killed_at_random_moments(scene: Scene) -> None:
    scene.reset(fresh=False)
    begun = time.monotonic()
    start(scene.home, scene.files).communicate(timeout=120)
    whole = time.monotonic() - begun
    chance = random.Random(7)
    for turn in range(12):
        fresh = turn % 4 == 0
        scene.reset(fresh=fresh)
        process = start(scene.home, scene.files)
        time.sleep(whole * chance.uniform(0.4, 1.0))
        process.kill()
        process.communicate(timeout=120)
        scene.check(fresh=fresh)


@pytest.mark.slow
def test_killed_again_and_again(scene: Scene) -> None:
    chance = random.Random(11)
    scene.reset(fresh=False)
    for _ in range(6):
        start(scene.home, scene.files, str(chance.randrange(30))).communicate(timeout=120)
        assert contents(scene.home) in (scene.before, scene.after)
    scene.check(fresh=False)
