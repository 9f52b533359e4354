"""A quote is shown in the sentence that it stands in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import passage

from clew.graphs.quote_context import sentence_around, titled
from clew.graphs.steps import Quote
from clew.tools.passages import Passage

TEXTS = st.text(
    st.one_of(st.sampled_from("ab.!? \n"), st.characters(exclude_categories=["Cs"])),
    min_size=1,
    max_size=60,
)


def quoted(words: str, source: Passage) -> Quote:
    return Quote(passage_id=source.id, text=words, start=source.text.index(words))


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("in 1872", "He was born in 1872."),
        ("He was born in 1872.", "He was born in 1872."),
        ("A ship", "A ship!"),
        ("Then", "Then?"),
        ("last words", "The last words"),
        ("1872. A", "He was born in 1872. A ship!"),
    ],
)
def test_a_quote_is_shown_in_its_sentence(words: str, sentence: str) -> None:
    source = passage("P", "He was born in 1872. A ship! Then? One\nThe last words")
    assert sentence_around(quoted(words, source), source) == sentence


@given(text=TEXTS, start=st.integers(0, 60), length=st.integers(1, 60))
def test_the_sentence_around_a_quote_holds_it(text: str, start: int, length: int) -> None:
    source = passage("wild", text)
    start %= len(text)
    quote = Quote(passage_id=source.id, text=text[start : start + length], start=start)
    assert quote.text.strip() in sentence_around(quote, source)


def test_the_title_says_what_the_sentence_speaks_of() -> None:
    source = passage("Fram", "Built in 1892. It sailed north.")
    assert titled(quoted("north", source), source) == "Fram: It sailed north."
    untitled = source.model_copy(update={"title": ""})
    assert titled(quoted("north", source), untitled) == "It sailed north."
