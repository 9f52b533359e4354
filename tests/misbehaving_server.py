"""A local model server that misbehaves: what goes wrong with real ones, one behaviour a request.

    with MisbehavingServer([failing, throttled(0.2)]) as server:
        ...  # the first request gets a 500, the second a 429, all others are answered well
    with MisbehavingServer(then=hanging) as server:
        ...  # no request is ever answered

Each behaviour is a function of the `Exchange` to answer; behaviours that spoil a good answer take
the one that `SimulatedAnswers` gives.
"""

import json
import select
import socket
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from chat_server import ChatServer, Exchange, prompt_tokens
from simulated_answers import SimulatedAnswers, read_prompt

Behaviour = Callable[[Exchange], None]

_PATIENCE = 60.0
"""Seconds after which even a hanging server lets go, so that no test waits for ever."""


class MisbehavingServer(ChatServer):
    """Plays behaviours one after the other, then another one for good.

    Args:
        behaviours: One for each of the first requests.
        then: The behaviour from then on.

    Attributes:
        bodies: The requests, in the order in which they came.
        times: When they came, in seconds of the monotonic clock.
    """

    def __init__(
        self, behaviours: Iterable[Behaviour] = (), *, then: Behaviour | None = None
    ) -> None:
        super().__init__()
        self.bodies: list[dict[str, Any]] = []
        self.times: list[float] = []
        self._lock = threading.Lock()
        self.play(behaviours, then=then)

    def play(self, behaviours: Iterable[Behaviour], *, then: Behaviour | None = None) -> None:
        """Play these from now on; arguments as for the class."""
        with self._lock:
            self._next = iter(behaviours)
            self._then = then or behaving

    def reply(self, exchange: Exchange) -> None:
        """Play the next behaviour."""
        with self._lock:
            self.bodies.append(exchange.body)
            self.times.append(time.monotonic())
            behaviour = next(self._next, self._then)
        behaviour(exchange)

    @property
    def tasks(self) -> list[str]:
        """The tasks that were asked for, in order."""
        return [read_prompt(body).task for body in self.bodies]


def good_answer(exchange: Exchange) -> str:
    """Return what a model that behaves says."""
    return SimulatedAnswers().reply(exchange.body)


def behaving(exchange: Exchange) -> None:
    """Answer well."""
    exchange.send_completion(good_answer(exchange))


def throttled(retry_after: float | None = None) -> Behaviour:
    """Refuse for now, saying when to come back or not."""

    def behaviour(exchange: Exchange) -> None:
        headers = {} if retry_after is None else {"Retry_After": f"{retry_after:g}"}
        exchange.send_error_json(429, "rate limit reached", **headers)

    return behaviour


def failing(exchange: Exchange) -> None:
    """Fail inside."""
    exchange.send_error_json(500, "CUDA error: an illegal memory access was encountered")


def unauthorized(exchange: Exchange) -> None:
    """Want a key, as ``vllm serve --api-key`` does."""
    exchange.send_json(401, {"error": "Unauthorized"})


def hanging(exchange: Exchange) -> None:
    """Say nothing until the client leaves."""
    _wait_until_left(exchange)


def stalling(exchange: Exchange) -> None:
    """Begin an answer and say no more until the client leaves."""
    _send_first_half(exchange)
    _wait_until_left(exchange)


def cut(exchange: Exchange) -> None:
    """Close the connection in the middle of the answer."""
    _send_first_half(exchange)
    exchange.break_off()


def dropped(exchange: Exchange) -> None:
    """Close the connection without a word."""
    exchange.break_off()


def endless(exchange: Exchange) -> None:
    """Talk for ever."""
    until = time.monotonic() + _PATIENCE
    stopping = exchange.server.chat.stopping
    if exchange.streamed:
        exchange.begin_events()
        first, piece, *_ = exchange.chunks("and so on ")
        exchange.send_event(first)
        while time.monotonic() < until and not stopping.wait(0.001):
            exchange.send_event(piece)
        return
    exchange.send_response(200)
    exchange.send_header("Content-Type", "application/json")
    exchange.send_header("Transfer-Encoding", "chunked")
    exchange.end_headers()
    while time.monotonic() < until and not stopping.wait(0.001):
        exchange.wfile.write(b"a\r\nand so on \r\n")
        exchange.wfile.flush()


