"""What every critic must do. Add an implementation to `CRITICS`."""

import tempfile
from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, get_args

import numpy as np
import pytest
from judged_runs import trajectory
from simulated_model import SimulatedModel
from support import ContentCritic
from vllm_server import MODEL, TAG, VllmServer

from clew.agent.critics.agreement import AgreeingCritics
from clew.agent.critics.follow_up import FollowUpCritic
from clew.agent.critics.implicit import ImplicitCritic
from clew.agent.critics.likelihood_ratio import LikelihoodRatioCritic
from clew.agent.critics.served_model import ServedModel
from clew.agent.critics.served_outcome import ServedOutcomeCritic
from clew.agent.critics.served_steps import ServedStepsCritic
from clew.agent.critics.shaping import SHAPINGS, shaped
from clew.agent.models import ModelSettings, Role
from clew.graphs.protocols import Critic, Judges
from clew.prompts.loader import load_prompts

if TYPE_CHECKING:
    from clew.tools.corpus.encoder import Encoder


@cache
def _support(encoder: "Encoder") -> Critic:
    from clew.agent.critics.support import SupportCritic

    return SupportCritic(encoder)


@cache
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


def _shaped(name: str, of: Callable[["Encoder"], Critic], given: "Given") -> Critic:
    return shaped(of(given.encoder), [name])


class Given(NamedTuple):
    """What critics are made of in these tests.

    Attributes:
        encoder: The text encoder.
        served: Address of a server of vLLM's shapes.
        other: Address of another one, whose model has another tokenizer.
        chat: Address of a language model.
    """

    encoder: "Encoder"
    served: str
    other: str
    chat: str

    def model(self, role: Role, address: str = "") -> ServedModel:
        settings = ModelSettings(model=f"hosted_vllm/{MODEL}", api_base=(address or self.served,))
        return ServedModel(role, settings)


def _generative(given: Given) -> Critic:
    from clew.agent.critics.generative import GenerativeCritic

    settings = ModelSettings(model="hosted_vllm/simulated", api_base=(given.chat,))
    return GenerativeCritic(settings, prompts=load_prompts(), may_search=True)


CRITICS: Mapping[str, Callable[[Given], Critic]] = {
    "content (of the tests)": lambda given: ContentCritic(),
    "reward": lambda given: _reward(given.encoder),
    "support": lambda given: _support(given.encoder),
    "served_steps": lambda given: ServedStepsCritic(given.model("reward"), tag=TAG),
    "served_outcome": lambda given: ServedOutcomeCritic(given.model("reward")),
    "implicit": lambda given: ImplicitCritic(given.model("reward"), given.model("reference")),
    "likelihood_ratio": lambda given: LikelihoodRatioCritic(
        given.model("reward"), given.model("reference", given.other)
    ),
    "follow_up": lambda given: FollowUpCritic(given.model("critic")),
    "generative": _generative,
    "support + reward": lambda given: AgreeingCritics(
        [_support(given.encoder), _reward(given.encoder)]
    ),
    **{
        f"{name} of {of.__name__}": partial(_shaped, name, of)
        for name in SHAPINGS
        for of in (_support, _reward)
        if (name, of) != ("advantage", _support)
    },
}


@pytest.fixture(scope="module")
def given(encoder: "Encoder") -> Iterator[Given]:
    with (
        VllmServer() as served,
        VllmServer(first_id=1_000) as other,
        SimulatedModel(latency=0.0) as chat,
    ):
        yield Given(encoder, served.url, other.url, chat.url)


@pytest.fixture(params=sorted(CRITICS), scope="module")
def critic(request: pytest.FixtureRequest, given: Given) -> Critic:
    return CRITICS[request.param](given)


async def test_it_is_a_critic_with_a_name(critic: Critic) -> None:
    assert isinstance(critic, Critic) and critic.name
    assert critic.judges in get_args(Judges)


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
    assert not any(each.failure for verdicts in scores for each in verdicts)


async def test_a_batch_scores_as_one_by_one(critic: Critic) -> None:
    batch = [trajectory("Frank Worsley"), trajectory(None), trajectory("Larvik, Norway")]
    together = await critic.score(batch)
    alone = [(await critic.score([each]))[0] for each in batch]
    for left, right in zip(together, alone, strict=True):
        assert [each.score for each in left] == pytest.approx([each.score for each in right])


async def test_an_empty_batch_is_no_trouble(critic: Critic) -> None:
    assert list(await critic.score([])) == []
