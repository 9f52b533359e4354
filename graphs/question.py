"""What can be asked."""

from ..errors import QuestionError

LONGEST_QUESTION = 10_000
"""Characters; longer text is a document, not a question."""


def checked_question(question: str) -> str:
    """Return the question without space around it.

    Raises:
        QuestionError: If nothing is left, or it is too long.
    """
    question = question.strip()
    if not question:
        raise QuestionError("the question is empty; ask something")
    if len(question) > LONGEST_QUESTION:
        raise QuestionError(
            f"the question has {len(question):,} characters and may have {LONGEST_QUESTION:,}; "
            "index long text as a document and ask about it"
        )
    return question
