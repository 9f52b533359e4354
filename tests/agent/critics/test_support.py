"""The support critic: what raises and lowers a step's score, and its words for it."""

import asyncio
import hashlib

import numpy as np
from numpy.typing import NDArray

from clew.agent.critics.support import SupportCritic
from clew.graphs.plan import SubQuestion
from clew.graphs.steps import Quote, Reading, Step, StepAnswer, Trajectory, Verdict
from clew.tools.passages import Passage

LOLA = Passage(
    id="p", source="s", title="Lola (film)", text="Lola is a film directed by Ann Lee. It rains."
)


class WordEncoder:
    """Unit vectors from hashed words."""

    def encode(self, texts: list[str]) -> NDArray[np.float32]:
        rows = np.full((len(texts), 64), 0.01, dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in text.lower().split():
                row[hashlib.sha256(word.encode()).digest()[0] % 64] += 1
            row /= np.linalg.norm(row)
        return rows


def judged(*steps: Step) -> list[Verdict]:
    trajectory = Trajectory(question="?", steps=steps, evidence={"p": LOLA})
    critic = SupportCritic(WordEncoder())
    (verdicts,) = asyncio.run(critic.score([trajectory]))
    return list(verdicts)


def answered(question: str, text: str | None, quote: str = "", confidence: float = 0.9) -> Step:
    quotes = (Quote(passage_id="p", text=quote, start=LOLA.text.index(quote)),) if quote else ()
    answer = StepAnswer(text=text, quotes=quotes, confidence=confidence if text else 0.0)
    sub = SubQuestion(id="q1", text=question)
    status = "answered" if text else "unknown"
    return Step(sub_question=sub, text=question, reading=Reading(answer=answer), status=status)


DIRECTED, RAINS = "Lola is a film directed by Ann Lee.", "It rains."
WHO = "Who is the director of film Lola?"


def test_a_supported_answer_scores_high() -> None:
    (verdict,) = judged(answered(WHO, "Ann Lee", DIRECTED))
    assert verdict.score > 0.7
    assert verdict.explanation == "the quote states the answer"


def test_an_unknown_step_scores_nothing() -> None:
    assert judged(answered(WHO, None)) == [Verdict(score=0.0, explanation="no answer")]


def test_an_answer_that_its_quote_does_not_state_scores_lower() -> None:
    (good,) = judged(answered(WHO, "Ann Lee", DIRECTED))
    (bad,) = judged(answered(WHO, "Ann Lee", RAINS))
    assert bad.score < good.score
    assert "does not state" in bad.explanation


def test_a_quote_about_something_else_scores_lower() -> None:
    (good,) = judged(answered(WHO, "Ann Lee", DIRECTED))
    (bad,) = judged(answered("Who is the director of film Faust?", "Ann Lee", DIRECTED))
    assert bad.score < good.score
    assert bad.explanation == "the quote does not name Faust"


def test_an_answer_without_a_quote_scores_low() -> None:
    (verdict,) = judged(answered(WHO, "Ann Lee"))
    assert verdict.score < 0.1
    assert verdict.explanation == "no passage is quoted"


def test_a_conclusion_is_as_good_as_its_weakest_parent() -> None:
    search = answered(WHO, "Ann Lee", RAINS)
    sub = SubQuestion(id="q2", text="Is {q1} older?", parents=("q1",), kind="reason")
    reading = Reading(answer=StepAnswer(text="yes", confidence=0.9))
    conclusion = Step(sub_question=sub, text="?", reading=reading, status="answered")
    first, second = judged(search, conclusion)
    assert second.score == first.score


def test_many_trajectories_keep_their_order() -> None:
    critic = SupportCritic(WordEncoder())
    steps = [(answered(WHO, "Ann Lee", DIRECTED),), (answered(WHO, None),), ()]
    trajectories = [Trajectory(question="?", steps=row, evidence={"p": LOLA}) for row in steps]
    scores = asyncio.run(critic.score(trajectories))
    assert [len(row) for row in scores] == [1, 1, 0]
