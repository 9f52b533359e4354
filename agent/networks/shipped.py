"""Which trained networks are used: the user's own, else those that come with clew."""

import logging
from pathlib import Path

from ...errors import ModelUnavailable
from .network import Network

SHIPPED = Path(__file__).parent
"""Where the weights lie that come with clew, each with its card."""

KINDS = ("reader", "splitter", "reward")
"""The networks that come with clew."""

_log = logging.getLogger(__name__)


def weights_of(kind: str, own: Path | None) -> Path:
    """Return the file of a network's weights: the user's own where there is one."""
    name = f"{kind}.safetensors"
    return (own if own is not None and (own / name).exists() else SHIPPED) / name


def network_of(kind: str, own: Path | None, *, cache_dir: Path) -> Network | None:
    """Load a trained network.

    Args:
        kind: What it was trained to do.
        own: Folder of the user's own weights, which come before those of the same name that clew
            ships.
        cache_dir: Folder for the exported model.

    Returns:
        The network; None where clew's own weights cannot be used, of which a warning tells.

    Raises:
        ModelUnavailable: The user's own weights cannot be used.
    """
    file = weights_of(kind, own)
    try:
        return Network(file, kind, cache_dir=cache_dir)
    except ModelUnavailable as error:
        if file.parent != SHIPPED:
            raise
        _log.warning("clew goes on without its trained %s, and will be less right: %s", kind, error)
        return None
