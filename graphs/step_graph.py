"""The small graph that researches one sub-question: searcher → refiner → critic, and back."""

from typing import Any

from langgraph.graph import START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from .nodes.critic import after_critic, critic_node
from .nodes.refiner import refiner_node
from .nodes.searcher import searcher_node
from .protocols import Parts
from .step_state import StepContext, StepState

StepGraph = CompiledStateGraph[StepState, StepContext, StepState, StepState]


def build_step_graph(parts: Parts) -> StepGraph:
    """Return the compiled graph; a finished step is checkpointed whole by the run around it."""
    graph: StateGraph[StepState, StepContext, Any, Any] = StateGraph(
        StepState, context_schema=StepContext
    )
    graph.add_node("searcher", searcher_node(parts))
    graph.add_node("refiner", refiner_node(parts))
    graph.add_node("critic", critic_node(parts))
    graph.add_edge(START, "searcher")
    graph.add_edge("searcher", "refiner")
    graph.add_edge("refiner", "critic")
    graph.add_conditional_edges("critic", after_critic)
    return graph.compile(checkpointer=False, name="step")
