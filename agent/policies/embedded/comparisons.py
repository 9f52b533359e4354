"""Splitting comparisons, shared properties and intersections into one chain for each side.

The last sub-question reasons over the sides. Its text names each side with the answer it rests
on, ``Which was born later: A ({q3}) or B ({q4})?``, so that the step reads on its own and the
answer is a side by name.
"""

import re
from dataclasses import dataclass

from ....graphs.plan import SubQuestion
from .chains import Chain
from .phrases import is_reference
from .questions import CLASS_NOUNS, RELATION_NOUN, trimmed, without_class
from .text import UPPER

_REL = RELATION_NOUN.pattern
_CLASS = rf"(?:{CLASS_NOUNS}|[a-z]+(?: [a-z]+){{0,2}})"
# What is compared: the wording in a question, the question for each side, the wording to reason.
_MEASURES: tuple[tuple[str, str, str], ...] = (
    (r"(?:was |is |were )?(?:born|birthday) (?:\w+ )?(?P<op>later|last|most recently|latest)"
     r"|(?:is|was) (?:the )?(?P<op2>younger|youngest)(?: than the other)?"
     r"|(?P<op3>younger)",
     "When was {x} born", "was born later"),
    (r"(?:was |is |were )?born (?:\w+ )?(?P<op>earlier|first|earliest)"
     r"|(?:is|was) (?:the )?(?P<op2>older|oldest|elder)(?: than the other)?|(?P<op3>older)",
     "When was {x} born", "was born earlier"),
    (r"(?:has |have )?(?:died|passed away) (?:the )?(?:later|last|more recently)", "When did {x} die",
     "died later"),
    (r"(?:has |have )?(?:died|passed away) (?:the )?(?:earlier|first|earliest)", "When did {x} die",
     "died earlier"),
    (r"lived (?:a )?longer(?: life)?|had a longer life", "What are the dates of birth and death of {x}",
     "lived longer"),
    (r"(?:was |were |is |has been )?(?:released|came out|aired|premiered|published|first published"
     r"|release) (?:the )?(?:earlier|first|earliest)|came first|came out first",
     "When was {x} released", "came out earlier"),
    (r"(?:was |were |is |has been )?(?:released|came out|aired|premiered|published) (?:the )?"
     r"(?:later|last|more recently|most recently|latest)|(?:is|was) (?:more recent|newer)",
     "When was {x} released", "came out later"),
    (r"(?:was |were |is )?(?:founded|formed|established|started|created|launched|built|opened"
     r"|constructed|completed|began|incorporated|introduced|set up|started publishing"
     r"|first published|began publishing) (?:the )?(?:earlier|first|earliest)",
     "When was {x} founded", "was founded earlier"),
    (r"(?:was |were |is )?(?:founded|formed|established|started|created|launched|built|opened"
     r"|constructed|completed|began|incorporated|introduced) (?:the )?"
     r"(?:later|last|more recently|most recently)", "When was {x} founded", "was founded later"),
    (r"(?:has|have|had) (?:the )?(?:more|most) (?:band )?members", "How many members does {x} have",
     "has more members"),
    (r"(?:has|have|had) (?:the )?(?:fewer|fewest|less) (?:band )?members",
     "How many members does {x} have", "has fewer members"),
    (r"(?:has|have|contains) (?:the )?(?:more|most) (?:known )?species", "How many species does {x} have",
     "has more species"),
    (r"(?:has|have|had) (?:the |a )?(?:more|most|larger|higher|greater|bigger) "
     r"(?:population|inhabitants|people|residents)|(?:is|are) more populous",
     "What is the population of {x}", "has the larger population"),
    (r"(?:has|have|had) (?:the |a )?(?:smaller|lower|fewer) (?:population|inhabitants|people"
     r"|residents)", "What is the population of {x}", "has the smaller population"),
    (r"(?:is|was|stands|are) (?:the )?(?:taller|higher|tallest|highest)(?: \w+)?", "How tall is {x}",
     "is higher"),
)  # fmt: skip
_SAME: tuple[tuple[str, str, str], ...] = (
    (r"nationalit(?:y|ies)|citizenship", "What is the nationality of {x}", "have the same nationality"),
    (r"from the same country|same country of origin|share(?:s)? the same country",
     "What is the nationality of {x}", "are from the same country"),
    (r"(?:located|situated|based|found|lie|in)\b.*\bsame country|same country",
     "In which country is {x} located", "are in the same country"),
)  # fmt: skip
_SHARED: tuple[tuple[str, str, str], ...] = (
    (r"occupation|profession|job|career|pursuit|line of work|vocation", "What is the occupation of {x}",
     "What occupation do {sides} share"),
    (r"nationality|citizenship", "What is the nationality of {x}", "What nationality do {sides} share"),
    (r"genre", "What is the genre of {x}", "What genre do {sides} share"),
    (r"country", "In which country is {x} located", "Which country do {sides} share"),
)  # fmt: skip


