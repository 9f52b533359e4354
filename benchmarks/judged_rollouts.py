"""AgentProcessBench's rollouts as trajectories: each message of the agent is a step.

A message that calls the search is a step that searched and found, without an answer. One that does
not is a step that answers the question; what it quotes is the first sentence found so far that
holds its answer. Marks are people's: 1 for a good step, 0 for one that neither helps nor harms, -1
for a wrong one.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clew.agent.policies.embedded.text import plain, sentences
from clew.graphs.plan import SubQuestion
from clew.graphs.steps import Quote, RankedPassage, Reading, Step, StepAnswer, Trajectory
from clew.tools.passages import Passage, passage_id

_THOUGHTS = re.compile(r"<think>.*?</think>", re.DOTALL)
_ANSWER = re.compile(r"<answer>(.*?)</answer>", re.DOTALL)
_LONGEST = 300


@dataclass(frozen=True)
class JudgedRollout:
    """Another agent's run with a mark for each step."""

    trajectory: Trajectory
    marks: Sequence[int]


def judged_rollouts(file: Path) -> list[JudgedRollout]:
    """Read the rollouts of a file."""
    with file.open(encoding="utf-8") as lines:
        return [_rollout(json.loads(line)) for line in lines]


def _rollout(row: Mapping[str, Any]) -> JudgedRollout:
    evidence: dict[str, Passage] = {}
    steps: list[Step] = []
    marks: list[int] = []
    messages = row["messages"]
    for place in sorted(map(int, row["step_labels"])):
        message = messages[place]
        name = f"q{len(steps) + 1}"
        if calls := message.get("tool_calls"):
            found = list(_found(messages[place + 1 :]))
            steps.append(_search(name, calls, found))
            evidence |= {passage.id: passage for passage in found}
        else:
            steps.append(_answering(name, row["question"], message["content"], evidence))
        marks.append(row["step_labels"][str(place)])
    trajectory = Trajectory(question=row["question"], steps=tuple(steps), evidence=evidence)
    return JudgedRollout(trajectory, marks)


def _search(name: str, calls: Sequence[Mapping[str, Any]], found: Sequence[Passage]) -> Step:
    text = " ".join(_queries(call["function"]["arguments"]) for call in calls)[:2_000] or "?"
    ranking = tuple(RankedPassage(passage_id=each.id, score=1.0) for each in found)
    return Step(
        sub_question=SubQuestion(id=name, text=text),
        text=text,
        reading=Reading(ranking=ranking),
        status="unknown",
    )


def _queries(arguments: str) -> str:
    try:
        given = json.loads(arguments)
    except ValueError:
        return arguments
    queries = given.get("query_list", given) if isinstance(given, dict) else given
    return " ".join(map(str, queries)) if isinstance(queries, list) else str(queries)


def _found(following: Sequence[Mapping[str, Any]]) -> Iterator[Passage]:
    for message in following:
        if message["role"] != "tool":
            return
        try:
            results = json.loads(message["content"])["result"]
        except (ValueError, KeyError, TypeError):
            continue
        for result in (each for batch in results for each in batch):
            title, _, text = result["document"]["contents"].partition("\n")
            source = f"wikipedia#{result['document']['id']}"
            title = title.strip('"')
            yield Passage(
                id=passage_id(source, 0, text), source=source, title=title, text=text or title
            )


def _answering(name: str, question: str, content: str, evidence: Mapping[str, Passage]) -> Step:
    said = _THOUGHTS.sub(" ", content)
    tagged = _ANSWER.search(said)
    answer = " ".join((tagged[1] if tagged else said).split())[-_LONGEST:] or None
    return Step(
        sub_question=SubQuestion(id=name, text=question[:2_000]),
        text=question,
        reading=Reading(
            answer=StepAnswer(text=answer, quotes=tuple(_quotes(answer, evidence))),
            ranking=tuple(RankedPassage(passage_id=id, score=1.0) for id in evidence),
        ),
        status="unknown" if answer is None else "answered",
    )


def _quotes(answer: str | None, evidence: Mapping[str, Passage]) -> Iterator[Quote]:
    for passage in evidence.values() if answer else ():
        for sentence in sentences(passage.text):
            if plain(answer or "") in plain(sentence.text):
                yield Quote(passage_id=passage.id, text=sentence.text, start=sentence.start)
                return
