"""How text that others wrote is shown to a language model.

A server turns a conversation into one string with marks between its turns, and many tokenizers
read such a mark wherever it stands, inside a passage too. So the characters that all those marks
are made of never reach the model from inserted text, nor does anything that starts a line or that
a person would not see. Each character is replaced by exactly one, so that an offset in the shown
text is the offset in the original.
"""

import re
import unicodedata

_LOOKALIKES = {
    # Angle brackets and bars: <|im_end|>, </s>, <<SYS>>, <start_of_turn>, >>ANSWER<<, <think>, and
    # with wide bars <｜User｜>. Other shapes of a sign are its own to tokenizers that normalise.
    **dict.fromkeys("<﹤＜", "‹"),
    **dict.fromkeys(">﹥＞", "›"),
    **dict.fromkeys("|｜", "¦"),  # the bar is also what follows a passage's number
    **dict.fromkeys("~～", "∼"),  # ]~b] and [e~[
    **dict.fromkeys("［﹇", "["),
    **dict.fromkeys("］﹈", "]"),
}
_UNSEEN_LETTERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_VARIATION_SELECTORS = (range(0x180B, 0x1810), range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))
_UNSEEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})

_BRACKETED = re.compile(r"\[([/／]?\w{1,64})\]")
# [INST], [/INST], [TOOL_CALLS], [gMASK], [start_header_id]: words that prose seldom has in
# brackets. The lists of JSON are none, nor are the numbers of notes.
_MARK = re.compile(r"^/|_|[A-Z]{2}")


class _Shown(dict[int, str]):
    """What each character is shown as, found out when it is first met."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        self[code] = " " if _is_unseen(character) else _LOOKALIKES.get(character, character)
        return self[code]


def _is_unseen(character: str) -> bool:
    return (
        unicodedata.category(character) in _UNSEEN_CATEGORIES
        or character in _UNSEEN_LETTERS
        or any(ord(character) in selectors for selectors in _VARIATION_SELECTORS)
    )


_SHOWN = _Shown()


def shown(text: str) -> str:
    """Return text as a prompt may hold it: on one line, and without marks of a conversation.

    Line breaks, control characters and characters that are not seen become spaces. Angle
    brackets, bars and tildes become characters that look like them, and a word in square brackets
    that could be a mark, such as ``[INST]``, stands in round ones.

    Returns:
        As many characters as were given, each in its place.
    """
    return _BRACKETED.sub(_rounded, text.translate(_SHOWN))


def _rounded(match: re.Match[str]) -> str:
    is_mark = _MARK.search(unicodedata.normalize("NFKC", match[1]))
    return f"({match[1]})" if is_mark else match[0]
