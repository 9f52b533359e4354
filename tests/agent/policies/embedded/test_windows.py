"""Windows of a question with passages: nothing lost, nothing too long, every token placed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from clew.agent.policies.embedded.windows import CLS, QUESTION_TOKENS, SEP, windows
from clew.tools.corpus.encoder import packaged_model

LIMIT = 160


class FileTokens:
    def __init__(self) -> None:
        self._tokenizer = Tokenizer.from_file(str(packaged_model() / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()

    def tokens(self, text: str) -> tuple[list[int], list[tuple[int, int]]]:
        found = self._tokenizer.encode(text, add_special_tokens=False)
        return found.ids, found.offsets


TOKENS = FileTokens()
TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=60)
LONG = st.integers(0, 700).map(lambda count: " ".join(f"word{n}" for n in range(count)))


def test_short_passages_share_a_window() -> None:
    [window] = windows("Who?", [("A", "First text."), ("", "Second text.")], TOKENS)
    assert window.ids[0] == CLS and window.ids[-1] == SEP
    assert window.places[: window.question_tokens] == [None] * window.question_tokens
    placed = [place for place in window.places if place is not None]
    assert [place.passage for place in placed] == sorted(place.passage for place in placed)
    assert {place.passage for place in placed} == {0, 1}
    assert [place.titled for place in placed if place.passage == 0][:2] == [True, False]


def test_a_long_passage_is_read_in_pieces_that_overlap() -> None:
    text = " ".join(f"word{number}" for number in range(600))
    found = windows("Who?", [("Title", text)], TOKENS, limit=LIMIT)
    assert len(found) > 2
    ends = [max(p.end for p in window.places if p and not p.titled) for window in found]
    starts = [min(p.start for p in window.places if p and not p.titled) for window in found]
    assert all(start < end for start, end in zip(starts[1:], ends[:-1], strict=True))
    assert starts[0] == 0 and ends[-1] == len(text)


def test_an_endless_question_is_cut() -> None:
    [window] = windows("why " * 500, [("", "Because.")], TOKENS)
    assert window.question_tokens == QUESTION_TOKENS + 2


@pytest.mark.parametrize("passages", [[], [("", "")]])
def test_nothing_to_read_is_no_trouble(passages: list[tuple[str, str]]) -> None:
    assert all(not any(window.places) for window in windows("Who?", passages, TOKENS))


@settings(deadline=None, max_examples=60)
@given(TEXT, st.lists(st.tuples(TEXT, st.one_of(TEXT, LONG)), max_size=4))
def test_every_word_of_every_text_is_read(question: str, passages: list[tuple[str, str]]) -> None:
    found = windows(question, passages, TOKENS, limit=LIMIT)
    assert all(len(window.ids) == len(window.places) <= LIMIT for window in found)
    read = {
        (place.passage, place.start, place.end)
        for window in found
        for place in window.places
        if place is not None and not place.titled
    }
    wanted = {
        (number, start, end)
        for number, (_, text) in enumerate(passages)
        for start, end in TOKENS.tokens(text)[1]
    }
    assert read == wanted
