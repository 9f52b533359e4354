"""What a run directory keeps, through kills, full disks and careless hands."""

import json
import multiprocessing
import subprocess
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest
from eval_examples import answered, failed, make_config

from clew.errors import RunDirectoryError, StorageFull
from clew.evals.run_directory import CONFIG, PREDICTIONS, RunDirectory, read_run


def _write(path: Path, *ids: str, resume: bool = False) -> None:
    with RunDirectory.begin(path, make_config(), resume=resume) as run:
        for id in ids:
            run.append(answered(id))


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "new" / "run"
    with RunDirectory.begin(path, make_config(), resume=False) as run:
        run.append(answered("1", question="Wo liegt Brønnøysund? \ud800"))
        run.append(failed("2"))
        run.write({"metrics.json": "{}\n"})
    read = read_run(path)
    assert (read.name, read.config) == ("run", make_config())
    assert read.predictions == [
        answered("1", question="Wo liegt Brønnøysund? ?"),
        failed("2"),
    ]
    assert sorted(each.name for each in path.iterdir()) == [CONFIG, "metrics.json", PREDICTIONS]


def test_seconds_stand_in_one_place(tmp_path: Path) -> None:
    _write(tmp_path, "1")
    line = json.loads((tmp_path / PREDICTIONS).read_text())
    assert line["seconds"] == answered("1").seconds
    assert "seconds" not in line["usage"]
    assert list(line)[:3] == ["id", "question", "answers"]


@pytest.mark.parametrize("torn", ['{"id": "2", "que', '{"id": "2"}', " "])
def test_a_torn_last_line_is_dropped_and_the_rest_kept(tmp_path: Path, torn: str) -> None:
    _write(tmp_path, "1")
    with (tmp_path / PREDICTIONS).open("a") as file:
        file.write(torn)
    assert [each.id for each in read_run(tmp_path).predictions] == ["1"]
    with RunDirectory.begin(tmp_path, make_config(), resume=True) as run:
        assert [each.id for each in run.predictions] == ["1"]
        run.append(answered("2"))
    assert [each.id for each in read_run(tmp_path).predictions] == ["1", "2"]


def test_predictions_are_put_in_the_order_of_the_questions(tmp_path: Path) -> None:
    with RunDirectory.begin(tmp_path, make_config(), resume=False) as run:
        for id in ("3", "1", "2"):
            run.append(answered(id))
        run.put_in_order(["1", "2", "3"])
        run.append(answered("4"))
    assert [each.id for each in read_run(tmp_path).predictions] == ["1", "2", "3", "4"]


def test_failed_ones_can_be_dropped(tmp_path: Path) -> None:
    with RunDirectory.begin(tmp_path, make_config(), resume=False) as run:
        run.append(answered("1"))
        run.append(failed("2"))
        run.write({"metrics.json": "{}", "report.md": "# 2 questions"})
        run.drop({"2"})
        assert not (tmp_path / "metrics.json").exists()
        assert not (tmp_path / "report.md").exists()
        assert [each.id for each in run.predictions] == ["1"]
    assert [each.id for each in read_run(tmp_path).predictions] == ["1"]


def test_a_run_is_not_overwritten(tmp_path: Path) -> None:
    _write(tmp_path, "1")
    with pytest.raises(RunDirectoryError, match="--resume"):
        _write(tmp_path, "2")
    assert [each.id for each in read_run(tmp_path).predictions] == ["1"]


