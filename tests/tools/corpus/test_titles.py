import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.tools.corpus.titles import LONGEST_MENTION, mentions, title_keys, words_of


@pytest.mark.parametrize(
    ("asked", "title"),
    [
        ("Who directed Last Tango In Paris?", "Last Tango in Paris"),
        ("Is It'S A Bikini World older?", "It's a Bikini World"),
        ("Who is the father of Jordan Ii Of Capua?", "Jordan II of Capua"),
        ("Who starred in Vortex (1976 Film)?", "Vortex (1976 film)"),
        ("Who starred in Vortex?", "Vortex (1976 film)"),
        ("Where was Beyonce born?", "Beyoncé"),
        ("What did J.R.R. Tolkien's friend write?", "J. R. R. Tolkien"),
        ("Who founded the Beatles’ label?", "The Beatles"),
        ("who directed last tango in paris", "Last Tango in Paris"),
        ("Who sang for The Who?", "The Who"),
        ("Who runs AT&T?", "AT & T"),
        ("Wo liegt Lodz?", "Łódź"),
        ("What is Cafe\u0301 Tacvba?", "Café Tacvba"),
    ],
)
def test_a_title_is_found_under_odd_spellings(asked: str, title: str) -> None:
    assert set(title_keys(title)) & {mention.key for mention in mentions(asked)}


@pytest.mark.parametrize("text", ["Who was he?", "It is.", "it was 1976", "…", ""])
def test_words_that_name_nothing_are_no_mentions(text: str) -> None:
    assert mentions(text) == []


def test_the_fullest_key_comes_first() -> None:
    assert title_keys("The Vortex (1976 film)") == (
        "the vortex 1976 film",
        "vortex 1976 film",
        "the vortex",
        "vortex",
    )


def test_an_initial_is_not_an_article() -> None:
    assert title_keys("A. E. Housman") == ("ae housman",)


def test_a_title_of_punctuation_has_a_key() -> None:
    assert title_keys("!!!") == ("!!!",)


def test_the_longest_mentions_come_first() -> None:
    lengths = [len(words_of(m.key)) for m in mentions("Where is New York City Hall Park?")]
    assert lengths == sorted(lengths, reverse=True)


@given(st.text(min_size=1))
def test_every_title_has_distinct_keys(title: str) -> None:
    keys = title_keys(title)
    assert keys and all(keys) and len(set(keys)) == len(keys)


@given(st.text())
def test_keys_are_stable_under_normalisation(title: str) -> None:
    for key in title_keys(title):
        assert key in title_keys(key)


@given(st.text())
def test_mentions_lie_in_the_text(text: str) -> None:
    for mention in mentions(text):
        assert 0 <= mention.start < mention.end <= len(text)
        assert mention.key
        assert len(words_of(text[mention.start : mention.end])) <= LONGEST_MENTION


@given(
    st.lists(st.from_regex(r"[A-ZÀ-ÖØ-Þ][a-zß-öø-ÿ]{2,8}", fullmatch=True), min_size=1, max_size=6)
)
def test_a_capitalised_title_is_a_mention_of_itself(words: list[str]) -> None:
    title = "Qyzz " + " ".join(words)
    text = f"We know that {title} is here."
    found = {mention.key: text[mention.start : mention.end] for mention in mentions(text)}
    assert found[title_keys(title)[0]] == title
