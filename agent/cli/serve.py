"""``clew serve-models``."""

import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Self

import typer

from ...errors import SettingsError
from .home import home_trouble_told
from .interruption import Interrupted, run_until_ctrl_c
from .options import Home, load_settings
from .wording import clean

if TYPE_CHECKING:
    from ..serving.commands import ServerCommand
    from ..serving.servers import Servers, Waiting

_DEFAULT = Path("serving.toml")


def serve_models(
    config: Annotated[
        Path, typer.Argument(help="TOML file that says what to serve.", metavar="[CONFIG]")
    ] = _DEFAULT,
    only_print: Annotated[
        bool, typer.Option("--print", help="Print the commands, and start nothing.")
    ] = False,
    timeout: Annotated[
        float, typer.Option(min=1, help="Seconds to wait until all are healthy.")
    ] = 1800,
    home: Home = None,
) -> None:
    """Start vLLM and keep it running until Ctrl-C."""
    from ..serving.commands import server_commands
    from ..serving.config import EXAMPLE, load_served_models

    if config == _DEFAULT and not config.exists():
        print(f"# {_DEFAULT}\n{EXAMPLE}", file=sys.stderr)
        raise SettingsError(
            f"there is no {_DEFAULT} here; write one, for which the lines above will do, or name "
            "another file"
        )
    commands = server_commands(load_served_models(config))
    if only_print:
        for command in commands:
            print(f"# {command.name}\n{command.for_shell()}")
        return
    folder = load_settings(home=home).home
    from ..serving.checks import check_startable
    from ..serving.servers import ServerFailed, Servers

    check_startable(commands)
    servers = Servers(commands, logs=folder / "serving")
    try:
        with home_trouble_told(folder):
            run_until_ctrl_c(lambda: _serve(servers, timeout))
    except ServerFailed as failure:
        for line in failure.log_lines:
            print(f"  | {clean(line)}", file=sys.stderr)
        raise
    except KeyboardInterrupt:
        raise Interrupted("stopped; none of the servers is left running") from None


async def _serve(servers: "Servers", seconds: float) -> None:
    try:
        with _cancelled_by(signal.SIGTERM, signal.SIGHUP):
            with _WaitingView() as view:
                await servers.start(seconds=seconds, progress=view.show)
            _print_settings([server.command for server in servers.all])
            await servers.watch()
    finally:
        await servers.stop()


@contextmanager
def _cancelled_by(*signals: signal.Signals) -> Iterator[None]:
    """Let signals do what the first Ctrl-C does, unless they are ignored, as under nohup."""
    import asyncio

    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None
    heeded = [each for each in signals if signal.getsignal(each) != signal.SIG_IGN]
    for each in heeded:
        loop.add_signal_handler(each, task.cancel)
    try:
        yield
    finally:
        for each in heeded:
            loop.remove_signal_handler(each)


class _WaitingView:
    """Shows what is being waited for: in a terminal one line that changes, else one an event."""

    def __init__(self) -> None:
        from rich.console import Console

        self._console = Console(stderr=True)
        self._status = self._console.status("")
        self._told: tuple[str, ...] | None = None

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._status.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._status.stop()

    def show(self, waiting: "Waiting") -> None:
        awaited = ", ".join(waiting.awaited)
        if self._console.is_terminal:
            from rich.text import Text

            line = f"Waiting for {awaited} ({waiting.seconds:.0f} s): {clean(waiting.last_line)}"
            self._status.update(Text(line, no_wrap=True, overflow="ellipsis"))
        elif waiting.healthy != self._told:
            for name in waiting.healthy[len(self._told or ()) :]:
                print(f"{name} is healthy after {waiting.seconds:.0f} s", file=sys.stderr)
            if awaited:
                print(f"Waiting for {awaited}", file=sys.stderr, flush=True)
            self._told = waiting.healthy


def _print_settings(commands: "Sequence[ServerCommand]") -> None:
    """Print the lines of ``clew.toml`` that let clew ask the models."""
    from ..serving.settings import settings_lines

    print("# All servers are healthy. What clew.toml should say:")
    for line in settings_lines(commands):
        print(clean(line))
    print("# Ctrl-C stops them.", flush=True)
