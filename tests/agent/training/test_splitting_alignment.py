"""Which words of a question a step stands for, and which steps are given up."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clew.agent.training.splitting_alignment import aligned
from clew.agent.training.splitting_steps import step

ALIGNED = [
    # Relations, said in the question's own words.
    (
        "Where did the painter of The Tin Lantern study?",
        ["The Tin Lantern >> creator", "Where did #1 study?"],
        "the painter of The Tin Lantern",
    ),
    (
        "Who is the child of Anna Vell's husband?",
        ["Anna Vell >> spouse", "#1 >> child"],
        "Anna Vell's husband",
    ),
    # What the first step is about comes before what rests on it.
    (
        "What is the name of the castle in the city where the performer of Fog was born?",
        ["Fog >> performer", "#1 >> place of birth", "what is the name of the castle in #2"],
        "the performer of Fog",
    ),
    (
        "What is the name of the castle in the city where #1 was born?",
        ["#1 >> place of birth", "what is the name of the castle in #2"],
        "the city where #1 was born",
    ),
    # A clause takes its noun with it, and the preposition that it leaves behind.
    (
        "Who chairs the society that Ida Brun is a member of?",
        ["Ida Brun >> member of", "who chairs #1"],
        "the society that Ida Brun is a member of",
    ),
    (
        "How many bells has the town where the Battle of Marl Hill was fought?",
        ["where was the battle of marl hill fought", "how many bells has #1"],
        "the town where the Battle of Marl Hill was fought",
    ),
    # A statement that a question begins with, and a title's quotes.
    (
        "Pale Harbour was directed by a former boxer who was born in what year?",
        [
            "return the former boxer that Pale Harbour was directed by",
            "return what year #1 was born in",
        ],
        "Pale Harbour was directed by a former boxer",
    ),
    (
        'What is the nickname of the singer who released "The Tin Lantern"?',
        [
            "return the singer who released The Tin Lantern",
            "return the nickname of #1",
        ],
        'the singer who released "The Tin Lantern"',
    ),
]
UNCERTAIN = [
    # Nothing in the question says the first step.
    ("Can a penguin sue?", ["Who may go to court?", "Is a penguin #1?"]),
    # A name alone is no part to ask.
    ("In which county is Marl Hill?", ["Marl Hill >> located in", "#1 >> county"]),
    # What a thing is called only names it again.
    (
        'What band sang a song called "Fog"?',
        ["return the song called Fog", "return band that sang #1"],
    ),
    # The steps' words are mingled.
    (
        "Which games did both Ann and Bo win in 1990?",
        ["return games Ann did win in 1990", "return #1 that Bo did win"],
    ),
    ("", ["a >> b", "#1 >> c"]),
]


@pytest.mark.parametrize(("question", "steps", "span"), ALIGNED)
def test_finds_the_words_of_the_first_step(question: str, steps: list[str], span: str) -> None:
    first, *others = [step(each) for each in steps]
    found = aligned(question, first, others)
    assert found is not None
    assert question[slice(*found)] == span


@pytest.mark.parametrize(("question", "steps"), UNCERTAIN)
def test_gives_up_what_is_not_certain(question: str, steps: list[str]) -> None:
    first, *others = [step(each) for each in steps]
    assert aligned(question, first, others) is None


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            "Who the author's of where #1 X's \"Fog\" was in ( ) which , Ünïcode 1990 that is"
            " members who ?".split()
        ),
        max_size=25,
    ).map(" ".join),
    st.sampled_from(["Fog >> author", "#1 >> member of", "return who was in 1990", "", ">>"]),
)
def test_any_question_gives_a_span_of_it_or_none(question: str, text: str) -> None:
    found = aligned(question, step(text), [step("What is #2?")])
    if found is not None:
        start, end = found
        assert 0 <= start < end <= len(question)
        assert question[start:end].strip() == question[start:end]
