"""What the splitter learns from: questions, and the spans of them that are asked first."""

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .overlaps import Overlaps
from .reading_examples import as_question
from .rows import read_rows
from .splitting_alignment import aligned
from .splitting_steps import Step, renumbered, step
from .splitting_words import ASKING

_MOST_STEPS = 4
# Questions about matches and charts, which Break takes from DROP: nothing of them is nested.
_SCORES = re.compile(
    r"\b(?:touchdowns?|field goals?|yards?|quarter|points?|TDs?|pass(?:es)?|quarterback|percent"
    r"|percentage|census|households?)\b",
    re.IGNORECASE,
)
_SINGLE = 2_500  # questions of one paragraph that are taken from reading.jsonl


@dataclass(frozen=True)
class Chain:
    """A question with the steps that it is published with.

    Attributes:
        source: Where it comes from.
        question: The question.
        steps: Texts of the steps, ``#1`` for the answer of the first.
    """

    source: str
    question: str
    steps: tuple[str, ...]


@dataclass(frozen=True)
class Nested:
    """A question, or what is left of one, and what of it is asked first.

    Attributes:
        source: Where it comes from.
        text: The question, answers of earlier steps as ``#1``.
        spans: Offsets of each part that may be asked first; empty where it is asked as it stands.
        family: What it shares with questions that differ in names only.
    """

    source: str
    text: str
    spans: tuple[tuple[int, int], ...]
    family: str


def chains(folder: Path) -> Iterator[Chain]:
    """Read the questions whose steps are known, from all sets of the training data."""
    for row in read_rows(folder / "decomposition.jsonl"):
        source = row["source"].removesuffix("-dev").removesuffix("_dev").removesuffix("-train")
        if source in ("musique", "break-QDMR-high-level", "strategyqa"):
            yield Chain(source, row["question"], tuple(row["steps"]))
    for row in read_rows(folder / "musique_paragraphs.jsonl"):
        yield Chain("musique-paragraphs", row["question"], _questions(row["decomposition"]))
    for row in read_rows(folder / "2wiki_paragraphs.jsonl"):
        steps = [f"{subject} >> {relation}" for subject, relation, _ in row["evidences"]]
        if row["type"] == "compositional" and len(steps) == 2:
            yield Chain("2wiki", row["question"], (steps[0], f"#1 >> {row['evidences'][1][1]}"))


def single_questions(folder: Path) -> Iterator[Chain]:
    """Read questions of one step, and comparisons: what nests nothing."""
    for row in read_rows(folder / "2wiki_paragraphs.jsonl"):
        if row["type"] != "compositional":
            yield Chain("2wiki", row["question"], ())
        for pair in row.get("qa_pairs") or ():
            yield Chain("2wiki", pair["question"], ())
    for row in read_rows(folder / "hotpotqa_paragraphs.jsonl"):
        if row["type"] == "comparison":
            yield Chain("hotpotqa", row["question"], ())
    found = [row["question"] for row in read_rows(folder / "reading.jsonl")
             if row["source"].startswith("squad")]  # fmt: skip
    for question in random.Random(0).sample(found, min(_SINGLE, len(found))):
        yield Chain("reading", question, ())


def nested(chain: Chain) -> list[Nested]:
    """Return a question and what is left of it after each step; nothing where it is uncertain."""
    # MuSiQue asks the same of many names; 2Wiki asks little else than the same.
    family = chain.steps[-1] if chain.source.startswith("musique") else chain.question
    if _SCORES.search(chain.question):
        return []
    if not _is_nested(chain):
        return [Nested(chain.source, chain.question, (), family)]
    found: list[Nested] = []
    text, left = chain.question, {f"#{n}": step(each) for n, each in enumerate(chain.steps, 1)}
    while len(left) > 1:
        spans = _askable(text, left)
        if not spans:
            if (merged := _merged(left)) is None:
                return []
            left = merged
            continue
        found.append(Nested(chain.source, text, tuple(spans.values()), family))
        name = next(iter(spans))
        start, end = spans[name]
        text = f"{text[:start]}{name}{text[end:]}"
        del left[name]
    if not found:
        return []
    return [*found, Nested(chain.source, text, (), family)]


def simple_steps(chain: Chain) -> Iterator[Nested]:
    """Yield the steps that are questions of their own, which nest nothing."""
    for each in chain.steps:
        text = as_question(each)
        if text.split(" ")[0].lower() in ASKING:
            yield Nested(chain.source, text, (), each)


def read_nested(folder: Path, skip: Overlaps) -> tuple[list[Nested], dict[str, list[int]]]:
    """Read what the splitter learns from and is measured on.

    Args:
        folder: The folder of training data.
        skip: Questions not to learn from.

    Returns:
        The questions; and by source how many were read, resemble what is skipped, and did not
        align.
    """
    found: list[Nested] = []
    counts: dict[str, list[int]] = {}
    for chain in (*chains(folder), *single_questions(folder)):
        count = counts.setdefault(chain.source, [0, 0, 0])
        count[0] += 1
        if skip.has(chain.question):
            count[1] += 1
            continue
        parts = nested(chain)
        count[2] += not parts
        found += parts
        if chain.source.startswith("musique"):
            found += [each for each in simple_steps(chain) if not skip.has(each.text)]
    return list(dict.fromkeys(found)), counts


def _questions(decomposition: Sequence[dict[str, Any]]) -> tuple[str, ...]:
    return tuple(each["question"] for each in decomposition)


def _is_nested(chain: Chain) -> bool:
    """Whether each step but the first rests on one before it, and on nothing but answers."""
    if chain.source == "strategyqa" or not 2 <= len(chain.steps) <= _MOST_STEPS:
        return False
    if not chain.source.startswith("break"):
        return True
    # In QDMR, "return #1 that …" narrows down what was found; and what rests on two compares.
    references = [re.findall(r"#\d+", each) for each in chain.steps]
    narrows = any(re.match(r"return (?:the )?#\d", each) for each in chain.steps)
    expected = [[f"#{n}"] if n else [] for n in range(len(chain.steps))]
    return references == expected and not narrows


def _askable(text: str, left: dict[str, Step]) -> dict[str, tuple[int, int]]:
    """Return where the steps stand whose own references are answered, the last one excepted."""
    *before, _ = left
    spans = {}
    for name in before:
        if any(reference in left for reference in left[name].references):
            continue
        others = [each for other, each in left.items() if other != name]
        if (span := aligned(text, left[name], others)) is not None:
            spans[name] = span
    return spans


def _merged(left: dict[str, Step]) -> dict[str, Step] | None:
    """Return the steps without one that a question leaves unsaid: ``#1 >> country``."""
    for name, each in left.items():
        if each.is_relation and not each.stems and len(each.references) == 1:
            others = {other: value for other, value in left.items() if other != name}
            unsaid = {name: each.references[0]}
            if len(others) < 2 or all(name not in o.references for o in others.values()):
                return None
            return {other: step(renumbered(value.text, unsaid)) for other, value in others.items()}
    return None
