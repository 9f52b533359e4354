"""How many tokens fit a model's window: asked of its server, or looked up."""

import asyncio
import time
from collections.abc import Iterable
from typing import Any

import httpx

from ...models import ModelSettings
from .routing import imported_litellm
from .served import served_models

UNKNOWN_WINDOW = 8_192
"""Assumed where neither settings nor server nor LiteLLM's table tell."""
_SECONDS_BETWEEN = 10.0
"""A server that does not tell may take seconds to do so, and is not asked for every request."""


class Window:
    """The window of the smallest model that may answer a role's request.

    Args:
        models: The model and those to fall back on.
    """

    def __init__(self, models: Iterable[ModelSettings]) -> None:
        self._models = tuple(models)
        self._known: int | None = None
        self._guess = UNKNOWN_WINDOW
        self._ask_again_at = 0.0

    async def tokens(self) -> int:
        """Return how many tokens fit, prompt and output together; asked for until it is known."""
        if self._known is not None:
            return self._known
        if time.monotonic() < self._ask_again_at:
            return self._guess
        sizes = await asyncio.gather(*(_size(model) for model in self._models))
        known = [size for size in sizes if size is not None]
        self._guess = min(known, default=UNKNOWN_WINDOW)
        if len(known) == len(sizes):
            self._known = self._guess
        self._ask_again_at = time.monotonic() + _SECONDS_BETWEEN
        return self._guess


async def _size(model: ModelSettings) -> int | None:
    if model.context is not None:
        return model.context
    if model.api_base:
        told = await asyncio.gather(*(_asked(address, model) for address in model.api_base))
        return min((size for size in told if size is not None), default=None)
    try:
        info: dict[str, Any] = imported_litellm().get_model_info(model.model)
    except Exception:  # LiteLLM raises a bare Exception for models that it does not know
        return UNKNOWN_WINDOW
    return info.get("max_input_tokens") or UNKNOWN_WINDOW


async def _asked(address: str, model: ModelSettings) -> int | None:
    """Return the window that a server tells, as vLLM does; None where it cannot be asked."""
    name = (model.model or "").partition("/")[2]
    try:
        return (await served_models(address, model)).get(name) or UNKNOWN_WINDOW
    except httpx.HTTPStatusError as error:
        return UNKNOWN_WINDOW if error.response.is_client_error else None
    except (httpx.HTTPError, httpx.InvalidURL):
        return None
    except ValueError:
        return UNKNOWN_WINDOW
