"""The names that query strategies are chosen by."""

from collections.abc import Callable

from ...errors import SettingsError
from ...tools.corpus.encoder import Encoder
from ..protocols import QueryStrategy

MakeQueryStrategy = Callable[[Encoder], QueryStrategy]
"""Makes a strategy; the encoder turns texts into unit vectors, and blocks while it does."""

_STRATEGIES: dict[str, MakeQueryStrategy] = {}


def register_query_strategy(name: str, make: MakeQueryStrategy) -> None:
    """Make a strategy available by name; a name taken before now means this one."""
    _STRATEGIES[name] = make


def query_strategy_named(name: str) -> MakeQueryStrategy:
    """Return what makes the strategy of that name; raises `SettingsError` where there is none."""
    try:
        return _STRATEGIES[name]
    except KeyError:
        known = ", ".join(sorted(_STRATEGIES))
        raise SettingsError(f"no query strategy is named {name!r}; there are: {known}") from None
