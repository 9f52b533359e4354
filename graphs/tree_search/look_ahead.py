"""Values drawn towards what follows, as ReARTeR's critic does by temporal differences."""

import math
from collections.abc import Sequence

SETTLED = 0.05
"""Where a value differs by less from the one before, looking further ahead ends."""
_CLOSEST = 1e-4


def looked_ahead(values: Sequence[float], alpha: float) -> float:
    """Return what a state is worth in the light of the states that follow it.

    From the last one backwards, on logits: r_t ← r_t + α·(r_{t+1} − r_t) (ReARTeR,
    arXiv:2501.07861).

    Args:
        values: The state's own value, then those that follow, in [0, 1].
        alpha: Share of what follows, in [0, 1].
    """
    later = _logit(values[-1])
    for value in reversed(values[:-1]):
        own = _logit(value)
        later = own + alpha * (later - own)
    return values[0] if len(values) == 1 else 1 / (1 + math.exp(-later))


def _logit(value: float) -> float:
    inside = min(max(value, _CLOSEST), 1 - _CLOSEST)
    return math.log(inside / (1 - inside))
