"""Lines of ``predictions.jsonl`` with a tree of chains: complete, and alike from run to run."""

import asyncio
import json
from typing import Any

from chain_runs import script
from support import POLAR, QUESTION, ContentCritic, chain_policy
from tree_examples import TREE

from clew.agent.search_agent import SearchAgent
from clew.evals.answering import Task, outcome_of
from clew.evals.predictions import Prediction
from clew.graphs.answer import Answer
from clew.graphs.budget import Usage
from clew.tools.search.memory import MemorySearch


def predicted() -> Prediction:
    agent = SearchAgent(
        policy=script(q1="Colin Archer", q2="Larvik, Norway"),
        critic=ContentCritic(),
        search=[MemorySearch(POLAR)],
        workflow="searchain",
    )
    outcome = asyncio.run(outcome_of(agent, Task(id="a", question=QUESTION)))
    fields: dict[str, Any] = {name: getattr(outcome, name) for name in type(outcome).model_fields}
    return Prediction(question=QUESTION, answers=("Akaroa",), **fields)


class SearchingAgent(SearchAgent):
    """Answers with a tree, as an expansion that searches one does."""

    async def aask(self, *args: Any, **options: Any) -> Answer:
        answer = await super().aask(*args, **options)
        return answer.model_copy(update={"search_tree": TREE})


def test_the_search_tree_of_an_answer_is_kept() -> None:
    agent = SearchingAgent(
        policy=chain_policy(), critic=ContentCritic(), search=[MemorySearch(POLAR)]
    )
    outcome = asyncio.run(outcome_of(agent, Task(id="a", question=QUESTION)))
    assert outcome.error is None and outcome.search_tree == TREE


def keys(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set(value).union(*(keys(each) for each in value.values()))
    return set().union(*(keys(each) for each in value)) if isinstance(value, list) else set()


def test_two_runs_that_do_the_same_differ_in_their_seconds_alone() -> None:
    first, second = (json.loads(predicted().model_dump_json()) for _ in range(2))
    assert first.pop("seconds") > 0 and second.pop("seconds") > 0
    assert first == second
    assert "usage" in keys(first["tree"]) and "seconds" not in keys(first)


def test_the_tree_is_read_back_whole() -> None:
    prediction = predicted()
    read = Prediction.model_validate_json(prediction.model_dump_json())
    assert read.tree is not None and prediction.tree is not None
    assert read.tree.branches == prediction.tree.branches and len(read.tree.branches) == 3
    assert read.tree.nodes.keys() == prediction.tree.nodes.keys()
    for id, node in prediction.tree.nodes.items():
        again = read.tree.nodes[id]
        assert (again.draft, again.outcome, again.corrects) == (
            node.draft,
            node.outcome,
            node.corrects,
        )
        assert (again.step and again.step.reading) == (node.step and node.step.reading)


def test_a_search_tree_is_kept_without_the_seconds_of_its_steps() -> None:
    spent = Usage(searches=2, seconds=1.5)
    steps = {key: step.model_copy(update={"usage": spent}) for key, step in TREE.steps.items()}
    tree = TREE.model_copy(update={"steps": steps})
    prediction = predicted().model_copy(update={"search_tree": tree})
    line = json.loads(prediction.model_dump_json())
    assert "usage" in keys(line["search_tree"]) and "seconds" not in keys(line["search_tree"])
    read = Prediction.model_validate_json(json.dumps(line)).search_tree
    assert read is not None
    assert (read.nodes, read.evidence, read.chosen) == (tree.nodes, tree.evidence, tree.chosen)
    assert {key: step.reading for key, step in read.steps.items()} == {
        key: step.reading for key, step in steps.items()
    }
    assert {step.usage.searches for step in read.steps.values()} == {2}


def test_lines_written_before_there_were_search_trees_are_read() -> None:
    line = json.loads(predicted().model_dump_json())
    assert line.pop("search_tree") is None
    assert Prediction.model_validate_json(json.dumps(line)).search_tree is None
