"""The answer: its sentences with their citations, and the sources with what is quoted of them."""

from itertools import groupby
from xml.etree.ElementTree import Element

from ...agent.cli.answers import RECALLED, WEAK
from ...agent.cli.quotes import quoted_sentence
from ...agent.drawing.markup import element
from ...graphs.answer import Answer, AnswerSentence, Citation, Conflict
from ...graphs.steps import Quote
from ...tools.passages import Passage
from ..run_view import RunView
from .elements import LONGEST_TEXT, button, html, line, marked, source_line, thumbs, title_of
from .words import stopped_words


def answer_html(view: RunView) -> str:
    """Return the answer of a run, or what is written of it so far; nothing before that."""
    if view.answer is not None:
        acts = element(
            "p",
            button("copy", "", "Copy", drawn="copy", shown=True),
            button("export-markdown", "", "Markdown", drawn="save", shown=True),
            button("export-html", "", "HTML", drawn="save", shown=True),
            button("export-json", "", "JSON", drawn="save", shown=True),
            thumbs("answer", "This answer"),
            class_="acts",
        )
        inside = [*answer_parts(view.answer, view.key), acts]
    elif view.draft and not view.is_over:
        inside = [
            element("p", "Draft, its citations are not checked yet", class_="kicker"),
            element("p", _paragraph(view.draft), class_="draft"),
        ]
    else:
        return ""
    return html(element("section", *inside, class_="clew clew-answer", data_thread=view.thread_id))


def answer_parts(answer: Answer, key: str) -> list[Element | None]:
    """Return the parts of an answer that need no script.

    Args:
        answer: The answer.
        key: What tells the ids of its elements from those of other answers.
    """
    titles = {each.number: title_of(each.passage) for each in reversed(answer.citations)}
    short = element("p", line(answer.short_answer or ""), class_="short")
    if answer.abstained:
        short = element("p", "No answer found", class_="short abstained")
    return [
        short,
        element("p", stopped_words(answer.stopped_by), class_="warning")
        if answer.stopped_by
        else None,
        element(
            "p",
            *(part for each in answer.sentences for part in _sentence(each, titles, key)),
            class_="sentences",
        ),
        *(_conflict(each, titles, key) for each in answer.conflicts),
        _sources(answer, key),
    ]


def anchor(key: str, number: int) -> str:
    """Return the id of the place where a citation's passage is shown."""
    return f"source-{key}-{number}"


def _paragraph(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else text[:LONGEST_TEXT] + " …"


def _sentence(sentence: AnswerSentence, titles: dict[int, str], key: str) -> list[Element | str]:
    parts: list[Element | str] = [_paragraph(sentence.text)]
    parts += [_cite(number, titles, key) for number in sentence.citations]
    warnings = [WEAK] * sentence.weak
    if sentence.recalled:
        warnings.append(("in part " if sentence.citations else "") + RECALLED)
    doubt = " unsure" if warnings else ""
    parts += [element("span", f" ({each})", class_="mark-doubt") for each in warnings]
    return [element("span", *parts, class_=f"sentence{doubt}"), " "]


def _cite(number: int, titles: dict[int, str], key: str) -> Element:
    title = titles.get(number, "a source")
    return element(
        "a",
        f"[{number}]",
        class_="cite",
        href=f"#{anchor(key, number)}",
        data_act="citation",
        data_arg=number,
        aria_label=f"Citation {number}: {title}",
        title=title,
    )


def _conflict(conflict: Conflict, titles: dict[int, str], key: str) -> Element:
    sides = [
        element("li", line(said), " ", *(_cite(number, titles, key) for number in numbers))
        for said, numbers in zip(conflict.answers, conflict.citations, strict=False)
    ]
    return element(
        "div",
        element("strong", f"Sources disagree on {conflict.id}:"),
        element("ul", *sides),
        class_="conflict",
    )


def _sources(answer: Answer, key: str) -> Element | None:
    by_number = sorted(answer.citations, key=lambda citation: citation.number)
    items = [
        _source(number, list(group), key, answer.short_answer)
        for number, group in groupby(by_number, key=lambda citation: citation.number)
    ]
    if not items:
        return None
    return element("div", element("h4", "Sources"), element("ol", *items), class_="sources")


def _source(number: int, citations: list[Citation], key: str, short: str | None) -> Element:
    first = citations[0].passage
    passages: dict[str, Passage] = {each.passage.id: each.passage for each in citations}
    return element(
        "li",
        element(
            "p",
            element("span", f"[{number}]", class_="number"),
            element("strong", title_of(first)),
            source_line(first),
            class_="source-head",
        ),
        *(_quote(each, short) for each in citations),
        element(
            "details",
            element("summary", "Show the passage" if len(passages) == 1 else "Show the passages"),
            element(
                "div",
                *(_passage(each, citations) for each in passages.values()),
                id=anchor(key, number),
                tabindex=-1,
            ),
            data_number=number,
        ),
    )


def _quote(citation: Citation, short: str | None) -> Element:
    passage = citation.passage
    before, words, after = quoted_sentence(passage, citation.quote, citation.start, short)
    return element(
        "blockquote",
        element(
            "p",
            "“",
            _kept(before),
            element("mark", words) if words else None,
            _kept(after),
            "”",
            dir="auto",
        ),
    )


def _kept(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else text[:LONGEST_TEXT] + " …"


def _passage(passage: Passage, citations: list[Citation]) -> Element:
    quotes = [
        Quote(passage_id=passage.id, text=each.quote, start=each.start)
        for each in citations
        if each.passage.id == passage.id and each.quote
    ]
    return element("p", *marked(passage.text, quotes), class_="passage-text", dir="auto")
