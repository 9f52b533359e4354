"""Settings: argument over `clew.toml` over environment (`CLEW_*`, then `.env`) over default.

The file is ``./clew.toml``, or the one that the environment variable ``CLEW_CONFIG`` names; its
keys are the names of the fields below. In the environment and in ``./.env`` the same names are
written ``CLEW_MAX_SECONDS`` and so on. A name that no setting has is an error, not ignored, for
it is most often a slip of the pen.
"""

import json
import os
import tomllib
from collections import ChainMap
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, NamedTuple, Self

from dotenv import dotenv_values
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from ..errors import SettingsError
from ..graphs.budget import Budget
from ..tools.engines.asking import usable_filters
from ..tools.engines.base import SearchFilters, TimeRange
from .effort import EFFORTS, Effort, EffortName
from .models import (
    CRITIC_ROLES,
    OF_CRITICS,
    OWN_MODEL,
    ROLES,
    SIMULATOR,
    Addresses,
    ModelName,
    ModelSettings,
    Role,
    comma_separated,
    critic_names,
)

_PREFIX = "CLEW_"
_CONFIG = "CLEW_CONFIG"


class _Layer(NamedTuple):
    """Settings from one place, and how that place is spoken of."""

    place: str
    values: Mapping[str, Any]
    is_environment: bool = False

    def spell(self, name: str) -> str:
        """Return the name of a setting as it is written in this place."""
        return f"{_PREFIX}{name.upper()}" if self.is_environment else name


def _unlimited(value: Any) -> Any:
    return None if isinstance(value, str) and value.strip().lower() == "none" else value


def _absolute(path: Path) -> Path:
    # Relative to where the process was started, even if it goes elsewhere later.
    try:
        return path.expanduser().absolute()
    except RuntimeError as error:
        raise ValueError(f"{path}: {error}") from None


def _absolute_if_given(path: Path | None) -> Path | None:
    return None if path is None else _absolute(path)


def _usable_site(site: str | None) -> str | None:
    return _usable(SearchFilters(site=site)).site


def _usable_language(language: str | None) -> str | None:
    return _usable(SearchFilters(language=language)).language


def _usable(filters: SearchFilters) -> SearchFilters:
    usable = usable_filters(filters)
    if not isinstance(usable, SearchFilters):
        raise ValueError(usable.reason)
    return usable


def _from_json(value: Any) -> Any:
    # In the environment a table is written as JSON.
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except json.JSONDecodeError as error:
        raise ValueError(f"it is no JSON: {error}") from None


def _policy_of_models(known: Mapping[str, Any]) -> str:
    # A simulated search engine and critics say nothing of what plans and reads.
    named = known.get("model") or not set(ROLES).isdisjoint(known.get("models", ()))
    return "litellm" if named else "embedded"


def _preset(limit: str) -> Any:
    def of_effort(validated: Mapping[str, Any]) -> Any:
        return getattr(EFFORTS[validated.get("effort", "balanced")].budget, limit)

    return Field(default_factory=of_effort)


