"""What a format of questions is."""

from collections.abc import Callable
from typing import NamedTuple

from ..questions import EvalQuestion
from .fields import Record


class HubAddress(NamedTuple):
    """Where a data set lies on the Hugging Face hub.

    Attributes:
        repo: Owner and name.
        config: Which of its configurations, if it has several.
        split: The split that is taken where none is named.
    """

    repo: str
    config: str | None
    split: str


class Format(NamedTuple):
    """A published way of writing questions down.

    Attributes:
        name: Its name on the command line.
        about: What the questions are.
        file: What the file is.
        passages: Where passages to search come from.
        licence: Licence of the data, in short.
        hub: Where the data set lies on the hub, if it does.
        recognises: Tells by the fields of a record whether it is of this format.
        read: Makes a question of a record and of its number, counted from 1, for data sets
            without ids; raises `BadRecord`.
    """

    name: str
    about: str
    file: str
    passages: str
    licence: str
    hub: HubAddress | None
    recognises: Callable[[Record], bool]
    read: Callable[[Record, int], EvalQuestion]
