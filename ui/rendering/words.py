"""Plain words for what the page shows: states of steps, ends of searches, reasons for stopping."""

from ...agent.cli.progress import Status, why_ended
from ...agent.cli.wording import counted
from ...graphs.budget import Usage
from ...graphs.steps import SearchRecord, Verdict
from ...graphs.stopping import STOPPED
from ..run_view import RunView
from .elements import line

STATUS: dict[Status, str] = {
    "waiting": "waiting",
    "searching": "searching",
    "reading": "reading",
    "answered": "answered",
    "unknown": "not found",
    "failed": "search failed",
    "unfinished": "cut short",
}

EXPLAINED: dict[Status, str] = {
    "waiting": "It waits for its turn.",
    "searching": "It is being searched for.",
    "reading": "The passages found are being read.",
    "answered": "",
    "unknown": "The passages found do not tell.",
    "failed": "No search worked.",
    "unfinished": "The run ended before it was done.",
}


def outcome_of(search: SearchRecord) -> str:
    """Return in a few words how a search ended."""
    if search.outcome == "found":
        found = counted(search.hits, "passage")
    else:
        found = {"empty": "nothing found", "throttled": "throttled", "failed": "failed"}[
            search.outcome
        ]
    if search.limit:
        found += f", {why_ended(search.limit)}"
    return f"{found} ({line(search.reason)})" if search.reason else found


def verdict_words(verdict: Verdict) -> str:
    """Return what the critic says, in a line."""
    if verdict.failure:
        return f"could not be judged: {line(verdict.failure)}"
    return f"{verdict.score:.2f} of 1"


def stopped_words(limit: str) -> str:
    """Return why the search ended early."""
    if limit == STOPPED:
        return "The search was stopped; the answer rests on what was found until then."
    return f"The search ended early: {line(why_ended(limit))}."


def token_words(usage: Usage) -> str | None:
    """Return how many tokens were read and written; None if none were."""
    if not usage.tokens_in and not usage.tokens_out:
        return None
    return f"{usage.tokens_in:,} tokens read, {usage.tokens_out:,} written"


def cost_words(usage: Usage) -> str | None:
    """Return what the tokens cost; None if nothing."""
    return f"${usage.cost:.4f}" if usage.cost else None


def seconds_words(seconds: float) -> str:
    """Return a time."""
    if seconds < 90:
        return f"{seconds:.1f} s"
    return f"{seconds // 60:.0f} min {seconds % 60:.0f} s"


def doing(view: RunView) -> str:
    """Return what a run is about, in a line."""
    if view.awaiting_plan is not None:
        return "The plan waits for your word: go on with it, or edit it first."
    if view.draft:
        return "Writing the answer …"
    working = [step for step in view.steps.values() if step.is_working]
    if working:
        step = working[-1]
        verb = "Searching" if step.status == "searching" else "Reading"
        return f"{verb}: {line(view.wording(step.text))}"
    if view.search and not view.steps:
        return f"Searching over steps: {view.search} …"
    return "Thinking about what is known …" if view.steps else "Planning …"
