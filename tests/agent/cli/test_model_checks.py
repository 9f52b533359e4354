"""What doctor says about language models, asked of a real server."""

import pytest
from simulated_model import SimulatedModel

from clew.agent.cli.checks import Examination, Finding
from clew.agent.cli.model_checks import check_models
from clew.agent.settings import Settings
from clew.errors import ModelUnavailable, SettingsError


def findings(**settings: object) -> list[Finding]:
    return list(check_models(Settings(policy="litellm", **settings)))


def test_a_model_that_is_served_is_found_once_for_all_roles() -> None:
    with SimulatedModel() as model:
        prompts, served = findings(model="hosted_vllm/simulated", api_base=model.url)
    assert prompts.state == "ok" and "plan 1" in prompts.found
    assert served == ("model hosted_vllm/simulated", "ok", f"served at {model.url}", "")


def test_a_model_of_another_name_is_suggested() -> None:
    with SimulatedModel() as model:
        *_, served = findings(model="hosted_vllm/other", api_base=model.url)
    assert served.state == "problem" and "set model to hosted_vllm/simulated" in served.fix


def test_a_server_that_is_not_there_is_a_problem_for_each_model_behind_it() -> None:
    planner = {
        "model": "openai/x",
        "api_base": "http://127.0.0.1:9/v1",
        "fallback": {"model": "openai/gpt-5"},
    }
    with SimulatedModel() as model:
        _, gone, behind, served = findings(
            model="hosted_vllm/simulated", api_base=model.url, models={"planner": planner}
        )
    assert gone.state == "problem" and "serve-models" in gone.fix and "127.0.0.1:9" in gone.found
    assert behind.state == "ok" and "not tried" in behind.found
    assert served.state == "ok"


def test_the_simulator_is_looked_at_only_where_it_is_asked() -> None:
    gone = {"simulator": {"model": "openai/x", "api_base": "http://127.0.0.1:9/v1"}}
    with SimulatedModel() as model:
        policy = {"model": "hosted_vllm/simulated", "api_base": model.url, "models": gone}
        assert [each.state for each in findings(**policy)] == ["ok", "ok"]
        *others, simulator = findings(**policy, search=("corpus", "simulated"))
    assert [each.state for each in others] == ["ok", "ok"]
    assert (simulator.name, simulator.state) == ("model openai/x", "problem")


def test_doctor_looks_at_a_simulator_without_a_policy_over_language_models() -> None:
    with SimulatedModel() as model:
        simulator = {"model": "hosted_vllm/simulated", "api_base": model.url}
        settings = Settings(search=("simulated",), models={"simulator": simulator})
        found = {each.name: each for each in Examination(settings).findings()}
    assert settings.policy == "embedded"
    assert found["model hosted_vllm/simulated"].state == "ok"


def test_doctor_tells_that_simulated_search_lacks_a_model() -> None:
    found = {each.name: each for each in Examination(Settings(search=("simulated",))).findings()}
    assert found["language models"].state == "problem"
    assert "[models.simulator]" in found["language models"].found
    without = [each.name for each in Examination(Settings()).findings()]
    assert "language models" not in without and "prompts" not in without


def test_a_missing_key_names_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CLEW_TEST_KEY", raising=False)
    roles = ("planner", "searcher", "refiner", "responder")
    models = {role: {"model": "openai/x", "api_key_env": "CLEW_TEST_KEY"} for role in roles}
    with pytest.raises(ModelUnavailable, match="CLEW_TEST_KEY"):
        findings(models=models)


def test_an_unknown_provider_is_told() -> None:
    with pytest.raises(SettingsError, match="no provider"):
        findings(model="nonsense/gpt-5")
