"""The responder: what it lets through of a draft, what it marks, and when it abstains."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest
from support import CHAIN, POLAR, QUESTION, chain_policy

from clew.agent.policies.scripted import ScriptedPolicy
from clew.graphs.answer import RECALLED_MARK, WEAK_MARK, Answer
from clew.graphs.budget import Budget
from clew.graphs.expansion import expansion_named
from clew.graphs.protocols import (
    CitedSentence,
    Claim,
    Draft,
    Parts,
    Proposal,
    ReadRequest,
    WriteRequest,
)
from clew.graphs.steps import Quote, Reading, StepAnswer
from clew.graphs.workflows import workflow_named
from clew.tools.passages import Passage
from clew.tools.search.memory import MemorySearch

ENDURANCE, WORSLEY = POLAR[:2]


def quote(text: str, passage_id: str = ENDURANCE.id, start: int | None = None) -> Quote:
    where = ENDURANCE.text.find(text) if start is None else start
    return Quote(passage_id=passage_id, text=text, start=max(where, 0))


@pytest.fixture
def written(make_parts: Callable[..., Parts]) -> Callable[..., object]:
    async def write(draft: Draft, **parts: Any) -> Answer:
        policy = chain_policy()

        async def drafted(request: WriteRequest) -> Draft:
            return draft

        policy.write = drafted  # type: ignore[method-assign]
        made = make_parts(**{"policy": policy, **parts})
        graph = workflow_named("mindsearch")(made, expansion_named("greedy"))
        answer: Answer = (await graph.compile().ainvoke({"question": QUESTION}))["answer"]
        return answer

    return write


async def test_sources_are_numbered_in_order_of_use_one_number_each(written) -> None:  # type: ignore[no-untyped-def]
    first, again = quote("Frank Worsley"), quote("Endurance was a ship.")
    born = Quote(passage_id=WORSLEY.id, text="Akaroa", start=WORSLEY.text.find("Akaroa"))
    answer = await written(
        Draft(
            short_answer="Akaroa",
            sentences=(
                CitedSentence(text="One.", quotes=(born,)),
                CitedSentence(text="Two.", quotes=(first, born)),
                CitedSentence(text="Three.", quotes=(again,)),
            ),
        )
    )
    assert answer.text == "One. [1] Two. [2] [1] Three. [2]"
    assert [(each.number, each.quote) for each in answer.citations] == [
        (1, "Akaroa"),
        (2, "Frank Worsley"),
        (2, "Endurance was a ship."),
    ]
    for citation in answer.citations:
        assert citation.passage.text.startswith(citation.quote, citation.start)


@pytest.mark.parametrize(
    "bad",
    [
        quote("Frank Worsely", start=0),
        quote("Frank Worsley", start=3),
        quote("Frank Worsley", passage_id="nowhere"),
    ],
)
async def test_a_quote_that_is_not_there_is_dropped_with_its_sentence(written, bad: Quote) -> None:  # type: ignore[no-untyped-def]
    good = CitedSentence(text="Good.", quotes=(quote("Frank Worsley"), bad))
    answer = await written(
        Draft(short_answer="x", sentences=(CitedSentence(text="Bad.", quotes=(bad,)), good))
    )
    assert answer.text == "Good. [1]" and len(answer.citations) == 1


async def test_an_answer_that_nothing_supports_becomes_an_abstention(written) -> None:  # type: ignore[no-untyped-def]
    answer = await written(
        Draft(short_answer="Paris", sentences=(CitedSentence(text="It is Paris."),))
    )
    assert answer.abstained and answer.short_answer is None and not answer.citations
    assert "does not answer" in answer.text and CHAIN[0].text in answer.text


async def test_the_answer_holds_the_run(written) -> None:  # type: ignore[no-untyped-def]
    answer = await written(Draft())
    assert [step.sub_question.id for step in answer.steps] == ["q1", "q2"]
    assert answer.usage.searches == 3 and answer.usage.policy_calls > 0
    assert set(answer.verdicts) == {"q1", "q2"}
    assert answer.evidence[0].title == "Endurance"
    assert Answer.model_validate_json(answer.model_dump_json()) == answer


async def test_only_a_policy_that_recalled_something_may_claim_to_recall(written) -> None:  # type: ignore[no-untyped-def]
    claimed = CitedSentence(text="I just know.", recalled=True)
    answer = await written(Draft(short_answer="x", sentences=(claimed,)))
    assert answer.abstained and "I just know" not in answer.text


@pytest.fixture
def invented_ship() -> Passage:
    return Passage(
        id="invented",
        source="simulated:0#1",
        title="Endurance",
        text="The Endurance was a ship under the captain Frank Worsley of Akaroa.",
        origin="simulated",
    )


@pytest.fixture
def written_with(
    make_parts: Callable[..., Parts], invented_ship: Passage
) -> Callable[[Draft], Awaitable[Answer]]:
    """Have a draft checked where an invented passage was found beside the others."""

    async def write(draft: Draft) -> Answer:
        policy = chain_policy()

        async def drafted(request: WriteRequest) -> Draft:
            assert invented_ship.id in request.evidence
            return draft

        policy.write = drafted  # type: ignore[method-assign]
        parts = make_parts(policy=policy, backends=(MemorySearch([*POLAR, invented_ship]),))
        graph = workflow_named("mindsearch")(parts, expansion_named("greedy"))
        answer: Answer = (await graph.compile().ainvoke({"question": QUESTION}))["answer"]
        return answer

    return write


async def test_what_a_model_made_up_is_never_cited(
    written_with: Callable[[Draft], Awaitable[Answer]], invented_ship: Passage
) -> None:
    made_up = quote("Frank Worsley", invented_ship.id, invented_ship.text.index("Frank"))
    source = quote("Endurance was a ship.")
    misquoted = quote("Frank Worsley", invented_ship.id, 0)
    answer = await written_with(
        Draft(
            short_answer="Akaroa",
            sentences=(
                CitedSentence(text="Made up.", quotes=(made_up,)),
                CitedSentence(text="Both.", quotes=(made_up, source)),
                CitedSentence(text="Found.", quotes=(source,)),
                CitedSentence(text="Not even made up.", quotes=(misquoted,)),
            ),
        )
    )
    assert answer.text == f"Made up. {RECALLED_MARK} Both. [1] {RECALLED_MARK} Found. [1]"
    assert [sentence.recalled for sentence in answer.sentences] == [True, True, False]
    assert [citation.passage for citation in answer.citations] == [ENDURANCE]
    assert not answer.abstained and answer.short_answer == "Akaroa"


async def test_to_have_found_what_was_made_up_gives_no_leave_to_recall(
    written_with: Callable[[Draft], Awaitable[Answer]],
) -> None:
    claimed = CitedSentence(text="I just know.", recalled=True)
    answer = await written_with(Draft(short_answer="x", sentences=(claimed,)))
    assert answer.abstained and not answer.citations


async def test_a_writer_that_takes_too_long_leaves_the_plainest_answer(
    make_parts: Callable[..., Parts],
) -> None:
    policy = chain_policy()

    async def endless(request: WriteRequest) -> Draft:
        request.tell("It is", 1)
        await asyncio.sleep(60)
        raise AssertionError("the responder waits for ever")

    policy.write = endless  # type: ignore[method-assign]
    graph = workflow_named("mindsearch")(make_parts(policy=policy), expansion_named("greedy"))
    start = {"question": QUESTION, "budget": Budget(seconds=1.5)}
    answer: Answer | None = None
    heard = []
    async for event in graph.compile().astream(start, stream_mode="custom"):
        if event.kind == "answer_writing":
            heard.append((event.text, event.attempt))
        if event.kind == "run_finished":
            answer = event.answer
    assert answer is not None and answer.stopped_by == "seconds"
    assert answer.short_answer == "Akaroa, New Zealand" and answer.citations
    assert heard == [("It is", 1)]


class SharedWords:
    """Takes the share of a claim's words that its quotes hold for the chance of support."""

    name = "shared words"
    threshold = 0.5

    def __init__(self) -> None:
        self.asked: list[Claim] = []

    async def support(self, claims: Sequence[Claim]) -> list[float]:
        self.asked += claims
        return [self._share(claim) for claim in claims]

    def _share(self, claim: Claim) -> float:
        ours = set(re.findall(r"\w+", claim.text.casefold()))
        theirs = set(re.findall(r"\w+", " ".join(claim.quotes).casefold()))
        return len(ours & theirs) / len(ours)


