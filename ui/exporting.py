"""An answer to take along: as Markdown, as a page that needs nothing else, as JSON."""

import re
from collections.abc import Iterator
from itertools import groupby
from xml.etree.ElementTree import Element

from ..agent.cli.answers import RECALLED, WEAK
from ..agent.cli.quotes import quoted_sentence
from ..agent.cli.wording import clean
from ..agent.drawing.markup import element, web_address
from ..graphs.answer import Answer, AnswerSentence, Citation
from .rendering.answer import answer_parts
from .rendering.elements import figures, html, near, title_of
from .rendering.style import PAGE_STYLE
from .rendering.words import cost_words, seconds_words, stopped_words, token_words

_PAGE_STYLE = """
body { margin: 0; padding: 1.6rem 1.25rem 4rem; font: 1rem/1.55 system-ui, sans-serif;
  background: #fff; }
main { max-width: 50rem; margin: 0 auto; display: grid; gap: .8rem; }
.clew h1 { font-size: 1.2rem; line-height: 1.35; margin: 0; font-weight: 600; }
@media (prefers-color-scheme: dark) { body { background: #14171d; } }
@media print { body { padding: 0; } }
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"

# Whatever begins or ends something inside a line, HTML and bare links included.
_SPECIAL = re.compile(r"[\\`*_{}\[\]<>!|~&$@]|(?<=\w):(?=/)|(?<=www)\.", re.IGNORECASE)
# What makes something of a line that it begins.
_BEGINNING = re.compile(r"^([#+=-]|\d+(?=[.)]))")


def as_json(answer: Answer) -> str:
    """Return an answer as JSON, which `Answer.model_validate_json` reads back."""
    return answer.model_dump_json(indent=2) + "\n"


def as_html(answer: Answer) -> str:
    """Return an answer as an HTML page that needs no script and loads nothing."""
    style = Element("style")
    style.text = PAGE_STYLE + _PAGE_STYLE
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        element("title", answer.question),
        style,
    )
    usage = answer.usage
    body = element(
        "body",
        element(
            "main",
            element("h1", answer.question, dir="auto"),
            element("section", *answer_parts(answer, "answer"), class_="clew-answer"),
            figures(
                seconds_words(usage.seconds),
                f"{usage.searches} searches",
                token_words(usage),
                cost_words(usage),
            ),
            class_="clew",
        ),
    )
    return "<!DOCTYPE html>\n" + html(element("html", head, body, lang="en")) + "\n"


def as_markdown(answer: Answer) -> str:
    """Return an answer as Markdown in which nothing that others wrote is more than text."""
    parts = [f"# {_text(answer.question)}"]
    parts.append("**No answer found**" if answer.abstained else f"**{_text(answer.short_answer)}**")
    if answer.stopped_by:
        parts.append(f"*{_text(stopped_words(answer.stopped_by))}*")
    parts.append(" ".join(map(_sentence, answer.sentences)))
    for conflict in answer.conflicts:
        sides = zip(conflict.answers, conflict.citations, strict=False)
        said = (f"- {_text(text)}{_numbers(numbers)}" for text, numbers in sides)
        parts.append("\n".join([f"Sources disagree on {_text(conflict.id)}:\n", *said]))
    if answer.citations:
        parts.append("## Sources")
        by_number = sorted(answer.citations, key=lambda citation: citation.number)
        for number, group in groupby(by_number, key=lambda citation: citation.number):
            parts += _source(number, list(group), answer.short_answer)
    return "\n\n".join(part for part in parts if part) + "\n"


def _sentence(sentence: AnswerSentence) -> str:
    said = _text(sentence.text) + _numbers(sentence.citations)
    if sentence.weak:
        said += f" *({WEAK})*"
    if sentence.recalled:
        said += f" *({'in part ' if sentence.citations else ''}{RECALLED})*"
    return said


def _numbers(numbers: tuple[int, ...]) -> str:
    return "".join(rf" \[{number}\]" for number in numbers)


def _source(number: int, citations: list[Citation], short: str | None) -> Iterator[str]:
    first = citations[0].passage
    head = rf"\[{number}\] **{_text(title_of(first))}**"
    address = web_address(first.source)
    if first.origin == "simulated":
        head += ", made up by a model, no source"
    elif address is not None:
        head += f", [{_text(address)}](<{_address(address)}>)"
    else:
        head += f", {_text(near(first.source))}"
    yield head + (f", {_text(first.date)}" if first.date else "")
    for each in citations:
        quoted = "".join(quoted_sentence(each.passage, each.quote, each.start, short))
        yield f"> “{_text(quoted)}”"


def _text(text: str | None) -> str:
    """A text in one line in which no character means anything to Markdown."""
    escaped = _SPECIAL.sub(lambda match: "\\" + match[0], clean(text or ""))
    return _BEGINNING.sub(lambda m: m[0] + "\\" if m[0].isdigit() else "\\" + m[0], escaped)


def _address(address: str) -> str:
    quoted = {"<": "%3C", ">": "%3E", "&": "&amp;", "\\": "%5C"}
    return "".join(quoted.get(char, char) for char in clean(address))
