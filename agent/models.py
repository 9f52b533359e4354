"""Which language model each role takes, and where it is served."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

Role = Literal[
    "planner", "searcher", "refiner", "responder", "simulator", "critic", "reward", "reference"
]
"""Who asks: the node that a request of the policy comes from, the simulated search engine, or a
critic: ``critic`` writes or reads as any language model, ``reward`` is a model that scores,
``reference`` the one that its likelihoods are held against."""

ROLES: tuple[Role, ...] = ("planner", "searcher", "refiner", "responder")
"""The roles of the policy."""

SIMULATOR: Role = "simulator"

OF_CRITICS: tuple[Role, ...] = ("critic", "reward", "reference")
"""The roles of critics."""

OWN_MODEL: tuple[Role, ...] = ("reward", "reference")
"""Roles that never take the model of all others: it was made for something else."""

CRITIC_ROLES: Mapping[str, tuple[Role, ...]] = {
    "served_steps": ("reward",),
    "served_outcome": ("reward",),
    "implicit": ("reward", "reference"),
    "likelihood_ratio": ("reward", "reference"),
    "follow_up": ("critic",),
    "generative": ("critic",),
}
"""The roles that each critic needs models for; others need none."""


def critic_names(setting: str) -> tuple[str, ...]:
    """Return the names of the critics that a setting such as ``support + reward`` asks for."""
    return tuple(name.strip() for name in setting.split("+"))


def comma_separated(value: Any) -> Any:
    """Return the parts of a text such as an environment variable; anything else as it is."""
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


def _with_provider(name: str) -> str:
    provider, slash, rest = name.partition("/")
    if not (provider and slash and rest) or any(map(str.isspace, name)):
        raise ValueError(
            "a model is named provider/name, as in hosted_vllm/Qwen/Qwen3-8B or openai/gpt-5"
        )
    return name


ModelName = Annotated[str, AfterValidator(_with_provider)]


_SECRET = re.compile(r"key|secret|password|credential|authorization|cookie|token$", re.I)


def _without_secrets(extra: Mapping[str, Any]) -> Mapping[str, Any]:
    for name, value in extra.items():
        if _SECRET.search(name):
            raise ValueError(
                f"{name} may hold a secret, and settings are saved with the runs: put it into an "
                "environment variable, and name that in api_key_env or leave it to LiteLLM"
            )
        if isinstance(value, Mapping):
            _without_secrets(value)
    return extra


def _without_credentials(addresses: tuple[str, ...]) -> tuple[str, ...]:
    if any(urlsplit(address).username for address in addresses):
        raise ValueError(
            "an address holds a name or password, and settings are saved with the runs: put a "
            "key into an environment variable instead"
        )
    return addresses


Addresses = Annotated[
    tuple[str, ...], BeforeValidator(comma_separated), AfterValidator(_without_credentials)
]


class ModelSettings(BaseModel):
    """A language model, where it is served, and how it is asked.

    A role's table need only name what differs from the settings ``model`` and ``api_base``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    model: ModelName | None = None
    """``provider/name`` as LiteLLM has it, such as ``hosted_vllm/Qwen/Qwen3-8B``."""
    api_base: Addresses = ()
    """Addresses where it is served, such as ``http://localhost:8000/v1``; several are replicas."""
    api_key_env: str | None = None
    """Environment variable that holds the key; none leaves it to LiteLLM's own variables."""
    temperature: float = Field(default=0.0, ge=0.0, le=2.0)
    """0 for the likeliest output; models that reason often want more."""
    max_tokens: int = Field(default=2_048, ge=64)
    """Tokens that one output may have, reasoning included."""
    context: int | None = Field(default=None, ge=512)
    """Tokens that fit the model's window; none asks the server, or LiteLLM's own table."""
    timeout: float = Field(default=60.0, gt=0)
    """Seconds after which one request has failed."""
    retries: int = Field(default=2, ge=0)
    """How often a failed request is tried again, on another replica where there is one."""
    extra: Annotated[Mapping[str, Any], AfterValidator(_without_secrets)] = {}
    """Further arguments of LiteLLM's ``completion``, such as ``{reasoning_effort = "low"}``."""
    fallback: "ModelSettings | None" = None
    """What to ask where every replica has failed."""
