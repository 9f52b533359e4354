"""Extraction in worker processes, so that all cores work and a page can harm only itself."""

import asyncio
import os
import queue
import signal
import subprocess
import sys
import threading
import weakref
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from types import TracebackType

from pydantic import TypeAdapter, ValidationError

from .extraction_worker import send
from .page import Page, PageText, Unreadable

_REPLY: TypeAdapter[PageText | Unreadable] = TypeAdapter(PageText | Unreadable)
_MOST_WORKERS = 4
_ENDING = 1.0


class ExtractionPool:
    """Processes that extract pages, each one page at a time.

    They are started when they are first needed and end with `close`, or when this process ends in
    whatever way. A page that hangs, crashes a parser or eats up memory costs its own text and
    nothing else: its process ends, and the next page gets a new one.

    The standard library's pool is not used since it has no time limit for a task, and the death of
    one worker ends it; nor is pebble's (5.2), which has the former, but ends where a worker dies
    between two tasks. Both also run the caller's main module again in each process.

    It belongs to no event loop, and may be used after `close` again.
    """

    def __init__(self, workers: int | None = None, *, seconds: float = 10.0) -> None:
        """Set up the pool; no process is started yet.

        Args:
            workers: How many processes; by default one for each core, four at most.
            seconds: How long one page may take.
        """
        self._count = workers or min(_cores(), _MOST_WORKERS)
        self._seconds = seconds
        self._lock = threading.Lock()
        self._running: _Running | None = None

    def start(self) -> None:
        """Start the processes, if they are not running, without waiting for them.

        They need half a second until they can take a page; searching is a good time for it.
        """
        with self._lock:
            self._started()

    async def extract(self, page: Page) -> PageText | Unreadable:
        """Return what `extracting.extract` does, or that the page took too much time or memory.

        When this is cancelled, the page is dropped if its turn has not come; else its process goes
        on with it, within the time limit, before it takes another one.
        """
        with self._lock:
            running = self._started()
            waiting = running.threads.submit(running.extract, page)
        return await asyncio.wrap_future(waiting)

    def close(self) -> None:
        """End the processes at once; pages that they are at come back as unreadable."""
        with self._lock:
            running, self._running = self._running, None
        if running is not None:
            running.stop()

    async def __aenter__(self) -> "ExtractionPool":
        """Return itself; the processes are started later."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the pool."""
        self.close()

    def _started(self) -> "_Running":
        if self._running is None:
            self._running = _Running(self._count, self._seconds)
        return self._running


class _Running:
    """Workers, and a thread for each that waits for it."""

    def __init__(self, count: int, seconds: float) -> None:
        self._idle: queue.SimpleQueue[_Worker] = queue.SimpleQueue()
        workers = [_Worker(seconds) for _ in range(count)]
        for worker in workers:
            # One that cannot be started now says so when its first page comes.
            with suppress(OSError):
                worker.start()
            self._idle.put(worker)
        self.threads = ThreadPoolExecutor(count, thread_name_prefix="clew-extraction")
        # Also ends the processes of a pool that nobody has closed.
        self.stop = weakref.finalize(self, _stop, workers, self.threads)

    def extract(self, page: Page) -> PageText | Unreadable:
        worker = self._idle.get()
        try:
            return worker.extract(page)
        except OSError as error:
            return Unreadable(reason=f"no process can be started to read it ({error})")
        finally:
            self._idle.put(worker)


def _stop(workers: "Iterable[_Worker]", threads: ThreadPoolExecutor) -> None:
    for worker in workers:
        worker.stop()
    # Pages that still wait for their turn go through the threads, and no further.
    threads.shutdown(wait=False)


class _Worker:
    """One process, and its successors."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._stopped = False
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> subprocess.Popen[bytes] | None:
        """Return the process, a new one if there is none; None after `stop`."""
        with self._lock:
            if self._stopped:
                return None
            if self._process is None or self._process.poll() is not None:
                self._process = self._launch()
            return self._process

    def extract(self, page: Page) -> PageText | Unreadable:
        code = 0
        # A process that retires between two pages ends with 0, and its page goes to the next.
        for _ in range(2):
            process = self.start()
            if process is None:
                break
            reply = _ask(process, page)
            if reply is not None:
                return reply
            code = process.wait()
            if code != 0:
                break
        return Unreadable(reason=self._why(code))

    def stop(self) -> None:
        with self._lock:
            self._stopped = True
            if self._process is not None:
                self._process.kill()
                self._process.wait()

    def _launch(self) -> subprocess.Popen[bytes]:
        module = f"{__package__}.extraction_worker"
        return subprocess.Popen(
            # Nothing is imported from the folder that the user happens to be in.
            [sys.executable, "-P", "-m", module, str(self._seconds)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )

    def _why(self, code: int) -> str:
        if self._stopped:
            return "reading it was stopped"
        if code == -signal.SIGALRM:
            return f"reading it took longer than {self._seconds:g} seconds"
        if code > 0:
            module = f"{__package__}.extraction_worker"
            return f"the process that reads pages does not run; to see why: python -m {module} 10"
        return "the process that read it broke down, out of memory or over a broken page"


def _ask(process: subprocess.Popen[bytes], page: Page) -> PageText | Unreadable | None:
    """Return what a process makes of a page, or None if it ends over it."""
    assert process.stdin is not None and process.stdout is not None
    try:
        send(page, process.stdin)
        return _REPLY.validate_json(process.stdout.readline())
    except (OSError, ValidationError):
        # What was not sent any more is lost with the process.
        with suppress(OSError):
            process.stdin.close()
        try:
            process.wait(_ENDING)
        except subprocess.TimeoutExpired:
            process.kill()
        return None


def _cores() -> int:
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
