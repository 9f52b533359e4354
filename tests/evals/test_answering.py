"""What the agent gets to see of a question."""

from hypothesis import given
from hypothesis import strategies as st

from clew.evals.answering import task_of
from clew.evals.questions import EvalQuestion, Paragraph

PARAGRAPHS = [
    Paragraph(id=f"{number:x}", title=f"title {number}", text="text") for number in range(8)
]


@given(st.permutations(PARAGRAPHS), st.booleans())
def test_no_gold_and_no_order_that_tells_of_it(order: list[Paragraph], distractor: bool) -> None:
    question = EvalQuestion(
        id="1",
        question="Who?",
        answers=("the gold answer",),
        type="the gold type",
        hops=7,
        gold=((order[0].title,),),
        paragraphs=tuple(order),
    )
    task = task_of(question, distractor=distractor)
    assert set(task.model_dump()) == {"id", "question", "paragraphs"}
    assert task.paragraphs == (tuple(PARAGRAPHS) if distractor else None)
    assert "the gold" not in task.model_dump_json()
