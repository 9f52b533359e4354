"""What clew relies on from vLLM, asked for over plain HTTP."""

import asyncio
import json
from typing import Any

import httpx
import pytest

from clew.agent.policies.litellm.wire import Output, PlanOutput, ReadOutput, WriteOutput

pytestmark = [pytest.mark.vllm, pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture
async def client(server: Any) -> Any:
    async with httpx.AsyncClient(
        base_url=server.address, timeout=120, trust_env=False
    ) as connected:
        yield connected


def chat(content: str, **more: Any) -> dict[str, Any]:
    return {
        "model": "tiny",
        "messages": [{"role": "user", "content": content}],
        "max_tokens": 500,
        "temperature": 0,
        **more,
    }


@pytest.mark.parametrize("temperature", [0.0, 1.0])
@pytest.mark.parametrize("output", [PlanOutput, ReadOutput, WriteOutput])
async def test_outputs_keep_to_their_schema(
    client: httpx.AsyncClient, output: type[Output], temperature: float
) -> None:
    wanted = {
        "type": "json_schema",
        "json_schema": {"name": output.task, "schema": output.json_schema(), "strict": True},
    }
    asked = chat("Where was Fram built?", temperature=temperature, response_format=wanted, seed=3)
    answer = (await client.post("/v1/chat/completions", json=asked)).json()
    (choice,) = answer["choices"]
    assert choice["finish_reason"] == "stop"
    # Strings may hold control characters as they are.
    written = json.loads(choice["message"]["content"], strict=False)
    assert written.keys() == output.model_fields.keys()
    output.model_validate(written)


async def test_answers_are_streamed(client: httpx.AsyncClient) -> None:
    asked = chat("Where was Fram built?", max_tokens=40, ignore_eos=True, stream=True)
    pieces = []
    async with client.stream("POST", "/v1/chat/completions", json=asked) as response:
        async for line in response.aiter_lines():
            if line.startswith("data: {"):
                pieces.append(json.loads(line.removeprefix("data: ")))
    texts = [choice["delta"].get("content") for piece in pieces for choice in piece["choices"]]
    assert sum(bool(text) for text in texts) > 10
    assert pieces[-1]["choices"][0]["finish_reason"] == "length"


async def test_likelihoods_of_a_prompt(client: httpx.AsyncClient) -> None:
    asked = {"model": "tiny", "prompt": "Fram was built in Larvik", "max_tokens": 1}
    tokens = (await client.post("/tokenize", json=asked)).json()["tokens"]
    answer = await client.post("/v1/completions", json={**asked, "prompt_logprobs": 0})
    first, *others = answer.json()["choices"][0]["prompt_logprobs"]
    assert first is None
    assert len(others) == len(tokens) - 1
    for token, likelihoods in zip(tokens[1:], others, strict=True):
        assert likelihoods[str(token)]["logprob"] < 0


async def test_several_are_answered_at_once(client: httpx.AsyncClient) -> None:
    asked = [chat(f"Question {number}", max_tokens=60, ignore_eos=True) for number in range(8)]
    answers = await asyncio.gather(
        *(client.post("/v1/chat/completions", json=each) for each in asked)
    )
    assert [each.json()["usage"]["completion_tokens"] for each in answers] == [60] * 8
