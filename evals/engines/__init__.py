"""What spreads the questions of a run."""

from ...errors import SettingsError
from .base import Engine

ENGINES = ("asyncio", "ray")


def engine_named(name: str, *, workers: int, ray_address: str | None = None) -> Engine:
    """Return an engine.

    Args:
        name: One of `ENGINES`.
        workers: How many questions to work on at once.
        ray_address: Where the Ray cluster is, for ``ray``.

    Raises:
        SettingsError: If there is none of that name, or it cannot be made so.
    """
    if workers < 1:
        raise SettingsError(f"workers must be at least 1 and is {workers}")
    if ray_address is not None and name != "ray":
        raise SettingsError("an address of a Ray cluster is given; choose the engine ray with it")
    match name:
        case "asyncio":
            from .asyncio_engine import AsyncioEngine

            return AsyncioEngine(workers)
        case "ray":
            from .ray_engine import RayEngine

            return RayEngine(workers, address=ray_address)
    raise SettingsError(f"no engine is named {name!r}; there is: {', '.join(ENGINES)}")
