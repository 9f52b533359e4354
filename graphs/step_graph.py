"""The small graphs that research one sub-question."""

from typing import Any

from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from .nodes.critic import after_critic, critic_node
from .nodes.refiner import refiner_node
from .nodes.searcher import after_searcher, searcher_node
from .protocols import Parts
from .step_state import StepContext, StepState

StepGraph = CompiledStateGraph[StepState, StepContext, StepState, StepState]


def build_step_graph(parts: Parts) -> StepGraph:
    """Return the compiled graph searcher → refiner → critic, and back while work is weak.

    A finished step is checkpointed whole by the run around it.
    """
    graph = _new_graph()
    graph.add_node("searcher", searcher_node(parts))
    graph.add_node("refiner", refiner_node(parts))
    graph.add_node("critic", critic_node(parts))
    graph.add_edge(START, "searcher")
    graph.add_conditional_edges("searcher", after_searcher(parts))
    graph.add_edge("refiner", "critic")
    graph.add_conditional_edges("critic", after_critic(parts))
    return graph.compile(checkpointer=False, name="step")


def build_single_pass_graph(parts: Parts) -> StepGraph:
    """Return the compiled graph that searches once and reads, as baselines do."""
    graph = _new_graph()
    graph.add_node("searcher", searcher_node(parts))
    graph.add_edge(START, "searcher")
    graph.add_edge("searcher", END)
    return graph.compile(checkpointer=False, name="step")


def _new_graph() -> StateGraph[StepState, StepContext, Any, Any]:
    return StateGraph(StepState, context_schema=StepContext)
