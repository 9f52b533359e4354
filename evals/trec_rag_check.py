"""Whether a file is in one of the formats of TREC's RAG track."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from math import inf
from typing import Any

from .trec_rag import TRACKS, TYPES, WORDS, Track, is_name, words


def problems(line: str) -> list[str]:
    """Return what is wrong with a line of a run, nothing if it is in one of the formats.

    That references name segments of the track's own collection is not asked: an answer from any
    other corpus may be in the format too.
    """
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError) as error:
        return [f"it is not JSON ({error})"]
    if not isinstance(entry, dict):
        return ["it is not a JSON object"]
    track = TRACKS[2025 if "metadata" in entry else 2024]
    return list(_entry_problems(entry, track))


def problems_of_run(lines: Iterable[str]) -> list[tuple[str, str]]:
    """Return what is wrong with a whole run.

    Args:
        lines: The lines of its file; blank ones are passed over.

    Returns:
        Pairs of a topic, or of a line where it names none, and a problem of it.
    """
    found: list[tuple[str, str]] = []
    topics: Counter[str] = Counter()
    runs: dict[tuple[int, str], None] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        wrong = problems(line)
        topic, run = _named(line)
        place = f"topic {topic}" if topic else f"line {number}"
        found += [(place, problem) for problem in wrong]
        if topic:
            topics[topic] += 1
            if topics[topic] == 2:
                found.append((place, "it is answered more than once"))
        if run:
            runs[run] = None
    if not topics and not found:
        found.append(("the file", "it has no answers"))
    if len(runs) > 1:
        named = ", ".join(f"{name!r} of {year}" for year, name in runs)
        found.append(("the file", f"it holds several runs: {named}"))
    return found


def _named(line: str) -> tuple[str, tuple[int, str] | None]:
    """Return the topic and the run that a line names, as far as it does."""
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return "", None
    if not isinstance(entry, dict):
        return "", None
    year, where, key = 2024, entry, "topic_id"
    if isinstance(entry.get("metadata"), dict):
        year, where, key = 2025, entry["metadata"], "narrative_id"
    topic, run = where.get(key), where.get("run_id")
    return (
        str(topic) if isinstance(topic, str | int) else "",
        (year, run) if isinstance(run, str) else None,
    )


def _entry_problems(entry: Mapping[str, Any], track: Track) -> Iterator[str]:
    missing = [name for name in track.fields if name not in entry]
    if missing:
        yield f"it has no {', '.join(missing)}"
    if track.metadata:
        yield from _metadata_problems(entry["metadata"], track)
    else:
        yield from _string_problems(entry, ("topic_id", "topic"))
        yield from _name_problems(entry, ("run_id",))
    references = entry.get("references", [])
    yield from _reference_problems(references, track)
    answer = entry.get("answer", [])
    if not isinstance(answer, list):
        yield "answer is not a list"
        return
    if not answer and "answer" in entry:
        yield "answer has no sentence"
    count = len(references) if isinstance(references, list) else inf
    for number, sentence in enumerate(answer, start=1):
        yield from _sentence_problems(sentence, number, count)
    length = sum(words(each["text"]) for each in answer if _has_text(each))
    if length > WORDS:
        yield f"answer has {length} words, more than {WORDS}"
    if "response_length" in entry and not _is_whole(entry["response_length"]):
        yield "response_length is not a whole number"
    elif "response_length" in entry and entry["response_length"] != length:
        yield f"response_length is {entry['response_length']}, but answer has {length} words"


def _metadata_problems(metadata: Any, track: Track) -> Iterator[str]:
    if not isinstance(metadata, dict):
        yield "metadata is not an object"
        return
    missing = [name for name in track.metadata if name not in metadata]
    if missing:
        yield f"metadata has no {', '.join(missing)}"
    yield from _name_problems(metadata, ("team_id", "run_id"))
    yield from _string_problems(metadata, ("narrative", "prompt"))
    if not _is_whole(metadata.get("narrative_id", 0)):  # the guidelines' example has a number
        yield from _string_problems(metadata, ("narrative_id",))
    if "type" in metadata and metadata["type"] not in TYPES:
        yield "type is neither automatic nor manual"


def _name_problems(entry: Mapping[str, Any], names: Iterable[str]) -> Iterator[str]:
    for name in names:
        value = entry.get(name, "-")
        if not isinstance(value, str) or not is_name(value):
            yield f"{name} is not a name without blanks"


def _string_problems(entry: Mapping[str, Any], names: Iterable[str]) -> Iterator[str]:
    for name in names:
        value = entry.get(name, "-")
        if not isinstance(value, str) or not value.strip():
            yield f"{name} is not a text"


def _reference_problems(references: Any, track: Track) -> Iterator[str]:
    if not isinstance(references, list):
        yield "references is not a list"
        return
    if any(not isinstance(each, str) or not each.strip() for each in references):
        yield "references holds what is no document id"
        return
    if len(references) > track.references:
        yield f"{len(references)} references, more than {track.references}"
    if repeated := [each for each, count in Counter(references).items() if count > 1]:
        yield f"references repeats {', '.join(repeated)}"


def _sentence_problems(sentence: Any, number: int, references: float) -> Iterator[str]:
    if not isinstance(sentence, dict):
        yield f"sentence {number} is not an object"
        return
    if not _has_text(sentence):
        yield f"sentence {number} has no text"
    citations = sentence.get("citations")
    if not isinstance(citations, list) or not all(map(_is_whole, citations)):
        yield f"sentence {number} has no list of positions as its citations"
        return
    if len(set(citations)) < len(citations):
        yield f"sentence {number} cites a reference twice"
    if beyond := [str(each) for each in citations if not 0 <= each < references]:
        yield f"sentence {number} cites {', '.join(beyond)}, where there is no reference"


def _has_text(sentence: Any) -> bool:
    text = sentence.get("text") if isinstance(sentence, dict) else None
    return isinstance(text, str) and bool(text.strip())


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
