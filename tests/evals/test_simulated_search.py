"""A run over simulated search: nothing that was made up counts as found or as cited."""

import json
from collections.abc import Sequence
from pathlib import Path

from support import POLAR, QUESTION, ContentCritic, chain_policy

from clew.agent.search_agent import SearchAgent
from clew.agent.settings import Settings
from clew.evals.runner import evaluate
from clew.tools.search.base import Spending
from clew.tools.search.simulated import SimulatedSearch, WrittenDocument


class Writer:
    """Makes up documents under the very titles of the gold passages."""

    async def documents(
        self, query: str, *, count: int, useful: bool, spending: Spending
    ) -> Sequence[WrittenDocument]:
        return [WrittenDocument(each.title, each.text) for each in POLAR]


def simulating_agent(settings: Settings) -> SearchAgent:
    return SearchAgent(
        settings,
        policy=chain_policy(),
        critic=ContentCritic(),
        search=[SimulatedSearch(Writer())],
    )


def test_titles_of_gold_passages_that_were_made_up_are_no_finds(
    sample_home: Path, tmp_path: Path
) -> None:
    question = {
        "id": "q1",
        "question": QUESTION,
        "answers": ["Akaroa, New Zealand"],
        "gold_titles": ["Endurance", "Frank Worsley"],
    }
    (tmp_path / "questions.jsonl").write_text(json.dumps(question) + "\n")
    run = tmp_path / "run"
    evaluate(
        tmp_path / "questions.jsonl",
        out=run,
        make_agent=simulating_agent,
        workers=1,
        home=sample_home,
    )
    (prediction,) = map(json.loads, (run / "predictions.jsonl").read_text().splitlines())
    assert prediction["prediction"] == "Akaroa, New Zealand" and not prediction["citations"]
    assert all(sentence["recalled"] for sentence in prediction["sentences"])
    assert {passage["origin"] for passage in prediction["evidence"]} == {"simulated"}
    means = json.loads((run / "metrics.json").read_text())
    assert (means["em"], means["recall@10"], means["citation_recall"]) == (1.0, 0.0, 0.0)
    assert "citation_precision" not in means and "quotes_verbatim" not in means
    versions = json.loads((run / "config.json").read_text())["versions"]
    assert versions["prompt simulate"] == "1"
