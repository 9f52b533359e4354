"""The relations that questions ask for and how sentences state them, as a table.

A pattern is matched in a sentence about the subject; ``<name>``, ``<place>``, ``<date>`` and
``<org>`` stand for the answer, ``<role>`` for words such as *American singer*. Earlier patterns
are the surer ones.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal

from .dates import DATE
from .names import NAME, NOT_A_ROLE, PLACE

AnswerType = Literal[
    "person", "place", "country", "nationality", "date", "year", "number", "yes_no", "work",
    "organisation", "occupation", "lifespan", "phrase", "entity",
]  # fmt: skip
_ROLE = r"(?:(?:the |an? )?(?:(?!of )[\w\-]+(?: and|,)? ){0,4}?)"
_SLOTS = {
    "<name>": rf"(?P<answer>{NAME})(?!\w){NOT_A_ROLE}",
    "<other>": NAME,
    "<place>": rf"(?P<answer>{PLACE})",
    "<date>": rf"(?P<answer>{DATE.pattern}|\b\d{{3}}\b)",
    "<day>": rf"(?:{DATE.pattern}|\b\d{{3}}\b)",
    "<org>": rf"(?P<answer>{NAME}(?:, {NAME})?)",
    "<role>": _ROLE,
    "<kin>": r"(?:(?:the |an? )?(?:late )?(?:[a-z][\w\-]* (?<!and )){0,3}?)",
    "<in>": r"(?:(?:in|at|near) )?(?:the )?(?:(?:village|town|city|parish|hamlet)(?: of)? )?",
    "<phrase>": r"(?P<answer>[^.;,()]{3,70}?)",
    "<number>": r"(?P<answer>\d[\d,.]*(?: (?:million|billion|thousand))?)",
}


@dataclass(frozen=True)
class Relation:
    """A relation between a subject and an answer.

    Attributes:
        name: What the relation is called.
        nouns: Nouns that ask for it, as in "the *director* of X".
        answer: The type of the answer.
        cues: Words whose stems hint at the relation in questions and sentences.
        patterns: How sentences state it, surest first.
        questions: Question frames that ask for it; ``{x}`` is the subject.
    """

    name: str
    nouns: tuple[str, ...]
    answer: AnswerType
    cues: str = ""
    patterns: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()

    @property
    def compiled(self) -> tuple[re.Pattern[str], ...]:
        """The patterns with their slots filled in, compiled once."""
        return _compiled(self.patterns)


@cache
def _compiled(patterns: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(_filled(pattern)) for pattern in patterns)


def _filled(pattern: str) -> str:
    for slot, expression in _SLOTS.items():
        pattern = pattern.replace(slot, expression)
    return pattern


def _made(*verbs: str) -> tuple[str, ...]:
    alternatives = "|".join(verbs)
    return (
        rf"(?:{alternatives})(?: (?:and|or) [\w\-]+)* by <role><name>",
        rf"(?:{alternatives}) [^.;]{{0,30}}?\bby <role><name>",
    )


RELATIONS: tuple[Relation, ...] = (
    Relation(
        "director", ("director", "directors", "co-director", "filmmaker"), "person",
        "directed director direction film",
        (
            *_made("[Dd]irected", "co-directed"),
            r"\b[Ff]ilm(?: \w+)? by (?:director )?<role><name>",
            r"<name>['’]s? (?:\w+ )*film", r"director,? <name>", r"<name> directed",
            r"by <role><name>",
        ),
        ("who directed {x}", "who was {x} directed by", "{x} was directed by who"),
    ),
    Relation(
        "performer", ("performer", "performers", "singer", "artist", "vocalist"), "person",
        "song recorded performed sung singer album single by",
        (
            *_made("[Pp]erformed", "[Rr]ecorded", "sung"),
            r"(?:[Ss]ong|[Ss]ingle|[Aa]lbum|track|EP|ballad|mixtape)\b[^.;]{0,25}? by "
            r"<role><name>", *_made("released"), r"by <role><name>",
            r"(?:singer|rapper|musician|band|group|artist),? <name>",
        ),
        ("who (?:sang|performed|sings|recorded) {x}",),
    ),
    Relation(
        "composer", ("composer", "composers", "lyricist", "songwriter"), "person",
        "composed music score written composer song",
        (
            *_made("[Cc]omposed", "[Ss]cored"),
            r"(?:[Mm]usic(?:al)?|score|soundtrack|songs)\b[^.;]{0,40}? by <role><name>",
            *_made("[Ww]ritten", "co-written"), r"[Cc]omposer,? <name>", r"by <role><name>",
        ),
        ("who composed {x}", "who (?:wrote|composed) the (?:music|score|song)s? (?:for|of) {x}"),
    ),
    Relation(
        "author", ("author", "writer", "novelist", "screenwriter", "playwright", "poet"), "person",
        "written wrote author novel book by",
        (
            *_made("[Ww]ritten", "authored", "penned", "co-written"),
            r"(?:novel|book|play|story|poem|series|memoir|work|essay)\b[^.;]{0,25}? by "
            r"<role><name>", r"(?:author|writer|novelist|poet),? <name>", r"by <role><name>",
            r"<name>['’]s? (?:\w+ )?(?:novel|book|play)", r"<name> wrote",
        ),
        ("who (?:wrote|authored|is the author of) {x}", "who was {x} written by"),
    ),
    Relation(
        "producer", ("producer",), "person", "produced producer",
        _made("[Pp]roduced", "co-produced"), ("who produced {x}",),
    ),
    Relation(
        "creator", ("creator", "designer", "inventor", "architect", "painter", "sculptor"),
        "person", "created designed painted invented built made",
        (
            *_made("[Cc]reated", "designed", "painted", "invented", "sculpted", "developed"),
            r"(?:painting|sculpture|work)\b[^.;]{0,40}? by <role><name>", r"by <role><name>",
        ),
        ("who (?:created|designed|painted|invented|built|made|developed) {x}",),
    ),
    Relation(
        "founder", ("founder", "founders", "co-founder"), "person",
        "founded founder established started",
        (
            *_made("[Ff]ounded", "co-founded", "established", "started", "created"),
            r"<name>,? (?:who )?(?:co-)?founded", r"founders?,? <name>",
        ),
        ("who (?:co-)?(?:founded|established|started) {x}", "who was {x} founded by"),
    ),
    Relation(
        "spouse", ("husband", "wife", "spouse", "partner", "widow", "consort"), "person",
        "married wife husband spouse",
        (
            r"(?:married|remarried)(?: to| secondly to)? (?:and \w+ with )?<role><name>",
            r"(?:wife|husband|widow|widower|consort|spouse|queen) of <role><name>",
            r"(?:[Hh]is|[Hh]er|with) (?:\w+ )?(?:wife|husband|spouse|consort),? <role><name>",
            r"(?:marriage|marriage was) (?:to|with) <role><name>",
            r"(?:wife|husband|wives),? <name>", r"<name>,? (?:his|her) (?:wife|husband)",
        ),
        ("who (?:is|was) {x} married to", "who (?:married|was married to|is married to) {x}"),
    ),
    Relation(
        "father", ("father", "dad"), "person", "son daughter father child",
        (
            r"(?:[Ss]on|[Dd]aughter|child|heir|offspring|bastard)(?: and [\w ]{3,25}?)? of "
            r"(?:the )?(?:late )?<role><name>",
            r"(?:[Hh]is|[Hh]er|[Tt]he|whose)(?: \w+)? father,? (?:was |is )?<kin><name>",
            r"born (?:\w+ )*?(?:to|of) <role><name>", r"succeeded (?:his|her) father,? <role><name>",
            r"[Ss]on of <role><name>", r"<name>,? (?:his|her) father", r"father of <name>",
        ),
        ("who (?:fathered) {x}",),
    ),
    Relation(
        "mother", ("mother", "mom"), "person", "son daughter mother child",
        (
            r"(?:[Hh]is|[Hh]er|[Tt]he|whose)(?: \w+)? mother,? (?:was |is )?<kin><name>",
            r"(?:[Ss]on|[Dd]aughter|child) of <other>[^.;]{0,60}?(?:and|by|with)"
            r" (?:of )?(?:his |her )?(?:\w+ ){0,2}(?:wife|consort|concubine|mistress|spouse)?,? ?"
            r"<name>",
            r"(?:[Ss]on|[Dd]aughter|child) of (?:[a-z\-]+ ){0,3}<name>",
            r"born (?:\w+ )*?to <other>[^.;]{0,60}? and (?:his wife,? )?<role><name>",
            r"and (?:his )?(?:\w+ )?wife,? <role><name>",
        ),
    ),
    Relation(
        "child", ("child", "son", "daughter", "children", "sons", "daughters", "heir"), "person",
        "son daughter child father mother",
        (
            r"(?:father|mother|parent)s? of (?:the )?<role><name>",
            r"(?:[Hh]is|[Hh]er|[Tt]heir)(?: \w+)* (?:son|daughter|child),? (?:was |is )?"
            r"<kin><name>", r"(?:son|daughter|children|child)(?: \w+)*?,?:? <name>",
        ),
    ),
    Relation(
        "sibling", ("sibling", "brother", "sister", "half-brother", "half-sister", "twin"),
        "person", "brother sister sibling",
        (
            r"(?:brother|sister|twin)(?:-\w+)? of (?:the )?<role><name>",
            r"(?:[Hh]is|[Hh]er|[Tt]he|and)(?: \w+){0,3} (?:brother|sister),? (?:was |is )?"
            r"<kin><name>", r"(?:brother|sister)s?,? <role><name>",
        ),
    ),
    Relation(
        "birthplace", ("place of birth", "birthplace", "birth place", "hometown", "home town"),
        "place", "born birthplace native raised",
        (
            r"\b[Bb]orn (?:[^.;()–—]{0,60}? )??(?:in|at|near) (?:the \w+(?: \w+)? of )?<in><place>",
            r"\( ?<place>,? <day> ?[–—\-]",
            r"\((?:[^()–—]*?[;,] )??(?: ?born |b\. )?<day>,? <in><place>(?=[^()]*?[–—\-)])",
            r"(?:native of|hails from|came from|originally from|[Oo]riginating from|raised in"
            r"|grew up in) <in><place>",
            r"\b[Bb]orn [^.;–—]{0,80}?\b(?:in|at) (?:the \w+ of )?<place>",
            r"\b[Bb]orn (?:[^.;()]{0,30}? )??<day>,? <place>", r"from <place>",
        ),
        ("where (?:was|is|were) {x} born", "(?:in )?(?:what|which) (?:city|town|place|village"
         r"|location) (?:was|is) {x} born(?: in)?", "where (?:does|did) {x} come from"),
    ),
    Relation(
        "birthdate", ("date of birth", "birthday", "birth date", "birthdate", "birth year"), "date",
        "born birth",
        (
            r"\b[Bb]orn:? (?:[^.;()–—]{0,60}? )??(?:on |in )?<date>", r"\b(?:b\.|né[e]? [^;]*;) ?<date>",
            r"\( ?(?:[^()–—]*?[;,] )??(?:\w+ )?<date>[^)]*?[–—\-)]", r"\([^)–—]*?<date>",
        ),
        ("when (?:was|is|were) {x} born", "when is {x} ?['’]s birthday", "(?:in )?what year was {x}"
         " born(?: in)?", "on (?:what|which) (?:date|day) was {x} born", "when is {x} birthday",
         "what is {x}['’]s (?:birthday|date of birth)"),
    ),
    Relation(
        "deathplace", ("place of death", "death place"), "place", "died death killed",
        (
            r"\b[Dd]ied (?:[^.;()]{0,60}? )??(?:in|at|near) (?:(?:his|her) \w+ in )?<in><place>",
            r"[–—\-] ?(?:d\. )?<day>,? <in><place>[^)]*?\)",
            r"[–—\-] ?<place>,? <day>[^)]*?\)",
            r"(?:killed|assassinated|executed|murdered) [^.;]{0,60}?(?:in|at) <place>",
            r"\b(?:died|death) [^.;]{0,80}?\b(?:in|at) <place>",
        ),
        ("where did {x} die", "(?:in )?(?:what|which) (?:city|town|place|country) did {x} die(?: in)?",
         "where was {x} (?:killed|assassinated)"),
    ),
    Relation(
        "deathdate", ("date of death", "death date"), "date", "died death killed",
        (
            r"\([^()]*?<day>[^()]*? ?[–—\-] ?(?:d\. ?)?(?:in )?(?:<other>(?:, <other>)*,? )?<date>",
            r"(?:\b[Dd]ied|\bd\.) (?:[^.;()]{0,60}? )??(?:on |in )?<date>",
            r"(?:killed|assassinated|executed|death) [^.;]{0,60}?(?:on |in )<date>",
            r"[–—\-] ?<date> ?\)",
        ),
        ("when did {x} die", "(?:in )?what year did {x} die(?: in)?"),
    ),
    Relation(
        "lifespan", ("dates of birth and death", "life span"), "lifespan", "born died",
        (rf"\( ?(?P<answer>(?:[^()]*?)(?:{DATE.pattern}|\d{{3}})[^()]*?[–—\-][^()]*?"
         rf"(?:{DATE.pattern}|\d{{3}})[^()]*?)\)",
         rf"[Bb]orn (?:on |in )?(?P<answer>(?:{DATE.pattern})[^.]*?\b(?:died|disappeared)\b[^.]*?"
         rf"(?:{DATE.pattern}))"),
        ("when was {x} born and when did (?:he|she|they) die",),
    ),
    Relation(
        "burial place", ("place of burial", "burial place", "resting place"), "place",
        "buried burial interred",
        (r"(?:buried|interred|entombed) (?:[^.;]{0,30}? )??(?:in|at) (?:the )?<place>",),
        ("where (?:was|is) {x} buried",),
    ),
    Relation(
        "cause of death", ("cause of death",), "phrase", "died death killed cause",
        (
            r"\b[Dd]ied (?:[^.;]{0,50}? )??(?:of|from) (?:an? |the )?"
            r"(?P<answer>[a-z][\w\- ]{2,40}?)(?= in\b| on\b| at\b| while| contracted| aged"
            r"|[.,;(]|$)", r"from (?:an? )?(?P<answer>(?:\w+ )?(?:cancer|attack|failure|disease"
            r"|tuberculosis|pneumonia|stroke|accident|suicide))",
            r"(?:was|were) (?P<answer>shot|poisoned|murdered|executed|assassinated|killed"
            r"|beheaded|drowned)", r"(?P<answer>suicide|poison|starvation|heart attack|cancer)",
        ),
        ("why did {x} die", "how did {x} die", "what did {x} die (?:of|from)"),
    ),
    Relation(
        "education", ("alma mater", "university", "college"), "organisation",
        "graduated studied educated attended degree university school college student",
        (
            r"(?:[Gg]raduated|degree|[Gg]raduate|MFA|MBA|PhD|Ph\.D\.|doctorate) (?:[^.;]{0,60}? )??"
            r"(?:from|at|of) (?:the )?<org>",
            r"(?:[Ss]tudied|[Ee]ducated|enrolled|education|trained) (?:[^.;]{0,60}? )??(?:at|in) "
            r"(?:the )?<org>", r"(?:[Aa]ttended|alumnus of|alumna of) (?:the )?<org>",
        ),
        ("where did {x} (?:graduate|study|go to (?:school|college|university))(?: from| at)?",
         "where was {x} educated(?: at)?", "(?:which|what) (?:university|college|school) did {x} "
         "(?:attend|graduate from|study at|go to)"),
    ),
    Relation(
        "employer", ("employer",), "organisation", "worked professor joined works member",
        (
            r"(?:[Ww]orked|works|working|employed|taught|teaches|professor|[Dd]ean|lecturer|edited"
            r"|critic)\b[^.;]{0,60}? (?:at|for|with|of) (?:the )?<org>",
            r"(?:member|staff) of (?:the )?<org>", r"joined (?:the )?<org>",
            r"magazine \"(?P<answer>[^\"]+)\"", r"journal, \"(?P<answer>[^\"]+)\"",
        ),
        ("where (?:does|did) {x} work(?: at| for)?",),
    ),
    Relation(
        "award", ("award", "prize"), "entity", "won awarded award prize received",
        (
            r"(?:[Ww]on|[Rr]eceived|[Aa]warded|earned (?:him|her)|recipient of) (?:\w+ ){0,3}?"
            r"(?P<answer>(?:[A-Z][\w'&]+ )+(?:(?:of|for|and|the|&|in) )*(?:[A-Z][\w&]+ ?)+)",
            r"(?P<answer>(?:[A-Z][\w']+ )+(?:Award|Prize|Medal|Scholarship|scholarship)s?)",
            r"inducted into (?:the )?<name>",
        ),
        ("(?:what|which) (?:award|prize) did {x} (?:win|receive|get)",
         "(?:what|which) (?:award|prize) {x} (?:got|received|won|earned|win|get)"),
    ),
)  # fmt: skip
