"""Splitting comparisons, shared properties and intersections into one chain for each side.

The last sub-question reasons over the sides. Its text names each side with the answer it rests
on, ``Who was born later: A ({q3}) or B ({q4})?``, so that the step reads on its own and the
answer is a side by name.
"""

import re
from dataclasses import dataclass

from ....graphs.plan import SubQuestion
from .chains import Chain
from .measures import FIRST, LAST, MEASURES, SAME, SHARED
from .phrases import PERSON_NOUNS, is_reference
from .questions import CLASS_NOUNS, RELATION_NOUN, trimmed, without_class
from .text import UPPER

_REL = RELATION_NOUN.pattern
_CLASS = rf"(?:{CLASS_NOUNS}|[\w\-]+(?: [a-z]+){{0,2}}?)"
_PLURAL_CLASS = re.compile(
    rf"(?:(?:the )?(?:{CLASS_NOUNS})s[,:]?|(?:[a-z]+ ){{0,2}}[a-z]+s[,:]) (?=[\"“¿¡.]|{UPPER}|\d)"
)
# Other ways to put the question, and the plain way.
_REORDERED: tuple[tuple[str, str], ...] = (
    (rf"(?:was|were|did|is) (?P<pair>.+ or .+?) (?P<v>\w+(?: \w+)?) (?P<op>{FIRST}|{LAST})",
     r"Which was \g<v> \g<op>, \g<pair>"),
    (r"(?:out )?of (?:the )?(?:two )?[^,]+?, (?P<pair>.+ and .+), (?P<head>which|who) (?P<rest>.+)",
     r"\g<head> \g<rest>, \g<pair>"),
    (r"(?:between|out of|of) (?P<pair>.+ and .+), (?P<head>which(?: \w+)?|who) (?P<rest>.+)",
     r"\g<head> \g<rest>, \g<pair>"),
    (r"(?P<head>which|who) of (?:the two|them)(?: [\w\- ]+?)? (?P<rest>(?:is|was|has|had|died|lived"
     r"|came|began|sank|set out|opened)\b.+)",
     r"\g<head> \g<rest>"),
    (r"(?:is|was) (?P<pair>.+ or .+?) (?P<op>the (?:older|younger|elder|earlier|later|higher|taller)"
     r"|older|younger)(?: (?P<noun>[a-z]+))?", r"Which is \g<op>, \g<pair>"),
    (r"(?P<head>.+?) of the two [\w\- ]+?, (?P<rest>.+)", r"\g<head>, \g<rest>"),
    (r"(?P<head>which is the older) \w+, (?P<rest>.+)", r"\g<head>, \g<rest>"),
)  # fmt: skip


@dataclass(frozen=True)
class Sides:
    """The two things that a question holds against each other."""

    left: str
    right: str


def sides(text: str, word: str) -> Sides | None:
    """Return the two names that a conjunction joins; None where that is not certain."""
    text = _PLURAL_CLASS.sub("", text.strip(" ,:"), count=1) if text else text
    if re.search(r"\? [A-Z]", text):
        return None
    found: list[Sides] = []
    for match in re.finditer(rf",? (?:{word}) ", text):
        left, right = text[: match.start()].strip(" ,"), text[match.end() :].strip(" ,")
        if _is_side(left) and _is_side(right):
            found.append(Sides(left, right))
    # With several conjunctions nothing tells for certain where to cut.
    return found[0] if len(found) == 1 else None


def _is_side(phrase: str) -> bool:
    return bool(phrase) and (is_reference(phrase) or bool(re.match(r"the [a-z].*[A-Z\d]", phrase)))


def split_comparison(question: str) -> tuple[SubQuestion, ...]:
    """Return the plan of a comparison, or nothing where the question is none for certain."""
    text = trimmed(question)
    for pattern, plain_way in _REORDERED:
        if match := re.fullmatch(pattern, text, re.IGNORECASE):
            text = match.expand(plain_way)
    for splitter in (_split_which, _split_same, _split_ordered, _split_shared):
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
        is_thing = not relation and match["head"].lower() != "who" and noun not in PERSON_NOUNS
        asked = measure.asked(match, is_thing and noun != "")
        head = _which(match["head"], relation, measure.concluded(match, is_thing and noun != ""))
        return _ask_sides(chain, pair, relation, asked, head, "or", noun)
    return False


def _class_noun(head: str) -> str:
    noun = re.sub(r"^(?:which|what|who|whose) ?", "", head, flags=re.IGNORECASE).strip()
    return noun if re.fullmatch(r"[a-z\-]+(?: [a-z\-]+)*", noun) else ""


def _which(head: str, relation: str, conclusion: str) -> str:
    noun = _class_noun(head)
    if relation:
        return f"Which {noun or 'one'} has the {relation} who {conclusion}"
    return f"{'Who' if head.lower() == 'who' else f'Which {noun}'.strip()} {conclusion}"


