"""Numbering citations: from 1 in order of first use, one number for each source."""

from collections.abc import Iterable, Mapping

from ..tools.passages import Passage
from .answer import Citation
from .steps import Quote


class Numbering:
    """Gives quotes the numbers of their sources.

    Passages of one source, such as the parts of a long page, share a number.

    Args:
        evidence: The passages quoted, by id.
    """

    def __init__(self, evidence: Mapping[str, Passage]) -> None:
        self._evidence = evidence
        self._numbers: dict[str, int] = {}
        self._citations: dict[Quote, Citation] = {}

    def cite(self, quotes: Iterable[Quote]) -> tuple[int, ...]:
        """Return the numbers of the quotes' sources, each once, in order of first use."""
        cited: dict[int, None] = {}
        for quote in quotes:
            passage = self._evidence[quote.passage_id]
            number = self._numbers.setdefault(passage.source, len(self._numbers) + 1)
            cited[number] = None
            self._citations.setdefault(
                quote,
                Citation(number=number, passage=passage, quote=quote.text, start=quote.start),
            )
        return tuple(cited)

    @property
    def citations(self) -> tuple[Citation, ...]:
        """Everything cited so far by number, quotes of one source in order of first use."""
        return tuple(sorted(self._citations.values(), key=lambda each: each.number))
