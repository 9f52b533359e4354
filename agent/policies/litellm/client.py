"""One role's way to its language model: a conversation in, its continuation or a typed failure."""

import asyncio
import weakref
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple, Protocol, TypeVar

from ...models import ModelSettings, Role
from .failures import is_about_format, is_about_length, unavailable
from .routing import REST_SECONDS, imported_litellm, longest_wait, make_router, replica_for
from .tokens import Messages

T = TypeVar("T")

_SAMPLING_TEMPERATURE = 0.8
"""At least this for outputs that are to differ from the first."""
_MOST_CHARACTERS_PER_TOKEN = 32
"""An output longer than this for each token allowed comes from a server that ignores the limit."""
_SECONDS_A_TOKEN = 0.5
"""A server that streams more slowly than this is given up."""


class Completion(NamedTuple):
    """What a language model wrote.

    Attributes:
        text: Its words; empty where it refused or wrote nothing.
        refusal: Why it refused, where it did.
        cut_off: Whether it ran into the limit of tokens.
        model: What answered, which may be the model to fall back on.
        tokens_in: Tokens read, as the server counted them; None where it did not.
        tokens_out: Tokens written, likewise.
        cost: What the provider charges, in US dollars.
    """

    text: str
    refusal: str
    cut_off: bool
    model: str
    tokens_in: int | None
    tokens_out: int | None
    cost: float


class OutputFormat(NamedTuple):
    """The JSON that is wanted: its name and its schema."""

    name: str
    schema: dict[str, Any]


class Listener(Protocol):
    """Hears an output while it is written."""

    def restart(self) -> None:
        """Forget what was heard: it is written anew."""
        ...

    def hear(self, text: str) -> None:
        """Take in the next piece."""
        ...


class PromptTooLong(Exception):
    """The prompt does not fit the model's window."""


class _BrokenAnswer(Exception):
    pass


