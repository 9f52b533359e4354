"""When a server that refuses may be asked again."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_SECONDS = re.compile(r"\s*(\d{1,9}(?:\.\d{1,9})?)\d*\s*")


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds to wait by ``Retry-After`` (RFC 9110, section 10.2.3).

    Args:
        headers: The answer's, with names in lower case or in any.

    Returns:
        None where the header is missing or means nothing.
    """
    value = headers.get("retry-after", "")
    if seconds := _SECONDS.fullmatch(value):
        return float(seconds[1])
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError, IndexError, TypeError):
        return None
    # A date without a zone is in UTC: HTTP knows no other.
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def seconds_in(value: str) -> list[float]:
    """Return the numbers of a header that lists seconds, separated by commas."""
    matches = (_SECONDS.fullmatch(each) for each in value.split(","))
    return [float(each[1]) for each in matches if each]
