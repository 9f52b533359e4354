"""What indexing tells: while it runs, and at its end."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from .readers import BadDocument

Stage = Literal["reading", "encoding", "storing", "finishing"]


class IndexProgress(BaseModel):
    """How far indexing has come.

    Attributes:
        stage: What is being done: *reading* counts files, *encoding* passages, *storing* vectors;
            *finishing* builds the index of terms and makes everything live.
        done: How many are done.
        total: How many there are.
    """

    model_config = ConfigDict(frozen=True)

    stage: Stage
    done: int
    total: int


class IndexReport(BaseModel):
    """What an indexing run did.

    Attributes:
        added: Documents that are new.
        changed: Documents whose title or text is another than before.
        removed: Documents that went away.
        unchanged: Documents under the given paths that are as they were.
        passages: Passages in the corpus now.
        bad: What was met and could not be read, with reasons.
        seconds: How long it took.
    """

    model_config = ConfigDict(frozen=True)

    added: int
    changed: int
    removed: int
    unchanged: int
    passages: int
    bad: list[BadDocument]
    seconds: float
