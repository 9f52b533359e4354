"""A little training data in the published shapes, of our own sentences."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

PLACES = ("Avel", "Brunn", "Corvo", "Dorin", "Elmet", "Fosse", "Garn", "Holt", "Irby", "Jarn")


def write_reading_data(folder: Path) -> Path:
    """Write ``train/`` and ``multihop/`` with a few rows in every file that the reader reads."""
    train = folder / "train"
    _write(train / "reading.jsonl", [row for place in PLACES for row in _reading(place)])
    hops = [_hop(place, number) for number, place in enumerate(PLACES)]
    _write(train / "hotpotqa_paragraphs.jsonl", hops)
    _write(
        train / "2wiki_paragraphs.jsonl",
        [
            {**row, "evidences": [[f"{place} Bridge", "architect", f"Anna {place}"]]}
            for row, place in zip(hops, PLACES, strict=True)
        ],
    )
    _write(train / "musique_paragraphs.jsonl", [_musique(place) for place in PLACES])
    _write(
        train / "fact_verification.jsonl",
        [
            {
                "claim": f"{place} is a town .",
                "label": label,
                "evidence": [f"{place} -LRB- 1900 -RRB- is {kind} in the north ."],
            }
            for place in PLACES
            for label, kind in (("SUPPORTS", "a town"), ("REFUTES", "a lake"))
        ],
    )
    _write(
        folder / "multihop" / "musique" / "questions.jsonl",
        [
            {
                "question": "Where was the architect of the bridge of Garn born?",
                "decomposition": [
                    {"question": "Who built the mill of Holt?", "answer": "nobody"},
                    {"question": "Where was #1 born?", "answer": "nowhere"},
                ],
            }
        ],
    )
    return folder


def _reading(place: str) -> list[dict[str, Any]]:
    context = f"The mill of {place} was built by Karl {place} in 1832. It burned down in 1901."
    return [
        {
            "source": source,
            "context": context,
            "question": f"Who built the mill of {place}?",
            "answers": answers,
        }
        for source, answers in (
            ("squad", [{"text": f"Karl {place}", "start": context.index("Karl")}]),
            ("squad2-dev-half", []),
            ("squadshifts-reddit", [{"text": "1832", "start": context.index("1832")}]),
        )
    ]


def _hop(place: str, number: int) -> dict[str, Any]:
    return {
        "id": place,
        "question": f"In which year was the architect of {place} Bridge born?",
        "answer": "yes" if number == 3 else str(1800 + number),
        "type": "bridge",
        "supporting_facts": [[f"{place} Bridge", 0], [f"Anna {place}", 0]],
        "context": [
            ["Elsewhere", [f"Nothing of {place} is told here."]],
            [f"{place} Bridge", [f"{place} Bridge was drawn by Anna {place}.", " It is long."]],
            [f"Anna {place}", [f"Anna {place} was born in {1800 + number}."]],
        ],
    }


def _musique(place: str) -> dict[str, Any]:
    return {
        "id": place,
        "question": f"Where does the founder of {place} Works live?",
        "answer": f"New {place}",
        "paragraphs": [
            {
                "idx": 0,
                "title": f"{place} Works",
                "paragraph_text": f"{place} Works was founded by Ole {place}.",
                "is_supporting": True,
            },
            {
                "idx": 1,
                "title": f"Ole {place}",
                "paragraph_text": f"Ole {place} lives in New {place}.",
                "is_supporting": True,
            },
            {
                "idx": 2,
                "title": "Else",
                "paragraph_text": "Nobody lives here.",
                "is_supporting": False,
            },
        ],
        "decomposition": [
            {"question": f"{place} Works >> founded by", "answer": f"Ole {place}"},
            {"question": "Where does #1 live?", "answer": f"New {place}"},
        ],
    }


def _write(file: Path, rows: Sequence[dict[str, Any]]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(json.dumps(row) for row in rows) + "\n", encoding="utf-8")
