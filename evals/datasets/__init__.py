"""Questions from files and from the hub, in every format that is known."""

from .loading import BadLine, QuestionSet, load_questions, paragraph_documents

__all__ = ["BadLine", "QuestionSet", "load_questions", "paragraph_documents"]
