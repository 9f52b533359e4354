import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from corpus_support import WordEncoder
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from clew.tools.corpus.encoder import Encoder
from clew.tools.corpus.index import CorpusIndex, open_corpus
from clew.tools.corpus.indexing import index_documents
from clew.tools.corpus.memory_index import MemoryIndex
from clew.tools.corpus.readers import Document
from clew.tools.corpus.retrieval import Retriever
from clew.tools.corpus.titles import title_keys

SAMPLE = Path(__file__).resolve().parents[3] / "tools/corpus/sample"
QUESTION_LINES = (SAMPLE / "questions.jsonl").read_text(encoding="utf-8").splitlines()
QUESTIONS = [
    *(json.loads(line)["question"] for line in QUESTION_LINES[::4]),
    "Roald Amundsen",
    "what is it known for",
    "glacier",
]

ODD = [
    {
        "id": "a",
        "title": "The  Thread\r\n(novel)",
        "text": "Ariadne\r\ngave\u0000 it to him. \ud800",
    },
    {"id": "b", "title": "Thread", "text": "Ariadne gave it to Theseus."},
    {"id": "c", "title": "Theseus", "text": "The same words under two sources."},
    {"id": "d", "title": "Theseus", "text": "The same words under two sources."},
    {"id": "e", "title": "", "text": "No title. " + "The labyrinth of Crete had many turns. " * 60},
    {"id": "f", "title": "Minos " * 90, "text": "Minos was a king of Crete. " * 50},
]


@pytest.fixture(scope="module")
def records() -> list[dict[str, str]]:
    lines = (SAMPLE / "passages.jsonl").read_text(encoding="utf-8").splitlines()[:30]
    return [*map(json.loads, lines), *ODD]