@dataclass(frozen=True)
class Sides:
    """The two things that a question holds against each other."""

    left: str
    right: str


def sides(text: str, word: str) -> Sides | None:
    """Return the two names that a conjunction joins; None where that is not certain."""
    text = text.strip(" ,?")
    text = re.sub(
        rf"^(?:(?:the )?(?:{CLASS_NOUNS})s[,:]?|(?:[a-z]+ ){{0,2}}[a-z]+s[,:]) (?=[\"“{{¿¡]|{UPPER}|\d)",
        "", text,
    )  # fmt: skip
    candidates: list[Sides] = []
    for match in re.finditer(rf",? {word} ", text):
        left, right = text[: match.start()].strip(" ,"), text[match.end() :].strip(" ,")
        if left and right and is_reference(left) and is_reference(right):
            candidates.append(Sides(left, right))
    # With several conjunctions only equal openings ("film A and film B") tell where to cut.
    return candidates[0] if len(candidates) == 1 else None


def split_comparison(question: str) -> tuple[SubQuestion, ...]:
    """Return the plan of a comparison, or nothing where the question is none for certain."""
    text = trimmed(question)
    for splitter in (_split_which, _split_same, _split_shared):
        chain = Chain()
        if splitter(text, chain):
            return tuple(chain.steps)
    return ()


def _split_which(text: str, chain: Chain) -> bool:
    for wording, question, conclusion in _MEASURES:
        match = re.match(
            rf"(?:between .+?, )?(?P<head>who|which(?: {_CLASS})?|what {_CLASS}|whose)"
            rf"(?:,? (?:has|had|have|whose|with|had|is)? ?(?:the |a )?(?P<rel>{_REL})"
            rf"(?:,? (?:who|that|which))?)? ?(?:{wording})(?:,|:)? (?:out of |between |among )?"
            rf"(?P<rest>.+)",
            text,
            re.IGNORECASE,
        )
        if match is None:
            continue
        pair = sides(match["rest"], "or") or sides(match["rest"], "and")
        if pair is None:
            return False
        relation = (match["rel"] or "").lower()
        return _ask_sides(
            chain, pair, relation, question, _which(match["head"], relation, conclusion), "or",
            _class_noun(match["head"]),
        )  # fmt: skip
    return False


def _class_noun(head: str) -> str:
    noun = re.sub(r"^(?:which|what|who|whose) ?", "", head, flags=re.IGNORECASE).strip()
    return noun if re.fullmatch(CLASS_NOUNS, noun) else ""


def _which(head: str, relation: str, conclusion: str) -> str:
    noun = _class_noun(head)
    if relation:
        return f"Which {noun or 'one'} has the {relation} who {conclusion}"
    return f"{'Who' if head.lower() == 'who' else f'Which {noun}'.strip()} {conclusion}"


