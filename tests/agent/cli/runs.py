"""Runs to show, as the events that tell them."""

from collections.abc import Iterator
from typing import Literal

from clew.graphs.answer import Answer, AnswerSentence, Citation
from clew.graphs.budget import Usage
from clew.graphs.events import (
    BudgetEnded,
    Event,
    PlanExtended,
    ProposalRejected,
    RunFinished,
    RunStarted,
    SearchFinished,
    StepFinished,
    StepJudged,
    StepRead,
    StepStarted,
)
from clew.graphs.plan import SubQuestion, make_plan
from clew.graphs.steps import Quote, Reading, SearchRecord, Step, StepAnswer, Verdict
from clew.tools.passages import Passage

QUESTION = "Where was the director of the film Vortex born?"
THREAD = "thread-1"

FILM = Passage(
    id="p1",
    source="/corpus/vortex.txt",
    title="Vortex (1976 film)",
    text="It won no prize. Vortex is a 1976 drama film directed by Ada Lind. It was shot in Oslo.",
)
PERSON = Passage(
    id="p2",
    source="/corpus/lind.txt",
    title="Ada Lind",
    text="Ada Lind is a Swedish director. She was born in Lund, where she went to school.",
)
DIRECTOR = SubQuestion(id="q1", text="Who directed the film Vortex?")
BIRTHPLACE = SubQuestion(id="q2", text="Where was {q1} born?", parents=("q1",))
RUNTIME = SubQuestion(id="q3", text="How long is the film Vortex?")
PLAN = make_plan([DIRECTOR, BIRTHPLACE, RUNTIME])


def quote(passage: Passage, text: str) -> Quote:
    return Quote(passage_id=passage.id, text=text, start=passage.text.index(text))


def step(
    sub: SubQuestion,
    text: str,
    answer: StepAnswer,
    status: Literal["answered", "unknown", "failed", "unfinished"] = "answered",
) -> Step:
    return Step(
        sub_question=sub,
        text=text,
        searches=(SearchRecord(backend="corpus", query=text, outcome="found", hits=8),),
        reading=Reading(answer=answer),
        verdict=Verdict(score=0.93),
        status=status,
    )


KNOWS_DIRECTOR = step(
    DIRECTOR,
    DIRECTOR.text,
    StepAnswer(text="Ada Lind", quotes=(quote(FILM, "directed by Ada Lind"),), confidence=0.9),
)
KNOWS_BIRTHPLACE = step(
    BIRTHPLACE,
    "Where was Ada Lind born?",
    StepAnswer(text="Lund", quotes=(quote(PERSON, "She was born in Lund"),), confidence=0.9),
)
KNOWS_NO_RUNTIME = step(RUNTIME, RUNTIME.text, StepAnswer(), "unknown")

ANSWER = Answer(
    question=QUESTION,
    short_answer="Lund",
    sentences=(
        AnswerSentence(text="Vortex was directed by Ada Lind.", citations=(1,)),
        AnswerSentence(text="She was born in Lund.", citations=(2,)),
    ),
    citations=(
        Citation(
            number=1,
            passage=FILM,
            quote="directed by Ada Lind",
            start=FILM.text.index("directed by Ada Lind"),
        ),
        Citation(
            number=2,
            passage=PERSON,
            quote="She was born in Lund",
            start=PERSON.text.index("She was born in Lund"),
        ),
    ),
    abstained=False,
    plan=PLAN,
    steps=(KNOWS_DIRECTOR, KNOWS_BIRTHPLACE, KNOWS_NO_RUNTIME),
    evidence=(FILM, PERSON),
    usage=Usage(seconds=1.23, searches=4, policy_calls=9),
    thread_id=THREAD,
)

ABSTENTION = ANSWER.model_copy(
    update={
        "short_answer": None,
        "abstained": True,
        "citations": (),
        "sentences": (AnswerSentence(text="The passages found do not tell."),),
        "stopped_by": "searches",
    }
)


def two_hops(answer: Answer = ANSWER) -> Iterator[Event]:
    """Tell a run of three sub-questions, one of which waits for another's answer."""

    def search(id: str, query: str, hits: int) -> SearchFinished:
        outcome: Literal["found", "empty"] = "found" if hits else "empty"
        record = SearchRecord(backend="corpus", query=query, outcome=outcome, hits=hits)
        return SearchFinished(id=id, search=record)

    yield RunStarted(question=QUESTION, thread_id=THREAD)
    yield ProposalRejected(reason="the plan is not usable: sub-questions form a cycle")
    yield PlanExtended(added=PLAN.sub_questions, plan=PLAN)
    yield StepStarted(id="q1", text=DIRECTOR.text)
    yield StepStarted(id="q3", text=RUNTIME.text)
    yield search("q1", DIRECTOR.text, 8)
    yield search("q3", RUNTIME.text, 0)
    yield StepRead(id="q1", by="searcher", reading=KNOWS_DIRECTOR.reading)
    yield StepJudged(id="q1", verdict=Verdict(score=0.2), again=True)
    yield search("q1", "director of the film Vortex", 3)
    yield StepRead(id="q1", by="refiner", reading=KNOWS_DIRECTOR.reading)
    yield StepJudged(id="q1", verdict=Verdict(score=0.93), again=False)
    yield StepFinished(step=KNOWS_DIRECTOR, quoted=(FILM,))
    yield StepStarted(id="q2", text="Where was Ada Lind born?")
    yield StepFinished(step=KNOWS_NO_RUNTIME)
    yield search("q2", "Where was Ada Lind born?", 5)
    yield StepFinished(step=KNOWS_BIRTHPLACE, quoted=(PERSON,))
    if answer.stopped_by:
        yield BudgetEnded(limit=answer.stopped_by)
    yield RunFinished(answer=answer)
