"""How well and how fast the main text of pages is extracted, beside other extractors.

Run it from the repository's root::

    python benchmarks/extraction.py [--data ../shared/data/html]

The pages and the measure are those of the Article Extraction Benchmark (Scrapinghub, 2020,
https://github.com/scrapinghub/article-extraction-benchmark). Texts are compared by their shingles,
which are all runs of four tokens, a token being a run of word characters, each counted as often as
it occurs; a text of fewer tokens is one shingle. Precision is the share of the extracted shingles
that are in the true text, recall the share of the true ones that were extracted. Both are means
over pages, precision over those for which anything was extracted, and F1 is the harmonic mean of
the two means. The intervals are 95 % bootstrap intervals over pages.

Speed is pages a second of one core's time, the extractors taking turns on each page, and for the
pool of processes by the clock. clew decodes the bytes, and finds title, date and language too; the
others are given text. Readability's result is HTML, whose text BeautifulSoup reads.

One of those it is compared with is no dependency of clew: pip install readability-lxml
"""

import argparse
import asyncio
import gzip
import json
import logging
import re
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from clew.tools.web.extracting import extract
from clew.tools.web.extraction_pool import ExtractionPool
from clew.tools.web.page import Page, PageText

SHINGLE = 4
BOOTSTRAPS = 10_000
OWN = "clew"

Scores = NDArray[np.float64]
"""Precision and recall, a row for each page; no precision where nothing was extracted."""


def main() -> None:
    """Print the table."""
    arguments = _arguments()
    logging.disable(logging.CRITICAL)
    pages, truths = _read(arguments.data)
    extractors = _extractors()
    texts, seconds = _race(extractors, pages)
    scores = {
        name: np.array([score(true, text) for true, text in zip(truths, texts[name], strict=True)])
        for name in extractors
    }
    picks = np.random.default_rng(0).integers(0, len(pages), (BOOTSTRAPS, len(pages)))
    own = _bootstrap(scores[OWN], picks)
    print(f"{len(pages)} pages\n")
    print("| extractor | precision | recall | F1 | clew's F1 beyond it | pages/s |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for name, rows in scores.items():
        samples = _bootstrap(rows, picks)
        cells = [_cell(value, samples[:, n]) for n, value in enumerate(summary(rows))]
        beyond = summary(scores[OWN])[2] - summary(rows)[2]
        cells.append("" if name == OWN else _cell(beyond, own[:, 2] - samples[:, 2], sign="+"))
        print(f"| {name} | {' | '.join(cells)} | {len(pages) / seconds[name]:.1f} |")
    print(f"\nclew in a pool of {arguments.workers} processes: {_pooled(pages, arguments)} pages/s")


def score(true: str, text: str) -> tuple[float, float]:
    """Return precision and recall of one text; no precision if it is empty."""
    wanted, found = _shingles(true), _shingles(text)
    right = (wanted & found).total()
    return right / found.total() if found else np.nan, right / wanted.total() if wanted else np.nan


def summary(scores: Scores) -> tuple[float, float, float]:
    """Return precision, recall and F1 over pages."""
    precision, recall = np.nanmean(scores, axis=0)
    return precision, recall, 2 * precision * recall / (precision + recall)


def _shingles(text: str) -> Counter[tuple[str, ...]]:
    tokens = re.findall(r"\w+", text)
    starts = range(max(1, len(tokens) - SHINGLE + 1) if tokens else 0)
    return Counter(tuple(tokens[start : start + SHINGLE]) for start in starts)


def _bootstrap(scores: Scores, picks: NDArray[np.int64]) -> Scores:
    return np.array([summary(scores[pick]) for pick in picks])


def _cell(value: float, samples: Scores, sign: str = "") -> str:
    low, high = np.percentile(samples, [2.5, 97.5])
    return f"{value:{sign}.3f} [{low:{sign}.3f}, {high:{sign}.3f}]"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/html"))
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    if not arguments.data.is_dir():
        parser.error(f"{arguments.data} is not a folder: name the data with --data")
    return arguments


def _read(folder: Path) -> tuple[list[Page], list[str]]:
    truth = json.loads((folder / "ground-truth.json").read_text("utf-8"))
    pages = [
        Page(
            url=row["url"],
            final_url=row["url"],
            content_type="text/html",
            charset="utf-8",
            body=gzip.decompress((folder / "html" / f"{name}.html.gz").read_bytes()),
            fetched_at=datetime.now(UTC),
        )
        for name, row in truth.items()
    ]
    return pages, [row.get("articleBody", "") for row in truth.values()]


def _extractors() -> dict[str, Callable[[Page, str], str]]:
    import trafilatura
    from bs4 import BeautifulSoup
    from readability import Document

    def own(page: Page, html: str) -> str:
        text = extract(page)
        return text.text if isinstance(text, PageText) else ""

    def plain(page: Page, html: str) -> str:
        return trafilatura.extract(html) or ""

    def without_comments(page: Page, html: str) -> str:
        return trafilatura.extract(html, include_comments=False) or ""

    def readability(page: Page, html: str) -> str:
        return everything(page, Document(html).summary(html_partial=True))

    def everything(page: Page, html: str) -> str:
        return BeautifulSoup(html, "lxml").get_text(" ")

    return {
        OWN: own,
        "trafilatura": plain,
        "trafilatura without comments": without_comments,
        "readability-lxml": readability,
        "BeautifulSoup get_text": everything,
    }


def _race(
    extractors: Mapping[str, Callable[[Page, str], str]], pages: Sequence[Page]
) -> tuple[dict[str, list[str]], dict[str, float]]:
    """Return each extractor's texts, and its seconds for all pages."""
    texts: dict[str, list[str]] = {name: [] for name in extractors}
    seconds = dict.fromkeys(extractors, 0.0)
    for page in (pages[0], *pages):
        html = page.body.decode("utf-8")
        for name, extractor in extractors.items():
            start = time.process_time()
            texts[name].append(extractor(page, html))
            seconds[name] += time.process_time() - start
            if len(texts[name]) == 1:
                # The first page is read twice, for first calls compile and load.
                seconds[name] = 0.0
    return {name: found[1:] for name, found in texts.items()}, seconds


def _pooled(pages: Sequence[Page], arguments: argparse.Namespace) -> str:
    async def rate() -> float:
        async with ExtractionPool(arguments.workers) as pool:
            await asyncio.gather(*(pool.extract(pages[0]) for _ in range(2 * arguments.workers)))
            start = time.perf_counter()
            await asyncio.gather(*map(pool.extract, pages))
            return len(pages) / (time.perf_counter() - start)

    return f"{asyncio.run(rate()):.1f}"


if __name__ == "__main__":
    main()
