"""Tree search: which leaf is chosen at equal cost.

Synthetic trees, whose leaves' values are known, are searched with critics that err. Every method
may make, and have valued, the same number of states.

    python benchmarks/tree_search.py --plot benchmarks/tree_search.svg
"""

import argparse
import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import fmean
from typing import Any, NamedTuple

from synthetic_trees import Climbing, Place, Sampling, SyntheticTree, grown

from clew.evals.metrics import Estimate, bootstrap
from clew.graphs.tree_search.aggregation import Aggregation, best_by, best_value, value_on_the_way
from clew.graphs.tree_search.backup import mean
from clew.graphs.tree_search.core import searched
from clew.graphs.tree_search.method import Method
from clew.graphs.tree_search.presets import BEAM, BEST_OF_N, MCTS, REST_MCTS
from clew.graphs.tree_search.selection import beam

NOISES = (0.1, 0.2, 0.4)
WIDTHS = (2, 4, 16)
"""Widths of the beam; what a beam of such a width makes is the budget of all."""
NO_END = 10**6
ORDER = (("beam", "best-of-n"), ("mcts", "best-of-n"), ("mcts", "beam"))
"""What is expected to come before what."""
PAIRS = (
    *ORDER,
    ("mcts", "mcts, mean backup"),
    ("mcts", "mcts, best value"),
    ("beam", "beam, best value"),
    ("mcts", "mcts, 4 leaves at once"),
)


class Outcome(NamedTuple):
    """How a search of one tree ended.

    Attributes:
        best: 1 where the best leaf was chosen, else 0.
        regret: How much less the chosen leaf is worth than the best; where no leaf was come to,
            how much less the mean of all is.
    """

    best: float
    regret: float


Outcomes = dict[tuple[float, int, str], list[Outcome]]
"""By noise, budget and method: the outcomes, a tree each."""


def cost(width: int, branching: int, depth: int) -> int:
    """Return how many states a beam makes."""
    return sum(branching * min(width, branching**level) for level in range(depth))


def entries(
    width: int, tree: SyntheticTree
) -> Iterator[tuple[type[Climbing], Method, Mapping[str, Aggregation]]]:
    """Yield kinds of search and methods, with the ways to choose in the end by name.

    Args:
        width: Of the beam.
        tree: The tree to be searched.
    """
    # Every state has all its moves made; the budget ends the search, and no good end does.
    plain: Any = {"width": tree.branching, "depth": tree.depth, "simulations": NO_END, "gate": None}
    best_way = best_by(value_on_the_way)
    # The samples are all there are proposed.
    samples = {**plain, "width": NO_END, "parallel": NO_END}
    yield Sampling, replace(BEST_OF_N, **samples), {"best-of-n": best_value}
    beaming = replace(BEAM, **{**plain, "parallel": width, "select": beam(width)})
    yield Climbing, beaming, {"beam": best_way, "beam, best value": best_value}
    mcts = replace(MCTS, **plain, parallel=1)
    # Its vote is the same here as the best way, for no two leaves agree.
    yield Climbing, mcts, {"mcts": best_way, "mcts, best value": best_value}
    yield Climbing, replace(mcts, parallel=4), {"mcts, 4 leaves at once": best_way}
    yield Climbing, replace(mcts, backup=mean), {"mcts, mean backup": best_way}
    # Rolled to a leaf, for no other state has an answer.
    yield Climbing, replace(REST_MCTS, **plain, roll=tree.depth), {"rest_mcts": best_value}


async def compared(trees: Sequence[SyntheticTree]) -> Outcomes:
    """Search all trees with all methods."""
    found: Outcomes = {}
    for noise in NOISES:
        for width in WIDTHS:
            for tree in trees:
                budget = cost(width, tree.branching, tree.depth)
                for kind, method, choices in entries(width, tree):
                    domain = kind(tree=tree, noise=noise, budget=budget)
                    for name, outcome in (await chosen(domain, method, choices)).items():
                        found.setdefault((noise, budget, name), []).append(outcome)
    return found


async def chosen(
    domain: Climbing, method: Method, choices: Mapping[str, Aggregation]
) -> dict[str, Outcome]:
    """Search once, and choose in each of the ways."""
    search = await searched((), domain, domain.within(method))
    assert len(domain.made) <= domain.budget
    outcomes = {}
    for name, aggregate in choices.items():
        id = aggregate(search.tree)
        place: Place | None = None if id is None else search.states[id]
        regret = domain.tree.best - (domain.tree.mean if place is None else domain.value(place))
        outcomes[name] = Outcome(float(regret < 1e-12), regret)
    return outcomes


def shown(estimate: Estimate, sign: str = "") -> str:
    mean, low, high = (100 * each for each in estimate)
    return f"{mean:{sign}.1f} [{low:{sign}.1f}, {high:{sign}.1f}]"


