"""Training material out of search trees, in the formats that TRL reads.

Stepwise supervision is ``{"prompt", "completions", "labels"}``, preference ``{"prompt", "chosen",
"rejected"}`` and unpaired preference ``{"prompt", "completion", "label"}``.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from ...errors import TrainingDataError
from ...graphs.tree_search.record import RecordedNode, TreeRecord
from ..saved_trees import read_saved
from .known_questions import measured_questions
from .step_wording import question_in_words
from .tree_labels import TreeLabels, first_wrong, labelled, step_values
from .tree_wording import move_in_words, state_in_words

Kind = Literal["values", "prefixes", "pairs", "kto"]
Row = dict[str, Any]

_LIKELY = 0.5
"""Share of right ends above which a move counts as a good one, as in ReARTeR."""


def write_tree_examples(
    sources: Sequence[Path],
    kind: Kind,
    out: Path,
    *,
    data: Path | None,
    report: Callable[[str], None],
) -> None:
    """Write what the trees of evaluation runs teach, as JSON lines.

    Args:
        sources: Folders of runs, or their ``predictions.jsonl``: they hold the right answers.
        kind: See `KINDS`.
        out: The file that is written.
        data: The folder of data that holds the questions to stay clear of, if there is one.
        report: Takes lines about what was found.

    Raises:
        TreeError: A source cannot be read.
        TrainingDataError: The sources hold nothing to learn from, or the file cannot be written.
    """
    skip = measured_questions(data) if data is not None else []
    rows: dict[str, None] = {}
    trees = like = 0
    for saved in (each for source in sources for each in read_saved(source)):
        if saved.search_tree is None or not saved.answers:
            continue
        if any(each.has(saved.question) for each in skip):
            like += 1
            continue
        trees += 1
        # The same state may be reached twice, and learns nothing more the second time.
        found = examples_of(saved.search_tree, saved.answers, kind)
        rows |= dict.fromkeys(json.dumps(row, ensure_ascii=False) for row in found)
    left_out = f"; {like} more are of questions that results are checked on" if data else ""
    report(f"{trees:,} trees with right answers{left_out}")
    if not rows:
        raise TrainingDataError(
            "these runs give no examples: they need questions with answers, an expansion that "
            "searches, and for all kinds but values trees that end right and wrong"
        )
    try:
        content = "".join(row + "\n" for row in rows)
        out.write_bytes(content.encode("utf-8", "replace"))
    except OSError as error:
        raise TrainingDataError(f"{out} cannot be written: {error.strerror or error}") from error
    report(f"{len(rows):,} examples of kind {kind} are in {out}")
    if data is None:
        report(
            "nothing was left out; before results are checked on such questions, name the folder "
            "of data that holds them by --data"
        )


def examples_of(record: TreeRecord, answers: Sequence[str], kind: Kind) -> Iterator[Row]:
    """Yield what a tree teaches.

    Args:
        record: The tree.
        answers: The right answers.
        kind: See `KINDS`.
    """
    return KINDS[kind](record, labelled(record, answers))


def _values(record: TreeRecord, labels: TreeLabels) -> Iterator[Row]:
    """Yield a run for each end, with the value of each step, and whether a right end lies below."""
    values = step_values(record, labels)
    for end in sorted(labels.ends[0]):
        path = [node.id for node in record.path(end)[1:]]
        if path:
            reach = [id in labels.steps_to_right for id in path]
            yield {**_stepwise(record, path, reach), "values": [values[id] for id in path]}


def _prefixes(record: TreeRecord, labels: TreeLabels) -> Iterator[Row]:
    """Yield the steps up to each first wrong one."""
    for wrong in first_wrong(record, labels):
        path = [node.id for node in record.path(wrong)[1:]]
        yield _stepwise(record, path, [True] * (len(path) - 1) + [False])


def _stepwise(record: TreeRecord, path: Sequence[int], labels: Sequence[bool]) -> Row:
    return {
        "prompt": question_in_words(record.question),
        "completions": [move_in_words(record, record.nodes[id], quotes=True) for id in path],
        "labels": list(labels),
    }


def _pairs(record: TreeRecord, labels: TreeLabels) -> Iterator[Row]:
    """Yield the best sibling beside the worst, by what was backed up (MCTS-DPO, arXiv:2405.00451).

    The search knows no right answers; where these say the contrary, the pair is left out.
    """
    siblings: dict[int, list[RecordedNode]] = {}
    for node in record.nodes:
        if node.parent is not None and node.visits > 0:
            siblings.setdefault(node.parent, []).append(node)
    for parent, children in sorted(siblings.items()):
        best = max(children, key=lambda node: node.mean)
        worst = min(children, key=lambda node: node.mean)
        better, worse = labels.share(best.id), labels.share(worst.id)
        contrary = better is not None and worse is not None and better < worse
        chosen, rejected = (move_in_words(record, each, quotes=False) for each in (best, worst))
        if best.mean > worst.mean and chosen != rejected and not contrary:
            prompt = state_in_words(record, record.nodes[parent])
            yield {"prompt": prompt, "chosen": chosen, "rejected": rejected}


def _kto(record: TreeRecord, labels: TreeLabels) -> Iterator[Row]:
    """Yield each move, good if most ends below it are right; not of trees that all end the same."""
    if labels.share(0) in (None, 0.0, 1.0):
        return
    for node in record.nodes[1:]:
        share = labels.share(node.id)
        if share is not None and node.parent is not None:
            yield {
                "prompt": state_in_words(record, record.nodes[node.parent]),
                "completion": move_in_words(record, node, quotes=False),
                "label": share > _LIKELY,
            }


KINDS: Mapping[Kind, Callable[[TreeRecord, TreeLabels], Iterator[Row]]] = {
    "values": _values,
    "prefixes": _prefixes,
    "pairs": _pairs,
    "kto": _kto,
}
"""What trees teach: the values of steps, for a reward model (ReST-MCTS*; stepwise supervision with
``values`` beside the labels); the steps up to the first wrong one, likewise (OmegaPRM); for a
policy, better beside worse moves (MCTS-DPO; preference) and good and bad ones (KTO,
arXiv:2402.01306; unpaired preference)."""
