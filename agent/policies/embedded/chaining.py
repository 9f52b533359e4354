"""Chains with draft answers: the question's split, read quickly in what a first search found."""

from collections.abc import Callable, Mapping, Sequence

from ....graphs.plan import SubQuestion
from ....graphs.protocols import ChainRequest, DraftedQuestion, ReadRequest, RefineRequest
from ....graphs.steps import Reading, Step, StepAnswer
from ....tools.passages import Passage
from .planning import around_the_break, unasked
from .refining import refined
from .splitting import Splitter

_READ_QUICKLY = 10
"""How many of the passages that the first search ranks highest a draft may come from."""


def chained(
    request: ChainRequest,
    read: Callable[[ReadRequest], Reading],
    splitter: Splitter | None = None,
) -> list[DraftedQuestion]:
    """Return the links of a chain that follow those that stand, with drafts from a first reading.

    A draft that needs one that is unknown is unknown too.

    Args:
        request: What stands.
        read: Reads passages for a sub-question.
        splitter: See `split`.
    """
    question, plan = request.question, request.plan
    links = unasked(question, plan, splitter) or around_the_break(question, plan, request.steps)
    passages = list(request.evidence.values())[:_READ_QUICKLY]
    steps = dict(request.steps)
    for link in links:
        steps[link.id] = _read_quickly(request.question, link, steps, passages, read)
    return [DraftedQuestion(sub_question=link, draft=steps[link.id].answer) for link in links]


def _read_quickly(
    question: str,
    link: SubQuestion,
    steps: Mapping[str, Step],
    passages: Sequence[Passage],
    read: Callable[[ReadRequest], Reading],
) -> Step:
    parents = {id: steps[id] for id in link.parents}
    answers = {id: step.answer.text for id, step in parents.items() if step.answer.text}
    text = link.resolved(answers)
    answer = StepAnswer()
    if passages and len(answers) == len(parents):
        asked = ReadRequest(
            question=question, sub_question=link, text=text, parents=parents, passages=passages
        )
        reading = read(asked)
        answer = refined(RefineRequest(**vars(asked), reading=reading)).reading.answer
    return Step(
        sub_question=link,
        text=text,
        reading=Reading(answer=answer),
        status="unknown" if answer.text is None else "answered",
    )
