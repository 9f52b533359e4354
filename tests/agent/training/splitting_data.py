"""A little training data for the splitter in the published shapes, of our own sentences."""

import json
from pathlib import Path

from reading_data import PLACES, write_reading_data


def write_splitting_data(folder: Path) -> Path:
    """Write what the splitter reads: the reader's files, and ``decomposition.jsonl``."""
    write_reading_data(folder)
    rows = []
    for place in PLACES:
        rows += [
            {
                "source": "musique-dev",
                "question": f"When was the architect of {place} Bridge born?",
                "steps": [f"{place} Bridge >> architect", "When was #1 born?"],
            },
            {
                "source": "break-QDMR-high-level_dev",
                "question": f"{place} Times is a newspaper owned by a banker from what town?",
                "steps": [
                    f"return the banker that the newspaper {place} Times is owned by",
                    "return what town #1 is from",
                ],
            },
            {
                "source": "break-QDMR-high-level_dev",
                "question": f"How many touchdowns did {place} score?",
                "steps": [f"return touchdowns of {place}", "return number of #1"],
            },
            {
                "source": "strategyqa-train",
                "question": f"Could {place} Bridge carry a whale?",
                "steps": ["How heavy is a whale?", f"What does {place} Bridge bear?", "Is #1 #2?"],
            },
            {"source": "break-QDMR_dev", "question": f"flights to {place}", "steps": ["return #1"]},
        ]
    file = folder / "train" / "decomposition.jsonl"
    file.write_text("\n".join(json.dumps(row) for row in rows) + "\n", encoding="utf-8")
    for name in ("2wiki", "hotpotqa"):
        file = folder / "train" / f"{name}_paragraphs.jsonl"
        lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        for number, row in enumerate(lines):
            row["type"] = "comparison" if number % 2 else "compositional"
            person = f"Anna {PLACES[number]}"
            row["evidences"] = [
                [f"{PLACES[number]} Bridge", "architect", person],
                [person, "date of birth", "1800"],
            ]
        file.write_text("\n".join(json.dumps(row) for row in lines) + "\n", encoding="utf-8")
    return folder
