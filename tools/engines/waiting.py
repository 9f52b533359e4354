"""When an engine that refuses may be asked again."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

_SECONDS = re.compile(r"\s*(\d{1,9}(?:\.\d{1,9})?)\s*")


def retry_after(headers: httpx.Headers) -> float | None:
    """Return the seconds to wait by ``Retry-After`` (RFC 9110, section 10.2.3).

    None where the header is missing or means nothing.
    """
    value = headers.get("Retry-After", "")
    if seconds := _SECONDS.fullmatch(value):
        return float(seconds[1])
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    # A date without a zone is in UTC: HTTP knows no other.
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def seconds_in(value: str) -> list[float]:
    """Return the numbers of a header that lists seconds, separated by commas."""
    matches = (_SECONDS.fullmatch(each) for each in value.split(","))
    return [float(each[1]) for each in matches if each]
