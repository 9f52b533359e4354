"""What asking an API may cost."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """What a request to an engine may cost.

    Attributes:
        slots: The most requests at a time.
        interval: Seconds between the starts of two requests.
        seconds: The longest that one attempt may take, from connecting to the last byte.
        attempts: The most attempts, the first included.
        backoff: Seconds before the second attempt; doubled before each further one.
        longest_wait: The longest wait that an engine may ask for between two attempts, in seconds.
        largest: The most bytes of an answer, after decompression.
    """

    slots: int = 4
    interval: float = 0.0
    seconds: float = 15.0
    attempts: int = 3
    backoff: float = 0.5
    longest_wait: float = 5.0
    largest: int = 4 * 2**20
