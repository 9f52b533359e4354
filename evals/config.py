"""What it takes to repeat an evaluation: the content of ``config.json``."""

from typing import Any

from pydantic import BaseModel, ConfigDict


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
        sha256: Hash of its passages; none for ``distractor``, whose paragraphs are hashed with
            the questions.
        documents: How many documents it holds.
        passages: How many passages they are cut into.
        lacking_gold: Questions of which it lacks some gold passage.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    sha256: str | None = None
    documents: int = 0
    passages: int = 0
    lacking_gold: int = 0


class RunConfig(BaseModel):
    """Everything needed to repeat a run.

    Attributes:
        dataset: The questions.
        corpus: What was searched; none where no corpus was.
        agent: What made the agent from its settings.
        settings: The agent's settings, but for where its data lies.
        seed: Seed of everything random, the resampling of intervals included.
        versions: Versions of Python, clew and the packages it stands on.
        engine: What spread the questions; does not change what comes of them.
        workers: How many questions were worked on at once; likewise.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    dataset: DatasetConfig
    corpus: CorpusConfig | None
    agent: str
    settings: dict[str, Any]
    seed: int
    versions: dict[str, str]
    engine: str
    workers: int
