"""A turn of a conversation: the question, how it was understood, and the answer."""

from ...agent.cli.wording import clean
from ...agent.drawing.markup import element
from ..run_view import RunView
from .answer import answer_html
from .elements import html, line
from .words import doing


def turn_html(question: str, standalone: str, view: RunView) -> str:
    """Return a turn.

    Args:
        question: What was asked, as it was typed.
        standalone: How it was understood, so that it stands alone.
        view: The run that answers it.
    """
    differs = clean(standalone) != clean(question) and clean(standalone)
    head = [
        element("p", question, class_="question", dir="auto"),
        element("p", "Understood as: ", element("em", line(standalone)), class_="understood")
        if differs
        else None,
    ]
    if view.error is not None:
        head.append(
            element(
                "div",
                element("strong", "The question could not be answered."),
                element("p", view.error),
                class_="error",
                role="alert",
            )
        )
    elif view.answer is None:
        head.append(element("p", doing(view), class_="doing", role="status"))
    turn = html(element("div", *head, class_="clew clew-turn", data_thread=view.thread_id))
    return turn + answer_html(view)
