"""What an expansion is, and the names that expansions are chosen by."""

from typing import Any, Protocol, runtime_checkable

from langgraph.types import StreamWriter

from ...errors import SettingsError
from ..events import PlanExtended
from ..plan import Plan
from ..proposing import Moves
from ..protocols import Parts, Proposal
from ..state import State


@runtime_checkable
class Expansion(Protocol):
    """How the next steps are chosen among several proposals.

    An expansion either follows a proposal, whose sub-questions the workflow then researches, or
    takes the workflow's steps itself as moves and hands back a plan with its steps.
    """

    @property
    def name(self) -> str:
        """Name that users select the expansion by."""
        ...

    @property
    def width(self) -> int:
        """How many proposals it wants to choose from."""
        ...

    def node(self, parts: Parts, moves: Moves) -> Any:
        """Return the LangGraph node that chooses: a function of `State`, or a compiled subgraph.

        Its update clears ``proposals`` and holds the plan that `followed` returns for the
        proposal chosen, or one with its steps; with no proposals to choose from, it only clears
        them.

        Args:
            parts: What the workflow is assembled from.
            moves: The workflow's own steps.
        """
        ...


def followed(state: State, proposal: Proposal, emit: StreamWriter) -> State:
    """Return the update that adds a proposal to the plan, and tell of it."""
    if not proposal.sub_questions:
        return State(proposals=())
    plan = state.get("plan", Plan()).extended(proposal.sub_questions)
    emit(PlanExtended(added=proposal.sub_questions, plan=plan))
    return State(proposals=(), plan=plan)


_EXPANSIONS: dict[str, Expansion] = {}


def register_expansion(expansion: Expansion) -> None:
    """Make an expansion available by its name; a name taken before now means this one."""
    _EXPANSIONS[expansion.name] = expansion


def expansion_named(name: str) -> Expansion:
    """Return the expansion of that name; raises `SettingsError` where there is none."""
    try:
        return _EXPANSIONS[name]
    except KeyError:
        known = ", ".join(expansion_names())
        raise SettingsError(f"no expansion is named {name!r}; there are: {known}") from None


def expansion_names() -> tuple[str, ...]:
    """Return the names of all expansions there are."""
    return tuple(sorted(_EXPANSIONS))
