"""Where settings come from, which place wins, and what is said of a bad one."""

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from clew.agent.models import ModelSettings
from clew.agent.settings import Settings
from clew.errors import SettingsError
from clew.graphs.budget import Budget

EXAMPLE = Path(__file__).parents[2] / ".env.example"


def test_defaults_need_nothing(clew_home: Path) -> None:
    settings = Settings.load()
    assert settings == Settings(home=clew_home)
    assert settings.budget == Budget()
    assert Settings().home == Path.home() / ".clew"


def test_argument_over_file_over_environment_over_dotenv(monkeypatch: pytest.MonkeyPatch) -> None:
    def loaded() -> str:
        return Settings.load().corpus

    assert loaded() == "sample"
    Path(".env").write_text("CLEW_CORPUS=dotenv\nUNRELATED=1\n")
    assert loaded() == "dotenv"
    monkeypatch.setenv("CLEW_CORPUS", "environment")
    assert loaded() == "environment"
    Path("clew.toml").write_text('corpus = "file"\n')
    assert loaded() == "file"
    assert Settings.load(corpus="argument").corpus == "argument"


def test_clew_config_names_another_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    Path("clew.toml").write_text('corpus = "here"\n')
    (tmp_path / "there.toml").write_text('corpus = "there"\n')
    monkeypatch.setenv("CLEW_CONFIG", str(tmp_path / "there.toml"))
    assert Settings.load().corpus == "there"


@pytest.mark.parametrize(
    ("value", "expected"), [("corpus,ddgs", ("corpus", "ddgs")), (" corpus ", ("corpus",))]
)
def test_search_is_separated_by_commas(
    monkeypatch: pytest.MonkeyPatch, value: str, expected: tuple[str, ...]
) -> None:
    monkeypatch.setenv("CLEW_SEARCH", value)
    assert Settings.load().search == expected
    assert Settings.load(search=["a", "b"]).search == ("a", "b")


def test_none_lifts_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEW_MAX_SECONDS", "none")
    Path("clew.toml").write_text('max_searches = "None"\n')
    budget = Settings.load(max_policy_calls=None, max_rounds=2).budget
    assert budget == Budget(seconds=None, searches=None, policy_calls=None, rounds=2)


def test_empty_variable_means_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEW_ENCODER", "")
    monkeypatch.setenv("CLEW_MAX_SECONDS", "")
    assert Settings.load().encoder is None
    assert Settings.load().max_seconds == Budget().seconds


def test_home_is_absolute_and_expanded(tmp_path: Path) -> None:
    assert Settings.load(home="sub").home == tmp_path / "sub"
    assert Settings.load(home="~/x").home == Path.home() / "x"
    with pytest.raises(SettingsError, match="~no-such-user"):
        Settings.load(home="~no-such-user/x")


def test_unknown_names_are_told_with_the_nearest_known_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(SettingsError, match=r"corpse in the arguments: did you mean corpus\?"):
        Settings.load(corpse="x")
    Path(".env").write_text("CLEW_WORKFLOWS=x\n")
    with pytest.raises(SettingsError, match=r"CLEW_WORKFLOWS in \.env: .* CLEW_WORKFLOW\?"):
        Settings.load()
    monkeypatch.setenv("CLEW_MAX_SECOND", "3")
    with pytest.raises(SettingsError, match=r"CLEW_MAX_SECOND in the environment: .*MAX_SECONDS"):
        Settings.load()
    Path("clew.toml").write_text("zzz = 1\n")
    with pytest.raises(SettingsError, match=r"zzz in clew\.toml: known are home, corpus, "):
        Settings.load()


def test_bad_values_are_told_with_name_value_and_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEW_MAX_SECONDS", "soon")
    with pytest.raises(SettingsError, match=r"CLEW_MAX_SECONDS = 'soon' \(from the environment\)"):
        Settings.load()
    Path("clew.toml").write_text("max_seconds = -1\n")
    with pytest.raises(SettingsError, match=r"max_seconds = -1 \(from clew\.toml\)"):
        Settings.load()
    for bad in ("nan", "inf", 0):
        with pytest.raises(SettingsError, match=r"\(from the arguments\)"):
            Settings.load(max_seconds=bad)


@pytest.mark.parametrize("content", [b"corpus = ", b'corpus = "\xff"'])
def test_broken_file_is_told(content: bytes) -> None:
    Path("clew.toml").write_bytes(content)
    with pytest.raises(SettingsError, match=r"settings file clew\.toml cannot be read: \S"):
        Settings.load()


def test_missing_and_unreadable_files_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_bytes(b"CLEW_CORPUS=\xff\n")
    with pytest.raises(SettingsError, match=r"\.env cannot be read"):
        Settings.load()
    monkeypatch.setenv("CLEW_CONFIG", "missing.toml")
    with pytest.raises(SettingsError, match=r"missing\.toml \(named by CLEW_CONFIG\)"):
        Settings.load()


