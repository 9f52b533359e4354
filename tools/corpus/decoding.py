"""Bytes into text: which encoding a file is in, and whether it is text at all."""

import codecs
import re

from ...errors import DocumentError

_MARKS = (
    # UTF-32 first: its little-endian mark begins with that of UTF-16.
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_SAMPLE = 65_536
_NOT_TEXT = "binary data, not text"


def decode(content: bytes, declared: str | None = None) -> str:
    """Return the text that the bytes of a file stand for.

    A byte order mark decides, then valid UTF-8, then the encoding that the file itself declares,
    then a guess from the statistics of the bytes.

    Args:
        content: The whole file.
        declared: Encoding that the file names for itself, as HTML pages do.

    Raises:
        DocumentError: The bytes are not text.
    """
    text = _marked(content)
    if text is None:
        if looks_binary(content):
            raise DocumentError(_NOT_TEXT)
        text = _unmarked(content, declared)
    controls = len(_CONTROL.findall(text[:_SAMPLE]))
    if controls > 0.01 * len(text[:_SAMPLE]):
        raise DocumentError(_NOT_TEXT)
    return clean(text)


def looks_binary(content: bytes) -> bool:
    """Tell whether bytes without a byte order mark hold what no text holds."""
    return not content.startswith(tuple(mark for mark, _ in _MARKS)) and b"\0" in content[:_SAMPLE]


def clean(text: str) -> str:
    """Return text that every store and encoder can take: no lone surrogates, NULs or CRs."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _marked(content: bytes) -> str | None:
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return content.decode(encoding, "replace")
    return None


def _unmarked(content: bytes, declared: str | None) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        pass
    if declared is not None:
        try:
            return content.decode(declared)
        except (LookupError, UnicodeDecodeError):
            pass
    if _is_damaged_utf8(content):
        return content.decode("utf-8", "replace")
    from charset_normalizer import from_bytes

    guess = from_bytes(content).best()
    if guess is None:
        raise DocumentError(_NOT_TEXT)
    return str(guess)


def _is_damaged_utf8(content: bytes) -> bool:
    """Tell a UTF-8 file with a few broken bytes, such as a cut end, from another encoding."""
    damage = content.decode("utf-8", "replace").count("\ufffd")
    beyond_ascii = sum(1 for character in content.decode("utf-8", "ignore") if character > "\x7f")
    return beyond_ascii >= 10 * damage
