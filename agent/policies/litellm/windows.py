"""How many tokens fit a model's window: asked of its server, or looked up."""

import asyncio
import os
from collections.abc import Iterable
from typing import Any

import httpx

from ...models import ModelSettings
from .routing import imported_litellm

UNKNOWN_WINDOW = 8_192
"""Assumed where neither settings nor server nor LiteLLM's table tell."""
_SECONDS_TO_TELL = 5.0


class Window:
    """The window of the smallest model that may answer a role's request.

    Args:
        models: The model and those to fall back on.
    """

    def __init__(self, models: Iterable[ModelSettings]) -> None:
        self._models = tuple(models)
        self._known: int | None = None

    async def tokens(self) -> int:
        """Return how many tokens fit, prompt and output together; asked for until it is known."""
        if self._known is not None:
            return self._known
        sizes = await asyncio.gather(*(_size(model) for model in self._models))
        known = [size for size in sizes if size is not None]
        if len(known) == len(sizes):
            self._known = min(known)
        return min(known, default=UNKNOWN_WINDOW)


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
    provider, _, name = (model.model or "").partition("/")
    variable = model.api_key_env or ("HOSTED_VLLM_API_KEY" if provider == "hosted_vllm" else "")
    key = os.environ.get(variable)
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    try:
        async with httpx.AsyncClient(timeout=_SECONDS_TO_TELL, headers=headers) as http:
            response = await http.get(f"{address.rstrip('/')}/models")
        if response.is_server_error:
            return None
        listed = response.json()["data"]
        sizes = {each["id"]: each.get("max_model_len") for each in listed}
    except httpx.HTTPError:
        return None
    except (ValueError, KeyError, TypeError, AttributeError):
        return UNKNOWN_WINDOW
    size = sizes.get(name)
    return size if isinstance(size, int) and size > 0 else UNKNOWN_WINDOW
