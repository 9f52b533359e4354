"""Splitting yes-or-no comparisons and shared properties: same, before, in common."""

import re

from .chains import Chain
from .measures import SAME, SHARED
from .questions import RELATION_NOUN
from .sides import Sides, ask_sides, is_side, sides, singular

_REL = RELATION_NOUN.pattern


def split_same(text: str, chain: Chain) -> bool:
    """Ask each side what is said to be the same of both; false where the question is no such."""
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
            head += f" the {singular(relation)}s of" if relation else ""
            return ask_sides(chain, pair, relation, asked, head, "and", "", said)
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
            if is_side(named) and is_side(other):
                pair = Sides(named, other)
        if pair is not None:
            if inner := re.search(rf"\b(?P<rel>{_REL})\b", end.split("same")[0]):
                relation = relation or inner["rel"]
            return relation, pair, end
    return None


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


def split_ordered(text: str, chain: Chain) -> bool:
    """Ask each side for its date, for questions such as "Was A older than B?"."""
    for pattern, question, conclusion in _ORDERED:
        match = re.fullmatch(pattern, text, re.IGNORECASE)
        if match and is_side(match["a"]) and is_side(match["b"]):
            pair = Sides(match["a"], match["b"])
            asked, said = match.expand(question), match.expand(conclusion)
            return ask_sides(chain, pair, "", asked, "Is it true that", said)
    return False


def split_shared(text: str, chain: Chain) -> bool:
    """Ask each side for what the question says they share."""
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
