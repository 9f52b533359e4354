"""What to serve: one small TOML file, a table for each model.

The name of a table is what the model is spoken of by; ``[policy]`` proposes, ``[reward]`` scores.
"""

import re
import tomllib
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from ...errors import SettingsError

EXAMPLE = """\
[policy]
model = "Qwen/Qwen3-8B"
gpus = [0]
port = 8000
"""
"""The least that serves a policy model."""

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_FIXED = ("--host", "--model", "--port", "--served-model-name")
"""Arguments of vLLM that have keys of their own, and that clew must know the values of."""


def _number_written(value: Any) -> Any:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return str(value) if is_number else value


Text = Annotated[str, Field(pattern=r"^[^\x00]+$")]
Variable = Annotated[Text, BeforeValidator(_number_written)]
Gpu = Annotated[int, Field(ge=0)]


class ServedModel(BaseModel):
    """One table of the file: a model, and how vLLM serves it."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    table: str
    """Name of the table."""
    model: Text
    """Name on the hub, or folder; a folder may be relative to the file's."""
    name: Text
    """Name under which the model is asked for; that of the model by default."""
    runner: Literal["generate", "pooling"]
    """What the model does: write, or turn text into numbers, as reward models do."""
    gpus: tuple[Gpu, ...] = (0,)
    """Which, as CUDA numbers them; several are shared out among the replicas, and what one
    replica gets of them works as one (tensor parallelism). Empty for the CPU."""
    replicas: int = Field(default=1, ge=1)
    """How many servers, at `port` and the ports that follow."""
    memory: float | None = Field(default=None, gt=0, le=1)
    """Share of each GPU's memory to take; 0.9 by default."""
    context: int | None = Field(default=None, ge=1)
    """Longest prompt and answer together, in tokens; the model's own limit by default."""
    quantisation: Text | None = None
    """Way to make the weights smaller, by vLLM's name for it."""
    convert: Literal["classify", "embed"] | None = None
    """What to make of a model that is not a pooling model by itself."""
    pooler: dict[str, Any] | None = None
    """vLLM's pooler configuration, where a reward model does not bring its own."""
    host: Text = "127.0.0.1"
    """Address to listen at; ``0.0.0.0`` for all, which lets other machines in."""
    port: int = Field(default=8000, ge=1, le=65535)
    """Port of the first replica."""
    arguments: tuple[Text, ...] = ()
    """Further arguments for vLLM."""
    environment: dict[str, Variable] = {}
    """Further environment variables."""
    python: Text | None = None
    """Interpreter that has vLLM; the one that runs clew by default."""

    @model_validator(mode="after")
    def _shared_out_evenly(self) -> Self:
        if len(set(self.gpus)) < len(self.gpus):
            raise ValueError("gpus names one twice")
        if len(self.gpus) % self.replicas:
            raise ValueError(
                f"{len(self.gpus)} gpus cannot be shared out evenly among {self.replicas} replicas"
            )
        if self.port + self.replicas - 1 > 65535:
            raise ValueError("the ports of the replicas go past 65535")
        if self.runner != "pooling" and (self.convert or self.pooler):
            raise ValueError('convert and pooler need runner = "pooling"')
        return self

    @field_validator("arguments")
    @classmethod
    def _known_to_clew(cls, arguments: tuple[str, ...]) -> tuple[str, ...]:
        for argument in arguments:
            flag = argument.partition("=")[0].replace("_", "-")
            if flag in _FIXED:
                key = "name" if flag == "--served-model-name" else flag.removeprefix("--")
                raise ValueError(f"{argument} has a key of its own: {key}")
        return arguments

    @field_validator("environment")
    @classmethod
    def _variables(cls, environment: dict[str, str]) -> dict[str, str]:
        for name in environment:
            if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
                raise ValueError(f"{name!r} cannot name an environment variable")
        return environment

    @property
    def gpus_of_replicas(self) -> tuple[tuple[int, ...], ...]:
        """The GPUs of each replica."""
        share = len(self.gpus) // self.replicas
        return tuple(
            self.gpus[number * share : (number + 1) * share] for number in range(self.replicas)
        )

    @property
    def gpu_memory(self) -> float:
        """Share of each GPU's memory that a replica takes."""
        return 0.9 if self.memory is None else self.memory


