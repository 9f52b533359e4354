"""What every judge of relevance must do. Add an implementation to `JUDGES`."""

import asyncio
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import pytest
from support import POLAR, passage

from clew.graphs.protocols import Relevance

if TYPE_CHECKING:
    from clew.tools.corpus.encoder import Encoder


def _cosine_adapter(encoder: "Encoder") -> Relevance:
    from clew.tools.relevance.cosine_adapter import CosineAdapter

    return CosineAdapter(encoder)


JUDGES: Mapping[str, Callable[["Encoder"], Relevance]] = {"cosine adapter": _cosine_adapter}

PASSAGES = (*POLAR, passage("", ""), passage("北京", "北京是中华人民共和国的首都。"))
QUERY = "Who designed the Fram?"


@pytest.fixture(params=sorted(JUDGES), scope="module")
def judge(request: pytest.FixtureRequest, encoder: "Encoder") -> Relevance:
    return JUDGES[request.param](encoder)


def test_it_is_a_judge_with_a_cutoff(judge: Relevance) -> None:
    assert isinstance(judge, Relevance)
    assert 0.0 < judge.cutoff < 1.0


async def test_each_passage_gets_a_chance(judge: Relevance) -> None:
    for query in (QUERY, "", "?", "word " * 2_000):
        chances = await judge.relevance(query, PASSAGES)
        assert len(chances) == len(PASSAGES)
        assert all(0.0 <= chance <= 1.0 for chance in chances)


async def test_no_passages_get_none(judge: Relevance) -> None:
    assert list(await judge.relevance(QUERY, [])) == []


async def test_passages_score_the_same_in_any_company(judge: Relevance) -> None:
    together = await judge.relevance(QUERY, PASSAGES)
    alone = [(await judge.relevance(QUERY, [each]))[0] for each in reversed(PASSAGES)]
    assert list(together) == pytest.approx(alone[::-1], abs=1e-6)


async def test_calls_at_once_do_not_disturb_each_other(judge: Relevance) -> None:
    queries = (QUERY, "Where was Frank Worsley born?")
    expected = [await judge.relevance(query, PASSAGES) for query in queries]
    found = await asyncio.gather(*(judge.relevance(query, PASSAGES) for query in queries * 4))
    for place, chances in enumerate(found):
        assert list(chances) == pytest.approx(list(expected[place % 2]), abs=1e-6)