def _split_same(text: str, chain: Chain) -> bool:
    if not re.match(r"(?:do|does|did|are|is|were|was|have|has)\b", text, re.IGNORECASE):
        return False
    if not re.search(r"\bsame\b", text):
        return False
    relation = ""
    body = re.sub(r"^\w+ (?:both )?", "", text)
    if match := re.match(
        rf"(?:the )?(?P<rel>{_REL}) of (?:the )?(?P<left>.+?) and (?:the )?(?P=rel) of (?:the )?"
        rf"(?P<right>.+?),? (?P<end>(?:have|share|both|from|of|located|come|are|is)\b.*\bsame .*)",
        body,
    ):
        relation, pair = match["rel"], Sides(match["left"], match["right"])
        end = match["end"]
    elif match := re.match(
        rf"(?:(?:the )?(?P<rel>{_REL}) of (?:both )?)?(?:the )?(?:both )?(?P<pair>.+?),? "
        rf"(?P<end>(?:(?:both )?(?:have|has|share|shares|located|situated|from|of|in|come|based|"
        rf"both|born|hold))\b.*\bsame .*)",
        body,
    ):
        relation, end = match["rel"] or "", match["end"]
        found = sides(match["pair"], "and")
        if found is None and (
            apart := re.fullmatch(r"with (.+)|.*\bsame .+? (?:as|with) (.+)", end)
        ):
            other = apart[1] or apart[2]
            if is_reference(match["pair"]) and is_reference(other):
                found = Sides(match["pair"], other)
        if found is None:
            return False
        pair = found
        if inner := re.search(rf"\b(?P<rel>{_REL})\b", end.split("same")[0]):
            relation = relation or inner["rel"]
    else:
        return False
    for wording, question, conclusion in _SAME:
        if re.search(wording, end):
            if relation and "located" in question:
                question, conclusion = _SAME[1][1], _SAME[1][2]
            head = (
                f"Is it true that the {_singular(relation)}s of" if relation else "Is it true that"
            )
            return _ask_sides(chain, pair, relation, question, head, "and", "", conclusion)
    return False


def _singular(noun: str) -> str:
    return noun[:-1] if noun.endswith("s") and not noun.endswith("ss") else noun


def _split_shared(text: str, chain: Chain) -> bool:
    match = re.match(
        r"(?:what|which) (?P<thing>.+?) (?:do|does|did|are|were|is|was) (?:both )?(?P<pair>.+?) "
        r"(?:share|have in common|both share|both have|have|both|hold)(?: in common)?$",
        text,
        re.IGNORECASE,
    ) or re.match(
        r"(?P<pair>.+?),? (?:have|share|shared|had) (?:what|which) (?:mutual |common |same )?"
        r"(?P<thing>\w+)(?: in common)?$",
        text,
        re.IGNORECASE,
    )
    if match is None or (pair := sides(match["pair"], "and")) is None:
        return False
    for wording, question, conclusion in _SHARED:
        if re.search(wording, match["thing"], re.IGNORECASE):
            left, right = (chain.ask(question.format(x=side)) for side in (pair.left, pair.right))
            both = f"{pair.left} ({{{left}}}) and {pair.right} ({{{right}}})"
            chain.ask(conclusion.format(sides=both), "reason")
            return True
    return False


def _ask_sides(
    chain: Chain, pair: Sides, relation: str, question: str, head: str, word: str, noun: str,
    tail: str = "",
) -> bool:  # fmt: skip
    answers: list[str] = []
    subjects: list[str] = []
    for side in (pair.left, pair.right):
        phrase = side
        if relation:
            is_film = relation.startswith(("director", "film"))
            bare = without_class(side)
            named = f"{noun or ('film' if is_film else '')} {bare}".strip()
            reference = f"{{{chain.ask(f'Who is the {_singular(relation)} of {named}')}}}"
        else:
            resolved = chain.resolve(phrase)
            if resolved is None:
                return False
            reference = resolved
        subjects.append(reference)
    for reference in subjects:
        answers.append(chain.ask(question.format(x=reference)))
    left, right = (without_class(side) for side in (pair.left, pair.right))
    body = f"{left} ({{{answers[0]}}}) {word} {right} ({{{answers[1]}}})"
    separator = ": " if word == "or" else " "
    chain.ask(f"{head}{separator}{body}{' ' + tail if tail else ''}", "reason")
    return True
