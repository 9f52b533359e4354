"""One request and its response, within the limits."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import h2.exceptions
import httpcore

from ... import __version__
from .decoding import ACCEPTED_ENCODINGS, BodyDecoder
from .limits import FetchLimits
from .sites import Site, Sites
from .troubles import Flooded, Refusal, Trouble

USER_AGENT = f"clew/{__version__}"
"""How clew names itself to servers."""

READABLE_TYPES = (
    "text/html",
    "application/xhtml+xml",
    "application/pdf",
    "text/plain",
    "application/json",
)
"""The kinds of content that are fetched."""

_ACCEPT = ", ".join(
    (*READABLE_TYPES[:3], "text/plain;q=0.9", "application/json;q=0.9", "*/*;q=0.1")
)
_TYPE = re.compile(r"[\w.+-]{1,60}/[\w.+-]{1,80}", re.ASCII)
_CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.:+-]{1,40})""", re.ASCII | re.IGNORECASE)
_DISCARDED = 65_536  # bytes of an error's body that are read, so that the connection can be kept

# Each piece takes time beyond its bytes, in which the event loop does nothing else.
_TINY = 32  # bytes, on average
_MOST_TINY_PIECES = 5_000


@dataclass(frozen=True)
class Response:
    """What a server answered.

    Attributes:
        status: Its HTTP status.
        headers: Names, in lower case, and values; of headers sent twice the first.
        content_type: What it says its body is, without parameters; or else, where it matters, what
            the body looks like.
        charset: What it says its body is encoded in.
        body: The body, decompressed; empty where the status says that it is no page.
    """

    status: int
    headers: dict[str, str]
    content_type: str
    charset: str | None
    body: bytes

    @property
    def is_page(self) -> bool:
        """Whether the body is what was asked for."""
        return 200 <= self.status < 300


async def exchange(
    sites: Sites, url: str, limits: FetchLimits, *, types: Sequence[str] = READABLE_TYPES
) -> Response:
    """Ask for a page and read the answer; redirects are answers like others.

    Args:
        sites: The connections.
        url: Its address, in canonical form.
        limits: The most that it may cost.
        types: The kinds of content that are read; empty for any.

    Raises:
        Refusal: The answer is beyond a limit or of another kind, or the host is not public.
        Trouble: There was no answer, or none that makes sense.
    """
    parts = urlsplit(url)
    host = parts.netloc
    try:
        async with sites.connected(f"{parts.scheme}://{host}") as site:
            try:
                return await _exchange(site, url, limits, types)
            except (Flooded, httpcore.TimeoutException) as error:
                if parts.scheme == "http" or not site.spoilt:
                    raise
                # In HTTP/2, which only https has, a page that was given up goes on coming, and
                # may leave no room for the others. That is no fault of theirs; the next attempt
                # has a new connection.
                raise Trouble(f"another page of {host} held this one up", passing=True) from error
    except httpcore.ConnectTimeout as error:
        raise Trouble(f"no connection to {host} within {limits.connect_seconds:g} s") from error
    except httpcore.ConnectError as error:
        raise Trouble(f"no connection to {host}: {_told(error)}") from error
    except httpcore.TimeoutException as error:
        reason = f"{host} said nothing for {limits.silence_seconds:g} s"
        raise Trouble(reason) from error
    except (httpcore.NetworkError, httpcore.ProtocolError, h2.exceptions.H2Error) as error:
        reason = f"the connection to {host} broke off, or HTTP was broken on it: {_told(error)}"
        raise Trouble(reason, passing=True) from error


async def _exchange(site: Site, url: str, limits: FetchLimits, types: Sequence[str]) -> Response:
    parts = urlsplit(url)
    request = site.pool.stream(
        b"GET",
        httpcore.URL(
            scheme=parts.scheme.encode(),
            host=(parts.hostname or "").encode(),
            port=parts.port,
            target=(parts.path + (f"?{parts.query}" if parts.query else "")).encode(),
        ),
        headers=[
            (b"Host", parts.netloc.encode()),
            (b"User-Agent", USER_AGENT.encode()),
            (b"Accept", _ACCEPT.encode()),
            (b"Accept-Encoding", ACCEPTED_ENCODINGS.encode()),
        ],
        extensions={
            "timeout": {
                "connect": limits.connect_seconds,
                "read": limits.silence_seconds,
                "write": limits.silence_seconds,
            }
        },
    )
    async with request as response:
        headers = _headers(response.headers, limits)
        content_type = _content_type(headers)
        page = Response(response.status, headers, content_type, _charset(headers), b"")
        if not page.is_page:
            await _discard(response, site)
            return page
        if types and content_type and content_type not in types:
            raise Refusal(f"the page is {content_type}, which is not read")
        if int(headers.get("content-length", "0")) > limits.wire_bytes:
            raise Refusal(f"the page is larger than {limits.wire_bytes:,} bytes")
        body = await _body(response, headers.get("content-encoding", ""), limits)
    if types and not content_type:
        content_type = _looks_like(body)
    return Response(page.status, headers, content_type, page.charset, body)


def _headers(raw: Sequence[tuple[bytes, bytes]], limits: FetchLimits) -> dict[str, str]:
    if sum(len(name) + len(value) + 4 for name, value in raw) > limits.header_bytes:
        raise Refusal(f"the server's headers are longer than {limits.header_bytes:,} bytes")
    headers: dict[str, str] = {}
    for name, value in raw:
        key = name.decode("latin-1").lower()
        text = value.decode("utf-8", errors="replace").strip()
        # Encodings are applied one after the other; that is the header where each one counts.
        if key == "content-encoding" and key in headers:
            headers[key] += f", {text}"
        headers.setdefault(key, text)
    if not re.fullmatch(r"[0-9]{1,18}", headers.get("content-length", "0")):
        raise Trouble("the server gives the page a length that is no number")
    return headers


async def _body(response: httpcore.Response, encoding: str, limits: FetchLimits) -> bytes:
    decoder = BodyDecoder(encoding, limit=limits.body_bytes)
    received = pieces = 0
    async for piece in response.aiter_stream():
        received += len(piece)
        pieces += 1
        if received > limits.wire_bytes:
            raise Refusal(f"the page is larger than {limits.wire_bytes:,} bytes")
        if pieces > _MOST_TINY_PIECES and received < pieces * _TINY:
            raise Refusal("the page comes in too many tiny pieces")
        decoder.feed(piece)
    return decoder.finish()


async def _discard(response: httpcore.Response, site: Site) -> None:
    received = 0
    async for piece in response.aiter_stream():
        received += len(piece)
        if received > _DISCARDED:
            site.spoilt = True
            return


def _content_type(headers: dict[str, str]) -> str:
    """Return the kind of content; empty if it is not said or said in a way that says nothing."""
    named = _TYPE.match(headers.get("content-type", ""))
    return named[0].lower() if named else ""


def _charset(headers: dict[str, str]) -> str | None:
    named = _CHARSET.search(headers.get("content-type", "")[:1_000])
    return named[1].lower() if named else None


def _looks_like(body: bytes) -> str:
    start = body[:1_024].lower()
    if start.startswith(b"%pdf-"):
        return "application/pdf"
    if b"\0" in start:
        raise Refusal("the server does not say what kind of content the page is")
    return "text/html" if b"<html" in start or b"<!doctype html" in start else "text/plain"


def _told(error: Exception) -> str:
    return str(error)[:200] or type(error).__name__