def print_outcomes(found: Outcomes) -> None:
    budgets = sorted({budget for _, budget, _ in found})
    names = list(dict.fromkeys(name for _, _, name in found))
    fields = {"best leaf, %": "best", "regret, %": "regret"}
    heads = [f"{title}; {budget}" for title in fields for budget in budgets]
    print("\n| noise | method | " + " | ".join(heads) + " |")
    print("| --- | --- |" + " ---: |" * len(heads))
    for noise in NOISES:
        for name in names:
            cells = (
                shown(bootstrap([getattr(each, field) for each in found[noise, budget, name]]))
                for field in fields.values()
                for budget in budgets
            )
            print(f"| {noise} | {name} | " + " | ".join(cells) + " |")


def less_regret(found: Outcomes, noise: float, budget: int, pair: tuple[str, str]) -> Estimate:
    """Return how much less regret the first of a pair has, tree by tree."""
    first, second = (found[noise, budget, name] for name in pair)
    return bootstrap([b.regret - a.regret for a, b in zip(first, second, strict=True)])


def print_pairs(found: Outcomes) -> None:
    cases = [(noise, budget) for noise in NOISES for budget in sorted({key[1] for key in found})]
    heads = (f"{noise}; {budget}" for noise, budget in cases)
    print("\n| less regret, paired; noise; states made: | " + " | ".join(heads) + " |")
    print("| --- |" + " ---: |" * len(cases))
    differences = {pair: [less_regret(found, *case, pair) for case in cases] for pair in PAIRS}
    for pair, estimates in differences.items():
        cells = " | ".join(shown(each, "+") for each in estimates)
        print(f"| {pair[0]} beside {pair[1]} | {cells} |")
    print()
    for pair, estimates in differences.items():
        less = sum(each.low > 0 for each in estimates)
        more = sum(each.high < 0 for each in estimates)
        asked = "expected, " if pair in ORDER else ""
        verdict = "it holds" if not more and less else "it does not hold" if more else "undecided"
        print(
            f"- {pair[0]} before {pair[1]}: {asked}{verdict}. Of {len(estimates)} cases the "
            f"interval lies above zero in {less}, below in {more}, on both sides in "
            f"{len(estimates) - less - more}."
        )


def draw(path: Path, found: Outcomes) -> None:
    """Draw regret against states made, a panel for each noise."""
    import matplotlib
    from matplotlib.figure import Figure

    styles = {
        "best-of-n": ("o-", "#000000"),
        "beam": ("s-", "#0072b2"),
        "mcts": ("D-", "#d55e00"),
        "mcts, mean backup": ("v--", "#cc79a7"),
        "rest_mcts": ("^-", "#009e73"),
    }
    budgets = sorted({budget for _, budget, _ in found})
    with matplotlib.rc_context({"svg.hashsalt": "clew", "svg.fonttype": "none", "font.size": 11}):
        figure = Figure(figsize=(11, 4.4), layout="constrained")
        panels = figure.subplots(1, len(NOISES), sharey=True)
        for noise, panel in zip(NOISES, panels, strict=True):
            for name, (style, colour) in styles.items():
                points = [
                    bootstrap([each.regret for each in found[noise, budget, name]])
                    for budget in budgets
                ]
                panel.errorbar(
                    budgets,
                    [100 * point.mean for point in points],
                    yerr=[
                        [100 * (point.mean - point.low) for point in points],
                        [100 * (point.high - point.mean) for point in points],
                    ],
                    fmt=style,
                    color=colour,
                    capsize=3,
                    label=name,
                )
            panel.set(title=f"critic's noise {noise}", xlabel="states made and valued")
            panel.grid(color="#e3e6ec")
        panels[0].set_ylim(bottom=0)
        panels[0].set_ylabel("regret, % of the range")
        handles, labels = panels[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=3, frameon=False)
        nothing: dict[str, Any] = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        figure.savefig(path, format="svg", metadata=nothing)


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trees", type=int, default=500)
    parser.add_argument("--branching", type=int, default=4)
    parser.add_argument("--depth", type=int, default=4)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--plot", type=Path, help="where to draw regret against cost")
    arguments = parser.parse_args()
    trees = [
        grown(arguments.branching, arguments.depth, arguments.seed + number)
        for number in range(arguments.trees)
    ]
    found = await compared(trees)
    leaves = arguments.branching**arguments.depth
    print(f"\n{len(trees)} trees of {leaves} leaves, {arguments.branching} moves a state;", end=" ")
    print(f"best leaf {fmean(tree.best for tree in trees):.3f},", end=" ")
    print(f"mean {fmean(tree.mean for tree in trees):.3f}")
    print_outcomes(found)
    print_pairs(found)
    if arguments.plot:
        draw(arguments.plot, found)


if __name__ == "__main__":
    asyncio.run(main())
