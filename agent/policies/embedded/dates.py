"""Dates as encyclopaedias write them: finding them and ordering them."""

import re
from dataclasses import dataclass

_MONTHS = """
     january february march april may june july august september october november december
 """.split()
_MONTH = "(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?"
_MONTH += "|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\\.?"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_ERA = r"(?:\s?(?:BC|BCE|AD|CE)\b)?"
_FULL = (
    rf"{_DAY} (?:of )?{_MONTH},? ?\d{{3,4}}{_ERA}"
    rf"|{_MONTH} {_DAY}(?:,? |,)\d{{3,4}}{_ERA}"
    rf"|{_MONTH},? \d{{3,4}}{_ERA}"
    r"|\d{4}-\d{2}-\d{2}"
)
_YEAR = rf"(?:(?:c\. ?|ca\. ?|circa )\d{{3,4}}|(?<![\d,.])1\d{{3}}|(?<![\d,.])20\d{{2}}){_ERA}"
_OLD = r"(?:(?:in|died|born|d\.|b\.|from|\(|[-–—]) ?(?P<old>\d{3})(?=[\s),.;–-]))"
DATE = re.compile(rf"(?:{_FULL}|{_YEAR}(?!\d)|\d{{1,4}} BCE?\b)")
YEAR = re.compile(r"(?<![\d,.])(?:1\d{3}|20\d{2})(?![\d,]\d|\d)")
_OLD_YEAR = re.compile(_OLD)
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


@dataclass(frozen=True, order=True)
class Date:
    """A date; month and day are 0 where unknown. Years before Christ are negative."""

    year: int
    month: int = 0
    day: int = 0


def parse_date(text: str) -> Date | None:
    """Return the first date that a text names, as precisely as it names it."""
    found = DATE.search(text)
    span = found[0] if found else text
    numbers = [int(number) for number in re.findall(r"\d+", span)]
    if not numbers:
        return None
    if iso := re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", span.strip()):
        return Date(int(iso[1]), int(iso[2]), int(iso[3]))
    lowered = span.lower()
    month = next(
        (index for index, name in enumerate(_MONTHS, 1) if re.search(rf"\b{name[:3]}", lowered)), 0
    )
    year = numbers[-1]
    day = numbers[0] if month and len(numbers) > 1 and numbers[0] <= 31 else 0
    if re.search(r"\bBC", span):
        year = -year
    return Date(year, month, day)


def earlier(left: Date, right: Date) -> bool | None:
    """Whether the left date is the earlier one; None where their precision cannot tell."""
    for ours, theirs in (
        (left.year, right.year),
        (left.month, right.month),
        (left.day, right.day),
    ):
        if ours != theirs:
            return None if 0 in (ours, theirs) else ours < theirs
    return None


def dates(text: str) -> list[tuple[int, int]]:
    """Return where a text names dates, in order; bare three-digit years only in their settings."""
    spans = [match.span() for match in DATE.finditer(text)]
    for match in _OLD_YEAR.finditer(text):
        span = match.span("old")
        if not any(start < span[1] and span[0] < end for start, end in spans):
            spans.append(span)
    return sorted(spans)


def parse_number(text: str) -> float | None:
    """Return the first number that a text names in digits or as a small word."""
    if found := _NUMBER.search(text):
        value = float(found[0].replace(",", ""))
        for word, factor in (("million", 1e6), ("billion", 1e9), ("thousand", 1e3)):
            if re.match(rf"\s*{word}", text[found.end() :]):
                value *= factor
        return value
    for word in re.findall(r"[a-z]+", text.lower()):
        if word in NUMBER_WORDS:
            return float(NUMBER_WORDS[word])
    return None


NUMBER_WORDS = {
    word: value
    for value, word in enumerate(
        """
            zero one two three four five six seven eight nine ten eleven twelve
            thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty
        """.split()
    )
} | {"single": 1, "dozen": 12, "hundred": 100, "once": 1, "twice": 2}
