import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.graphs.agreement import agree, rouge_l

SAME = [
    ("Frank Worsley", "frank  worsley."),
    ("Frank Arthur Worsley", "Frank Worsley"),
    ("Worsley", "Frank Worsley"),
    ("22 February 1872", "February 22, 1872"),
    ("February 22,1872", "22 February 1872"),
    ("22 February 1872", "1872"),
    ("in 1872", "1872"),
    ("22.02.1872", "1872"),
    ("1,300", "1300"),
    ("1,300,000 people", "1300000"),
    ("The Beatles", "Beatles"),
    ("Malmö", "MALMO"),
    ("United States", "the United States of America"),
    ("yes", "Yes."),
    ("Yes, both are.", "yes"),
    ("no", "No: one is older"),
    ("yes they are", "Yes"),
    ("No Country for Old Men", "No Country for Old Men (film)"),
    ("Vitamin A", "vitamin A, also called retinol"),
    ("東京", "東京"),
]
DIFFERENT = [
    ("1872", "1873"),
    ("22 February 1872", "22 March 1872"),
    ("1.5 million", "5 million"),
    ("1.5", "5"),
    ("1,300", "300"),
    ("yes", "no"),
    ("yes", "American"),
    ("No", "Norway"),
    ("No Time to Die", "No Strings Attached"),
    ("No. 5", "No. 9"),
    ("Vitamin A", "Vitamin B"),
    ("Frank Worsley", "Frank Wild"),
    ("Akaroa", ""),
    ("the", "a"),
    ("東京", "京都"),
]


@pytest.mark.parametrize(("left", "right"), SAME)
def test_these_say_the_same(left: str, right: str) -> None:
    assert agree(left, right) and agree(right, left)


@pytest.mark.parametrize(("left", "right"), DIFFERENT)
def test_these_do_not(left: str, right: str) -> None:
    assert not agree(left, right) and not agree(right, left)


LONG = (
    "He was the second child of a doctor and grew up on a farm near the harbour of Akaroa, sailing"
)


def test_long_answers_agree_by_what_they_share() -> None:
    other = (
        "He was the second child of a family that grew up on one farm near that harbour, sailing"
    )
    assert agree(LONG, other)
    assert not agree(
        LONG, "She wrote three novels, two plays and many letters from Paris, London, Rome"
    )
    assert agree(LONG, "a farm near Akaroa"), "one short answer is looked for in the long one"
    assert not agree(LONG, "a farm near Larvik")


ANY = st.text(st.characters(exclude_categories=()), max_size=60) | st.lists(
    st.sampled_from("yes no the a 1872 1,300 1.5 Frank Worsley of . , ? é \u0301 東京".split())
).map(" ".join)


@given(ANY, ANY)
def test_agreeing_is_mutual(left: str, right: str) -> None:
    assert agree(left, right) == agree(right, left)


@given(ANY)
def test_all_text_agrees_with_itself(text: str) -> None:
    assert agree(text, text)


@given(st.lists(st.sampled_from("abc"), max_size=8), st.lists(st.sampled_from("abc"), max_size=8))
def test_rouge_l_is_a_share_and_one_only_for_the_same(left: list[str], right: list[str]) -> None:
    score = rouge_l(left, right)
    assert 0.0 <= score <= 1.0 and score == rouge_l(right, left)
    assert (score == 1.0) == (left == right != [])


def test_rouge_l_counts_the_longest_common_subsequence() -> None:
    # "police the gunman" is shared in order; Lin (2004) has the example.
    reference, candidate = "police killed the gunman".split(), "police kill the gunman".split()
    assert rouge_l(reference, candidate) == pytest.approx(0.75)
    assert rouge_l(reference, "the gunman kill police".split()) == pytest.approx(0.5)
