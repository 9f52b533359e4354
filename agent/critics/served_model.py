"""A model of vLLM's that is asked for numbers: plain HTTP, for LiteLLM has no routes for it."""

import asyncio
from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any

import httpx

from ...errors import CriticError, ModelUnavailable, SettingsError
from ...graphs.budget import ModelUsage
from ...graphs.judging import resources
from ...tools.per_loop import PerLoop
from ..models import ModelSettings, Role
from ..policies.litellm.served import headers_for
from .step_text import Messages

_PAUSE = 0.25
_MOST_CHARACTERS = 400
_MOST_REMEMBERED = 4_096
_ADVICE = {
    "/pooling": '; in the serving file it needs runner = "pooling", and a pooler of type STEP',
    "/classify": '; in the serving file it needs runner = "pooling" and convert = "classify"',
    "/v1/completions": '; in the serving file it needs runner = "generate"',
}
"""What to do where a server lacks a route."""

Ids = tuple[int, ...]


class Refused(CriticError):
    """A server does not take a request as it is."""


class ServedModel:
    """Asks the model of one role; its replicas in turn.

    Args:
        role: What it is asked as.
        settings: Which model, where, and how patiently.

    Raises:
        SettingsError: No address is named.
    """

    def __init__(self, role: Role, settings: ModelSettings) -> None:
        if not settings.api_base:
            raise SettingsError(
                f"set api_base in the table [models.{role}]: its model is asked for numbers, "
                "which only a server of vLLM gives"
            )
        self.role = role
        self.settings = settings
        self._addresses = [address.rstrip("/").removesuffix("/v1") for address in settings.api_base]
        self._turn = count()
        self._clients = PerLoop(
            lambda: httpx.AsyncClient(timeout=settings.timeout, headers=headers_for(settings))
        )
        self._tokens: dict[str, Ids] = {}
        self._has_template = True

    @property
    def name(self) -> str:
        """Name that its server knows it by."""
        return (self.settings.model or "").partition("/")[2]

    async def counted(
        self, path: str, body: Mapping[str, Any], *, tokens_in: int, tokens_out: int = 0
    ) -> Any:
        """Return the answer to a request, charged to the run that the critic is called in.

        Args:
            path: Such as ``/pooling``.
            body: The request, but for the name of the model.
            tokens_in: How many tokens it is thought to hold; what the server counts takes its
                place.
            tokens_out: How many the model writes.

        Raises:
            BudgetExhausted: If that is more than is left.
            CriticError: If the server refuses the request, or answers with no JSON.
            ModelUnavailable: If no replica answers.
        """
        tally, _ = resources()
        usage = ModelUsage(role=self.role, model=self.settings.model or "")
        async with tally.granted_tokens(
            tokens_in=tokens_in, least_out=tokens_out, most_out=tokens_out
        ) as grant:
            try:
                answer = await self._ask(path, body)
            except Exception:
                tally.settle(grant, usage)
                raise
            told = answer.get("usage") or {}
            took = {
                "calls": 1,
                "tokens_in": told.get("prompt_tokens") or tokens_in,
                "tokens_out": told.get("completion_tokens") or 0,
            }
            tally.settle(grant, usage.model_copy(update=took))
        return answer

    async def text_ids(self, text: str, *, special: bool = False) -> Ids:
        """Return the token ids of a text; raises as `counted` does.

        Args:
            text: The text.
            special: Whether what begins every text of the model is put before it.
        """
        if (known := self._tokens.get(text)) is not None and not special:
            return known
        ids = await self._ids({"prompt": text, "add_special_tokens": special})
        if not special:
            if len(self._tokens) >= _MOST_REMEMBERED:
                self._tokens.clear()
            self._tokens[text] = ids
        return ids

    async def chat_ids(self, messages: Messages, *, then_answers: bool) -> Ids:
        """Return the token ids of a conversation by the model's own template.

        A model that has none is shown the turns with the names of the roles.

        Args:
            messages: The conversation.
            then_answers: Whether the model is to answer next.
        """
        if self._has_template:
            try:
                return await self._ids(
                    {"messages": messages, "add_generation_prompt": then_answers}
                )
            except Refused as error:
                if "chat template" not in str(error):
                    raise
                self._has_template = False
        turns = [f"{each['role'].title()}: {each['content']}" for each in messages]
        text = "\n\n".join([*turns, "Assistant: "] if then_answers else turns)
        return await self.text_ids(text, special=True)

    async def _ids(self, body: Mapping[str, Any]) -> Ids:
        answer = await self._ask("/tokenize", body)
        ids = answer.get("tokens")
        if not isinstance(ids, list) or not all(isinstance(id, int) for id in ids):
            raise CriticError(f"{self._told_of} tokenizes into {str(ids)[:80]}, not into token ids")
        return tuple(ids)

    @property
    def _told_of(self) -> str:
        return f"the {self.role} model {self.settings.model} at {' and '.join(self._addresses)}"

    async def _ask(self, path: str, body: Mapping[str, Any]) -> Any:
        client, first = self._clients.here(), next(self._turn)
        problem = ""
        for attempt in range(self.settings.retries + 1):
            if attempt >= len(self._addresses):
                await asyncio.sleep(_PAUSE * attempt)
            address = self._addresses[(first + attempt) % len(self._addresses)]
            try:
                response = await client.post(f"{address}{path}", json={"model": self.name, **body})
            except httpx.HTTPError as error:
                problem = str(error) or type(error).__name__
                continue
            if response.status_code == 429 or response.is_server_error:
                problem = f"{response.status_code}: {_message(response)}"
                continue
            return self._accepted(path, response)
        raise ModelUnavailable(
            f"{self._told_of} does not answer {path} ({problem}); see that the server runs "
            "(clew serve-models starts one)"
        )

    def _accepted(self, path: str, response: httpx.Response) -> Any:
        if not response.is_success:
            advice = _ADVICE.get(path, "") if response.status_code == 404 else ""
            raise Refused(
                f"{self._told_of} refuses {path} ({response.status_code}: {_message(response)})"
                f"{advice}"
            )
        try:
            answer = response.json()
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise CriticError(f"{self._told_of} answers {path} with no JSON object")
        return answer


def in_order(answer: Mapping[str, Any], field: str, wanted: int) -> list[Mapping[str, Any]]:
    """Return the parts of a batched answer, one for each input in its order.

    Raises:
        CriticError: If there are not as many.
    """
    parts = answer.get(field)
    if not isinstance(parts, list) or not all(isinstance(each, dict) for each in parts):
        raise CriticError(f"the answer has no list of {field}")
    found = {each.get("index"): each for each in parts}
    if found.keys() != set(range(wanted)):
        raise CriticError(f"the answer has {len(parts)} {field} for {wanted} inputs")
    return [found[index] for index in range(wanted)]


def in_batches(count: int, size: int) -> Sequence[range]:
    """Return ranges of at most so many numbers that cover all below a count."""
    return [range(start, min(start + size, count)) for start in range(0, count, size)]


def estimated_tokens(text: str) -> int:
    """Return about how many tokens a text has, rather too many than too few."""
    return len(text.encode()) // 3 + 2


def _message(response: httpx.Response) -> str:
    """The server's words: vLLM's are in an object, a proxy's may be anything."""
    try:
        told = response.json()
    except ValueError:
        told = response.text
    if isinstance(told, dict):
        told = told.get("error", told.get("detail", told.get("message", told)))
    if isinstance(told, dict):
        told = told.get("message", told)
    return " ".join(str(told).split())[:_MOST_CHARACTERS]
