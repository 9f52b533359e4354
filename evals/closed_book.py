"""A run without retrieval, beside which a run with it shows what retrieval spoilt."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from ..errors import QuestionsError
from .config import ClosedBookConfig
from .predictions import Prediction
from .questions import EvalQuestion
from .run_directory import read_run


class ClosedBook(NamedTuple):
    """A run without retrieval.

    Attributes:
        config: What is written down of it.
        predictions: What came of each question, by id.
    """

    config: ClosedBookConfig
    predictions: Mapping[str, Prediction]


def closed_book_run(
    path: Path | str | None, questions: Sequence[EvalQuestion]
) -> ClosedBook | None:
    """Return the run in a directory, if one is named.

    Args:
        path: The run directory.
        questions: What it has to have asked.

    Raises:
        RunDirectoryError: If there is no run.
        QuestionsError: If it lacks some of the questions or had other gold, or if it searched.
    """
    if path is None:
        return None
    run = read_run(Path(path))
    known = {each.id: each for each in run.predictions}
    missing = [each.id for each in questions if not _is_of(known.get(each.id), each)]
    if missing:
        raise QuestionsError(
            f"the run without retrieval in {path} lacks {len(missing)} of the questions with this "
            f"gold, {missing[0]!r} first; run it over the same questions"
        )
    searched = [id for id, each in known.items() if each.usage.searches or each.evidence]
    if searched:
        raise QuestionsError(
            f"the run in {path} did search, for {searched[0]!r} first, so it cannot tell what is "
            "known without; make one with --max-searches 0"
        )
    told = json.dumps([[each.id, known[each.id].prediction] for each in questions])
    digest = hashlib.sha256(told.encode()).hexdigest()
    return ClosedBook(ClosedBookConfig(name=run.name, sha256=digest), known)


def _is_of(prediction: Prediction | None, question: EvalQuestion) -> bool:
    return prediction is not None and (
        (prediction.question, prediction.answers) == (question.question, question.answers)
    )
