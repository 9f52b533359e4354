"""LiteLLM's Router for one role: its replicas, and the models to fall back on."""

import logging
import os
import warnings
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import pairwise
from typing import Any

from ....errors import ModelUnavailable, SettingsError
from ...models import ModelSettings, Role

_SECONDS_BETWEEN_TRIES = 2.0
REST_SECONDS = 5.0
"""How long a replica that failed is left alone."""


@cache
def imported_litellm() -> Any:
    """Return the module, which takes seconds to import.

    Raises:
        ModelUnavailable: If it is not installed.
    """
    # Without this it looks for a price list on the network.
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    try:
        import litellm
    except ImportError as error:
        raise ModelUnavailable(
            f"language models are asked through LiteLLM, which cannot be imported ({error}); "
            "install it: pip install litellm"
        ) from error
    # Said at the first request, about its own types; nothing that a user could do about.
    warnings.filterwarnings("ignore", message=".*is using the `ReadOnly` qualifier")
    if "LITELLM_LOG" not in os.environ:
        # What goes wrong is raised too; the rest is about its own affairs.
        logging.getLogger("LiteLLM").setLevel(logging.CRITICAL)
    litellm.suppress_debug_info = True
    litellm.telemetry = False
    return litellm


def chain_of(settings: ModelSettings) -> Iterator[ModelSettings]:
    """Yield the model, the one to fall back on, the one behind that, and so on."""
    current: ModelSettings | None = settings
    while current is not None:
        yield current
        current = current.fallback


def longest_wait(settings: ModelSettings) -> float:
    """Return the seconds within which a Router has tried everything that it has to try."""
    replicas = sum(model.timeout * (len(model.api_base) + 1) for model in chain_of(settings))
    return (replicas + _SECONDS_BETWEEN_TRIES) * (settings.retries + 1)


def check_named(role: Role, settings: ModelSettings) -> None:
    """Check the names of a role's models, and that their keys are there; raises as below."""
    litellm = imported_litellm()
    for model in chain_of(settings):
        _check_name(litellm, role, model)
        list(_deployments(model, seed=0))


def make_router(role: Role, settings: ModelSettings, *, seed: int = 0) -> Any:
    """Return a Router in which the role's name stands for its model and all behind it.

    Args:
        role: Who asks.
        settings: The model, its replicas, and what to fall back on.
        seed: For servers that draw outputs at random.

    Raises:
        ModelUnavailable: If a key is to come from an environment variable that is not set.
        SettingsError: If a model has no name, or one whose provider LiteLLM does not know.
    """
    check_named(role, settings)
    chain = list(chain_of(settings))
    groups = _groups(role, chain, seed)
    return imported_litellm().Router(
        model_list=[
            {"model_name": group, "litellm_params": parameters}
            for group, replicas in groups.items()
            for parameters in replicas
        ],
        fallbacks=[{group: [behind]} for group, behind in pairwise(groups)],
        max_fallbacks=len(groups),
        # Not "least-busy": of calls that begin together it sends all to the same replica.
        routing_strategy="simple-shuffle",
        num_retries=settings.retries,
        # A server that is alone is asked again as it says itself; one of several rests at once.
        disable_cooldowns=all(len(model.api_base) < 2 for model in chain),
        allowed_fails=0,
        cooldown_time=REST_SECONDS,
    )


def _groups(
    role: Role, chain: Iterable[ModelSettings], seed: int
) -> dict[str, list[dict[str, Any]]]:
    groups = {}
    for number, model in enumerate(chain):
        name = f"{role}-fallback-{number}" if number else role
        groups[name] = replicas = list(_deployments(model, seed))
        if len(replicas) > 1:
            # The Router gives no rest to a replica that refuses connections, and may choose it
            # at every retry. So then each is tried alone.
            groups |= {f"{name}-replica-{n}": [each] for n, each in enumerate(replicas, start=1)}
    return groups


def replica_for(role: Role, settings: ModelSettings, attempt: int) -> str:
    """Return whom to ask: any replica at first, then each in turn.

    The Router does not count it as a failure where an answer breaks off in the middle, and might
    ask the same replica again and again.
    """
    replicas = len(settings.api_base)
    if attempt == 0 or replicas < 2:
        return role
    return f"{role}-replica-{(attempt - 1) % replicas + 1}"


def _check_name(litellm: Any, role: Role, model: ModelSettings) -> None:
    if model.model is None:
        raise SettingsError(f"what the {role} falls back on names no model: set fallback.model")
    try:
        litellm.get_llm_provider(model.model)
    except litellm.exceptions.BadRequestError:
        raise SettingsError(
            f"LiteLLM knows no provider of the model {model.model!r}: put one before the slash, "
            "as in hosted_vllm/Qwen/Qwen3-8B or openai/gpt-5"
        ) from None


def _deployments(model: ModelSettings, seed: int) -> Iterator[dict[str, Any]]:
    parameters: dict[str, Any] = {
        "model": model.model,
        "temperature": model.temperature,
        "timeout": model.timeout,
        "max_retries": 0,  # the Router tries again, on another replica where there is one
        "drop_params": True,
        **model.extra,
    }
    if model.temperature:
        # At temperature 0 nothing is drawn, and a seed would only keep vLLM from batching.
        parameters.setdefault("seed", seed)
    if model.api_key_env:
        if not (key := os.environ.get(model.api_key_env)):
            raise ModelUnavailable(
                f"the key for {model.model} is to come from the environment variable "
                f"{model.api_key_env}, which is not set"
            )
        parameters["api_key"] = key
    for address in model.api_base or (None,):
        yield parameters | ({"api_base": address} if address else {})
