"""Servers to start in tests: a stand-in for vLLM, and whether anything of it is left."""

import socket
import time
from pathlib import Path

STAND_IN = Path(__file__).parent / "agent" / "serving" / "stand_in"
"""A folder in which Python finds something that is called vLLM."""


def free_ports(count: int) -> list[int]:
    """Return ports that nothing listens at, one after the other."""
    while True:
        with socket.socket() as first:
            first.bind(("127.0.0.1", 0))
            start = first.getsockname()[1]
            if start + count > 65535:
                continue
            try:
                for port in range(start + 1, start + count):
                    with socket.socket() as other:
                        other.bind(("127.0.0.1", port))
            except OSError:
                continue
            return list(range(start, start + count))


def members(group: int) -> list[int]:
    """Return the processes of a group that have not ended."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, of_group = stat.read_text().rpartition(")")[2].split()[:3]
        except OSError:  # it has just ended
            continue
        if int(of_group) == group and state not in "ZX":
            found.append(int(stat.parent.name))
    return found


def wait_until_gone(groups: list[int], seconds: float = 15.0) -> None:
    """Wait until no process of the groups is left; fails where some stay."""
    deadline = time.monotonic() + seconds
    while left := [member for group in groups for member in members(group)]:
        assert time.monotonic() < deadline, f"still running: {left}"
        time.sleep(0.05)
