"""Questions of the development sets, so that training can leave out what resembles them."""

import math
import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from .rows import read_rows

NEAR = 0.8
"""Share of words in common (Jaccard) from which two questions count as the same."""


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text.lower()))


class Overlaps:
    """Says whether a training question resembles a question that results are checked on.

    Args:
        questions: The questions to stay clear of, their sub-questions included.
    """

    def __init__(self, questions: Iterable[str]) -> None:
        self._bags = sorted({_words(each) for each in questions} - {frozenset()}, key=sorted)
        self._holding: dict[str, list[int]] = defaultdict(list)
        for number, bag in enumerate(self._bags):
            for word in bag:
                self._holding[word].append(number)

    def has(self, question: str) -> bool:
        """Whether a question shares at least `NEAR` of the words with one of them."""
        bag = _words(question)
        # What shares so many words shares one of the rarest few (Chaudhuri et al. 2006).
        rarest = sorted(bag, key=lambda word: (len(self._holding.get(word, ())), word))
        few = len(bag) - math.ceil(NEAR * len(bag)) + 1
        candidates = {number for word in rarest[:few] for number in self._holding.get(word, ())}
        return any(
            len(bag & self._bags[number]) >= NEAR * len(bag | self._bags[number])
            for number in candidates
        )


def development_questions(folder: Path) -> Overlaps:
    """Read the questions of the sets under a folder, and MuSiQue's sub-questions.

    Args:
        folder: The folder of data, with ``multihop/*/questions.jsonl``; sets that are not there
            cannot be stayed clear of.
    """
    questions: list[str] = []
    for file in sorted(folder.glob("multihop/*/questions.jsonl")):
        for row in read_rows(file):
            questions.append(row["question"])
            # A sub-question that refers to another's answer says too little to be recognised.
            questions += [
                step["question"]
                for step in row.get("decomposition") or ()
                if "#" not in step["question"]
            ]
    return Overlaps(questions)
