"""Splitting questions for what meets two conditions into one question for each condition."""

import re

from ....graphs.plan import SubQuestion
from .chains import Chain
from .questions import trimmed

_ASKED = r"(?P<asked>who|(?:at |in |on )?(?:which|what)(?: [\w\-]+){1,3}?)"
_FORMS: tuple[tuple[str, str, str], ...] = (
    # "Which ship was used both by X and by Y?": what follows "both" comes twice.
    (rf"{_ASKED} (?P<mid>.+?) both (?P<p>\w+) (?P<a>.+?) and (?P=p) (?P<b>.+)",
     r"\g<asked> \g<mid> \g<p> \g<a>", r"\g<asked> \g<mid> \g<p> \g<b>"),
    (rf"{_ASKED} (?P<aux>is|are|was|were|did|do|does) both (?P<a>.+?) and (?P<b>.+?) "
     r"(?P<rest>launched|born|located|built|founded|buried|from|held|made|set|published"
     r"|based|play|live|work|die|study|attend)",
     r"\g<asked> \g<aux> \g<a> \g<rest>", r"\g<asked> \g<aux> \g<b> \g<rest>"),
    (rf"{_ASKED} (?P<mid>(?:was |is |were )?(?:the |a )?[\w\- ]+? )both (?P<a>(?:the |[^a-z]).+?)"
     r" and (?P<b>(?:the |[^a-z]).+)",
     r"\g<asked> \g<mid>\g<a>", r"\g<asked> \g<mid>\g<b>"),
    # "Who did this and later did that?"
    (rf"{_ASKED} (?:both )?(?P<a>.+?),? and(?:,? years before,|,)? (?:who )?(?:was )?(?:also|later"
     r"|afterwards|then) (?P<b>.+)",
     r"\g<asked> \g<a>", r"\g<asked> \g<b>"),
)  # fmt: skip


def split_intersection(question: str) -> tuple[SubQuestion, ...]:
    """Return a plan that asks each condition apart, or nothing where none is certain."""
    text = trimmed(question)
    for pattern, first, second in _FORMS:
        match = re.fullmatch(pattern, text, re.IGNORECASE)
        if match is None or not all(_specific(match[side]) for side in ("a", "b")):
            continue
        chain = Chain()
        left = chain.ask_nested(match.expand(first))
        right = chain.ask_nested(match.expand(second))
        if left is None or right is None or left == right:
            return ()
        chain.ask(f"What is both {{{left}}} and {{{right}}}", "reason")
        return tuple(chain.steps)
    return ()


def _specific(side: str) -> bool:
    """Whether a condition names something to search for."""
    return re.search(r"[A-Z\d\"“]", side[1:]) is not None
