"""Definite descriptions: noun phrases that name something by what it is to something else.

*The director of film X*, *X's mother*, *the city where X was born*, *the man who wrote X*: each
can be asked as a question of its own. Capitals and quotes guard titles: a relation noun counts
only in lower case, so that *The Mother of Kings* and *The Eagle's Feather* stay whole.
"""

import re
from dataclasses import dataclass

from .nouns import PERSON_NOUNS, PLACE_NOUNS, THING_NOUNS
from .questions import CLASS_NOUNS, RELATION_NOUN
from .text import UPPER

_RELATION = RELATION_NOUN.pattern
_PERSON_NOUN = "|".join(sorted(PERSON_NOUNS))
_PLACE_NOUN = "|".join(sorted(PLACE_NOUNS))
_THING_NOUN = "|".join((CLASS_NOUNS, *sorted(THING_NOUNS)))
_OF = re.compile(rf"(?:the )?(?P<noun>{_RELATION}) (?:of|for) (?:the )?(?P<x>.+)")
_POSSESSIVE = re.compile(rf"(?P<x>.+?) ?['’]s? (?P<noun>{_RELATION})")
_WHO = re.compile(rf"the (?:[\w\-]+ ){{0,3}}?(?P<noun>{_PERSON_NOUN}) (?:who|that) (?P<verb>.+)")
_THAT = re.compile(rf"the (?P<noun>{_THING_NOUN}|{_PLACE_NOUN}) (?:that|which) (?P<verb>.+)")
_WHERE = re.compile(rf"the (?P<noun>{_PLACE_NOUN}|{_THING_NOUN}) (?:where|in which) (?P<clause>.+)")
_MOVED = re.compile(r"(?P<x>.+?) (?P<aux>was|is|were|are|has|had|will|can) (?P<rest>.+)")
_PAST = {
    "died": "die", "lived": "live", "grew up": "grow up", "studied": "study", "worked": "work",
    "attended": "attend", "played": "play", "taught": "teach", "resided": "reside",
    "graduated": "graduate", "moved": "move", "served": "serve", "began": "begin",
    "started": "start", "ended": "end", "happened": "happen", "occurred": "occur",
    "originated": "originate", "formed": "form", "took place": "take place", "won": "win",
}  # fmt: skip
_DID = re.compile(rf"(?P<x>.+?) (?P<verb>{'|'.join(_PAST)})(?P<rest>| .+)")
_VERB_START = re.compile(
    r"(?:was|is|were|are|had|has|did|does|can|could|will|would|also|first|originally|once|[a-z]+ed"
    r"|[a-z]+s|wrote|sang|won|led|made|built|held|began|became|ran|sold|spoke|taught|drew|gave|took"
    r"|came|went|grew|fought|shot|hosts|stars|bought)\b"
)


@dataclass(frozen=True)
class Description:
    """A noun phrase read as a question.

    Attributes:
        question: The question whose answer the noun phrase stands for.
    """

    question: str


def described(phrase: str) -> Description | None:
    """Return the question that a whole noun phrase stands for, or None where it is a name."""
    phrase = phrase.strip()
    for reader in (_read_possessive, _read_of, _read_clause):
        if found := reader(phrase):
            return Description(found)
    return None


def _read_of(phrase: str) -> str | None:
    match = _OF.fullmatch(phrase)
    if match is None or match["noun"] != match["noun"].lower():
        return None
    rest = match["x"]
    article = "the " if phrase[: match.start("x")].endswith("the ") else ""
    if not is_reference(rest) and described(f"{article}{rest}") is None:
        return None
    return f"Who is the {match['noun']} of {article}{rest}?".replace(
        "Who is", _question_word(match["noun"]), 1
    )


def _read_possessive(phrase: str) -> str | None:
    match = _POSSESSIVE.fullmatch(phrase)
    if match is None or match["noun"] != match["noun"].lower():
        return None
    owner = match["x"]
    if owner.count(" of ") and re.match(rf"the (?:{_RELATION}) of", owner):
        return f"{_question_word(match['noun'])} the {match['noun']} of {owner}?"
    if is_reference(owner) or described(owner):
        return f"{_question_word(match['noun'])} the {match['noun']} of {owner}?"
    return None


def _read_clause(phrase: str) -> str | None:
    if (match := _WHO.fullmatch(phrase)) and _VERB_START.match(match["verb"]):
        return f"Who {match['verb']}?"
    if (match := _THAT.fullmatch(phrase)) and _VERB_START.match(match["verb"]):
        return f"Which {match['noun']} {match['verb']}?"
    if match := _WHERE.fullmatch(phrase):
        word = "Where" if match["noun"] in ("place", "location") else f"In which {match['noun']}"
        clause = match["clause"]
        if moved := _MOVED.fullmatch(clause):
            return f"{word} {moved['aux']} {moved['x']} {moved['rest']}?"
        if did := _DID.fullmatch(clause):
            return f"{word} did {did['x']} {_PAST[did['verb']]}{did['rest']}?"
    return None


def is_reference(phrase: str) -> bool:
    """Whether a phrase names something directly: a title, a name, a quote or another answer."""
    bare = re.sub(rf"^(?:the )?(?:{CLASS_NOUNS})s?,? ", "", phrase.strip())
    if bare != phrase.strip() and bare:
        return bool(re.match(rf"[\"“'‘{{(]|{UPPER}|\d|[¡¿.]", bare))
    opening = re.match(
        rf"(?:the )?(?:[\"“'‘{{.¿¡]|{UPPER}|\d|(?:de|von|van|al|el|la|le|d'|i)\b)", bare
    )
    if opening is None:
        return False
    # A name holds no verbs: anything of a clause in lower case means that it is none.
    return not re.search(
        r" (?:who|which|that|where|when|is|was|were|are|did|does|has|had|born|located|by) ",
        f" {bare} ",
    )


def _question_word(noun: str) -> str:
    places = ("birthplace", "place of birth", "place of death", "hometown", "place of burial")
    if noun in places:
        return "What is"
    things = """
     alma mater university college employer award prize nationality citizenship country
     capital seat location headquarters population publisher label network county state
     language genre owner distributor developer manufacturer birthday river channel
 """.split()
    return "What is" if noun.split(" ")[-1] in things or "date" in noun else "Who is"
