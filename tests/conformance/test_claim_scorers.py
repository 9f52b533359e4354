"""What every claim scorer must do. Add an implementation to `SCORERS`."""

import asyncio
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import pytest

from clew.graphs.protocols import Claim, ClaimScorer

if TYPE_CHECKING:
    from clew.tools.corpus.encoder import Encoder


def _embedded(encoder: "Encoder") -> ClaimScorer:
    from clew.agent.critics.claims import EmbeddedClaimScorer

    return EmbeddedClaimScorer(encoder)


SCORERS: Mapping[str, Callable[["Encoder"], ClaimScorer]] = {"embedded": _embedded}

BIRTH = "Colin Archer: Colin Archer was born on 22 July 1832 in Larvik."
CLAIMS = (
    Claim("Colin Archer was born in Larvik.", (BIRTH,), "Where was Colin Archer born?"),
    Claim("Colin Archer was born in Larvik.", ()),
    Claim("", (BIRTH,)),
    Claim("…", ("", "???")),
    Claim("北京是中国的首都。", ("北京: 北京是中华人民共和国的首都。",)),
    Claim("word " * 2_000, (BIRTH * 200,) * 50),
)


@pytest.fixture(params=sorted(SCORERS), scope="module")
def scorer(request: pytest.FixtureRequest, encoder: "Encoder") -> ClaimScorer:
    return SCORERS[request.param](encoder)


def test_it_is_a_scorer_with_a_name_and_a_threshold(scorer: ClaimScorer) -> None:
    assert isinstance(scorer, ClaimScorer) and scorer.name
    assert 0.0 < scorer.threshold < 1.0


async def test_each_claim_gets_a_chance(scorer: ClaimScorer) -> None:
    chances = await scorer.support(CLAIMS)
    assert len(chances) == len(CLAIMS)
    assert all(0.0 <= chance <= 1.0 for chance in chances)


async def test_no_claims_get_none(scorer: ClaimScorer) -> None:
    assert list(await scorer.support([])) == []


async def test_nothing_quoted_supports_nothing(scorer: ClaimScorer) -> None:
    for claim in CLAIMS[1:4]:
        assert await scorer.support([claim]) == [0.0]


async def test_claims_score_the_same_in_any_company(scorer: ClaimScorer) -> None:
    together = await scorer.support(CLAIMS)
    alone = [(await scorer.support([claim]))[0] for claim in reversed(CLAIMS)]
    assert list(together) == pytest.approx(alone[::-1], abs=1e-6)


async def test_calls_at_once_do_not_disturb_each_other(scorer: ClaimScorer) -> None:
    first, second = CLAIMS[:3], CLAIMS[3:]
    expected = [await scorer.support(first), await scorer.support(second)]
    found = await asyncio.gather(*(scorer.support(each) for each in (first, second) * 4))
    for place, chances in enumerate(found):
        assert list(chances) == pytest.approx(list(expected[place % 2]), abs=1e-6)