def load_served_models(path: Path) -> tuple[ServedModel, ...]:
    """Read what to serve.

    Args:
        path: The TOML file.

    Raises:
        SettingsError: If the file cannot be read or used, or if its models are in each other's way.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"the serving file {path} cannot be read: {error}") from None
    if not tables:
        raise SettingsError(f"{path} names no model; give it a table [policy] with a key model")
    models = tuple(_model(path, table, values) for table, values in tables.items())
    _check_ports(path, models)
    _check_memory(path, models)
    return models


def _model(path: Path, table: str, values: Any) -> ServedModel:
    if not isinstance(values, dict):
        raise SettingsError(f"{path}: {table} stands outside a table; put it below [policy]")
    if not _NAME.fullmatch(table):
        raise SettingsError(f"{path}: [{table}] cannot name a model; use letters, digits and _")
    known = [name for name in ServedModel.model_fields if name != "table"]
    for key in values:
        if key not in known:
            near = get_close_matches(key, known, n=1)
            advice = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"
            raise SettingsError(f"{path}: unknown key {table}.{key}: {advice}")
    given = {
        "runner": "pooling" if table == "reward" else "generate",
        **values,
        "table": table,
    }
    model, python = values.get("model"), values.get("python")
    if isinstance(model, str):
        folder = _folder(path, table, model)
        given["model"] = str(folder) if folder else model
        given.setdefault("name", folder.name if folder else model)
    if isinstance(python, str) and "/" in python:
        given["python"] = str(path.parent.absolute() / Path(python).expanduser())
    try:
        return ServedModel(**given)
    except ValidationError as error:
        raise _unusable(path, table, error) from None


def _folder(path: Path, table: str, model: str) -> Path | None:
    """Return the folder that a model is; none where it is a name."""
    folder = path.parent.absolute() / Path(model).expanduser()
    if model and "\0" not in model and folder.is_dir():
        return folder
    if model.startswith(("/", "./", "../", "~")):
        raise SettingsError(f"{path}: {table}.model: there is no folder {folder}")
    return None


def _unusable(path: Path, table: str, error: ValidationError) -> SettingsError:
    first = error.errors()[0]
    key = ".".join([table, *map(str, first["loc"])])
    # A key that is missing is told as such; the name is made from it.
    if first["type"] == "missing":
        return SettingsError(f"{path}: {table}.model is missing; name a model, or its folder")
    message = first["msg"].removeprefix("Value error, ")
    return SettingsError(f"{path}: {key} cannot be used: {message[:1].lower()}{message[1:]}")


def _check_ports(path: Path, models: tuple[ServedModel, ...]) -> None:
    taken: dict[int, str] = {}
    for model in models:
        for port in range(model.port, model.port + model.replicas):
            if port in taken:
                raise SettingsError(
                    f"{path}: {taken[port]} and {model.table} would both listen at port {port}; "
                    "give one of them another"
                )
            taken[port] = model.table


def _check_memory(path: Path, models: tuple[ServedModel, ...]) -> None:
    for gpu in {gpu for model in models for gpu in model.gpus}:
        sharing = [model for model in models if gpu in model.gpus]
        # Shares such as 0.6 and 0.4 are to fit, whatever floating point makes of their sum.
        if sum(model.gpu_memory for model in sharing) > 1 + 1e-9:
            shares = " and ".join(f"{model.table} {model.gpu_memory:g}" for model in sharing)
            raise SettingsError(
                f"{path}: GPU {gpu} is promised beyond its memory ({shares}); lower memory, or "
                "name other gpus"
            )
