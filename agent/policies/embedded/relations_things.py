"""Relations of places, works and organisations; the rest of the table of relations."""

from .relation import Relation

PLACES_AND_THINGS: tuple[Relation, ...] = (
    Relation(
        "nationality", ("nationality", "citizenship"), "nationality", "",
        (),
        ("(?:what|which) nationality (?:is|was|were|does|did) {x}(?: have| hold)?",
         "(?:what|which) (?:is|was) the nationality of {x}",
         "which country (?:is |was )?{x} (?:is |was )?from", 
         "(?:what|which) country (?:is|was) {x} from", "(?:what|which) country does {x} come from"),
    ),
    Relation(
        "country", ("country", "country of origin"), "country", "located country",
        (),
        ("(?:in )?(?:what|which) country (?:is|was|are) {x}(?: located| situated| based)?(?: in)?",
         "what country (?:is|was) {x} in"),
    ),
    Relation(
        "birth country", ("country of birth", "birth country"), "country", "born", (),
        ("(?:in )?(?:what|which) country was {x} born(?: in)?",),
    ),
    Relation(
        "release date", ("release date", "publication date", "date of release"), "date",
        "released release premiered published",
        (
            r"(?:released|premiered|opened|published|aired)\b[^.;]{0,60}? (?:on|in) <date>",
            r"(?:is|was) an? <date>", r"\( ?<date> ?\)", r"\b(?:made|produced|filmed) in <date>",
        ),
        ("when (?:was|were|is) {x} (?:released|published|first published)",
         "when did {x} (?:come out|premiere|air|open)",
         "(?:in )?what year (?:was|were) {x} (?:released|published|made)(?: in)?"),
    ),
    Relation(
        "inception", ("founding date", "inception", "year of foundation"), "date",
        "founded established formed started began launched opened incorporated",
        (
            r"(?:[Ff]ounded|[Ee]stablished|[Ff]ormed|[Ll]aunched|[Ss]tarted|[Bb]egan|[Oo]pened"
            r"|incorporated|created|[Bb]uilt|[Cc]onstructed|completed)\b[^.;]{0,60}? "
            r"(?:in|on|since|around) <date>",
            r"(?:first published|publication|published)\b[^.;]{0,60}?(?:in|on|since) <date>",
            r"(?:since|from|in) <date>", r"<date> by",
        ),
        ("when (?:was|were|is) {x} (?:founded|established|formed|started|created|launched|built"
         "|opened|incorporated|constructed|completed)",
         "when did {x} (?:begin|start|form|open)",
         "(?:in )?what year (?:was|were) {x} (?:founded|established|formed|started|created"
         "|launched|built|opened)(?: in)?"),
    ),
    Relation(
        "capital", ("capital", "capital city", "seat", "county seat", "administrative centre"),
        "place", "capital seat",
        (
            r"(?:capital|seat|centre|center)(?: \w+){0,3}? (?:is|was|of \w+ is|at|in) "
            r"(?:the )?(?:\w+ of )?<place>", r"<place> is (?:the|its) (?:\w+ )*(?:capital|seat)",
            r"capital,? <place>",
        ),
    ),
    Relation(
        "location", ("location",), "place", "located situated lies",
        (r"(?:located|situated|lies|based|found|headquartered) (?:[^.;]{0,40}? )??"
         r"(?:in|at|near|on) (?:the )?(?:\w+ of )?<place>", r" in (?:the )?(?:\w+ of )?<place>"),
        ("where (?:is|was|are|were) {x}(?: located| situated| based| held)?",
         "in (?:what|which) (?:city|town|state|county|province|region|district|village) (?:is|was) "
         "{x}(?: located| situated)?(?: in)?"),
    ),
    Relation(
        "headquarters", ("headquarters", "headquarter"), "place", "headquartered based",
        (r"(?:[Hh]eadquartered|[Bb]ased|[Hh]eadquarters) (?:[^.;]{0,40}? )??(?:in|at) (?:the )?"
         r"<place>",),
        ("where (?:is|are|was) {x} (?:headquartered|based)",
         "(?:in )?(?:what|which) (?:city|town|state|country) (?:is|are|was) {x} "
         "(?:headquartered|based)(?: in)?"),
    ),
    Relation(
        "population", ("population",), "number", "population inhabitants residents people census",
        (
            r"[Pp]opulation (?:[^.;]{0,60}?)(?:was|of|is|at|to|:) (?:about |approximately |around "
            r"|over |nearly )?<number>",
            r"<number> (?:inhabitants|residents|people)", r"[Pp]opulation[^.;]{0,60}? <number>",
        ),
        ("how many (?:people|inhabitants|residents) (?:live|lived|does|are|were)(?: there)? "
         "(?:in )?{x}(?: have)?",),
    ),
    Relation(
        "publisher", ("publisher",), "organisation", "published publisher",
        (r"[Pp]ublished (?:\w+ )*?by (?:the )?<org>", r"publisher,? <org>"),
        ("who (?:published|is the publisher of) {x}",),
    ),
    Relation(
        "record label", ("record label", "label"), "organisation", "label records released signed",
        (r"(?:through|by|on|under|with|label|to) (?:the )?(?:label )?(?P<answer>(?:[A-Z][\w&']* ?)+"
         r"(?:Records|Music|Recordings|Entertainment|Label))",
         r"label,? <org>", r"signed (?:to|with) <org>"),
    ),
    Relation(
        "developer", ("developer", "manufacturer", "maker"), "organisation",
        "developed manufactured produced made",
        (r"(?:[Dd]eveloped|[Mm]anufactured|[Mm]ade|[Pp]roduced|[Bb]uilt) (?:and \w+ )?by (?:the )?"
         r"<org>",),
        ("who (?:manufactured|manufactures|makes|developed) {x}",
         "(?:what|which) company (?:made|makes|developed|produced|manufactures) {x}"),
    ),
    Relation(
        "network", ("network", "original network", "broadcaster", "channel"), "organisation",
        "aired broadcast network channel",
        (r"(?:aired|broadcast|airs|premiered|televised|shown)\b[^.;]{0,40}? (?:on|by) "
         r"(?:the )?<org>",
         r"for (?:the )?<org>"),
        ("(?:what|which) (?:network|channel) (?:aired|broadcasts?|airs|shows) {x}",),
    ),
    Relation(
        "distributor", ("distributor",), "organisation", "distributed released",
        (r"(?:[Dd]istributed|[Rr]eleased) (?:\w+ )*?by (?:the )?<org>",),
        ("who distributed {x}",),
    ),
    Relation(
        "owner", ("owner", "parent company"), "organisation", "owned owner subsidiary",
        (r"(?:owned|operated|acquired) (?:\w+ )*?by (?:the )?<org>", r"subsidiary of <org>"),
        ("who owns {x}", "who (?:is|was) {x} owned by"),
    ),
    Relation(
        "occupation", ("occupation", "profession", "job", "career"), "occupation", "",
        (r"(?:is|was|were|are) an? (?P<answer>[^.;()]{3,120}?)(?= who\b| from\b| born\b| known\b"
         r"| active\b| best\b| whose\b| based\b| of\b| at\b| in\b| for\b| and (?:a )?(?:former )?"
         r"(?:member|co)|[.;(]|$)",),
        ("what (?:is|was) {x}['’]s (?:occupation|profession|job)",
         "what (?:does|did) {x} do(?: for a living)?", "what (?:is|was) {x} by profession"),
    ),
    Relation(
        "member count", ("number of members", "members"), "number", "members band member",
        (r"(?P<answer>\w+)[- ](?:member|piece)", r"(?P<answer>\w+) members",
         r"\b(?P<answer>duo|trio"
         r"|quartet|quintet|sextet)\b"),
        ("how many members (?:does|did|are in|were in) {x}(?: have)?",),
    ),
    Relation(
        "species count", ("number of species",), "number", "species genus",
        (r"<number>(?: \w+){0,3} species", r"(?P<answer>\w+) (?:\w+ )?species"),
        ("how many species (?:does|are in|do) {x}(?: have| contain)?",),
    ),
    Relation(
        "height", ("height", "elevation"), "number", "high tall height metres elevation peak",
        (r"(?P<answer>\d[\d,.]* ?(?:m|metres|meters|feet|ft)\b)",
         r"(?P<answer>\d+)[- ](?:storey|story|floor)"),
        ("how (?:tall|high) is {x}",),
    ),
    Relation(
        "language", ("language", "languages"), "entity", "language",
        (r"(?P<answer>[A-Z]\w+)[ -][Ll]anguage", r"language is <name>", r"in (?P<answer>[A-Z]\w+)"),
    ),
    Relation("genre", ("genre",), "phrase", "genre"),
    Relation("county", ("county",), "place", "county",
             (r"(?P<answer>[A-Z][\w\-' ]+? County)", r"(?P<answer>County [A-Z]\w+)")),
    Relation("position", ("position",), "phrase", "position plays"),
    Relation("river", ("river",), "place", "river flows",
             (r"(?P<answer>(?:[A-Z]\w+ )+River)", r"(?P<answer>River (?:[A-Z]\w+ ?)+)")),
)  # fmt: skip
