"""What readers of figures are warned of, in plain sentences."""

from collections.abc import Iterable

from .predictions import Prediction
from .run_directory import Run


def unfinished(run: Run, name: str) -> str | None:
    """Say so where a run holds fewer predictions than it has questions."""
    done, questions = len(run.predictions), run.config.dataset.questions
    if done >= questions:
        return None
    return (
        f"{name} is unfinished: {done:,} of {questions:,} questions; what is there is what came "
        "first."
    )


def time_ran_out(predictions: Iterable[Prediction]) -> str | None:
    """Say so where answers hang on how fast the machine was, and how busy."""
    stopped = [each.stopped_by for each in predictions if each.error is None]
    if not (by_time := stopped.count("seconds")):
        return None
    return (
        f"Wall time ran out for {by_time:,} of {len(stopped):,} questions that did not fail. With "
        "fewer workers or a higher --max-seconds their answers may differ, so these figures are "
        "not comparable with those of runs on other machines or with other workers."
    )
