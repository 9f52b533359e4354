"""How descriptions look in questions: the patterns that `descriptions` searches with."""

import re

from .questions import CLASS_NOUNS
from .relations import BY_NOUN, COMPOUND
from .text import UPPER

_LINK = (
    r"(?:und|et|y|di|of|the|in|on|and|a|an|to|for|with|at|by|from|&|de|del|la|le|von|van|der|al|or"
    r"|[-–—:])"
)

NAME_WORD = rf"(?:[\"“'‘(¿¡]*(?:{UPPER}|\d|\{{\w+\}})[^\s?]*)"

ENTITY = rf"(?:[\"“][^\"”]+[\"”]|{NAME_WORD}(?:,? (?:{_LINK} ){{0,3}}{NAME_WORD})*)(?<!,)"

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

OF_NAME = re.compile(
    rf"(?:the )(?P<head>{_NOUNS}|{_ROLE}) (?:of|for|on|in) (?:the )?"
    rf"(?:(?:{CLASS_NOUNS}) )?(?P<x>{ENTITY})"
)

OWNED = re.compile(
    rf"(?<!\w)(?:the )?(?P<x>{NAME_WORD}(?: (?:(?:of|the|de|von|van|and|&) )?{NAME_WORD})*?)"
    r"['’]s? "
    rf"(?P<head>{_NOUNS}|{_ROLE})\b"
)

_HEAD = r"the (?P<head>(?:[\w\-’']+ ){0,3}?[a-z][\w\-]+)"

CLAUSE = re.compile(
    rf"\b{_HEAD},? (?P<link>who|that|which|whose|where|(?:in|on|to|for|under|with|from|at|by|after"
    r"|through) (?:which|whom)) (?P<rest>.+)"
)

_PARTICIPLES = (
    r"(?:\w+ed|built|known|shown|made|led|written|held|set|sung|won|run|shot|drawn|found|born|lost"
    r"|sold|begun|worn|fought|seen|taken|given|thrown|bought|brought|caught|taught)"
)

PASSIVE = re.compile(
    rf"\b{_HEAD} (?P<verb>(?:(?:later|first|once|originally|formerly) )?{_PARTICIPLES}) "
    r"(?P<rest>(?:in|by|at|on|from|for|to|with|as|after|under|during|near|over)? ?.+)"
)

# "The ship was launched that …": the clause comes after the outer verb.
EXTRAPOSED = re.compile(
    rf"\bthe (?P<head>(?:[\w\-]+ ){{0,2}}?[a-z][\w\-]+) "
    rf"(?P<outer>(?:(?:was|is|were) )?{_PARTICIPLES}) "
    r"(?P<link>who|that|which|whose) (?P<rest>.+)"
)

NOT_HEADS = frozenset(
    """
        fact way year years time reason first same one other most last day date name
        names number names type kind only latter former two three more both
    """.split()
)

# Where the verb of the outer question goes on after a description.
FINITE = re.compile(
    r" (?:was|is|were|are|had|has|have|did|does|do|born|die|died|from|located|live|attend|marry"
    r"|become|became|play|found|win|won|come|came|go|went|serve|run|begin|start|end|stop|leave"
    r"|make|get|receive|lie|stand|appear|join|move|graduate|study|work|grow up|belong|hold|open"
    r"|occur|happen|take|give|build|handle|rank|own|sell|use|share|name|send|have|cross|carry"
    r"|change|release|write|direct|produce|compete|retire|form|sign|launch|dying|headquartered"
    r"|formed|founded|based|situated|lead|reach|visit|publish|establish|invent|discover|climb|sail"
    r"|cover|teach|help|say|think|fight|kill|speak|represent|support|return|turn|drive|sing|pay|buy"
    r"|enter|defeat|beat|lose|settle|flow|considered|named|buried|published|released|built)\b"
)

CONTINUED = re.compile(r"(?:\b(?:and|who|that|which|to|where|when|whom|also|not|he|she|it|they"
                        r"|later|first|had|has|have|was|were|is|been|be|did|does))$")  # fmt: skip
