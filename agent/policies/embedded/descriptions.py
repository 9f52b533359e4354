"""Finding the innermost description inside a question that no template knows.

English nests to the right, so the last *the … who/of/where …* that mentions a name is the
innermost one. It ends where the question's own verb goes on. What is found becomes a question of
its own, and the search repeats on what is left.
"""

import re
from dataclasses import dataclass

from .phrases import PERSON_NOUNS, PLACE_NOUNS, THING_NOUNS
from .questions import CLASS_NOUNS
from .relations_more import BY_NOUN, COMPOUND
from .text import UPPER, content_words

_LINK = r"(?:und|et|y|di|of|the|in|on|and|a|an|to|for|with|at|by|from|&|de|del|la|le|von|van|der|al|or|[-–—:])"
_NAME_WORD = rf"(?:[\"“'‘(¿¡]*(?:{UPPER}|\d|\{{\w+\}})[^\s?]*)"
ENTITY = rf"(?:[\"“][^\"”]+[\"”]|{_NAME_WORD}(?:,? (?:{_LINK} ){{0,3}}{_NAME_WORD})*)(?<!,)"
_ROLE = (
    r"(?:[\w\-]+ ){0,2}?(?:leader|captain|commander|owner|builders?|designer|backer|chief|head"
    r"|manager|coach|mayor|president|king|queen|ruler|governor|widow|cousin|founder|co-founder"
    r"|publisher|editor|host|presenter|star|winner|inventor|discoverer|architect|drummer"
    r"|guitarist|vocalist|singer|bassist|keyboardist|conductor|lyricist|narrator|protagonist"
    r"|antagonist|successor|predecessor|officer|meteorologist|geologist|physicist|surgeon|cook"
    r"|mate|photographer|ship|flagship|builder|firm|manufacturer|parent company|only child|mouth"
    r"|source|hometown|creator|sponsor|patron|organi[sz]er|second officer|birth ?place|city of "
    r"birth|country of origin)"
)
_NOUNS = "|".join(sorted((*BY_NOUN, *COMPOUND), key=lambda noun: (-len(noun), noun)))
_OF = re.compile(
    rf"(?:the )(?P<head>{_NOUNS}|{_ROLE}) (?:of|for|on|in) (?:the )?"
    rf"(?:(?:{CLASS_NOUNS}) )?(?P<x>{ENTITY})"
)
_OWNED = re.compile(
    rf"(?<!\w)(?:the )?(?P<x>{_NAME_WORD}(?: (?:(?:of|the|de|von|van|and|&) )?{_NAME_WORD})*?)['’]s? "
    rf"(?P<head>{_NOUNS}|{_ROLE})\b"
)
_HEAD = r"the (?P<head>(?:[\w\-’']+ ){0,3}?[a-z][\w\-]+)"
_CLAUSE = re.compile(
    rf"\b{_HEAD},? (?P<link>who|that|which|whose|where|(?:in|on|to|for|under|with|from|at|by|after"
    r"|through) (?:which|whom)) (?P<rest>.+)"
)
_PARTICIPLES = (
    r"(?:\w+ed|built|known|shown|made|led|written|held|set|sung|won|run|shot|drawn|found|born|lost"
    r"|sold|begun|worn|fought|seen|taken|given|thrown|bought|brought|caught|taught)"
)
_PASSIVE = re.compile(
    rf"\b{_HEAD} (?P<verb>(?:(?:later|first|once|originally|formerly) )?{_PARTICIPLES}) "
    r"(?P<rest>(?:in|by|at|on|from|for|to|with|as|after|under|during|near|over)? ?.+)"
)
# "The ship was launched that …": the clause comes after the outer verb.
_EXTRAPOSED = re.compile(
    rf"\bthe (?P<head>(?:[\w\-]+ ){{0,2}}?[a-z][\w\-]+) (?P<outer>(?:(?:was|is|were) )?{_PARTICIPLES}) "
    r"(?P<link>who|that|which|whose) (?P<rest>.+)"
)
_NOT_HEADS = frozenset(
    [
        "fact",
        "way",
        "year",
        "years",
        "time",
        "reason",
        "first",
        "same",
        "one",
        "other",
        "most",
        "last",
        "day",
        "date",
        "name",
        "names",
        "number",
        "names",
        "type",
        "kind",
        "only",
        "latter",
        "former",
        "two",
        "three",
        "more",
        "both",
    ]
)
# Where the verb of the outer question goes on after a description.
_FINITE = re.compile(
    r" (?:was|is|were|are|had|has|have|did|does|do|born|die|died|from|located|live|attend|marry"
    r"|become|became|play|found|win|won|come|came|go|went|serve|run|begin|start|end|stop|leave"
    r"|make|get|receive|lie|stand|appear|join|move|graduate|study|work|grow up|belong|hold|open"
    r"|occur|happen|take|give|build|handle|rank|own|sell|use|share|name|send|have|cross|carry"
    r"|change|release|write|direct|produce|compete|retire|form|sign|launch|dying|headquartered"
    r"|formed|founded|based|situated|lead|reach|visit|publish|establish|invent|discover|climb|sail"
    r"|cover|teach|help|say|think|fight|kill|speak|represent|support|return|turn|drive|sing|pay|buy"
    r"|enter|defeat|beat|lose|settle|flow|considered|named|buried|published|released|built)\b"
)
_CONTINUED = re.compile(r"(?:\b(?:and|who|that|which|to|where|when|whom|also|not|he|she|it|they"
                        r"|later|first|had|has|have|was|were|is|been|be|did|does))$")  # fmt: skip
