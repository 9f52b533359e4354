"""The next hop: what is still asked, and the names that a passage brings."""

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import passage

from clew.tools.corpus.memory_index import MemoryIndex
from clew.tools.corpus.next_hop import next_query
from clew.tools.corpus.retrieval import Retriever

if TYPE_CHECKING:
    from clew.tools.corpus.encoder import Encoder

RECORD = passage("Ten Winters", "Ten Winters is a record by Ole Brandt, out in 1977.")
FATHER = passage("Per Brandt (painter)", "He painted boats, and was the father of Ole Brandt.")
OTHERS = tuple(
    passage(f"{name} choir", f"The {name} choir sings of winters. A sibling leads it.")
    for name in ("Larvik", "Bergen", "Tromsø")
)
QUESTION = "Who is the father of the performer of Ten Winters?"


def test_what_is_still_asked_stands_before_the_names_that_are_new() -> None:
    assert next_query(QUESTION, RECORD) == "father performer ole brandt"


def test_a_passage_without_a_name_leads_nowhere() -> None:
    assert next_query("Who sang it?", passage("", "it was sung in 1977 by many")) == ""


def test_a_name_that_the_query_holds_already_is_not_new() -> None:
    assert next_query("Where was Ole Brandt born?", RECORD).split() == ["born", "ten", "winters"]


def test_a_script_without_capitals_has_names_too() -> None:
    assert "北京" in next_query("首都?", passage("", "北京 是 中国"))


def test_the_next_hop_is_found_without_a_title_that_names_it(encoder: "Encoder") -> None:
    retriever = Retriever(MemoryIndex([*OTHERS, RECORD, FATHER], encoder), encoder)
    titles = [hit.passage.title for hit in retriever.retrieve(QUESTION, limit=2)]
    assert titles == [RECORD.title, FATHER.title]


def test_what_is_known_leads_on(encoder: "Encoder") -> None:
    index = MemoryIndex([*OTHERS, RECORD, FATHER], encoder)
    found, led = (
        {hit.passage.title: hit.score for hit in hits}
        for hits in (
            Retriever(index, encoder).retrieve("his sibling", limit=9),
            Retriever(index, encoder).retrieve("his sibling", limit=9, linked_from=[RECORD]),
        )
    )
    assert FATHER.title not in found and FATHER.title in led


@given(query=st.text(max_size=80), title=st.text(max_size=30), text=st.text(max_size=200))
def test_any_text_gives_words_or_nothing(query: str, title: str, text: str) -> None:
    words = next_query(query, passage(title, text)).split(" ")
    assert words == [""] or all(words)


@pytest.mark.parametrize("limit", [1, 3])
def test_nothing_is_found_twice(encoder: "Encoder", limit: int) -> None:
    retriever = Retriever(MemoryIndex([*OTHERS, RECORD, FATHER], encoder), encoder)
    hits = retriever.retrieve(QUESTION, limit=limit, linked_from=[RECORD, FATHER])
    assert len({hit.passage.id for hit in hits}) == len(hits) == limit
