"""Text that has to fit into boxes."""

from hypothesis import given
from hypothesis import strategies as st

from clew.agent.drawing.fitting import lines, width

ROOM, SIZE = 100.0, 13.0


@given(st.text(), st.integers(1, 4))
def test_lines_fit_and_lose_nothing_but_an_end(text: str, most: int) -> None:
    found = lines(text, ROOM, SIZE, most)
    assert len(found) <= most
    assert all(width(line, SIZE) <= ROOM for line in found)
    said, whole = "".join("".join(found).split()), "".join(text.split())
    assert said == whole or (said.endswith("…") and whole.startswith(said[:-1]))


def test_text_is_broken_at_spaces_and_cut_anywhere() -> None:
    assert lines("Who was the captain?", ROOM, SIZE, 3) == ["Who was the", "captain?"]
    assert lines("Who was the captain of the ship?", ROOM, SIZE, 1) == ["Who was th…"]
    assert lines("", ROOM, SIZE, 2) == []


def test_wide_letters_take_more_room() -> None:
    assert width("船長", SIZE) == 2 * SIZE
    assert width("ill", SIZE) < width("WWW", SIZE)
    assert width("é", SIZE) == width("e\u0301", SIZE)
