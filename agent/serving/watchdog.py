"""A small process that ends the servers when clew is gone without having ended them.

Run as a script: it reads the process groups of the servers from its standard input, whose other
end clew holds, and acts when that end closes. Where clew ends the servers itself, it kills the
watchdog first.
"""

import os
import signal
import sys
import time
from collections.abc import Iterable
from contextlib import suppress

_PAUSE = 0.1


def end_groups(groups: Iterable[int], grace: float) -> None:
    """Ask the leaders of process groups to end, and kill what is left after so many seconds."""
    remaining = set(groups)
    for group in remaining:
        with suppress(ProcessLookupError):
            os.kill(group, signal.SIGTERM)
    deadline = time.monotonic() + grace
    while time.monotonic() < deadline and any(map(_is_there, remaining)):
        time.sleep(_PAUSE)
    for group in remaining:
        with suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)


def _is_there(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


if __name__ == "__main__":
    end_groups([int(line) for line in sys.stdin], float(sys.argv[1]))
