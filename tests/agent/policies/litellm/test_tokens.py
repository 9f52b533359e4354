"""How many tokens a prompt has, and how many fit."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from misbehaving_server import MisbehavingServer
from simulated_model import SimulatedModel

from clew.agent.models import ModelSettings
from clew.agent.policies.litellm.tokens import TokenEstimate
from clew.agent.policies.litellm.windows import UNKNOWN_WINDOW, Window


def said(text: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": text}]


@given(st.text(max_size=200), st.text(max_size=200))
def test_more_text_is_more_tokens(text: str, more: str) -> None:
    estimate = TokenEstimate()
    assert estimate.of(said(text)) <= estimate.of(said(text + more))
    assert estimate.of(said(text)) < estimate.of([*said(text), *said(more)])


def test_it_errs_on_the_side_of_too_many() -> None:
    english = "The tug was built in 1891 and sailed under its first captain for ten years. " * 10
    assert TokenEstimate().of(said(english)) > len(english.split()) * 1.4


def test_it_learns_the_ratio_and_stays_above_what_was_counted() -> None:
    estimate, text = TokenEstimate(), "word " * 200
    for counted in (250, 400, 250):
        estimate.learn(said(text), counted)
        assert estimate.of(said(text)) >= counted
    assert 400 <= estimate.of(said(text)) < 460, "the densest text seen sets the ratio"


def test_short_prompts_and_odd_counts_teach_nothing() -> None:
    estimate = TokenEstimate()
    before = estimate.of(said("word " * 200))
    estimate.learn(said("word"), 500)
    estimate.learn(said("word " * 200), 3)
    assert estimate.of(said("word " * 200)) == before


def test_a_refusal_makes_it_more_careful() -> None:
    estimate = TokenEstimate()
    before = estimate.of(said("word " * 200))
    estimate.too_long()
    assert estimate.of(said("word " * 200)) > before * 1.3


def test_half_of_a_surrogate_pair_has_a_size() -> None:
    assert TokenEstimate().of(said("\ud800")) > 0


# Windows


def window(*models: ModelSettings) -> int:
    return asyncio.run(Window(models).tokens())


def served(*addresses: str, **settings: int) -> ModelSettings:
    return ModelSettings(model="hosted_vllm/simulated", api_base=addresses, **settings)  # type: ignore[arg-type]


def test_the_server_tells_and_the_settings_win() -> None:
    with SimulatedModel(max_model_len=3_000) as model, SimulatedModel(max_model_len=2_000) as other:
        assert window(served(model.url)) == 3_000
        assert window(served(f"{model.url}/")) == 3_000
        assert window(served(model.url, context=600)) == 600
        assert window(served(model.url, other.url)) == 2_000
        assert window(served(model.url), served(other.url)) == 2_000
        assert window(served(model.url, context=600), served(other.url)) == 600


def test_another_name_than_the_one_served_is_unknown() -> None:
    with SimulatedModel(max_model_len=3_000) as model:
        settings = ModelSettings(model="hosted_vllm/another", api_base=(model.url,))
        assert window(settings) == UNKNOWN_WINDOW


@pytest.mark.parametrize("length", [0, -1, None, "4096"])
def test_a_length_that_is_none_is_unknown(length: int) -> None:
    with SimulatedModel(max_model_len=length) as model:
        assert window(served(model.url)) == UNKNOWN_WINDOW


@pytest.mark.parametrize(
    "address", ["http://localhost:port/v1", "localhost:1/v1", "http://127.0.0.1:1"]
)
def test_an_address_that_cannot_be_asked_does_no_harm(address: str) -> None:
    assert window(served(address)) == UNKNOWN_WINDOW


async def test_a_dead_replica_does_not_hide_the_other_and_a_dead_model_is_asked_again() -> None:
    with MisbehavingServer() as dead:
        pass
    with SimulatedModel(max_model_len=3_000) as model:
        assert await Window([served(dead.url, model.url)]).tokens() == 3_000
        late = SimulatedModel(max_model_len=1_000)
        behind = Window([served(model.url), served(dead.url)])
        assert await behind.tokens() == 3_000
        late.__enter__()
        try:
            both = Window([served(model.url), served(late.url)])
            assert await both.tokens() == 1_000
        finally:
            late.__exit__(None, None, None)
        assert await both.tokens() == 1_000, "known once and for all"


def test_without_an_address_litellms_table_tells() -> None:
    assert window(ModelSettings(model="openai/gpt-4o")) == 128_000
    assert window(ModelSettings(model="openai/nobody-knows-this")) == UNKNOWN_WINDOW
