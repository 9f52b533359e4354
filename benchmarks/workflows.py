"""All workflows side by side: the same questions, policy, retriever, budget and critic.

`searchain` is also run without verifying and without completing. Differences are paired by
question. Of each run with a tree it is told how drafts fared, and what corrections did: a question
that was right only with verification was helped by it, one that was right only without, harmed.

    python benchmarks/workflows.py
    python benchmarks/workflows.py --set musique --limit 200
"""

import argparse
import tempfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from multihop import COUNTS, DATA, SETS, cell

from clew import Settings
from clew.evals import Run, evaluate, load_questions, read_run
from clew.evals.cli.progress import RunView
from clew.evals.compare import compared
from clew.evals.comparison import Contrast
from clew.evals.metrics import bootstrap
from clew.evals.scoring import is_right
from clew.graphs.verification import Verification
from clew.graphs.workflows import Workflow, register_workflow
from clew.graphs.workflows.searchain import searchain
from clew.tools.corpus.encoder import load_encoder
from clew.tools.corpus.indexing import index_documents

SHOWN = ("em", "f1", "cover_em", "abstained", "recall@5", "citation_precision", "citation_recall")
COST = ("searches", "policy_calls", *COUNTS[2:])
VARIANTS: Mapping[str, Workflow] = {
    "searchain, unverified": searchain(Verification(verifies=False)),
    "searchain, uncompleted": searchain(Verification(completes=False)),
}
WORKFLOWS = ("direct", "rag", "iterative", "mindsearch", "searchain", *VARIANTS)
PAIRS = (
    *(("rag", run) for run in ("iterative", "mindsearch", "searchain")),
    ("iterative", "mindsearch"),
    ("mindsearch", "searchain"),
    *((run, "searchain") for run in VARIANTS),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--set", action="append", choices=SETS, help="all of them by default")
    parser.add_argument("--workflow", action="append", choices=WORKFLOWS, help="likewise")
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--home", type=Path, default=Path("~/.clew/benchmarks").expanduser())
    parser.add_argument("--limit", type=int, help="only the first questions")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", type=Path, help="folder for the run directories")
    arguments = parser.parse_args()
    for name, workflow in VARIANTS.items():
        register_workflow(name, workflow)
    with tempfile.TemporaryDirectory() as folder:
        for name in arguments.set or SETS:
            measure_set(name, (arguments.out or Path(folder)) / name, arguments)


def measure_set(name: str, out: Path, arguments: argparse.Namespace) -> None:
    """Ask one set's questions in every way, and print what came of them."""
    folder = arguments.data / name
    encoder = load_encoder(None, cache_dir=arguments.home / "models")
    index_documents([folder / "corpus.jsonl"], home=arguments.home, name=name, encoder=encoder)
    questions = load_questions(str(folder / "questions.jsonl"), limit=arguments.limit)
    runs: dict[str, Run] = {}
    for workflow in arguments.workflow or WORKFLOWS:
        path = out / workflow.replace(", ", "-")
        with RunView(shown=True) as view:
            evaluate(
                questions,
                out=path,
                corpus=name,
                workers=arguments.workers,
                resume=True,
                settings=Settings(home=arguments.home, workflow=workflow),
                watcher=view,
            )
        runs[workflow] = read_run(path)
    print_means(name, runs)
    print_differences(runs)
    for workflow, run in runs.items():
        print_drafts(workflow, run)
        print_marks(workflow, run)
    if {"searchain", "searchain, unverified"} <= runs.keys():
        print_corrections(runs["searchain"], runs["searchain, unverified"])


def print_means(name: str, runs: Mapping[str, Run]) -> None:
    first = next(iter(runs.values()))
    metrics = {workflow: compared([first, run]).runs[1].metrics for workflow, run in runs.items()}
    print(f"\n### {name}, {len(first.predictions)} questions\n")
    print(f"| workflow | {' | '.join((*SHOWN, *COST))} |")
    print(f"| --- |{' ---: |' * len((*SHOWN, *COST))}")
    for workflow, found in metrics.items():
        cells = [cell(found, key) for key in SHOWN]
        cells += [cell(found, key, interval=False) for key in COST]
        print(f"| {workflow} | {' | '.join(cells)} |")


def print_differences(runs: Mapping[str, Run]) -> None:
    print("\n| against | | em | f1 | recall@5 | citation_recall | right only here, there |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for baseline, workflow in PAIRS:
        if {baseline, workflow} <= runs.keys():
            (contrast,) = compared([runs[baseline], runs[workflow]]).contrasts
            cells = [
                difference(contrast, key) for key in ("em", "f1", "recall@5", "citation_recall")
            ]
            print(
                f"| {baseline} | {workflow} | {' | '.join(cells)} "
                f"| {contrast.gained}, {contrast.lost} |"
            )


def difference(contrast: Contrast, metric: str) -> str:
    found = next((each for each in contrast.differences if each.metric == metric), None)
    if found is None:
        return ""
    values = (100 * each for each in (found.difference, found.low, found.high))
    return "{:+.1f} [{:+.1f}, {:+.1f}]".format(*values)


def print_drafts(workflow: str, run: Run) -> None:
    """Print how the drafts of a run fared."""
    trees = [each.tree for each in run.predictions if each.tree is not None]
    outcomes = Counter(
        node.outcome or "not reached"
        for tree in trees
        for node in tree.nodes.values()
        if node.corrects is None
    )
    if outcomes:
        several = sum(len(tree.branches) > 1 for tree in trees)
        turned = sum(tree.current != len(tree.branches) - 1 for tree in trees)
        told = ", ".join(f"{outcome} {number}" for outcome, number in outcomes.most_common())
        print(
            f"\n{workflow}: {told}; {several} of {len(trees)} questions with several branches, "
            f"{turned} answered from another than the latest."
        )


def print_marks(workflow: str, run: Run) -> None:
    """Print how many sentences are marked as weakly supported, and where sources disagree."""
    answered = [each for each in run.predictions if each.answered]
    told = []
    for kind in (True, False):
        sentences = [
            sentence for each in answered if is_right(each) == kind for sentence in each.sentences
        ]
        if sentences:
            mean, low, high = bootstrap([float(sentence.weak) for sentence in sentences])
            told.append(
                f"{100 * mean:.1f} [{100 * low:.1f}, {100 * high:.1f}] % of {len(sentences)} "
                f"sentences of {'right' if kind else 'wrong'} answers"
            )
    steps = [step for each in run.predictions for step in each.steps]
    conflicts = sum(bool(step.reading.others) for step in steps)
    if told:
        print(f"\n{workflow}: marked as weakly supported {', '.join(told)}; ", end="")
        print(f"{conflicts} of {len(steps)} steps with sources that disagree.")


def print_corrections(verified: Run, unverified: Run) -> None:
    """Print what corrections did to the questions that had any."""
    without = {each.id: is_right(each) for each in unverified.predictions}
    counts = Counter(
        (is_right(each), without[each.id])
        for each in verified.predictions
        if each.tree and any(node.corrects for node in each.tree.nodes.values())
    )
    print(
        f"\nquestions with a correction: {sum(counts.values())}; helped {counts[True, False]}, "
        f"harmed {counts[False, True]}, right both ways {counts[True, True]}, "
        f"wrong both ways {counts[False, False]}.",
        flush=True,
    )


if __name__ == "__main__":
    main()
