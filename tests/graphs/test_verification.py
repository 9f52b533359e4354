import pytest

from clew.graphs.calibration import UNCALIBRATED, Calibration
from clew.graphs.steps import StepAnswer
from clew.graphs.verification import Outcome, Verification

UNKNOWN = StepAnswer()


def said(text: str, confidence: float = 0.9) -> StepAnswer:
    return StepAnswer(text=text, confidence=confidence)


@pytest.mark.parametrize(
    ("draft", "found", "outcome"),
    [
        (said("Worsley"), said("Frank Worsley"), "agreed"),
        (said("Worsley"), said("Frank Worsley", 0.1), "agreed"),
        (said("Wild"), said("Frank Worsley"), "contradicted"),
        (said("Wild"), said("Frank Worsley", 0.4), "disputed"),
        (said("Wild"), said("Frank Worsley", 0.5), "contradicted"),
        (said("Wild"), UNKNOWN, "unconfirmed"),
        (UNKNOWN, said("Frank Worsley", 0.1), "completed"),
        (UNKNOWN, UNKNOWN, "unknown"),
    ],
)
def test_what_a_draft_and_a_reading_come_to(
    draft: StepAnswer, found: StepAnswer, outcome: Outcome
) -> None:
    assert Verification().outcome(draft, found, UNCALIBRATED) == outcome


def test_what_counts_is_the_chance_not_the_confidence() -> None:
    overconfident = Calibration(offset=-3.0)
    found = said("Frank Worsley")
    assert Verification().outcome(said("Wild"), found, overconfident) == "disputed"
    assert Verification(sure=0.1).outcome(said("Wild"), found, overconfident) == "contradicted"


def test_verification_and_completion_can_be_left_out() -> None:
    found = said("Frank Worsley")
    off = Verification(verifies=False)
    assert off.outcome(said("Wild"), found, UNCALIBRATED) == "disputed"
    assert off.outcome(UNKNOWN, found, UNCALIBRATED) == "completed"
    off = Verification(completes=False)
    assert off.outcome(UNKNOWN, found, UNCALIBRATED) == "unknown"
    assert off.outcome(said("Wild"), found, UNCALIBRATED) == "contradicted"
