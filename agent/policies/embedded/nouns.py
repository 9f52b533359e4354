"""Class nouns by what they name, for telling what a description stands for."""


def _listed(text: str) -> frozenset[str]:
    return frozenset(text.split())


PERSON_NOUNS = _listed(
    """
    person man woman individual guy actor actress singer director author writer artist musician
    politician player footballer composer king queen emperor president novelist poet rapper
    comedian scientist philosopher coach host painter architect inventor producer songwriter
    screenwriter filmmaker journalist athlete explorer character general captain leader commander
    officer surgeon prince princess professor businessman publisher beekeeper photographer
    geologist aviator sailor seaman manufacturer lawyer judge soldier chef designer model dancer
    wrestler boxer golfer driver manager builder firm backer sculptor
    """
)
PLACE_NOUNS = _listed(
    """
    place city town village country state county province region district island area location
    municipality continent nation borough suburb river territory parish community port bay hamlet
    """
)
THING_NOUNS = _listed(
    """
    company organization organisation group band team club school league network label party
    franchise brand studio event battle war award conference division film movie song album single
    novel book play series show game magazine newspaper opera musical poem painting documentary
    ship vessel boat schooner university airport mountain bridge building expedition airship yacht
    whaler institution museum college hospital church theatre theater stadium station railway
    airline agency channel programme program episode sitcom disaster voyage journey treaty sloop
    tug icebreaker laboratory institute society
    """
)
