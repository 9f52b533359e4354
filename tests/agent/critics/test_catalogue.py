"""Critics by name: what each setting builds, what it needs, and what is refused."""

from pathlib import Path
from typing import Any

import pytest
from support import POLAR, QUESTION, ContentCritic
from vllm_server import MODEL, VllmServer

from clew.agent.assembly import Assembly
from clew.agent.cli.model_checks import check_critic
from clew.agent.critics.catalogue import register_critic
from clew.agent.models import CRITIC_ROLES
from clew.agent.search_agent import SearchAgent
from clew.agent.settings import Settings
from clew.errors import SettingsError
from clew.tools.search.memory import MemorySearch


def served(*roles: str, url: str = "http://127.0.0.1:9") -> dict[str, Any]:
    return {role: {"model": f"hosted_vllm/{MODEL}", "api_base": f"{url}/v1"} for role in roles}


@pytest.mark.parametrize("name", sorted(CRITIC_ROLES))
def test_each_critic_is_built_from_the_models_of_its_roles(name: str) -> None:
    settings = Settings(critic=name, models=served(*CRITIC_ROLES[name]))
    assert settings.model_roles == CRITIC_ROLES[name]
    assert settings.policy == "embedded"  # a critic's model says nothing of the policy
    assert Assembly(settings).critic.name == name


@pytest.mark.parametrize("role", ["reward", "reference"])
def test_a_model_that_scores_is_never_the_one_of_all_others(role: Any) -> None:
    settings = Settings(critic="implicit", model="hosted_vllm/policy")
    with pytest.raises(SettingsError, match=rf"no {role} model is named, .*\[models.{role}\]"):
        settings.model_of(role)
    assert settings.model_of("critic").model == "hosted_vllm/policy"


def test_several_critics_and_their_shaping_are_named_in_one_setting() -> None:
    settings = Settings(critic="support + reward", critic_shaping="clip, look_ahead")
    assembly = Assembly(settings)
    assert (assembly.critic.name, assembly.critic.judges) == ("support + reward", "step")
    # What is saved with a run names what can be built again.
    assert Assembly(assembly.effective_settings).critic.name == "support + reward"
    assert assembly.effective_settings.critic_shaping == ("clip", "look_ahead")
    assert assembly.parts().critic_timeout == 60.0


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"critic": "oracle"}, "no critic is named 'oracle'; there is: follow_up, generative"),
        ({"critic": "support + "}, "no critic is named ''"),
        ({"critic": "support+support"}, "names one twice"),
        ({"critic_shaping": "smooth"}, "no critic_shaping is named 'smooth'"),
        ({"critic_shaping": "delta,clip"}, "clip comes before delta"),
    ],
)
def test_what_stands_for_nothing_is_refused_at_once(settings: Any, words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        Assembly(Settings(**settings))


def test_a_critic_of_ones_own_is_known_by_its_name(tmp_path: Path) -> None:
    register_critic("mine", lambda materials: ContentCritic())
    agent = SearchAgent(critic="mine", search=[MemorySearch(POLAR)], save_runs=False)
    answer = agent.ask(QUESTION)
    assert {verdict.score for verdict in answer.verdicts.values()} == {1.0}
    with pytest.raises(SettingsError, match="plus sign"):
        register_critic("a+b", lambda materials: ContentCritic())


def test_doctor_tries_the_critics_of_served_models() -> None:
    with VllmServer() as server:
        models = served("reward", "critic", url=server.url)
        settings = Settings(critic="served_steps + generative + support", models=models)
        (fine,) = check_critic(settings)
        (other,) = check_critic(settings.replaced(critic="served_outcome"))
        server.pools_steps = False
        (wrong,) = check_critic(settings)
    (gone,) = check_critic(settings)
    assert (fine.name, fine.state) == ("critic served_steps", "ok")
    assert "it scores two steps with" in fine.found and other.state == "ok"
    assert wrong.state == "problem" and "set step_tag" in wrong.found
    assert gone.state == "problem" and "serve-models" in gone.found
    assert list(check_critic(Settings())) == []


def test_a_failing_critic_ends_no_question_and_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    from clew.agent.cli.plain import PlainView

    models = served("reward")
    models["reward"]["retries"] = 0
    agent = SearchAgent(
        critic="served_outcome", models=models, search=[MemorySearch(POLAR)], save_runs=False
    )
    view = PlainView(QUESTION)
    *events, last = agent.stream(QUESTION)
    for event in (*events, last):
        view.show(event)
    assert last.kind == "run_finished" and last.answer.short_answer
    failures = {verdict.failure for verdict in last.answer.verdicts.values()}
    assert failures and all("does not answer /classify" in each for each in failures)
    assert "could not be judged: critic 'served_outcome' failed" in capsys.readouterr().out
