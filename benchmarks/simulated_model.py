"""A simulated language model of known speed behind a real HTTP server, for tests and benchmarks.

with SimulatedModel(latency=0.3) as model:
    agent = SearchAgent(
        policy="litellm", model="hosted_vllm/simulated", api_base=[model.url], corpus="sample"
    )
    agent.ask("Where was the captain of the Endurance born?")
    print(sum(request.seconds for request in model.requests))
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chat_server import ChatServer, Exchange, prompt_tokens, tokens
from simulated_answers import SimulatedAnswers, read_prompt

from clew.graphs.plan import SubQuestion


@dataclass
class Request:
    """A request for a completion, as the server saw it.

    Attributes:
        task: Which of the policy's tasks it is.
        body: The parsed body.
        prompt: The tokens of its conversation, in order.
        started: When all of it had come, in seconds of the monotonic clock.
        ended: When all of the answer was sent; None where the client left before.
        tokens_out: How many tokens the model said.
    """

    task: str
    body: dict[str, Any]
    prompt: list[str]
    started: float
    ended: float | None = None
    tokens_out: int = 0

    @property
    def seconds(self) -> float:
        """How long the answer took; raises ValueError where the client left before its end."""
        if self.ended is None:
            raise ValueError(f"the client did not wait for the answer to this {self.task} request")
        return self.ended - self.started


class SimulatedModel(ChatServer):
    """Answers by rule, after a fixed time, and keeps every request.

    Any number of requests are answered at once, each in the time that it would take alone: a
    server that is never loaded.

    Args:
        latency: Seconds until the first token.
        per_token: Seconds that each token then takes.
        plans: Sub-questions by question, see `SimulatedAnswers`.
        answers: What to find, by sub-question, see `SimulatedAnswers`.
        documents: What simulated searches bring up, see `SimulatedAnswers`.
        max_model_len: The context length that the server tells, in tokens.

    Attributes:
        requests: What was asked, in the order in which it came.
    """

    def __init__(
        self,
        *,
        latency: float = 0.05,
        per_token: float = 0.0,
        plans: Mapping[str, Sequence[SubQuestion]] | None = None,
        answers: Mapping[str, str] | None = None,
        documents: Mapping[str, str] | None = None,
        max_model_len: int = 32_768,
    ) -> None:
        super().__init__(max_model_len=max_model_len)
        self.requests: list[Request] = []
        self._latency = latency
        self._per_token = per_token
        self._answers = SimulatedAnswers(plans, answers, documents)

    def reply(self, exchange: Exchange) -> None:
        """Record the request and answer it in time."""
        started = time.monotonic()
        task, prompt = read_prompt(exchange.body).task, prompt_tokens(exchange.body["messages"])
        request = Request(task, exchange.body, prompt, started)
        self.requests.append(request)
        content = self._answers.reply(exchange.body)
        request.tokens_out = len(tokens(content))
        # Thinking up the answer is part of the latency.
        self.stopping.wait(max(0.0, started + self._latency - time.monotonic()))
        exchange.send_completion(content, per_token=self._per_token)
        request.ended = time.monotonic()
