from collections.abc import Sequence
from typing import cast

from support import POLAR

from clew.errors import CorpusCorrupt
from clew.tools.corpus.retrieval import Retriever
from clew.tools.passages import Passage
from clew.tools.search.base import Empty, Failed, Found, Hit
from clew.tools.search.corpus import CorpusSearch


class Scripted:
    """A retriever that returns, or raises, what it is given."""

    def __init__(self, result: list[Hit] | Exception) -> None:
        self._result = result

    def retrieve(self, query: str, *, limit: int, linked_from: Sequence[Passage] = ()) -> list[Hit]:
        if isinstance(self._result, Exception):
            raise self._result
        return self._result


def backend(result: list[Hit] | Exception) -> CorpusSearch:
    return CorpusSearch(cast(Retriever, Scripted(result)))


async def test_hits_are_found() -> None:
    hit = Hit(passage=POLAR[0], score=0.5)
    assert await backend([hit]).search("ship", limit=1) == Found(hits=(hit,))


async def test_no_hits_are_empty() -> None:
    assert await backend([]).search("ship", limit=1) == Empty()


async def test_a_damaged_index_is_failed_with_the_reason() -> None:
    outcome = await backend(CorpusCorrupt("its catalog is damaged")).search("ship", limit=1)
    assert outcome == Failed(reason="its catalog is damaged")


async def test_an_error_without_words_is_named() -> None:
    assert await backend(KeyError()).search("ship", limit=1) == Failed(reason="KeyError")