def test_replaced_changes_and_validates() -> None:
    settings = Settings(corpus="mine").replaced(max_rounds="3")
    assert (settings.corpus, settings.max_rounds) == ("mine", 3)
    with pytest.raises(SettingsError, match="max_rounds = 0"):
        settings.replaced(max_rounds=0)
    with pytest.raises(SettingsError, match="did you mean corpus"):
        settings.replaced(korpus="x")


@pytest.mark.parametrize("value", ["-0.1", "1.01", "nan", "much"])
def test_noise_is_a_share(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    assert Settings.load(simulated_noise=1).simulated_noise == 1.0
    monkeypatch.setenv("CLEW_SIMULATED_NOISE", value)
    with pytest.raises(SettingsError, match="CLEW_SIMULATED_NOISE"):
        Settings.load()


def test_settings_do_not_change() -> None:
    with pytest.raises(ValidationError):
        Settings().corpus = "other"


def test_settings_survive_json() -> None:
    settings = Settings(search=("a", "b"), max_seconds=None)
    assert Settings.model_validate_json(settings.model_dump_json()) == settings


def test_example_holds_every_setting_with_its_default(monkeypatch: pytest.MonkeyPatch) -> None:
    assignments = re.findall(r"^# (CLEW_\w+=.*)$", EXAMPLE.read_text(), re.MULTILINE)
    named = [line.partition("=")[0].removeprefix("CLEW_").lower() for line in assignments]
    assert named == list(Settings.model_fields)
    monkeypatch.delenv("CLEW_HOME")
    Path(".env").write_text("\n".join(assignments))
    assert Settings.load() == Settings()


def test_every_setting_is_described() -> None:
    assert all(field.description for field in Settings.model_fields.values())


def test_a_role_takes_what_its_table_says_and_the_rest_from_all() -> None:
    settings = Settings(
        model="hosted_vllm/small",
        api_base="http://a/v1",
        models={
            "planner": ModelSettings(model="openai/large", temperature=0.5),
            "responder": ModelSettings(max_tokens=100),
        },
    )
    saved = Settings.model_validate_json(settings.model_dump_json())
    for each in (settings, saved, saved.replaced(seed=1)):
        assert each.model_of("searcher") == ModelSettings(
            model="hosted_vllm/small", api_base=("http://a/v1",)
        )
        assert each.model_of("planner") == ModelSettings(model="openai/large", temperature=0.5)
        assert each.model_of("responder") == ModelSettings(
            model="hosted_vllm/small", api_base=("http://a/v1",), max_tokens=100
        )


def test_effort_sets_the_limits_that_are_not_set() -> None:
    settings = Settings().replaced(max_searches=7)
    quick = settings.replaced(effort="quick")
    assert (quick.max_searches, quick.budget.seconds, quick.budget.rounds) == (7, 30.0, 1)
    assert settings.budget == Budget(searches=7)
    with pytest.raises(SettingsError, match="'quick', 'balanced' or 'thorough'"):
        Settings.load(effort="fast")


def test_naming_a_model_makes_it_the_policy() -> None:
    assert Settings().policy == "embedded"
    assert Settings(model="openai/gpt-5").policy == "litellm"
    assert Settings(model="openai/gpt-5", policy="embedded").policy == "embedded"
    with pytest.raises(SettingsError, match="provider/name"):
        Settings.load(model="gpt-5")
    with pytest.raises(SettingsError, match="no language model is named for the planner"):
        Settings(policy="litellm").model_of("planner")


def test_models_are_json_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEW_MODELS", '{"planner": {"model": "openai/gpt-5"}}')
    assert Settings.load().model_of("planner").model == "openai/gpt-5"
    monkeypatch.setenv("CLEW_MODELS", '{"planner": {"modle": "openai/gpt-5"}}')
    with pytest.raises(SettingsError, match=r"CLEW_MODELS\.planner\.modle"):
        Settings.load()


@pytest.mark.parametrize(
    "model",
    [
        {"extra": {"api_key": "sk-1"}},
        {"extra": {"extra_headers": {"Authorization": "Bearer sk-1"}}},
        {"extra": {"extra_body": {"nested": {"x-api-key": "sk-1"}}}},
        {"api_base": "http://me:sk-1@host/v1"},
        {"api_key": "sk-1"},
    ],
)
def test_secrets_are_refused_and_not_repeated(model: dict[str, object]) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.load(models={"planner": model})
    assert "sk-1" not in str(caught.value)


def test_an_address_with_a_password_is_refused() -> None:
    with pytest.raises(SettingsError, match="environment variable") as caught:
        Settings.load(api_base="http://me:sk-1@host/v1")
    assert "sk-1" not in str(caught.value)


def test_what_only_looks_like_a_secret_is_fine() -> None:
    ModelSettings(extra={"max_completion_tokens": 5, "extra_body": {"top_k": 3}})
