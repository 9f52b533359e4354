"""Two replicas of a tiny model, served by a real vLLM on the CPU and started by clew itself."""

import asyncio
import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from serving_support import free_ports

from clew.agent.assembly import SAMPLE_PASSAGES
from clew.agent.models import ModelSettings
from clew.agent.serving.checks import check_startable
from clew.agent.serving.commands import ServerCommand, server_commands
from clew.agent.serving.config import load_served_models
from clew.agent.serving.servers import Servers

INSTALLED = Path(__file__).parents[2] / ".venv-vllm" / "bin" / "python"
NAMED = os.environ.get("VLLM_PYTHON")
SECONDS = 600.0
"""The longest that starting may take: 90 s where nothing else runs on two cores."""

ARGUMENTS = (
    *("--dtype", "float32", "--enforce-eager", "--seed", "0"),
    # On CPU, a prompt that is read in parts ends the server if its request has a seed.
    *("--no-enable-chunked-prefill", "--max-num-batched-tokens", "16384"),
    "--structured-outputs-config",
    # Else a model that likes spaces fills its output with them.
    json.dumps({"backend": "xgrammar", "disable_any_whitespace": True}),
)
ENVIRONMENT = {
    "HF_HUB_OFFLINE": "1",
    "VLLM_CPU_KVCACHE_SPACE": "1",
    "VLLM_CPU_OMP_THREADS_BIND": "nobind",
    "OMP_NUM_THREADS": "1",
}


class Replica:
    """A server that can be killed and started again."""

    def __init__(self, command: ServerCommand, logs: Path) -> None:
        self._command = command
        self._logs = logs
        self._servers = Servers([command], logs=logs)

    @property
    def address(self) -> str:
        return self._command.address

    @property
    def api_base(self) -> str:
        return f"{self.address}/v1"

    @property
    def model(self) -> str:
        return self._command.model

    async def start(self) -> None:
        await self._servers.start(seconds=SECONDS)

    def kill(self) -> None:
        """End it at once, as a machine that fails does."""
        group = self._servers.all[0].process_id
        assert group is not None
        os.killpg(group, signal.SIGKILL)

    def restart_if_dead(self) -> None:
        if self._servers.all[0].exit_code is not None:
            self.stop()
            self._servers = Servers([self._command], logs=self._logs)
            asyncio.run(self.start())

    def stop(self) -> None:
        (server,) = self._servers.all
        if server.exit_code not in (None, -signal.SIGKILL):
            print(f"{server.log} ended by itself:", *server.last_lines(100), sep="\n")
        asyncio.run(self._servers.stop())

    def requests_running(self) -> float:
        """Return how many requests it works on now, as it says itself."""
        metrics = httpx.get(f"{self.address}/metrics", trust_env=False).text
        return sum(
            float(line.rpartition(" ")[2])
            for line in metrics.splitlines()
            if line.startswith("vllm:num_requests_running")
        )


@pytest.fixture(scope="session")
def vllm_python() -> str:
    """The interpreter that has vLLM."""
    if NAMED:
        return NAMED
    if not INSTALLED.exists():
        pytest.skip("vLLM is not installed: run `make vllm`, or name its Python VLLM_PYTHON")
    return str(INSTALLED)


@pytest.fixture(scope="session")
def tiny_model(vllm_python: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a model that is made on the spot."""
    folder = tmp_path_factory.mktemp("models") / "tiny"
    maker = Path(__file__).with_name("tiny_model.py")
    subprocess.run(
        [vllm_python, str(maker), str(folder), str(SAMPLE_PASSAGES)],
        check=True,
        env={**os.environ, "HF_HUB_OFFLINE": "1"},
    )
    return folder


@pytest.fixture(scope="session")
def replicas(
    vllm_python: str, tiny_model: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Replica, Replica]]:
    """Two servers of the model, of which tests may kill the second."""
    folder = tmp_path_factory.mktemp("serving")
    environment = ", ".join(f"{name} = {json.dumps(value)}" for name, value in ENVIRONMENT.items())
    (folder / "serving.toml").write_text(
        f"[policy]\nmodel = {json.dumps(str(tiny_model))}\ngpus = []\nreplicas = 2\n"
        f"port = {free_ports(2)[0]}\ncontext = 8192\npython = {json.dumps(vllm_python)}\n"
        f"arguments = {json.dumps(ARGUMENTS)}\nenvironment = {{ {environment} }}\n"
    )
    commands = server_commands(load_served_models(folder / "serving.toml"))
    check_startable(commands)
    first, second = (Replica(command, folder) for command in commands)

    async def start() -> None:
        await asyncio.gather(first.start(), second.start())

    try:
        asyncio.run(start())
        yield first, second
    finally:
        first.stop()
        second.stop()


@pytest.fixture(scope="session")
def server(replicas: tuple[Replica, Replica]) -> Replica:
    """The server that no test kills."""
    return replicas[0]


@pytest.fixture(scope="session")
def scored(
    vllm_python: str, tiny_model: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, ModelSettings]]:
    """Models that critics ask, by table: two that write, two views of one that scores."""
    folder = tmp_path_factory.mktemp("critics")
    here, passages = Path(__file__).parent, str(SAMPLE_PASSAGES)
    for script, name, *more in (
        ("tiny_model.py", "reference", "1"),
        ("tiny_reward_model.py", "scoring"),
    ):
        subprocess.run(
            [vllm_python, str(here / script), str(folder / name), passages, *more],
            check=True,
            env={**os.environ, "HF_HUB_OFFLINE": "1"},
        )
    tag = json.loads((folder / "scoring" / "tag.json").read_text())
    pooling = {"runner": "pooling"}
    tables = {
        "policy": {"model": str(tiny_model)},
        "reference": {"model": "reference"},
        "steps": {
            "model": "scoring",
            **pooling,
            "pooler": {"task": "token_classify", "pooling_type": "STEP", "step_tag_id": tag},
        },
        "outcome": {"model": "scoring", **pooling, "convert": "classify"},
    }
    environment = _toml(ENVIRONMENT)
    lines = [
        "\n".join(
            [
                f"[{table}]",
                *(f"{key} = {_toml(value)}" for key, value in keys.items()),
                f"gpus = []\nport = {port}\npython = {_toml(vllm_python)}\ncontext = 4096",
                f"arguments = {_toml(list(ARGUMENTS))}\nenvironment = {environment}",
            ]
        )
        for (table, keys), port in zip(tables.items(), free_ports(len(tables)), strict=True)
    ]
    (folder / "serving.toml").write_text("\n\n".join(lines))
    commands = server_commands(load_served_models(folder / "serving.toml"))
    servers = Servers(commands, logs=folder)
    try:
        asyncio.run(servers.start(seconds=SECONDS))
        yield {
            each.table: ModelSettings(
                model=f"hosted_vllm/{each.model}", api_base=(f"{each.address}/v1",), timeout=300
            )
            for each in commands
        }
    finally:
        for each in servers.all:
            if each.exit_code is not None:
                print(f"{each.log} ended by itself:", *each.last_lines(100), sep="\n")
        asyncio.run(servers.stop())


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{key} = {_toml(each)}' for key, each in value.items())} }}"
    return json.dumps(value)


@pytest.fixture
def mortal_server(replicas: tuple[Replica, Replica]) -> Replica:
    """The server that may be killed; it runs when a test begins."""
    replicas[1].restart_if_dead()
    return replicas[1]