def test_other_files_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("mine")
    with pytest.raises(RunDirectoryError, match=r"thesis\.tex"):
        _write(tmp_path, "1")
    assert [each.name for each in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_file_is_no_run_directory(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(RunDirectoryError, match="is a file"):
        _write(tmp_path / "file", "1")


def test_what_a_killed_start_leaves_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / ".lock").touch()
    (tmp_path / "config.json.12-34.part").write_text('{"data')
    _write(tmp_path, "1")
    assert not list(tmp_path.glob("*.part"))
    assert len(read_run(tmp_path).predictions) == 1


def test_another_configuration_is_refused_naming_what_differs(tmp_path: Path) -> None:
    _write(tmp_path, "1")
    other = make_config(settings={"workflow": "searchain", "search": ["corpus"]}, seed=7)
    with (
        pytest.raises(RunDirectoryError, match="seed was 0 and is 7") as told,
        RunDirectory.begin(tmp_path, other, resume=True),
    ):
        pass
    assert "settings.workflow was 'mindsearch' and is 'searchain'" in str(told.value)
    assert "settings.search" not in str(told.value)


def test_workers_and_engine_may_differ(tmp_path: Path) -> None:
    _write(tmp_path, "1")
    other = make_config(workers=8, engine="ray")
    with RunDirectory.begin(tmp_path, other, resume=True) as run:
        # Its seconds are of two kinds from now on, and stay so.
        assert run.config == make_config(resumed_otherwise=True)
    with RunDirectory.begin(tmp_path, make_config(), resume=True) as run:
        assert run.config.resumed_otherwise


@pytest.mark.parametrize("line", ["no json", '{"id": "2"}'])
def test_a_damaged_line_is_named(tmp_path: Path, line: str) -> None:
    _write(tmp_path, "1")
    good = (tmp_path / PREDICTIONS).read_text()
    (tmp_path / PREDICTIONS).write_text(f"{line}\n{good}")
    with pytest.raises(RunDirectoryError, match="line 1 "):
        read_run(tmp_path)


def test_blank_lines_as_editors_leave_them_do_no_harm(tmp_path: Path) -> None:
    _write(tmp_path, "1")
    good = (tmp_path / PREDICTIONS).read_text()
    (tmp_path / PREDICTIONS).write_text(f"\n{good}\n")
    _write(tmp_path, "2", resume=True)
    assert [each.id for each in read_run(tmp_path).predictions] == ["1", "2"]


def test_the_configuration_of_something_else_is_not_replaced(tmp_path: Path) -> None:
    theirs = '{"model_type": "bert"}'
    (tmp_path / CONFIG).write_text(theirs)
    for resume in (False, True):
        with pytest.raises(RunDirectoryError, match="something else than a run"):
            _write(tmp_path, "1", resume=resume)
    assert (tmp_path / CONFIG).read_text() == theirs


def test_a_doubled_line_is_named(tmp_path: Path) -> None:
    _write(tmp_path, "1")
    good = (tmp_path / PREDICTIONS).read_text()
    (tmp_path / PREDICTIONS).write_text(good + good)
    with pytest.raises(RunDirectoryError, match=r"line 2 .*'1'"):
        read_run(tmp_path)


def test_a_damaged_configuration_is_told(tmp_path: Path) -> None:
    _write(tmp_path, "1")
    (tmp_path / CONFIG).write_text('{"seed": 0}')
    with pytest.raises(RunDirectoryError, match=r"config\.json is of something else"):
        read_run(tmp_path)


def test_no_run_is_told(tmp_path: Path) -> None:
    with pytest.raises(RunDirectoryError, match="holds no run"):
        read_run(tmp_path)


def _hold(path: Path, held: Event, let_go: Event) -> None:
    with RunDirectory.begin(path, make_config(), resume=True):
        held.set()
        let_go.wait(30)


@pytest.mark.slow
def test_two_processes_never_write_one_run(tmp_path: Path) -> None:
    processes = multiprocessing.get_context("fork")
    held, let_go = processes.Event(), processes.Event()
    holder = processes.Process(target=_hold, args=(tmp_path, held, let_go))
    holder.start()
    assert held.wait(30)
    with pytest.raises(RunDirectoryError, match="is going on"):
        _write(tmp_path, "1", resume=True)
    let_go.set()
    holder.join()
    _write(tmp_path, "1", resume=True)


@pytest.mark.slow
def test_a_full_disk_loses_nothing(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)], capture_output=True
    )
    if mounted.returncode:
        pytest.skip("mounting a small disk needs privileges that this user lacks")
    try:
        with (
            pytest.raises(StorageFull, match="--resume"),
            RunDirectory.begin(disk / "run", make_config(), resume=False) as run,
        ):
            for number in range(100):
                run.append(answered(str(number), question="long " * 1000))
        kept = read_run(disk / "run").predictions
        assert 0 < len(kept) < 100
        assert [each.id for each in kept] == [str(number) for number in range(len(kept))]
    finally:
        subprocess.run(["umount", str(disk)], check=True)
