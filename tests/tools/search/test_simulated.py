"""Simulated search: which documents are noisy, that they repeat, and how a writer may fail."""

import asyncio
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.errors import BudgetExhausted, ModelUnavailable
from clew.tools.search import simulated
from clew.tools.search.base import (
    FREE_OF_CHARGE,
    Empty,
    Failed,
    Found,
    SearchBackend,
    SearchOutcome,
    Spending,
)
from clew.tools.search.simulated import (
    DOCUMENTS,
    LONGEST_TEXT,
    SimulatedSearch,
    WrittenDocument,
    noise_at,
)

QUERIES = [f"captain of ship number {number}" for number in range(2_000)]


class Writer:
    """Writes a document for each call, and keeps what was asked of it."""

    def __init__(self, *documents: WrittenDocument, seconds: float = 0.0) -> None:
        self.calls: list[tuple[str, int, bool, Spending]] = []
        self._documents = documents
        self._seconds = seconds

    async def documents(
        self, query: str, *, count: int, useful: bool, spending: Spending
    ) -> Sequence[WrittenDocument]:
        self.calls.append((query, count, useful, spending))
        await asyncio.sleep(self._seconds)
        return self._documents or [WrittenDocument(query, f"Call {len(self.calls)}: {query}.")]


class FailingWriter(Writer):
    """Raises what it is given, one after the other, and then writes."""

    def __init__(self, *errors: Exception, seconds: float = 0.0) -> None:
        super().__init__(seconds=seconds)
        self._errors = list(errors)

    async def documents(
        self, query: str, *, count: int, useful: bool, spending: Spending
    ) -> Sequence[WrittenDocument]:
        written = await super().documents(query, count=count, useful=useful, spending=spending)
        if self._errors:
            raise self._errors.pop(0)
        return written


class Purse:
    """Something to charge."""

    def page(self) -> None:
        raise AssertionError("no page is fetched")


def texts(outcome: SearchOutcome) -> list[str]:
    assert isinstance(outcome, Found), outcome
    return [hit.passage.text for hit in outcome.hits]


async def test_what_is_found_is_marked_as_made_up() -> None:
    search = SimulatedSearch(Writer(WrittenDocument("A", "one"), WrittenDocument("B", "two")))
    assert isinstance(search, SearchBackend) and search.name == "simulated"
    outcome = await search.search("captain", limit=10)
    assert isinstance(outcome, Found) and texts(outcome) == ["one", "two"]
    for hit in outcome.hits:
        assert hit.passage.origin == "simulated" and hit.passage.source.startswith("simulated:")
    assert len({hit.passage.id for hit in outcome.hits}) == 2


async def test_the_writer_gets_the_query_and_is_asked_for_as_many_as_in_the_paper() -> None:
    writer, purse = Writer(), Purse()
    await SimulatedSearch(writer).search("  captain \n of it ", limit=1, spending=purse)
    assert writer.calls == [("captain of it", DOCUMENTS, True, purse)]


@pytest.mark.parametrize("noise", [0.0, 0.1, 0.5, 0.9, 1.0])
def test_the_noise_is_the_share_of_noisy_queries(noise: float) -> None:
    for seed in range(3):
        search = SimulatedSearch(Writer(), noise=noise, seed=seed)
        share = sum(map(search.is_noisy, QUERIES)) / len(QUERIES)
        # Four standard deviations of so many draws; 0 and 1 leave none to chance.
        assert abs(share - noise) <= 4 * (noise * (1 - noise) / len(QUERIES)) ** 0.5


def test_the_seed_decides_which_ones_and_repeats() -> None:
    noisy = [
        [SimulatedSearch(Writer(), noise=0.5, seed=seed).is_noisy(query) for query in QUERIES]
        for seed in (1, 1, 2)
    ]
    assert noisy[0] == noisy[1]
    agreeing = sum(one == other for one, other in zip(noisy[0], noisy[2], strict=True))
    assert 0.4 < agreeing / len(QUERIES) < 0.6


@given(
    query=st.text(st.characters(exclude_categories=())),
    noises=st.tuples(st.floats(0, 1), st.floats(0, 1)),
    seed=st.integers(0),
)
def test_more_noise_leaves_noisy_what_was(
    query: str, noises: tuple[float, float], seed: int
) -> None:
    less, more = (SimulatedSearch(Writer(), noise=each, seed=seed) for each in sorted(noises))
    assert more.is_noisy(query) or not less.is_noisy(query)
    assert not SimulatedSearch(Writer(), noise=0.0, seed=seed).is_noisy(query)
    assert SimulatedSearch(Writer(), noise=1.0, seed=seed).is_noisy(query)


