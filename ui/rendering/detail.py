"""All that is known of a sub-question or of a state of a search: searches, passages, verdict."""

from collections.abc import Sequence
from xml.etree.ElementTree import Element

from ...agent.cli.answers import RECALLED
from ...agent.cli.progress import DRAFTS, StepProgress
from ...agent.cli.wording import counted
from ...agent.drawing.markup import element
from ...agent.drawing.telling import figures_of, kind_of, new_steps, wording_of
from ...graphs.plan import REFERENCE
from ...graphs.steps import Quote, RankedPassage, SearchRecord
from ...graphs.tree_search.record import RecordedNode
from ..run_view import RunView
from .elements import button, figures, html, icon, line, source_line, thumbs, title_of
from .passage import passage_acts, passage_text
from .words import (
    EXPLAINED,
    STATUS,
    cost_words,
    outcome_of,
    seconds_words,
    token_words,
    verdict_words,
)

MOST_PASSAGES = 20
"""Passages of a step that are shown, the most useful ones."""


def node_detail(view: RunView, node: str) -> str:
    """Return all that is known of a node of the drawing.

    Args:
        view: The run.
        node: Id of a sub-question, or ``#`` and the number of a state.
    """
    if (step := view.steps.get(node)) is not None:
        inside = _step(view, step, steers=not step.is_left)
    elif (state := _state_of(view, node)) is not None:
        inside = _state(view, state)
    else:
        said = "Choose a box of the plan to see its searches, passages and verdict."
        inside = [element("p", said, class_="empty")]
    return html(element("section", *inside, class_="clew clew-detail", data_thread=view.thread_id))


def _state_of(view: RunView, node: str) -> RecordedNode | None:
    number = node.removeprefix("#")
    return view.tree.get(int(number)) if node[:1] == "#" and number.isdecimal() else None


def _state(view: RunView, node: RecordedNode) -> list[Element | None]:
    record = view.record
    steps = new_steps(record, node) if record else ()
    if record is None:
        wording = REFERENCE.sub("…", node.move.text if node.move else view.question)
    else:
        wording = wording_of(record, node)
    later = None if record else "Its searches and passages are shown when the search ends."
    shown: list[Element | None] = [
        element("p", element("span", f"#{node.id}", class_="id"), kind_of(node), class_="kicker"),
        element("h3", line(wording)),
        element("p", "→ ", element("strong", line(node.answer)), class_="result")
        if node.answer
        else None,
        figures(
            figures_of(node),
            f"prior {node.prior:.2f}",
            f"after #{node.parent}" if node.parent is not None else None,
        ),
        _said("Critic", node.explanation),
        element("p", later, class_="soft") if later else None,
    ]
    for step in steps:
        final = view.steps.get(step.sub_question.id)
        in_record = StepProgress(step.sub_question, step.text)
        in_record.finish(step, ())
        # Only what the run goes on with can be steered.
        steers = final is not None and final.reading == step.reading
        shown.append(element("div", *_step(view, in_record, steers=steers), class_="of-state"))
    return shown


def _step(view: RunView, step: StepProgress, *, steers: bool) -> list[Element | None]:
    sub, answer = step.sub_question, step.answer
    after = f" after {', '.join(sub.parents)}" if sub.parents else ""
    status = "left" if step.is_left else step.status
    result: Element | None = None
    if answer.text is not None:
        result = element("p", "→ ", element("strong", line(answer.text)), class_="result")
    elif EXPLAINED[step.status]:
        result = element("p", EXPLAINED[step.status], class_="soft")
    usage = step.usage
    return [
        element(
            "p",
            element("span", sub.id, class_="id"),
            element("span", icon(status), STATUS[step.status], class_=f"state {status}"),
            after or None,
            class_="kicker",
        ),
        element("h3", line(view.wording(step.text))),
        result,
        element("p", RECALLED[:1].upper() + RECALLED[1:] + ".", class_="warning")
        if answer.recalled
        else None,
        figures(
            f"confidence {answer.confidence:.2f}" if answer.text is not None else None,
            f"critic {verdict_words(step.verdict)}" if step.verdict else None,
            seconds_words(usage.seconds) if usage.seconds else None,
            counted(len(step.searches), "search", "searches") if step.searches else None,
            token_words(usage),
            cost_words(usage),
        ),
        _said("Critic", step.verdict.explanation if step.verdict else ""),
        _draft(view, step),
        element(
            "p",
            button("reword", sub.id, "Reword", drawn="edit", shown=True),
            thumbs(f"step|{sub.id}", "This step"),
            class_="acts",
        )
        if steers
        else None,
        _others(step),
        _searches(view, step.searches),
        _passages(view, step, steers=steers),
    ]


