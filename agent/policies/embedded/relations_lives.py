"""Births, deaths, schooling, work and honours; part of the table of relations."""

from .dates import DATE
from .relation import Relation

LIVES: tuple[Relation, ...] = (
    Relation(
        "birthplace", ("place of birth", "birthplace", "birth place", "hometown", "home town"),
        "place", "born birthplace native raised",
        (
            r"\b[Bb]orn (?:[^.;()–—]{0,60}? )??(?:in|at|near) "
            r"(?:the \w+(?: \w+)? of )?<in><place>",
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
            r"\b[Bb]orn:? (?:[^.;()–—]{0,60}? )??(?:on |in )?<date>",
            r"\b(?:b\.|né[e]? [^;]*;) ?<date>",
            r"\( ?(?:[^()–—]*?[;,] )??(?:(?:born|b\.|baptised) )?<date>[^)]*?[–—\-)]",
            r"\([^)–—]*?<date>",
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
        ("where did {x} die",
         "(?:in )?(?:what|which) (?:city|town|place|country) did {x} die(?: in)?",
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
