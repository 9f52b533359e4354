"""What doctor finds out about the language models that the settings name."""

import os
from collections.abc import Iterator

from ..models import ROLES, ModelSettings
from ..settings import Settings
from .checks import Finding

_SECONDS = 5.0


def check_models(settings: Settings) -> Iterator[Finding]:
    """Load the prompts, and ask each address once which models it serves."""
    from ...prompts.loader import load_prompts
    from ..policies.litellm.routing import make_router

    versions = load_prompts(settings.prompts).versions.items()
    yield Finding("prompts", "ok", ", ".join(f"{name} {version}" for name, version in versions))
    seen = set()
    for role in ROLES:
        make_router(role, settings.model_of(role))
        model: ModelSettings | None = settings.model_of(role)
        while model is not None:
            for address in model.api_base or ("",):
                if (model.model, address) not in seen:
                    seen.add((model.model, address))
                    yield _served(model, address)
            model = model.fallback


def _served(model: ModelSettings, address: str) -> Finding:
    import httpx

    provider, _, name = (model.model or "").partition("/")
    title = f"model {model.model}"
    if not address:
        return Finding(title, "ok", f"asked at {provider}, which was not tried")
    variable = model.api_key_env or ("HOSTED_VLLM_API_KEY" if provider == "hosted_vllm" else "")
    key = os.environ.get(variable)
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    try:
        url = f"{address.rstrip('/')}/models"
        response = httpx.get(url, timeout=_SECONDS, headers=headers)
        served = [each["id"] for each in response.raise_for_status().json()["data"]]
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
        fix = "start the server (clew serve-models), or correct api_base; it mostly ends in /v1"
        return Finding(title, "problem", f"{address} does not list models: {error}", fix)
    if name not in served:
        fix = f"set model to {provider}/{served[0]}" if served else "load a model there"
        found = f"{address} serves {', '.join(served) or 'nothing'}"
        return Finding(title, "problem", found, fix)
    return Finding(title, "ok", f"served at {address}")
