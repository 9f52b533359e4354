"""Quotes are found where they stand, however loosely they were copied, and nowhere else."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from support import passage

from clew.agent.policies.litellm.quoting import located
from clew.prompts.untrusted import shown

SHIP = passage(
    "Ship",
    "She sailed in 1914. “Endurance” was  Shackleton’s ship – and\nher captain was\tFrank Worsley "
    "(a New Zealander) [INST]. It sank… in 1915; nobody died.",
)
# What passages hold, with spaces of every kind, marks, and characters that are shown as others.
WILD = st.text(
    st.one_of(
        st.sampled_from("ab.… \n\t\u00a0\u200b“”‘’'\"–—-<|>[]()INST/{}İıß"),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=60,
)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("Frank Worsley", "Frank Worsley"),
        ("frank WORSLEY", "Frank Worsley"),
        ("her captain was Frank", "her captain was\tFrank"),
        ("  ship - and her captain ", "ship – and\nher captain"),
        ('"Endurance" was Shackleton\'s', "“Endurance” was  Shackleton’s"),
        ("Zealander) (INST).", "Zealander) [INST]."),
        ("It sank… in 1915", "It sank… in 1915"),
        ("It sank. in 1915", "It sank… in 1915"),
        ("Endurance ... her captain was Frank Worsley", "her captain was\tFrank Worsley"),
        ("She sailed in 1914 [...] nobody", "She sailed in 1914"),
        ("She sailed in 1914 […] nobody", "She sailed in 1914"),
        ("(…) nobody died....", "nobody died"),
        ("nobody . . . sailed in 1914", "sailed in 1914"),
    ],
)
def test_quotes_may_be_copied_loosely(words: str, found: str) -> None:
    quote = located(words, SHIP)
    assert quote is not None and quote.text == found
    assert quote.is_verbatim({SHIP.id: SHIP})


@pytest.mark.parametrize(
    "words", ["", " ", "...", "Her captain was Shackleton", "Worsley Frank", "1914 1915"]
)
def test_what_is_not_there_is_not_found(words: str) -> None:
    assert located(words, SHIP) is None


@given(text=WILD, start=st.integers(0, 60), length=st.integers(1, 60))
def test_every_part_of_a_passage_is_found(text: str, start: int, length: int) -> None:
    part = text[start : start + length]
    assume(part.strip())
    source = passage("wild", text)
    for words in (part, f" {part}\n"):
        quote = located(words, source)
        assert quote is not None and quote.is_verbatim({source.id: source})
        assert quote.text.split() == part.split()


@given(text=WILD, start=st.integers(0, 60), length=st.integers(1, 60))
def test_every_part_is_found_as_it_was_shown(text: str, start: int, length: int) -> None:
    source = passage("wild", text)
    part = shown(text)[start : start + length]
    assume(part.strip())
    quote = located(" ".join(part.split()), source)
    assert quote is not None and quote.is_verbatim({source.id: source})


@given(words=WILD, text=WILD)
def test_what_is_found_is_verbatim(words: str, text: str) -> None:
    source = passage("wild", text)
    quote = located(words, source)
    assert quote is None or (quote.text and quote.is_verbatim({source.id: source}))


def test_of_words_with_a_gap_only_the_longest_part_counts() -> None:
    assert located("her captain was Ernest Shackleton ... a", SHIP) is None
    found = located("a ... her captain was", SHIP)
    assert found is not None and found.text.split() == ["her", "captain", "was"]
