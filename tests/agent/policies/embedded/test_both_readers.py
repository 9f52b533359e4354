"""Patterns and the trained network side by side: which of them is believed, and how far."""

import pytest

from clew.agent.policies.embedded.both_readers import KNOWN, read_by_both
from clew.agent.policies.embedded.questions import analysed
from clew.agent.policies.embedded.sentences import Candidate, candidates
from clew.agent.policies.embedded.span_reader import SpanReader
from clew.agent.policies.embedded.vectors import VectorCache
from clew.graphs.steps import StepAnswer
from clew.tools.passages import Passage

from .test_reading import WordEncoder
from .test_span_reader import Logits

SIERRAS = Passage(
    id="s",
    source="s",
    title="King of the Sierras",
    text="King of the Sierras is a 1938 American film directed by Arthur Rosson. It stars Rex.",
)
HERD = Passage(id="h", source="h", title="Herds", text="Wild herds roam there. Rex leads one.")


def found(text: str) -> list[Candidate]:
    return candidates(analysed(text), [SIERRAS, HERD], VectorCache(WordEncoder()))


def read_all(text: str, network: Logits, limit: int) -> list[StepAnswer]:
    passages = [SIERRAS, HERD]
    return read_by_both(analysed(text), found(text), passages, SpanReader(network), limit)


def read(text: str, network: Logits) -> StepAnswer:
    (answer,) = read_all(text, network, 1)
    return answer


def test_a_sure_pattern_is_believed_against_the_network() -> None:
    answer = read("Who is the director of King of the Sierras?", Logits({"Rex": 9.0}))
    assert answer.text == "Arthur Rosson"


def test_a_pattern_that_the_network_seconds_is_surer() -> None:
    question = "Who is the director of King of the Sierras?"
    alone = read(question, Logits({"Rex": 9.0}))
    seconded = read(question, Logits({"Arthur Rosson": 9.0}))
    assert seconded.text == alone.text
    assert seconded.confidence > alone.confidence


def test_the_network_reads_what_no_pattern_knows() -> None:
    answer = read("Which horse heads a herd of mustangs?", Logits({"Rex": 9.0}))
    assert answer.text == "Rex"
    [quote] = answer.quotes
    passage = {each.id: each for each in (SIERRAS, HERD)}[quote.passage_id]
    assert passage.text.startswith(quote.text, quote.start)
    assert "Rex" in quote.text


def test_what_the_question_names_does_not_answer_it() -> None:
    network = Logits({"Sierras": 9.0, "Wild herds": 7.0})
    assert read("What roams the Sierras?", network).text == "Wild herds"


def test_a_choice_is_answered_by_what_it_names() -> None:
    network = Logits({"Herds": 9.0})
    assert read("Which are wild, Herds or Rex?", network).text == "Herds"


def test_too_small_a_chance_is_no_answer() -> None:
    network = Logits({"Rex": 1.0}, notes={"none": 9.0})
    answer = read("Which horse heads a herd of mustangs?", network)
    assert answer.text is None
    sure = Logits({"Rex": 9.0})
    assert read("Which horse heads a herd of mustangs?", sure).confidence > KNOWN


@pytest.mark.parametrize(("yes", "no", "answer"), [(6.0, 1.0, "yes"), (1.0, 6.0, "no")])
def test_yes_or_no(yes: float, no: float, answer: str) -> None:
    found = read("Is Rex a leader of a herd?", Logits({"Rex": 9.0}, yes=yes, no=no))
    assert found.text == answer
    assert len(found.quotes) == 1


def test_further_answers_are_what_it_may_be_instead_likeliest_first() -> None:
    question = "Which horse heads a herd of mustangs?"
    network = Logits({"Rex": 9.0, "Wild herds": 8.0, "Arthur Rosson": 7.5})
    best, *others = read_all(question, network, 3)
    assert best.text == "Rex"
    assert [each.text for each in others] == ["Wild herds", "Arthur Rosson"]
    assert best.confidence > others[0].confidence > others[1].confidence
    assert all(each.quotes for each in others)
    assert len(read_all(question, network, 2)) == 2


def test_what_the_network_reads_is_an_alternative_to_a_sure_pattern() -> None:
    network = Logits({"Rex": 9.0, "Arthur Rosson": 8.0})
    best, *others = read_all("Who is the director of King of the Sierras?", network, 3)
    assert best.text == "Arthur Rosson"
    assert "Rex" in [each.text for each in others]
    assert "Arthur Rosson" not in [each.text for each in others]


def test_an_answer_of_too_small_a_chance_is_an_alternative_to_none() -> None:
    network = Logits({"Rex": 6.0}, notes={"none": 9.0})
    best, *others = read_all("Which horse heads a herd of mustangs?", network, 3)
    assert best.text is None
    assert [each.text for each in others] == ["Rex"]
    assert all(each.confidence < KNOWN for each in others)
