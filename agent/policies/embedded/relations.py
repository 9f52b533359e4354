"""The relations that questions ask for and how sentences state them, as one table."""

from .relation import AnswerType, Relation
from .relations_family import FAMILY
from .relations_lives import LIVES
from .relations_things import PLACES_AND_THINGS
from .relations_works import WORKS

ALL_RELATIONS: tuple[Relation, ...] = (*WORKS, *FAMILY, *LIVES, *PLACES_AND_THINGS)
BY_NAME = {relation.name: relation for relation in ALL_RELATIONS}
BY_NOUN = {noun: relation for relation in reversed(ALL_RELATIONS) for noun in relation.nouns}

# Kinship that takes two steps: paternal grandfather is the father of the father.
COMPOUND: dict[str, tuple[str, str]] = {
    "paternal grandfather": ("father", "father"),
    "paternal grandmother": ("father", "mother"),
    "maternal grandfather": ("mother", "father"),
    "maternal grandmother": ("mother", "mother"),
    "grandfather": ("father", "father"),
    "grandmother": ("father", "mother"),
    "father-in-law": ("spouse", "father"),
    "mother-in-law": ("spouse", "mother"),
    "sibling-in-law": ("spouse", "sibling"),
    "brother-in-law": ("spouse", "brother"),
    "sister-in-law": ("spouse", "sister"),
    "child-in-law": ("child", "spouse"),
    "son-in-law": ("daughter", "husband"),
    "daughter-in-law": ("son", "wife"),
    "stepchild": ("spouse", "child"),
    "stepson": ("spouse", "son"),
    "stepdaughter": ("spouse", "daughter"),
    "stepmother": ("father", "wife"),
    "stepfather": ("mother", "husband"),
    "uncle": ("father", "brother"),
    "aunt": ("father", "sister"),
    "paternal uncle": ("father", "brother"),
    "maternal uncle": ("mother", "brother"),
    "grandchild": ("child", "child"),
    "grandson": ("child", "son"),
    "granddaughter": ("child", "daughter"),
}

__all__ = ["ALL_RELATIONS", "BY_NAME", "BY_NOUN", "COMPOUND", "AnswerType", "Relation"]