_ASKED = re.compile(
    r"(?:what|who|which)(?: \w+)? ?(?:is|are|was|were|'s|’s) (?:(?:the )?(?:name|title|names)s? of )?"
    r"|(?:name|in|on|at|from|of|to) ",
    re.IGNORECASE,
)
_AUXILIARY = re.compile(r"\b(?:did|does|do|can|could|will|would|should|has|have|had)$")
_COPULA = re.compile(r"(?:where|when|which .*|what .*)\b(?:is|was|were|are)$", re.IGNORECASE)


@dataclass(frozen=True)
class Found:
    """A description inside a question, and the question that it stands for."""

    start: int
    end: int
    question: str
    outer: str = ""


def innermost(text: str) -> Found | None:
    """Return the innermost description of a question, or None where none is certain."""
    options = [option for option in (*_related(text), *_clauses(text)) if _fits(text, option)]
    return max(options, key=lambda option: (option.start, -option.end), default=None)


def _related(text: str) -> list[Found]:
    found = []
    for match in _OF.finditer(text):
        found.append(Found(match.start(), match.end(), f"{_word(match['head'])} {match[0]}?"))
    for match in _OWNED.finditer(text):
        if not text[: match.start()].rstrip().lower().endswith(("what", "which", "how")):
            asked = f"{_word(match['head'])} the {match['head']} of {match['x']}?"
            found.append(Found(match.start(), match.end(), asked))
    return found


def _clauses(text: str) -> list[Found]:
    found = []
    for start in (match.start() for match in re.finditer(r"\bthe (?=[a-z])", text)):
        extraposed = _EXTRAPOSED.match(text, start)
        if extraposed and re.search(ENTITY, extraposed["rest"]):
            head, link, rest = (extraposed[name] for name in ("head", "link", "rest"))
            asked = f"{_word(head)} the {head} {link} {rest}?"
            if link in ("who", "that", "which"):
                asked = f"Which {head} {rest}?"
            found.append(Found(start, len(text), asked, f" {extraposed['outer']}"))
            continue
        for pattern in (_CLAUSE, _PASSIVE):
            match = pattern.match(text, start)
            if match is None or match["head"].split(" ")[-1].lower() in _NOT_HEADS:
                continue
            end = start + len(match[0])
            stop = _boundary(text, match, start)
            for edge in (stop, end) if stop else (end,):
                phrase = text[start:edge].rstrip(" ,")
                if asked := _question_of(pattern.fullmatch(phrase)):
                    found.append(Found(start, start + len(phrase), asked))
                    break
            break
    return found


