"""The claim scorer on sentences as the policies write them."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.agent.critics.claim_network import ClaimNetwork, Compared, load_network
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
    ("question", "text", "quotes"),
    [
        ("Where was Colin Archer born?", "Colin Archer was born in Larvik.", (ARCHER,)),
        ("When was Colin Archer born?", "Colin Archer was born on 22 July 1832.", (ARCHER,)),
        ("Who designed Fram?", "The designer of Fram is Colin Archer.", (FRAM,)),
        ("Where was he born?", "Where was Frank Worsley born? Akaroa, New Zealand.", (WORSLEY,)),
        ("", "Frank Worsley was born in Akaroa, New Zealand.", (WORSLEY,)),
        ("", "Colin Archer was born earlier.", (ARCHER, WORSLEY)),
    ],
)
async def test_what_the_quotes_say_is_supported(
    scorer: EmbeddedClaimScorer, question: str, text: str, quotes: tuple[str, ...]
) -> None:
    [chance] = await scorer.support([Claim(text, quotes, question)])
    assert chance >= SUPPORTED


@pytest.mark.parametrize(
    ("question", "text", "quotes"),
    [
        ("Where was Colin Archer born?", "Colin Archer was born in Bergen.", (ARCHER,)),
        ("When was Colin Archer born?", "Colin Archer was born on 3 May 1851.", (ARCHER,)),
        ("Who designed Fram?", "The designer of Fram is Frank Worsley.", (FRAM,)),
        ("", "Frank Worsley was born earlier.", (ARCHER, WORSLEY)),
        ("", "The capital of Peru is Lima.", (ARCHER,)),
    ],
)
async def test_what_the_quotes_do_not_say_is_not(
    scorer: EmbeddedClaimScorer, question: str, text: str, quotes: tuple[str, ...]
) -> None:
    [chance] = await scorer.support([Claim(text, quotes, question)])
    assert chance < SUPPORTED


async def test_somebody_elses_fact_is_supported_less(scorer: EmbeddedClaimScorer) -> None:
    own, others = await scorer.support(
        [
            Claim("Frank Worsley was born in Akaroa, New Zealand.", (WORSLEY,)),
            Claim("Colin Archer was born in Akaroa, New Zealand.", (WORSLEY,)),
        ]
    )
    assert own - others > 0.4


async def test_corpus_typography_makes_no_difference(scorer: EmbeddedClaimScorer) -> None:
    typed = 'Fram ("Forward") was launched in 1892, Archer\'s best ship.'
    treebank = "Fram -LRB- `` Forward '' -RRB- was launched in 1892 , Archer 's best ship ."
    claim = "Fram was launched in 1892."
    left, right = await scorer.support([Claim(claim, (typed,)), Claim(claim, (treebank,))])
    assert left == right


def test_vectors_of_another_length_are_refused(encoder: "Encoder") -> None:
    class Short:
        name = "short"
        dimension = 8

        def encode(self, texts: list[str], *, progress: object = None) -> np.ndarray:
            return np.zeros((len(texts), 8), dtype=np.float32)

        def token_offsets(self, text: str) -> list[tuple[int, int]]:
            return []

    scorer = EmbeddedClaimScorer(Short())
    with pytest.raises(ModelUnavailable, match="length 384"):
        asyncio.run(scorer.support([Claim("Fram sank.", [FRAM])]))


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


def test_signs_tell_whether_the_answer_is_held() -> None:
    asked = "Where was Colin Archer born?"
    assert signs_of("Colin Archer was born in Larvik.", (ARCHER,), asked).answer_held == 1.0
    assert signs_of("Colin Archer was born in Bergen.", (ARCHER,), asked).answer_held == 0.0
    assert signs_of("Colin Archer was born in Larvik.", (ARCHER,)).answer_held == 0.0
    assert signs_of("Colin Archer was born in Larvik.", (ARCHER,)).asked == 0.0


def test_missing_and_broken_weights_are_told(tmp_path: Path) -> None:
    file = tmp_path / "claims.safetensors"
    with pytest.raises(ModelUnavailable, match="claim scorer cannot be read"):
        load_network(file)
    file.write_bytes(b"no weights")
    with pytest.raises(ModelUnavailable, match="claim scorer cannot be read"):
        load_network(file)


@given(st.text(max_size=200), st.lists(st.text(max_size=200), max_size=4))
def test_signs_of_any_text_are_in_range(claim: str, quotes: list[str]) -> None:
    signs = signs_of(claim, quotes)
    assert all(-1.0 <= value <= 1.0 for value in vars(signs).values())


def test_numpy_gives_what_torch_was_trained_with() -> None:
    import torch
    from claim_features import Batch
    from fit_claims import Network

    torch.manual_seed(0)
    random = np.random.default_rng(0)

    def unit(*shape: int) -> np.ndarray:
        rows = random.normal(size=(*shape, 384)).astype(np.float32)
        return rows / np.linalg.norm(rows, axis=-1, keepdims=True)

    signs = random.random(18, dtype=np.float32)
    lone = Compared(unit(5), unit(9), unit(1)[0], unit(2), signs)

    def padded(rows: np.ndarray) -> torch.Tensor:
        return torch.from_numpy(np.concatenate([rows, np.zeros((3, 384), np.float32)]))[None]

    def mask(rows: np.ndarray) -> torch.Tensor:
        return torch.tensor([[True] * len(rows) + [False] * 3])

    network = Network(len(signs)).eval()
    batch = Batch(
        claim_words=padded(lone.claim_words),
        claim_mask=mask(lone.claim_words),
        quote_words=padded(lone.quote_words),
        quote_mask=mask(lone.quote_words),
        claims=torch.from_numpy(lone.claim)[None],
        quotes=padded(lone.quotes),
        quotes_mask=mask(lone.quotes),
        signs=torch.from_numpy(signs)[None],
    )
    weights = {name: each.detach().numpy() for name, each in network.state_dict().items()}
    with torch.no_grad():
        expected = float(network(batch)[0])
    assert ClaimNetwork(weights).logit(lone) == pytest.approx(expected, abs=1e-4)
