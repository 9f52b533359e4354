"""The embedded policy's queries of each wording."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import CHAIN, POLAR, QUESTION, passage

from clew.agent.policies.embedded.feedback import in_their_words
from clew.agent.policies.embedded.pseudo_passages import pseudo_passage, thought
from clew.agent.policies.embedded.queries import queries
from clew.agent.policies.embedded.text import content_words, words
from clew.graphs.protocols import RewriteRequest, Wording
from clew.graphs.steps import Step

BORN = "Where was Frank Worsley born?"


def asked(
    wording: Wording, text: str = BORN, *, count: int | None = 6, **more: object
) -> list[str]:
    request = RewriteRequest(
        question=QUESTION,
        sub_question=CHAIN[1],
        text=text,
        wording=wording,
        count=count,
        **more,  # type: ignore[arg-type]
    )
    return list(queries(request))


def test_first_comes_the_sub_question_itself_and_then_two_others_at_a_time() -> None:
    assert asked("query", count=None) == [BORN]
    assert len(asked("query", count=None, tried=[BORN])) == 2
    assert len(asked("query", count=1, tried=[BORN])) == 1


def test_paraphrases_say_the_same_in_other_words() -> None:
    made = asked("paraphrase")
    assert made[0] == "the place where Frank Worsley was born"
    assert BORN not in made and len(made) >= 4


def test_the_context_is_what_the_question_says_besides() -> None:
    assert asked("context") == [
        "Where was Frank Worsley born captain endurance",
        "Frank Worsley captain endurance",
    ]
    assert asked("context", text=QUESTION) == []


def test_details_are_the_names_with_how_the_relation_is_said() -> None:
    assert asked("detail") == ["Frank Worsley born birthplace native raised", "Frank Worsley born"]


def test_another_aspect_begins_with_what_is_asked_for() -> None:
    (made,) = asked("aspect")
    assert made.startswith("place of birth") and made.endswith("Frank Worsley")
    assert asked("aspect", text="Which ship carried Ernest Shackleton?") == [
        "ship Ernest Shackleton"
    ]


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        (BORN, "Frank Worsley was born in a town, a region or a country."),
        ("Who directed Fram?", "A person directed Fram."),
        ("Which ship carried Ann?", "the ship that carried Ann is a ship"),
        ("Are both Fram and Endurance ships?", "both Fram and Endurance ships"),
    ],
)
def test_a_thought_states_the_kind_of_answer(text: str, stated: str) -> None:
    assert thought(text) == stated
    assert asked("thought", text=text) == [stated]


def test_a_pseudo_passage_begins_with_its_subject_and_says_the_relation() -> None:
    (made,) = asked("passage")
    assert made.startswith("Frank Worsley. Frank Worsley was born in ")
    assert "birthplace" in made and made == pseudo_passage(BORN)


def test_feedback_takes_the_terms_of_what_was_found() -> None:
    first, second = asked("feedback", passages=POLAR)
    assert first.startswith("Where was Frank Worsley born ")
    added = set(words(first)) - set(words(BORN))
    assert "endurance" in added and not added & {"was", "her", "a", "the", "in"}
    assert not added & (set(words(second)) - set(words(BORN)))
    assert asked("feedback") == []


def test_a_term_that_the_better_passages_repeat_counts_most() -> None:
    found = [
        passage("Otter", "The tug Otter towed barges. The tug sank."),
        passage("Hale", "Hale Station is a hut on the ice."),
    ]
    (made, *_) = in_their_words("Who steered her?", found)
    assert made.split()[3:5] == ["otter", "tug"] or made.split()[3:5] == ["tug", "otter"]


def test_what_is_not_known_is_described() -> None:
    unknown = Step(sub_question=CHAIN[0], text=CHAIN[0].text, status="unknown")
    made = asked("passage", text=CHAIN[1].text, parents={"q1": unknown})
    assert "{" not in made[0] and "captain of the Endurance" in made[0]


@given(st.text(), st.lists(st.text(), max_size=4))
def test_feedback_only_adds_words_of_the_passages(text: str, found: Sequence[str]) -> None:
    passages = [passage(str(n), each) for n, each in enumerate(found)]
    known = {word for each in passages for word in content_words(f"{each.title} {each.text}")}
    for made in in_their_words(text, passages):
        assert made.startswith(text)
        assert set(made.removeprefix(text).split()) <= known
