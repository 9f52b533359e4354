"""Fit the weights of tools/corpus/relevance.py on the training questions.

Each set's paragraphs are pooled and indexed, each question is retrieved for, and a logistic
regression learns which candidates are gold evidence; every set counts the same. Links count as
much as the weights in place say of the passages they start from, so enter the printed weights and
run again until they hold. Development questions take no part.

    python benchmarks/fit_ranking.py
"""

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

from clew.agent.training.known_questions import paragraphs
from clew.tools.corpus.candidates import Candidates
from clew.tools.corpus.encoder import Encoder, load_encoder
from clew.tools.corpus.index import open_corpus
from clew.tools.corpus.indexing import index_documents
from clew.tools.corpus.relevance import Features

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "train"
SETS = ("musique", "2wiki", "hotpotqa")


@dataclass(frozen=True)
class Sample:
    """The candidates of a set's questions, a row each, and which of them are gold."""

    features: NDArray[np.float64]
    gold: NDArray[np.bool_]
    questions: int


def main() -> None:
    """Print the fitted weights, and the recall at 5 of those in place."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--home", type=Path, default=Path("~/.clew/benchmarks").expanduser())
    parser.add_argument("--sets", nargs="+", choices=SETS, default=SETS)
    arguments = parser.parse_args()
    encoder = load_encoder(None, cache_dir=arguments.home / "models")
    samples = [
        sample(name, arguments.data / f"{name}_paragraphs.jsonl", arguments.home, encoder)
        for name in arguments.sets
    ]
    weights = np.concatenate([np.full(len(s.gold), 1 / s.questions) for s in samples])
    model = LogisticRegression(max_iter=3000).fit(
        np.concatenate([s.features for s in samples]),
        np.concatenate([s.gold for s in samples]),
        sample_weight=weights * len(weights) / weights.sum(),
    )
    print(Features(*(round(float(each), 1) for each in model.coef_[0])))
    print(f"INTERCEPT = {model.intercept_[0]:.1f}")


def sample(name: str, file: Path, home: Path, encoder: Encoder) -> Sample:
    """Index the pooled paragraphs of a set and collect the candidates of its questions."""
    rows = [json.loads(line) for line in file.open()]
    pool: dict[tuple[str, str], str] = {}
    for row in rows:
        for paragraph, _ in paragraphs(row):
            pool.setdefault(paragraph, str(len(pool)))
    corpus = home / f"train_{name}.jsonl"
    home.mkdir(parents=True, exist_ok=True)
    with corpus.open("w") as out:
        for (title, text), id in pool.items():
            out.write(json.dumps({"id": id, "title": title, "text": text}) + "\n")
    index_documents([corpus], home=home, name=f"train_{name}", encoder=encoder)
    index = open_corpus(home, f"train_{name}")
    features, gold, recalls = [], [], []
    for row in rows:
        supporting = {pool[paragraph] for paragraph, supports in paragraphs(row) if supports}
        if not supporting:
            continue
        candidates = Candidates(index, row["question"], encoder.encode([row["question"]])[0])
        candidates.follow(())
        # A long paragraph is cut into several passages of the same source, "file.jsonl#id".
        document = {p.id: p.source.rpartition("#")[2] for p, _ in candidates.ranked()}
        for id, each in candidates.features().items():
            features.append(tuple(each))
            gold.append(document[id] in supporting)
        first = list(dict.fromkeys(document.values()))[:5]
        recalls.append(len(supporting.intersection(first)) / len(supporting))
    index.close()
    print(f"{name}: recall@5 {100 * np.mean(recalls):.1f} of {len(recalls)} questions", flush=True)
    return Sample(np.array(features), np.array(gold), len(recalls))


if __name__ == "__main__":
    main()
