"""The searcher: turns a sub-question into queries, searches, and reads what comes back."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from langgraph.runtime import Runtime

from ...tools.passages import Passage
from ...tools.search.base import Failed, Found, SearchBackend, SearchOutcome, Throttled
from ..events import SearchFinished, StepRead
from ..protocols import Parts, ReadRequest, RewriteRequest
from ..step_state import StepContext, StepState
from ..steps import Reading, SearchRecord, Step

HITS_PER_SEARCH = 20
PASSAGES_READ = 16
LINKED_PER_PARENT = 3
FUSION_CONSTANT = 60
"""k of reciprocal rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009)."""


def searcher_node(parts: Parts) -> Any:
    """Return the node that searches for a sub-question and reads the passages found."""

    async def searcher(state: StepState, runtime: Runtime[StepContext]) -> StepState:
        if state["sub_question"].kind == "reason":
            update = StepState(found=_quoted_ids(state["parents"].values()))
        else:
            update = await _search(parts, state, runtime.context)
        evidence = {**state["evidence"], **update.get("evidence", {})}
        runtime.context.tally.policy_call()
        reading = await parts.policy.read(
            ReadRequest(
                question=state["question"],
                sub_question=state["sub_question"],
                text=state["text"],
                parents=state["parents"],
                passages=[evidence[id] for id in update["found"][:PASSAGES_READ]],
            )
        )
        reading = checked(reading, evidence)
        runtime.context.emit(StepRead(id=state["sub_question"].id, by="searcher", reading=reading))
        update["reading"] = reading
        return update

    return searcher


async def _search(parts: Parts, state: StepState, context: StepContext) -> StepState:
    context.tally.policy_call()
    tried = state.get("tried", ())
    queries = await parts.policy.rewrite(
        RewriteRequest(
            question=state["question"],
            sub_question=state["sub_question"],
            text=state["text"],
            parents=state["parents"],
            tried=tried,
        )
    )
    linked_from = _worth_following(state)

    async def ask(backend: SearchBackend, query: str) -> SearchOutcome:
        context.tally.search()
        outcome = await _guarded(backend, query, linked_from)
        context.emit(
            SearchFinished(id=state["sub_question"].id, search=_record(backend, query, outcome))
        )
        return outcome

    asked = [(backend, query) for query in queries for backend in parts.backends]
    outcomes = await asyncio.gather(*(ask(backend, query) for backend, query in asked))
    rankings = [
        [hit.passage for hit in outcome.hits] for outcome in outcomes if isinstance(outcome, Found)
    ]
    records = tuple(
        _record(backend, query, outcome)
        for (backend, query), outcome in zip(asked, outcomes, strict=True)
    )
    earlier = [[state["evidence"][id] for id in state.get("found", ())]]
    fused = fuse([*rankings, *earlier])
    return StepState(
        found=tuple(passage.id for passage in fused),
        evidence={passage.id: passage for passage in fused},
        tried=(*tried, *queries),
        searches=(*state.get("searches", ()), *records),
    )


def fuse(rankings: Iterable[Sequence[Passage]]) -> list[Passage]:
    """Merge rankings by reciprocal rank fusion; ties go to the passage seen first."""
    scores: dict[str, float] = defaultdict(float)
    passages: dict[str, Passage] = {}
    for ranking in rankings:
        for rank, passage in enumerate(ranking, start=1):
            scores[passage.id] += 1 / (FUSION_CONSTANT + rank)
            passages.setdefault(passage.id, passage)
    return sorted(passages.values(), key=lambda passage: -scores[passage.id])


def checked(reading: Reading, evidence: dict[str, Passage]) -> Reading:
    """Return the reading without quotes that are not verbatim and passages never found."""
    answer = reading.answer
    quotes = tuple(quote for quote in answer.quotes if quote.is_verbatim(evidence))
    ranking = tuple(ranked for ranked in reading.ranking if ranked.passage_id in evidence)
    return Reading(answer=answer.model_copy(update={"quotes": quotes}), ranking=ranking)


def _worth_following(state: StepState) -> list[Passage]:
    """Passages whose links may lead on: what the parents quote and rank first, then our own."""
    evidence = state["evidence"]
    ids = list(_quoted_ids(state["parents"].values()))
    for step in state["parents"].values():
        ids += [ranked.passage_id for ranked in step.reading.ranking[:LINKED_PER_PARENT]]
    if attempts := state.get("attempts"):
        ranking = attempts[-1]["reading"].ranking
        ids += [ranked.passage_id for ranked in ranking[:LINKED_PER_PARENT]]
    return [evidence[id] for id in dict.fromkeys(ids) if id in evidence]


def _quoted_ids(steps: Iterable[Step]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(quote.passage_id for step in steps for quote in step.answer.quotes))


async def _guarded(
    backend: SearchBackend, query: str, linked_from: Sequence[Passage]
) -> SearchOutcome:
    # Third-party backends break their promise not to raise; one of them must not end the run.
    try:
        return await backend.search(query, limit=HITS_PER_SEARCH, linked_from=linked_from)
    except Exception as error:
        return Failed(reason=f"{type(error).__name__}: {error}")


def _record(backend: SearchBackend, query: str, outcome: SearchOutcome) -> SearchRecord:
    reason = ""
    if isinstance(outcome, Failed):
        reason = outcome.reason
    elif isinstance(outcome, Throttled) and outcome.retry_after is not None:
        reason = f"try again in {outcome.retry_after:.0f} s"
    return SearchRecord(
        backend=backend.name,
        query=query,
        outcome=outcome.kind,
        hits=len(outcome.hits) if isinstance(outcome, Found) else 0,
        reason=reason,
    )
