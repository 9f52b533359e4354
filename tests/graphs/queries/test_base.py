"""Strategies by name: a user's own beside those that come with clew."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pytest

from clew.agent.search_agent import SearchAgent
from clew.errors import SettingsError
from clew.graphs.protocols import LookUp, Policy, RewriteRequest
from clew.graphs.queries import base, query_strategy_named, register_query_strategy
from clew.tools.passages import Passage

if TYPE_CHECKING:
    from clew.tools.corpus.encoder import Encoder


class Shouting:
    """Searches in capitals."""

    name = "shouting"

    async def search(
        self, request: RewriteRequest, policy: Policy, look_up: LookUp
    ) -> Sequence[Passage]:
        request.tally.policy_call()
        queries = [query.upper() for query in await policy.rewrite(request)]
        rankings = await look_up(queries) if queries else []
        return rankings[0] if rankings else []


@pytest.fixture
def _shouting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "_STRATEGIES", dict(base._STRATEGIES))
    register_query_strategy("shouting", lambda encoder: Shouting())


@pytest.mark.usefixtures("_shouting")
def test_ones_own_strategy_is_made_by_its_name(encoder: "Encoder") -> None:
    assert query_strategy_named("shouting")(encoder).name == "shouting"


@pytest.mark.usefixtures("_shouting")
def test_an_agent_searches_by_ones_own_strategy(tmp_path: object) -> None:
    answer = SearchAgent(corpus="sample", query_strategy="shouting").ask(
        "Who was the captain of the Endurance?"
    )
    queries = [record.query for step in answer.steps for record in step.searches]
    assert queries and all(query == query.upper() for query in queries)


def test_an_agent_with_an_unknown_strategy_is_refused() -> None:
    with pytest.raises(SettingsError, match="no query strategy is named 'loud'"):
        SearchAgent(corpus="sample", query_strategy="loud")