CAPTAIN = quote("Her captain was Frank Worsley.")
BORN = Quote(passage_id=WORSLEY.id, text="Akaroa", start=WORSLEY.text.find("Akaroa"))


async def test_the_support_of_each_sentence_is_scored(written) -> None:  # type: ignore[no-untyped-def]
    scorer = SharedWords()
    draft = Draft(
        short_answer="Akaroa",
        sentences=(
            CitedSentence(text="Her captain was Frank Worsley.", quotes=(CAPTAIN,)),
            CitedSentence(text="People painted ships green sometimes.", quotes=(CAPTAIN,)),
            CitedSentence(text="Somebody hailed from Akaroa originally.", quotes=(BORN,)),
        ),
    )
    answer = await written(draft, claims=scorer)
    assert [(each.text, each.support, each.weak) for each in answer.sentences] == [
        ("Her captain was Frank Worsley.", 1.0, False),
        ("Somebody hailed from Akaroa originally.", 0.2, True),
    ]
    assert answer.text.endswith(f"originally. [2] {WEAK_MARK}")
    first, *_ = scorer.asked
    assert first.text == "Her captain was Frank Worsley."
    assert first.quotes == ["Endurance: Her captain was Frank Worsley."]
    unchecked = await written(draft)
    assert all(each.support is None and not each.weak for each in unchecked.sentences)


