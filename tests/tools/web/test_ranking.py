"""Ranking the passages of pages that nobody has indexed."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pytest
from numpy.typing import NDArray
from support import POLAR

from clew.tools.web import ranking
from clew.tools.web.page import PageText
from clew.tools.web.ranking import PassageRanker, passages_of

if TYPE_CHECKING:
    from clew.tools.corpus.encoder import Encoder


def page(title: str, text: str, name: str | None = None) -> PageText:
    return PageText(url=f"https://site.example/{name or title}", title=title, text=text)


POLAR_PAGES = [page(each.title, each.text) for each in POLAR]
LONG = "\n\n".join(f"The hut of station {n} was painted in {1800 + n}." * 6 for n in range(60))


class Recording:
    """The encoder, telling what it was given."""

    def __init__(self, encoder: "Encoder") -> None:
        self.name, self.dimension = encoder.name, encoder.dimension
        self._encoder = encoder
        self.encoded: list[str] = []

    def encode(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        self.encoded += texts
        return self._encoder.encode(texts, progress=progress)

    def token_offsets(self, text: str) -> list[tuple[int, int]]:
        return self._encoder.token_offsets(text)


def test_passages_are_slices_of_their_page(encoder: "Encoder") -> None:
    long = page("Huts", LONG).model_copy(update={"date": "2020-01-02"})
    passages = passages_of(long, encoder)
    assert len(passages) > 5
    for each in passages:
        assert long.text[each.start : each.start + len(each.text)] == each.text
        assert (each.source, each.origin, each.date) == (long.url, "web", "2020-01-02")


def test_the_order_of_arrival_does_not_matter_to_what_is_found(encoder: "Encoder") -> None:
    def best(pages: Sequence[PageText]) -> list[tuple[str, float]]:
        ranker = PassageRanker(encoder, pages=9)
        for each in pages:
            ranker.add(each)
        hits = ranker.ranked("Where was the captain of the Endurance born?", limit=3)
        return [(hit.passage.title, pytest.approx(hit.score)) for hit in hits]

    assert best(POLAR_PAGES) == best(POLAR_PAGES[::-1])


def test_links_from_known_passages_are_followed(encoder: "Encoder") -> None:
    ranker = PassageRanker(encoder, pages=9)
    for each in POLAR_PAGES[1:]:
        ranker.add(each)
    hits = ranker.ranked("Where was the captain born?", limit=2, linked_from=[POLAR[0]])
    assert "Frank Worsley" in [hit.passage.title for hit in hits]


@pytest.mark.parametrize(("pages", "early"), [(len(POLAR), True), (9 * len(POLAR), False)])
def test_passages_are_encoded_as_they_come_where_all_will_be_chosen(
    pages: int, early: bool, encoder: "Encoder", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ranking, "CHOSEN", 2 * len(POLAR))
    recording = Recording(encoder)
    ranker = PassageRanker(recording, pages=pages)
    for each in POLAR_PAGES:
        ranker.add(each)
    assert len(recording.encoded) == (len(POLAR) if early else 0)


def test_terms_choose_among_many_passages_and_each_page_keeps_its_first(
    encoder: "Encoder", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ranking, "CHOSEN", 10)
    ranker = PassageRanker(encoder, pages=9)
    ranker.add(page("Huts", LONG))
    for each in POLAR_PAGES:
        ranker.add(each)
    hits = ranker.ranked("Who was the captain of the Endurance?", limit=3)
    assert hits[0].passage.title == "Endurance"


def test_no_pages_no_hits(encoder: "Encoder") -> None:
    ranker = PassageRanker(encoder, pages=9)
    assert not ranker.has_passages
    ranker.add(page("Empty", " \n "))
    assert not ranker.has_passages
