from collections.abc import Collection

from clew.tools.corpus.links import named_in, relation_words, words_around
from clew.tools.corpus.titles import title_keys


class Titles:
    """Titles that are their own passages."""

    def __init__(self, *titles: str) -> None:
        self._by_key: dict[str, list[str]] = {}
        for title in titles:
            for key in title_keys(title):
                self._by_key.setdefault(key, []).append(title)

    def titled(self, keys: Collection[str]) -> dict[str, list[str]]:
        return {key: self._by_key[key] for key in keys if key in self._by_key}


FILMS = Titles("Last Tango in Paris", "Paris", "Vortex (1976 film)", "Vortex (2009 film)")


def named(text: str) -> list[tuple[str, ...]]:
    [names] = named_in([text], FILMS)
    return [name.ids for name in names]


def test_a_name_within_a_longer_one_is_not_meant() -> None:
    assert named("Who directed Last Tango in Paris?") == [("Last Tango in Paris",)]


def test_the_same_name_elsewhere_is() -> None:
    assert named("Was Last Tango in Paris shot in Paris?") == [
        ("Last Tango in Paris",),
        ("Paris",),
    ]


def test_a_shared_name_means_all_of_its_documents() -> None:
    assert named("Who made Vortex?") == [("Vortex (1976 film)", "Vortex (2009 film)")]


def test_the_parenthetical_tells_them_apart() -> None:
    assert named("Who made Vortex (2009 Film)?") == [("Vortex (2009 film)",)]


def test_relation_words_leave_out_names_and_stop_words() -> None:
    query = "Who is the director of Last Tango in Paris?"
    [names] = named_in([query], FILMS)
    assert relation_words(query, names) == {"direc"}


def test_words_around_a_mention_stay_within_its_sentence() -> None:
    text = "It was written by others. It was directed in Paris, the capital."
    [[name]] = named_in([text], FILMS)
    beside = words_around(text, name.mention)
    assert "direc" in beside and "capit" in beside and "writt" not in beside