def _split_same(text: str, chain: Chain) -> bool:
    opening = re.match(r"(?:do|does|did|are|is|were|was|have|has) (?:both )?", text, re.IGNORECASE)
    if opening is None or not re.search(r"\bsame\b", text):
        return False
    found = _same_sides(text[opening.end() :])
    if found is None:
        return False
    relation, pair, end = found
    for wording, question, conclusion in SAME:
        if match := re.search(wording, end):
            asked, said = match.expand(question), match.expand(conclusion)
            if relation and "located" in asked:
                asked, said = SAME[1][1], SAME[1][2]
            head = "Is it true that"
            head += f" the {_singular(relation)}s of" if relation else ""
            return _ask_sides(chain, pair, relation, asked, head, "and", "", said)
    return False


def _same_sides(body: str) -> tuple[str, Sides, str] | None:
    """Return the relation, the sides and what is said to be the same of them."""
    if match := re.match(
        rf"(?:the )?(?P<rel>{_REL}) of (?:the )?(?P<left>.+?) and (?:the )?(?P=rel) of (?:the )?"
        rf"(?P<right>.+?),? (?P<end>(?:have|share|both|from|of|located|come|are|is)\b.*\bsame .*)",
        body,
    ):
        return match["rel"], Sides(match["left"], match["right"]), match["end"]
    # "The directors of A and B" spans both sides; "the director of A and B" may not.
    head = re.match(rf"(?:the )?(?P<rel>(?:{_REL})s|{_REL}(?<=s)) of (?:both )?(?:the )?", body)
    relation, rest = (head["rel"], body[head.end() :]) if head else ("", body)
    for cut in re.finditer(
        r",? (?=(?:both )?(?:have|has|share|shares|located|situated|from|of|in|come|based|both|born"
        r"|hold|die|died|made|built|launched|founded|published|released|directed|written|work"
        r"|play|played|the|with|attend)\b.*\bsame )",
        rest,
    ):
        end = rest[cut.end() :]
        named = rest[: cut.start()]
        pair = sides(named, "and")
        if pair is None and (
            apart := re.fullmatch(r"with (.+)|.*\bsame .+? (?:as|with) (.+)", end)
        ):
            other = apart[1] or apart[2]
            if _is_side(named) and _is_side(other):
                pair = Sides(named, other)
        if pair is not None:
            if inner := re.search(rf"\b(?P<rel>{_REL})\b", end.split("same")[0]):
                relation = relation or inner["rel"]
            return relation, pair, end
    return None


def _singular(noun: str) -> str:
    return noun[:-1] if noun.endswith("s") and not noun.endswith("ss") else noun


_ORDERED: tuple[tuple[str, str, str], ...] = (
    (r"(?:was|is|were) (?P<a>.+?) (?P<op>older|younger) than (?P<b>.+)", "When was {x} born",
     r"is \g<op> than"),
    (r"did (?P<a>.+?) (?:outlive|survive) (?P<b>.+)", "When did {x} die", "died later than"),
    (r"(?:was|were) (?P<a>.+?) (?P<v>\w+(?:ed|born|built|found|lost|held|begun|made|founded)|born"
     r"|built|lost|found|made) (?P<op>before|after|earlier than|later than) (?P<b>.+?)"
     r"(?: (?:was|were))?", r"When was {x} \g<v>", r"was \g<v> \g<op>"),
    (r"did (?P<a>.+?) (?P<v>die|begin|start|end|open|form) (?P<op>before|after|earlier than"
     r"|later than) (?P<b>.+?)(?: did)?", r"When did {x} \g<v>", r"came \g<op>"),
)  # fmt: skip


def _split_ordered(text: str, chain: Chain) -> bool:
    for pattern, question, conclusion in _ORDERED:
        match = re.fullmatch(pattern, text, re.IGNORECASE)
        if match and _is_side(match["a"]) and _is_side(match["b"]):
            pair = Sides(match["a"], match["b"])
            asked, said = match.expand(question), match.expand(conclusion)
            return _ask_sides(chain, pair, "", asked, "Is it true that", said)
    return False


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
    for wording, question, conclusion in SHARED:
        if re.search(wording, match["thing"], re.IGNORECASE):
            left, right = (chain.ask(question.format(x=side)) for side in (pair.left, pair.right))
            both = f"{pair.left} ({{{left}}}) and {pair.right} ({{{right}}})"
            chain.ask(conclusion.format(sides=both), "reason")
            return True
    return False


def _ask_sides(
    chain: Chain, pair: Sides, relation: str, question: str, head: str, word: str, noun: str = "",
    tail: str = "",
) -> bool:  # fmt: skip
    subjects: list[str] = []
    for side in (pair.left, pair.right):
        if relation:
            kind = noun or ("film" if relation.startswith("director") else "")
            named = f"{kind} {without_class(side)}".strip()
            subjects.append(f"{{{chain.ask(f'Who is the {_singular(relation)} of {named}')}}}")
        elif resolved := chain.resolve(side):
            subjects.append(resolved)
        else:
            return False
    answers = [chain.ask(question.format(x=subject)) for subject in subjects]
    named_sides = []
    for side, subject in zip((pair.left, pair.right), subjects, strict=True):
        # A side that is described goes by the name found for it.
        named_sides.append(without_class(side) if relation or subject == side else subject)
    left, right = named_sides
    body = f"{left} ({{{answers[0]}}}) {word} {right} ({{{answers[1]}}})"
    separator = ": " if word == "or" else " "
    chain.ask(f"{head}{separator}{body}{' ' + tail if tail else ''}", "reason")
    return True
