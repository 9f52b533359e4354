"""Queries for a corpus that has none, written by a language model after a few examples.

Promptagator (Dai et al. 2023): a model is shown two to eight passages of the corpus with a query
each, and writes queries for further passages. A query is kept only if retrieval brings its passage
back first (the round trip), which drops those that are vague, or that another passage answers.
"""

import asyncio
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ...errors import TrainingDataError
from ...graphs.meter import Tally
from ...tools.corpus.index import CorpusIndex
from ...tools.corpus.retrieval import Retriever
from ...tools.passages import Passage
from ..policies.litellm.querying import Example, QueryWriter
from .rows import read_rows

FEWEST, MOST = 2, 8
"""Examples that a model is shown."""
PER_PASSAGE = 3
"""Queries that are asked for, for each passage."""
AT_ONCE = 8
"""Passages that are written for at the same time."""


@dataclass(frozen=True)
class Written:
    """What came of it.

    Attributes:
        passages: Passages that queries were asked for.
        queries: Queries that were written.
        kept: Those that brought their passage back first.
    """

    passages: int
    queries: int
    kept: int


def read_examples(file: Path) -> list[Example]:
    """Read the examples: lines of ``{"query": …, "title": …, "text": …}``, the title optional.

    Raises:
        TrainingDataError: A line is not of that form, or there are too few or too many.
    """
    examples = []
    for number, row in enumerate(read_rows(file), 1):
        query, title, text = row.get("query"), row.get("title", ""), row.get("text")
        texts = [each for each in (query, title, text) if isinstance(each, str)]
        if len(texts) < 3 or not texts[0].strip() or not texts[2].strip():
            raise TrainingDataError(
                f'{file}: example {number} is not of the form {{"query": "…", "title": "…", '
                '"text": "…"}'
            )
        examples.append(Example(*texts))
    if not FEWEST <= len(examples) <= MOST:
        raise TrainingDataError(
            f"{file} holds {len(examples)} examples; give {FEWEST} to {MOST} of them"
        )
    return examples


async def write_queries(
    index: CorpusIndex,
    retriever: Retriever,
    writer: QueryWriter,
    examples: Sequence[Example],
    file: Path,
    *,
    passages: int = 500,
    seed: int = 0,
    tally: Tally,
    report: Callable[[str], None],
) -> Written:
    """Write queries for passages of a corpus into a file that `own_queries` reads.

    Each passage's queries are in the file before the next ones come, so that a run that is stopped
    has lost nothing; one that is begun again passes over the passages that the file names.

    Args:
        index: The corpus.
        retriever: What must bring a passage back.
        writer: Writes the queries.
        examples: What it is shown.
        file: Where queries go, after those that are there.
        passages: How many passages to draw.
        seed: Of the draw.
        tally: Charged with calls and tokens.
        report: Takes lines about the progress.

    Raises:
        BudgetExhausted: If the tally's budget is used up; what was written stays.
        ModelUnavailable: If the model does not answer; likewise.
    """
    left = await asyncio.to_thread(_left, index, file, passages, seed)
    asked = written = kept = 0
    for start in range(0, len(left), AT_ONCE):
        block = left[start : start + AT_ONCE]
        found = await asyncio.gather(
            *(writer.queries(e, examples, count=PER_PASSAGE, tally=tally) for e in block)
        )
        kept += await asyncio.to_thread(_keep, retriever, file, block, found)
        asked, written = asked + len(block), written + sum(map(len, found))
        report(f"{asked} of {len(left)} passages: {kept} of {written} queries kept")
    return Written(asked, written, kept)


def _left(index: CorpusIndex, file: Path, passages: int, seed: int) -> list[Passage]:
    """Return the passages drawn of which the file has no queries yet."""
    done = {row.get("passage") for row in read_rows(file)} if file.exists() else set()
    ids = index.passage_ids()
    drawn = random.Random(seed).sample(ids, min(passages, len(ids)))
    return index.passages([id for id in drawn if id not in done])


def _keep(
    retriever: Retriever, file: Path, passages: Sequence[Passage], queries: Sequence[Sequence[str]]
) -> int:
    """Append the queries for which retrieval brings their passage first; return how many."""
    rows = [
        {"query": query, "documents": [passage.source], "passage": passage.id}
        for passage, own in zip(passages, queries, strict=True)
        for query in own
        if [hit.passage.id for hit in retriever.retrieve(query, limit=1)] == [passage.id]
    ]
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a", encoding="utf-8") as out:
        out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    return len(rows)
