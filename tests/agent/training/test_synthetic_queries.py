"""Queries written by a language model behind a real server, and kept after a round trip."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from misbehaving_server import MisbehavingServer, failing, saying

from clew.agent.models import ModelSettings
from clew.agent.policies.litellm.querying import Example, QueryWriter
from clew.agent.training.retrieval_examples import own_queries
from clew.agent.training.synthetic_queries import Written, read_examples, write_queries
from clew.errors import BudgetExhausted, ModelUnavailable, TrainingDataError
from clew.graphs.budget import Budget, Usage
from clew.graphs.meter import Meter, Tally
from clew.prompts.loader import load_prompts
from clew.tools.corpus.index import CorpusIndex, open_corpus
from clew.tools.corpus.indexing import index_documents
from clew.tools.corpus.retrieval import Retriever

if TYPE_CHECKING:
    from clew.tools.corpus.encoder import Encoder

PAGES = {
    "Otter (tug)": "Otter was a harbour tug built in Bergen in 1911.",
    "Granite": "Granite is a coarse rock of quartz and feldspar.",
}
EXAMPLES = (
    Example("who sailed the Fram", "Fram", "Fram was sailed by Sverdrup."),
    Example("what is a keel", "Keel", "A keel is the spine of a ship."),
)


@pytest.fixture(scope="module")
def index(encoder: "Encoder", tmp_path_factory: pytest.TempPathFactory) -> Iterator[CorpusIndex]:
    home = tmp_path_factory.mktemp("home")
    rows = [{"id": title, "title": title, "text": text} for title, text in PAGES.items()]
    (home / "pages.jsonl").write_text("\n".join(map(json.dumps, rows)))
    index_documents([home / "pages.jsonl"], home=home, name="pages", encoder=encoder)
    index = open_corpus(home, "pages")
    yield index
    index.close()


def make_writer(address: str) -> QueryWriter:
    model = ModelSettings(model="hosted_vllm/simulated", api_base=(address,), retries=0)
    return QueryWriter(model, prompts=load_prompts())


def saying_queries(*queries: object) -> Any:
    return saying(json.dumps({"queries": queries}))


async def write(
    index: CorpusIndex, encoder: "Encoder", writer: QueryWriter, file: Path, **more: Any
) -> Written:
    more = {"tally": Tally.unlimited(), "report": lambda line: None} | more
    return await write_queries(index, Retriever(index, encoder), writer, EXAMPLES, file, **more)


async def test_queries_are_kept_that_bring_their_passage_back_first(
    index: CorpusIndex, encoder: "Encoder", tmp_path: Path
) -> None:
    file = tmp_path / "queries.jsonl"
    good = "what is granite made of"
    with MisbehavingServer(then=saying_queries(good, f" {good}\n", "")) as server:
        written = await write(index, encoder, make_writer(server.url), file)
    # Both passages are given the same query, and it leads back to one of them.
    assert written == Written(passages=2, queries=2, kept=1)
    [query] = own_queries(file, [each.source for each in index.documents()])
    assert query.text == good
    assert {source.rpartition("#")[2] for source in query.gold} == {"Granite"}


async def test_the_model_is_shown_the_examples_and_the_passage(
    index: CorpusIndex, encoder: "Encoder", tmp_path: Path
) -> None:
    with MisbehavingServer(then=saying_queries()) as server:
        await write(index, encoder, make_writer(server.url), tmp_path / "q.jsonl", passages=1)
        [body] = server.bodies
    shown = body["messages"][-1]["content"].splitlines()
    assert shown[:4] == [
        "1| Fram: Fram was sailed by Sverdrup.",
        "Query: who sailed the Fram",
        "2| Keel: A keel is the spine of a ship.",
        "Query: what is a keel",
    ]
    assert shown[4] in {f"3| {title}: {text}" for title, text in PAGES.items()}
    assert shown[5:] == ["Write at most 3 queries."]


async def test_what_was_written_is_not_asked_for_again(
    index: CorpusIndex, encoder: "Encoder", tmp_path: Path
) -> None:
    file = tmp_path / "queries.jsonl"
    with MisbehavingServer(then=saying_queries("granite quartz", "otter tug Bergen")) as server:
        first = await write(index, encoder, make_writer(server.url), file)
        again = await write(index, encoder, make_writer(server.url), file)
    assert (first.passages, first.kept, again) == (2, 2, Written(0, 0, 0))


async def test_a_budget_ends_it_and_a_broken_server_is_told(
    index: CorpusIndex, encoder: "Encoder", tmp_path: Path
) -> None:
    with MisbehavingServer(then=saying_queries("granite")) as server:
        tally = Tally(Meter(Budget(policy_calls=0), Usage()))
        with pytest.raises(BudgetExhausted, match="policy_calls"):
            await write(index, encoder, make_writer(server.url), tmp_path / "a", tally=tally)
        assert not server.bodies
    with MisbehavingServer(then=failing) as server, pytest.raises(ModelUnavailable):
        await write(index, encoder, make_writer(server.url), tmp_path / "b")


async def test_an_answer_of_no_use_is_no_query(
    index: CorpusIndex, encoder: "Encoder", tmp_path: Path
) -> None:
    with MisbehavingServer(then=saying('{"queries": "granite"}')) as server:
        written = await write(index, encoder, make_writer(server.url), tmp_path / "q.jsonl")
    assert (written.queries, written.kept) == (0, 0)


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([{"query": "q", "text": "t"}], "holds 1 examples; give 2 to 8"),
        ([{"query": "q", "text": "t"}] * 9, "holds 9 examples"),
        ([{"query": "q"}] * 2, "example 1 is not of the form"),
        ([{"query": "q", "text": "t"}, {"query": "", "text": "t"}], "example 2 is not"),
    ],
)
def test_examples_that_cannot_be_used_are_told(
    tmp_path: Path, rows: list[dict[str, str]], told: str
) -> None:
    file = tmp_path / "examples.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)))
    with pytest.raises(TrainingDataError, match=told):
        read_examples(file)


def test_examples_are_read(tmp_path: Path) -> None:
    file = tmp_path / "examples.jsonl"
    file.write_text("\n".join(json.dumps(each._asdict()) for each in EXAMPLES))
    assert tuple(read_examples(file)) == EXAMPLES
