"""Parts of questions worded as questions, and what is left of the question without them."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.agent.policies.embedded.inner_questions import asked, rejoined

PARTS = [
    ("the director of film Pale Harbour", "Who is the director of film Pale Harbour?"),
    ("the actor who played the miller", "Who played the miller?"),
    ("The band that released Fog", "Which band released Fog?"),
    ("the town where #1 was born", "In which town was #1 born?"),
    ("the author of #2", "Who is the author of #2?"),
    ("where Marl Hill is", "Where is Marl Hill located?"),
    ("where Ida Brun was educated", "Where was Ida Brun educated?"),
    ("when the first bell was cast", "When was the first bell cast?"),
    ("a play staged in 1990", "Which play was staged in 1990?"),
    ("an opera for children", "What is the opera for children?"),
    ("Ida Brun's eldest son", "Who is Ida Brun's eldest son?"),
    ("the society that #1 is a member of", "What is the society that #1 is a member of?"),
    ("Ida Brun is a part in an Irish opera", "Ida Brun is a part in which Irish opera?"),
    ('"Fog" is a song by a rock band', '"Fog" is a song by which rock band?'),
]  # fmt: skip
LEFT = [
    ("When was ", " born?", "When was #1 born?"),
    ("", " who was formed in what year?", "#1 was formed in what year?"),
    ("Is ", ", then,  old?", "Is #1, then, old?"),
    ("Who is ", "?", None),
    ("What is the name of the ", " ?", None),
    ("", "?", None),
]


@pytest.mark.parametrize(("part", "question"), PARTS)
def test_words_a_part_as_a_question(part: str, question: str) -> None:
    assert asked(part) == question


@pytest.mark.parametrize(
    "part",
    [
        *("", "Fog", " , ", "#1", "the University of Marl", "the town of Marl Hill"),
        *("the song Fog", 'a song called "Fog and Rain"', "the fictional character, Ole Brun"),
    ],
)
def test_does_not_ask_for_what_is_a_name(part: str) -> None:
    assert asked(part) is None


@pytest.mark.parametrize(("before", "after", "left"), LEFT)
def test_leaves_the_rest_of_the_question(before: str, after: str, left: str | None) -> None:
    assert rejoined(before, "#1", after) == left


@pytest.mark.parametrize(
    "part",
    [
        "Aa, " * 300 + "b",
        "Aa of the " * 150 + "x",
        "X is a " + "aa " * 400 + "of",
        "the aa who " * 99,
    ],
)
def test_long_parts_take_no_time(part: str) -> None:
    started = time.process_time()
    asked(part)
    rejoined(part, "#1", part)
    assert time.process_time() - started < 1


_WORDS = "the a author of where #1 #2 X's Fog was is who that an by {q} , \"".split()


@given(st.lists(st.sampled_from(_WORDS), min_size=2, max_size=15).map(" ".join))
def test_references_are_neither_lost_nor_made(part: str) -> None:
    question = asked(part)
    if question is not None:
        assert sorted(re.findall(r"#\d", question)) == sorted(re.findall(r"#\d", part))
        assert question.endswith("?")
