"""Servers that were started here: wait until they are healthy, watch them, end them."""

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, NamedTuple, NoReturn

import httpx

from ...errors import ModelUnavailable
from . import watchdog
from .commands import ServerCommand

_PAUSE = 0.25
"""Seconds between two looks at the servers."""
_PATIENCE = 2.0
"""Seconds in which a healthy server says so."""
_TAIL_BYTES = 20_000
_WATCHDOG_GRACE = 5.0
"""Seconds that servers have to end once clew is gone."""
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


class ServerFailed(ModelUnavailable):
    """A server ended by itself, or did not become healthy in time.

    Attributes:
        log_lines: The last lines that it wrote.
    """

    def __init__(self, message: str, log_lines: Sequence[str]) -> None:
        super().__init__(message)
        self.log_lines = tuple(log_lines)


class Waiting(NamedTuple):
    """How far the servers have come.

    Attributes:
        healthy: Names of the servers that have become healthy, in that order.
        awaited: Names of those that have not.
        seconds: Since the first was started.
        last_line: What one of those awaited wrote last.
    """

    healthy: tuple[str, ...]
    awaited: tuple[str, ...]
    seconds: float
    last_line: str


class Server:
    """One server, in a process group of its own, for vLLM starts further processes.

    Args:
        command: How to start it.
        log: File for what it writes; replaced.
    """

    def __init__(self, command: ServerCommand, log: Path) -> None:
        self.command = command
        self.log = log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> int:
        """Start it and return the id of its process group."""
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [self.command.python, *self.command.arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self.command.whole_environment(),
                start_new_session=True,
            )
        return self._process.pid

    @property
    def is_started(self) -> bool:
        """Whether it was started."""
        return self._process is not None

    @property
    def process_id(self) -> int | None:
        """Id of its first process, which is that of its process group."""
        return self._process.pid if self._process else None

    @property
    def exit_code(self) -> int | None:
        """How it ended, negative for a signal; none where it has not ended or not begun."""
        return self._process.poll() if self._process else None

    async def is_healthy(self, client: httpx.AsyncClient) -> bool:
        """Ask it whether it is ready to serve."""
        try:
            answer = await client.get(f"{self.command.address}/health")
        except httpx.HTTPError:
            return False
        return answer.status_code == httpx.codes.OK

    async def stop(self, grace: float) -> None:
        """End it with all processes that it started; what is left after the grace is killed."""
        if self._process is None:
            return
        try:
            self._process.terminate()
            with suppress(subprocess.TimeoutExpired):
                await asyncio.to_thread(self._process.wait, grace)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def last_lines(self, most: int) -> list[str]:
        """Return the last lines of its log that are not empty."""
        try:
            with self.log.open("rb") as file:
                file.seek(max(0, self.log.stat().st_size - _TAIL_BYTES))
                written = _COLOUR.sub("", file.read().decode(errors="replace"))
        except FileNotFoundError:
            return []
        # A carriage return begins a progress bar anew.
        lines = (line.rstrip("\r").rpartition("\r")[2].rstrip() for line in written.split("\n"))
        return [line for line in lines if line][-most:]


class Servers:
    """Servers that are started together and end together.

    If this process is killed, a watchdog ends them.

    Args:
        commands: How to start them.
        logs: Folder for what they write.
        grace: Seconds that a server has to end in good order.
    """

    def __init__(
        self, commands: Sequence[ServerCommand], *, logs: Path, grace: float = 20.0
    ) -> None:
        self.all = tuple(
            Server(command, logs / f"{command.name}-{command.port}.log") for command in commands
        )
        self._logs = logs
        self._grace = grace
        self._watchdog: subprocess.Popen[bytes] | None = None

    async def start(
        self, *, seconds: float, progress: Callable[[Waiting], None] = lambda waiting: None
    ) -> None:
        """Start the servers and wait until all are healthy.

        Servers that share a GPU are started one after the other, for vLLM measures how much of
        its memory is free when it starts.

        Args:
            seconds: The longest to wait.
            progress: Told again and again how far they have come.

        Raises:
            ServerFailed: If one ends, or the time is over; `stop` ends the others.
        """
        self._logs.mkdir(parents=True, exist_ok=True)
        began = time.monotonic()
        healthy: list[Server] = []
        async with httpx.AsyncClient(timeout=_PATIENCE, trust_env=False) as client:
            while len(healthy) < len(self.all):
                self._start_what_may(healthy)
                self._check_alive()
                awaited = [server for server in self.all if server not in healthy]
                started = [server for server in awaited if server.is_started]
                answers = await asyncio.gather(*(each.is_healthy(client) for each in started))
                healthy += [each for each, well in zip(started, answers, strict=True) if well]
                took = time.monotonic() - began
                awaited = [server for server in self.all if server not in healthy]
                progress(_waiting(healthy, awaited, took))
                if awaited and took > seconds:
                    slow = next(each for each in awaited if each.is_started)
                    raise _failed(slow, f"was not healthy after {seconds:.0f} s")
                if awaited:
                    await asyncio.sleep(_PAUSE)

    async def watch(self) -> NoReturn:
        """Wait until a server ends by itself.

        Raises:
            ServerFailed: When one has; `stop` ends the others.
        """
        while True:
            self._check_alive()
            await asyncio.sleep(_PAUSE)

    async def stop(self) -> None:
        """End all servers, at once where it is cancelled."""
        await asyncio.gather(*(server.stop(self._grace) for server in self.all))
        # Only now: where stopping is cut short, the watchdog ends it.
        if self._watchdog:
            self._watchdog.kill()
            self._watchdog.communicate()
            self._watchdog = None

    def _start_what_may(self, healthy: Sequence[Server]) -> None:
        busy = {
            gpu
            for server in self.all
            if server.is_started and server not in healthy
            for gpu in server.command.gpus
        }
        for server in self.all:
            if not server.is_started and busy.isdisjoint(server.command.gpus):
                pipe = self._watchdog_pipe()
                pipe.write(f"{server.start()}\n".encode())
                pipe.flush()
                busy |= set(server.command.gpus)

    def _watchdog_pipe(self) -> IO[bytes]:
        if self._watchdog is None:
            self._watchdog = subprocess.Popen(
                [sys.executable, "-I", "-S", watchdog.__file__, str(_WATCHDOG_GRACE)],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        assert self._watchdog.stdin is not None
        return self._watchdog.stdin

    def _check_alive(self) -> None:
        for server in self.all:
            if (code := server.exit_code) is not None:
                how = f"ended with exit code {code}"
                if code < 0:
                    how = f"was killed by {signal.Signals(-code).name}"
                raise _failed(server, how)


def _failed(server: Server, how: str) -> ServerFailed:
    return ServerFailed(
        f"the server of {server.command.name} ({server.command.model}) {how}; see {server.log}",
        server.last_lines(20),
    )


def _waiting(healthy: Sequence[Server], awaited: Sequence[Server], seconds: float) -> Waiting:
    lines: Iterator[str] = (line for server in awaited for line in server.last_lines(1))
    return Waiting(
        tuple(server.command.name for server in healthy),
        tuple(server.command.name for server in awaited),
        seconds,
        next(lines, ""),
    )
