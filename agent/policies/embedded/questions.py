"""What a question asks: the relation and its subject, the type of its answer, its entities."""

import re
from dataclasses import dataclass
from functools import cache

from .names import QUOTED_SPAN, names
from .relations import ALL_RELATIONS, BY_NAME, BY_NOUN, COMPOUND, AnswerType, Relation
from .text import UPPER

# Class nouns that may stand before a title: "film Polish-Russian War".
CLASS_NOUNS = (
    "film|movie|song|album|single|novel|book|play|series|show|television series|tv series|tv show"
    "|television show|game|video game|magazine|newspaper|band|opera|musical|poem|painting|company"
    "|documentary|mixtape|ep|track|comic|manga|anime|city|town|village|country|county|state|river"
    "|ship|university|airport|mountain|bridge|building|short story|studio album|episode|actor"
    "|actress|singer|director|author|writer|politician|king|queen|emperor|person|team|club"
)
_NOUNS = "|".join(sorted((*BY_NOUN, *COMPOUND), key=lambda noun: (-len(noun), noun)))
RELATION_NOUN = re.compile(rf"(?:{_NOUNS})", re.IGNORECASE)
_OF_FRAME = re.compile(
    rf"(?:who|what|which|whose) ?(?:is|are|was|were|['’]s) the (?P<noun>{_NOUNS})"
    r"(?: name)? (?:of|for|to) (?P<x>.+)",
    re.IGNORECASE,
)
_POSSESSIVE_FRAME = re.compile(
    rf"(?:who|what|which|when) ?(?:is|are|was|were) (?P<x>.+?) ?['’]s? "
    rf"(?P<noun>{_NOUNS})(?: name)?",
    re.IGNORECASE,
)
_TYPE_BY_OPENING: tuple[tuple[str, AnswerType], ...] = (
    (r"^(?:is|are|was|were|do|does|did|has|have|had|can|could|would|will)\b", "yes_no"),
    (r"\bhow (?:many|much|old|far|long|tall|high|large|big|deep|often|fast)\b", "number"),
    (r"\b(?:what|which) (?:\w+ )?year\b|\bwhat year\b", "year"),
    (r"\bwhen\b|\b(?:what|which) (?:exact )?(?:date|day|month|century|decade|season)\b"
     r"|\bdate of\b", "date"),
    (r"\bpopulation\b|\bnumber of\b|\bwhat percent", "number"),
    (r"\bnationality\b", "nationality"),
    (r"\b(?:what|which|whose) (?:\w+ )?country\b", "country"),
    (r"\bwhere\b|\b(?:what|which) (?:\w+ )?(?:city|town|village|state|county|province|region"
     r"|district|place|location|continent|island|river|lake|mountain|borough|neighbou?rhood"
     r"|capital|suburb|municipality|area)\b|\bcapital of\b", "place"),
    (r"\bwhat (?:\w+ )?(?:occupation|profession|job|career|pursuit)\b|\boccupation\b"
     r"|\bprofession\b",
     "occupation"),
    (r"\bwho(?:m|se)?\b|\b(?:what|which) (?:\w+ ){0,3}?(?:actor|actress|singer|director|author"
     r"|writer|player|president|king|queen|politician|artist|musician|person|man|woman|composer"
     r"|rapper|comedian|general|poet|philosopher|scientist|character|emperor|coach|host)\b",
     "person"),
    (r"\b(?:what|which) (?:\w+ ){0,3}?(?:film|movie|song|album|novel|book|series|show|play|game"
     r"|opera|musical|poem|sitcom|documentary|single|painting)\b", "work"),
    (r"\b(?:what|which) (?:\w+ ){0,3}?(?:company|university|college|school|label|band|team|club"
     r"|organi[sz]ation|network|magazine|newspaper|party|league|studio|airline|brand|group"
     r"|institution|agency|corporation|channel|station)\b", "organisation"),
)  # fmt: skip
_NAMED_HEAD = re.compile(
    r"(?:who|what|which) (?:is|was|were|are) (?:the )?(?:(?:first |original )?names? of (?:the )?)?"
    r"(?P<head>[a-z][a-z\-]*(?: [a-z\-]+){0,2}?) (?:of|for|in|on|that|who|which|whose|where)\b",
    re.IGNORECASE,
)
_WHICH_HEAD = re.compile(r"\b(?:what|which|whose) (?P<rest>.+)", re.IGNORECASE)
_HEAD_STOP = (
    r" (?:is|was|were|are|did|does|do|has|have|had|can|could|will|would|that|which|who|whose|where"
    r"|in|on|of|at|by|for|from|to|with|as|about|first|also|[a-z]+ed|[a-z]+s)\b"
    r"|^(?:is|was|were|are|did|does|do|has|have|had|of|in|by)\b"
)


