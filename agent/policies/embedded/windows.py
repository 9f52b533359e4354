"""Windows: a question with as many passages behind it as the reader takes in at once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

WINDOW_TOKENS = 352
"""Tokens of a window, the question and the marks included."""

QUESTION_TOKENS = 96
"""Tokens of a question that are read; what comes after is cut off."""

CLS, SEP = 101, 102
"""The encoder's marks."""

_STRIDE = 48  # tokens that two pieces of a long passage share, so that no answer is cut in two


class Tokens(Protocol):
    """What packing needs of a tokenizer."""

    def tokens(self, text: str) -> tuple[Sequence[int], Sequence[tuple[int, int]]]:
        """Return the ids of a text's tokens, without marks, and where each starts and ends."""
        ...


@dataclass(frozen=True)
class Place:
    """Where a token, or a span of them, stands in passages.

    Attributes:
        passage: Place of the passage among those given.
        titled: Whether it belongs to the passage's title instead of its text.
        start: Offset of its first character there.
        end: Offset behind its last.
    """

    passage: int
    titled: bool
    start: int
    end: int


@dataclass
class Window:
    """A question and passages as the reader's network takes them.

    Attributes:
        ids: Token ids.
        places: Where each token stands; None for marks and the question.
        question_tokens: Tokens before the first passage, marks included.
    """

    ids: list[int]
    places: list[Place | None]
    question_tokens: int = field(default=0)

    def tokens_within(self, span: Place) -> tuple[int, int] | None:
        """Return the first and the last token that a span touches; None where it is cut off."""
        inside = [
            number
            for number, place in enumerate(self.places)
            if place is not None
            and (place.passage, place.titled) == (span.passage, span.titled)
            and place.start < span.end
            and span.start < place.end
        ]
        return (inside[0], inside[-1]) if inside else None


def windows(
    question: str,
    passages: Sequence[tuple[str, str]],
    tokenizer: Tokens,
    *,
    limit: int = WINDOW_TOKENS,
) -> list[Window]:
    """Pack passages behind the question, in their order, into as few windows as hold them.

    Args:
        question: The question.
        passages: Titles and texts. A text too long for one window is read in pieces.
        tokenizer: The encoder's.
        limit: The most tokens of a window.
    """
    asked = [CLS, *list(tokenizer.tokens(question)[0])[:QUESTION_TOKENS], SEP]
    packed: list[Window] = []
    for ids, places in _pieces(passages, tokenizer, limit - len(asked)):
        if not packed or len(packed[-1].ids) + len(ids) > limit:
            packed.append(Window(list(asked), [None] * len(asked), len(asked)))
        packed[-1].ids += ids
        packed[-1].places += places
    return packed


def _pieces(
    passages: Sequence[tuple[str, str]], tokenizer: Tokens, room: int
) -> Iterator[tuple[list[int], list[Place | None]]]:
    for number, (title, text) in enumerate(passages):
        head_ids, head_spans = tokenizer.tokens(title)
        head_ids, head_spans = head_ids[: room // 4], head_spans[: room // 4]
        head: list[Place | None] = [Place(number, True, *span) for span in head_spans]
        mark = [SEP] if head else []
        ids, spans = tokenizer.tokens(text)
        width = room - len(head) - len(mark) - 1
        at = 0
        while at < len(ids) or at == 0:
            body: list[Place | None] = [
                Place(number, False, *span) for span in spans[at : at + width]
            ]
            yield (
                [*head_ids, *mark, *ids[at : at + width], SEP],
                [*head, *[None for _ in mark], *body, None],
            )
            if at + width >= len(ids):
                break
            at += width - _STRIDE
