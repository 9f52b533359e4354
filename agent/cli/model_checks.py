"""What doctor finds out about the language models that the settings name."""

import asyncio
from collections.abc import Iterator

from ...errors import ClewError
from ..models import CRITIC_ROLES, ModelSettings, critic_names
from ..settings import Settings
from .checks import Finding


def check_models(settings: Settings) -> Iterator[Finding]:
    """Load the prompts, and ask each address once which models it serves."""
    from ...prompts.loader import load_prompts
    from ..policies.litellm.routing import check_named

    versions = load_prompts(settings.prompts).versions.items()
    yield Finding("prompts", "ok", ", ".join(f"{name} {version}" for name, version in versions))
    seen = set()
    for role in settings.model_roles:
        check_named(role, settings.model_of(role))
        model: ModelSettings | None = settings.model_of(role)
        while model is not None:
            for address in model.api_base or ("",):
                if (model.model, address) not in seen:
                    seen.add((model.model, address))
                    yield _served(model, address)
            model = model.fallback


def check_critic(settings: Settings) -> Iterator[Finding]:
    """Have each critic of served models score a run of two steps; what is paid for is not tried."""
    from ..critics.trial import tried

    for name in critic_names(settings.critic):
        if name not in CRITIC_ROLES or name == "generative":
            continue
        try:
            scores = asyncio.run(tried(settings.replaced(critic=name, critic_shaping=())))
        except ClewError as error:
            yield Finding(f"critic {name}", "problem", str(error), "correct what it says")
        else:
            shown = " and ".join(f"{score:.2f}" for score in scores)
            yield Finding(f"critic {name}", "ok", f"it scores two steps with {shown}")


def _served(model: ModelSettings, address: str) -> Finding:
    import httpx

    from ..policies.litellm.served import served_models

    provider, _, name = (model.model or "").partition("/")
    title = f"model {model.model}"
    if not address or provider not in ("hosted_vllm", "openai"):
        return Finding(title, "ok", f"asked at {address or provider}, which was not tried")
    try:
        served = asyncio.run(served_models(address, model))
    except (httpx.HTTPError, ValueError) as error:
        fix = "start the server (clew serve-models), or correct api_base; it mostly ends in /v1"
        return Finding(title, "problem", f"{address} does not list models: {error}", fix)
    if name not in served:
        fix = f"set model to {provider}/{next(iter(served))}" if served else "load a model there"
        found = f"{address} serves {', '.join(served) or 'nothing'}"
        return Finding(title, "problem", found, fix)
    return Finding(title, "ok", f"served at {address}")