@pytest.fixture(scope="module")
def file(records: list[dict[str, str]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("documents") / "records.jsonl"
    file.write_text("".join(f"{json.dumps(record)}\n" for record in records))
    return file


@pytest.fixture(scope="module")
def corpus(
    file: Path, encoder: Encoder, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[CorpusIndex]:
    home = tmp_path_factory.mktemp("home")
    index_documents([file], home=home, name="records", encoder=encoder)
    index = open_corpus(home, "records")
    yield index
    index.close()


@pytest.fixture(scope="module")
def memory(records: list[dict[str, str]], file: Path, encoder: Encoder) -> MemoryIndex:
    # In another order than that of the file: neither index may depend on it.
    documents = (
        Document(source=f"{file}#{each['id']}", title=each["title"], text=each["text"])
        for each in reversed(records)
    )
    return MemoryIndex.of_documents(documents, encoder)


def ids_of(index: CorpusIndex | MemoryIndex, encoder: Encoder) -> list[str]:
    return [id for id, _ in index.search_vectors(encoder.encode(["Crete"])[0], 1000)]


def test_holds_what_a_corpus_holds(
    memory: MemoryIndex, corpus: CorpusIndex, encoder: Encoder
) -> None:
    ids = sorted(ids_of(corpus, encoder))
    assert sorted(ids_of(memory, encoder)) == ids
    assert len(memory) == len(corpus) == len(ids) > len(ODD) + 30
    assert memory.passages(ids) == corpus.passages(ids)
    np.testing.assert_allclose(memory.vectors(ids), corpus.vectors(ids), atol=1e-6)


def test_titles_lead_to_the_same_passages(
    memory: MemoryIndex, corpus: CorpusIndex, encoder: Encoder
) -> None:
    passages = memory.passages(ids_of(memory, encoder))
    keys = {key for passage in passages for key in title_keys(passage.title)} | {"nobody"}
    assert memory.titled(keys) == corpus.titled(keys)
    assert len(memory.titled(["theseus"])["theseus"]) == 2
    assert memory.titled(["the thread", "nobody"]).keys() == {"the thread"}


@pytest.mark.parametrize("limit", [0, 1, 7, 1000])
def test_terms_weigh_the_same(memory: MemoryIndex, corpus: CorpusIndex, limit: int) -> None:
    for question in QUESTIONS[:20]:
        assert memory.search_terms(question, limit) == corpus.search_terms(question, limit)


def test_ranks_as_a_corpus_does(memory: MemoryIndex, corpus: CorpusIndex, encoder: Encoder) -> None:
    in_memory, on_disk = Retriever(memory, encoder), Retriever(corpus, encoder)
    sizes = []
    for question in QUESTIONS:
        found = in_memory.retrieve(question, limit=15)
        expected = on_disk.retrieve(question, limit=15)
        assert [hit.passage for hit in found] == [hit.passage for hit in expected], question
        np.testing.assert_allclose(
            [hit.score for hit in found], [hit.score for hit in expected], atol=1e-5
        )
        sizes.append(len(found))
    assert max(sizes) == 15


def test_known_passages_lead_on_as_in_a_corpus(
    memory: MemoryIndex, corpus: CorpusIndex, encoder: Encoder
) -> None:
    [known] = memory.passages(memory.titled(["eva nansen"])["eva nansen"])
    query = "How did it end?"
    found, expected = (
        Retriever(index, encoder).retrieve(query, limit=10, linked_from=[known])
        for index in (memory, corpus)
    )
    assert [hit.passage for hit in found] == [hit.passage for hit in expected]
    assert found != Retriever(memory, encoder).retrieve(query, limit=10)


def test_what_shares_nothing_with_the_query_is_left_out(
    memory: MemoryIndex, encoder: Encoder
) -> None:
    assert Retriever(memory, encoder).retrieve("qqqq zzzz xxxx", limit=5) == []


def test_many_threads_get_the_same_hits(memory: MemoryIndex, encoder: Encoder) -> None:
    retriever = Retriever(memory, encoder)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: retriever.retrieve(QUESTIONS[0], limit=6), range(32)))
    assert found[0]
    assert all(each == found[0] for each in found)


@pytest.mark.parametrize("text", [None, "", " \n\t"])
def test_nothing_to_index_finds_nothing(encoder: Encoder, text: str | None) -> None:
    documents = [] if text is None else [Document(source="a", title="Granite", text=text)]
    index = MemoryIndex.of_documents(documents, encoder)
    assert len(index) == 0
    assert Retriever(index, encoder).retrieve("What is granite?", limit=5) == []
    assert index.search_vectors(encoder.encode(["granite"])[0], 5) == []
    assert index.vectors([]).shape == (0, encoder.dimension)


def test_one_document_answers(encoder: Encoder) -> None:
    index = MemoryIndex.of_documents(
        [Document(source="a", title="Granite", text="A rock.")], encoder
    )
    retriever = Retriever(index, encoder)
    [hit] = retriever.retrieve("What is granite?", limit=9)
    assert (hit.passage.source, hit.passage.title) == ("a", "Granite")
    assert retriever.retrieve("qqqq zzzz", limit=9) == []


def test_documents_without_a_single_term_are_held(encoder: Encoder) -> None:
    index = MemoryIndex.of_documents([Document(source="a", title="It", text="!!!")], encoder)
    assert index.search_terms("What is it?", 5) == []
    [(id, cosine)] = index.search_vectors(encoder.encode(["It. !!!"])[0], 5)
    assert cosine == pytest.approx(1)
    assert index.titled(["it"]) == {"it": [id]}


def test_a_document_replaces_an_earlier_one_of_its_source(encoder: Encoder) -> None:
    first = Document(source="a", title="Granite", text="A rock.")
    second = Document(source="a", title="Basalt", text="Another rock.")
    index = MemoryIndex.of_documents([first, first, second], encoder)
    [hit] = Retriever(index, encoder).retrieve("rock", limit=9)
    assert hit.passage.title == "Basalt"
    assert index.titled(["granite"]) == {}


def test_equal_texts_of_two_sources_are_two_passages(encoder: Encoder) -> None:
    twins = [Document(source=name, title="Granite", text="A rock.") for name in ("b", "a")]
    hits = Retriever(MemoryIndex.of_documents(twins, encoder), encoder).retrieve("granite", limit=9)
    assert {hit.passage.source for hit in hits} == {"a", "b"}
    assert hits[0].score == hits[1].score


def test_unknown_ids_are_an_error(memory: MemoryIndex) -> None:
    with pytest.raises(KeyError):
        memory.passages(["0" * 16])
    with pytest.raises(KeyError):
        memory.vectors(["0" * 16])


class CountingEncoder(WordEncoder):
    def __init__(self) -> None:
        super().__init__()
        self.calls = 0

    def encode(self, texts: Sequence[str], **options: object) -> NDArray[np.float32]:
        self.calls += 1
        return super().encode(texts).reshape(len(texts), self.dimension)


anything = st.text(st.characters(), max_size=60)
documents = st.builds(
    Document, source=st.sampled_from("abc") | anything, title=anything, text=anything
)


@given(st.lists(documents, max_size=6), anything, st.integers(0, 8))
@settings(max_examples=60, deadline=None)
def test_any_documents_are_searched_all_three_ways(
    given_documents: list[Document], query: str, limit: int
) -> None:
    encoder = CountingEncoder()
    index = MemoryIndex.of_documents(given_documents, encoder)
    assert encoder.calls == 1
    near = index.search_vectors(encoder.encode(["anything"])[0], 100)
    assert [cosine for _, cosine in near] == sorted((cosine for _, cosine in near), reverse=True)
    passages = index.passages([id for id, _ in near])
    assert len({passage.id for passage in passages}) == len(passages) == len(index)
    last = {document.source: document for document in given_documents}
    assert len(index) <= len(last)  # none is too long for one passage
    assert len({passage.source for passage in passages}) == len(index)
    for passage in passages:
        for ids in index.titled(title_keys(passage.title)).values():
            assert passage.id in ids
    hits = Retriever(index, encoder).retrieve(query, limit=limit)
    assert len({hit.passage.id for hit in hits}) == len(hits) <= limit
