"""Simulated search: a model writes the documents that a search might have brought up.

The method is ZeroSearch (Sun et al. 2025, arXiv 2505.04588): a language model plays the search
engine, so that a policy can be trained without one, and some of its documents are noisy, which
shows how a policy bears up. No document is a source: each passage says that it is simulated.
"""

import asyncio
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import NamedTuple, Protocol

from ...errors import BudgetExhausted
from ..corpus.decoding import clean
from ..passages import Passage, passage_id
from ..per_loop import PerLoop
from .base import FREE_OF_CHARGE, Empty, Failed, Found, Hit, SearchOutcome, Spending

DOCUMENTS = 5
"""Documents that are written for a query, as in the paper."""
MOST_QUERIES_KEPT = 1_000
"""Queries whose documents are kept; the one that was asked longest ago goes first."""
LONGEST_TITLE, LONGEST_TEXT = 300, 2_000
"""Characters of a document that are kept."""


class WrittenDocument(NamedTuple):
    """A document that a model has made up."""

    title: str
    text: str


class DocumentWriter(Protocol):
    """Writes documents that a search might have brought up."""

    async def documents(
        self, query: str, *, count: int, useful: bool, spending: Spending
    ) -> Sequence[WrittenDocument]:
        """Return documents, best first; none if nothing would be found.

        Args:
            query: What is searched for; all that the writer gets to know of what is wanted.
            count: How many to write.
            useful: Whether they tell what the query looks for, or only seem to.
            spending: Charged with what the writing takes.

        Raises:
            BudgetExhausted: If too little is left to write.
            ModelUnavailable: If nothing comes that could be used.
        """
        ...


class SimulatedSearch:
    """Finds what a model makes up for the query.

    The same query finds the same while its documents are kept, and callers that ask it at once
    have it written once, charged to the first of them.

    Args:
        writer: Writes the documents.
        noise: Share of the queries, in [0, 1], whose documents are noisy.
        seed: Decides which ones, together with the query itself.
        name: Name of the backend.

    Raises:
        ValueError: If the noise is no share.
    """

    def __init__(
        self,
        writer: DocumentWriter,
        *,
        noise: float = 0.0,
        seed: int = 0,
        name: str = "simulated",
    ) -> None:
        if not 0.0 <= noise <= 1.0:
            raise ValueError(f"the noise is a share between 0 and 1 and was {noise}")
        self.name = name
        self._writer = writer
        self._noise = noise
        self._seed = seed
        self._kept: OrderedDict[str, SearchOutcome] = OrderedDict()
        # Runs in several threads may share a backend.
        self._keeping = threading.Lock()
        self._under_way: PerLoop[dict[str, asyncio.Future[SearchOutcome | None]]] = PerLoop(dict)

    def is_noisy(self, query: str) -> bool:
        """Whether the documents for a query are noisy; more noise leaves noisy what was noisy."""
        digest = _digest(f"{self._seed}\0{_normalised(query)}")
        return int.from_bytes(digest[:6], "big") / 2**48 < self._noise

    async def search(
        self,
        query: str,
        *,
        limit: int,
        linked_from: Sequence[Passage] = (),
        spending: Spending = FREE_OF_CHARGE,
    ) -> SearchOutcome:
        """Return what is made up for the query; see `SearchBackend.search`."""
        query = _normalised(query)
        if limit < 1 or not query:
            return Empty()
        outcome = await self._outcome(query, spending)
        return Found(hits=outcome.hits[:limit]) if isinstance(outcome, Found) else outcome

    async def _outcome(self, query: str, spending: Spending) -> SearchOutcome:
        under_way = self._under_way.here()
        while True:
            if kept := self._known(query):
                return kept
            if (other := under_way.get(query)) is None:
                break
            # One that left, or whose own budget ended, leaves the writing to those who wait.
            if outcome := await asyncio.shield(other):
                return outcome
        told: asyncio.Future[SearchOutcome | None] = asyncio.get_running_loop().create_future()
        under_way[query] = told
        for_all: SearchOutcome | None = None
        try:
            outcome = for_all = await self._written(query, spending)
        except BudgetExhausted as exhausted:
            limit = str(exhausted)
            outcome = Failed(reason=f"the limit of {limit} is used up", limit=limit)
        finally:
            del under_way[query]
            told.set_result(for_all)
        return outcome

    async def _written(self, query: str, spending: Spending) -> SearchOutcome:
        useful = not self.is_noisy(query)
        try:
            documents = await self._writer.documents(
                query, count=DOCUMENTS, useful=useful, spending=spending
            )
            hits = _hits(documents[:DOCUMENTS])
        except BudgetExhausted:
            raise
        except Exception as error:
            # Whatever breaks in a writer is trouble of the backend, not an empty result.
            return Failed(reason=str(error) or type(error).__name__)
        if documents and not hits:
            return Failed(reason="the documents that were written hold no text")
        return self._keep(query, Found(hits=hits) if hits else Empty())

    def _known(self, query: str) -> SearchOutcome | None:
        with self._keeping:
            if query in self._kept:
                self._kept.move_to_end(query)
            return self._kept.get(query)

    def _keep(self, query: str, outcome: SearchOutcome) -> SearchOutcome:
        with self._keeping:
            # What another event loop has had written meanwhile goes before.
            kept = self._kept.setdefault(query, outcome)
            if len(self._kept) > MOST_QUERIES_KEPT:
                self._kept.popitem(last=False)
            return kept


def noise_at(
    step: int, steps: int, *, start: float = 0.0, end: float = 0.5, base: float = 4.0
) -> float:
    """Return the noise for a step of training, by ZeroSearch's curriculum: easy first.

    Args:
        step: The step, from 0 to ``steps``.
        steps: How many there are.
        start: The noise at the first, in [0, 1].
        end: The noise at the last, likewise.
        base: How much later than evenly it rises; above 1.

    Raises:
        ValueError: If one of them is out of its range.
    """
    if not 0 <= step <= steps or steps < 1:
        raise ValueError(f"there is no step {step} of {steps}")
    if not (0.0 <= start <= 1.0 and 0.0 <= end <= 1.0 and base > 1.0):
        raise ValueError(
            f"start and end are shares and base is above 1; they were {start}, {end} and {base}"
        )
    risen: float = (base ** (step / steps) - 1) / (base - 1)
    return start + risen * (end - start)


def _hits(documents: Sequence[WrittenDocument]) -> tuple[Hit, ...]:
    cleaned = ((_one_line(each.title), _shortened(clean(each.text))) for each in documents)
    passages = dict.fromkeys(_passage(title, text) for title, text in cleaned if text)
    return tuple(
        Hit(passage=passage, score=1 / rank) for rank, passage in enumerate(passages, start=1)
    )


def _passage(title: str, text: str) -> Passage:
    # Other queries may bring up the same document.
    source = f"simulated:{_digest(f'{title} {text}').hex()[:12]}"
    return Passage(
        id=passage_id(source, 0, text), source=source, title=title, text=text, origin="simulated"
    )


def _one_line(title: str) -> str:
    return " ".join(clean(title).split())[:LONGEST_TITLE].rstrip()


def _shortened(text: str) -> str:
    text = text.strip()
    if len(text) <= LONGEST_TEXT:
        return text
    whole_words, _, _ = text[:LONGEST_TEXT].rpartition(" ")
    return whole_words.rstrip() or text[:LONGEST_TEXT]


def _normalised(query: str) -> str:
    return " ".join(query.split())


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
