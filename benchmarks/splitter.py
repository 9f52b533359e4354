"""How right questions are split: by rule, by the trained splitter, and by both.

The questions are held out of training: by family (they differ from learnt ones in more than names),
and MuSiQue's training paragraphs altogether. Known parts come from the published steps.

    python benchmarks/splitter.py
    python benchmarks/splitter.py --weights splitter.safetensors
"""

import argparse
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from clew.agent.networks.network import Network
from clew.agent.networks.shipped import SHIPPED
from clew.agent.policies.embedded.planning import split, whole
from clew.agent.policies.embedded.splitting import MARGIN, Splitter
from clew.agent.training.overlaps import development_questions
from clew.agent.training.splitter import is_held_out
from clew.agent.training.splitting_examples import (
    Chain,
    chains,
    nested,
    read_nested,
    single_questions,
)
from clew.agent.training.splitting_words import stem, words
from clew.evals.metrics import bootstrap
from clew.graphs.plan import SubQuestion

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
SAME = 0.6  # share of words in common (Jaccard) from which two parts are the same

Ways = dict[str, Callable[[str], tuple[SubQuestion, ...]]]


@dataclass(frozen=True)
class Known:
    """A question with its parts.

    Attributes:
        source: Where it comes from.
        question: The question.
        parts: What is asked, in order; the question alone where it nests nothing.
    """

    source: str
    question: str
    parts: tuple[str, ...]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--home", type=Path, default=Path("~/.clew/benchmarks").expanduser())
    parser.add_argument("--weights", type=Path, default=SHIPPED / "splitter.safetensors")
    arguments = parser.parse_args()
    if not arguments.data.is_dir():
        raise SystemExit(f"the training data is not at {arguments.data}; name it with --data")
    network = Network(arguments.weights, "splitter", cache_dir=arguments.home / "models")
    splitter = Splitter(network)
    ways: Ways = {
        "rules": split,
        "trained": lambda question: splitter.split(question) or whole(question),
        "both": lambda question: split(question, splitter),
    }
    found = held_out(arguments.data)
    print_nested([each for each in found if len(each.parts) > 1], ways)
    print_whole([each for each in found if len(each.parts) == 1], ways)
    print_parts(arguments.data, splitter, network.notes[MARGIN])


def held_out(data: Path) -> list[Known]:
    """Read the held-out questions and their parts, those left out that do not align."""
    skip = development_questions(data)
    found = []
    for chain in (*chains(data / "train"), *single_questions(data / "train")):
        if _is_held_out(chain) and not skip.has(chain.question) and (parts := parts_of(chain)):
            found.append(Known(chain.source, chain.question, parts))
    return list(dict.fromkeys(found))


def _is_held_out(chain: Chain) -> bool:
    return any(is_held_out(each) for each in nested(chain)[:1])


def parts_of(chain: Chain) -> tuple[str, ...]:
    """Return what is asked first, next and at last."""
    states = nested(chain)
    inner = [each.text[slice(*each.spans[0])] for each in states if each.spans]
    return (*inner, *(each.text for each in states[-1:]))


def print_nested(found: Sequence[Known], ways: Ways) -> None:
    """Print how many nested questions are split, and how."""
    print("| nested questions | way | n | split | first part right | parts right | all right |")
    print("| --- | --- | ---: | --- | --- | --- | --- |")
    for source in dict.fromkeys(each.source for each in found):
        here = [each for each in found if each.source == source]
        for name, way in ways.items():
            rows = np.array([scores(way(each.question), each.parts) for each in here])
            print(f"| {source} | {name} | {len(here)} | {' | '.join(map(cell, rows.T))} |")


def print_whole(found: Sequence[Known], ways: Ways) -> None:
    """Print how many questions are left whole that should be; comparisons may be taken apart."""
    print("\n| questions of one part | way | n | left whole, or sides compared |")
    print("| --- | --- | ---: | --- |")
    for source in dict.fromkeys(each.source for each in found):
        here = [each for each in found if each.source == source]
        for name, way in ways.items():
            kept = [float(not is_chain(way(each.question))) for each in here]
            print(f"| {source} | {name} | {len(here)} | {cell(kept)} |")


def print_parts(data: Path, splitter: Splitter, margin: float) -> None:
    """Print how right single decisions are: which part comes first, or none."""
    states, _ = read_nested(data / "train", development_questions(data))
    held = [each for each in states if is_held_out(each)]
    found = [splitter.part(each.text) for each in held]
    taken = [part is not None and part.margin >= margin for part in found]
    exact = [
        float(kept and part is not None and (part.start, part.end) in each.spans)
        for each, part, kept in zip(held, found, taken, strict=True)
        if each.spans
    ]
    pairs = list(zip(held, taken, strict=True))
    print("\n| decisions of the network | n | right |\n| --- | ---: | --- |")
    print(f"| a part is due: this very part, to the character | {len(exact)} | {cell(exact)} |")
    for name, values in (
        ("a part is due: a part is taken", [float(kept) for each, kept in pairs if each.spans]),
        ("a part is taken: one is due", [float(bool(each.spans)) for each, kept in pairs if kept]),
        ("none is due: none is taken", [float(not kept) for each, kept in pairs if not each.spans]),
        ("none is taken: none is due", [float(not each.spans) for each, kept in pairs if not kept]),
    ):
        print(f"| {name} | {len(values)} | {cell(values)} |")


def scores(subs: Sequence[SubQuestion], parts: Sequence[str]) -> tuple[float, float, float, float]:
    """Return whether there is a split, its first part is right, the share of parts, and all."""
    if len(subs) == 1:
        return 0.0, 0.0, 0.0, 0.0
    texts = [sub.text for sub in subs]
    right = [any(same(part, text) for text in texts) for part in parts]
    all_right = all(right) and len(parts) == len(texts)
    return float(len(subs) > 1), float(right[0]), sum(right) / len(right), float(all_right)


def is_chain(subs: Sequence[SubQuestion]) -> bool:
    """Whether a split asks one thing for the sake of another, not two for a comparison."""
    return len(subs) > 1 and subs[-1].kind == "search"


def same(one: str, other: str) -> bool:
    """Whether two parts ask the same, their wording aside."""
    left, right = _stems(one), _stems(other)
    return len(left & right) >= SAME * len(left | right) if left | right else one == other


def _stems(text: str) -> set[str]:
    # Where a title's brackets go is no matter of what is asked.
    bare = re.sub(r"#\d|\{\w+\}|\([^()]*\)", " ", text)
    return {stem(word.text) for word in words(bare) if word.tells}


def cell(values: Sequence[float]) -> str:
    mean, low, high = bootstrap(list(values))
    return f"{100 * mean:.1f} [{100 * low:.1f}, {100 * high:.1f}]"


if __name__ == "__main__":
    main()
