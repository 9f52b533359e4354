"""Who is whose kin; part of the table of relations."""

from .relation import Relation

FAMILY: tuple[Relation, ...] = (
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
            r"born (?:\w+ )*?(?:to|of) <role><name>",
            r"succeeded (?:his|her) father,? <role><name>",
            r"[Ss]on of <role><name>", r"<name>,? (?:his|her) father", r"father of <name>",
        ),
        ("who (?:fathered) {x}",),
    ),
    Relation(
        "mother", ("mother", "mom"), "person", "son daughter mother child",
        (
            r"(?:[Hh]is|[Hh]er|[Tt]he|whose)(?: \w+)? mother,? (?:was |is )?<kin><name>",
            r"(?:[Ss]on|[Dd]aughter|child) of <other>[^.;]{0,60}?(?:and|by|with)"
            r" (?:of )?(?:his |her )?(?:\w+ ){0,2}?(?:wife|consort|concubine|mistress|spouse)?,? ?"
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
)  # fmt: skip