def _boundary(text: str, match: re.Match[str], start: int) -> int | None:
    """Return where the outer question goes on: the finite verb after the clause's own."""
    own_verbs = 0 if match.re is _PASSIVE else 1
    for verb in _FINITE.finditer(text, match.start("rest") - 1, match.end()):
        before = text[start : verb.start()]
        if _CONTINUED.search(before):
            continue
        if own_verbs and verb.start() < match.start("rest") + 1:
            own_verbs = 0
            continue
        if not re.search(ENTITY, text[match.start("rest") : verb.start()]):
            own_verbs = 0
            continue
        subject_first = match.re is _CLAUSE and (
            match["link"] not in ("who", "that", "which")
            or re.match(rf"(?:the )?{_NAME_WORD}", match["rest"])
        )
        if subject_first and own_verbs:
            own_verbs = 0
            continue
        return verb.start()
    return None


def _question_of(match: re.Match[str] | None) -> str | None:
    if match is None or not re.search(ENTITY, match["rest"]):
        return None
    head = match["head"]
    noun = head.split(" ")[-1]
    if match.re is _PASSIVE:
        if noun not in _KNOWN_NOUNS:
            return None
        return f"Which {head} was {match['verb']} {match['rest']}?"
    if match["link"] in ("that", "which") and re.match(rf"(?:the )?{_NAME_WORD}", match["rest"]):
        return f"{_word(head)} the {head} {match['link']} {match['rest']}?"
    if match["link"] in ("who", "that", "which"):
        if match["link"] == "who" and head == noun:
            return f"Who {match['rest']}?"
        return f"Which {head} {match['rest']}?"
    if match["link"] == "where" and (
        moved := re.fullmatch(r"(?P<x>.+?) (?P<aux>was|is|were|are)(?P<rest>| .+)", match["rest"])
    ):
        return f"In which {head} {moved['aux']} {moved['x']}{moved['rest'] or ' located'}?"
    return f"{_word(head)} the {head} {match['link']} {match['rest']}?"


def _fits(text: str, option: Found) -> bool:
    """Whether taking a description out leaves a question that still asks something."""
    before, after = text[: option.start], option.outer + text[option.end :]
    if not set(content_words(f"{before} {after}")) - {"name"}:
        return False
    if re.search(r" (?:what|how)\b|(?:,| with| of| by) which\b|\bwho$", option.question[4:-1]):
        return False
    if not re.search(r"\b(?:who|whom|whose|what|which|where|when|how|why|is|was|are|were|did|does|do"
                     r"|has|had|have)\b", f"{before} {after}", re.IGNORECASE):  # fmt: skip
        return False
    if _ASKED.fullmatch(before) and not after.strip(" ,?"):
        return False
    head = before.rstrip()
    if _AUXILIARY.search(head) or _COPULA.fullmatch(head):
        return bool(re.match(r" [a-z]+", after)) or bool(
            re.match(r"(?:what|which) (?:nationality|country|religion)", head, re.IGNORECASE)
        )
    return bool(head) and not re.match(r"(?:the|of)$", after.strip())


def _word(head: str) -> str:
    noun = head.split(" ")[-1].lower()
    if noun in BY_NOUN:
        return "Who is" if BY_NOUN[noun].answer == "person" else "What is"
    if (
        noun in PERSON_NOUNS
        or noun in COMPOUND
        or re.search(r"(?:er|or|ist|ian|man|woman|builders)$", noun)
    ):
        return "Who is"
    return "What is"


_KNOWN_NOUNS = frozenset({*PERSON_NOUNS, *PLACE_NOUNS, *THING_NOUNS})
