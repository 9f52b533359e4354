"""What an extraction process does: reads pages from its input, writes their texts to its output.

It is started by an `ExtractionPool` as ``python -m clew.tools.web.extraction_worker``. A page comes
as a line of JSON without its body, but with the length of the body, which follows; its text goes
back as a line of JSON, so that nothing a page may have done to this process runs in the other.
"""

import json
import logging
import os
import signal
import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from .extracting import extract
from .page import Page

_MEMORY = 1_200_000_000
_RETIREMENT = 400_000_000


def send(page: Page, stream: IO[bytes]) -> None:
    """Write a page to the input of a worker; `OSError` if it is gone."""
    head = page.model_dump(mode="json", exclude={"body"}) | {"length": len(page.body)}
    stream.write(json.dumps(head).encode() + b"\n")
    stream.write(page.body)
    stream.flush()


def main(seconds: float) -> None:
    """Extract pages until there are no more.

    A page that takes longer than this many seconds ends the process, by an alarm that works inside
    of C libraries too; so does one that needs too much memory. A process that has grown large ends
    itself between two pages, with exit code 0.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.disable(logging.CRITICAL)
    pages = os.fdopen(os.dup(0), "rb")
    texts = os.fdopen(os.dup(1), "wb")
    # Whatever a library prints must not get among the texts.
    os.dup2(2, 1)
    _warm_up()
    _limit_memory()
    while head := pages.readline():
        fields = json.loads(head)
        page = Page(body=pages.read(fields.pop("length")), **fields)
        signal.setitimer(signal.ITIMER_REAL, seconds)
        text = extract(page)
        signal.setitimer(signal.ITIMER_REAL, 0)
        texts.write(text.model_dump_json().encode() + b"\n")
        texts.flush()
        if _most_memory_used() > _RETIREMENT:
            os._exit(0)


def _warm_up() -> None:
    from ..corpus.main_text import main_text

    # Imports what extracting needs, and compiles its patterns.
    page = "<html><body><p>A page with the date of 2020-01-01.</p></body></html>"
    main_text(page, url="", today=datetime.now(UTC))


def _limit_memory() -> None:
    import resource

    # Not every system lets a process limit itself.
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, resource.RLIM_INFINITY))


def _most_memory_used() -> int:
    import resource

    if sys.platform == "linux":
        # There `ru_maxrss` begins with what the process that started this one had used.
        status = Path("/proc/self/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) * 1024
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used if sys.platform == "darwin" else used * 1024


if __name__ == "__main__":
    main(float(sys.argv[1]))
