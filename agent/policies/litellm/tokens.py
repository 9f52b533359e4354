"""How many tokens a prompt has, estimated without the model's tokenizer."""

import math
from collections.abc import Mapping, Sequence

Messages = Sequence[Mapping[str, str]]

_FIRST_BYTES_PER_TOKEN = 3.0
"""Low for English (about 4.5), right for code and for scripts of several bytes a letter."""
_MARGIN = 0.95
_MESSAGE_OVERHEAD = 8


class TokenEstimate:
    """Estimates tokens from bytes, and learns the model's ratio from what its server counts.

    It errs on the side of too many: a prompt thought too long loses its least useful passage, one
    thought too short is refused.
    """

    def __init__(self) -> None:
        self._bytes_per_token = _FIRST_BYTES_PER_TOKEN
        self._learnt = False

    def of(self, messages: Messages) -> int:
        """Return about how many tokens the messages have, rather too many than too few."""
        return math.ceil(_bytes(messages) / self._bytes_per_token) + _overhead(messages)

    def learn(self, messages: Messages, tokens: int) -> None:
        """Take in how many tokens a server counted; the densest text seen sets the ratio."""
        counted = tokens - _overhead(messages)
        if counted <= 0 or (length := _bytes(messages)) < 200:
            return
        ratio = length / counted * _MARGIN
        self._bytes_per_token = min(ratio, self._bytes_per_token) if self._learnt else ratio
        self._learnt = True

    def too_long(self) -> None:
        """Take in that a server refused a prompt that was thought to fit."""
        self._bytes_per_token /= 1.5
        self._learnt = True


def _bytes(messages: Messages) -> int:
    return sum(len(message["content"].encode("utf-8", "replace")) for message in messages)


def _overhead(messages: Messages) -> int:
    return _MESSAGE_OVERHEAD * (len(messages) + 1)
