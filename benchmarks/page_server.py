"""A small web for benchmarks: slow pages, dead ones, broken ones, and an engine that names them.

It is a process of its own, so that its work is not counted as clew's, and imports nothing of clew.
It prints its port and serves until its input ends::

    python benchmarks/page_server.py ../shared/data/html

Real pages, taken in turns, stand at addresses of many hosts, compressed as on the web. From the
second turn on each paragraph ends in the number of the turn, so that no two pages have the same
text. Every answer has a delay of its own, drawn once and for all; those of robots.txt, which is
nowhere to be found, and of the engine too. ``/search`` speaks the JSON of SearXNG.
"""

import argparse
import asyncio
import gzip
import json
import os
import random
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

PAGES = 300
HOSTS = 60
DELAYS = (0.2, 2.0)  # seconds, uniformly
DEAD = 0.05  # share of pages that never answer
BROKEN = 0.05  # share of pages that answer with one of the errors

Fate = Literal["page", "never", "404", "500", "cut off"]
ERRORS: tuple[Fate, ...] = ("404", "500", "cut off")


@dataclass(frozen=True)
class PlannedPage:
    """A page and what asking for it comes to.

    Attributes:
        host: Its host.
        path: Its path.
        delay: Seconds until it answers, if it does.
        fate: How it answers.
    """

    host: str
    path: str
    delay: float
    fate: Fate

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://{self.host}{self.path}"


@dataclass(frozen=True)
class Web:
    """All pages, in the order in which the engine names them.

    Attributes:
        pages: The pages.
        robots: Seconds until a host says that it has no robots.txt.
        engine: Seconds until the engine answers.
    """

    pages: list[PlannedPage]
    robots: dict[str, float]
    engine: float


def planned_web(seed: int) -> Web:
    """Return the web of a seed."""
    random_ = random.Random(seed)

    def delay() -> float:
        return random_.uniform(*DELAYS)

    dead, broken = round(PAGES * DEAD), round(PAGES * BROKEN)
    fates: list[Fate] = [ERRORS[n % len(ERRORS)] for n in range(broken)]
    fates += ["never" if n < dead else "page" for n in range(PAGES - broken)]
    random_.shuffle(fates)
    hosts = [f"site-{n:02}.example" for n in range(HOSTS)]
    pages = [
        PlannedPage(hosts[n % HOSTS], f"/{n}.html", delay(), fate) for n, fate in enumerate(fates)
    ]
    random_.shuffle(pages)
    return Web(pages, {host: delay() for host in hosts}, delay())


class PageServer:
    """The server in its process, while the ``with`` block lasts.

    Args:
        data: Folder of the pages.
        seed: Of the delays.

    Attributes:
        port: Where it listens on 127.0.0.1.
        pid: Its process.
    """

    def __init__(self, data: Path, seed: int) -> None:
        self._command = [sys.executable, __file__, str(data), "--seed", str(seed)]
        self.port = self.pid = 0

    def __enter__(self) -> Self:
        """Start to serve."""
        self._process = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        self.pid, self.port = self._process.pid, int(self._process.stdout.readline())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop."""
        self._process.communicate()  # closes its input, and it ends

    def cpu_seconds(self) -> float:
        """Return the seconds of a core that it has used."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class _Serving:
    """The answers of a web."""

    def __init__(self, web: Web, data: Path) -> None:
        bodies = _bodies(data)
        self._web = web
        self._answers = {
            (page.host, page.path): (page, bodies[int(page.path[1:].partition(".")[0])])
            for page in web.pages
        }
        results = [{"url": page.url, "title": page.path, "content": ""} for page in web.pages]
        self._named = json.dumps({"results": results, "unresponsive_engines": []}).encode()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection."""
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                path = head.split(" ", 2)[1]
                host = re.findall(r"(?i)\r\nhost: *([^:\s]*)", head)[0]
                if not await self._answer(host, path, reader, writer):
                    break
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client is gone, or the server goes
        finally:
            writer.transport.abort()

    async def _answer(
        self, host: str, path: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        """Answer one request; return whether the connection is kept."""
        if path.startswith("/search?"):
            await asyncio.sleep(self._web.engine)
            writer.write(_response("200 OK", self._named, "application/json"))
            return True
        if path == "/robots.txt":
            await asyncio.sleep(self._web.robots[host])
            writer.write(_response("404 Not Found", b"no", "text/plain"))
            return True
        page, body = self._answers[host, path]
        if page.fate == "never":
            await reader.read()
            return False
        await asyncio.sleep(page.delay)
        if page.fate == "cut off":
            return False
        if page.fate == "page":
            writer.write(_response("200 OK", body, "text/html", encoding="gzip"))
        else:
            writer.write(_response(f"{page.fate} Trouble", b"no", "text/html"))
        return True


def _bodies(data: Path) -> list[bytes]:
    names = json.loads((data / "ground-truth.json").read_text("utf-8"))
    kept = [(data / "html" / f"{name}.html.gz").read_bytes() for name in names]
    bodies = []
    for number in range(PAGES):
        turn, place = divmod(number, len(kept))
        body = kept[place]
        if turn:
            numbered = gzip.decompress(body).replace(b"</p>", f" {turn + 1}</p>".encode())
            body = gzip.compress(numbered, compresslevel=6)
        bodies.append(body)
    return bodies


def _response(status: str, body: bytes, content_type: str, encoding: str | None = None) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {content_type}; charset=utf-8"]
    lines += [f"Content-Encoding: {encoding}"] if encoding else []
    lines += [f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode() + body


async def _main(data: Path, seed: int) -> None:
    serving = _Serving(planned_web(seed), data)
    server = await asyncio.start_server(serving.serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    asyncio.run(_main(arguments.data, arguments.seed))
