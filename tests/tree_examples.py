"""Search trees as a search leaves them: one with real steps and quotes, and bare ones of any shape.

The first is of `QUESTION`: two ways to begin, one of which takes the wrong man for the captain;
another reading, another wording, answers, and moves that were never tried.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

from support import POLAR, QUESTION, passage

from clew.graphs.plan import SubQuestion
from clew.graphs.steps import (
    Quote,
    RankedPassage,
    Reading,
    SearchRecord,
    Step,
    StepAnswer,
    Verdict,
)
from clew.graphs.tree_search.moves import Move
from clew.graphs.tree_search.record import RecordedNode, TreeRecord

SHACKLETON = passage(
    "Ernest Shackleton", "Ernest Shackleton led the expedition. He was born in Kilkea, Ireland."
)
PASSAGES = {each.title: each for each in (*POLAR, SHACKLETON)}

CAPTAIN = SubQuestion(id="q1", text="Who was the captain of the Endurance?")
LEADER = SubQuestion(id="q1", text="Who led the expedition of the Endurance?")
BORN = SubQuestion(id="q2", text="Where was {q1} born?", parents=("q1",))


def step(
    sub_question: SubQuestion,
    text: str,
    answer: str | None,
    title: str,
    quote: str,
    *,
    score: float = 0.9,
    explanation: str = "",
) -> Step:
    """Return a step that quotes a passage verbatim, if it has an answer."""
    found = PASSAGES[title]
    quotes = (Quote(passage_id=found.id, text=quote, start=found.text.index(quote)),)
    return Step(
        sub_question=sub_question,
        text=text,
        searches=(SearchRecord(backend="corpus", query=text, outcome="found", hits=1),),
        reading=Reading(
            answer=StepAnswer(text=answer, quotes=quotes if answer else (), confidence=0.8),
            ranking=(RankedPassage(passage_id=found.id, score=1.0),),
        ),
        verdict=Verdict(score=score, explanation=explanation),
        status="answered" if answer else "unknown",
    )


STEPS = {
    "captain": step(
        CAPTAIN, CAPTAIN.text, "Frank Worsley", "Endurance", "Her captain was Frank Worsley."
    ),
    "ship": step(
        CAPTAIN,
        CAPTAIN.text,
        "Endurance",
        "Endurance",
        "Endurance was a ship.",
        score=0.1,
        explanation="A ship is no captain.",
    ),
    "leader": step(
        LEADER,
        LEADER.text,
        "Ernest Shackleton",
        "Ernest Shackleton",
        "Ernest Shackleton led the expedition.",
        score=0.4,
        explanation="Who leads an expedition need not be the captain.",
    ),
    "born": step(
        BORN,
        "Where was Frank Worsley born?",
        "Akaroa",
        "Frank Worsley",
        "Frank Worsley was born in Akaroa, New Zealand, in 1872.",
    ),
    "unborn": step(BORN, "Where was Frank Worsley born?", None, "Fram", "Fram", score=0.2),
    "kilkea": step(
        BORN,
        "Where was Ernest Shackleton born?",
        "Kilkea",
        "Ernest Shackleton",
        "He was born in Kilkea, Ireland.",
        score=0.5,
    ),
}


def _ask(*sub_questions: SubQuestion) -> Move:
    text = " ".join(sub.text for sub in sub_questions)
    return Move(kind="ask", sub_questions=sub_questions, text=text)


_NODES = (
    RecordedNode(id=0, visits=8, mean=0.58, value=0.5),
    RecordedNode(
        id=1, parent=0, move=_ask(CAPTAIN), prior=0.7, visits=5, mean=0.74, value=0.8,
        steps={"q1": "captain"},
    ),
    RecordedNode(
        id=2, parent=0, move=_ask(LEADER), prior=0.3, visits=3, mean=0.31, value=0.4,
        explanation="Who leads an expedition need not be the captain.", steps={"q1": "leader"},
    ),
    RecordedNode(
        id=3, parent=1, move=_ask(BORN), prior=0.6, visits=3, mean=0.88, value=0.9,
        steps={"q1": "captain", "q2": "born"},
    ),
    RecordedNode(
        id=4, parent=1, prior=0.4, visits=1, mean=0.1, value=0.1,
        move=Move(kind="reread", id="q1", text="Who was the captain: Endurance"),
        explanation="A ship is no captain.", steps={"q1": "ship"},
    ),
    RecordedNode(
        id=5, parent=2, move=_ask(BORN), prior=0.9, visits=2, mean=0.35, value=0.4,
        steps={"q1": "leader", "q2": "kilkea"},
    ),
    RecordedNode(
        id=6, parent=5, move=Move(kind="answer", text="Answer with what is known"), prior=1.0,
        visits=1, mean=0.3, value=0.3, terminal=True, answer="Kilkea",
        steps={"q1": "leader", "q2": "kilkea"},
    ),
    RecordedNode(
        id=7, parent=3, move=Move(kind="answer", text="Answer with what is known"), prior=0.7,
        visits=2, mean=0.93, value=0.93, terminal=True, answer="Akaroa",
        steps={"q1": "captain", "q2": "born"},
    ),
    RecordedNode(
        id=8, parent=3, prior=0.2, visits=1, mean=0.2, value=0.2,
        move=Move(kind="reword", id="q2", text="birthplace of Frank Worsley"),
        steps={"q1": "captain", "q2": "unborn"},
    ),
    *(
        RecordedNode(
            id=9 + number, parent=1, prior=0.1,
            move=Move(kind="reword", id="q1", text=f"captain of the ship Endurance, {number}"),
            steps={"q1": "captain"},
        )
        for number in range(3)
    ),
)  # fmt: skip

TREE = TreeRecord(
    question=QUESTION,
    method="rest_mcts",
    critic="reward",
    nodes=_NODES,
    steps=STEPS,
    evidence={each.id: each for each in PASSAGES.values()},
    chosen=7,
    iterations=8,
    ended_by="gate",
    failures=("policy: one proposal could not be read",),
)
"""Found by going down eight times; node 7 was taken, 2, 5 and 6 are the wrong branch."""


def bare_tree(
    parents: Sequence[int],
    ends: Mapping[int, str],
    *,
    means: Mapping[int, float] | None = None,
    chosen: int | None = None,
) -> TreeRecord:
    """Return a tree of a shape, each of whose moves asks something of its own.

    Args:
        parents: The parent of node 1, of node 2 and so on.
        ends: Answers of nodes that end the search, by id.
        means: What was backed up, by id; 0.5 elsewhere.
        chosen: The node whose answer was taken.
    """
    nodes = [RecordedNode(id=0, visits=1)]
    steps: dict[str, Step] = {}
    for id, parent in enumerate(parents, start=1):
        kind: Literal["ask", "answer"] = "answer" if id in ends else "ask"
        sub = SubQuestion(id=f"q{id}", text=f"What is fact {id}?")
        made = dict(nodes[parent].steps)
        if kind == "ask":
            steps[f"s{id}"] = Step(
                sub_question=sub,
                text=sub.text,
                reading=Reading(answer=StepAnswer(text=f"fact {id}", confidence=0.5)),
                status="answered",
            )
            made[sub.id] = f"s{id}"
        nodes.append(
            RecordedNode(
                id=id,
                parent=parent,
                move=Move(
                    kind=kind, sub_questions=(sub,) if kind == "ask" else (), text=f"move {id}"
                ),
                visits=1,
                mean=(means or {}).get(id, 0.5),
                value=0.5,
                terminal=kind == "answer",
                answer=ends.get(id),
                steps=made,
            )
        )
    return TreeRecord(
        question="What is it?",
        method="mcts",
        critic="reward",
        nodes=tuple(nodes),
        steps=steps,
        evidence={},
        chosen=chosen,
    )
