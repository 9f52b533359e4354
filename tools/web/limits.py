"""What fetching pages may cost, and how politely it goes about it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class FetchLimits:
    """The most that fetches may cost; whatever would cost more is given up.

    Attributes:
        wire_bytes: Bytes of a response's body as it is sent, still compressed.
        body_bytes: Bytes of a body once it is decompressed.
        header_bytes: Bytes of a response's headers.
        seconds: Seconds for a page in all: names, connections, redirects, robots.txt, retries.
            Time in which it waits its turn is not counted.
        connect_seconds: Seconds to resolve a name and connect to it, and again to agree on TLS.
        silence_seconds: Seconds in which a server may say nothing.
        turn_seconds: Seconds that a page waits in all for other requests to be over.
        redirects: How many redirects are followed.
        retries: How often a request is repeated that failed in a way that may pass.
        retry_seconds: The longest wait before a retry, in seconds; a page whose server wants a
            longer one is given up.
        requests: How many requests are under way at once.
        requests_per_host: How many of them to one host.
        connections: How many connections are kept open, idle ones included.
        pause_seconds: Seconds between the starts of two requests to one host.
    """

    wire_bytes: int = 10_000_000
    body_bytes: int = 16_000_000
    header_bytes: int = 65_536
    seconds: float = 20.0
    connect_seconds: float = 5.0
    silence_seconds: float = 6.0
    turn_seconds: float = 30.0
    redirects: int = 5
    retries: int = 2
    retry_seconds: float = 5.0
    requests: int = 48
    requests_per_host: int = 2
    connections: int = 128
    pause_seconds: float = 0.25
