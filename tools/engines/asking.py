"""What is asked of an engine, made safe to send."""

import re
import unicodedata

from ..search.base import Failed
from .base import SearchFilters

_SITE = re.compile(r"((?:[a-z0-9_-]{1,63}\.)+[a-z0-9-]{2,63})\.?/?")
_LANGUAGE = re.compile(r"([a-z]{2,3})(?:[-_][a-z0-9]+)*")


def words_of(query: str, longest: int, *, most_words: int = 1_000) -> str:
    """Return a query in one line, cut at a word to what an engine takes.

    Args:
        query: The query.
        longest: The most characters.
        most_words: The most words.
    """
    shown = (" " if unicodedata.category(each)[0] == "C" else each for each in query[: 4 * longest])
    kept = ""
    for word in "".join(shown).split()[:most_words]:
        if len(kept) + len(word) + 1 > longest:
            return kept or word[:longest]
        kept = f"{kept} {word}" if kept else word
    return kept


def on_site(words: str, site: str | None) -> str:
    """Return a query narrowed to a site, in the notation that most engines understand."""
    return f"site:{site} {words}" if site else words


def usable_filters(filters: SearchFilters) -> SearchFilters | Failed:
    """Return filters as engines take them: a bare host in lower case, a bare language code.

    Where one cannot be meant as it is, this is a failure: a search that is wider than what was
    asked for would look like one that found something.
    """
    site, language = filters.site, filters.language
    if site is not None:
        bare = site.strip().casefold().removeprefix("https://").removeprefix("http://")
        host = _SITE.fullmatch(_ascii(bare))
        if host is None:
            return Failed(
                reason=f"{site[:100]!r} is not the name of a site; write it like nasa.gov"
            )
        site = host[1]
    if language is not None:
        code = _LANGUAGE.fullmatch(language.strip().casefold())
        if code is None:
            return Failed(
                reason=f"{language[:100]!r} is not the code of a language; write it like en"
            )
        language = code[1]
    return SearchFilters(time_range=filters.time_range, site=site, language=language)


def _ascii(host: str) -> str:
    """Return a host with its international parts encoded; as it is where they cannot be."""
    try:
        return host.encode("idna").decode() if not host.isascii() else host
    except UnicodeError:
        return host
