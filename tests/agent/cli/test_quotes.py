"""Quotes in their sentences."""

from hypothesis import given
from hypothesis import strategies as st

from clew.agent.cli.quotes import quoted_sentence
from clew.agent.cli.wording import clean, counted, shortened
from clew.tools.passages import Passage


def shown(text: str, quote: str, answer: str | None = None) -> str:
    passage = Passage(id="p", source="s", title="t", text=text)
    before, marked, after = quoted_sentence(passage, quote, text.index(quote), answer)
    return f"{before}<{marked}>{after}"


def test_quote_stands_in_its_sentence() -> None:
    text = "It sank. Her captain was Frank Worsley, a sailor. He lived."
    assert shown(text, "Frank Worsley") == "Her captain was <Frank Worsley>, a sailor."


def test_answer_is_highlighted_within_the_quote() -> None:
    text = "It sank. Her captain was Frank Worsley. He lived."
    quote = "Her captain was Frank Worsley."
    assert shown(text, quote, "frank worsley") == "Her captain was <Frank Worsley>."
    assert shown(text, quote, "Akaroa") == "Her captain was Frank Worsley.<>"


def test_initials_end_no_sentence() -> None:
    text = "The poem is by A. E. Housman. It rhymes."
    assert shown(text, "Housman") == "The poem is by A. E. <Housman>."


def test_far_ends_of_long_sentences_are_cut() -> None:
    text = "word " * 100 + "here" + " word" * 100
    assert shown(text, "here").startswith("… word")
    assert shown(text, "here").endswith("word …")
    assert len(shown(text, "here")) < 350


@given(st.data())
def test_nothing_of_the_quote_is_lost(data: st.DataObject) -> None:
    text = data.draw(st.text(min_size=1, max_size=60))
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    passage = Passage.model_construct(id="p", source="s", title="t", text=text, start=0)
    pieces = quoted_sentence(passage, text[start:end], start, text[start : start + 2])
    letters = [c for c in clean(text[start:end]) if not c.isspace()]
    remaining = iter("".join(pieces))
    assert all(c in remaining for c in letters)


@given(st.text(st.characters(), max_size=50))
def test_clean_text_is_one_harmless_line(text: str) -> None:
    cleaned = clean(text)
    assert cleaned == clean(cleaned)
    assert len(cleaned.splitlines()) <= 1
    cleaned.encode("utf-8")
    assert not any(c < " " or "\x7f" <= c <= "\x9f" for c in cleaned)


def test_small_words() -> None:
    assert shortened("one two three", 8) == "one two …"
    assert shortened("one", 8) == "one"
    assert counted(1, "search", "searches") == "1 search"
    assert counted(2, "passage") == "2 passages"
