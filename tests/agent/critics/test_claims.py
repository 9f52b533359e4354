"""The claim scorer on sentences as the policies write them."""

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.agent.critics.claim_signs import signs_of
from clew.agent.critics.claim_text import compared_words, tidied
from clew.agent.critics.claims import SUPPORTED, EmbeddedClaimScorer
from clew.errors import ModelUnavailable
from clew.graphs.protocols import Claim

if TYPE_CHECKING:
    from clew.tools.corpus.encoder import Encoder

ARCHER = (
    "Colin Archer: Colin Archer (22 July 1832 – 8 February 1921) was a Norwegian naval architect "
    "and shipbuilder born in Larvik."
)
WORSLEY = "Frank Worsley: Frank Worsley was born on 22 February 1872 in Akaroa, New Zealand."
FRAM = "Fram (ship): Fram was designed by Colin Archer and launched in 1892."


@pytest.fixture(scope="module")
def scorer(encoder: "Encoder") -> EmbeddedClaimScorer:
    return EmbeddedClaimScorer(encoder)


@pytest.mark.parametrize(
    ("text", "quotes"),
    [
        ("Colin Archer was born in Larvik.", (ARCHER,)),
        ("Colin Archer was born on 22 July 1832.", (ARCHER,)),
        ("Frank Worsley was born in Akaroa, New Zealand.", (WORSLEY,)),
        ("The designer of Fram is Colin Archer.", (FRAM,)),
        ("Colin Archer was born earlier.", (ARCHER, WORSLEY)),
        ("Where was Frank Worsley born? Akaroa, New Zealand.", (WORSLEY,)),
    ],
)
async def test_what_the_quotes_say_is_supported(
    scorer: EmbeddedClaimScorer, text: str, quotes: tuple[str, ...]
) -> None:
    [chance] = await scorer.support([Claim(text, quotes)])
    assert chance >= SUPPORTED


@pytest.mark.parametrize(
    ("text", "quotes"),
    [
        ("Colin Archer was born in Akaroa, New Zealand.", (WORSLEY,)),
        ("Colin Archer was born in Bergen.", (ARCHER,)),
        ("Colin Archer was born on 3 May 1851.", (ARCHER,)),
        ("The designer of Fram is Frank Worsley.", (FRAM,)),
        ("The capital of Peru is Lima.", (ARCHER,)),
    ],
)
async def test_what_the_quotes_do_not_say_is_not(
    scorer: EmbeddedClaimScorer, text: str, quotes: tuple[str, ...]
) -> None:
    [chance] = await scorer.support([Claim(text, quotes)])
    assert chance < SUPPORTED


async def test_corpus_typography_makes_no_difference(scorer: EmbeddedClaimScorer) -> None:
    typed = 'Fram ("Forward") was launched in 1892, Archer\'s best ship.'
    treebank = "Fram -LRB- `` Forward '' -RRB- was launched in 1892 , Archer 's best ship ."
    claim = "Fram was launched in 1892."
    left, right = await scorer.support([Claim(claim, (typed,)), Claim(claim, (treebank,))])
    assert left == right


async def test_the_order_of_dates_decides_what_was_earlier(scorer: EmbeddedClaimScorer) -> None:
    right, wrong = await scorer.support(
        [
            Claim("Colin Archer was born earlier.", (ARCHER, WORSLEY)),
            Claim("Colin Archer was born later.", (ARCHER, WORSLEY)),
        ]
    )
    assert right > wrong


def test_vectors_of_another_length_are_refused(encoder: "Encoder") -> None:
    class Short:
        name = "short"
        dimension = 8

        def encode(self, texts: list[str], *, progress: object = None) -> np.ndarray:
            return np.zeros((len(texts), 8), dtype=np.float32)

        def token_offsets(self, text: str) -> list[tuple[int, int]]:
            return []

    with pytest.raises(ModelUnavailable, match="length 384"):
        EmbeddedClaimScorer(Short())


def test_tidied_text_is_as_people_type_it() -> None:
    text = "`` Roar '' is a song by Perry -LRB- born 1984 -RRB- , who did n't stop ; it 's loud !"
    assert tidied(text) == "\" Roar \" is a song by Perry (born 1984), who didn't stop; it's loud!"


def test_numbers_compare_however_they_are_written() -> None:
    assert compared_words("twelve 1,000 21st") == ("12", "1000", "21")


def test_signs_tell_missing_names_and_numbers() -> None:
    signs = signs_of("Roald Amundsen was born in 1873.", (ARCHER,))
    assert signs.names_missing == signs.numbers_missing == signs.other_numbers == 1.0
    held = signs_of("Colin Archer was born in 1832.", (ARCHER,))
    assert held.names_missing == held.numbers_missing == 0.0
    assert held.words_held == held.names_held == held.numbers_held == 1.0


@pytest.mark.parametrize(
    ("claim", "sign"),
    [
        ("Colin Archer never built ships.", "denies"),
        ("Colin Archer only built ships.", "limits"),
        ("Was Colin Archer born in Larvik? Yes.", "says_yes"),
        ("Colin Archer and Frank Worsley are of the same nationality: no.", "says_no"),
    ],
)
def test_signs_tell_denials_limits_and_flat_answers(claim: str, sign: str) -> None:
    assert getattr(signs_of(claim, (ARCHER,)), sign) == 1.0
    assert getattr(signs_of("Colin Archer built ships.", (ARCHER,)), sign) == 0.0


@pytest.mark.parametrize(
    ("claim", "quotes", "ordered"),
    [
        ("Colin Archer was born earlier.", (ARCHER, WORSLEY), 1.0),
        ("Colin Archer was born earlier.", (WORSLEY, ARCHER), 1.0),
        ("Frank Worsley was born earlier.", (ARCHER, WORSLEY), -1.0),
        ("Frank Worsley was born later.", (ARCHER, WORSLEY), 1.0),
        ("Frank Worsley was born later.", (WORSLEY,), 0.0),
        ("Colin Archer was born earlier.", (ARCHER, "Fram: a ship."), 0.0),
    ],
)
def test_signs_tell_what_dates_say_of_earlier_and_later(
    claim: str, quotes: tuple[str, ...], ordered: float
) -> None:
    assert signs_of(claim, quotes).ordered == ordered


@given(st.text(max_size=200), st.lists(st.text(max_size=200), max_size=4))
def test_signs_of_any_text_are_in_range(claim: str, quotes: list[str]) -> None:
    signs = signs_of(claim, quotes)
    assert all(-1.0 <= value <= 1.0 for value in vars(signs).values())