@dataclass(frozen=True)
class Asked:
    """What a question asks.

    Attributes:
        text: The question without its question mark.
        relation: The relation asked for, where the question is of a known form.
        subject: Of whom or what it is asked; empty where not known.
        answer: The type of the answer.
        entities: The names and titles that the question mentions, the subject first.
        head: The noun that says what is wanted: *ship* of "Which ship …", *captain* of "Who is
            the captain of …".
    """

    text: str
    relation: Relation | None
    subject: str
    answer: AnswerType
    entities: tuple[str, ...]
    head: str = ""

    @property
    def subject_is_described(self) -> bool:
        """Whether the subject is said in other words than its name."""
        return bool(
            re.match(r"the (?:person|place|\w+ (?:of|who|that|where))\b", self.subject)
            or re.search(rf"['’]s? (?:{_NOUNS})$", self.subject)
        )


@cache
def _frames() -> tuple[tuple[Relation, re.Pattern[str]], ...]:
    return tuple(
        (relation, re.compile(frame.replace("{x}", "(?P<x>.+?)"), re.IGNORECASE))
        for relation in ALL_RELATIONS
        for frame in relation.questions
    )


def trimmed(question: str) -> str:
    """Return a question with single spaces and without its question mark."""
    return re.sub(r"\s+", " ", question).strip().rstrip("?!. ").strip()


def framed(question: str) -> tuple[str, str] | None:
    """Return the relation noun or name asked for and its subject, for questions of known form."""
    text = trimmed(question)
    text = re.sub(r"^where (was|is) the (place of (?:birth|death|burial))", r"what \1 the \2", text,
                  flags=re.IGNORECASE)  # fmt: skip
    for frame in (_OF_FRAME, _POSSESSIVE_FRAME):
        if match := frame.fullmatch(text):
            return match["noun"].lower(), match["x"].strip()
    for relation, pattern in _frames():
        if match := pattern.fullmatch(text):
            return relation.name, match["x"].strip()
    return None


def relation_named(noun: str) -> Relation | None:
    """Return the relation that a noun or a relation's name stands for."""
    return BY_NAME.get(noun) or BY_NOUN.get(noun)


def without_class(phrase: str) -> str:
    """Return a noun phrase without the class noun before its title: *film X* is *X*."""
    return re.sub(
        rf"^(?:the )?(?:{CLASS_NOUNS})s?,? (?=[\"“'{{]|{UPPER}|\d)", "", phrase.strip()
    ).strip(' "“”')


@cache
def analysed(question: str) -> Asked:
    """Return what a question asks; pure, so that repeated questions cost nothing."""
    text = trimmed(question)
    frame = framed(text)
    relation = relation_named(frame[0]) if frame else None
    subject = without_class(frame[1]) if frame and relation else ""
    mentioned = entities(text)
    if subject:
        mentioned = (subject, *(name for name in mentioned if name not in subject))
    answer = relation.answer if relation else _type_by_wording(text)
    return Asked(text, relation, subject, answer, mentioned, _head(text))


def _head(text: str) -> str:
    if match := _NAMED_HEAD.search(text):
        return match["head"].split(" ")[-1].lower()
    if match := _WHICH_HEAD.search(text):
        words_before = re.split(_HEAD_STOP, match["rest"], maxsplit=1)[0].split()
        plain_words = [word for word in words_before[:4] if word == word.lower()]
        return plain_words[-1] if plain_words and plain_words[-1].isalpha() else ""
    return ""


def entities(text: str) -> tuple[str, ...]:
    """Return the quoted titles and capitalised names of a question, in order."""
    spans = [(match.start(1), match.end(1)) for match in QUOTED_SPAN.finditer(text)]
    for start, end in names(text):
        opener = start == 0 and re.match(
            r"(?:who|what|which|when|where|how|why|whose|is|are|was|were|do|does|did|has|have|in"
            r"|on|at|of|the|a|an|both|name)\b", text, re.IGNORECASE
        )  # fmt: skip
        if opener and " " not in text[start:end]:
            continue
        if not any(begin <= start and end <= stop for begin, stop in spans):
            spans.append((start, end))
    return tuple(dict.fromkeys(text[start:end].strip(" ?.,") for start, end in sorted(spans)))


def _type_by_wording(text: str) -> AnswerType:
    lowered = text.lower()
    for pattern, answer in _TYPE_BY_OPENING:
        if re.search(pattern, lowered):
            return answer
    return "entity"
