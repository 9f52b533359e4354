"""``clew serve-models`` with a stand-in for vLLM, from the shell's point of view."""

import json
import os
import signal
import socket
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from serving_support import STAND_IN, free_ports, wait_until_gone

from clew.agent.cli.app import run
from clew.agent.serving.config import EXAMPLE

Captured = pytest.CaptureFixture[str]
MAIN = "import sys; from clew.agent.cli.app import main; sys.argv[1:] = {arguments!r}; main()"


def config(folder: Path, port: int, *, count: int = 1, **variables: str) -> Path:
    path = folder / "models.toml"
    variables["PYTHONPATH"] = str(STAND_IN)
    environment = ", ".join(f"{name} = {json.dumps(value)}" for name, value in variables.items())
    path.write_text(
        f'[policy]\nmodel = "a/b"\ngpus = []\nport = {port}\nreplicas = {count}\n'
        f"environment = {{ {environment} }}\n"
    )
    return path


class Command:
    """The command in a process of its own, and the process groups of its servers."""

    def __init__(self, path: Path) -> None:
        code = MAIN.format(arguments=["serve-models", str(path)])
        self.process = subprocess.Popen(
            [sys.executable, "-c", code],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # Tests that nohup has started would hand down that this signal is ignored.
            preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),
        )

    def settings(self) -> str:
        """Read the lines that it prints once all are healthy."""
        assert self.process.stdout is not None
        lines = []
        for line in self.process.stdout:
            lines.append(line)
            if "Ctrl-C" in line:
                return "".join(lines)
        raise AssertionError(self.process.communicate()[1])

    def groups(self) -> list[int]:
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(child) for child in children.read_text().split()]


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_serves_until_it_is_told_to_stop(tmp_path: Path, how: signal.Signals) -> None:
    port, _ = free_ports(2)
    command = Command(config(tmp_path, port, count=2))
    settings = tomllib.loads(command.settings())
    assert settings == {
        "model": "hosted_vllm/a/b",
        "api_base": [f"http://127.0.0.1:{port}/v1", f"http://127.0.0.1:{port + 1}/v1"],
    }
    groups = command.groups()
    assert len(groups) == 3, "two servers and the watchdog"
    command.process.send_signal(how)
    _, told = command.process.communicate(timeout=30)
    assert command.process.returncode == 130
    assert told.splitlines()[-1] == "clew: stopped; none of the servers is left running"
    assert "Waiting for policy-" in told
    assert "policy-2 is healthy after " in told
    wait_until_gone(groups)


@pytest.mark.slow
def test_stopped_while_waiting(tmp_path: Path) -> None:
    command = Command(config(tmp_path, *free_ports(1), STAND_IN_READY="600"))
    assert command.process.stderr is not None
    assert command.process.stderr.readline() == "Waiting for policy\n"
    groups = command.groups()
    command.process.send_signal(signal.SIGINT)
    command.process.communicate(timeout=30)
    assert command.process.returncode == 130
    wait_until_gone(groups)


@pytest.mark.slow
def test_second_ctrl_c_leaves_the_rest_to_the_watchdog(tmp_path: Path) -> None:
    command = Command(config(tmp_path, *free_ports(1), STAND_IN_STUBBORN="1"))
    command.settings()
    groups = command.groups()
    command.process.send_signal(signal.SIGINT)
    with pytest.raises(subprocess.TimeoutExpired):
        command.process.communicate(timeout=2)
    command.process.send_signal(signal.SIGINT)
    command.process.communicate(timeout=5)
    assert command.process.returncode == 130
    wait_until_gone(groups)


@pytest.mark.slow
def test_one_that_dies_ends_all(tmp_path: Path) -> None:
    port, _ = free_ports(2)
    command = Command(config(tmp_path, port, count=2, STAND_IN_DIES="3"))
    command.settings()
    groups = command.groups()
    _, told = command.process.communicate(timeout=60)
    assert command.process.returncode == 1
    *words, last = told.splitlines()
    assert "  | RuntimeError: no kernel image is available" in words
    assert last.startswith("clew: the server of policy-") and "exit code 3" in last
    assert str(Path(os.environ["CLEW_HOME"]) / "serving" / "policy-") in last
    wait_until_gone(groups)


def test_print_starts_nothing(tmp_path: Path, clew_home: Path, capsys: Captured) -> None:
    path = config(tmp_path, 8000, count=2)
    with path.open("a") as file:
        file.write('python = "/none/bin/python"\n')
    assert run(["serve-models", str(path), "--print"]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert shown[0::2] == ["# policy-1", "# policy-2"]
    assert all("/none/bin/python -m vllm.entrypoints" in line for line in shown[1::2])
    assert not (clew_home / "serving").exists()


def test_without_a_file_an_example_is_shown(tmp_path: Path, capsys: Captured) -> None:
    assert run(["serve-models"]) == 2
    shown = capsys.readouterr().err
    assert EXAMPLE in shown
    assert "clew: there is no serving.toml here" in shown
    (tmp_path / "serving.toml").write_text(shown.partition("clew:")[0])
    assert run(["serve-models", "--print"]) == 0


def test_what_cannot_be_used_is_told(tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "serving.toml").write_text('[policy]\nmodle = "a/b"')
    assert run(["serve-models"]) == 2
    assert "unknown key policy.modle: did you mean model?" in capsys.readouterr().err


def test_taken_port_is_told(tmp_path: Path, capsys: Captured) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert run(["serve-models", str(config(tmp_path, port))]) == 1
    shown = capsys.readouterr().err
    assert f"policy cannot listen at 127.0.0.1:{port}: Address already in use" in shown


@pytest.mark.parametrize(
    ("python", "told"),
    [("/none/bin/python", "cannot be run: No such file"), (sys.executable, "has no vLLM")],
)
def test_missing_vllm_is_told(tmp_path: Path, capsys: Captured, python: str, told: str) -> None:
    (port,) = free_ports(1)
    path = tmp_path / "models.toml"
    path.write_text(f'[policy]\nmodel = "a/b"\ngpus = []\nport = {port}\npython = "{python}"\n')
    assert run(["serve-models", str(path)]) == 1
    shown = capsys.readouterr().err
    assert told in shown
    assert 'python = "~/vllm/bin/python"' in shown
