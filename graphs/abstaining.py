"""Why there is no answer, in plain words, and what was searched for."""

from collections.abc import Iterable, Mapping

from .answer import AnswerSentence
from .budget import Usage
from .describing import described
from .plan import REFERENCE
from .state import State, planned_steps
from .steps import SearchRecord, Step
from .stopping import STOPPED


def failures_if_all_failed(steps: Mapping[str, Step]) -> list[str]:
    """Return why searching was in vain; nothing where some step could search, or none had to."""
    searched = [step for step in steps.values() if step.searches]
    if any(step.status != "failed" for step in searched):
        return []
    return sorted(
        {
            f"{search.backend}: {search.reason or search.outcome}"
            for step in searched
            for search in step.searches
        }
    )


def abstention(
    state: State,
    stopped_by: str | None,
    spent: Usage,
    *,
    unsupported: bool,
    good_enough: float,
) -> list[AnswerSentence]:
    """Return the sentences that say why there is no answer.

    Args:
        state: What is known.
        stopped_by: The limit that ended the search, if one did.
        spent: What the run has spent, with what the models came to.
        unsupported: Whether an answer was written that no source supports.
        good_enough: Verdict below which a step's answer is weak.
    """
    plan = state["plan"]
    steps = planned_steps(state)
    searches = _searches(state)

    def plain(text: str) -> str:
        return described(text, plan, steps)

    sentences = ["The evidence found does not answer this question."]
    if not searches:
        sentences = ["Nothing was searched for, and the answer is not known without."]
    if stopped_by == STOPPED:
        sentences = ["The search was stopped before an answer was found."]
    elif stopped_by:
        limit = stopped_by.replace("_", " ")
        sentences = [f"The budget ({limit}) ended before an answer was found."]
    if unsupported:
        sentences.append("What was written as an answer is not supported by the passages found.")
    unknown = {id: step.text for id, step in steps.items() if step.status == "unknown"}
    first = {
        id: plain(text)
        for id, text in unknown.items()
        if unknown.keys().isdisjoint(REFERENCE.findall(text))
    }
    if first:
        sentences.append(_listed("No answer was found to", first.values()))
    if len(first) < len(unknown):
        sentences.append("So there is none either to what builds on that.")
    weak = [
        f"{plain(step.text)} {step.answer.text}"
        for step in steps.values()
        if step.answer.text and step.verdict and step.verdict.score < good_enough
    ]
    if weak:
        sentences.append(_listed("Only weakly supported", weak))
    if failed := _failed(searches):
        sentences.append(_listed("Some searches did not work", failed))
    if unusable := sum(model.fallbacks for model in spent.models):
        sentences.append(f"Outputs of the language model that could not be used: {unusable}.")
    if queries := dict.fromkeys(plain(search.query) for search in searches):
        sentences.append(_listed("Searched for", queries))
    return [AnswerSentence(text=sentence) for sentence in sentences]


def missing_backends(state: State) -> list[AnswerSentence]:
    """Return a sentence that names the backends of which no search worked; none if all answered."""
    searches = _searches(state)
    worked = {each.backend for each in searches if each.outcome in ("found", "empty")}
    if failed := _failed(each for each in searches if each.backend not in worked):
        return [AnswerSentence(text=_listed("These searches did not work", failed))]
    return []


def _searches(state: State) -> list[SearchRecord]:
    """All searches of a run, those of chains that were left too."""
    of_steps = (search for step in state.get("steps", {}).values() for search in step.searches)
    return [*state.get("scouting", ()), *of_steps]


def _listed(what: str, items: Iterable[str]) -> str:
    sentence = f"{what}: {'; '.join(items)}"
    return sentence if sentence.endswith(("?", ".", "!")) else f"{sentence}."


def _failed(searches: Iterable[SearchRecord]) -> list[str]:
    """The backends that failed, each with the first reason given."""
    reasons: dict[str, str] = {}
    for search in searches:
        if search.outcome in ("throttled", "failed"):
            reasons[search.backend] = reasons.get(search.backend) or search.reason
    return [f"{name} ({reason})" if reason else name for name, reason in sorted(reasons.items())]
