"""A run directory: what a run was, what came of each question so far, and in the end its figures.

::

    config.json         everything needed to repeat the run; written first
    predictions.jsonl   a line a question, on the disk before it counts as done; put in the order
                        of the questions when all are there
    metrics.json, report.md, report.html
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, Self

from filelock import FileLock, Timeout
from pydantic import ValidationError

from ..errors import RunDirectoryError
from .config import TIMING, RunConfig
from .config_shown import settings_of
from .files import (
    PART,
    append_durably,
    drop_torn_line,
    json_text,
    sync_folder,
    trouble_told,
    write_atomically,
)
from .predictions import Prediction

CONFIG, PREDICTIONS, METRICS = "config.json", "predictions.jsonl", "metrics.json"
REPORTS = ("report.md", "report.html")
_LOCK = ".lock"


class Run(NamedTuple):
    """A run as it lies on the disk.

    Attributes:
        name: Name of its directory.
        config: What was run.
        predictions: What came of each question.
    """

    name: str
    config: RunConfig
    predictions: list[Prediction]


class RunDirectory:
    """A run directory that is being written; opened by `begin`.

    Attributes:
        path: Where it is.
        config: What is run, as it was first written down.
        predictions: What is there already, in the order in which it came.
    """

    def __init__(self, path: Path, config: RunConfig) -> None:
        """Open a directory that holds a configuration, mending the end of a line cut short."""
        self.path = path
        self.config = config
        for part in path.glob(f"*{PART}"):
            part.unlink()
        file = path / PREDICTIONS
        drop_torn_line(file)
        self.predictions = _read_predictions(file) if file.exists() else []
        self._file = file.open("ab", buffering=0)
        sync_folder(path)

    @classmethod
    @contextmanager
    def begin(cls, path: Path, config: RunConfig, *, resume: bool) -> Iterator[Self]:
        """Make a run directory, or open one to go on, and keep it to ourselves meanwhile.

        Args:
            path: Where it is, or is to be.
            config: What is to be run.
            resume: Whether to go on with a run that is there.

        Raises:
            RunDirectoryError: If something else lies there; if a run does and it is not to be
                resumed, was configured otherwise or is going on; or if it is damaged.
            StorageFull: If there is no room to begin.
        """
        require_free(path, resume=resume)
        with trouble_told(path):
            path.mkdir(parents=True, exist_ok=True)
        with _held(path):
            with trouble_told(path):
                run = cls(path, _configured(path, config))
            try:
                yield run
            finally:
                run._file.close()

    def append(self, prediction: Prediction) -> None:
        """Write a prediction down; it is on the disk when this returns.

        Raises:
            StorageFull: If there is no room left; what was written before is safe.
        """
        with trouble_told(self.path):
            append_durably(self._file, _line(prediction))
        self.predictions.append(prediction)

    def drop(self, ids: set[str]) -> None:
        """Forget what came of these questions, so that they are asked again."""
        kept = [each for each in self.predictions if each.id not in ids]
        if len(kept) < len(self.predictions):
            for name in (METRICS, *REPORTS):  # which would be of predictions that are no more
                (self.path / name).unlink(missing_ok=True)
            self._replace(kept)

    def put_in_order(self, ids: Sequence[str]) -> None:
        """Put the predictions in the order of these ids, which are all theirs."""
        by_id = {each.id: each for each in self.predictions}
        if [each.id for each in self.predictions] != list(ids):
            self._replace([by_id[id] for id in ids])

    def write(self, files: Mapping[str, str]) -> None:
        """Write files whole or not at all, by name; raises `StorageFull`."""
        with trouble_told(self.path):
            for name, content in files.items():
                write_atomically(self.path / name, content)

    def _replace(self, predictions: list[Prediction]) -> None:
        with trouble_told(self.path):
            content = b"".join(map(_line, predictions))
            write_atomically(self.path / PREDICTIONS, content)
            self._file.close()
            self._file = (self.path / PREDICTIONS).open("ab", buffering=0)
        self.predictions = predictions


def read_run(path: Path) -> Run:
    """Return a run, finished or not.

    Raises:
        RunDirectoryError: If there is none, or it is damaged.
    """
    if not (path / CONFIG).is_file():
        raise RunDirectoryError(f"{path} holds no run: it has no {CONFIG}")
    file = path / PREDICTIONS
    predictions = _read_predictions(file, may_be_torn=True) if file.exists() else []
    return Run(path.resolve().name, _read_config(path), predictions)


def require_free(path: Path, *, resume: bool) -> None:
    """Refuse a place where no run can be begun, or gone on with; nothing is written.

    Raises:
        RunDirectoryError: If a file, or something else than a run, lies there; or if a run does
            and it is not to be resumed.
    """
    with trouble_told(path):
        if not path.is_dir():
            if path.exists():
                raise RunDirectoryError(f"{path} is a file; choose another folder for the run")
            return
        if (path / CONFIG).exists():
            _read_config(path)
            if _has_predictions(path) and not resume:
                raise RunDirectoryError(
                    f"{path} holds a run already; go on with it by --resume, or choose another "
                    "folder"
                )
            return
        # A start that was killed leaves at most these.
        others = [
            each.name
            for each in path.iterdir()
            if each.name != _LOCK and not (each.name.startswith(CONFIG) and each.suffix == PART)
        ]
        if others:
            raise RunDirectoryError(
                f"{path} holds other things ({', '.join(sorted(others)[:3])}) and no run; choose "
                "an empty folder, or one that does not exist yet"
            )


def _has_predictions(path: Path) -> bool:
    predictions = path / PREDICTIONS
    return predictions.exists() and predictions.stat().st_size > 0


@contextmanager
def _held(path: Path) -> Iterator[None]:
    # Taken and given back by whatever threads an event loop uses.
    lock = FileLock(path / _LOCK, timeout=0, thread_local=False)
    with trouble_told(path):
        try:
            lock.acquire()
        except Timeout:
            raise RunDirectoryError(
                f"a run is going on in {path}; wait until it ends, or choose another folder"
            ) from None
    try:
        yield
    finally:
        (path / _LOCK).unlink(missing_ok=True)
        lock.release()


def _configured(path: Path, config: RunConfig) -> RunConfig:
    """Return the configuration that the directory holds from now on."""
    # A run that could not begin, for want of a model say, is no loss.
    if (path / CONFIG).exists() and _has_predictions(path):
        written = _resumable(path, config)
        if written.timing == config.timing:
            return written
        config = written.model_copy(update={"resumed_otherwise": True})
    write_atomically(path / CONFIG, json_text(config.model_dump(mode="json")))
    return config


def _resumable(path: Path, config: RunConfig) -> RunConfig:
    written = _read_config(path)
    was, is_ = _answering(written), _answering(config)
    differing = [
        f"{key} was {was.get(key)!r} and is {is_.get(key)!r}"
        for key in sorted(was.keys() | is_.keys())
        if was.get(key) != is_.get(key)
    ]
    if differing:
        raise RunDirectoryError(
            f"{path} holds a run of another configuration: {'; '.join(differing)}; run it as it "
            "was, or choose another folder"
        )
    return written


def _answering(config: RunConfig) -> dict[str, Any]:
    """Return what may change answers: all but how the questions are spread."""
    left_out = {*TIMING, "resumed_otherwise"}
    settings = settings_of(config)
    return {name: settings[name] for name in settings if name.partition(".")[0] not in left_out}


def _read_config(path: Path) -> RunConfig:
    try:
        return RunConfig.model_validate_json((path / CONFIG).read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise RunDirectoryError(
            f"{path / CONFIG} is of something else than a run, of another version of clew, or "
            f"damaged ({where}: {first['msg']}); choose another folder"
        ) from None


def _read_predictions(file: Path, *, may_be_torn: bool = False) -> list[Prediction]:
    lines = file.read_bytes().split(b"\n")
    last = lines.pop()
    if last and not may_be_torn:
        lines.append(last)
    predictions: dict[str, Prediction] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            prediction = Prediction.model_validate_json(line)
        except ValidationError:
            raise RunDirectoryError(
                f"line {number} of {file} is no prediction; the file was changed by something "
                "else: take that line out, and --resume asks its question again"
            ) from None
        if prediction.id in predictions:
            raise RunDirectoryError(
                f"line {number} of {file} has the id {prediction.id!r} of an earlier line; take "
                "one of them out"
            )
        predictions[prediction.id] = prediction
    return list(predictions.values())


def _line(prediction: Prediction) -> bytes:
    line = json.dumps(prediction.model_dump(mode="json"), ensure_ascii=False)
    # Lone surrogates cannot be read back by everyone.
    return f"{line}\n".encode("utf-8", "replace")
