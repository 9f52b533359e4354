"""All formats of questions, by name."""

from difflib import get_close_matches

from ...errors import QuestionsError
from . import bamboogle, fever, flashrag, hotpotqa, musique, plain, strategyqa, twowikimultihopqa
from .fields import Record, field_names
from .formats import Format

FORMATS: dict[str, Format] = {
    each.name: each
    for each in (
        plain.FORMAT,
        hotpotqa.FORMAT,
        twowikimultihopqa.FORMAT,
        musique.FORMAT,
        bamboogle.FORMAT,
        strategyqa.FORMAT,
        fever.FORMAT,
        flashrag.FORMAT,
    )
}


def format_named(name: str) -> Format:
    """Return a format; raises `QuestionsError` if there is none of that name."""
    if name in FORMATS:
        return FORMATS[name]
    close = get_close_matches(name.lower(), FORMATS, n=1)
    meant = f"; did you mean {close[0]}?" if close else ""
    raise QuestionsError(f"there is no format {name!r} (known: {', '.join(FORMATS)}){meant}")


def recognised(record: Record, source: str) -> Format:
    """Return the one format that a record is of, by its fields; ``plain`` where only that may be.

    Args:
        record: The first record of a data set.
        source: Where it is from, for errors.

    Raises:
        QuestionsError: No format has such records, or several have.
    """
    fitting = [each for each in FORMATS.values() if each.recognises(record)]
    if len(fitting) == 1:
        return fitting[0]
    if not fitting and "question" in record:
        # Most likely its gold is missing, which the format itself tells best.
        return FORMATS[plain.FORMAT.name]
    fields = field_names(record)
    if fitting:
        names = " and ".join(each.name for each in fitting)
        raise QuestionsError(
            f"the questions of {source} may be of several formats, {names}, by the fields of the "
            f"first ({fields}): name the right one with --format"
        )
    raise QuestionsError(
        f"the questions of {source} are of no known format; the fields of the first are: {fields}. "
        f"Name the format with --format if it is one of these: {', '.join(FORMATS)}"
    )
