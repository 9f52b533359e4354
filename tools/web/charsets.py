"""The bytes of a page into text, by what the server, the page and the bytes themselves say."""

import codecs
from collections.abc import Iterator

from ..corpus.decoding import decode
from ..corpus.markup import declared_encoding

_WIDER = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
}
_KNOWN = frozenset(
    "utf-8 utf-16 utf-16-le utf-16-be gb18030 big5hkscs euc_jp iso2022_jp cp932 cp949 cp866 cp874 "
    "koi8-r koi8-u mac-roman mac-cyrillic cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 "
    "cp1258 iso8859-2 iso8859-3 iso8859-4 iso8859-5 iso8859-6 iso8859-7 iso8859-8 iso8859-10 "
    "iso8859-13 iso8859-14 iso8859-15 iso8859-16".split()
)
_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_MOST_DAMAGE = 0.01


def decode_page(body: bytes, declared: str | None) -> str:
    """Return the text that the body of a page stands for.

    A byte order mark decides, then valid UTF-8, then the encoding that the server names, then the
    one that the page names, then a guess. A named encoding is believed if nearly all bytes are
    valid in it, for pages in the wild hold a broken byte here and there.

    Args:
        body: The whole page.
        declared: Encoding that the server names, if it does.

    Raises:
        DocumentError: The bytes are not text.
    """
    for encoding in () if body.startswith(_MARKS) else _named(body, declared):
        # Valid UTF-8 is no accident, but in encodings that use the bytes of ASCII for all.
        if not _is_in(encoding, body) and _is_utf8(body):
            break
        text = body.decode(encoding, "replace")
        if text.count("\ufffd") <= _MOST_DAMAGE * len(text):
            # What is binary all the same is told there.
            return decode(text.encode("utf-8", "replace"))
    return decode(body)


def web_encoding(label: str | None) -> str | None:
    """Return the codec for the name of an encoding on the web.

    Only the encodings of the WHATWG's Encoding Standard are known; like browsers, it reads some
    names as wider ones, such as ISO 8859-1 as windows-1252, for that is what pages hold.
    """
    if not label or not label.isascii():
        return None
    label = label.strip().lower()
    for name in (label, label.removeprefix("x-")):
        try:
            codec = codecs.lookup(name).name
        except (LookupError, ValueError):
            continue
        codec = _WIDER.get(codec, codec)
        return codec if codec in _KNOWN else None
    return None


def _named(body: bytes, declared: str | None) -> Iterator[str]:
    server, page = web_encoding(declared), web_encoding(declared_encoding(body))
    if server is not None and server != "utf-8":
        yield server
    # A page that can name its encoding in single bytes is not in one of two.
    if page is not None and not page.startswith("utf-"):
        yield page


def _is_in(encoding: str, body: bytes) -> bool:
    return b"\0" in body if encoding.startswith("utf-16") else encoding == "iso2022_jp"


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
