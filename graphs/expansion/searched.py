"""Expansions that search a tree of states, one for each method of search."""

from typing import Any

from ..proposing import Moves
from ..protocols import Parts
from ..tree_search.method import Method
from ..tree_search.presets import METHODS
from ..tree_search.subgraph import search_graph
from .base import register_expansion


class TreeExpansion:
    """Takes the workflow's steps itself, as moves of a search, and follows the best path found.

    Args:
        method: How to search.
    """

    def __init__(self, method: Method) -> None:
        self._method = method

    @property
    def name(self) -> str:
        """Name of the method."""
        return self._method.name

    @property
    def width(self) -> int:
        """How many moves the method wants of a state."""
        return self._method.width

    def node(self, parts: Parts, moves: Moves) -> Any:
        """Return the compiled subgraph that searches."""
        return search_graph(parts, moves, self._method)


for _method in METHODS:
    register_expansion(TreeExpansion(_method))