def rambling(exchange: Exchange) -> None:
    """Repeat itself until the output limit, as small models do."""
    exchange.send_completion('{"answer": "' + "on and " * 2_000)


def saying(content: str | None, **message: Any) -> Behaviour:
    """Complete with these words, whatever was asked."""
    return lambda exchange: exchange.send_completion(content, **message)


def wrapped(before: str, after: str = "") -> Behaviour:
    """Answer well, with words before and after the JSON."""

    def behaviour(exchange: Exchange) -> None:
        exchange.send_completion(before + good_answer(exchange) + after)

    return behaviour


def reasoning_apart(exchange: Exchange) -> None:
    """Answer well, with the reasoning in a field of its own, as vLLM's reasoning parsers do."""
    exchange.send_completion(good_answer(exchange), reasoning='Is it {"answer": 1}? No.')


def truncated(exchange: Exchange) -> None:
    """Say the first half of a good answer."""
    content = good_answer(exchange)
    exchange.send_completion(content[: len(content) // 2], finish="length")


def wrong_schema(exchange: Exchange) -> None:
    """Say JSON of another shape."""
    exchange.send_completion(json.dumps({"result": {"value": 42}, "quotes": "none"}))


def refusing(exchange: Exchange) -> None:
    """Decline to answer, in the field that is meant for it."""
    exchange.send_completion(None, refusal="I'm sorry, but I can't help with that.")


def web_page(exchange: Exchange) -> None:
    """Send a page with status 200, as a proxy or a captive portal does."""
    exchange.send(200, "text/html", b"<html><body><h1>502 Bad Gateway</h1></body></html>")


def mislabelled(exchange: Exchange) -> None:
    """Send a good answer as another type of content."""
    content = good_answer(exchange)
    if exchange.streamed:
        exchange.begin_events("text/plain")
        for chunk in exchange.chunks(content):
            exchange.send_event(chunk)
        exchange.end_events()
    else:
        body = json.dumps(exchange.completion(content)).encode()
        exchange.send(200, "text/plain", body)


def no_choices(exchange: Exchange) -> None:
    """Send a completion without any choice."""
    empty = exchange.completion("") | {"choices": []}
    if exchange.streamed:
        exchange.begin_events()
        exchange.send_event(empty)
        exchange.end_events()
    else:
        exchange.send_json(200, empty)


def window_of(most: int) -> Behaviour:
    """Answer well what fits, and refuse longer conversations in vLLM's words."""

    def behaviour(exchange: Exchange) -> None:
        size = len(prompt_tokens(exchange.body["messages"]))
        if size <= most:
            behaving(exchange)
            return
        message = (
            f"This model's maximum context length is {most} tokens. However, your prompt contains "
            f"{size} input tokens, which exceeds this limit even without any output tokens. Please "
            f"reduce the length of the input prompt. (parameter=input_tokens, value={size})"
        )
        error = {"message": message, "type": "BadRequestError", "param": "input_tokens"}
        exchange.send_json(400, {"error": {**error, "code": 400}})

    return behaviour


def without_schemas(exchange: Exchange) -> None:
    """Answer well, but refuse requests that constrain the output."""
    if "response_format" in exchange.body:
        exchange.send_error_json(400, "'response_format' of type json_schema is not supported")
    else:
        behaving(exchange)


def _wait_until_left(exchange: Exchange) -> None:
    until = time.monotonic() + _PATIENCE
    stopping = exchange.server.chat.stopping
    while time.monotonic() < until and not stopping.is_set():
        readable, _, _ = select.select([exchange.connection], [], [], 0.05)
        if readable and not exchange.connection.recv(1, socket.MSG_PEEK):
            break
    exchange.close_connection = True


def _send_first_half(exchange: Exchange) -> None:
    if exchange.streamed:
        exchange.begin_events()
        chunks = list(exchange.chunks(good_answer(exchange)))
        for chunk in chunks[: len(chunks) // 2]:
            exchange.send_event(chunk)
    else:
        body = json.dumps(exchange.completion(good_answer(exchange))).encode()
        exchange.send_half(200, "application/json", body)
