"""A local HTTP server that speaks OpenAI's chat protocol as vLLM does; who answers is a subclass.

It serves ``POST /v1/chat/completions``, plain and streamed, and ``GET /v1/models`` on a free port
of the loopback interface, from threads of this process.
"""

import json
import re
import time
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any

from local_server import HttpExchange, Listener, LocalServer

MODEL = "simulated"
_MOST_CHUNKS = 32
"""Long answers are streamed several tokens at a time, as a busy server does."""
_TOKEN = re.compile(r"\s*(?:\w+|[^\w\s])|\s+")


def tokens(text: str) -> list[str]:
    """Return the text in pieces, a word or a mark each; together they are the text."""
    return _TOKEN.findall(text)


def prompt_tokens(messages: Sequence[dict[str, Any]]) -> list[str]:
    """Return the tokens of a conversation as a chat template would lay it out."""
    pieces: list[str] = []
    for message in messages:
        pieces += [f"<|{message['role']}|>", *tokens(message.get("content") or ""), "<|end|>"]
    return [*pieces, "<|assistant|>"]


class ChatServer(LocalServer):
    """Answers while the ``with`` block lasts; leaving it cuts every connection.

    Args:
        max_model_len: The context length that the server tells, in tokens.

    Attributes:
        url: Address to give as ``api_base``.
    """

    folder = "/v1"

    def __init__(self, *, max_model_len: int = 32_768) -> None:
        super().__init__()
        self.max_model_len = max_model_len

    @abstractmethod
    def reply(self, exchange: "Exchange") -> None:
        """Answer one request for a completion; called from many threads at once."""

    def listen(self) -> "_Listener":
        """Listen for requests to the model."""
        return _Listener(self)


class Exchange(HttpExchange):
    """One connection: what was asked on it last, and ways to answer."""

    server: "_Listener"
    body: dict[str, Any]

    def do_GET(self) -> None:
        """Tell the one model that is served."""
        if self.path != "/v1/models":
            self.send_error_json(404, f"there is no {self.path}")
            return
        model = {"id": MODEL, "object": "model", "owned_by": "clew"}
        model["max_model_len"] = self.server.chat.max_model_len  # type: ignore[assignment]
        self.send_json(200, {"object": "list", "data": [model]})

    def do_POST(self) -> None:
        """Have a request for a completion answered."""
        received = self.received()
        if self.path != "/v1/chat/completions":
            self.send_error_json(404, f"there is no {self.path}")
            return
        self.body = json.loads(received)
        self.server.chat.reply(self)

    @property
    def streamed(self) -> bool:
        """Whether the answer is wanted piece by piece."""
        return bool(self.body.get("stream"))

    def send_error_json(self, status: int, message: str, **headers: str) -> None:
        """Send an error in the shape that vLLM gives it."""
        error = {"message": message, "type": "Error", "param": None, "code": status}
        self.send_json(status, {"error": error}, **headers)

    def begin_events(self, kind: str = "text/event-stream; charset=utf-8") -> None:
        """Begin a stream of server-sent events."""
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.flush()

    def send_event(self, content: Any) -> None:
        """Send one event: JSON, or text as it is."""
        data = content if isinstance(content, str) else json.dumps(content)
        event = f"data: {data}\n\n".encode()
        self.wfile.write(b"%x\r\n%s\r\n" % (len(event), event))
        self.wfile.flush()

    def end_events(self) -> None:
        """End a stream of server-sent events in order."""
        self.send_event("[DONE]")
        self.wfile.write(b"0\r\n\r\n")
        self.wfile.flush()

    def send_completion(
        self,
        content: str | None,
        *,
        per_token: float = 0.0,
        finish: str = "stop",
        **message: Any,
    ) -> None:
        """Send a completion the way it was asked for, cut off at the tokens that it may have.

        Args:
            content: What the model says.
            per_token: Seconds that each token takes.
            finish: Why it ends.
            **message: Other fields of the message, such as ``refusal``.
        """
        content, finish = self._allowed(content, finish)
        if self.streamed:
            self.begin_events()
            for chunk in self.chunks(content, finish, **message):
                self.send_event(chunk)
                time.sleep(per_token * len(tokens(_words_of(chunk))))
            self.end_events()
        else:
            time.sleep(per_token * len(tokens(content or "")))
            self.send_json(200, self.completion(content, finish, **message))

    def completion(self, content: str | None, finish: str = "stop", **message: Any) -> Any:
        """Return the body of a whole completion."""
        message = {"role": "assistant", "content": content, **message}
        choice = {"index": 0, "message": message, "finish_reason": finish, "logprobs": None}
        return self._envelope("chat.completion", [choice], self._usage(content))

    def chunks(self, content: str | None, finish: str = "stop", **message: Any) -> Iterator[Any]:
        """Yield the bodies of the events of a streamed completion."""
        yield self._chunk({"role": "assistant", "content": "", **message})
        pieces = tokens(content or "")
        size = 1 + len(pieces) // _MOST_CHUNKS
        for start in range(0, len(pieces), size):
            yield self._chunk({"content": "".join(pieces[start : start + size])})
        yield self._chunk({}, finish)
        if (self.body.get("stream_options") or {}).get("include_usage"):
            yield self._envelope("chat.completion.chunk", [], self._usage(content))

    def _allowed(self, content: str | None, finish: str) -> tuple[str | None, str]:
        most = self.body.get("max_completion_tokens") or self.body.get("max_tokens")
        pieces = tokens(content or "")
        if most is None or len(pieces) <= most:
            return content, finish
        return "".join(pieces[:most]), "length"

    def _chunk(self, delta: dict[str, Any], finish: str | None = None) -> Any:
        choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
        return self._envelope("chat.completion.chunk", [choice], None)

    def _envelope(self, kind: str, choices: list[Any], usage: Any) -> dict[str, Any]:
        return {
            "id": "chatcmpl-simulated",
            "object": kind,
            "created": int(time.time()),
            "model": MODEL,
            "choices": choices,
            "usage": usage,
        }

    def _usage(self, content: str | None) -> dict[str, int]:
        into, out = len(prompt_tokens(self.body["messages"])), len(tokens(content or ""))
        return {"prompt_tokens": into, "completion_tokens": out, "total_tokens": into + out}


class _Listener(Listener):
    def __init__(self, chat: ChatServer) -> None:
        super().__init__(Exchange)
        self.chat = chat


def _words_of(chunk: Any) -> str:
    return "".join(choice["delta"].get("content") or "" for choice in chunk["choices"])
