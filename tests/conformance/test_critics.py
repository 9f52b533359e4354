"""What every critic must do. Add an implementation to `CRITICS`."""

import atexit
import tempfile
from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import numpy as np
import pytest
from judged_runs import trajectory
from simulated_model import SimulatedModel
from support import ContentCritic
from vllm_server import MODEL, VllmServer

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


def _shaped(name: str, of: Callable[["Encoder"], Critic], encoder: "Encoder") -> Critic:
    return shaped(of(encoder), [name])


@cache
def _server(first_id: int = 0) -> VllmServer:
    """A server for all tests of this process; whatever the models, it gives them numbers."""
    server = VllmServer(first_id=first_id)
    atexit.register(server.__exit__, None, None, None)
    return server.__enter__()


def _served(role: Role, *, first_id: int = 0) -> ServedModel:
    settings = ModelSettings(model=f"hosted_vllm/{MODEL}", api_base=(_server(first_id).url,))
    return ServedModel(role, settings)


@cache
def _judging_model() -> str:
    model = SimulatedModel(latency=0.0)
    atexit.register(model.__exit__, None, None, None)
    return model.__enter__().url


def _generative(_: "Encoder") -> Critic:
    from clew.agent.critics.generative import GenerativeCritic

    settings = ModelSettings(model="hosted_vllm/simulated", api_base=(_judging_model(),))
    return GenerativeCritic(settings, prompts=load_prompts(), may_search=True)


CRITICS: Mapping[str, Callable[["Encoder"], Critic]] = {
    "content (of the tests)": lambda encoder: ContentCritic(),
    "reward": _reward,
    "support": _support,
    "served_steps": lambda encoder: ServedStepsCritic(_served("reward"), tag="<extra_0>"),
    "served_outcome": lambda encoder: ServedOutcomeCritic(_served("reward")),
    "implicit": lambda encoder: ImplicitCritic(_served("reward"), _served("reference")),
    "likelihood_ratio": lambda encoder: LikelihoodRatioCritic(
        _served("reward"), _served("reference", first_id=1_000)
    ),
    "follow_up": lambda encoder: FollowUpCritic(_served("critic")),
    "generative": _generative,
    "support + reward": lambda encoder: AgreeingCritics([_support(encoder), _reward(encoder)]),
    **{
        f"{name} of {of.__name__}": partial(_shaped, name, of)
        for name in SHAPINGS
        for of in (_support, _reward)
        if (name, of) != ("advantage", _support)
    },
}


@pytest.fixture(params=sorted(CRITICS), scope="module")
def critic(request: pytest.FixtureRequest, encoder: "Encoder") -> Critic:
    return CRITICS[request.param](encoder)


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
