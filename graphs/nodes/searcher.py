"""The searcher: turns a sub-question into queries, searches, and reads what comes back."""

from collections.abc import Iterable
from typing import Any

from langgraph.runtime import Runtime

from ...tools.passages import Passage
from ..events import SearchFinished, StepRead
from ..protocols import Parts, ReadRequest, RewriteRequest
from ..searching import fuse, search_all
from ..step_state import StepContext, StepState
from ..steps import Reading, Step

PASSAGES_READ = 16


def searcher_node(parts: Parts) -> Any:
    """Return the node that searches for a sub-question and reads the passages found."""

    async def searcher(state: StepState, runtime: Runtime[StepContext]) -> StepState:
        if state["sub_question"].kind == "reason":
            update = StepState(found=_quoted_ids(state["parents"].values()))
        else:
            update = await _search(parts, state, runtime.context)
        evidence = {**state["evidence"], **update.get("evidence", {})}
        tally = runtime.context.tally
        tally.policy_call()
        reading = await parts.policy.read(
            ReadRequest(
                question=state["question"],
                tally=tally,
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
            tally=context.tally,
            sub_question=state["sub_question"],
            text=state["text"],
            parents=state["parents"],
            tried=tried,
        )
    )
    searched = await search_all(
        parts.backends,
        queries,
        linked_from=_worth_following(state),
        tally=context.tally,
        tell=lambda record: context.emit(
            SearchFinished(id=state["sub_question"].id, search=record)
        ),
    )
    earlier = [state["evidence"][id] for id in state.get("found", ())]
    fused = fuse([*searched.rankings, earlier])
    return StepState(
        found=tuple(passage.id for passage in fused),
        evidence={passage.id: passage for passage in fused},
        tried=(*tried, *queries),
        searches=(*state.get("searches", ()), *searched.records),
    )


def checked(reading: Reading, evidence: dict[str, Passage]) -> Reading:
    """Return the reading without quotes that are not verbatim and passages never found."""
    answer = reading.answer
    quotes = tuple(quote for quote in answer.quotes if quote.is_verbatim(evidence))
    ranking = tuple(ranked for ranked in reading.ranking if ranked.passage_id in evidence)
    return Reading(answer=answer.model_copy(update={"quotes": quotes}), ranking=ranking)


def _worth_following(state: StepState) -> list[Passage]:
    """Passages whose links may lead on: what the parents quote, and our own first tries."""
    ids = list(_quoted_ids(state["parents"].values()))
    if attempts := state.get("attempts"):
        ids += [quote.passage_id for quote in attempts[-1]["reading"].answer.quotes]
    return [state["evidence"][id] for id in dict.fromkeys(ids) if id in state["evidence"]]


def _quoted_ids(steps: Iterable[Step]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(quote.passage_id for step in steps for quote in step.answer.quotes))
