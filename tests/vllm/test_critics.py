"""Each critic's real requests, answered by a real vLLM with tiny models of random weights.

What the numbers are means nothing; that they are those of the right tokens can be checked.
"""

import json
import math
from typing import Any

import httpx
import pytest
from judged_runs import trajectory

from clew.agent.critics.catalogue import Materials, build_critic
from clew.agent.critics.likelihoods import marked, token_likelihoods
from clew.agent.critics.served_model import ServedModel
from clew.agent.models import ModelSettings
from clew.agent.settings import Settings
from clew.errors import CriticError
from clew.graphs.protocols import Critic
from clew.graphs.steps import Verdict

pytestmark = [pytest.mark.vllm, pytest.mark.slow, pytest.mark.timeout(1_500)]

RUNS = [
    trajectory("Frank Worsley", "Akaroa, New Zealand", answer="Akaroa"),
    trajectory(),
    trajectory(None),
    trajectory("Colin Archer", "Larvik, Norway"),
]
ROLES = {
    "served_steps": {"reward": "steps"},
    "served_outcome": {"reward": "outcome"},
    "implicit": {"reward": "policy", "reference": "reference"},
    "likelihood_ratio": {"reward": "policy", "reference": "reference"},
    "follow_up": {"critic": "policy"},
    "generative": {"critic": "policy"},
}


def critic_of(name: str, models: dict[str, ModelSettings], **given: Any) -> Critic:
    roles: Any = {role: models[table] for role, table in ROLES[name].items()}
    settings = Settings(critic=name, models=roles, **given)

    def never() -> Any:
        raise AssertionError("no encoder is needed")

    return build_critic(Materials(settings, never, lambda kind: None))


@pytest.mark.parametrize("name", sorted(set(ROLES) - {"generative"}))
async def test_each_step_is_scored_the_same_in_a_batch_and_alone(
    name: str, scored: dict[str, ModelSettings]
) -> None:
    critic = critic_of(name, scored)
    verdicts = await critic.score(RUNS)
    assert [len(each) for each in verdicts] == [2, 0, 1, 2]
    scores = [each.score for of_one in verdicts for each in of_one]
    assert len({round(score, 6) for score in scores}) > 2
    alone = [verdict for run in RUNS for verdict in (await critic.score([run]))[0]]
    assert scores == pytest.approx([each.score for each in alone], abs=1e-3)


async def test_prefixes_are_scored_as_they_would_be_alone(scored: dict[str, ModelSettings]) -> None:
    # What comes later cannot change what a model without look-ahead says of a step.
    for name in ("served_steps", "implicit", "likelihood_ratio"):
        critic = critic_of(name, scored)
        (whole,), (first,) = (
            await critic.score(RUNS[:1]),
            await critic.score([trajectory("Frank Worsley")]),
        )
        assert whole[0].score == pytest.approx(first[0].score, abs=1e-3), name


async def test_likelihoods_are_those_of_the_actual_tokens(scored: dict[str, ModelSettings]) -> None:
    model = ServedModel("reward", scored["policy"])
    tokens = await marked(RUNS[0], model)
    (found,) = await token_likelihoods([tokens.ids], model)
    assert len(found) == len(tokens.ids) and all(value <= 0 for value in found)
    # The most likely continuation by the server's own word is the token that it writes.
    async with httpx.AsyncClient(timeout=120, trust_env=False) as http:
        url = scored["policy"].api_base[0].removesuffix("/v1")
        body = {"model": model.name, "prompt": list(tokens.ids[:-1]), "max_tokens": 1}
        asked = await http.post(
            f"{url}/v1/completions", json={**body, "temperature": 0, "logprobs": 1}
        )
        best = asked.json()["choices"][0]["logprobs"]["token_logprobs"][0]
        written = await http.post(
            f"{url}/detokenize", json={"model": model.name, "tokens": list(tokens.ids)}
        )
    assert found[-1] <= best + 1e-3
    prompt = written.json()["prompt"]
    assert "Question: Who was the captain of the Endurance?\nFound: Endurance: " in prompt
    own = [id for id, step in zip(tokens.ids, tokens.step_of, strict=True) if step == 1]
    assert 0 < len(own) < len(tokens.ids)


async def test_models_of_the_same_weights_do_not_differ(scored: dict[str, ModelSettings]) -> None:
    same = {**scored, "reference": scored["policy"]}
    (verdicts,) = await critic_of("implicit", same).score(RUNS[:1])
    assert [each.score for each in verdicts] == pytest.approx([0.5, 0.5], abs=1e-4)


async def test_two_servers_of_a_tokenizer_give_the_same_ids(
    scored: dict[str, ModelSettings],
) -> None:
    # A tokenizer with another special token gives other ids for that token alone.
    one, other = (ServedModel("reward", scored[table]) for table in ("policy", "reference"))
    assert await one.text_ids("東京 12") == await other.text_ids("東京 12")
    assert await one.text_ids("<extra_0>") != await ServedModel("reward", scored["steps"]).text_ids(
        "<extra_0>"
    )


async def test_a_server_that_does_something_else_is_told_of(
    scored: dict[str, ModelSettings],
) -> None:
    for name, wrong, words in (
        ("served_steps", "policy", "/pooling"),
        ("served_outcome", "policy", "/classify"),
        ("likelihood_ratio", "outcome", "/v1/completions"),
        ("served_steps", "outcome", "pooler-config.task token_classify"),
    ):
        models = {**scored, **dict.fromkeys(ROLES[name].values(), scored[wrong])}
        with pytest.raises(CriticError, match=words):
            await critic_of(name, models).score(RUNS[:1])


async def test_what_a_language_model_writes_becomes_verdicts(
    scored: dict[str, ModelSettings],
) -> None:
    # This model writes nonsense that fits the schema: mostly steps that there are none of.
    verdicts = await critic_of("generative", scored, effort="quick").score(RUNS)
    assert [len(each) for each in verdicts] == [2, 0, 1, 2]
    for verdict in (each for of_one in verdicts for each in of_one):
        assert isinstance(verdict, Verdict) and math.isfinite(verdict.score)
        assert not verdict.failure or "wrote nothing that can be used" in verdict.failure
    json.dumps([[each.model_dump() for each in of_one] for of_one in verdicts])
