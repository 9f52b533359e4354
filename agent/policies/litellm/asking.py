"""One task put to a language model: fitted to its window, validated, repaired once, counted."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import TypeVar

from ....errors import BudgetExhausted, ModelUnavailable
from ....graphs.budget import ModelUsage
from ....graphs.meter import Tally
from ....prompts.loader import Message, Prompts
from .client import Completion, Listener, ModelClient, OutputFormat, PromptTooLong
from .guarding import OwnWords
from .routing import chain_of
from .structured import UnusableOutput, parsed
from .tokens import TokenEstimate
from .windows import Window
from .wire import Output

OutputT = TypeVar("OutputT", bound=Output)
T = TypeVar("T")

Build = Callable[[int], list[Message]]
"""Makes the messages of a prompt with so many of its passages."""

_LEAST_OUT = 64
_MOST_SHOWN_OF_REPLY = 2_000
_LESS_OF_A_WINDOW = 0.5
"""Share of the passages kept when a server says that a prompt is too long after all."""


class Asker:
    """Puts the tasks of one role to its language model.

    Args:
        client: The way to the model.
        prompts: Where the words of a repair come from.

    Attributes:
        own_words: The words of the prompts; no output may repeat them at length.
    """

    def __init__(self, client: ModelClient, prompts: Prompts) -> None:
        self._client = client
        self._prompts = prompts
        self.own_words = OwnWords(prompts)
        self._window = Window(chain_of(client.settings))
        self._estimate = TokenEstimate()

    async def ask(
        self,
        output: type[OutputT],
        build: Build,
        most: int,
        *,
        use: Callable[[OutputT], T],
        tally: Tally,
        least: int = 0,
        sample: int = 0,
        listener: Listener | None = None,
    ) -> T | None:
        """Return what the model's output comes to; None if it is of no use, after one repair too.

        Args:
            output: What is wanted.
            build: Makes the prompt; the least useful passages are those left out first.
            most: How many passages there are.
            use: Makes of the output what it stands for; raises `UnusableOutput`.
            tally: Charged with tokens, and with the repair.
            least: How many passages the prompt needs to make sense.
            sample: Which of several outputs; those after the first, 0, are drawn at random.
            listener: Hears the output while it is written.

        Raises:
            BudgetExhausted: If too little is left to ask, or to repair.
            ModelUnavailable: If the model does not answer, or its window is too small.
        """
        try:
            messages, completion = await self._fitted(
                output, build, most, least, tally, sample, listener
            )
        except PromptTooLong:
            self._note(tally, self._client.model, fallbacks=1)
            return None
        try:
            used = use(self._accepted(completion, output))
        except UnusableOutput as error:
            reason = str(error)
        else:
            self._note(tally, completion.model, valid=1)
            return used
        # Half of a surrogate pair, which JSON may hold, cannot be sent back.
        reply = completion.text[:_MOST_SHOWN_OF_REPLY].encode("utf-8", "replace").decode()
        messages = [
            *messages,
            {"role": "assistant", "content": reply or "(nothing)"},
            *self._prompts.messages("repair", error=reason),
        ]
        try:
            tally.policy_call()
            completion = await self._complete(output, messages, tally, sample, listener)
            used = use(self._accepted(completion, output))
        except BudgetExhausted:
            self._note(tally, completion.model, fallbacks=1)
            raise
        except (UnusableOutput, PromptTooLong):
            self._note(tally, completion.model, fallbacks=1)
            return None
        self._note(tally, completion.model, repaired=1)
        return used

    def _accepted(self, completion: Completion, output: type[OutputT]) -> OutputT:
        written = parsed(completion, output)
        self.own_words.refuse(written)
        return written

    async def _fitted(
        self,
        output: type[Output],
        build: Build,
        most: int,
        least: int,
        tally: Tally,
        sample: int,
        listener: Listener | None,
    ) -> tuple[list[Message], Completion]:
        """Send the prompt with as many passages as fit; fewer if the server disagrees.

        Raises:
            PromptTooLong: If it does not fit without any.
        """
        window = await self._window.tokens()
        while True:
            room = window - self._output_limit(window)
            messages = build(most)
            if self._estimate.of(messages) > room:
                sizes = range(1, most)
                most = bisect_right(sizes, room, key=lambda size: self._estimate.of(build(size)))
                messages = build(most)
            if most < least:
                raise ModelUnavailable(
                    f"{self._client.model} has no room for a prompt with a single passage (its "
                    f"window is thought to be {window} tokens): set context if it is larger, or "
                    "take another model"
                )
            try:
                return messages, await self._complete(output, messages, tally, sample, listener)
            except PromptTooLong:
                if most == 0:
                    raise
                self._estimate.too_long()
                most = int(most * _LESS_OF_A_WINDOW)

    async def _complete(
        self,
        output: type[Output],
        messages: Sequence[Message],
        tally: Tally,
        sample: int,
        listener: Listener | None,
    ) -> Completion:
        estimate = self._estimate.of(messages)
        window = await self._window.tokens()
        async with tally.granted_tokens(
            tokens_in=estimate,
            least_out=_LEAST_OUT,
            most_out=max(_LEAST_OUT, min(self._output_limit(window), window - estimate)),
        ) as grant:
            try:
                completion = await self._client.complete(
                    messages,
                    output=OutputFormat(output.task, output.json_schema()),
                    max_tokens=grant.tokens_out,
                    sample=sample,
                    listener=listener,
                )
            except PromptTooLong:
                tally.settle(grant, ModelUsage(role=self._client.role, model=self._client.model))
                raise
            usage = self._usage(messages, completion, estimate)
            tally.settle(grant, usage)
        return completion

    def _usage(
        self, messages: Sequence[Message], completion: Completion, estimate: int
    ) -> ModelUsage:
        """What a request took: as the server counted, or else as was estimated."""
        tokens_in, tokens_out = completion.tokens_in, completion.tokens_out
        if tokens_in:
            self._estimate.learn(messages, tokens_in)
        written = [{"role": "assistant", "content": completion.text}]
        return ModelUsage(
            role=self._client.role,
            model=completion.model,
            calls=1,
            tokens_in=estimate if tokens_in is None else tokens_in,
            tokens_out=self._estimate.of(written) if tokens_out is None else tokens_out,
            cost=completion.cost,
        )

    def _output_limit(self, window: int) -> int:
        # A small window is shared, so that some of it is left for the prompt.
        return min(self._client.settings.max_tokens, window // 4)

    def _note(self, tally: Tally, model: str, **counts: int) -> None:
        tally.note(ModelUsage(role=self._client.role, model=model, **counts))
