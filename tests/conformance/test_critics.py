"""What every critic must do. Add an implementation to `CRITICS`."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import pytest
from support import CHAIN, POLAR, QUESTION, ContentCritic

from clew.graphs.protocols import Critic
from clew.graphs.steps import Quote, Reading, Step, StepAnswer, Trajectory

if TYPE_CHECKING:
    from clew.tools.corpus.encoder import Encoder


def _support(encoder: "Encoder") -> Critic:
    from clew.agent.critics.support import SupportCritic

    return SupportCritic(encoder)


CRITICS: Mapping[str, Callable[["Encoder"], Critic]] = {
    "content (of the tests)": lambda encoder: ContentCritic(),
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
