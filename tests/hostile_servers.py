"""Servers that mean harm, by what they do, with what a fetch of theirs may come to.

Those of HTTP/1.1 send bytes as they like; those of HTTP/2 send frames.
"""

import asyncio
import gzip
import zlib

from web_behaviours import (
    HTML,
    Behaviour,
    Exchange,
    after,
    bomb,
    hanging,
    made,
    page,
    raw,
    redirect,
    repeating,
    resetting,
    status,
    streaming,
)

from clew.tools.web.page import Fetched, Refused, Unreachable

Expected = type | tuple[type, ...]
Server = tuple[Behaviour, Expected]

_OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
_CHUNKED = _OK + b"Transfer-Encoding: chunked\r\n\r\n"
_EITHER = (Refused, Unreachable)


def _bare_bomb(megabytes: int) -> bytes:
    compressor = zlib.compressobj(9, wbits=-15)
    return compressor.compress(bytes(megabytes * 1_000_000)) + compressor.flush()


def _gzip_without_end() -> bytes:
    return gzip.compress(b"<p>" + bytes(range(256)) * 50)[:-20]


HTTP1_SERVERS: dict[str, Server] = {
    "says nothing": (hanging, Unreachable),
    "says nothing for a while": (after(0.4, page()), Unreachable),
    "resets": (resetting, Unreachable),
    "hangs up": (raw(b""), Unreachable),
    "hangs up in its status": (raw(b"HTTP/1.1 20"), Unreachable),
    "hangs up in its headers": (raw(_OK), Unreachable),
    "begins and says nothing more": (raw(_OK + b"\r\n<p>", hang_up=False), Unreachable),
    "speaks HTTP/0.9": (raw(b"<html><p>Hello</html>"), Unreachable),
    "speaks SSH": (raw(b"SSH-2.0-OpenSSH_9.6\r\n"), Unreachable),
    "speaks SMTP": (raw(b"220 mail.example ESMTP\r\n", hang_up=False), Unreachable),
    "speaks TLS": (raw(b"\x15\x03\x01\x00\x02\x02\x46"), Unreachable),
    "speaks HTTP/2 at once": (
        raw(b"\0\0\x12\x04\0\0\0\0\0" + b"\0\x03\0\0\0\x64" * 3),
        Unreachable,
    ),
    "sends noise": (raw(bytes(range(256)) * 100), Unreachable),
    "sends noise for ever": (repeating(b"", b"\xff\x00noise" * 1_000), Unreachable),
    "sends zeros for ever": (repeating(b"", bytes(10_000)), Unreachable),
    "has a status of letters": (raw(b"HTTP/1.1 abc OK\r\n\r\n"), Unreachable),
    "has a status too small": (raw(b"HTTP/1.1 007 OK\r\n\r\n"), _EITHER),
    "has a status too large": (raw(b"HTTP/1.1 9999 OK\r\n\r\n"), Unreachable),
    "has a version of its own": (raw(b"HTTP/9.9 200 OK\r\n\r\n<p>"), (Fetched, Unreachable)),
    "has a status line without end": (repeating(b"HTTP/1.1 200 ", b"O" * 5_000), Unreachable),
    "has a header without end": (repeating(_OK + b"X: ", b"x" * 5_000), Unreachable),
    "has headers without end": (repeating(_OK, b"X-Header: x\r\n" * 100), Unreachable),
    "drips its headers": (repeating(_OK, b"X: y\r\n", every=0.05), Unreachable),
    "drips one header": (repeating(_OK + b"X: ", b"y", every=0.05), Unreachable),
    "has large headers": (raw(_OK + b"X: " + b"x" * 20_000 + b"\r\n\r\n<p>"), Refused),
    "has many headers": (raw(_OK + b"X: y\r\n" * 3_000 + b"\r\n<p>"), Refused),
    "folds headers": (raw(_OK + b"X: a\r\n" + b" b\r\n" * 9_000 + b"\r\n<p>"), _EITHER),
    "has spaces in names": (raw(_OK + b"Content Length : 5\r\n\r\nhello"), Unreachable),
    "has zeros in headers": (raw(_OK + b"X: a\0b\r\n\r\nhello"), Unreachable),
    "splits its answer": (
        raw(_OK + b"Content-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nbad"),
        Fetched,
    ),
    "repeats interim answers": (repeating(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 500), _EITHER),
    "drips interim answers": (
        repeating(b"", b"HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n", every=0.05),
        Unreachable,
    ),
    "changes the protocol": (
        raw(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nx"),
        Unreachable,
    ),
    "is longer than it says": (raw(_OK + b"Content-Length: 3\r\n\r\n<p>and more"), Fetched),
    "is shorter than it says": (raw(_OK + b"Content-Length: 300\r\n\r\n<p>"), Unreachable),
    "has a negative length": (raw(_OK + b"Content-Length: -1\r\n\r\n<p>"), Unreachable),
    "has a length of letters": (raw(_OK + b"Content-Length: many\r\n\r\n<p>"), Unreachable),
    "has a length too long to read": (
        raw(_OK + b"Content-Length: " + b"9" * 5_000 + b"\r\n\r\n<p>"),
        _EITHER,
    ),
    "has two lengths": (
        raw(_OK + b"Content-Length: 3\r\nContent-Length: 9\r\n\r\n<p>and more"),
        Unreachable,
    ),
    "has a length and chunks": (
        raw(_CHUNKED[:-2] + b"Content-Length: 9\r\n\r\n3\r\n<p>\r\n0\r\n\r\n"),
        (Fetched, Unreachable),
    ),
    "says that it is huge": (raw(_OK + b"Content-Length: 50000000\r\n\r\n<p>"), Refused),
    "has a chunk of a negative size": (raw(_CHUNKED + b"-5\r\nhello\r\n"), Unreachable),
    "has a huge chunk": (repeating(_CHUNKED + b"fffffff\r\n", b"x" * 9_000), Refused),
    "has a chunk size without end": (repeating(_CHUNKED, b"0" * 5_000), Unreachable),
    "has tiny chunks": (repeating(_CHUNKED, b"1\r\nx\r\n" * 1_000), Refused),
    "has large chunk extensions": (
        repeating(_CHUNKED, b"1;" + b"x" * 15_000 + b"\r\nx\r\n"),
        Refused,
    ),
    "has trailers without end": (repeating(_CHUNKED + b"0\r\n", b"X: y\r\n" * 500), _EITHER),
    "has broken chunks": (raw(_CHUNKED + b"zz\r\nhello\r\n"), Unreachable),
    "breaks off in a chunk": (raw(_CHUNKED + b"ff\r\nhello"), Unreachable),
    "drips its body": (repeating(_OK + b"\r\n", b"x", every=0.05), Unreachable),
    "drips its chunks": (repeating(_CHUNKED, b"1\r\nx\r\n", every=0.05), Unreachable),
    "drips an error": (
        repeating(b"HTTP/1.1 404 Not Found\r\n\r\n", b"x", every=0.05),
        Unreachable,
    ),
    "has a body without end": (repeating(_OK + b"\r\n", b"x" * 10_000), Refused),
    "has an error without end": (
        repeating(b"HTTP/1.1 500 Oh\r\n\r\n", b"x" * 10_000),
        Unreachable,
    ),
    "redirects with a body without end": (
        repeating(b"HTTP/1.1 302 Oh\r\nLocation: ftp://x/\r\n\r\n", b"x" * 10_000),
        Refused,
    ),
    "has a giant title": (made(lambda: page("<title>" + "x" * 50_000_000)), Refused),
    "has a giant script": (
        made(lambda: page("<script>" + "var x=1;" * 6_250_000)),
        Refused,
    ),
    "sends 50 MB in pieces": (streaming(bytes(50_000), times=1_000), Refused),
    "gzip bomb": (made(lambda: page(bomb(10), Content_Encoding="gzip")), Refused),
    "deflate bomb": (
        made(lambda: page(zlib.compress(bytes(10_000_000)), Content_Encoding="deflate")),
        Refused,
    ),
    "bare deflate bomb": (made(lambda: page(_bare_bomb(10), Content_Encoding="deflate")), Refused),
    "gzip in gzip": (
        made(lambda: page(gzip.compress(bomb(1)), Content_Encoding="gzip, gzip")),
        Refused,
    ),
    "gzip in gzip, said twice": (
        raw(_OK + b"Content-Encoding: gzip\r\nContent-Encoding: gzip\r\n\r\n" + bomb(1)),
        Refused,
    ),
    "brotli": (page(b"\x5b\xff\xff\x3f\x00\x11\xd8", Content_Encoding="br"), Refused),
    "zstandard": (page(b"\x28\xb5\x2f\xfd\x04\x00", Content_Encoding="zstd"), Refused),
    "an encoding that no one knows": (page(b"x", Content_Encoding="x-" * 3_000), Refused),
    "gzip of many members": (page(gzip.compress(b"") * 5_000, Content_Encoding="gzip"), Refused),
    "gzip without its end": (page(_gzip_without_end(), Content_Encoding="gzip"), Unreachable),
    "gzip that is none": (page(b"<p>plain", Content_Encoding="gzip"), Unreachable),
    "gzip with a header without end": (
        repeating(
            _OK + b"Content-Encoding: gzip\r\n\r\n\x1f\x8b\x08\x08\0\0\0\0\0\0", b"n" * 10_000
        ),
        Refused,
    ),
    "redirects to itself": (redirect("/"), Refused),
    "redirects to ever new pages": (redirect("x/"), _EITHER),
    "redirects to nothing": (redirect(""), Unreachable),
    "redirects far away": (redirect("/" + "a" * 15_000), Refused),
    "redirects to noise": (redirect("http://\xff\xfe:bad"), Refused),
    "wants to be asked later for ever": (status(503, Retry_After="0"), Unreachable),
    "wants to be asked in a long time": (status(429, Retry_After="9" * 500), Unreachable),
    "wants to be asked on no day": (
        status(429, Retry_After="Mon, 99 Jan 99999 99:99:99 GMT"),
        Unreachable,
    ),
    "has a content type without end": (page("x", "text/html; " + "x" * 15_000), Fetched),
    "has a charset that is none": (page("x", "text/html; charset=\x01\x1b[31m"), Fetched),
    "has a content type of noise": (page("x", "/;;=,\xff"), Fetched),
    "is a program": (page(b"\x7fELF" + bytes(1_000), "application/x-executable"), Refused),
}


def frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    """Return a frame of HTTP/2 (RFC 9113, section 4.1)."""
    length = len(payload).to_bytes(3, "big")
    return length + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


_DATA, _HEADERS, _RESET, _SETTINGS, _PUSH, _PING, _GOAWAY, _WINDOW, _CONTINUED = (
    *(0, 1, 3, 4, 5, 6, 7, 8, 9),
)
_END_HEADERS = 4
_STATUS_200 = b"\x88"  # from the table that every connection begins with


def frames(
    start: bytes = b"", again: bytes = b"", *, begin: bool = False, every: float = 0.0
) -> Behaviour:
    """Send frames, then others again and again; ``S`` in their place stands for the stream."""

    async def behaviour(exchange: Exchange) -> None:
        stream = exchange.stream.to_bytes(4, "big")
        if begin:
            await exchange.begin(200, {"Content-Type": HTML})
        await exchange.raw(start.replace(b"SSSS", stream))
        while again:
            await exchange.raw(again.replace(b"SSSS", stream))
            await asyncio.sleep(every)
        await asyncio.sleep(3600)

    return behaviour


def on_stream(kind: int, flags: int, payload: bytes = b"") -> bytes:
    """Return a frame for whatever stream it is sent on."""
    return frame(kind, flags, int.from_bytes(b"SSSS", "big"), payload)


async def _truncated(exchange: Exchange) -> None:
    await exchange.begin(200, {"Content-Type": HTML, "Content-Length": "1000"})
    await exchange.send(b"short")
    await exchange.end()


async def _overlong(exchange: Exchange) -> None:
    await exchange.begin(200, {"Content-Type": HTML, "Content-Length": "3"})
    await exchange.raw(on_stream(_DATA, 1, b"longer").replace(b"SSSS", b"\0\0\0\x01"))


async def _many_headers(exchange: Exchange) -> None:
    fields = {f"x-{i}": "y" * 500 for i in range(50)}
    await exchange.begin(200, {"Content-Type": HTML, **fields})
    await exchange.end()


def _header_bomb() -> bytes:
    """Return a header that is kept in the table, and then named again and again (RFC 7541)."""
    name, value = b"x", b"y" * 3_900
    length = b"\x7f" + bytes([((3_900 - 127) & 0x7F) | 0x80, (3_900 - 127) >> 7])
    return _STATUS_200 + b"\x40\x01" + name + length + value + b"\xbe" * 10_000


HTTP2_SERVERS: dict[str, Server] = {
    "says nothing": (hanging, Unreachable),
    "resets": (resetting, Unreachable),
    "resets the stream": (frames(on_stream(_RESET, 0, b"\0\0\0\x02")), Unreachable),
    "resets it in the body": (
        frames(on_stream(_RESET, 0, b"\0\0\0\x02"), begin=True),
        Unreachable,
    ),
    "goes away": (frames(frame(_GOAWAY, 0, 0, bytes(8))), Unreachable),
    "goes away and stays": (frames(frame(_GOAWAY, 0, 0, b"\0\0\0\xff" + bytes(4))), Unreachable),
    "pings for ever": (frames(again=frame(_PING, 0, 0, bytes(8)) * 50), _EITHER),
    "pings in the body": (frames(again=frame(_PING, 0, 0, bytes(8)) * 50, begin=True), _EITHER),
    "pings slowly": (frames(again=frame(_PING, 0, 0, bytes(8)), every=0.05), Unreachable),
    "changes settings for ever": (
        frames(again=frame(_SETTINGS, 0, 0, b"\0\x03\0\0\0\x64") * 50),
        _EITHER,
    ),
    "allows no streams": (frames(frame(_SETTINGS, 0, 0, b"\0\x03\0\0\0\0")), Unreachable),
    "opens windows for ever": (frames(again=frame(_WINDOW, 0, 0, b"\0\0\0\x01") * 50), _EITHER),
    "opens windows too far": (
        frames(frame(_WINDOW, 0, 0, b"\x7f\xff\xff\xff") * 2),
        Unreachable,
    ),
    "sends unknown frames for ever": (frames(again=frame(0xEE, 0, 0, b"x" * 9_000)), _EITHER),
    "sends empty data for ever": (frames(again=on_stream(_DATA, 0) * 50, begin=True), _EITHER),
    "sends padding for ever": (
        frames(again=on_stream(_DATA, 8, b"\xff" + bytes(255)) * 10, begin=True),
        _EITHER,
    ),
    "sends data before headers": (frames(on_stream(_DATA, 0, b"x")), Unreachable),
    "sends a frame too large": (
        frames(on_stream(_DATA, 0, bytes(20_000)), begin=True),
        Unreachable,
    ),
    "sends half a frame": (frames(on_stream(_DATA, 0, bytes(900))[:300], begin=True), Unreachable),
    "continues headers for ever": (
        frames(on_stream(_HEADERS, 0, _STATUS_200), on_stream(_CONTINUED, 0, b"\x88" * 100)),
        _EITHER,
    ),
    "continues with nothing for ever": (
        frames(on_stream(_HEADERS, 0, _STATUS_200), on_stream(_CONTINUED, 0)),
        _EITHER,
    ),
    "has a header bomb": (frames(on_stream(_HEADERS, _END_HEADERS, _header_bomb())), _EITHER),
    "has many headers": (_many_headers, Refused),
    "has broken headers": (frames(on_stream(_HEADERS, _END_HEADERS, b"\xff" * 50)), Unreachable),
    "has no status": (frames(on_stream(_HEADERS, 5, b"\x40\x01x\x01y")), (Fetched, Unreachable)),
    "has a status of letters": (
        frames(on_stream(_HEADERS, 5, b"\x48\x03abc")),
        Unreachable,
    ),
    "has interim answers without end": (
        frames(again=on_stream(_HEADERS, _END_HEADERS, b"\x48\x03103") * 20),
        _EITHER,
    ),
    "pushes": (frames(on_stream(_PUSH, _END_HEADERS, b"\0\0\0\x02\x82\x87\x84")), Unreachable),
    "speaks of streams that are not there": (
        frames(frame(_HEADERS, _END_HEADERS, 99, _STATUS_200)),
        Unreachable,
    ),
    "speaks HTTP/1.1": (raw(b"HTTP/1.1 200 OK\r\n\r\n<p>"), Unreachable),
    "is shorter than it says": (_truncated, Unreachable),
    "is longer than it says": (_overlong, Unreachable),
    "is larger than allowed": (streaming(bytes(16_000), times=1_000), Refused),
    "gzip bomb": (made(lambda: page(bomb(10), Content_Encoding="gzip")), Refused),
    "is of another kind": (page(bytes(100_000), "video/mp4"), Refused),
}
