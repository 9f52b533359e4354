"""Asking an OpenAI-compatible server which models it serves."""

import os

import httpx

from ...models import ModelSettings

_SECONDS = 5.0
_KEYS = {"hosted_vllm": "HOSTED_VLLM_API_KEY", "openai": "OPENAI_API_KEY"}


async def served_models(address: str, model: ModelSettings) -> dict[str, int | None]:
    """Return the names of the models served at an address, with their windows where it tells.

    Args:
        address: Such as ``http://localhost:8000/v1``.
        model: Whose key is sent along, from the variable that LiteLLM reads too.

    Raises:
        httpx.HTTPError: If the server cannot be asked, or refuses.
        ValueError: If it answers with something else than a list of models.
    """
    async with httpx.AsyncClient(timeout=_SECONDS, headers=headers_for(model)) as http:
        response = await http.get(f"{address.rstrip('/')}/models")
    try:
        listed = response.raise_for_status().json()["data"]
        return {str(each["id"]): _positive(each.get("max_model_len")) for each in listed}
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"no list of models: {type(error).__name__}") from None


def headers_for(model: ModelSettings) -> dict[str, str]:
    """Return the headers that carry a model's key; none where it has none."""
    provider = (model.model or "").partition("/")[0]
    key = os.environ.get(model.api_key_env or _KEYS.get(provider, ""))
    return {"Authorization": f"Bearer {key}"} if key else {}


def _positive(size: object) -> int | None:
    return size if isinstance(size, int) and size > 0 else None