_NONE = BeforeValidator(_unlimited)
_Count = Annotated[int, Field(ge=0)]
_Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Settings(BaseModel):
    """How clew runs; every field has a default that works without key, GPU or network.

    `load` reads them from every place; the constructor takes what it is given and the defaults.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    home: Annotated[Path, AfterValidator(_absolute)] = Field(
        default_factory=lambda: _absolute(Path("~/.clew"))
    )
    """Folder where corpora, models and saved runs live."""
    corpus: str = Field(default="sample", min_length=1)
    """Name of the corpus to search; `sample` comes with clew."""
    chroma_url: Annotated[str | None, _NONE] = None
    """Address of a Chroma server; none keeps the vectors under `home`."""
    encoder: Annotated[str | None, _NONE] = None
    """Path or name of a sentence encoder; none takes the MiniLM that comes with clew."""
    weights: Annotated[Path | None, _NONE, AfterValidator(_absolute_if_given)] = None
    """Folder of weights of your own (`clew train`), each instead of those of its name that come
    with clew."""
    workflow: str = Field(default="mindsearch", min_length=1)
    """How the plan grows."""
    expansion: str = Field(default="greedy", min_length=1)
    """How the next steps are chosen among several proposals."""
    query_strategy: str = Field(default="plain", min_length=1)
    """How a sub-question becomes queries."""
    check_support: bool = True
    """Whether each sentence of the answer is scored against what it quotes; only with the encoder
    that comes with clew."""
    relevance_cutoff: bool = False
    """Whether passages are left out that a learned cut-off calls irrelevant; it costs time, and
    does not help the embedded policy."""
    model: Annotated[ModelName | None, _NONE] = None
    """Language model of every role without its own, as LiteLLM names it: `provider/name`."""
    api_base: Addresses = ()
    """Addresses where it is served, if not where its provider is; several are replicas."""
    models: Annotated[Mapping[Role, ModelSettings], BeforeValidator(_from_json)] = {}
    """What differs from that by role: a table `[models.planner]` and so on; in the environment
    as JSON."""
    policy: str = Field(default_factory=_policy_of_models, min_length=1)
    """What plans, rewrites, reads, refines and writes; `litellm` where a model is named."""
    prompts: Annotated[Path | None, _NONE, AfterValidator(_absolute_if_given)] = None
    """Folder of prompts of your own, each instead of the one of its name that comes with clew."""
    own_knowledge: bool = True
    """Whether a language model may answer a sub-question from what it knows; it is marked so."""
    critic: str = Field(default="support", min_length=1)
    """What scores the steps; several, as in `support + reward`, count where they agree."""
    critic_shaping: Annotated[tuple[str, ...], BeforeValidator(comma_separated)] = ()
    """What is made of the critic's scores, in this order: `clip`, `delta`, `look_ahead`, `pairs`,
    `advantage`."""
    critic_timeout: Annotated[_Seconds | None, _NONE] = 60.0
    """Seconds that the critic has for a batch; after that its verdict is neutral."""
    step_tag: str = Field(default="<extra_0>", min_length=1)
    """What a served reward model finds the end of a step by."""
    search: Annotated[tuple[str, ...], BeforeValidator(comma_separated)] = Field(
        default=("corpus",), min_length=1
    )
    """Where to search, all of them at once; in the environment separated by commas."""
    searxng_url: Annotated[str | None, _NONE] = None
    """Address of a SearXNG instance, for the backend of that name."""
    time_range: Annotated[TimeRange | None, _NONE] = None
    """How old pages of the web may be: day, week, month or year. What an engine lacks of this and
    the two below, its searches say."""
    site: Annotated[str | None, _NONE, AfterValidator(_usable_site)] = None
    """Host that pages of the web must be on, such as nasa.gov, its subdomains included."""
    language: Annotated[str | None, _NONE, AfterValidator(_usable_language)] = None
    """Language that pages of the web should be in, as a code such as `en`."""
    respect_robots: bool = True
    """Whether pages are left alone that a site's robots.txt asks crawlers to leave alone."""
    simulated_noise: Annotated[float, Field(ge=0, le=1)] = 0.0
    """Share of the simulated searches, from 0 to 1, whose documents only seem to help."""
    effort: EffortName = "balanced"
    """How much a question may cost: the limits below, unless they are set, and how much is asked
    of a language model."""
    max_seconds: Annotated[_Seconds | None, _NONE] = _preset("seconds")
    """Wall time of a run; `none` for no limit, here and below."""
    max_searches: Annotated[_Count | None, _NONE] = _preset("searches")
    """Searches that a run may make."""
    max_pages: Annotated[_Count | None, _NONE] = _preset("pages")
    """Pages that a run may fetch."""
    max_policy_calls: Annotated[_Count | None, _NONE] = _preset("policy_calls")
    """Calls of the policy that a run may make, writing the answer not counted."""
    max_tokens_in: Annotated[_Count | None, _NONE] = _preset("tokens_in")
    """Tokens that language models may read in a run."""
    max_tokens_out: Annotated[_Count | None, _NONE] = _preset("tokens_out")
    """Tokens that language models may write in a run."""
    max_rounds: Annotated[int, Field(ge=1)] = _preset("rounds")
    """How many times the plan may be made or extended."""
    save_runs: bool = True
    """Whether runs are saved as they go, so that a stopped one can be resumed."""
    seed: int = Field(default=0, ge=0)
    """Seed of everything random."""

    @classmethod
    def load(cls, **arguments: Any) -> Self:
        """Return the settings that the arguments, the file and the environment add up to.

        Args:
            **arguments: Fields that override all other places.

        Raises:
            SettingsError: If a setting is unknown or its value cannot be used, or if a file that
                holds settings cannot be read.
        """
        return cls._merged(
            _Layer("the arguments", arguments),
            _file_layer(),
            _variables("the environment", os.environ),
            _dotenv_layer(),
        )

    @property
    def budget(self) -> Budget:
        """The limits of a run."""
        return Budget(
            seconds=self.max_seconds,
            searches=self.max_searches,
            pages=self.max_pages,
            policy_calls=self.max_policy_calls,
            tokens_in=self.max_tokens_in,
            tokens_out=self.max_tokens_out,
            rounds=self.max_rounds,
        )

    @property
    def filters(self) -> SearchFilters:
        """What searches of the web are narrowed to."""
        return SearchFilters(time_range=self.time_range, site=self.site, language=self.language)

    @property
    def effort_preset(self) -> Effort:
        """What the effort stands for."""
        return EFFORTS[self.effort]

    @property
    def model_roles(self) -> tuple[Role, ...]:
        """The roles that need a model: those of policy, simulated search and critics."""
        policy = ROLES if self.policy == "litellm" else ()
        simulator = (SIMULATOR,) if "simulated" in self.search else ()
        needed = {role for name in critic_names(self.critic) for role in CRITIC_ROLES.get(name, ())}
        return (*policy, *simulator, *(role for role in OF_CRITICS if role in needed))

    def model_of(self, role: Role) -> ModelSettings:
        """Return the language model of a role; raises `SettingsError` where none is named."""
        own = self.models.get(role, ModelSettings())
        if own.model is None and role in OWN_MODEL:
            raise SettingsError(
                f"no {role} model is named, which the critic {self.critic} needs: set model and "
                f"api_base in a table [models.{role}], as in "
                'model = "hosted_vllm/Qwen/Qwen2.5-Math-PRM-7B"'
            )
        if own.model is None and self.model is None:
            raise SettingsError(
                f"no language model is named for the {role}: set model, for all roles or in a "
                f'table [models.{role}], as in model = "hosted_vllm/Qwen/Qwen3-8B", and api_base '
                "where it is served"
            )
        # An address belongs to the model named beside it.
        general = {} if own.model else {"model": self.model, "api_base": self.api_base}
        # Not what is set: settings that were saved come back with every field set.
        given = {
            name: value
            for name, field in ModelSettings.model_fields.items()
            if (value := getattr(own, name)) != field.default
        }
        return ModelSettings(**(general | given))

    def replaced(self, **arguments: Any) -> Self:
        """Return these settings with some fields changed; raises `SettingsError` as `load` does."""
        return self._merged(
            _Layer("the arguments", arguments),
            _Layer("these settings", self.model_dump(exclude_unset=True)),
        )

    @classmethod
    def _merged(cls, *layers: _Layer) -> Self:
        """Return the settings of several places, the strongest first."""
        for layer in layers:
            for name in layer.values:
                if name not in cls.model_fields:
                    raise _unknown(name, layer)
        try:
            return cls(**ChainMap(*(dict(layer.values) for layer in layers)))
        except ValidationError as error:
            raise _unusable(error, layers) from None


