"""Servers are started, watched and ended as real processes; nothing of them is ever left."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from serving_support import STAND_IN, free_ports, members, wait_until_gone

from clew.agent.serving.commands import ServerCommand
from clew.agent.serving.servers import ServerFailed, Servers, Waiting

MakeCommand = Callable[..., ServerCommand]
pytestmark = pytest.mark.slow


@pytest.fixture
def make_command() -> MakeCommand:
    """Make the command of a stand-in for vLLM, which behaves as the variables say."""
    ports = iter(free_ports(4))

    def make(name: str = "policy", gpus: tuple[int, ...] = (), **variables: str) -> ServerCommand:
        port = next(ports)
        return ServerCommand(
            table=name,
            name=name,
            model="tiny",
            runner="generate",
            python=sys.executable,
            arguments=(
                *("-m", "vllm.entrypoints.openai.api_server"),
                *("--host", "127.0.0.1", "--port", str(port)),
            ),
            environment={"PYTHONPATH": str(STAND_IN), **variables},
            gpus=gpus,
            host="127.0.0.1",
            port=port,
        )

    return make


def groups(servers: Servers) -> list[int]:
    return [server.process_id for server in servers.all if server.process_id]


@asynccontextmanager
async def ended(servers: Servers) -> AsyncIterator[None]:
    """End the servers, and see that nothing is left."""
    try:
        yield
    finally:
        await servers.stop()
        wait_until_gone(groups(servers), seconds=1)


async def test_started_watched_and_ended(tmp_path: Path, make_command: MakeCommand) -> None:
    servers = Servers(
        [make_command("policy", STAND_IN_READY="1"), make_command("reward")], logs=tmp_path / "logs"
    )
    seen: list[Waiting] = []
    async with ended(servers):
        await servers.start(seconds=30, progress=seen.append)
        assert seen[-1].healthy == ("reward", "policy")
        assert seen[-1].awaited == ()
        assert any("engine started" in each.last_line for each in seen)
        assert [len(members(group)) for group in groups(servers)] == [2, 2]
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(servers.watch(), 1)


async def test_one_that_ends_while_starting_is_told(
    tmp_path: Path, make_command: MakeCommand
) -> None:
    servers = Servers(
        [make_command("policy", STAND_IN_READY="60"), make_command("reward", STAND_IN_DIES="0.5")],
        logs=tmp_path,
    )
    began = time.monotonic()
    async with ended(servers):
        with pytest.raises(ServerFailed, match=r"server of reward \(tiny\) ended with exit code 3"):
            await servers.start(seconds=60)
    assert time.monotonic() - began < 30


async def test_one_that_dies_later_is_told_with_its_last_words(
    tmp_path: Path, make_command: MakeCommand
) -> None:
    servers = Servers([make_command(STAND_IN_DIES="3"), make_command("other")], logs=tmp_path)
    async with ended(servers):
        await servers.start(seconds=30)
        with pytest.raises(ServerFailed) as caught:
            await servers.watch()
    assert caught.value.log_lines[-1] == "RuntimeError: no kernel image is available"
    assert str(servers.all[0].log) in str(caught.value)


async def test_one_that_is_killed_is_told(tmp_path: Path, make_command: MakeCommand) -> None:
    servers = Servers([make_command()], logs=tmp_path)
    async with ended(servers):
        await servers.start(seconds=30)
        os.kill(groups(servers)[0], signal.SIGKILL)
        with pytest.raises(ServerFailed, match="was killed by SIGKILL"):
            await servers.watch()
        assert members(groups(servers)[0]), "its engine has died too, so that nothing is shown"


async def test_waiting_has_an_end(tmp_path: Path, make_command: MakeCommand) -> None:
    servers = Servers([make_command(STAND_IN_READY="600")], logs=tmp_path)
    async with ended(servers):
        with pytest.raises(ServerFailed, match="was not healthy after 1 s"):
            await servers.start(seconds=1)


async def test_stubborn_one_is_killed(tmp_path: Path, make_command: MakeCommand) -> None:
    servers = Servers([make_command(STAND_IN_STUBBORN="1")], logs=tmp_path, grace=1)
    async with ended(servers):
        await servers.start(seconds=30)
        began = time.monotonic()
    assert 1 <= time.monotonic() - began < 10


async def test_stopping_cut_short_still_ends_all(tmp_path: Path, make_command: MakeCommand) -> None:
    servers = Servers([make_command(STAND_IN_STUBBORN="1")], logs=tmp_path, grace=60)
    await servers.start(seconds=30)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(servers.stop(), 0.5)
    wait_until_gone(groups(servers), seconds=1)
    await servers.stop()


async def test_sharing_a_gpu_they_start_one_after_the_other(
    tmp_path: Path, make_command: MakeCommand
) -> None:
    servers = Servers(
        [
            make_command("first", gpus=(0, 1), STAND_IN_READY="1"),
            make_command("second", gpus=(1, 2)),
            make_command("third", gpus=(3,)),
        ],
        logs=tmp_path,
    )
    started: list[list[bool]] = []
    async with ended(servers):
        await servers.start(
            seconds=30,
            progress=lambda _: started.append([server.is_started for server in servers.all]),
        )
    assert started[0] == [True, False, True]
    assert started[-1] == [True, True, True]


async def test_one_that_cannot_be_run(tmp_path: Path, make_command: MakeCommand) -> None:
    servers = Servers(
        [make_command("good"), make_command()._replace(python="/none")], logs=tmp_path
    )
    async with ended(servers):
        with pytest.raises(FileNotFoundError):
            await servers.start(seconds=30)


STARTER = """
import asyncio, sys
from pathlib import Path
from clew.agent.serving.commands import ServerCommand
from clew.agent.serving.servers import Servers

servers = Servers([{command!r}], logs=Path({logs!r}))

async def main():
    await servers.start(seconds=30)
    print(servers.all[0].process_id, flush=True)
    await servers.watch()

asyncio.run(main())
"""


@pytest.mark.parametrize("stubborn", ["", "1"])
def test_killed_clew_leaves_nothing(
    tmp_path: Path, make_command: MakeCommand, stubborn: str
) -> None:
    code = STARTER.format(command=make_command(STAND_IN_STUBBORN=stubborn), logs=str(tmp_path))
    starter = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert starter.stdout is not None
    group = int(starter.stdout.readline())
    assert len(members(group)) == 2
    starter.kill()
    starter.communicate()
    wait_until_gone([group])
