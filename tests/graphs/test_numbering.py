"""Numbers of citations: contiguous from 1, and one source has one number."""

from hypothesis import given
from hypothesis import strategies as st

from clew.graphs.numbering import Numbering
from clew.graphs.steps import Quote
from clew.tools.passages import Passage

PASSAGES = [
    Passage(id=f"p{place}", source=f"s{place % 3}", title=f"T{place}", text="one two three")
    for place in range(7)
]
EVIDENCE = {passage.id: passage for passage in PASSAGES}
QUOTES = st.builds(
    lambda passage, words: Quote(
        passage_id=passage.id, text=words, start=passage.text.index(words)
    ),
    st.sampled_from(PASSAGES),
    st.sampled_from(["one", "two", "two three"]),
)


@given(st.lists(st.lists(QUOTES, max_size=4), max_size=6))
def test_numbers_are_contiguous_and_stand_for_sources(cited: list[list[Quote]]) -> None:
    numbering = Numbering(EVIDENCE)
    numbers = [numbering.cite(quotes) for quotes in cited]
    citations = numbering.citations
    used = list(dict.fromkeys(number for each in numbers for number in each))
    assert used == list(range(1, len(used) + 1)), "in order of first use, and without gaps"
    assert {citation.number for citation in citations} == set(used), "every number is used"
    sources = {citation.number: citation.source for citation in citations}
    assert len(set(sources.values())) == len(sources), "one source, one number"
    for citation in citations:
        assert citation.source == sources[citation.number]
        assert citation.passage.text.startswith(citation.quote, citation.start)
    for quotes, given_numbers in zip(cited, numbers, strict=True):
        assert {sources[number] for number in given_numbers} == {
            EVIDENCE[quote.passage_id].source for quote in quotes
        }
        assert len(set(given_numbers)) == len(given_numbers)
    assert len({(each.passage.id, each.start, each.quote) for each in citations}) == len(citations)


def test_parts_of_one_page_share_a_number_and_keep_their_passages() -> None:
    numbering = Numbering(EVIDENCE)
    first, other, again = (Quote(passage_id=id, text="one", start=0) for id in ("p1", "p0", "p4"))
    assert numbering.cite([first, other, again]) == (1, 2)
    assert [(each.number, each.passage.id) for each in numbering.citations] == [
        (1, "p1"),
        (1, "p4"),
        (2, "p0"),
    ]
