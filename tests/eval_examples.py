"""Runs for tests of what is made of them: right, wrong, abstained and failed predictions."""

from pathlib import Path
from typing import Any

from support import POLAR, passage

from clew.evals.config import CorpusConfig, DatasetConfig, RunConfig
from clew.evals.predictions import Failure, Prediction
from clew.evals.run_directory import Run, RunDirectory
from clew.graphs.answer import AnswerSentence, Citation
from clew.graphs.budget import Usage
from clew.graphs.plan import SubQuestion
from clew.graphs.steps import Reading, Step, StepAnswer, Verdict
from clew.tools.passages import Passage

HOSTILE = "</td><script>alert(1)</script>\n\n| *x* ```\u202e\x1b[31m [a](javascript:b) $y$ &amp;"
"""Text that tries to leave whatever it is put into."""


def cited(number: int, found: Passage, quote: str) -> Citation:
    """Return a citation of what a passage holds."""
    return Citation(number=number, passage=found, quote=quote, start=found.text.index(quote))


def answered(id: str = "a", said: str = "Akaroa", **fields: Any) -> Prediction:
    """Return the answer of a question of two hops, right unless something else is said."""
    chain = (
        SubQuestion(id="q1", text="Who was the captain of the Endurance?"),
        SubQuestion(id="q2", text="Where was {q1} born?", parents=("q1",)),
    )
    steps = tuple(
        Step(
            sub_question=each,
            text=each.text.format(q1="Frank Worsley"),
            reading=Reading(answer=StepAnswer(text=text, confidence=0.75)),
            status="answered",
        )
        for each, text in zip(chain, ("Frank Worsley", said), strict=True)
    )
    values: dict[str, Any] = {
        "id": id,
        "question": f"Where was the captain of the Endurance born ({id})?",
        "answers": ("Akaroa", "Akaroa, New Zealand"),
        "type": "compositional",
        "hops": 2,
        "gold": (("Endurance",), ("Frank Worsley",)),
        "prediction": said,
        "sentences": (
            AnswerSentence(text="Her captain was Frank Worsley.", citations=(1,)),
            AnswerSentence(text=f"He was born in {said}.", citations=(2,)),
        ),
        "citations": (
            cited(1, POLAR[0], "Her captain was Frank Worsley."),
            cited(2, POLAR[1], "born in Akaroa"),
        ),
        "evidence": POLAR,
        "steps": steps,
        "verdicts": {"q2": Verdict(score=0.5)},
        "usage": Usage(searches=2, policy_calls=6),
        "seconds": 1.0,
    }
    return Prediction(**(values | fields))


def abstained(id: str = "b", **fields: Any) -> Prediction:
    """Return an abstention."""
    values: dict[str, Any] = {
        "prediction": None,
        "abstained": True,
        "sentences": (AnswerSentence(text="The passages do not say."),),
        "citations": (),
    }
    return answered(id, **(values | fields))


def failed(id: str = "c", message: str = "every search failed", **fields: Any) -> Prediction:
    """Return a question that ended with an error."""
    values: dict[str, Any] = {
        "prediction": None,
        "sentences": (),
        "citations": (),
        "evidence": (),
        "steps": (),
        "verdicts": {},
        "usage": Usage(),
        "error": Failure(kind="SearchUnavailable", message=message),
    }
    return answered(id, **(values | fields))


def holding(text: str, id: str = "h") -> Prediction:
    """Return a wrong answer that holds a text wherever text can be."""
    step = Step(
        sub_question=SubQuestion(id="q1", text=text),
        text=text,
        reading=Reading(answer=StepAnswer(text=text, confidence=0.75)),
        status="answered",
    )
    return answered(
        id,
        text,
        question=text,
        answers=(text + " gold",),
        type=text,
        citations=(Citation(number=1, passage=passage(text, text), quote=text, start=0),),
        sentences=(AnswerSentence(text=text, citations=(1,)),),
        steps=(step,),
        stopped_by=text,
    )


def written(path: Path, run: Run) -> None:
    """Write a run down, as an evaluation does."""
    with RunDirectory.begin(path, run.config, resume=False) as directory:
        for prediction in run.predictions:
            directory.append(prediction)


def make_config(**fields: Any) -> RunConfig:
    """Return a configuration, with some fields changed."""
    plain: dict[str, Any] = {
        "dataset": DatasetConfig(name="q.jsonl", format="plain", sha256="aa", questions=3),
        "corpus": CorpusConfig(name="sample", sha256="cc", documents=4, passages=4),
        "agent": "clew.agent.search_agent.SearchAgent",
        "settings": {"workflow": "mindsearch", "search": ["corpus"]},
        "seed": 0,
        "versions": {"python": "3.11.7"},
        "engine": "asyncio",
        "workers": 2,
    }
    return RunConfig(**(plain | fields))
