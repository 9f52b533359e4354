"""How well the shipped claim scorer tells what quotes support, on pairs it was not trained on.

python benchmarks/claim_support.py
"""

import argparse
import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from claim_pairs import DATA, Pair
from fit_claims import all_pairs
from numpy.typing import NDArray
from scipy.stats import rankdata  # type: ignore[import-untyped]

from clew.agent.critics.claim_signs import signs_of
from clew.agent.critics.claims import SUPPORTED, EmbeddedClaimScorer
from clew.evals.metrics import bootstrap
from clew.evals.resampling import bounds, drawn
from clew.graphs.protocols import Claim
from clew.tools.corpus.encoder import load_encoder
from clew.tools.corpus.encoder_cache import CachingEncoder

BINS = 10
RESAMPLES = 500
_UNRELATED = ("unrelated, random", "unrelated, similar")

Floats = NDArray[np.float64]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--home", type=Path, default=Path("~/.clew/benchmarks").expanduser())
    parser.add_argument("--part", default="held-out", choices=("validation", "held-out"))
    arguments = parser.parse_args()
    encoder = CachingEncoder(load_encoder(None, cache_dir=arguments.home / "models"))
    pairs = [each for each in all_pairs(arguments.data, encoder) if each.part == arguments.part]
    claims = [Claim(each.claim, each.quotes, each.question) for each in pairs]
    scored = np.array(asyncio.run(EmbeddedClaimScorer(encoder).support(claims)))
    words = np.array([signs_of(each.claim, each.quotes).words_held for each in pairs])
    print_fever(pairs, scored, words)
    print_kinds(pairs, scored)


def print_fever(pairs: Sequence[Pair], scored: Floats, words: Floats) -> None:
    """Print how well claims of FEVER are told apart, beside counting shared words."""
    print("| on FEVER | pairs | scorer | share of words held |\n| --- | ---: | --- | --- |")
    for label, wrong in (
        ("refuted", ("refutes",)),
        ("unrelated", _UNRELATED),
        ("unrelated, random", _UNRELATED[:1]),
        ("unrelated, similar", _UNRELATED[1:]),
    ):
        chosen = _places(pairs, ("supports", *wrong))
        truth = np.array([pairs[place].supported for place in chosen])
        cells = [_estimated(auroc, values[chosen], truth) for values in (scored, words)]
        print(f"| AUROC, supported against {label} | {len(chosen)} | {' | '.join(cells)} |")
    chosen = _places(pairs, ("supports", "refutes"))
    truth = np.array([pairs[place].supported for place in chosen])
    right = (scored[chosen] >= 0.5) == truth
    mean, low, high = bootstrap([float(each) for each in right])
    shown = f"{100 * mean:.1f} [{100 * low:.1f}, {100 * high:.1f}]"
    print(f"| accuracy, supported against refuted (%) | {len(chosen)} | {shown} | |")
    every = np.array([each.supported for each in pairs])
    fever = _places(pairs, ("supports", "refutes", *_UNRELATED))
    for label, places in (
        ("supported against refuted", chosen),
        ("all of FEVER", fever),
        ("all pairs", np.arange(len(pairs))),
    ):
        cell = _estimated(calibration_error, scored[places], every[places])
        print(f"| expected calibration error, {label} | {len(places)} | {cell} | |")
    print()


def print_kinds(pairs: Sequence[Pair], scored: Floats) -> None:
    """Print what share of each kind of pair passes the threshold."""
    print("| pairs | supported | number | passing (%) | below 0.05 (%) |")
    print("| --- | --- | ---: | --- | --- |")
    for kind in sorted({each.kind for each in pairs}):
        chosen = _places(pairs, (kind,))
        cells = []
        for met in (scored[chosen] >= SUPPORTED, scored[chosen] < 0.05):
            mean, low, high = bootstrap([float(each) for each in met])
            cells.append(f"{100 * mean:.1f} [{100 * low:.1f}, {100 * high:.1f}]")
        truth = "yes" if pairs[chosen[0]].supported else "no"
        print(f"| {kind} | {truth} | {len(chosen)} | {' | '.join(cells)} |")


def auroc(scores: Floats, truth: NDArray[np.bool_]) -> float:
    """Return the chance that a supported pair scores above one that is not."""
    positive = int(truth.sum())
    negative = len(truth) - positive
    above = rankdata(scores)[truth].sum() - positive * (positive + 1) / 2
    return float(above / (positive * negative))


def calibration_error(scores: Floats, truth: NDArray[np.bool_]) -> float:
    """Return the expected calibration error over bins of equal width (Guo et al., 2017)."""
    bins = np.minimum((scores * BINS).astype(int), BINS - 1)
    gaps = np.bincount(bins, weights=truth - scores, minlength=BINS)
    return float(np.abs(gaps).sum() / len(scores))


def _estimated(
    measure: Callable[[Floats, NDArray[np.bool_]], float], scores: Floats, truth: NDArray[np.bool_]
) -> str:
    values = [
        measure(scores[rows], truth[rows])
        for block in drawn(len(scores), seed=0, resamples=RESAMPLES)
        for rows in block
    ]
    low, high = bounds(np.array(values))
    return f"{measure(scores, truth):.3f} [{low:.3f}, {high:.3f}]"


def _places(pairs: Sequence[Pair], kinds: Sequence[str]) -> NDArray[np.int64]:
    return np.array([place for place, each in enumerate(pairs) if each.kind in kinds])


if __name__ == "__main__":
    main()
