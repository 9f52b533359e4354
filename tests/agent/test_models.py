"""Which language model each role takes."""

import pytest
from pydantic import ValidationError

from clew.agent.models import ROLES, ModelSettings
from clew.agent.settings import Settings
from clew.errors import SettingsError

GENERAL = {"model": "hosted_vllm/a/b", "api_base": "http://one/v1, http://two/v1"}


def test_every_role_takes_the_general_model() -> None:
    settings = Settings.load(**GENERAL)
    assert settings.policy == "litellm"
    for role in ROLES:
        model = settings.model_of(role)
        assert (model.model, model.api_base) == (
            "hosted_vllm/a/b",
            ("http://one/v1", "http://two/v1"),
        )


def test_a_role_changes_only_what_it_names() -> None:
    settings = Settings.load(**GENERAL, models={"planner": {"temperature": 0.6}})
    planner, searcher = settings.model_of("planner"), settings.model_of("searcher")
    assert planner.temperature == 0.6 and searcher.temperature == 0.0
    assert (planner.model, planner.api_base) == (searcher.model, searcher.api_base)


def test_an_address_belongs_to_the_model_named_beside_it() -> None:
    models = {"planner": {"model": "openai/gpt-5"}, "refiner": {"api_base": ["http://three/v1"]}}
    settings = Settings.load(**GENERAL, models=models)
    assert settings.model_of("planner").api_base == ()
    assert settings.model_of("refiner").model == "hosted_vllm/a/b"
    assert settings.model_of("refiner").api_base == ("http://three/v1",)


def test_the_simulator_is_a_role_like_the_others() -> None:
    assert Settings.load(**GENERAL).model_of("simulator").api_base == (
        "http://one/v1",
        "http://two/v1",
    )
    own = Settings.load(**GENERAL, models={"simulator": {"temperature": 0.7}})
    assert own.model_of("simulator").temperature == 0.7
    assert own.model_of("simulator").model == "hosted_vllm/a/b"
    with pytest.raises(SettingsError, match=r"the simulator: set model, .*\[models\.simulator\]"):
        Settings().model_of("simulator")


def test_a_simulator_alone_leaves_the_policy_as_it_is() -> None:
    simulator = {"simulator": {"model": "openai/gpt-5"}}
    assert Settings.load(models=simulator).policy == "embedded"
    planner = {"planner": {"model": "openai/gpt-5"}}
    assert Settings.load(models=simulator | planner).policy == "litellm"
    assert Settings.load(models=simulator, model="openai/gpt-5").policy == "litellm"
    assert Settings.load(models=simulator, policy="litellm").policy == "litellm"


def test_language_models_are_needed_by_the_policy_and_by_simulated_search() -> None:
    assert Settings().model_roles == ()
    assert Settings(search=("corpus", "simulated")).model_roles == ("simulator",)
    assert Settings.load(**GENERAL).model_roles == ROLES
    both = Settings.load(**GENERAL, search="simulated")
    assert both.model_roles == (*ROLES, "simulator")


def test_roles_come_from_the_environment_as_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEW_MODELS", '{"planner": {"model": "openai/gpt-5", "max_tokens": 99}}')
    planner = Settings.load(**GENERAL).model_of("planner")
    assert (planner.model, planner.max_tokens) == ("openai/gpt-5", 99)
    monkeypatch.setenv("CLEW_MODELS", "{planner")
    with pytest.raises(SettingsError, match="no JSON"):
        Settings.load()


def test_a_role_without_a_model_is_told() -> None:
    settings = Settings.load(models={"planner": {"model": "openai/gpt-5"}})
    assert settings.model_of("planner").model == "openai/gpt-5"
    with pytest.raises(SettingsError, match="no language model is named for the responder"):
        settings.model_of("responder")


@pytest.mark.parametrize("name", ["gpt-5", "/gpt-5", "openai/", "openai/gpt 5", " openai/gpt-5"])
def test_models_are_named_with_their_provider(name: str) -> None:
    for given in ({"model": name}, {"models": {"planner": {"model": name}}}):
        with pytest.raises(SettingsError, match="provider/name"):
            Settings.load(**given)


@pytest.mark.parametrize(
    "wrong",
    [
        {"temperature": -0.1},
        {"max_tokens": 10},
        {"context": 100},
        {"timeout": 0},
        {"retries": -1},
        {"temprature": 1.0},
        {"fallback": {"model": "no provider"}},
    ],
)
def test_settings_that_cannot_be_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        ModelSettings.model_validate({"model": "openai/gpt-5", **wrong})


def test_an_unknown_role_is_refused() -> None:
    with pytest.raises(SettingsError, match="models"):
        Settings.load(**GENERAL, models={"plannner": {"temperature": 1.0}})
