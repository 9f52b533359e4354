"""What wrappers make of scores: the formulas by hand, and what holds for any scores."""

import math
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from judged_runs import trajectory

from clew.agent.critics.agreement import AgreeingCritics
from clew.agent.critics.pairs import PairsCritic, with_pair
from clew.agent.critics.shaping import (
    SHAPINGS,
    advantaged,
    clipped,
    delta,
    looked_ahead,
    shaped,
)
from clew.errors import SettingsError
from clew.graphs.protocols import Judges
from clew.graphs.steps import Trajectory, Verdict

SCORES = st.lists(st.floats(0, 1), max_size=6)
RUN = trajectory("Frank Worsley", "Akaroa, New Zealand")


class Saying:
    """A critic that says these scores of every trajectory, as far as it has steps."""

    def __init__(self, *scores: float, name: str = "saying", judges: Judges = "path") -> None:
        self.name = name
        self.judges: Judges = judges
        self._scores = scores
        self.given: list[Trajectory] = []

    async def score(self, trajectories: Sequence[Trajectory]) -> Any:
        self.given += trajectories
        return [
            [Verdict(score=score, explanation=f"{self.name} {score}") for score in self._scores][
                : len(each.steps)
            ]
            for each in trajectories
        ]


async def scores_of(critic: Any, run: Trajectory = RUN) -> list[float]:
    (verdicts,) = await critic.score([run])
    return [each.score for each in verdicts]


def test_clip_caps_what_a_step_earns() -> None:
    assert clipped([0.2, 0.5, 0.9]) == pytest.approx([0.2, 0.5, 0.5])


def test_delta_by_hand() -> None:
    # 0.9 - 0.4 = 0.5, 0.4 - 0.6 = -0.2, and the last keeps 0.6.
    assert delta([0.9, 0.4, 0.6]) == pytest.approx([0.75, 0.4, 0.8])


def test_clipped_differences_add_up_to_the_first_reward_whatever_is_repeated() -> None:
    for repeated in (1, 2, 10):
        rewards = clipped([0.9, *[0.95] * repeated, 0.3])
        assert sum(2 * each - 1 for each in delta(rewards)) == pytest.approx(rewards[0])


def test_look_ahead_by_hand() -> None:
    # Logits ln 4, 0, -ln 4; backwards 0 + 0.5 (-ln 4 - 0) = -ln 2, ln 4 + 0.5 (-ln 2 - ln 4).
    first = math.log(4) + 0.5 * (-math.log(2) - math.log(4))
    wanted = [1 / (1 + math.exp(-first)), 1 / 3, 0.2]
    assert looked_ahead([0.8, 0.5, 0.2]) == pytest.approx(wanted)
    assert wanted[0] == pytest.approx(math.sqrt(2) / (1 + math.sqrt(2)))


def test_advantage_by_hand() -> None:
    # Q^μ of 0.5 is 1 - 0.5^4 = 0.9375, of 0.8 it is 1 - 0.2^4 = 0.9984; α is 0.4.
    first, second = (0.5 + 0.4) / 1.8, (0.8 + 0.4 * (0.9984 - 0.9375) + 0.4) / 1.8
    assert advantaged([0.5, 0.8]) == pytest.approx([first, second])
    # A step that changes nothing, on a path of which nothing is known, stays at 0.5.
    assert advantaged([0.5, 0.5]) == pytest.approx([0.5, 0.5])


@given(scores=SCORES)
def test_every_formula_stays_within_bounds_and_keeps_the_number_of_steps(
    scores: list[float],
) -> None:
    for formula in (clipped, delta, looked_ahead, advantaged):
        made = formula(scores)
        assert len(made) == len(scores)
        assert all(-1e-9 <= each <= 1 + 1e-9 for each in made)


@given(scores=SCORES.filter(len), better=st.floats(0, 1))
def test_a_better_last_step_never_looks_worse(scores: list[float], better: float) -> None:
    raised = [*scores[:-1], max(scores[-1], better)]
    for formula in (clipped, delta, looked_ahead, advantaged):
        assert formula(raised)[-1] >= formula(scores)[-1] - 1e-9