async def test_the_writer_is_told_whether_to_help() -> None:
    writer = Writer()
    search = SimulatedSearch(writer, noise=0.5, seed=7)
    for query in QUERIES[:50]:
        await search.search(query, limit=1)
    told = [useful for _, _, useful, _ in writer.calls]
    assert told == [not search.is_noisy(query) for query in QUERIES[:50]]
    assert True in told and False in told


async def test_the_same_document_is_the_same_passage_whatever_brought_it_up() -> None:
    same, other = WrittenDocument("A", "the same"), WrittenDocument("B", "the same")
    search = SimulatedSearch(Writer(same, other, same))
    first, second = [await search.search(query, limit=9) for query in ("captain", "ship")]
    assert isinstance(first, Found) and first == second
    a, b = (hit.passage for hit in first.hits)
    assert a.source != b.source and a.id != b.id


async def test_a_query_is_written_for_once_whatever_the_limit() -> None:
    writer = Writer(*(WrittenDocument("T", f"number {n}") for n in range(4)))
    search = SimulatedSearch(writer)
    for limit in (2, 1, 100):
        assert len(texts(await search.search("captain", limit=limit))) == min(limit, 4)
    assert len(writer.calls) == 1


async def test_calls_at_once_cost_one() -> None:
    writer = Writer(seconds=0.05)
    search = SimulatedSearch(writer)
    outcomes = await asyncio.gather(*(search.search("captain", limit=2) for _ in range(20)))
    assert len(writer.calls) == 1 and all(outcome == outcomes[0] for outcome in outcomes)
    assert isinstance(outcomes[0], Found)


def test_event_loops_one_after_the_other_and_side_by_side_find_the_same() -> None:
    search = SimulatedSearch(Writer(seconds=0.05))

    async def side_by_side() -> list[SearchOutcome]:
        def elsewhere() -> SearchOutcome:
            return asyncio.run(search.search("captain", limit=2))

        return await asyncio.gather(*(asyncio.to_thread(elsewhere) for _ in range(4)))

    first, *others = [
        *asyncio.run(side_by_side()),
        asyncio.run(search.search("captain", limit=2)),
    ]
    assert isinstance(first, Found) and all(other == first for other in others)


async def test_only_so_many_queries_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulated, "MOST_QUERIES_KEPT", 3)
    writer = Writer()
    search = SimulatedSearch(writer)
    for query in ("a", "b", "c", "a", "d", "a", "c", "d"):
        await search.search(query, limit=1)
    assert [query for query, *_ in writer.calls] == ["a", "b", "c", "d"]
    await search.search("b", limit=1)
    assert len(writer.calls) == 5, "b was asked longest ago"


@pytest.mark.parametrize(("query", "limit"), [("", 5), (" \t\n\u3000", 5), ("captain", 0)])
async def test_nothing_to_look_for_costs_nothing(query: str, limit: int) -> None:
    writer = Writer()
    assert await SimulatedSearch(writer).search(query, limit=limit) == Empty()
    assert not writer.calls


@pytest.mark.parametrize(
    ("error", "failed"),
    [
        (ModelUnavailable("the server is gone"), Failed(reason="the server is gone")),
        (
            BudgetExhausted("tokens_out"),
            Failed(reason="the limit of tokens_out is used up", limit="tokens_out"),
        ),
        (RuntimeError(), Failed(reason="RuntimeError")),
    ],
)
async def test_trouble_of_the_writer_is_a_failed_search_and_not_kept(
    error: Exception, failed: Failed
) -> None:
    search = SimulatedSearch(FailingWriter(error))
    assert await search.search("captain", limit=1) == failed
    assert isinstance(await search.search("captain", limit=1), Found)


async def test_documents_without_text_are_no_documents() -> None:
    blank = [WrittenDocument("A title", ""), WrittenDocument("", " \n\t")]
    outcome = await SimulatedSearch(Writer(*blank)).search("captain", limit=5)
    assert isinstance(outcome, Failed) and "no text" in outcome.reason
    mixed = SimulatedSearch(Writer(*blank, WrittenDocument("A", "one")))
    assert texts(await mixed.search("captain", limit=5)) == ["one"]


async def test_a_writer_may_say_that_nothing_would_be_found() -> None:
    class Silent(Writer):
        async def documents(self, *asked: object, **more: object) -> Sequence[WrittenDocument]:
            return []

    assert await SimulatedSearch(Silent()).search("captain", limit=5) == Empty()


