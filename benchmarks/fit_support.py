"""Fits the support critic: what the signs of support say about an answer being right.

Held-out questions of the training sets are read among other passages, as the agent reads; a
logistic regression over the signs of `SupportCritic` says how often an answer with such signs
agrees with the gold one. Prints the weights that agent/critics/support.py holds.

    python benchmarks/fit_support.py
"""

import argparse
import random
from dataclasses import astuple
from pathlib import Path

import numpy as np
from reader import DATA, held_out
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]
from sklearn.metrics import roc_auc_score  # type: ignore[import-untyped]
from sklearn.model_selection import cross_val_predict  # type: ignore[import-untyped]

from clew.agent.critics.support import Signs, signs_of
from clew.agent.networks.shipped import network_of
from clew.agent.policies.embedded.reader import read
from clew.agent.policies.embedded.span_reader import SpanReader
from clew.agent.policies.embedded.vectors import VectorCache
from clew.agent.training.reader_calibration import passages_of
from clew.graphs.agreement import agree
from clew.graphs.plan import SubQuestion
from clew.graphs.steps import Step
from clew.tools.corpus.encoder import load_encoder

KINDS = ("hops", "facts", "passages")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--weights", type=Path, help="folder of weights; clew's own by default")
    parser.add_argument("--home", type=Path, default=Path("~/.clew/benchmarks").expanduser())
    parser.add_argument("--most", type=int, default=300, help="questions of a kind")
    arguments = parser.parse_args()
    models = arguments.home / "models"
    network = network_of("reader", arguments.weights, cache_dir=models)
    spans = SpanReader(network) if network else None
    vectors = VectorCache(load_encoder(None, cache_dir=models))
    rng = random.Random(3)
    held = held_out(arguments.data, arguments.most)
    signs: list[Signs] = []
    right: list[bool] = []
    for kind in KINDS:
        for question in held[kind]:
            passages = passages_of(question, rng)
            reading = read(question.text, passages, vectors, spans)
            if reading.answer.text is None or not reading.answer.quotes:
                continue
            step = Step(
                sub_question=SubQuestion(id="q1", text=question.text.replace("{", "(")[:2000]),
                text=question.text,
                reading=reading,
                status="answered",
            )
            evidence = {each.id: each for each in passages}
            quote = reading.answer.quotes[0]
            claim, quoted = vectors.encode(
                [
                    f"{question.text} {reading.answer.text}",
                    f"{evidence[quote.passage_id].title}: {quote.text}",
                ]
            )
            signs.append(signs_of(step, evidence, float(claim @ quoted)))
            gold = question.answer if question.kind == "span" else question.kind
            right.append(agree(reading.answer.text, gold))
    features, labels = np.array([astuple(each) for each in signs]), np.array(right)
    model = LogisticRegression(C=1.0)
    chances = cross_val_predict(model, features, labels, cv=5, method="predict_proba")[:, 1]
    before = np.array([each.score() for each in signs])
    sure = np.array([each.sure for each in signs])
    model.fit(features, labels)
    print(f"{len(labels)} answers, {labels.mean():.3f} right")
    for name, scores in (("as it is", before), ("fitted", chances), ("confidence", sure)):
        loss = -np.mean(np.log(np.clip(np.where(labels, scores, 1 - scores), 1e-6, 1)))
        print(f"{name}: AUROC {roc_auc_score(labels, scores):.3f}, log loss {loss:.3f}")
    names = ("stated", "similar", "named", "typed", "sure")
    weights = dict(zip(names, np.round(model.coef_[0], 1).tolist(), strict=True))
    print({"bias": round(float(model.intercept_[0]), 1), **weights})


if __name__ == "__main__":
    main()
