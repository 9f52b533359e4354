"""Bodies of answers, read no further than they may go."""

import zlib

import httpx

_GZIP = 16 + zlib.MAX_WBITS


class BodyError(Exception):
    """The body cannot be taken; the message completes "the engine answered …"."""


async def body_of(response: httpx.Response, largest: int) -> bytes:
    """Read a body that is plain or compressed with gzip.

    Args:
        response: A response whose body has not been read.
        largest: The most bytes, after decompression as well as before.

    Raises:
        BodyError: It is larger, broken, or in an encoding that was not asked for.
    """
    encoding = response.headers.get("Content-Encoding", "identity").strip().casefold()
    if encoding not in ("", "identity", "gzip"):
        raise BodyError("in a content encoding that was not asked for")
    received = bytearray()
    async for chunk in response.aiter_raw():
        received += chunk
        if len(received) > largest:
            raise BodyError(f"with more than {largest:,} bytes, which clew does not read")
    if encoding != "gzip":
        return bytes(received)
    inflater = zlib.decompressobj(_GZIP)
    try:
        body = inflater.decompress(received, largest)
    except zlib.error:
        raise BodyError("with a broken compressed body") from None
    if inflater.unconsumed_tail:
        raise BodyError(f"with more than {largest:,} bytes, which clew does not read")
    if not inflater.eof:
        raise BodyError("with a compressed body that breaks off")
    return body