async def test_those_who_wait_share_a_failure_of_the_model() -> None:
    writer = FailingWriter(ModelUnavailable("gone"), seconds=0.05)
    search = SimulatedSearch(writer)
    outcomes = await asyncio.gather(*(search.search("captain", limit=1) for _ in range(5)))
    assert outcomes == [Failed(reason="gone")] * 5 and len(writer.calls) == 1


async def test_a_budget_that_ends_is_no_trouble_of_those_who_wait() -> None:
    purses = [Purse() for _ in range(4)]
    writer = FailingWriter(BudgetExhausted("tokens_in"), seconds=0.05)
    search = SimulatedSearch(writer)
    poor, *others = await asyncio.gather(
        *(search.search("captain", limit=1, spending=purse) for purse in purses)
    )
    assert poor == Failed(reason="the limit of tokens_in is used up", limit="tokens_in")
    assert all(isinstance(other, Found) for other in others)
    assert [spending for *_, spending in writer.calls] == purses[:2]


async def test_who_is_cancelled_leaves_the_writing_to_those_who_wait() -> None:
    writer = Writer(seconds=0.05)
    search = SimulatedSearch(writer)
    first, second, third = (
        asyncio.create_task(search.search("captain", limit=1)) for _ in range(3)
    )
    await asyncio.sleep(0.01)
    second.cancel()
    await asyncio.sleep(0)
    first.cancel()
    assert isinstance(await third, Found)
    assert first.cancelled() and second.cancelled() and len(writer.calls) == 2


WILD = st.text(st.characters(exclude_categories=()), max_size=50)


@given(written=st.lists(st.tuples(WILD, WILD).map(lambda pair: WrittenDocument(*pair)), max_size=9))
def test_whatever_is_written_becomes_passages_that_can_be_kept(
    written: list[WrittenDocument],
) -> None:
    writer = Writer(*written) if written else Writer(WrittenDocument("", ""))
    outcome = asyncio.run(SimulatedSearch(writer).search("captain", limit=20))
    assert isinstance(outcome, Found | Failed)
    if isinstance(outcome, Found):
        assert len(outcome.hits) <= DOCUMENTS
        assert len({hit.passage.id for hit in outcome.hits}) == len(outcome.hits)
        for hit in outcome.hits:
            hit.passage.text.encode()
            hit.passage.title.encode()
            assert hit.passage.text.strip() and "\0" not in hit.passage.text
            assert len(hit.passage.title.splitlines()) <= 1


@pytest.mark.parametrize("text", ["word " * 5_000, "x" * 50_000])
async def test_a_document_that_is_too_long_is_cut(text: str) -> None:
    search = SimulatedSearch(Writer(WrittenDocument("T" * 5_000, text)))
    (kept,) = texts(await search.search("captain", limit=1))
    assert LONGEST_TEXT - 10 < len(kept) <= LONGEST_TEXT
    assert text.startswith(kept) and not kept.endswith(("wo", "wor", " "))


def test_the_noise_of_training_rises_as_in_the_paper() -> None:
    assert noise_at(0, 200) == 0.0 and noise_at(200, 200) == 0.5
    assert noise_at(100, 200) == pytest.approx((4**0.5 - 1) / 3 * 0.5)
    assert noise_at(1, 2, start=0.25, end=0.75, base=9) == pytest.approx(0.25 + 2 / 8 * 0.5)
    rising = [noise_at(step, 50) for step in range(51)]
    assert rising == sorted(rising)
    steps = [later - sooner for sooner, later in pairwise(rising)]
    assert steps == sorted(steps), "ever faster"


@pytest.mark.parametrize(
    "wrong",
    [
        {"step": -1},
        {"step": 11},
        {"step": 0, "steps": 0},
        {"base": 1.0},
        {"end": 1.5},
        {"start": -0.1},
        {"end": float("nan")},
    ],
)
def test_a_curriculum_that_cannot_be_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"there is no step|shares"):
        noise_at(**{"step": 1, "steps": 10, **wrong})  # type: ignore[arg-type]


@pytest.mark.parametrize("noise", [-0.1, 1.1, float("nan")])
def test_noise_must_be_a_share(noise: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        SimulatedSearch(Writer(), noise=noise)


async def test_it_costs_nothing_outside_a_run() -> None:
    writer = Writer()
    await SimulatedSearch(writer).search("captain", limit=1)
    assert writer.calls[0][3] is FREE_OF_CHARGE
