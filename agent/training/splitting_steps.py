"""Steps of published decompositions, and the words by which a question may speak of them."""

import re
from dataclasses import dataclass

from .splitting_words import Word, spoken_of, stem, words

_REFERENCE = re.compile(r"#\d+")
# MuSiQue's relations are Wikidata's; questions say them in these words.
_CUES = {
    "author": "author writer wrote written writes",
    "award received": "award received won",
    "capital": "capital",
    "cast member": "cast member star starred actor actress starring",
    "child": "child son daughter children father mother parent",
    "composer": "composer composed music",
    "conflict": "conflict war fought battle",
    "contains administrative territorial entity": "county contains district includes located",
    "country of citizenship": "country citizen citizenship nationality from",
    "country": "country nation",
    "creator": "creator created author painted painter designed made artist",
    "developer": "developer developed",
    "director": "director directed",
    "educated at": "alma mater educated attended studied university school graduated college",
    "employer": "employer employed worked works work",
    "father": "father dad",
    "followed by": "followed after next sequel",
    "follows": "follows preceded previous",
    "founded by": "founder founded",
    "headquarters location": "headquartered headquarters based city located",
    "instance of": "instance type kind",
    "licensed to broadcast to": "licensed broadcast broadcasts station city",
    "located in or next to body of water": "located water sea ocean river next body",
    "located in the administrative territorial entity": "located location state county district "
    "region province city town municipality contains containing found based where",
    "located on terrain feature": "located island where",
    "location of formation": "formed formation",
    "location": "location located place city housed where",
    "manufacturer": "manufacturer made manufactured makes produced maker builder company",
    "member of sports team": "team club played plays player",
    "member of": "member group band belongs belonged",
    "mother": "mother mom",
    "mouth of the watercourse": "flows mouth ends river body empties end",
    "notable work": "work known famous wrote",
    "operator": "operator operated operates operating runs company",
    "original broadcaster": "network broadcaster aired broadcast channel",
    "original language of film or TV show": "language",
    "owned by": "owner owned owns owning",
    "participant in": "participated participant",
    "performer": "performer singer artist band sang sung performed musician rapper recorded "
    "group sings performs released",
    "place of birth": "birthplace birth born native hometown",
    "place of death": "died death dies passed",
    "platform": "platform system console released",
    "producer": "producer produced",
    "production company": "production produced company studio",
    "publisher": "publisher published",
    "record label": "label record",
    "religion": "religion faith religious",
    "screenwriter": "screenwriter wrote writer written screenplay",
    "shares border with": "borders border bordering shares next neighboring adjacent adjoining",
    "sibling": "sibling brother sister",
    "spouse": "spouse wife husband married partner",
    "winner": "winner won",
    "work location": "worked work lived works",
}


@dataclass(frozen=True)
class Step:
    """A step of a decomposition.

    Attributes:
        text: The step as published, without the *return* of QDMR.
        references: The steps it refers to: ``#1``.
        stems: Stems of its words.
        cues: Stems of the words in which its relation may be said.
        is_relation: Whether it is of the form *subject >> relation*.
    """

    text: str
    references: tuple[str, ...]
    stems: tuple[str, ...]
    cues: tuple[str, ...]
    is_relation: bool

    def claim(self, word: Word) -> float:
        """Return how surely a word of the question comes from this step."""
        if word.text.startswith("#"):
            return 1.5 if word.text in self.references else 0.0
        if not word.tells:
            return 0.0
        # A name or a number is said in no other way.
        weight = 1.5 if not word.text[0].islower() else 1.0
        return max(weight * spoken_of(word, self.stems), 0.9 * spoken_of(word, self.cues))


def step(text: str) -> Step:
    """Read a step as MuSiQue and Break publish them."""
    text = re.sub(r"^return\s+", "", text.strip())
    subject, mark, relation = (part.strip() for part in text.partition(">>"))
    cues: list[str] = []
    if mark:
        cues = _CUES.get(relation, "").split()
        cues += [word.text for word in words(relation) if word.tells]
    return Step(
        text=text,
        references=tuple(dict.fromkeys(_REFERENCE.findall(text))),
        stems=tuple(stem(word.text) for word in words(subject) if word.tells),
        cues=tuple(stem(cue) for cue in cues),
        is_relation=bool(mark),
    )


def renumbered(text: str, names: dict[str, str]) -> str:
    """Return a step's text with its references replaced."""
    return _REFERENCE.sub(lambda match: names.get(match[0], match[0]), text)