def _said(who: str, text: str) -> Element | None:
    if not text:
        return None
    return element("p", element("strong", f"{who}: "), line(text), class_="said")


def _draft(view: RunView, step: StepProgress) -> Element | None:
    if step.outcome is None and step.draft is None:
        return None
    thought = f"“{line(step.draft)}” was thought" if step.draft else "It was not known"
    fared = f"; {DRAFTS[step.outcome]}" if step.outcome else ""
    id = step.sub_question.id
    twins = [each for each, node in view.chains.nodes.items() if node.corrects == id]
    led = f"; corrected as {twins[0]}" if twins else ""
    return _said("Before searching", f"{thought}{fared}{led}.")


def _others(step: StepProgress) -> Element | None:
    others = [each for each in step.reading.others if each.text]
    if not others:
        return None
    said = "; ".join(f"“{line(each.text or '')}”" for each in others)
    return _said("Other sources say", said)


def _searches(view: RunView, searches: Sequence[SearchRecord]) -> Element | None:
    if not searches:
        return None
    items = (
        element(
            "li",
            element("span", f"“{line(view.wording(search.query))}”", class_="query"),
            element("span", f"{line(search.backend)}: {outcome_of(search)}", class_="soft"),
            class_=search.outcome,
        )
        for search in searches
    )
    return element("div", element("h4", "Searches"), element("ul", *items, class_="searches"))


def _passages(view: RunView, step: StepProgress, *, steers: bool) -> Element | None:
    quotes = _quotes(step)
    ranked = list(step.reading.ranking)
    known = {each.passage_id for each in ranked}
    # What is quoted but not ranked stands first, for the answer rests on it.
    unranked = dict.fromkeys(each.passage_id for each in quotes if each.passage_id not in known)
    rows: list[tuple[str, RankedPassage | None]] = [(id, None) for id in unranked]
    rows += [(each.passage_id, each) for each in ranked]
    if not rows:
        return None
    shown = rows[:MOST_PASSAGES]
    items = (
        _passage(
            view,
            step,
            id,
            ranking,
            [each for each in quotes if each.passage_id == id],
            steers=steers,
        )
        for id, ranking in shown
    )
    more = len(rows) - len(shown)
    return element(
        "div",
        element("h4", "Passages"),
        element("ol", *items, class_="passages"),
        element("p", f"{counted(more, 'more passage')} of less use", class_="soft")
        if more
        else None,
    )


def _quotes(step: StepProgress) -> list[Quote]:
    return [quote for answer in (step.answer, *step.reading.others) for quote in answer.quotes]


def _passage(
    view: RunView,
    step: StepProgress,
    id: str,
    ranking: RankedPassage | None,
    quotes: list[Quote],
    *,
    steers: bool,
) -> Element:
    passage = view.passages.get(id)
    score = None if ranking is None else f"score {ranking.score:.2f}"
    acts = passage_acts(step.sub_question.id, id) if steers else None
    if passage is None:
        quoted = [element("blockquote", element("mark", line(each.text))) for each in quotes]
        said = "its text is shown when the run is over"
        return element("li", *quoted, figures(score, said), acts)
    summary = element(
        "summary",
        element("strong", title_of(passage)),
        element("span", "quoted", class_="badge") if quotes else None,
        element("span", score, class_="soft") if score else None,
    )
    text = passage_text(passage, quotes)
    return element(
        "li",
        element(
            "details",
            summary,
            element("div", source_line(passage), text, acts),
            open="" if quotes else None,
        ),
    )