def _file_layer() -> _Layer:
    named = os.environ.get(_CONFIG)
    path = Path(named).expanduser() if named else Path("clew.toml")
    if not named and not path.exists():
        return _Layer("clew.toml", {})
    try:
        return _Layer(str(path), tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        by = f" (named by {_CONFIG})" if named else ""
        raise SettingsError(f"the settings file {path}{by} cannot be read: {error}") from None


def _dotenv_layer() -> _Layer:
    try:
        return _variables(".env", dotenv_values(".env", encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"the file .env cannot be read: {error}") from None


def _variables(place: str, variables: Mapping[str, str | None]) -> _Layer:
    # An empty variable, as in a copied .env.example, means the default.
    named = {
        name.removeprefix(_PREFIX).lower(): value
        for name, value in variables.items()
        if name.startswith(_PREFIX) and name != _CONFIG and value
    }
    return _Layer(place, named, is_environment=True)


def _unusable(error: ValidationError, layers: Sequence[_Layer]) -> SettingsError:
    first = error.errors()[0]
    name = str(first["loc"][0])
    layer = next(layer for layer in layers if name in layer.values)
    message = first["msg"].removeprefix("Value error, ")
    spelled = layer.spell(name)
    shown = f" = {first['input']!r}"
    if name in ("models", "api_base"):
        # Such a value may hold a secret, which a message must not.
        spelled, shown = ".".join([spelled, *map(str, first["loc"][1:])]), ""
    return SettingsError(
        f"{spelled}{shown} (from {layer.place}) cannot be used: {message[:1].lower()}{message[1:]}"
    )


def _unknown(name: str, layer: _Layer) -> SettingsError:
    near = get_close_matches(name, Settings.model_fields, n=1)
    advice = (
        f"did you mean {layer.spell(near[0])}?"
        if near
        else f"known are {', '.join(map(layer.spell, Settings.model_fields))}"
    )
    return SettingsError(f"unknown setting {layer.spell(name)} in {layer.place}: {advice}")
