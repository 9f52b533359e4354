"""From the network's logits to answers: spans as they stand, and their chances."""

from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from clew.agent.policies.embedded.span_reader import SpanAnswer, SpanReader
from clew.tools.corpus.encoder import packaged_model
from clew.tools.passages import Passage

TOKENIZER = Tokenizer.from_file(str(packaged_model() / "tokenizer.json"))
TOKENIZER.no_padding()
TOKENIZER.no_truncation()


class Logits:
    """The network's face over logits laid down by hand.

    Args:
        spans: Scores of starting and ending by the words of an answer; tokens elsewhere have -9.
        none: Score of "none", half for the start and half for the end.
        yes: Score of "yes".
        no: Score of "no".
    """

    def __init__(
        self,
        spans: Mapping[str, float] | None = None,
        *,
        none: float = 0.0,
        yes: float = -9.0,
        no: float = -9.0,
        notes: Mapping[str, float] | None = None,
    ) -> None:
        self._spans = {tuple(self.tokens(text)[0]): score for text, score in (spans or {}).items()}
        self._options = np.repeat(np.array([none, yes, no], dtype=np.float32) / 2, 2)
        self.notes = notes or {}

    def tokens(self, text: str) -> tuple[list[int], list[tuple[int, int]]]:
        found = TOKENIZER.encode(text, add_special_tokens=False)
        return found.ids, found.offsets

    def run_all(
        self, inputs: Sequence[tuple[Sequence[int], int]]
    ) -> list[Mapping[str, np.ndarray]]:
        return [{"spans": self._logits(ids), "options": self._options} for ids, _ in inputs]

    def _logits(self, ids: Sequence[int]) -> np.ndarray:
        logits = np.full((len(ids), 2), -9.0, dtype=np.float32)
        for words, score in self._spans.items():
            for at in range(len(ids) - len(words) + 1):
                if tuple(ids[at : at + len(words)]) == words:
                    logits[at, 0] = logits[at + len(words) - 1, 1] = score / 2
        return logits


def passage(title: str, text: str) -> Passage:
    return Passage(id=f"{title}:{len(text)}", source=title, title=title, text=text)


ROSSON = passage("Arthur Rosson", "Arthur Rosson (24 August 1886 – 17 June 1960) was a director.")
SIERRAS = passage("King of the Sierras (film)", "It was directed by Arthur Rosson, Jr. in 1938.")


def texts(answers: Sequence[SpanAnswer], least: float = -5.0) -> list[str]:
    return [each.text for each in answers if each.margin > least]


def test_the_best_span_comes_first_with_its_place() -> None:
    reader = SpanReader(Logits({"24 August 1886": 6.0, "1938": 3.0}, none=1.0))
    answers = reader.answers("When?", [ROSSON, SIERRAS])
    assert texts(answers) == ["24 August 1886", "1938"]
    assert answers[0].margin == pytest.approx(5.0, abs=0.01)
    assert answers[0].passage == ROSSON
    assert answers[0].start == ROSSON.text.index("24 August")


def test_chances_and_that_of_none_add_up_to_one() -> None:
    answers = SpanReader(Logits({"1938": 2.0})).answers("When?", [SIERRAS])
    logits = np.array([0.0, *(each.margin for each in answers)])
    assert answers[0].chance == pytest.approx(np.exp(2.0) / np.exp(logits).sum(), rel=1e-4)


def test_calibration_changes_chances_and_not_their_order() -> None:
    spans = {"24 August 1886": 6.0, "1938": 3.0}
    plain = SpanReader(Logits(spans)).answers("When?", [ROSSON, SIERRAS])
    notes = {"temperature": 3.0, "none": 4.0}
    careful = SpanReader(Logits(spans, notes=notes)).answers("When?", [ROSSON, SIERRAS])
    assert texts(plain) == texts(careful)
    assert careful[0].chance < plain[0].chance


def test_an_answer_found_twice_counts_for_more() -> None:
    again = passage("Other", "Arthur Rosson came back in 1938.")
    once = SpanReader(Logits({"1938": 2.0})).answers("When?", [SIERRAS])[0]
    twice = SpanReader(Logits({"1938": 2.0})).answers("When?", [SIERRAS, again])[0]
    assert twice.chance > once.chance


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("Arthur Rosson, Jr.", "Arthur Rosson, Jr."),  # its full stop is its own
        (", Jr. in", "Jr. in"),
        ("Rosson (24 August", "Rosson"),  # a bracket that stays open
        ("director.", "director"),
    ],
)
def test_spans_are_tidied(words: str, answer: str) -> None:
    found = SpanReader(Logits({words: 8.0})).answers("Who?", [ROSSON, SIERRAS])
    assert found[0].text == answer


def test_a_title_answers_without_what_tells_it_from_others() -> None:
    reader = SpanReader(Logits({"King of the Sierras (film)": 8.0}))
    [best, *_] = reader.answers("Which film?", [SIERRAS])
    assert (best.text, best.start) == ("King of the Sierras", None)


def test_no_span_runs_from_one_passage_into_another() -> None:
    for answer in SpanReader(Logits({"director": 9.0, "It": 9.0})).answers("?", [ROSSON, SIERRAS]):
        assert answer.text in answer.passage.text or answer.text in answer.passage.title


def test_only_yes_and_no_answer_where_asked() -> None:
    network = Logits({"1938": 9.0}, none=0.0, yes=3.0, no=1.0)
    answers = SpanReader(network).answers("Was it 1938?", [SIERRAS], yes_no=True)
    assert texts(answers) == ["yes", "no"]
    assert answers[0].passage == SIERRAS


def test_nothing_to_read_gives_nothing() -> None:
    assert SpanReader(Logits()).answers("Who?", []) == []
    assert SpanReader(Logits()).answers("Who?", [passage("", "")]) == []


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.tuples(
            st.text(st.characters(exclude_categories=("Cs",)), max_size=20),
            st.text(st.characters(exclude_categories=("Cs",)), max_size=300),
        ),
        max_size=3,
    ),
    st.integers(0, 2**32 - 1),
)
def test_any_logits_give_spans_that_stand_in_the_text(
    titled: list[tuple[str, str]], seed: int
) -> None:
    class Wild(Logits):
        def _logits(self, ids: Sequence[int]) -> np.ndarray:
            return np.random.default_rng(seed).normal(0, 5, (len(ids), 2)).astype(np.float32)

    for answer in SpanReader(Wild()).answers("Who?", [passage(*each) for each in titled]):
        assert answer.text
        assert 0 <= answer.chance <= 1
        if answer.start is not None:
            assert answer.passage.text.startswith(answer.text, answer.start)
