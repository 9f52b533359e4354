"""Splitting comparisons, shared properties and intersections into one chain for each side.

The last sub-question reasons over the sides. Its text names each side with the answer it rests
on, ``Who was born later: A ({q3}) or B ({q4})?``, so that the step reads on its own and the
answer is a side by name.
"""

import re

from ....graphs.plan import SubQuestion
from .chains import Chain
from .measures import FIRST, LAST, MEASURES
from .nouns import PERSON_NOUNS
from .questions import CLASS_NOUNS, RELATION_NOUN, trimmed
from .sameness import split_ordered, split_same, split_shared
from .sides import ask_sides, sides

_REL = RELATION_NOUN.pattern


_CLASS = (
    r"(?!(?:is|was|were|are|has|had|have|did|do|does)\b)"
    rf"(?:{CLASS_NOUNS}|[\w\-]+(?: [a-z]+){{0,2}}?)"
)


# Other ways to put the question, and the plain way.
_REORDERED: tuple[tuple[str, str], ...] = (
    (rf"(?:was|were|did|is) (?P<pair>.+ or .+?) (?P<v>(?-i:[a-z]+)) (?P<op>{FIRST}|{LAST})",
     r"Which was \g<v> \g<op>, \g<pair>"),
    (r"(?:out )?of (?:the )?(?:two )?[^,]+?, (?P<pair>.+ and .+), (?P<head>which|who) (?P<rest>.+)",
     r"\g<head> \g<rest>, \g<pair>"),
    (r"(?:between|out of|of) (?P<pair>.+ and .+), (?P<head>which(?: \w+)?|who) (?P<rest>.+)",
     r"\g<head> \g<rest>, \g<pair>"),
    (r"(?P<head>which|who) of (?:the two|them)(?: [\w\- ]+?)? (?P<rest>(?:is|was|has|had|died|lived"
     r"|came|began|sank|set out|opened)\b.+)",
     r"\g<head> \g<rest>"),
    (r"(?:is|was) (?P<pair>.+ or .+?) (?P<op>the (?:older|younger|elder|earlier|later|higher"
     r"|taller)"
     r"|older|younger)(?: (?P<noun>[a-z]+))?", r"Which is \g<op>, \g<pair>"),
    (r"(?P<head>.+?) of the two [\w\- ]+?, (?P<rest>.+)", r"\g<head>, \g<rest>"),
    (r"(?P<head>which is the older) \w+, (?P<rest>.+)", r"\g<head>, \g<rest>"),
)  # fmt: skip


def split_comparison(question: str) -> tuple[SubQuestion, ...]:
    """Return the plan of a comparison, or nothing where the question is none for certain."""
    text = trimmed(question)
    for pattern, plain_way in _REORDERED:
        if match := re.fullmatch(pattern, text, re.IGNORECASE):
            text = match.expand(plain_way)
    for splitter in (_split_which, split_same, split_ordered, split_shared):
        chain = Chain()
        if splitter(text, chain):
            return tuple(chain.steps)
    return ()


def _split_which(text: str, chain: Chain) -> bool:
    for measure in MEASURES:
        match = re.match(
            rf"(?P<head>who|which(?: {_CLASS})?|what {_CLASS}|whose)"
            rf"(?:,? (?:has|had|have|whose|with|is)? ?(?:the |a )?(?P<rel>{_REL})"
            rf"(?:,? (?:who|that|which))?)? ?(?:{measure.wording})(?:[,:] ?| )(?:out of |between "
            rf"|among |either )?(?P<rest>.+)",
            text,
            re.IGNORECASE,
        )
        if match is None:
            continue
        pair = sides(match["rest"], "or") or sides(match["rest"], "and")
        if pair is None:
            return False
        relation = (match["rel"] or "").lower()
        noun = _class_noun(match["head"])
        # "The Belgica" is no person, whether or not the question says what it is.
        is_thing = noun not in PERSON_NOUNS if noun else pair.left.startswith("the ")
        is_thing = is_thing and not relation and match["head"].lower() != "who"
        asked = measure.asked(match, is_thing)
        head = _which(match["head"], relation, measure.concluded(match, is_thing))
        return ask_sides(chain, pair, relation, asked, head, "or", noun)
    return False


def _class_noun(head: str) -> str:
    noun = re.sub(r"^(?:which|what|who|whose) ?", "", head, flags=re.IGNORECASE).strip()
    return noun if re.fullmatch(r"[a-z\-]+(?: [a-z\-]+)*", noun) else ""


def _which(head: str, relation: str, conclusion: str) -> str:
    noun = _class_noun(head)
    if relation:
        return f"Which {noun or 'one'} has the {relation} who {conclusion}"
    return f"{'Who' if head.lower() == 'who' else f'Which {noun}'.strip()} {conclusion}"
