"""The graph that ``langgraph.json`` exports, so that LangGraph's server and Studio can run it.

That server loads this file by its path, where relative imports do not work.
"""

from clew.agent.search_agent import CompiledRun, SearchAgent


def make_graph() -> CompiledRun:
    """Return the compiled graph of an agent with the settings of the environment."""
    return SearchAgent().graph
