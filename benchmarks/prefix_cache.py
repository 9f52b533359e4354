"""What a server's prefix cache would hold, in blocks as vLLM has them."""

from collections.abc import Iterator, Sequence

BLOCK = 16
"""Tokens of a block; only whole blocks are shared."""


class PrefixCache:
    """Remembers prompts of which nothing is ever evicted."""

    def __init__(self) -> None:
        self._blocks: set[int] = set()

    def add(self, tokens: Sequence[str]) -> None:
        """Remember a prompt."""
        self._blocks.update(_chain(tokens))

    def held(self, tokens: Sequence[str]) -> int:
        """Return how many tokens at the beginning of a prompt are remembered."""
        blocks = 0
        for block in _chain(tokens):
            if block not in self._blocks:
                break
            blocks += 1
        return blocks * BLOCK


def _chain(tokens: Sequence[str]) -> Iterator[int]:
    """Yield for each whole block a hash of it and of all before it."""
    known = 0
    for end in range(BLOCK, len(tokens) + 1, BLOCK):
        known = hash((known, *tokens[end - BLOCK : end]))
        yield known
