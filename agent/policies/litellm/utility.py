"""Utility judgments: which passages help, asked several times over in shuffled orders.

After Zhang et al., 2024 ("Are Large Language Models Good at Utility Judgments?", arXiv:2403.19216):
the answer is drafted first, then the passages are judged in a list; models favour what comes first
in one, so the order is shuffled and the majority counts.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence

from ....errors import BudgetExhausted
from ....graphs.protocols import RefineRequest
from ....graphs.steps import RankedPassage, Reading
from ....prompts.loader import Prompts
from ....tools.passages import Passage
from .asking import Asker
from .wire import UsefulOutput


def shuffled_orders(passages: Sequence[Passage], orders: int) -> list[list[Passage]]:
    """Return the passages in so many orders, the same for the same passages."""
    drawn = random.Random("".join(passage.id for passage in passages))
    return [drawn.sample(passages, len(passages)) for _ in range(orders)]


async def judged_useful(
    request: RefineRequest,
    answer: str | None,
    orders: Sequence[Sequence[Passage]],
    asker: Asker,
    prompts: Prompts,
) -> list[list[str]]:
    """Return for each order the ids of the passages that the model calls useful.

    Judgments that come back unusable, or that the budget has no room for, are left out.

    Args:
        request: What is asked.
        answer: What was read, as a first answer.
        orders: The passages, each time in another order.
        asker: Puts the task to the model; each time is a policy call.
        prompts: Its words.

    Raises:
        ModelUnavailable: If the model does not answer.
    """

    async def judgment(order: Sequence[Passage]) -> list[str] | None:
        try:
            request.tally.policy_call()
            return await asker.ask(
                UsefulOutput,
                lambda most: prompts.messages(
                    "judge",
                    question=request.question,
                    sub_question=request.text,
                    answer=answer or "",
                    passages=[
                        {"title": each.title, "text": each.text, "date": each.date}
                        for each in order[:most]
                    ],
                ),
                len(order),
                use=lambda output: [
                    order[number - 1].id for number in output.useful if 0 < number <= len(order)
                ],
                tally=request.tally,
                least=min(1, len(order)),
            )
        except BudgetExhausted:
            return None

    # All are waited for, for one that goes on would spend tokens that nobody counts.
    judgments = await asyncio.gather(*map(judgment, orders), return_exceptions=True)
    found = []
    for each in judgments:
        if isinstance(each, BaseException):
            raise each
        if each is not None:
            found.append(each)
    return found


def trimmed(reading: Reading, votes: Sequence[Sequence[str]]) -> Reading:
    """Return a reading whose ranking holds what most judgments call useful, and what it quotes.

    Args:
        reading: What was read.
        votes: For each judgment the ids of the passages that it calls useful; without any, the
            reading stays as it is.
    """
    if not votes:
        return reading
    useful = Counter(id for vote in votes for id in set(vote))
    quoted = {quote.passage_id for quote in reading.answer.quotes}
    kept = [
        ranked
        for ranked in reading.ranking
        if 2 * useful[ranked.passage_id] > len(votes) or ranked.passage_id in quoted
    ]
    # Scores compare within the step, so they are dealt out anew in the new order.
    scores = [ranked.score for ranked in kept]
    kept.sort(key=lambda ranked: -useful[ranked.passage_id])
    ranking = tuple(
        RankedPassage(passage_id=ranked.passage_id, score=score)
        for ranked, score in zip(kept, scores, strict=True)
    )
    return reading.model_copy(update={"ranking": ranking})
