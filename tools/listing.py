"""Long lists in messages."""

from collections.abc import Sequence


def listed(items: Sequence[str], most: int) -> str:
    """Return items in one line, the first so many of them and how many more there are."""
    more = f"; and {len(items) - most} more" if len(items) > most else ""
    return "; ".join(items[:most]) + more
