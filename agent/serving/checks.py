"""What is looked at before a server is started, so that what is wrong is told in plain words."""

import socket
import subprocess
from collections.abc import Sequence

from ...errors import ClewError, ModelUnavailable
from .commands import ServerCommand

_HAS_VLLM = "import sys, importlib.util as u; sys.exit(u.find_spec('vllm') is None)"
_ADVICE = (
    "Install vLLM in an environment of its own (python3 -m venv ~/vllm; "
    "~/vllm/bin/pip install vllm) and name its interpreter in the serving file: "
    'python = "~/vllm/bin/python"'
)


def check_startable(commands: Sequence[ServerCommand]) -> None:
    """Look whether nothing is in the way of starting the servers.

    Raises:
        ModelUnavailable: If an interpreter cannot be run or has no vLLM.
        ClewError: If a port is taken.
    """
    for command in commands:
        _check_port(command)
    for python in dict.fromkeys(command.python for command in commands):
        _check_vllm(python, next(each for each in commands if each.python == python))


def _check_port(command: ServerCommand) -> None:
    family = socket.AF_INET6 if ":" in command.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        # A port that was in use until a moment ago can be used, as by vLLM.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((command.host, command.port))
        except OSError as error:
            raise ClewError(
                f"{command.name} cannot listen at {command.host}:{command.port}: "
                f"{error.strerror}; end what uses it, or give another port in the serving file"
            ) from None


def _check_vllm(python: str, command: ServerCommand) -> None:
    try:
        done = subprocess.run(
            [python, "-c", _HAS_VLLM],
            env=command.whole_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
        )
    except OSError as error:
        raise ModelUnavailable(
            f"the interpreter {python} cannot be run: {error.strerror}. {_ADVICE}"
        ) from None
    if done.returncode:
        raise ModelUnavailable(f"{python} has no vLLM. {_ADVICE}")
