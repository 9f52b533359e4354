"""What the evaluation of a ranking leaves: a TREC run, its figures and a short report."""

import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from ..errors import RunDirectoryError
from .files import json_text, trouble_told, write_atomically
from .retrieval import RetrievalResult
from .retrieval_rankings import RankedDocuments

_MEASURES = ("ndcg@10", "recall@10", "recall@100")


def make_empty_folder(path: Path) -> None:
    """Make the folder that results are to be written to.

    Raises:
        RunDirectoryError: Something lies there already, or it cannot be made.
    """
    with trouble_told(path):
        try:
            path.mkdir(parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError):
            raise RunDirectoryError(f"{path} is a file; choose another folder") from None
        if any(path.iterdir()):
            raise RunDirectoryError(
                f"{path} is not empty; choose an empty folder, or one that does not exist yet"
            )


def write_retrieval(path: Path, result: RetrievalResult) -> None:
    """Write ``config.json``, ``run.trec``, ``report.md`` and, last, ``metrics.json``."""
    files = {
        "config.json": json_text(result.config.model_dump(mode="json")),
        "run.trec": trec_run(result.run, tag=f"clew-{result.config.ranking}"),
        "report.md": markdown(result),
        "metrics.json": json_text(result.metrics),
    }
    with trouble_told(path):
        for name, content in files.items():
            write_atomically(path / name, content)


def trec_run(run: Mapping[str, RankedDocuments], *, tag: str) -> str:
    """Return ranked documents in the six columns that trec_eval reads.

    trec_eval goes by the score alone, in single precision, so that of documents with equal scores
    each gets the next number below.
    """
    lines = []
    for query, found in run.items():
        last = np.float32(np.inf)
        for rank, (document, score) in enumerate(found, start=1):
            last = min(np.float32(score), np.nextafter(last, np.float32(-np.inf)))
            lines.append(f"{query} Q0 {document} {rank} {last!s} {tag}\n")
    return "".join(lines)


def markdown(result: RetrievalResult) -> str:
    """Return a short report."""
    config, metrics = result.config, result.metrics
    rows = "".join(
        f"| {name} | {100 * metrics[name]:.2f} | {100 * low:.2f} to {100 * high:.2f} |\n"
        for name, (low, high) in ((name, metrics["ci"][name]) for name in _MEASURES)
    )
    facts = {
        "test set": f"{_cell(config.dataset)}, split {_cell(config.split)}",
        "ranking": config.ranking,
        "encoder": _cell(config.encoder),
        "queries": f"{config.queries:,}",
        "documents": f"{config.documents:,} in {config.passages:,} passages",
        "seconds a query, median": f"{metrics['seconds_p50']:.3f}",
        "queries left out, nothing being relevant": f"{config.unjudged:,}",
        "judgements of unknown queries": f"{config.unknown_queries:,}",
        "judgements of documents not in the corpus": f"{config.unknown_documents:,}",
        "documents without a word": f"{config.empty_documents:,}",
        "hash of the test set": config.sha256,
    }
    listed = "".join(f"| {label} | {value} |\n" for label, value in facts.items())
    return (
        f"# {_cell(config.dataset)}: {config.ranking}\n\n"
        f"| measure | % | 95 % interval |\n| --- | --- | --- |\n{rows}\n"
        f"| | |\n| --- | --- |\n{listed}"
    )


def _cell(text: str) -> str:
    """Return text that cannot break out of a table's cell."""
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", " ".join(text.split()))