async def test_wrappers_are_applied_in_order_and_keep_explanations() -> None:
    critic = shaped(Saying(0.9, 0.3), ["clip", "delta"])
    (verdicts,) = await critic.score([RUN])
    assert [each.score for each in verdicts] == pytest.approx([0.6, 0.65])
    assert [each.explanation for each in verdicts] == ["saying 0.9", "saying 0.3"]
    assert (critic.name, critic.judges) == ("saying", "step")


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(SettingsError, match="clip comes before delta"):
        shaped(Saying(), ["delta", "clip"])
    with pytest.raises(SettingsError, match="no critic_shaping is named 'smooth'; there is: clip"):
        shaped(Saying(), ["smooth"])
    with pytest.raises(SettingsError, match="advantage needs a critic that judges paths"):
        shaped(Saying(judges="step"), ["advantage"])


@pytest.mark.parametrize("name", sorted(SHAPINGS))
async def test_a_trajectory_with_a_failed_step_is_not_shaped(name: str) -> None:
    class Failing(Saying):
        async def score(self, trajectories: Sequence[Trajectory]) -> Any:
            found = await super().score(trajectories)
            bad = Verdict.model_construct(score=math.nan)
            return [[bad, *each[1:]] if len(each) > 1 else each for each in found]

    whole, first = await shaped(Failing(0.9, 0.8), [name]).score([RUN, trajectory("Frank Worsley")])
    assert whole[0].failure and whole[0].score == 0.5
    assert not first[0].failure and first[0].score >= 0.5


async def test_a_step_is_scored_with_its_pair() -> None:
    critic = Saying(0.9, 0.2)
    # The pair is the only step of its trajectory, so it is said to be 0.9 too.
    assert await scores_of(PairsCritic(critic)) == pytest.approx([0.9, (0.2 + 0.9) / 2])
    assert len(critic.given) == 2
    merged = critic.given[1].steps
    assert len(merged) == 1
    assert merged[0].text == (
        "Who was the captain of the Endurance? Frank Worsley. Where was {q1} born?"
    )
    assert merged[0].answer.text == "Akaroa, New Zealand"
    assert [quote.text for quote in merged[0].answer.quotes] == [
        "Frank Worsley",
        "Frank Worsley",
        "Akaroa, New Zealand",
    ]
    assert merged[0].sub_question.parents == ()


def test_a_pair_stands_after_what_was_done_before_it() -> None:
    three = RUN.model_copy(update={"steps": (*RUN.steps, RUN.steps[0])})
    steps = with_pair(three, 2).steps
    assert steps[0] == RUN.steps[0] and len(steps) == 2
    assert steps[1].text.endswith(RUN.steps[0].text)


async def test_critics_that_agree_count_by_their_mean() -> None:
    critic = AgreeingCritics([Saying(0.8, 0.2, name="a"), Saying(0.6, 0.3, name="b")])
    (verdicts,) = await critic.score([RUN])
    assert [each.score for each in verdicts] == pytest.approx([0.7, 0.25])
    assert [each.explanation for each in verdicts] == ["b 0.6", "a 0.2"]
    assert (critic.name, critic.judges) == ("a + b", "path")


async def test_critics_that_disagree_abstain_and_say_how() -> None:
    critic = AgreeingCritics(
        [Saying(0.9, name="a", judges="step"), Saying(0.5, name="b"), Saying(0.64, name="c")]
    )
    (verdicts,) = await critic.score([trajectory("Frank Worsley")])
    assert verdicts == [
        Verdict(
            score=0.5,
            explanation="the critics disagree: a 0.90 (a 0.9), b 0.50 (b 0.5), c 0.64 (c 0.64)",
        )
    ]
    assert not verdicts[0].asks_for_rework and critic.judges == "step"


async def test_critics_of_which_one_failed_have_no_verdict() -> None:
    class Short(Saying):
        async def score(self, trajectories: Sequence[Trajectory]) -> Any:
            return []

    (verdicts,) = await AgreeingCritics([Saying(0.9, 0.9), Short(name="b")]).score([RUN])
    assert {each.failure for each in verdicts} == {"critic 'b' returned nothing for 1 trajectories"}
