"""Sources that contradict the answer are told of, and those that only differ are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import passage

from clew.agent.policies.embedded.reader import read
from clew.agent.policies.embedded.refining import refined
from clew.agent.policies.embedded.vectors import VectorCache
from clew.graphs.plan import SubQuestion
from clew.graphs.protocols import RefineRequest
from clew.graphs.steps import Reading
from clew.tools.corpus.encoder import Encoder
from clew.tools.passages import Passage, passage_id


@pytest.fixture(scope="module")
def vectors(encoder: Encoder) -> VectorCache:
    return VectorCache(encoder)


def elsewhere(title: str, text: str, site: str = "other") -> Passage:
    """Return a passage of another site."""
    source = f"{site}.jsonl#{title}"
    return Passage(id=passage_id(source, 0, text), source=source, title=title, text=text)


BORN = passage("Frank Worsley", "Frank Worsley was born on 22 February 1872 in Akaroa.")
WHEN = "When was Frank Worsley born?"
WHERE = "Where was Frank Worsley born?"


def found(question: str, vectors: VectorCache, *passages: Passage) -> tuple[str | None, list[str]]:
    """Return the answer, and what contradicts it."""
    reading = read(question, passages, vectors)
    evidence = {each.id: each for each in passages}
    for other in reading.others:
        assert other.quotes and all(quote.is_verbatim(evidence) for quote in other.quotes)
    return reading.answer.text, [other.text or "" for other in reading.others]


@pytest.mark.parametrize(
    ("question", "theirs", "value"),
    [
        (WHEN, elsewhere("Frank Worsley", "Frank Worsley was born in 1873."), "1873"),
        (WHEN, elsewhere("Frank Worsley", "He was born on 23 February 1872."), "23 February 1872"),
        (WHEN, elsewhere("Akaroa", "Frank Worsley was born here in 1873."), "1873"),
        (WHERE, elsewhere("Frank Worsley", "Frank Worsley was born in Wellington."), "Wellington"),
    ],
)
def test_another_value_in_another_source_is_a_contradiction(
    question: str, theirs: Passage, value: str, vectors: VectorCache
) -> None:
    answer, others = found(question, vectors, BORN, theirs)
    assert {answer, *others} == {answer, value} or {answer, *others} > {value}
    assert len(others) == 1


@pytest.mark.parametrize(
    ("question", "theirs"),
    [
        (WHEN, elsewhere("Frank Worsley", "Frank Worsley was born in 1872.")),
        (WHEN, elsewhere("Frank Worsley", "Frank Worsley was born in February 1872.")),
        (WHEN, elsewhere("Frank Worsley", "Frank Worsley was born c. 1873.")),
        (WHEN, elsewhere("Frank Worsley (painter)", "Frank Worsley was born in 1904.")),
        (WHEN, elsewhere("Worsley", "Worsley was born in 1904.")),
        (WHEN, elsewhere("Frank Wild", "Frank Worsley met Frank Wild, who was born in 1873.")),
        (WHEN, elsewhere("Akaroa", "The first mayor knew Frank Worsley, born in 1873.")),
        (WHEN, elsewhere("Frank Worsley", "He died in 1943.")),
        (WHEN, passage("Frank Worsley", "Frank Worsley was born in 1873.")),
        (WHERE, elsewhere("Frank Worsley", "Frank Worsley was born in Akaroa, New Zealand.")),
        (WHERE, elsewhere("Frank Worsley", "Frank Worsley was born in New Zealand.")),
        (WHERE, elsewhere("Frank Worsley", "Frank Worsley was born in Grehan, near Akaroa.")),
    ],
)
def test_what_may_be_true_as_well_is_none(
    question: str, theirs: Passage, vectors: VectorCache
) -> None:
    answer, others = found(question, vectors, BORN, theirs)
    assert answer is not None and others == []


def test_paris_is_not_paris(vectors: VectorCache) -> None:
    town = passage("Paris", "Paris was founded in 250 BC by the Parisii.")
    prince = elsewhere("Paris (mythology)", "Paris was founded in 1873 as a myth.")
    assert found("When was Paris founded?", vectors, town, prince)[1] == []


def test_new_york_is_new_york_city(vectors: VectorCache) -> None:
    ours = passage("Ann Rask", "Ann Rask was born in New York.")
    theirs = elsewhere("Ann Rask", "Ann Rask was born in New York City.")
    assert found("Where was Ann Rask born?", vectors, ours, theirs)[1] == []


SHIP = passage("Endurance", "Endurance was a ship. Her captain was Frank Worsley.")
CAPTAIN = "Who was the captain of the Endurance?"


def test_the_same_sentence_with_another_value_contradicts(vectors: VectorCache) -> None:
    other = elsewhere("Endurance", "Endurance was a ship. Her captain was Ernest Joyce.")
    answer, others = found(CAPTAIN, vectors, SHIP, other)
    assert sorted([answer or "", *others]) == ["Ernest Joyce", "Frank Worsley"]


@pytest.mark.parametrize(
    "other",
    [
        elsewhere("Discovery", "Endurance was a ship. Her captain was Robert Scott."),
        elsewhere("Endurance", "Endurance was a ship. Her captain was Worsley."),
        elsewhere("Endurance", "Endurance was a ship. Her captain was a New Zealander."),
    ],
)
def test_the_same_words_of_something_else_do_not(other: Passage, vectors: VectorCache) -> None:
    assert found(CAPTAIN, vectors, SHIP, other)[1] == []


@given(years=st.lists(st.integers(1500, 2020), min_size=1, max_size=5))
def test_what_contradicts_differs_from_the_answer_and_each_other(
    years: list[int], vectors: VectorCache
) -> None:
    passages = [
        elsewhere("Ann Rask", f"Ann Rask was born in {year}.", site=str(place))
        for place, year in enumerate(years)
    ]
    answer, others = found("When was Ann Rask born?", vectors, *passages)
    values = [answer, *others]
    assert len(set(values)) == len(values) == min(3, len(set(years)))


def test_refining_keeps_what_contradicts_even_far_down(vectors: VectorCache) -> None:
    other = elsewhere("Frank Worsley", "Frank Worsley was born in 1873.")
    padding = [elsewhere(f"Island {n}", f"Island {n} is an island.") for n in range(13)]
    passages = (BORN, *padding, other)
    reading = read(WHEN, passages, vectors)
    (against,) = {quote.passage_id for each in reading.others for quote in each.quotes}
    last = tuple(sorted(reading.ranking, key=lambda each: each.passage_id == against))
    sub = SubQuestion(id="q1", text=WHEN)

    def refine(given_reading: Reading) -> Reading:
        request = RefineRequest(
            question=WHEN, sub_question=sub, text=WHEN, passages=passages, reading=given_reading
        )
        return refined(request).reading

    kept = refine(reading.model_copy(update={"ranking": last}))
    assert kept.others == reading.others
    assert against in {each.passage_id for each in kept.ranking}
    wrong = reading.answer.model_copy(update={"text": "Ernest Joyce"})
    assert refine(reading.model_copy(update={"answer": wrong})).others == ()
