"""Bodies decompressed step by step, so that none grows beyond its limit."""

import zlib

from .troubles import Refusal, Trouble

ACCEPTED_ENCODINGS = "gzip, deflate"
"""What servers are told they may send: what the standard library can undo within a limit."""

_GZIP = 16 + zlib.MAX_WBITS
_ZLIB = zlib.MAX_WBITS
_RAW = -zlib.MAX_WBITS
_MOST_MEMBERS = 64  # of a gzip body; each costs time beyond its bytes


class BodyDecoder:
    """Collects a body while undoing its content encoding.

    Args:
        encoding: The ``Content-Encoding`` of the response; empty where it has none.
        limit: The most bytes that the body may come to.

    Raises:
        Refusal: The encoding is one that is not undone, or there are several, one in another.
    """

    def __init__(self, encoding: str, *, limit: int) -> None:
        name = encoding.strip().lower().removeprefix("x-")
        if name not in {"", "identity", "gzip", "deflate"}:
            raise Refusal(f"the page is encoded as {name[:40]!r}, which is not read")
        self._encoding = "" if name == "identity" else name
        self._limit = limit
        self._body = bytearray()
        self._pending = b""
        self._inflater: zlib._Decompress | None = None
        self._members = 0
        self._ended = False

    def feed(self, data: bytes) -> None:
        """Take the next bytes of the response.

        Raises:
            Refusal: The body has grown beyond its limit.
            Trouble: The bytes are not what the encoding says.
        """
        if not self._encoding:
            self._add(data)
            return
        data = self._pending + data
        self._pending = b""
        try:
            while data and not self._ended:
                data = self._inflate(data)
        except zlib.error as error:
            raise Trouble(f"the page's compression is broken: {error}") from error

    def finish(self) -> bytes:
        """Return the whole body.

        Raises:
            Trouble: Its end is missing.
        """
        if self._inflater is not None or (self._pending and not self._members):
            raise Trouble("the page's compressed content breaks off", passing=True)
        return bytes(self._body)

    def _inflate(self, data: bytes) -> bytes:
        """Decompress what can be, and return what is left to decompress."""
        if self._inflater is None:
            if len(data) < 2:
                self._pending = data
                return b""
            # Gzip bodies may consist of several members; what follows them is padding.
            if self._members and not data.startswith(b"\x1f\x8b"):
                self._ended = True
                return b""
            self._inflater = zlib.decompressobj(self._format(data))
        self._add(self._inflater.decompress(data, self._limit + 1 - len(self._body)))
        if not self._inflater.eof:
            return self._inflater.unconsumed_tail
        rest = self._inflater.unused_data
        self._inflater = None
        self._members += 1
        self._ended = self._encoding == "deflate"
        if self._members > _MOST_MEMBERS:
            raise Refusal(f"the page is compressed in more than {_MOST_MEMBERS} parts")
        return rest

    def _format(self, start: bytes) -> int:
        if self._encoding == "gzip":
            return _GZIP
        # By "deflate" the standard means zlib's format, and many servers bare deflate.
        is_zlib = start[0] & 0x0F == 8 and int.from_bytes(start[:2], "big") % 31 == 0
        return _ZLIB if is_zlib else _RAW

    def _add(self, data: bytes) -> None:
        if len(self._body) + len(data) > self._limit:
            raise Refusal(f"the page is larger than {self._limit:,} bytes")
        self._body += data
