from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from corpus_support import json_lines
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clew.tools.corpus.encoder import Encoder
from clew.tools.corpus.index import CorpusIndex, open_corpus
from clew.tools.corpus.indexing import index_documents
from clew.tools.corpus.retrieval import Retriever

PASSAGES = {
    "tango": ("Last Tango in Paris", "A 1972 drama film directed by Bernardo Bertolucci."),
    "prey": ("Beasts of Prey (film)", "A 1985 film directed by Kim Ki-young, shot in Seoul."),
    "bertolucci": ("Bernardo Bertolucci", "He was born in Parma on 16 March 1941."),
    "kim": ("Kim Ki-young", "He was born in Seoul on 10 October 1919."),
    "paris": ("Paris", "The capital of France, on the Seine."),
    "seoul": ("Seoul", "The capital of South Korea, on the Han."),
    "vortex1": ("Vortex (1976 film)", "A film about storms."),
    "vortex2": ("Vortex (2009 film)", "A film about drains."),
    "granite": ("Granite", "A coarse-grained rock of quartz and feldspar."),
    "parma": ("Parma", "A city known for its ham."),
}


@pytest.fixture(scope="module")
def index(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[CorpusIndex]:
    home = tmp_path_factory.mktemp("home")
    file = home / "films.jsonl"
    file.write_text(json_lines(PASSAGES))
    index_documents([file], home=home, name="films", encoder=encoder)
    index = open_corpus(home, "films")
    yield index
    index.close()


@pytest.fixture(scope="module")
def retriever(index: CorpusIndex, encoder: Encoder) -> Retriever:
    return Retriever(index, encoder)


def titles(retriever: Retriever, query: str, limit: int = 4) -> list[str]:
    return [hit.passage.title for hit in retriever.retrieve(query, limit=limit)]


def test_both_hops_of_a_comparison_come_first(retriever: Retriever) -> None:
    query = "Which film has the director born first, Last Tango In Paris or Beasts Of Prey?"
    assert set(titles(retriever, query)) == {
        "Last Tango in Paris",
        "Beasts of Prey (film)",
        "Bernardo Bertolucci",
        "Kim Ki-young",
    }


def test_the_relation_chooses_among_links(retriever: Retriever) -> None:
    ranked = titles(retriever, "Who was the director of Beasts of Prey?", limit=10)
    assert ranked[0] == "Beasts of Prey (film)"
    assert ranked.index("Kim Ki-young") < ranked.index("Seoul")


def test_known_passages_lead_to_what_they_name(retriever: Retriever, index: CorpusIndex) -> None:
    query = "what is it known for"
    [known] = [hit.passage for hit in retriever.retrieve("Bernardo Bertolucci", limit=1)]
    alone = retriever.retrieve(query, limit=10)
    led = retriever.retrieve(query, limit=10, linked_from=[known])
    score = {hit.passage.title: hit.score for hit in led}
    before = {hit.passage.title: hit.score for hit in alone}
    assert score["Parma"] > before.get("Parma", 0.0)


def test_a_name_shared_by_documents_finds_them_all(retriever: Retriever) -> None:
    assert set(titles(retriever, "Vortex", limit=2)) == {"Vortex (1976 film)", "Vortex (2009 film)"}


def test_what_shares_nothing_with_the_query_is_left_out(retriever: Retriever) -> None:
    assert "Granite" not in titles(retriever, "Who directed Last Tango in Paris?", limit=10)
    assert retriever.retrieve("qqqq zzzz xxxx", limit=5) == []


@pytest.mark.parametrize("query", ["", "   ", "\n"])
def test_an_empty_query_finds_nothing(retriever: Retriever, query: str) -> None:
    assert retriever.retrieve(query, limit=5) == []


@pytest.mark.parametrize("limit", [0, -1])
def test_no_hits_wanted_means_none(retriever: Retriever, limit: int) -> None:
    assert retriever.retrieve("Paris", limit=limit) == []


def test_a_corpus_of_one_passage_answers(encoder: Encoder, tmp_path: Path) -> None:
    file = tmp_path / "one.jsonl"
    file.write_text(json_lines({"a": ("Granite", "A rock.")}))
    index_documents([file], home=tmp_path, name="one", encoder=encoder)
    with_one = Retriever(open_corpus(tmp_path, "one"), encoder)
    assert [hit.passage.title for hit in with_one.retrieve("What is granite?", limit=9)] == [
        "Granite"
    ]
    assert with_one.retrieve("qqqq zzzz", limit=9) == []


def test_many_threads_get_the_same_hits(retriever: Retriever) -> None:
    query = "Where was the director of Last Tango in Paris born?"
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: retriever.retrieve(query, limit=6), range(32)))
    assert all(each == found[0] for each in found)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(query=st.text(max_size=120), limit=st.integers(1, 12))
def test_any_query_gets_distinct_hits_best_first(
    retriever: Retriever, query: str, limit: int
) -> None:
    hits = retriever.retrieve(query, limit=limit)
    assert len(hits) <= limit
    assert len({hit.passage.id for hit in hits}) == len(hits)
    assert all(0 <= hit.score <= 1 for hit in hits)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
