"""Data sets from the Hugging Face hub."""

from collections.abc import Iterator
from typing import NamedTuple

from ...errors import QuestionsError
from .formats import Format, HubAddress
from .records import Entry
from .registry import FORMATS, format_named

PREFIX = "hub:"


class HubSource(NamedTuple):
    """What a source that begins with ``hub:`` names.

    Attributes:
        address: Where the data set lies.
        format: The format that its rows have; None if they must tell.
    """

    address: HubAddress
    format: Format | None

    def entries(self) -> Iterator[Entry]:
        """Fetch the split, unless it is cached, and return its rows.

        Raises:
            QuestionsError: The package ``datasets`` is missing, or the split cannot be had.
        """
        return _rows(self.address)


def hub_source(source: str) -> HubSource:
    """Read ``hub:NAME``, ``hub:NAME:SPLIT``, ``hub:OWNER/REPO:SPLIT`` or ``…:CONFIG:SPLIT``.

    Raises:
        QuestionsError: It is none of these, or no data set of that name is known.
    """
    name, *rest = source.removeprefix(PREFIX).split(":")
    if "/" in name and all([*name.split("/"), *rest]) and len(rest) in (1, 2):
        *config, split = rest
        return HubSource(HubAddress(name, config[0] if config else None, split), None)
    if "/" in name or not name or len(rest) > 1 or not all(rest):
        raise QuestionsError(
            f"{source!r} names no data set: write hub:NAME or hub:NAME:SPLIT with one of "
            f"{_on_the_hub()}, or hub:OWNER/REPO:SPLIT or hub:OWNER/REPO:CONFIG:SPLIT"
        )
    known = format_named(name)
    if known.hub is None:
        raise QuestionsError(
            f"no data set of the format {name} has one place on the hub: name it as "
            f"hub:OWNER/REPO:CONFIG:SPLIT --format {name}, or take one of {_on_the_hub()}"
        )
    return HubSource(known.hub._replace(split=rest[0]) if rest else known.hub, known)


def _on_the_hub() -> str:
    return ", ".join(name for name, each in FORMATS.items() if each.hub)


def _rows(address: HubAddress) -> Iterator[Entry]:
    try:
        import datasets  # type: ignore[import-untyped]
    except ImportError as error:
        raise QuestionsError(
            'data sets of the hub need another package: pip install "clew[datasets]"; '
            "or download the file and give its path"
        ) from error
    try:
        split = datasets.load_dataset(address.repo, address.config, split=address.split)
    # Whatever goes wrong, from the name to the network, is told by an error of its own kind.
    except Exception as error:
        what = " ".join(str(error).split()) or type(error).__name__
        raise QuestionsError(
            f"{spelled(address)} could not be had from the hub: {what}; "
            "or download the file and give its path"
        ) from error
    for number, row in enumerate(split, start=1):
        yield Entry(number, f"row {number}", row)


def spelled(address: HubAddress) -> str:
    """Return an address as it is written after ``hub:``."""
    return ":".join(part for part in address if part)
