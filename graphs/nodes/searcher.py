"""The searcher: turns a sub-question into queries, searches, and reads what comes back."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal

from langgraph.runtime import Runtime

from ...tools.passages import Passage
from ..events import SearchFinished, StepRead
from ..protocols import Parts, ReadRequest, RewriteRequest
from ..searching import fuse, search_all
from ..step_state import StepContext, StepState
from ..steps import Reading, Step, StepAnswer

PASSAGES_READ = 16


def searcher_node(parts: Parts) -> Any:
    """Return the node that searches for a sub-question and reads the passages found."""

    async def searcher(state: StepState, runtime: Runtime[StepContext]) -> StepState:
        if state["sub_question"].kind == "reason":
            update = StepState(found=_quoted_ids(state["parents"].values()))
        else:
            update = await _search(parts, state, runtime.context)
            if update["nothing_new"] and state.get("attempts"):
                return update
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
                limit=runtime.context.answers,
            )
        )
        reading = checked(reading, evidence)
        runtime.context.emit(StepRead(id=state["sub_question"].id, by="searcher", reading=reading))
        update["reading"] = reading
        return update

    return searcher


def after_searcher(parts: Parts) -> Callable[[StepState], Literal["refiner", "__end__"]]:
    """Return what says where a search goes: on to be refined, or out.

    It goes out where trying again brought nothing new, unless the policy can rework what it read
    by the critic's explanation.
    """

    def after(state: StepState) -> Literal["refiner", "__end__"]:
        if not (state.get("attempts") and state.get("nothing_new")):
            return "refiner"
        rework = parts.policy.reworks and state["verdict"].asks_for_rework
        return "refiner" if rework else "__end__"

    return after


async def _search(parts: Parts, state: StepState, context: StepContext) -> StepState:
    tried = list(state.get("tried", ()))
    records = list(state.get("searches", ()))

    async def look_up(queries: Sequence[str]) -> Sequence[Sequence[Passage]]:
        tried.extend(queries)
        searched = await search_all(
            parts.backends,
            queries,
            linked_from=_worth_following(state),
            tally=context.tally,
            tell=lambda record: context.emit(
                SearchFinished(id=state["sub_question"].id, search=record)
            ),
        )
        records.extend(searched.records)
        return searched.rankings

    request = RewriteRequest(
        question=state["question"],
        tally=context.tally,
        sub_question=state["sub_question"],
        text=state["text"],
        parents=state["parents"],
        tried=tuple(tried),
    )
    ranked = await parts.queries.search(request, parts.policy, look_up)
    known = state.get("found", ())
    earlier = [state["evidence"][id] for id in known]
    fused = fuse([ranked, earlier]) if earlier else ranked
    return StepState(
        found=tuple(passage.id for passage in fused),
        evidence={passage.id: passage for passage in fused},
        tried=tuple(tried),
        searches=tuple(records),
        nothing_new=not {passage.id for passage in ranked} - set(known),
    )


def checked(reading: Reading, evidence: Mapping[str, Passage]) -> Reading:
    """Return the reading without quotes that are not verbatim and passages never found."""
    return Reading(
        answer=_checked(reading.answer, evidence),
        ranking=tuple(ranked for ranked in reading.ranking if ranked.passage_id in evidence),
        others=_quoting(reading.others, evidence),
        alternatives=_quoting(reading.alternatives, evidence),
    )


def _quoting(
    answers: Iterable[StepAnswer], evidence: Mapping[str, Passage]
) -> tuple[StepAnswer, ...]:
    """Those answers that a passage is still quoted for."""
    checked = (_checked(answer, evidence) for answer in answers)
    return tuple(answer for answer in checked if answer.text is not None and answer.quotes)


def _checked(answer: StepAnswer, evidence: Mapping[str, Passage]) -> StepAnswer:
    quotes = tuple(quote for quote in answer.quotes if quote.is_verbatim(evidence))
    return answer.model_copy(update={"quotes": quotes})


def _worth_following(state: StepState) -> list[Passage]:
    """Passages whose links may lead on: what the parents quote, and our own first tries."""
    ids = list(_quoted_ids(state["parents"].values()))
    if attempts := state.get("attempts"):
        ids += [quote.passage_id for quote in attempts[-1]["reading"].answer.quotes]
    return [state["evidence"][id] for id in dict.fromkeys(ids) if id in state["evidence"]]


def _quoted_ids(steps: Iterable[Step]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(quote.passage_id for step in steps for quote in step.answer.quotes))
