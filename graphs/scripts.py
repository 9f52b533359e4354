"""The scripts that texts are written in, to tell which texts have no word in common anyhow."""

import unicodedata
from collections.abc import Iterable


def share_a_script(text: str, others: Iterable[str]) -> bool:
    """Whether a text holds letters of a script that the others hold too; so does one without any.

    An English sentence on a Russian source shares none, but names may be spelled in Latin letters.
    """
    ours = _scripts(text)
    return not ours or not ours.isdisjoint(_scripts(" ".join(others)))


def _scripts(text: str) -> frozenset[str]:
    # The name of a letter begins with its script, as in "CYRILLIC SMALL LETTER A".
    return frozenset(
        unicodedata.name(char, "").split(" ")[0] for char in set(text) if char.isalpha()
    )
