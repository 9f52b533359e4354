"""What each strategy asks the policy for, and what it searches for."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from support import CHAIN, POLAR, QUESTION

from clew.agent.policies.scripted import ScriptedPolicy
from clew.errors import BudgetExhausted
from clew.graphs.budget import Budget, Usage
from clew.graphs.meter import Meter, Tally
from clew.graphs.protocols import RewriteRequest, Wording
from clew.graphs.queries.feedback import Feedback
from clew.graphs.queries.imagined import Imagined
from clew.graphs.queries.intents import Intents
from clew.graphs.queries.paraphrases import Paraphrases
from clew.graphs.searching import search_all
from clew.tools.passages import Passage
from clew.tools.search.memory import MemorySearch

if TYPE_CHECKING:
    from clew.tools.corpus.encoder import Encoder

ASKED = CHAIN[0].text
REQUEST = RewriteRequest(question=QUESTION, sub_question=CHAIN[0], text=ASKED)


class Wordings(ScriptedPolicy):
    """Rewrites as it is told, and else not at all."""

    def __init__(self, queries: Mapping[Wording, Sequence[str]]) -> None:
        super().__init__([], {})
        self.queries = {"query": [ASKED], **queries}
        self.requests: list[RewriteRequest] = []

    async def rewrite(self, request: RewriteRequest) -> Sequence[str]:
        self.requests.append(request)
        return self.queries.get(request.wording, [])


class Looked:
    """Searches the passages of `POLAR`, and keeps what was searched for together."""

    def __init__(self, **limits: int) -> None:
        self.together: list[list[str]] = []
        self.tally = Tally(Meter(Budget(**limits), Usage()))

    async def __call__(self, queries: Sequence[str]) -> Sequence[Sequence[Passage]]:
        self.together.append(list(queries))
        backend = MemorySearch(POLAR)
        searched = await search_all([backend], queries, tally=self.tally, tell=lambda _: None)
        return searched.rankings


async def test_paraphrases_are_searched_for_one_by_one_and_with_all_their_words() -> None:
    look_up = Looked()
    policy = Wordings({"paraphrase": ["Endurance ship master", "Endurance skipper"]})
    await Paraphrases().search(REQUEST, policy, look_up)
    assert look_up.together == [
        [ASKED, "Endurance ship master", "Endurance skipper", f"{ASKED} ship master skipper"]
    ]


async def test_many_paraphrases_leave_room_for_the_ensemble() -> None:
    look_up = Looked()
    policy = Wordings({"query": [f"own{n}" for n in range(9)], "paraphrase": ["Fram"]})
    await Paraphrases().search(REQUEST, policy, look_up)
    (queries,) = look_up.together
    assert queries == ["own0", "own1", "own2", "own3", "own4", "own0 own1 own2 own3 own4"]


async def test_a_passage_that_several_paraphrases_find_comes_first() -> None:
    policy = Wordings(
        {"query": ["Fram Archer"], "paraphrase": ["Larvik Norway", "Colin born Norway"]}
    )
    found = await Paraphrases().search(REQUEST, policy, Looked())
    assert found[0].title == "Colin Archer"


async def test_intents_that_say_the_same_are_searched_for_once(encoder: "Encoder") -> None:
    look_up = Looked()
    policy = Wordings(
        {
            "context": ["captain of the ship Endurance", "the captain of Endurance, a ship"],
            "detail": ["the ship Endurance captain"],
            "aspect": ["who commanded Endurance the ship as captain"],
        }
    )
    await Intents(encoder).search(REQUEST, policy, look_up)
    assert look_up.together[0] == [ASKED] and len(look_up.together) == 2
    (merged,) = look_up.together[1]
    assert {"captain", "ship", "endurance", "commanded"} <= set(merged.casefold().split())


async def test_intents_far_from_the_sub_question_are_left_out(encoder: "Encoder") -> None:
    look_up = Looked()
    policy = Wordings(
        {
            "context": ["captains of the ship Endurance"],
            "detail": ["chocolate cake recipe with eggs"],
            "aspect": ["stock market prices in Tokyo"],
        }
    )
    await Intents(encoder).search(REQUEST, policy, look_up)
    assert look_up.together == [[ASKED], ["captains of the ship Endurance"]]


async def test_intents_are_searched_for_as_far_as_the_budget_goes(encoder: "Encoder") -> None:
    look_up = Looked(searches=2)
    policy = Wordings(
        {
            "context": ["Antarctic expeditions of Shackleton"],
            "detail": ["captain of the Endurance Frank"],
            "aspect": ["ships built in Norway"],
        }
    )
    found = await Intents(encoder).search(REQUEST, policy, look_up)
    assert look_up.together[:2] == [[ASKED], ["captain of the Endurance Frank"]]
    assert len(look_up.together) == 3 and found[0] == POLAR[0]


@pytest.mark.parametrize(("name", "wording"), [("thought", "thought"), ("hypothetical", "passage")])
async def test_what_is_imagined_stands_behind_the_query(name: str, wording: Wording) -> None:
    look_up = Looked()
    policy = Wordings({wording: ["Her captain was a sailor.", "Another."]})
    await Imagined(name, wording).search(REQUEST, policy, look_up)
    assert look_up.together == [[ASKED, f"{ASKED} Her captain was a sailor."]]


async def test_feedback_shows_the_policy_what_was_found() -> None:
    look_up = Looked()
    policy = Wordings({"feedback": ["Frank Worsley captain", "another"]})
    found = await Feedback().search(REQUEST, policy, look_up)
    assert look_up.together == [[ASKED], ["Frank Worsley captain"]]
    shown = policy.requests[-1]
    assert shown.tried == [ASKED] and shown.passages[0] == POLAR[0]
    assert {POLAR[0], POLAR[1]} <= set(found[:3])


async def test_feedback_keeps_the_first_search_when_the_budget_ends_with_it() -> None:
    look_up = Looked(searches=1)
    found = await Feedback().search(REQUEST, Wordings({"feedback": ["Frank"]}), look_up)
    assert found and len(look_up.together) == 2
    with pytest.raises(BudgetExhausted):
        await look_up(["Frank"])


async def test_feedback_asks_for_nothing_where_nothing_was_found() -> None:
    policy = Wordings({"query": ["xyzzy"], "feedback": ["Frank"]})
    assert not await Feedback().search(REQUEST, policy, Looked())
    assert [each.wording for each in policy.requests] == ["query"]


async def test_a_retry_after_all_own_wordings_may_still_be_imagined() -> None:
    look_up = Looked()
    request = replace(REQUEST, tried=[ASKED])
    found = await Imagined("thought", "thought").search(
        request, Wordings({"thought": ["a sailor"]}), look_up
    )
    assert look_up.together == [[f"{ASKED} a sailor"]] and found