async def test_an_answer_whose_quotes_say_something_else_becomes_an_abstention(written) -> None:  # type: ignore[no-untyped-def]
    wrong = CitedSentence(text="Paris lies on Mars.", quotes=(BORN,))
    good = CitedSentence(text="Her captain was Frank Worsley.", quotes=(CAPTAIN,))
    answer = await written(
        Draft(short_answer="Paris", sentences=(good, wrong)), claims=SharedWords()
    )
    assert answer.abstained and answer.short_answer is None and not answer.citations
    assert "not supported by the passages found" in answer.text


async def test_an_answer_falls_with_the_only_sentence_that_states_it(written) -> None:  # type: ignore[no-untyped-def]
    unproven = CitedSentence(text="It is Paris.", quotes=(quote("Paris", start=0),))
    good = CitedSentence(text="Her captain was Frank Worsley.", quotes=(CAPTAIN,))
    answer = await written(Draft(short_answer="Paris", sentences=(good, unproven)))
    assert answer.abstained


OTHER = Passage(
    id="other",
    source="other.jsonl#1",
    title="Ships",
    text="The captain of the Endurance was Ernest Joyce.",
)


@pytest.fixture
def disputed(make_parts: Callable[..., Parts]) -> Callable[..., Awaitable[Answer]]:
    """Have a question answered where another source contradicts the first step."""

    async def run(**parts: Any) -> Answer:
        policy = parts.setdefault("policy", chain_policy())
        read = policy.read

        async def with_other(request: ReadRequest) -> Reading:
            reading: Reading = await read(request)
            if request.sub_question.id != "q1":
                return reading
            start = OTHER.text.index("Ernest Joyce")
            against = Quote(passage_id=OTHER.id, text="Ernest Joyce", start=start)
            other = StepAnswer(text="Ernest Joyce", quotes=(against,))
            return reading.model_copy(update={"others": (other,)})

        policy.read = with_other
        parts["backends"] = (MemorySearch([*POLAR, OTHER]),)
        graph = workflow_named("mindsearch")(make_parts(**parts), expansion_named("greedy"))
        answer: Answer = (await graph.compile().ainvoke({"question": QUESTION}))["answer"]
        return answer

    return run


@pytest.mark.parametrize("claims", [None, SharedWords()])
async def test_sources_that_disagree_are_said_to(
    disputed: Callable[..., Awaitable[Answer]], claims: SharedWords | None
) -> None:
    answer = await disputed(claims=claims)
    assert answer.short_answer == "Akaroa, New Zealand" and not answer.abstained
    (conflict,) = answer.conflicts
    assert (conflict.id, conflict.answers) == ("q1", ("Frank Worsley", "Ernest Joyce"))
    stated = {citation.number: citation.passage for citation in answer.citations}
    assert [[stated[number].title for number in side] for side in conflict.citations] == [
        ["Endurance"],
        ["Ships"],
    ]
    ours, theirs = answer.sentences[-2:]
    assert "Sources disagree on “Who was the captain of the Endurance?”" in ours.text
    assert theirs.text == "Another says Ernest Joyce." and theirs.citations == (3,)
    assert (ours.support is None) == (claims is None)
    assert sorted(stated) == [1, 2, 3]


async def test_an_abstention_tells_of_disagreement_too(
    disputed: Callable[..., Awaitable[Answer]],
) -> None:
    policy = ScriptedPolicy([Proposal(sub_questions=CHAIN)], {"q1": "Frank Worsley"})
    answer = await disputed(policy=policy)
    assert answer.abstained and answer.conflicts
    assert "one says Frank Worsley. [1] Another says Ernest Joyce. [2]" in answer.text
    assert [citation.number for citation in answer.citations] == [1, 2]


async def test_an_abstention_never_shows_a_reference(
    make_parts: Callable[..., Parts],
) -> None:
    policy = ScriptedPolicy([Proposal(sub_questions=CHAIN)], {})
    graph = workflow_named("mindsearch")(make_parts(policy=policy), expansion_named("greedy"))
    answer: Answer = (await graph.compile().ainvoke({"question": QUESTION}))["answer"]
    assert answer.abstained and "{" not in answer.text
    assert (
        "No answer was found to: Who was the captain of the Endurance? "
        "So there is none either to what builds on that. Searched for: " in answer.text
    )
    assert "Where was the answer of “Who was the captain of the Endurance?” born?" in answer.text


def test_the_schema_of_an_answer_can_be_written_down() -> None:
    assert {"conflicts", "citations"} <= Answer.model_json_schema()["properties"].keys()
