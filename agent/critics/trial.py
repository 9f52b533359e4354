"""A run of two steps for a critic to be tried on before questions are asked."""

from typing import NoReturn

from ...errors import ModelUnavailable
from ...graphs.plan import SubQuestion
from ...graphs.steps import Quote, Reading, Step, StepAnswer, Trajectory
from ...tools.passages import Passage
from ..settings import Settings
from .catalogue import Materials, build_critic

_FOUND = Passage(
    id="trial",
    source="trial",
    title="Hale Station",
    text="Ann Rask, born in Leeds, was the first cook of Hale Station.",
)
_STEPS = (
    ("Who was the first cook of Hale Station?", "Ann Rask"),
    ("Where was Ann Rask born?", "Leeds"),
)


def trial_run() -> Trajectory:
    """Return a question with two steps, each with its quote."""
    steps = []
    for number, (text, answer) in enumerate(_STEPS, start=1):
        quote = Quote(passage_id=_FOUND.id, text=answer, start=_FOUND.text.index(answer))
        reading = Reading(answer=StepAnswer(text=answer, quotes=(quote,), confidence=0.9))
        sub_question = SubQuestion(id=f"q{number}", text=text)
        steps.append(Step(sub_question=sub_question, text=text, reading=reading, status="answered"))
    return Trajectory(
        question="Where was the first cook of Hale Station born?",
        steps=tuple(steps),
        evidence={_FOUND.id: _FOUND},
    )


async def tried(settings: Settings) -> list[float]:
    """Return what the critic of served models that the settings name scores the run with.

    Raises:
        CriticError: If a server does not give what it needs.
        ModelUnavailable: If one does not answer.
        SettingsError: If a model is not named.
    """
    critic = build_critic(Materials(settings, _nothing_loaded, lambda kind: None))
    (verdicts,) = await critic.score([trial_run()])
    return [verdict.score for verdict in verdicts]


def _nothing_loaded() -> NoReturn:
    raise ModelUnavailable("critics of served models need no encoder")
