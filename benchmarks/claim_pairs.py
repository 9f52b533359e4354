"""Claims with quotes that support them or do not, in three parts that share no evidence.

The first source is FEVER (Thorne et al., NAACL 2018): its claims with the evidence that supports
or refutes them, and with evidence of another claim. See `claim_statements` for the second.
"""

import hashlib
import json
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "train"
PARTS = ("train", "validation", "held-out")
_SHARES = (70, 80, 100)  # of a hundred, cumulated
_LONGEST = 8  # sentences of evidence; few claims have more, and those list whole filmographies


@dataclass(frozen=True)
class Pair:
    """A claim beside quotes.

    Attributes:
        claim: The claim.
        quotes: The quotes.
        kind: How it was made.
        supported: Whether they support it.
        part: One of `PARTS`.
        question: What the claim answers, where that is known.
    """

    claim: str
    quotes: tuple[str, ...]
    kind: str
    supported: bool
    part: str
    question: str = ""


def part_of(key: str) -> str:
    """Return the part that everything with this key belongs to."""
    place = int(hashlib.sha256(key.encode()).hexdigest(), 16) % 100
    return next(part for part, share in zip(PARTS, _SHARES, strict=True) if place < share)


def rows_of(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.open()]


class Fever:
    """The claims of FEVER, those that share a sentence of evidence in the same part."""

    def __init__(self, data: Path) -> None:
        self.rows = rows_of(data / "fact_verification.jsonl")
        for row in self.rows:
            row["evidence"] = tuple(row["evidence"][:_LONGEST])
        self.claims = [row["claim"] for row in self.rows]
        self.parts = parts_of([(row["claim"], *row["evidence"]) for row in self.rows])

    def pairs(self, vectors: NDArray[np.float32], seed: int) -> list[Pair]:
        """Return the pairs, an unrelated one for each claim that is supported.

        Args:
            vectors: Those of the claims; half of the unrelated evidence is that of the most
                similar claim with other evidence, in the same part.
            seed: Decides which claims these are.
        """
        generator = random.Random(seed)
        found = []
        for part in PARTS:
            places = [place for place, each in enumerate(self.parts) if each == part]
            similar = vectors[places] @ vectors[places].T
            for row, place in enumerate(places):
                own = self.rows[place]
                label = own["label"].lower()
                found.append(Pair(own["claim"], own["evidence"], label, label == "supports", part))
                if label != "supports":
                    continue
                near = generator.random() < 0.5
                order = (
                    np.argsort(-similar[row]) if near else generator.sample(range(len(places)), 9)
                )
                other = next(
                    self.rows[places[each]]["evidence"]
                    for each in order
                    if not set(self.rows[places[each]]["evidence"]) & set(own["evidence"])
                )
                kind = "unrelated, similar" if near else "unrelated, random"
                found.append(Pair(own["claim"], other, kind, False, part))
        return found


def parts_of(items: Sequence[Sequence[str]]) -> list[str]:
    """Return the part of each item, the same for items that any text they share links."""
    leader = list(range(len(items)))

    def lead(place: int) -> int:
        while leader[place] != place:
            leader[place] = leader[leader[place]]
            place = leader[place]
        return place

    holders: dict[str, int] = {}
    for place, texts in enumerate(items):
        for text in texts:
            key = "".join(char for char in text.casefold() if char.isalnum())
            leader[lead(place)] = lead(holders.setdefault(key, place))
    names = defaultdict(list)
    for place, texts in enumerate(items):
        names[lead(place)].append(texts[0])
    return [part_of(min(names[lead(place)])) for place in range(len(items))]


def counted(pairs: Iterable[Pair]) -> dict[tuple[str, str], int]:
    """Return how many pairs there are of each kind in each part."""
    counts: dict[tuple[str, str], int] = defaultdict(int)
    for pair in pairs:
        counts[pair.kind, pair.part] += 1
    return dict(counts)
