import pytest

from clew.agent.policies.embedded.text import whole_words


@pytest.mark.parametrize(
    ("text", "cut", "whole"),
    [
        ("It has 260,897 people.", "260", "260,897"),
        ("It has 260,897 people.", "897", "260,897"),
        ("It cost 1,200,000.5 francs.", "200", "1,200,000.5"),
        ("It is 3.5 km long.", "3", "3.5"),
        ("In 1990, 2000 came.", "1990", "1990"),
        ("On May 5,1990 it fell.", "5", "5"),
        ("An unhappily long word", "happi", "unhappily"),
    ],
)
def test_a_span_grows_to_the_words_and_numbers_that_it_cuts(
    text: str, cut: str, whole: str
) -> None:
    start, end = whole_words(text, text.index(cut), text.index(cut) + len(cut))
    assert text[start:end] == whole


def test_a_span_between_words_stays() -> None:
    assert whole_words("one two three", 3, 8) == (3, 8)
    assert whole_words("", 0, 0) == (0, 0)
