"""How names, places, works and organisations look in English text."""

import re

from .countries import country_word
from .text import UPPER

_PARTICLE = (
    r"(?:de|del|della|di|da|do|dos|das|du|des|la|le|los|las|van|von|der|den|zu|zur|af|av|al|el|bin"
    r"|ibn|bint|ben|of|the|ua|mac|ap|y|e|à|d['’]|al-|el-)"
)
_TOKEN = rf"(?:(?:[dlO]['’]|al-|el-|Mc|Mac)?{UPPER}[\w'’\-]*(?<!['’])(?:\.(?=\w|\s{UPPER}|,))?)"
_RANK = (
    r"(?:Duke|Duchess|Earl|Count|Countess|Baron|Baroness|Baronet|King|Queen|Prince|Princess|Lord"
    r"|Lady|Marquess|Marquis|Margrave|Viscount|Viscountess|Elector|Landgrave|Emperor|Empress"
    r"|Prince-Elector|Grand Duke|Grand Duchess|Archduke)"
)
NAME = (
    rf"(?:{_TOKEN}(?:(?: (?:{_PARTICLE} ?){{1,2}}| ){_TOKEN})*"
    rf"(?:, (?:\d+\w\w )?{_RANK} (?:of )?{_TOKEN}(?:[- ]{_TOKEN})*)?(?:,? (?:Jr|Sr)\.)?)"
)
# What a name does not go before when it only says where somebody's office is: "Oregon senator X".
NOT_A_ROLE = (
    rf"(?!(?:-\w+)? (?:[a-z\-]+ ){{0,3}}?(?:representative|senator|king|queen|ruler|emperor|actor"
    r"|actress|singer|songwriter|singer-songwriter|rapper|band|group|duo|director|filmmaker|producer"
    r"|politician|musician|businessman|businesswoman|writer|author|novelist|poet|playwright"
    r"|journalist|painter|artist|architect|player|footballer|governor|mayor|judge|general|officer"
    r"|physician|lawyer|minister|president|bishop|industrialist|banker|merchant|nobleman|star"
    rf"|composer|comedian|photographer|screenwriter|model|dancer),? {UPPER})"
)
PLACE = (
    rf"(?:{_TOKEN}(?:(?: (?:{_PARTICLE} ?){{1,2}}| ){_TOKEN})*(?:, {_TOKEN}(?: {_TOKEN})*){{0,3}})"
)
CAPITALISED = re.compile(NAME)
PLACE_SPAN = re.compile(PLACE)
QUOTED_SPAN = re.compile(r"[\"“]([^\"”]{2,120})[\"”]")
_MONTHS = frozenset(
    """
        january february march april may june july august september october november
        december monday tuesday wednesday thursday friday saturday sunday
    """.split()
)
_OFFICES = frozenset(
    ["President", "Sir", "Dame", "Dr", "Dr.", "Professor", "Director", "Singer", "Actor"]
)
_NOT_NAMES = frozenset(
    """
        the a an he she it they his her its their this that these those in on at by for
        from with after before during when while since as and or but if there both each
        who what which where i we you however although though also born one two three
        according based early late despite following under between among
    """.split()
)


def names(text: str) -> list[tuple[int, int]]:
    """Return where a text holds capitalised names, in order, sentence openers removed."""
    spans: list[tuple[int, int]] = []
    for match in CAPITALISED.finditer(text):
        start, end = match.span()
        while start < end:
            first = re.match(r"[\w'’.\-]+", text[start:end])
            if first is None or first[0].lower().strip(".'’") not in _NOT_NAMES:
                break
            start += first.end()
            start += len(text[start:end]) - len(text[start:end].lstrip())
        if text[start:end].lower() in _MONTHS or end - start < 2:
            continue
        spans.append((start, end))
    return spans


def trimmed_person(name: str) -> str:
    """Return a person's name without the nationality or the office before it."""
    parts = name.strip(" ,;").split(" ")
    while len(parts) > 2 and (country_word(parts[0]) or parts[0] in _OFFICES):
        parts = parts[1:]
    return re.sub(r"['’]s?$", "", " ".join(parts))
