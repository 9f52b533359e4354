"""A language model that writes queries for passages, shown a few examples of such queries."""

from collections.abc import Sequence
from typing import NamedTuple

from ....graphs.meter import Tally
from ....prompts.loader import Prompts
from ....tools.passages import Passage
from ...models import ModelSettings
from .asking import Asker
from .client import ModelClient
from .wire import QueriesOutput


class Example(NamedTuple):
    """A passage and a query that it answers."""

    query: str
    title: str
    text: str


class QueryWriter:
    """Writes queries with a language model.

    Args:
        model: The language model, asked in the role of the searcher.
        prompts: What it is told.
        seed: For servers that draw outputs at random.

    Raises:
        ModelUnavailable: If LiteLLM is missing, or a key that the settings name.
    """

    def __init__(self, model: ModelSettings, *, prompts: Prompts, seed: int = 0) -> None:
        self._asker = Asker(ModelClient("searcher", model, seed=seed), prompts)
        self._prompts = prompts

    async def queries(
        self, passage: Passage, examples: Sequence[Example], *, count: int, tally: Tally
    ) -> list[str]:
        """Return queries that a passage may answer; none where the model has nothing of use.

        Args:
            passage: The passage.
            examples: Passages with queries, of which as many are shown as fit its window.
            count: The most queries to write.
            tally: Charged with the call and its tokens.

        Raises:
            BudgetExhausted: If too little is left to ask.
            ModelUnavailable: If the model does not answer.
        """
        tally.policy_call()
        written = await self._asker.ask(
            QueriesOutput,
            lambda most: self._prompts.messages(
                "queries",
                examples=[each._asdict() for each in examples[:most]],
                passage={"title": passage.title, "text": passage.text},
                count=count,
            ),
            len(examples),
            use=lambda output: output.queries,
            tally=tally,
        )
        lines = (" ".join(each.split()) for each in written or ())
        return list(dict.fromkeys(filter(None, lines)))[:count]
