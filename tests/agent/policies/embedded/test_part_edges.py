"""Parts of questions whose edges were found a word too early or too late."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.agent.policies.embedded.part_edges import mended

# The question with the part that was found in brackets, and the part that is meant.
CASES = [
    ("Who rules [the town where Fog Mill] is located?", "the town where Fog Mill is located"),
    ("Who rules the town where [the author of Fog was born]?", "the author of Fog"),
    ("Who rules the town [where Ida Brun was born]?", "the town where Ida Brun was born"),
    ("When did [the author of Fog die]?", "the author of Fog"),
    ("What land was [the author of Fog a citizen of]?", "the author of Fog"),
    ("[The mill of Marl Hill is] in what county?", "The mill of Marl Hill"),
    ("Ida [Brun plays a maid in a film] about what war?", "Ida Brun plays a maid in a film"),
    ("Who saw [the ship that sailed to] Marl Hill?", "the ship that sailed to Marl Hill"),
    ("Where was [the author of Fog] (novel) born?", "the author of Fog (novel)"),
    ("Where was [the owner of Brun Inc]. born?", "the owner of Brun Inc."),
    ("When was [the author of Fog] born?", "the author of Fog"),
    ("Who is [the author of the book that won]?", "the author of the book that won"),
]  # fmt: skip


@pytest.mark.parametrize(("marked", "meant"), CASES)
def test_mends_edges(marked: str, meant: str) -> None:
    start, end = marked.index("["), marked.index("]") - 1
    question = marked.replace("[", "").replace("]", "")
    assert question[slice(*mended(question, start, end))] == meant


_WORDS = "the town where Fog's author (film) was born did Ida Inc. what who is in a of , ?".split()


@given(st.lists(st.sampled_from(_WORDS), min_size=1, max_size=20).map(" ".join), st.data())
def test_a_part_stays_a_part(question: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(question) - 1))
    end = data.draw(st.integers(start + 1, len(question)))
    first, last = mended(question, start, end)
    assert 0 <= first <= start
    assert first <= last <= len(question)
