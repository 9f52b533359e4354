"""Labelling: running an agent on training questions until each step of its runs has a value."""

import asyncio
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from ...errors import ClewError
from ...tools.corpus.encoder import load_encoder
from ..blocking import blocking
from ..settings import Settings
from .known_questions import SETS, drawn, index_paragraphs, known_questions, measured_questions
from .rollouts import Known, Rollouts
from .sampling_agent import sampling_agent
from .traces import Trace, append_traces, mended

_TOLD_EVERY = 60.0  # seconds


def label_questions(
    data: Path,
    file: Path,
    settings: Settings,
    *,
    questions: int | None = None,
    rollouts: int = 5,
    temperature: float = 1.0,
    workers: int = 2,
    report: Callable[[str], None],
) -> None:
    """Run the embedded agent on training questions, and write traces whose steps have values.

    Traces are added as they come; called again, it goes on with the questions that are missing.
    Each set's paragraphs are searched together, indexed under the home of the settings.

    Args:
        data: The folder that holds ``train/``, and the sets to stay clear of.
        file: Where the traces go.
        settings: Home, encoder, workflow and seed of the agent.
        questions: How many of each set, drawn at random; all of them by default.
        rollouts: How many from each place.
        temperature: Of what is drawn; 0.5 suits the plain reader, whose chances do not add up to 1.
        workers: How many questions are worked on at once.
        report: Takes lines about the progress.

    Raises:
        ClewError: The data, the encoder or the index cannot be used.
    """
    skip = measured_questions(data)
    done = mended(file)
    encoder = load_encoder(settings.encoder, cache_dir=settings.home / "models")
    for name in SETS:
        known, left_out = known_questions(data / "train", name, skip)
        wanted = [each for each in drawn(known, questions, settings.seed) if each.id not in done]
        report(
            f"{name}: {len(known):,} questions, {left_out} more resemble questions that results "
            f"are checked on; {len(wanted):,} to label"
        )
        if wanted:
            corpus = index_paragraphs(data / "train", name, settings.home, encoder)
            agent = sampling_agent(settings.replaced(corpus=corpus))
            labeller = Rollouts(agent, count=rollouts, temperature=temperature)
            blocking(partial(_labelled, labeller, wanted, file, workers, report))


async def _labelled(
    labeller: Rollouts,
    wanted: Sequence[Known],
    file: Path,
    workers: int,
    report: Callable[[str], None],
) -> None:
    slots = asyncio.Semaphore(workers)
    begun = told = time.monotonic()
    finished = 0

    async def one(known: Known) -> None:
        nonlocal finished, told
        async with slots:
            traces = await _traces(labeller, known, report)
        append_traces(file, traces)
        finished += 1
        now = time.monotonic()
        if now - told > _TOLD_EVERY or finished == len(wanted):
            told = now
            left = (len(wanted) - finished) * (now - begun) / finished
            report(f"{finished:,} of {len(wanted):,} questions labelled; {left / 60:.0f} min")

    await asyncio.gather(*(one(known) for known in wanted))


async def _traces(
    labeller: Rollouts, known: Known, report: Callable[[str], None]
) -> Sequence[Trace]:
    try:
        traces = await labeller.labelled(known)
    except ClewError as error:
        report(f"{known.id} is left out: {error}")
        traces = []
    # A question without steps is written too, so that it is not asked again.
    nothing = Trace(id=known.id, question=known.question, answers=known.answers)
    return [trace.trimmed() for trace in traces] or [nothing]
