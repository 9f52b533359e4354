"""The reward critic: how the network's logit and the signs add up."""

import asyncio
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from support import CHAIN, POLAR, QUESTION

from clew.agent.assembly import Assembly
from clew.agent.critics.reward import RewardCritic, note_of
from clew.agent.critics.reward_input import SIGNS
from clew.agent.settings import Settings
from clew.errors import ModelUnavailable
from clew.graphs.steps import Reading, Step, StepAnswer, Trajectory, Verdict

NONE = {**{note_of(sign): 0.0 for sign in SIGNS}, "text": 1.0, "bias": 0.0}


class Length:
    """A network whose logit is a hundredth of the tokens that it is given."""

    def __init__(self, **notes: float) -> None:
        self.notes: Mapping[str, float] = {**NONE, **notes}

    def tokens(self, text: str) -> tuple[list[int], list[tuple[int, int]]]:
        return [1_000 for _ in text.split()], [(0, 0) for _ in text.split()]

    def run_all(
        self, inputs: Sequence[tuple[Sequence[int], int]]
    ) -> list[Mapping[str, NDArray[np.float32]]]:
        return [{"score": np.array([len(ids) / 100], np.float32)} for ids, _ in inputs]


def verdicts(network: Length, *answers: str | None) -> list[Verdict]:
    steps = tuple(
        Step(
            sub_question=sub,
            text=sub.text,
            reading=Reading(answer=StepAnswer(text=text, confidence=0.8 if text else 0.0)),
            status="answered" if text else "unknown",
        )
        for sub, text in zip(CHAIN, answers, strict=False)
    )
    trajectory = Trajectory(
        question=QUESTION, steps=steps, evidence={each.id: each for each in POLAR}
    )
    (found,) = asyncio.run(RewardCritic(network).score([trajectory]))
    return list(found)


def logit(verdict: Verdict) -> float:
    return math.log(verdict.score / (1 - verdict.score))


def test_the_text_is_weighed() -> None:
    one, two = (verdicts(Length(text=text), "Frank Worsley") for text in (1.0, 3.0))
    assert logit(two[0]) == pytest.approx(3 * logit(one[0]), abs=0.01)


def test_signs_are_added() -> None:
    plain, sure = (
        Length(text=0.0, bias=-1.0),
        Length(text=0.0, bias=-1.0, **{note_of("sure"): 2.0, note_of("answered"): 0.5}),
    )
    assert logit(verdicts(plain, "Frank Worsley")[0]) == pytest.approx(-1.0, abs=0.01)
    said, unsaid = verdicts(sure, "Frank Worsley", None)
    assert logit(said) == pytest.approx(-1 + 2 * 0.8 + 0.5, abs=0.01)
    assert logit(unsaid) == pytest.approx(-1.0, abs=0.01)


def test_the_score_is_told_in_words() -> None:
    (verdict,) = verdicts(Length(text=0.0, bias=math.log(3)), "Frank Worsley")
    assert verdict.score == 0.75
    assert verdict.explanation == "75% of the runs that looked like this ended right"


def test_extreme_logits_are_no_trouble() -> None:
    for bias in (-1e4, 1e4):
        (verdict,) = verdicts(Length(bias=bias), "Frank Worsley")
        assert verdict.score == float(bias > 0)


def test_weights_of_another_version_are_refused() -> None:
    network = Length()
    network.notes = {name: value for name, value in NONE.items() if name != note_of("least")}
    with pytest.raises(
        ModelUnavailable, match=r"lacks its weight of sign least.*clew train reward"
    ):
        RewardCritic(network)


def test_it_is_chosen_by_name_and_without_weights_the_support_critic_stands_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    settings = Settings.load(critic="reward")
    assert Assembly(settings).critic.name == "reward"
    monkeypatch.setattr("clew.agent.networks.shipped.SHIPPED", tmp_path)
    assembly = Assembly(settings)
    assert assembly.critic.name == assembly.effective_settings.critic == "support"
    assert "goes on without its trained reward" in caplog.text
