"""Who made a work: directors, performers, authors, founders; part of the table of relations."""

from .relation import Relation, made

WORKS: tuple[Relation, ...] = (
    Relation(
        "director", ("director", "directors", "co-director", "filmmaker"), "person",
        "directed director direction film",
        (
            *made("[Dd]irected", "co-directed"),
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
            *made("[Pp]erformed", "[Rr]ecorded", "sung"),
            r"(?:[Ss]ong|[Ss]ingle|[Aa]lbum|track|EP|ballad|mixtape)\b[^.;]{0,25}? by "
            r"<role><name>", *made("released"), r"by <role><name>",
            r"(?:singer|rapper|musician|band|group|artist),? <name>",
        ),
        ("who (?:sang|performed|sings|recorded) {x}",),
    ),
    Relation(
        "composer", ("composer", "composers", "lyricist", "songwriter"), "person",
        "composed music score written composer song",
        (
            *made("[Cc]omposed", "[Ss]cored"),
            r"(?:[Mm]usic(?:al)?|score|soundtrack|songs)\b[^.;]{0,40}? by <role><name>",
            *made("[Ww]ritten", "co-written"), r"[Cc]omposer,? <name>", r"by <role><name>",
        ),
        ("who composed {x}", "who (?:wrote|composed) the (?:music|score|song)s? (?:for|of) {x}"),
    ),
    Relation(
        "author", ("author", "writer", "novelist", "screenwriter", "playwright", "poet"), "person",
        "written wrote author novel book by",
        (
            *made("[Ww]ritten", "authored", "penned", "co-written"),
            r"(?:novel|book|play|story|poem|series|memoir|work|essay)\b[^.;]{0,25}? by "
            r"<role><name>", r"(?:author|writer|novelist|poet),? <name>", r"by <role><name>",
            r"<name>['’]s? (?:\w+ )?(?:novel|book|play)", r"<name> wrote",
        ),
        ("who (?:wrote|authored|is the author of) {x}", "who was {x} written by"),
    ),
    Relation(
        "producer", ("producer",), "person", "produced producer",
        made("[Pp]roduced", "co-produced"), ("who produced {x}",),
    ),
    Relation(
        "creator", ("creator", "designer", "inventor", "architect", "painter", "sculptor"),
        "person", "created designed painted invented built made",
        (
            *made("[Cc]reated", "designed", "painted", "invented", "sculpted", "developed"),
            r"(?:painting|sculpture|work)\b[^.;]{0,40}? by <role><name>", r"by <role><name>",
        ),
        ("who (?:created|designed|painted|invented|built|made|developed) {x}",),
    ),
    Relation(
        "founder", ("founder", "founders", "co-founder"), "person",
        "founded founder established started",
        (
            *made("[Ff]ounded", "co-founded", "established", "started", "created"),
            r"<name>,? (?:who )?(?:co-)?founded", r"founders?,? <name>",
        ),
        ("who (?:co-)?(?:founded|established|started) {x}", "who was {x} founded by"),
    ),
)  # fmt: skip
