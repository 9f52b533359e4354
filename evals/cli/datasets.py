"""``clew eval datasets``."""

from typing import TYPE_CHECKING, Any

from ...agent.cli.options import AsJson
from ...agent.cli.output import print_json

if TYPE_CHECKING:
    from ..datasets.formats import Format

_LABELLED = ("file", "passages", "hub", "licence")
_BEIR = {
    "name": "beir",
    "about": "BEIR: queries with judged documents, to score the retriever alone",
    "file": "folder with corpus.jsonl, queries.jsonl and qrels/SPLIT.tsv, for clew eval retrieval",
    "passages": "brings its corpus",
    "hub": None,
    "licence": "each data set's own",
}
_NOTE = (
    "The format of a file is told by its fields; --format names it where they are not enough.\n"
    "Addresses on the hub are others' and have not been checked; they need clew[datasets]."
)


def datasets(json: AsJson = False) -> None:
    """Print what is known of each format."""
    from ..datasets.registry import FORMATS

    listed = [*(_described(each) for each in FORMATS.values()), _BEIR]
    if json:
        print_json({"formats": listed})
        return
    for facts in listed:
        print(f"{facts['name']}: {facts['about']}")
        for label in _LABELLED:
            if facts[label]:
                print(f"  {label:<9} {facts[label]}")
    print(f"\n{_NOTE}")


def _described(format: "Format") -> dict[str, Any]:
    from ..datasets.hub import PREFIX, spelled

    hub = f"{PREFIX}{format.name}, which is {PREFIX}{spelled(format.hub)}" if format.hub else None
    return {
        "name": format.name,
        "about": format.about,
        "file": format.file,
        "passages": format.passages,
        "hub": hub,
        "licence": format.licence,
    }
