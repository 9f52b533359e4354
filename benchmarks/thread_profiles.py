"""cProfile for all threads of a process, in Python 3.11: later ones allow one profile at a time."""

import cProfile
import pstats
import threading
import time
from typing import Self

_LEAST = 0.1  # seconds of threads that are worth a look


class ThreadProfiles:
    """Profiles the current thread and all that start in the ``with`` block, by their CPU time."""

    def __init__(self) -> None:
        self._profiles: dict[str, list[cProfile.Profile]] = {}

    def __enter__(self) -> Self:
        """Begin."""
        threading.setprofile(self._begin)
        self._begin()
        return self

    def __exit__(self, *error: object) -> None:
        """End; the other threads must be over or idle."""
        threading.setprofile(None)
        for profiles in self._profiles.values():
            for profile in profiles:
                profile.disable()

    def _begin(self, *_: object) -> None:
        profile = cProfile.Profile(time.thread_time)
        group = threading.current_thread().name.rstrip("-_0123456789")
        self._profiles.setdefault(group, []).append(profile)
        profile.enable()

    def print(self, count: int) -> None:
        """Print for threads of a name the functions that took the most time in themselves."""
        for group, profiles in self._profiles.items():
            stats = pstats.Stats(*profiles).strip_dirs().sort_stats("tottime")
            seconds: float = stats.total_tt  # type: ignore[attr-defined]
            if seconds >= _LEAST:
                print(f"\n## {group}: {seconds:.1f} s of CPU in {len(profiles)} threads")
                stats.print_stats(count)
