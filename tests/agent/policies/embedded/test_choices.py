"""What a question gives to choose from, and what was read of it."""

import pytest

from clew.agent.policies.embedded.choices import among, choice_of
from clew.agent.policies.embedded.span_reader import SpanAnswer
from clew.tools.passages import Passage

PASSAGE = Passage(id="p", source="p", title="p", text="p")


def read(**chances: float) -> list[SpanAnswer]:
    return [
        SpanAnswer(text.replace("_", " "), 0.0, PASSAGE, None, chance=chance)
        for text, chance in chances.items()
    ]


@pytest.mark.parametrize(
    ("question", "choice"),
    [
        ("Which genus has more species, Aichryson or Polypodium?", ("Aichryson", "Polypodium")),
        ("Which writer, Karen Blixen or Woody Allen, was Danish?", ("Karen Blixen", "Woody Allen")),
        ("Which is older Bertelsmann Building or 432 Park?", ("Bertelsmann Building", "432 Park")),
        (
            "Who made The Shame of a City or Pirate's Cove?",
            ("The Shame of a City", "Pirate's Cove"),
        ),
        ("Was Fram or Belgica?", ("Fram", "Belgica")),
        ("Which city is larger?", None),
        ("What colour is worn in the Netherlands or to celebrate the holiday Koningsdag?", None),
        ("Shindong is of Super Junior, also called SJ or SUJU, of what country?", None),
    ],
)
def test_the_names_are_found(question: str, choice: tuple[str, str] | None) -> None:
    assert choice_of(question) == choice


def test_what_is_no_choice_is_left_out_and_parts_count_for_the_whole() -> None:
    found = among(("Vocelli Pizza", "Fazoli's"), read(Kentucky=0.4, Pizza=0.3, Fazoli=0.2))
    assert [(each.text, each.chance) for each in found] == [
        ("Vocelli Pizza", 0.3),
        ("Fazoli's", 0.2),
    ]
    found = among(("Frank Worsley", "Colin Archer"), read(Archer=0.2, Colin_Archer=0.2, Frank=0.3))
    assert [(each.text, each.chance) for each in found] == [
        ("Colin Archer", 0.4),
        ("Frank Worsley", 0.3),
    ]


def test_a_name_in_full_stays_in_full() -> None:
    (found,) = among(("Colin Hay", "David Draiman"), read(Colin_James_Hay=0.5))
    assert found.text == "Colin James Hay"


def test_what_holds_both_chooses_neither() -> None:
    assert among(("Fram", "Belgica"), read(Fram_and_Belgica=0.9)) == []
