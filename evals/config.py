"""What it takes to repeat an evaluation: the content of ``config.json``."""

from typing import Any

from pydantic import BaseModel, ConfigDict

TIMING = ("engine", "workers", "machine")
"""Fields of a run's configuration that seconds hang on, and answers do not.

A run may be resumed with others, and seconds are only compared between runs with the same.
"""


class DatasetConfig(BaseModel):
    """Which questions were asked.

    Attributes:
        name: Name of the file, or of the data set on the hub.
        format: Name of the format it was read as.
        sha256: Hash of the questions with their gold, as they were asked and in that order.
        questions: How many.
        limit: The most that were to be taken, if there was a limit.
        skipped: Lines that could not be read and were skipped, as asked.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    format: str
    sha256: str
    questions: int
    limit: int | None = None
    skipped: int = 0


class CorpusConfig(BaseModel):
    """What was searched.

    Attributes:
        name: Name of the corpus; ``distractor`` where each question had its own paragraphs.
        sha256: Hash of its documents; none for ``distractor``, whose paragraphs are hashed with
            the questions.
        documents: How many documents it holds.
        passages: How many passages they are cut into.
        encoder: What made the vectors; for the one that comes with clew, and for a folder, the
            name tells the weights too.
        lacking_gold: Ids of the questions of which it lacks some gold passage.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    sha256: str | None = None
    documents: int = 0
    passages: int = 0
    encoder: str | None = None
    lacking_gold: tuple[str, ...] = ()


class ClosedBookConfig(BaseModel):
    """The run without retrieval that tells when retrieval misled.

    Attributes:
        name: Name of its directory.
        sha256: Hash of its questions and answers.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    sha256: str


class RunConfig(BaseModel):
    """Everything needed to repeat a run.

    Attributes:
        dataset: The questions.
        corpus: What was searched; none where no corpus was.
        agent: What made the agent from its settings.
        settings: The agent's settings, but for where its data lies.
        seed: Seed of everything random, the resampling of intervals included.
        closed_book: The run without retrieval, if one was given.
        versions: Versions of Python, clew (with the hash of its sources) and the packages that it
            needs.
        machine: Where the run was begun; does not change what comes of the questions.
        engine: What spread the questions; does not change what comes of them.
        workers: How many questions were worked on at once; likewise.
        resumed_otherwise: Whether it was gone on with by another engine, with other workers or on
            another machine, so that its seconds are of several kinds.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    dataset: DatasetConfig
    corpus: CorpusConfig | None
    agent: str
    settings: dict[str, Any]
    seed: int
    closed_book: ClosedBookConfig | None = None
    versions: dict[str, str]
    machine: dict[str, str] = {}
    engine: str
    workers: int
    resumed_otherwise: bool = False

    @property
    def timing(self) -> tuple[Any, ...]:
        """What seconds hang on, and answers do not: the fields of `TIMING`."""
        return tuple(getattr(self, name) for name in TIMING)
