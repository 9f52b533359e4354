"""How much memory a process and its children hold, on Linux.

It is sampled by a process of its own, which takes no time from the one that is measured::

    python benchmarks/process_memory.py PID [PID OF A CHILD TO LEAVE OUT ...]

What the processes share is counted for each of them. The most that they held at once, in bytes, is
printed when the input ends.
"""

import os
import resource
import select
import subprocess
import sys
from collections.abc import Set
from contextlib import suppress
from pathlib import Path

_SECONDS = 0.1  # between two samples


class PeakMemory:
    """Samples the memory of this process and its children from now on.

    Args:
        without: Children that are left out.
    """

    def __init__(self, without: Set[int]) -> None:
        self._sampler = subprocess.Popen(
            [sys.executable, __file__, *map(str, (os.getpid(), *without))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def stop(self) -> int:
        """Return the most bytes that they held at once."""
        peak, _ = self._sampler.communicate()  # closes its input, and it ends
        return int(peak)


def _held(process: int, without: Set[int]) -> int:
    children: set[int] = set()
    for task in Path(f"/proc/{process}/task").iterdir():
        with suppress(OSError):
            children.update(map(int, (task / "children").read_text().split()))
    return sum(map(_resident, {process, *children} - without))


def _resident(process: int) -> int:
    with suppress(OSError):
        pages = Path(f"/proc/{process}/statm").read_text().split()[1]
        return int(pages) * resource.getpagesize()
    return 0


def _main(process: int, without: Set[int]) -> None:
    peak = 0
    while not select.select([sys.stdin], [], [], _SECONDS)[0]:
        peak = max(peak, _held(process, without))
    with suppress(BrokenPipeError):  # who asked may be gone
        os.write(sys.stdout.fileno(), f"{peak}\n".encode())


if __name__ == "__main__":
    _main(int(sys.argv[1]), {os.getpid(), *map(int, sys.argv[2:])})
