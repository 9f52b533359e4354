"""What all parts of the page share: the settings it was opened with, and the agents it asks."""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from ..agent.search_agent import SearchAgent
from ..agent.settings import Settings

AGENTS_KEPT = 8
"""How many agents are kept loaded, each with its models and corpus; the least used one goes."""


class PageContext:
    """Settings and agents of a page, for all of its sessions.

    Args:
        settings: What a session starts from.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._agents: OrderedDict[str, SearchAgent] = OrderedDict()
        self._choosing = threading.Lock()

    def agent_for(self, overrides: Mapping[str, Any]) -> SearchAgent:
        """Return the agent of some settings, the same one for the same settings.

        Args:
            overrides: Fields of `Settings` that a session has changed.

        Raises:
            SettingsError: If one of them is unknown or unusable.
        """
        settings = self.settings.replaced(**overrides)
        key = settings.model_dump_json()
        with self._choosing:
            agent = self._agents.pop(key, None) or SearchAgent(settings)
            self._agents[key] = agent
            if len(self._agents) > AGENTS_KEPT:
                # Runs that it is answering keep it alive until they end.
                self._agents.popitem(last=False)
        return agent
