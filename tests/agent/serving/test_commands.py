"""The commands that start vLLM, and the settings that ask what they serve."""

import json
import os
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from clew.agent.serving.commands import PRIVATE, ServerCommand, server_commands
from clew.agent.serving.config import load_served_models
from clew.agent.serving.settings import settings_lines
from clew.agent.settings import Settings

ECHO = """
import json, os, sys
print(json.dumps({"arguments": sys.argv[1:], "environment": dict(os.environ)}))
"""


def commands(text: str, folder: Path) -> tuple[ServerCommand, ...]:
    path = folder / "serving.toml"
    path.write_text(text, encoding="utf-8")
    return server_commands(load_served_models(path))


def after(command: ServerCommand, flag: str) -> str:
    return command.arguments[command.arguments.index(flag) + 1]


def test_one_gpu(tmp_path: Path) -> None:
    (command,) = commands(
        '[policy]\nmodel = "a/b"\ngpus = [2]\nmemory = 0.5\ncontext = 4096\n'
        'quantisation = "fp8"\narguments = ["--seed", "1"]',
        tmp_path,
    )
    assert command.arguments == (
        *("-m", "vllm.entrypoints.openai.api_server"),
        *("--model", "a/b", "--served-model-name", "a/b"),
        *("--host", "127.0.0.1", "--port", "8000"),
        *("--gpu-memory-utilization", "0.5", "--max-model-len", "4096"),
        *("--quantization", "fp8", "--seed", "1"),
    )
    assert command.python == sys.executable
    assert command.environment["CUDA_VISIBLE_DEVICES"] == "2"
    assert PRIVATE.items() <= command.environment.items()


def test_replicas_share_out_gpus_and_ports(tmp_path: Path) -> None:
    first, second = commands('[policy]\nmodel = "a/b"\ngpus = [0, 1, 2, 3]\nreplicas = 2', tmp_path)
    assert (first.name, second.name) == ("policy-1", "policy-2")
    assert [each.environment["CUDA_VISIBLE_DEVICES"] for each in (first, second)] == ["0,1", "2,3"]
    assert [after(each, "--tensor-parallel-size") for each in (first, second)] == ["2", "2"]
    assert [after(each, "--port") for each in (first, second)] == ["8000", "8001"]


def test_cpu_has_nothing_of_a_gpu(tmp_path: Path) -> None:
    (command,) = commands(
        '[policy]\nmodel = "a/b"\ngpus = []\nenvironment = { VLLM_CPU_KVCACHE_SPACE = 1 }',
        tmp_path,
    )
    assert "CUDA_VISIBLE_DEVICES" not in command.environment
    assert "--gpu-memory-utilization" not in command.arguments
    assert command.environment["VLLM_CPU_KVCACHE_SPACE"] == "1"


def test_reward_model_pools(tmp_path: Path) -> None:
    (command,) = commands(
        '[reward]\nmodel = "a/b"\nconvert = "classify"\npooler = { pooling_type = "STEP" }',
        tmp_path,
    )
    assert after(command, "--runner") == "pooling"
    assert after(command, "--convert") == "classify"
    assert json.loads(after(command, "--pooler-config")) == {"pooling_type": "STEP"}


def test_private_can_be_undone_by_name(tmp_path: Path) -> None:
    (command,) = commands('[policy]\nmodel = "a/b"\nenvironment = { DO_NOT_TRACK = 0 }', tmp_path)
    assert command.environment["DO_NOT_TRACK"] == "0"


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("0.0.0.0", "http://127.0.0.1:8000"),
        ("::", "http://[::1]:8000"),
        ("gpu-1.lan", "http://gpu-1.lan:8000"),
    ],
)
def test_address_to_reach_it_at(tmp_path: Path, host: str, address: str) -> None:
    (command,) = commands(f'[policy]\nmodel = "a/b"\nhost = "{host}"', tmp_path)
    assert command.address == address
    assert after(command, "--host") == host


def test_a_shell_starts_what_is_printed(tmp_path: Path) -> None:
    """Odd words reach the server as they are, from the shell and from clew alike."""
    odd = "a 'b' \"c\" $(touch x) `y` \\ ; \n é"
    python = tmp_path / "bin 1" / "python"
    python.parent.mkdir()
    python.write_text(f"#!{sys.executable}\n{ECHO}")
    python.chmod(0o755)
    (command,) = commands(
        f'[policy]\nmodel = "a/b"\ngpus = [0]\npython = "bin 1/python"\n'
        f"arguments = [{json.dumps(odd)}]\nenvironment = {{ ODD = {json.dumps(odd)} }}",
        tmp_path,
    )
    typed = subprocess.run(["sh", "-c", command.for_shell()], capture_output=True, check=True)
    started = subprocess.run(
        [command.python, *command.arguments],
        env=command.whole_environment(),
        capture_output=True,
        check=True,
    )
    seen = [json.loads(each.stdout) for each in (typed, started)]
    for each in seen:
        assert each["arguments"] == list(command.arguments)
        assert each["environment"]["ODD"] == odd
        assert each["environment"]["CUDA_VISIBLE_DEVICES"] == "0"
        assert each["environment"]["PATH"].startswith(f"{python.parent}{os.pathsep}")
    assert shlex.split(command.for_shell())[-len(command.arguments) :] == list(command.arguments)


def test_settings_ask_what_is_served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    served = commands(
        '[policy]\nmodel = "Qwen/Qwen3-8B"\ngpus = [0, 1]\nreplicas = 2\n'
        '[more]\nmodel = "Qwen/Qwen3-8B"\ngpus = [2]\nport = 8010\n'
        '[planner]\nmodel = "c/d"\nname = "\\"d\\""\ngpus = [3]\nport = 8020\n'
        '[simulator]\nmodel = "g/h"\ngpus = [5]\nport = 8030\n'
        '[reward]\nmodel = "e/f"\ngpus = [4]\nport = 8100\n'
        '[judge]\nmodel = "i/j"\ngpus = [6]\nport = 8110',
        tmp_path,
    )
    lines = list(settings_lines(served))
    assert "# judge: i/j at http://127.0.0.1:8110" in lines
    (tmp_path / "clew.toml").write_text("\n".join(lines), encoding="utf-8")
    assert "judge" not in tomllib.loads("\n".join(lines))["models"]
    settings = Settings.load()
    assert settings.policy == "litellm"
    responder, planner = settings.model_of("responder"), settings.model_of("planner")
    assert responder.model == "hosted_vllm/Qwen/Qwen3-8B"
    assert responder.api_base == tuple(f"http://127.0.0.1:{p}/v1" for p in (8000, 8001, 8010))
    assert (planner.model, planner.api_base) == (
        'hosted_vllm/"d"',
        ("http://127.0.0.1:8020/v1",),
    )
    assert settings.model_of("simulator").api_base == ("http://127.0.0.1:8030/v1",)
    assert settings.model_of("reward").api_base == ("http://127.0.0.1:8100/v1",)
