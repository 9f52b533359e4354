"""Answers in the formats in which TREC's RAG track takes them.

The formats are those of the track's guidelines of 2024 (version 1.0) and of 2025 (version 2.0,
its first format: citations are positions in the references, counted from 0).
"""

import unicodedata
from itertools import accumulate
from typing import Any, NamedTuple

from .gold import document_id
from .predictions import Prediction


class Track(NamedTuple):
    """One year's format.

    Attributes:
        year: The year.
        references: The most references that an answer may have.
        metadata: Keys of ``metadata``; where there are none, the format has no such object.
        fields: Keys beside it.
    """

    year: int
    references: int
    metadata: tuple[str, ...]
    fields: tuple[str, ...]


WORDS = 400
"""The most words that an answer may have, in both years."""

TRACKS = {
    2024: Track(
        2024, 20, (), ("run_id", "topic_id", "topic", "references", "response_length", "answer")
    ),
    2025: Track(2025, 100, ("team_id", "run_id", "narrative_id"), ("references", "answer")),
}

TYPES = ("automatic", "manual")


def trec_answer(
    prediction: Prediction, *, run_id: str, year: int = 2024, team_id: str = ""
) -> dict[str, Any]:
    """Return the answer of a question as a line of a run holds it.

    References are the documents cited, in the order in which they are first cited. What goes
    beyond the limits is cut from the end, as the track itself does: sentences beyond the words,
    and documents beyond the references with their citations. An abstention is its sentences.

    Args:
        prediction: What came of the question.
        run_id: Name of the run.
        year: Whose format.
        team_id: Name of the team, for 2025.
    """
    track = TRACKS[year]
    documents = {citation.number: document_id(citation.source) for citation in prediction.citations}
    sentences = [each for each in prediction.sentences if each.text.strip()]
    lengths = accumulate(map(words, (each.text for each in sentences)))
    kept = [each for each, length in zip(sentences, lengths, strict=True) if length <= WORDS]
    cited = [
        []
        if prediction.abstained
        else [documents[number] for number in each.citations if number in documents]
        for each in kept
    ]
    references = list(dict.fromkeys(document for each in cited for document in each))
    references = references[: track.references]
    position = {document: index for index, document in enumerate(references)}
    answer = [
        {
            "text": sentence.text.strip(),
            "citations": [position[each] for each in dict.fromkeys(found) if each in position],
        }
        for sentence, found in zip(kept, cited, strict=True)
    ]
    if track.metadata:
        return {
            "metadata": {
                "team_id": team_id,
                "run_id": run_id,
                "type": TYPES[0],
                "narrative_id": prediction.id,
                "narrative": prediction.question,
            },
            "references": references,
            "answer": answer,
        }
    return {
        "run_id": run_id,
        "topic_id": prediction.id,
        "topic": prediction.question,
        "references": references,
        "response_length": sum(words(each.text) for each in kept),
        "answer": answer,
    }


def is_name(name: str) -> bool:
    """Whether it can name a run or a team: something, and without blanks."""
    return name.split() == [name]


def words(text: str) -> int:
    """Return the number of words, counted as the track's own check does."""
    return len(unicodedata.normalize("NFKC", text.strip()).split())
