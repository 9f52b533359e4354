"""The answer at the end: what it is, what it rests on, what it took."""

import os
from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from rich.text import Text

from ...graphs.answer import Answer, Citation
from ...graphs.budget import ModelUsage, Usage
from ...tools.passages import Passage
from .progress import why_ended
from .quotes import quoted_sentence
from .wording import clean, counted

RECALLED = "from the model's own knowledge, not found in any source"
"""How an answer is marked that no passage supports."""

WEAK = "weakly supported by what is cited"
"""How a sentence is marked that its quotes support too little."""


class Line(NamedTuple):
    """A line of output, and what stands in the margin before it."""

    text: Text
    margin: str = ""


def answer_lines(answer: Answer) -> Iterator[Line]:
    """Return the lines that show an answer: short answer, sentences, citations, usage."""
    if answer.abstained:
        yield Line(Text("No answer found", style="bold yellow"))
    else:
        yield Line(Text(clean(answer.short_answer or ""), style="bold green"))
    if sentences := _sentences(answer):
        yield Line(sentences)
    if answer.citations:
        yield Line(Text())
    by_number = sorted(answer.citations, key=lambda citation: citation.number)
    for number, group in groupby(by_number, key=lambda citation: citation.number):
        yield from _citation(number, list(group), answer.short_answer)
    yield Line(Text())
    if answer.stopped_by:
        yield Line(Text(f"Stopped early: {why_ended(answer.stopped_by)}.", style="yellow"))
    yield Line(_usage(answer))
    for model in answer.usage.models:
        yield Line(Text(model_summary(model), style="dim"))


def model_summary(usage: ModelUsage) -> str:
    """Return what a model did in a role: calls, tokens, cost, and how good its outputs' form was.

    Outputs that were fine as they came are not worth a word.
    """
    parts = [counted(usage.calls, "call"), *_tokens_and_cost(usage)]
    if usage.repaired or usage.fallbacks:
        parts.append(f"outputs: {usage.valid} valid")
    if usage.repaired:
        parts.append(f"{usage.repaired} repaired")
    if usage.fallbacks:
        parts.append(f"{usage.fallbacks} unusable")
    return f"{usage.role} {clean(usage.model)}: {' · '.join(parts)}"


def _sentences(answer: Answer) -> Text:
    text = Text()
    for sentence in answer.sentences:
        text.append(" " if text else "").append(clean(sentence.text))
        for number in sentence.citations:
            text.append(f" [{number}]", style="cyan")
        if sentence.weak:
            text.append(f" ({WEAK})", style="yellow")
        if sentence.recalled:
            part = "in part " if sentence.citations else ""
            text.append(f" ({part}{RECALLED})", style="yellow")
    return text


def _citation(number: int, citations: list[Citation], short_answer: str | None) -> Iterator[Line]:
    margin = f"[{number}] "
    first = citations[0].passage
    heading = _title(first)
    for about in filter(None, (_near(first.source), first.date)):
        heading.append("  " + clean(about), style="dim")
    yield Line(heading, margin)
    # A source may hold documents of several titles.
    for title in dict.fromkeys(citation.passage.title for citation in citations):
        quoted = [each for each in citations if each.passage.title == title]
        if title != first.title:
            yield Line(_title(quoted[0].passage), " " * len(margin))
        for each in quoted:
            sentence = quoted_sentence(each.passage, each.quote, each.start, short_answer)
            yield Line(quotation(*sentence), " " * len(margin))


def _title(passage: Passage) -> Text:
    return Text().append(clean(passage.title), style="bold")


def _near(source: str) -> str:
    """Return a path below the working directory as it is from there."""
    return source.removeprefix(f"{os.getcwd()}{os.sep}")


def quotation(before: str, highlighted: str, after: str) -> Text:
    """Return a quoted sentence in quotation marks, part of it highlighted."""
    return (
        Text("“", style="dim")
        .append(before)
        .append(highlighted, style="bold green not dim")
        .append(after + "”")
    )


def _usage(answer: Answer) -> Text:
    usage = answer.usage
    parts = [
        f"{usage.seconds:.1f} s",
        counted(usage.searches, "search", "searches"),
        counted(usage.policy_calls, "policy call"),
    ]
    parts += _tokens_and_cost(usage)
    if answer.thread_id:
        parts.append(f"thread {clean(answer.thread_id)}")
    return Text(" · ".join(parts), style="dim")


def _tokens_and_cost(usage: Usage | ModelUsage) -> list[str]:
    """Return how many tokens something took, and what they cost; nothing of what it did not."""
    tokens = usage.tokens_in or usage.tokens_out
    told = [f"{usage.tokens_in:,} tokens in, {usage.tokens_out:,} out"] if tokens else []
    return [*told, f"${usage.cost:.4f}"] if usage.cost else told