class ModelClient:
    """Asks the language model of one role.

    Args:
        role: Who asks.
        settings: Which model, where, and how.
        seed: For servers that draw outputs at random.

    Raises:
        ModelUnavailable: If LiteLLM is missing, or a key that the settings name.
    """

    def __init__(self, role: Role, settings: ModelSettings, *, seed: int = 0) -> None:
        self.role = role
        self.settings = settings
        self._seed = seed
        self._litellm = imported_litellm()
        # It keeps the connections of each event loop apart, and what it knows of dead replicas
        # holds for all of them.
        self._router = make_router(role, settings, seed=seed)
        # LiteLLM's global lists would keep it for ever.
        weakref.finalize(self, self._router.discard)
        self._constrains = True

    @property
    def model(self) -> str:
        """Name of the model, with the provider's before it."""
        assert self.settings.model is not None
        return self.settings.model

    async def complete(
        self,
        messages: Messages,
        *,
        output: OutputFormat,
        max_tokens: int,
        sample: int = 0,
        listener: Listener | None = None,
    ) -> Completion:
        """Return what the model writes.

        Args:
            messages: The conversation so far.
            output: The JSON to constrain decoding to, where the server can.
            max_tokens: How many tokens it may write.
            sample: Which of several outputs; those after the first, 0, are drawn at random.
            listener: Hears it while it is written.

        Raises:
            PromptTooLong: If the prompt does not fit the model's window.
            ModelUnavailable: If no replica and no fallback answers as it should.
        """
        arguments: dict[str, Any] = {
            "messages": [dict(message) for message in messages],
            "max_tokens": max_tokens,
        }
        if sample:
            arguments["temperature"] = max(self.settings.temperature, _SAMPLING_TEMPERATURE)
            arguments["seed"] = self._seed + sample

        async def send(attempt: int) -> Completion:
            arguments["model"] = replica_for(self.role, self.settings, attempt)
            if self._constrains:
                arguments["response_format"] = _response_format(output)
            else:
                arguments.pop("response_format", None)
            if listener is None:
                return self._whole(await self._whole_answer(arguments))
            listener.restart()
            return await self._streamed(arguments, listener)

        errors = self._litellm.exceptions
        try:
            return await self._tried_again(send)
        except errors.ContentPolicyViolationError as error:
            return Completion("", str(error), False, self.model, None, None, 0.0)
        except errors.ContextWindowExceededError as error:
            raise PromptTooLong(str(error)) from error
        except errors.BadRequestError as error:
            if is_about_length(error):
                raise PromptTooLong(str(error)) from error
            # Not `_constrains`, which a request beside this one may have changed meanwhile.
            if "response_format" not in arguments or not is_about_format(error):
                raise unavailable(self.role, self.settings, error) from error
        except self._litellm.exceptions.openai.OpenAIError as error:
            raise unavailable(self.role, self.settings, error) from error
        except (self._litellm.types.router.RouterRateLimitError, _BrokenAnswer) as error:
            raise unavailable(self.role, self.settings, error) from error
        self._constrains = False
        return await self.complete(
            messages,
            output=output,
            max_tokens=max_tokens,
            sample=sample,
            listener=listener,
        )

    async def _tried_again(self, send: Callable[[int], Awaitable[T]]) -> T:
        """Try again where the Router does not: all replicas at rest, or half an answer."""
        for attempt in range(self.settings.retries):
            try:
                return await send(attempt)
            except self._litellm.types.router.RouterRateLimitError as error:
                await asyncio.sleep(getattr(error, "cooldown_time", REST_SECONDS))
            except (_BrokenAnswer, self._litellm.exceptions.APIError):
                pass
        return await send(self.settings.retries)

    async def _whole_answer(self, arguments: dict[str, Any]) -> Any:
        # The Router's own limit begins anew with each piece of a body that has no end.
        seconds = longest_wait(self.settings)
        timer = asyncio.timeout(seconds)
        try:
            async with timer:
                return await self._router.acompletion(**arguments)
        except TimeoutError:
            raise _BrokenAnswer(f"no whole answer within {seconds:g} s") from None

    async def _streamed(self, arguments: dict[str, Any], listener: Listener) -> Completion:
        most_tokens = arguments["max_tokens"]
        limit = most_tokens * _MOST_CHARACTERS_PER_TOKEN
        pieces: list[str] = []
        length, last, usage = 0, "", None
        stream = await self._whole_answer(
            {**arguments, "stream": True, "stream_options": {"include_usage": True}}
        )
        try:
            async with asyncio.timeout(self.settings.timeout + most_tokens * _SECONDS_A_TOKEN):
                async for chunk in stream:
                    usage = getattr(chunk, "usage", None) or usage
                    for choice in chunk.choices:
                        last = choice.finish_reason or last
                        length += len(getattr(choice.delta, "reasoning_content", None) or "")
                        if piece := choice.delta.content:
                            pieces.append(piece)
                            length += len(piece)
                            listener.hear(piece)
                    if length > limit:
                        last = "length"
                        break
        except Exception as error:
            reason = str(error) or "it took too long"
            raise _BrokenAnswer(f"the answer broke off: {reason}") from error
        finally:
            await stream.aclose()
        return self._completion(stream, "".join(pieces), "", last, usage)

    def _whole(self, response: Any) -> Completion:
        usage = getattr(response, "usage", None)
        if not response.choices:
            return self._completion(response, "", "", "", usage)
        choice = response.choices[0]
        refusal = (choice.message.get("provider_specific_fields") or {}).get("refusal") or ""
        return self._completion(
            response, choice.message.content or "", refusal, choice.finish_reason, usage
        )

    def _completion(
        self, response: Any, text: str, refusal: str, finish_reason: str, usage: Any
    ) -> Completion:
        deployment = self._router.get_deployment(response._hidden_params.get("model_id"))
        model = deployment.litellm_params.model if deployment else self.model
        # Where the server counts nothing, LiteLLM says 0, which no prompt has.
        tokens_in = getattr(usage, "prompt_tokens", None) or None
        tokens_out = getattr(usage, "completion_tokens", None) if tokens_in else None
        return Completion(
            text=text,
            refusal=refusal,
            cut_off=finish_reason == "length",
            model=model,
            tokens_in=tokens_in,
            tokens_out=tokens_out,
            cost=self._cost(model, tokens_in or 0, tokens_out or 0),
        )

    def _cost(self, model: str, tokens_in: int, tokens_out: int) -> float:
        try:
            parts = self._litellm.cost_per_token(
                model=model, prompt_tokens=tokens_in, completion_tokens=tokens_out
            )
        except Exception:  # LiteLLM raises whatever it likes for models without a price
            return 0.0
        return float(sum(parts))


def _response_format(output: OutputFormat) -> dict[str, Any]:
    return {
        "type": "json_schema",
        "json_schema": {"name": output.name, "schema": output.schema, "strict": True},
    }
