"""Splits by rule: what is taken apart, how, and above all what is left whole."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clew.agent.policies.embedded.planning import split
from clew.graphs.plan import make_plan

CHAINS = [
    (
        "Where was the director of film Polish-Russian War born?",
        ["Who is the director of film Polish-Russian War?", "Where was {q1} born?"],
    ),
    (
        "What is the place of birth of the performer of song Get Low (Dillon Francis Song)?",
        [
            "Who is the performer of song Get Low (Dillon Francis Song)?",
            "What is the place of birth of {q1}?",
        ],
    ),
    (
        "Who is the paternal grandfather of John Tuchet?",
        ["Who is the father of John Tuchet?", "Who is the father of {q1}?"],
    ),
    (
        "Who is Empress Xu (Ming Dynasty)'s father-in-law?",
        ["Who is the spouse of Empress Xu (Ming Dynasty)?", "Who is the father of {q1}?"],
    ),
    (
        "Who is the mother of Nephalion's father?",
        ["Who is the father of Nephalion?", "Who is the mother of {q1}?"],
    ),
    (
        "When did the performer of Privilege die?",
        ["Who is the performer of Privilege?", "When did {q1} die?"],
    ),
    (
        "What is the population of the town where the author of Dead Ernest was born?",
        [
            "Who is the author of Dead Ernest?",
            "In which town was {q1} born?",
            "What is the population of {q2}?",
        ],
    ),
    (
        "Who is the spouse of the actor who voices Batman in the Lego Batman movie?",
        ["Who voices Batman in the Lego Batman movie?", "Who is the spouse of {q1}?"],
    ),
    (
        "Where was the director of film The Mother Of Kings born?",
        ["Who is the director of film The Mother Of Kings?", "Where was {q1} born?"],
    ),
    (
        "When was the author of Pride and Prejudice born?",
        ["Who is the author of Pride and Prejudice?", "When was {q1} born?"],
    ),
]
COMPARISONS = [
    (
        "Which film has the director who was born later, Secret Service Of The Air or Levity?",
        [
            "Who is the director of film Secret Service Of The Air?",
            "Who is the director of film Levity?",
            "When was {q1} born?",
            "When was {q2} born?",
            "Which film has the director who was born later: "
            "Secret Service Of The Air ({q3}) or Levity ({q4})?",
        ],
    ),
    (
        "Which film came out first, Charade or Elvis: That's The Way It Is?",
        [
            "When was Charade released?",
            "When was Elvis: That's The Way It Is released?",
            "Which film came out earlier: Charade ({q1}) or Elvis: That's The Way It Is ({q2})?",
        ],
    ),
    (
        "Who is older, Ashish Singh or Jéssica Sodré?",
        [
            "When was Ashish Singh born?",
            "When was Jéssica Sodré born?",
            "Who was born earlier: Ashish Singh ({q1}) or Jéssica Sodré ({q2})?",
        ],
    ),
    (
        "Are both Komadul and Deh Divan, Rabor located in the same country?",
        [
            "In which country is Komadul located?",
            "In which country is Deh Divan, Rabor located?",
            "Is it true that Komadul ({q1}) and Deh Divan, Rabor ({q2}) are in the same country?",
        ],
    ),
    (
        "Do director of film Invisible Ghost and director of film Lola have the same nationality?",
        [
            "Who is the director of film Invisible Ghost?",
            "Who is the director of film Lola?",
            "What is the nationality of {q1}?",
            "What is the nationality of {q2}?",
            "Is it true that the directors of Invisible Ghost ({q3}) and Lola ({q4}) "
            "have the same nationality?",
        ],
    ),
    (
        "Which ship is older, the Nimrod or the SY Aurora?",
        [
            "When was the Nimrod built or founded?",
            "When was the SY Aurora built or founded?",
            "Which ship is older: the Nimrod ({q1}) or the SY Aurora ({q2})?",
        ],
    ),
    (
        "What occupation do Chris Menges and Aram Avakian share?",
        [
            "What is the occupation of Chris Menges?",
            "What is the occupation of Aram Avakian?",
            "What occupation do Chris Menges ({q1}) and Aram Avakian ({q2}) share?",
        ],
    ),
    (
        "Was Kurt Szilier or Lee Zeldin born first?",
        [
            "When was Kurt Szilier born?",
            "When was Lee Zeldin born?",
            "Which was born earlier: Kurt Szilier ({q1}) or Lee Zeldin ({q2})?",
        ],
    ),
    (
        "Did Hubert Wilkins outlive Richard E. Byrd?",
        [
            "When did Hubert Wilkins die?",
            "When did Richard E. Byrd die?",
            "Is it true that Hubert Wilkins ({q1}) died later than Richard E. Byrd ({q2})?",
        ],
    ),
    (
        "Which ship was used both by Ernest Shackleton and by Gino Watkins?",
        [
            "Which ship was used by Ernest Shackleton?",
            "Which ship was used by Gino Watkins?",
            "What is both {q1} and {q2}?",
        ],
    ),
]
WHOLE = [
    "Who directed The Eagle's Feather?",
    "Who is the author of The Mother of All Questions?",
    "When was Pride and Prejudice published?",
    "Who wrote The Wife of Bath's Tale?",
    "What is the capital of Papua New Guinea?",
    "Who is the director of Sense and Sensibility or the Art of Or?",
    "Dum Dum Motijheel College is located in the capital of West Bengal?",
    "Sister Mary Patrick was played by the actress that voiced an animated series on what network?",
    "What is the name of the book that examines relations between France and Spain?",
    "Soundcloud rap has been used by which rapper from Lauderhill, Florida?",
    "how are you",
    "?",
    "{q1}",
    "Which?",
    "the director of the director of the director of",
]


@pytest.mark.parametrize(("question", "texts"), CHAINS + COMPARISONS)
def test_splits_into(question: str, texts: list[str]) -> None:
    assert [sub.text for sub in split(question)] == texts


@pytest.mark.parametrize(("question", "texts"), COMPARISONS)
def test_comparisons_end_in_reasoning(question: str, texts: list[str]) -> None:
    kinds = [sub.kind for sub in split(question)]
    assert kinds == ["search"] * (len(texts) - 1) + ["reason"]


@pytest.mark.parametrize("question", WHOLE)
def test_leaves_whole_what_it_is_not_sure_of(question: str) -> None:
    (only,) = split(question)
    assert only.parents == ()
    assert only.kind == "search"


_WORDS = st.sampled_from(
    "Who Which film What is was the director of born later , A or and The Eagle's Feather ' \" "
    "where who that ( ) { } {q1} mother father's in same nationality both first : Ünïcode 1990 ?"
    .split()
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(max_size=200), st.lists(_WORDS, max_size=30).map(" ".join)))
def test_any_text_gives_a_valid_plan(question: str) -> None:
    plan = make_plan(split(question))
    assert plan.sub_questions
    assert len(plan.sinks()) >= 1
