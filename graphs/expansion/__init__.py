"""Expansions: how the next steps are chosen among the planner's proposals."""

from . import greedy as greedy
from . import searched as searched
from .base import Expansion as Expansion
from .base import expansion_named as expansion_named
from .base import expansion_names as expansion_names
from .base import register_expansion as register_expansion
