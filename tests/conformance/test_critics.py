"""What every critic must do. Add an implementation to `CRITICS`."""

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from support import CHAIN, POLAR, QUESTION, ContentCritic

from clew.graphs.protocols import Critic
from clew.graphs.steps import Quote, Reading, Step, StepAnswer, Trajectory

if TYPE_CHECKING:
    from clew.tools.corpus.encoder import Encoder


def _support(encoder: "Encoder") -> Critic:
    from clew.agent.critics.support import SupportCritic

    return SupportCritic(encoder)


def _reward(encoder: "Encoder") -> Critic:
    """A reward model as training begins: the encoder as it is, under signs that say little."""
    from clew.agent.critics.reward import RewardCritic, note_of
    from clew.agent.critics.reward_input import SIGNS
    from clew.agent.networks.network import Network
    from clew.agent.networks.weights import Head, save_trained
    from clew.tools.corpus.encoder import packaged_model
    from clew.tools.corpus.encoder_export import read_weights

    weights, _ = read_weights(packaged_model())
    row = np.linspace(-1, 1, 384, dtype=np.float32)[None]
    head = Head(row, np.zeros(1, np.float32), per_token=False)
    notes = {**{note_of(sign): 0.1 for sign in SIGNS}, "text": 0.5, "bias": 0.0}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "reward.safetensors"
        save_trained(file, kind="reward", encoder=weights, heads={"score": head}, notes=notes)
        return RewardCritic(Network(file, "reward", cache_dir=Path(folder)))


CRITICS: Mapping[str, Callable[["Encoder"], Critic]] = {
    "content (of the tests)": lambda encoder: ContentCritic(),
    "reward": _reward,
    "support": _support,
}


@pytest.fixture(params=sorted(CRITICS), scope="module")
def critic(request: pytest.FixtureRequest, encoder: "Encoder") -> Critic:
    return CRITICS[request.param](encoder)


def trajectory(*answers: str | None) -> Trajectory:
    steps = []
    for sub, text in zip(CHAIN, answers, strict=False):
        quotes = tuple(
            Quote(passage_id=each.id, text=text, start=each.text.find(text))
            for each in POLAR
            if text and text in each.text
        )
        reading = Reading(answer=StepAnswer(text=text, quotes=quotes, confidence=0.5))
        status = "answered" if text else "unknown"
        steps.append(
            Step(sub_question=sub, text=sub.text, reading=reading, status=status)  # type: ignore[arg-type]
        )
    return Trajectory(
        question=QUESTION, steps=tuple(steps), evidence={each.id: each for each in POLAR}
    )


async def test_it_is_a_critic_with_a_name(critic: Critic) -> None:
    assert isinstance(critic, Critic) and critic.name


async def test_each_step_of_each_trajectory_gets_a_verdict(critic: Critic) -> None:
    batch = [
        trajectory("Frank Worsley", "Akaroa, New Zealand"),
        trajectory(),
        trajectory(None),
        trajectory("someone nobody mentions"),
    ]
    scores = await critic.score(batch)
    assert [len(verdicts) for verdicts in scores] == [2, 0, 1, 1]
    assert all(0.0 <= each.score <= 1.0 for verdicts in scores for each in verdicts)


async def test_a_batch_scores_as_one_by_one(critic: Critic) -> None:
    batch = [trajectory("Frank Worsley"), trajectory(None), trajectory("Larvik, Norway")]
    together = await critic.score(batch)
    alone = [(await critic.score([each]))[0] for each in batch]
    for left, right in zip(together, alone, strict=True):
        assert [each.score for each in left] == pytest.approx([each.score for each in right])


async def test_an_empty_batch_is_no_trouble(critic: Critic) -> None:
    assert list(await critic.score([])) == []
