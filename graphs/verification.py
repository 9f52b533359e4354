"""Verifying and completing: what a draft answer and the reading of what was found come to."""

from typing import Literal, NamedTuple

from .agreement import agree
from .calibration import Calibration
from .steps import StepAnswer

Outcome = Literal[
    "agreed", "completed", "contradicted", "corrected", "disputed", "unconfirmed", "unknown"
]
"""How a draft fared: retrieval agrees; fills what was unknown; surely says otherwise, and the
draft stands in its own branch all the same; is what replaces such a draft, in a new branch; says
otherwise without being sure; says nothing; and nobody knows."""


class Verification(NamedTuple):
    """How drafts are held against what is found, after Search-in-the-Chain (arXiv:2304.14732).

    Attributes:
        verifies: Whether sure contradictions open a new branch.
        completes: Whether what the policy did not know is filled in.
        sure: Chance of being right from which what was found overrules a draft.
    """

    verifies: bool = True
    completes: bool = True
    sure: float = 0.5

    def outcome(self, draft: StepAnswer, found: StepAnswer, calibration: Calibration) -> Outcome:
        """Return how a draft fares against the answer found.

        Args:
            draft: What the policy thought.
            found: What it read.
            calibration: Makes chances of its confidences.
        """
        if found.text is None:
            return "unknown" if draft.text is None else "unconfirmed"
        if draft.text is None:
            return "completed" if self.completes else "unknown"
        if agree(draft.text, found.text):
            return "agreed"
        is_sure = calibration.chance(found.confidence) >= self.sure
        return "contradicted" if self.verifies and is_sure else "disputed"
