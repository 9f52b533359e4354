"""Made-up traces: of each question a right run and a wrong one, told apart by their words."""

from collections.abc import Sequence

from clew.agent.training.traces import Trace
from clew.graphs.plan import SubQuestion
from clew.graphs.steps import Quote, RankedPassage, Reading, Step, StepAnswer
from clew.tools.passages import Passage, passage_id

_NAMES = ("Anna Berg", "Carl Dorn", "Elsa Falk", "Gustav Holm", "Ida Juhl", "Karl Lund")
SUBS = (
    SubQuestion(id="q1", text="Who built the ship?"),
    SubQuestion(id="q2", text="Where was {q1} born?", parents=("q1",)),
)


def made_traces(count: int, *, labelled: bool = True) -> list[Trace]:
    """Return two runs each of so many questions."""
    return [trace for number in range(count) for trace in _pair(number, labelled)]


def _pair(number: int, labelled: bool) -> Sequence[Trace]:
    builder, other = (_NAMES[(number + shift) % len(_NAMES)] for shift in (0, 1))
    right = _trace(number, builder, f"{builder} built the ship number {number}.", "Oslo", 0.9)
    wrong = _trace(number, other, f"{other} saw the ship number {number}.", "Bergen", 0.2)
    if not labelled:
        return [right, wrong]
    return [
        right.model_copy(update={"start": 0.5, "values": (0.8, 1.0)}),
        wrong.model_copy(update={"start": 0.5, "values": (0.0, 0.0)}),
    ]


def _trace(number: int, name: str, sentence: str, town: str, confidence: float) -> Trace:
    passages = [
        _passage(f"Ship {number}", sentence),
        _passage(name, f"{name} was born in {town}."),
    ]
    return Trace(
        id=str(number),
        question=f"Where was the builder of ship {number} born?",
        answers=("Oslo",),
        prediction=town,
        steps=(
            _step(SUBS[0], f"Who built the ship {number}?", name, passages[0], confidence),
            _step(SUBS[1], f"Where was {name} born?", town, passages[1], confidence),
        ),
        evidence=tuple(passages),
    )


def _passage(title: str, text: str) -> Passage:
    source = f"made.jsonl#{title}"
    return Passage(id=passage_id(source, 0, text), source=source, title=title, text=text)


def _step(sub: SubQuestion, text: str, answer: str, passage: Passage, confidence: float) -> Step:
    quote = Quote(passage_id=passage.id, text=passage.text, start=0)
    reading = Reading(
        answer=StepAnswer(text=answer, quotes=(quote,), confidence=confidence),
        ranking=(RankedPassage(passage_id=passage.id, score=1.0),),
    )
    return Step(sub_question=sub, text=text, reading=reading, status="answered")
