"""Passages: slices that cover the document, within the encoder's limit, cut between sentences."""

import re

import pytest
from corpus_support import WordEncoder
from hypothesis import given, settings
from hypothesis import strategies as st

from clew.tools.corpus.chunking import MAX_TOKENS, embedded_text, split
from clew.tools.corpus.readers import Document
from clew.tools.passages import passage_id

TOKENIZER = WordEncoder()
words = st.text(alphabet="abcXYZ.!? \n\t。é-1", min_size=1, max_size=12)
long_texts = st.lists(words, min_size=1, max_size=60).flatmap(
    lambda parts: st.integers(1, 12).map(lambda times: " ".join(parts * times))
)


class PieceTokenizer:
    """Cuts words into pieces of three letters, so that cutting a word changes its tokens."""

    def token_offsets(self, text: str) -> list[tuple[int, int]]:
        return [match.span() for match in re.finditer(r"\w{1,3}|[^\w\s]", text)]


def check(document: Document, tokenizer: WordEncoder | PieceTokenizer) -> None:
    covered = 0
    for passage in split(document, tokenizer):
        end = passage.start + len(passage.text)
        assert document.text[passage.start : end] == passage.text != ""
        assert passage.text == passage.text.strip()
        assert passage.id == passage_id(document.source, passage.start, passage.text)
        assert document.text[covered : passage.start].strip() == ""
        covered = end
        tokens = tokenizer.token_offsets(embedded_text(passage.title, passage.text))
        assert len(tokens) + 2 <= MAX_TOKENS
    assert document.text[covered:].strip() == ""


@settings(deadline=None, max_examples=60)
@given(title=st.text(max_size=300), text=long_texts)
def test_passages_cover_the_document(title: str, text: str) -> None:
    document = Document(source="s", title=title, text=text)
    check(document, TOKENIZER)
    check(document, PieceTokenizer())


@settings(deadline=None, max_examples=30)
@given(text=st.text(max_size=4000))
def test_any_text_at_all(text: str) -> None:
    check(Document(source="s", title="T", text=text), PieceTokenizer())


def test_what_fits_stays_whole() -> None:
    text = "One. Two.\n\nThree. " * 25
    [passage] = split(Document(source="s", title="T", text=text), TOKENIZER)
    assert passage.text == text.strip()


def test_cuts_lie_between_sentences_in_equal_shares() -> None:
    sentence = "Dr. Smith of the U.S. met J. Doe at 3.5 m. near St. Ives, e.g. Carbis Bay! "
    passages = split(Document(source="s", title="T", text=sentence * 20), TOKENIZER)
    assert all(passage.text.startswith("Dr. Smith") for passage in passages)
    sizes = [len(passage.text) for passage in passages]
    assert len(sizes) > 1 and max(sizes) < 1.6 * min(sizes)


def test_a_sentence_too_long_is_cut_between_words() -> None:
    text = " ".join(f"word{number}" for number in range(1000))
    passages = split(Document(source="s", title="T", text=text), TOKENIZER)
    assert " ".join(passage.text for passage in passages) == text


@pytest.mark.parametrize("text", ["字" * 3000, "!" * 3000, "x" * 3000, "a\u0301" * 1500])
def test_texts_without_spaces(text: str) -> None:
    check(Document(source="s", title="T", text=text), TOKENIZER)
    check(Document(source="s", title="字" * 500, text=text), PieceTokenizer())
