"""What ``corpus.json`` says: which generation of a corpus is live, and what it holds."""

from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from ...errors import CorpusCorrupt

MANIFEST = "corpus.json"


class Manifest(BaseModel):
    """What ``corpus.json`` says.

    Attributes:
        format: Version of everything in the directory.
        generation: Name of the directory that is live.
        encoder: Name of the encoder that made the vectors.
        dimension: Length of a vector.
        documents: How many there are.
        passages: How many there are.
        paths: The paths it was indexed from.
        server: Address of the Chroma server that holds the vectors; none if they lie here.
        collection: Name of the Chroma collection.
        indexed_at: When this generation became live.
        sizes: Bytes of each of its files, by which damage is seen early.
    """

    model_config = ConfigDict(frozen=True)

    format: Literal[1] = 1
    generation: str
    encoder: str
    dimension: int
    documents: int
    passages: int
    paths: tuple[str, ...]
    server: str | None
    collection: str
    indexed_at: datetime
    sizes: dict[str, int] = {}


def damaged(folder: Path, why: str) -> CorpusCorrupt:
    """Return the error for an index that cannot be used."""
    return CorpusCorrupt(
        f"the index of corpus {folder.name!r} is damaged: {why}; make it anew with: "
        f"clew index PATH… --corpus {folder.name} --rebuild"
    )


def read_manifest(folder: Path) -> Manifest | None:
    """Return what is live, or nothing where nothing has been indexed yet."""
    try:
        content = (folder / MANIFEST).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        return Manifest.model_validate_json(content)
    except ValidationError as error:
        raise damaged(folder, f"{MANIFEST} is not as this version writes it") from error
