"""A local server that answers critics in the shapes of vLLM; the numbers are a script's.

Tokens are words and marks, special tokens in angle brackets are one token wherever they stand, and
steps are pooled at their tag, as vLLM does it. What goes wrong with real servers is one ``spoil``:

    with VllmServer(spoil=lambda path, answer: {"data": []}) as server:
        ...
"""

import json
import re
from collections.abc import Callable, Sequence
from typing import Any

from local_server import HttpExchange, Listener, LocalServer

MODEL = "served"
TAG = "<extra_0>"
_TOKEN = re.compile(r"<[\w|/]+>|\s*\w+|\s*[^\w\s]|\s+")
_NO_TEMPLATE = (
    "As of transformers v4.44, default chat template is no longer allowed, so you must provide a "
    "chat template if the tokenizer does not define one."
)

Row = list[float]


def rewarded(text: str) -> Row:
    """Return the two chances of a text: bad where it says unknown, else by its length."""
    good = 0.1 if "unknown" in text else 0.6 + len(text) % 4 / 10
    return [1 - good, good]


def liked(word: str) -> float:
    """Return the log-likelihood of a token: the longer, the less likely."""
    return -0.25 * len(word)


class VllmServer(LocalServer):
    """Serves one model, which does whatever is asked.

    Args:
        reward: Makes the row of chances of a step's text, or of a whole text.
        likelihood: Makes the log-likelihood of a token.
        first_id: Id of the first token; another one makes another tokenizer.
        template: Whether the model has a chat template.
        pools_steps: Whether its pooler knows the tag; else each token has a row.
        spoil: Makes another answer of a good one, given the path; None for a 500.

    Attributes:
        requests: Path and body of each request, in the order in which they came.
    """

    def __init__(
        self,
        *,
        reward: Callable[[str], Row] = rewarded,
        likelihood: Callable[[str], float] = liked,
        first_id: int = 0,
        template: bool = True,
        pools_steps: bool = True,
        spoil: Callable[[str, Any], Any] = lambda path, answer: answer,
    ) -> None:
        super().__init__()
        self.reward = reward
        self.likelihood = likelihood
        self.template = template
        self.pools_steps = pools_steps
        self.spoil = spoil
        self.requests: list[tuple[str, dict[str, Any]]] = []
        self._first_id = first_id
        self._words: list[str] = []

    def listen(self) -> Listener:
        """Listen for requests to the model."""
        server = self

        class Exchange(HttpExchange):
            def do_GET(self) -> None:
                self.send_json(200, {"object": "list", "data": [{"id": MODEL}]})

            def do_POST(self) -> None:
                body = json.loads(self.received())
                server.requests.append((self.path, body))
                status, answer = server.answer(self.path, body)
                self.send_json(status, answer)

        return Listener(Exchange)

    def asked(self, path: str) -> list[dict[str, Any]]:
        """Return the bodies of the requests to a path."""
        return [body for each, body in self.requests if each == path]

    def answer(self, path: str, body: dict[str, Any]) -> tuple[int, Any]:
        """Return status and body of the answer to a request."""
        routes = {
            "/tokenize": self._tokenize,
            "/pooling": self._pooling,
            "/classify": self._classify,
            "/v1/completions": self._completions,
        }
        if path not in routes:
            return 404, {"detail": "Not Found"}
        if body.get("model") != MODEL:
            return 404, _error(404, f"The model `{body.get('model')}` does not exist.")
        if path == "/tokenize" and "messages" in body and not self.template:
            return 400, _error(400, _NO_TEMPLATE)
        answer = self.spoil(path, routes[path](body))
        return (500, _error(500, "EngineCore died")) if answer is None else (200, answer)

    def ids(self, text: str) -> list[int]:
        """Return the token ids of a text."""
        found = []
        for word in _TOKEN.findall(text):
            if word not in self._words:
                self._words.append(word)
            found.append(self._first_id + self._words.index(word))
        return found

    def words(self, ids: Sequence[int]) -> list[str]:
        """Return the tokens that ids stand for."""
        return [self._words[id - self._first_id] for id in ids]

    def _tokenize(self, body: dict[str, Any]) -> Any:
        text = body.get("prompt")
        if text is None:
            turns = [f"<|{each['role']}|>{each['content']}<|end|>" for each in body["messages"]]
            text = "".join([*turns, *(["<|assistant|>"] * body["add_generation_prompt"])])
        elif body["add_special_tokens"]:
            text = f"<s>{text}"
        ids = self.ids(text)
        return {"count": len(ids), "max_model_len": 8192, "tokens": ids, "token_strs": None}

    def _pooling(self, body: dict[str, Any]) -> Any:
        assert body["task"] == "token_classify"
        data = [
            {"index": n, "object": "pooling", "data": self._pooled(ids)}
            for n, ids in enumerate(body["input"])
        ]
        return _batch(data, sum(map(len, body["input"])))

    def _pooled(self, ids: list[int]) -> list[Row]:
        words, rows, begin = self.words(ids), list[Row](), 0
        for place, word in enumerate(words):
            if word == TAG or not self.pools_steps:
                rows.append(self.reward("".join(words[begin:place])))
                begin = place + 1
        return rows

    def _classify(self, body: dict[str, Any]) -> Any:
        rows = [self.reward(text) for text in body["input"]]
        data = [
            {"index": n, "label": "LABEL_1", "probs": row, "num_classes": len(row)}
            for n, row in enumerate(rows)
        ]
        return _batch(data, sum(len(self.ids(text)) for text in body["input"]))

    def _completions(self, body: dict[str, Any]) -> Any:
        assert body["max_tokens"] == 1 and body["prompt_logprobs"] == 0
        choices = [
            {
                "index": n,
                "text": " a",
                "finish_reason": "length",
                "logprobs": None,
                "prompt_logprobs": [None, *map(self._entry, ids[1:], self.words(ids)[1:])],
            }
            for n, ids in enumerate(body["prompt"])
        ]
        read = sum(map(len, body["prompt"]))
        usage = {"prompt_tokens": read, "completion_tokens": len(choices)}
        return {"id": "cmpl-1", "object": "text_completion", "choices": choices, "usage": usage}

    def _entry(self, id: int, word: str) -> Any:
        return {str(id): {"logprob": self.likelihood(word), "rank": 1, "decoded_token": word}}


def _batch(data: list[Any], tokens: int) -> Any:
    usage = {"prompt_tokens": tokens, "total_tokens": tokens, "completion_tokens": 0}
    return {"id": "pool-1", "object": "list", "model": MODEL, "data": data, "usage": usage}


def _error(status: int, message: str) -> Any:
    return {"error": {"message": message, "type": "Error", "param": None, "code": status}}
