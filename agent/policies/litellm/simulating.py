"""A language model that plays the search engine: it writes what a search might have brought up."""

from collections.abc import Sequence

from ....errors import ModelUnavailable
from ....graphs.meter import Tally
from ....prompts.loader import Prompts
from ....tools.search.base import Spending
from ....tools.search.simulated import WrittenDocument
from ...models import SIMULATOR, ModelSettings
from .asking import Asker
from .client import ModelClient
from .structured import UnusableOutput
from .wire import SimulateOutput


class SimulatingWriter:
    """Writes documents with a language model, which is shown the query and nothing else.

    Args:
        model: The language model.
        prompts: What it is told.
        seed: For servers that draw outputs at random.

    Raises:
        ModelUnavailable: If LiteLLM is missing, or a key that the settings name.
    """

    def __init__(self, model: ModelSettings, *, prompts: Prompts, seed: int = 0) -> None:
        self._client = ModelClient(SIMULATOR, model, seed=seed)
        self._asker = Asker(self._client, prompts)
        self._prompts = prompts

    async def documents(
        self, query: str, *, count: int, useful: bool, spending: Spending
    ) -> Sequence[WrittenDocument]:
        """Have documents written; see `DocumentWriter.documents`.

        A run's tally is charged with a policy call, and with the tokens.
        """

        def use(output: SimulateOutput) -> list[WrittenDocument]:
            written = [WrittenDocument(each.title, each.text) for each in output.documents]
            if not (told := [each for each in written if each.text.strip()]):
                raise UnusableOutput(f"no document has a text: write {count} documents")
            return told[:count]

        tally = spending if isinstance(spending, Tally) else Tally.unlimited()
        tally.policy_call()
        documents = await self._asker.ask(
            SimulateOutput,
            lambda _: self._prompts.messages("simulate", query=query, count=count, useful=useful),
            0,
            use=use,
            tally=tally,
        )
        if documents is None:
            raise ModelUnavailable(
                f"the language model {self._client.model}, asked as {SIMULATOR}, wrote nothing "
                "that can be used as documents; take another model for it"
            )
        return documents
