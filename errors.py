"""Every error that clew raises on purpose.

It lies at the root, below all folders, because tools, graphs and agent raise from it and
imports point one way. The hierarchy::

    ClewError
    ├── InputError                what the caller gave cannot be used        (exit code 2)
    │   ├── QuestionError         empty or over-long question
    │   ├── PlanError             cycle, unknown parent, duplicate id
    │   ├── SettingsError         unknown or unusable setting
    │   ├── UnknownCorpus         no corpus of that name
    │   ├── UnknownThread         no run of that thread id
    │   ├── ThreadTaken           a new question under the id of another run
    │   ├── ThreadBusy            the run is going on elsewhere
    │   ├── UnknownConversation   no conversation of that id, or that of another owner
    │   ├── DocumentError         a file that cannot be read into passages
    │   ├── QuestionsError        a set of questions that cannot be evaluated
    │   ├── RunDirectoryError     a run directory that cannot take or give what is asked
    │   ├── TrainingDataError     training data that is missing or not in its shape
    │   ├── FeedbackError         a judgement on what is not there
    │   └── TreeError             a file that holds no search tree, or cannot take one
    ├── CorpusError               an index that cannot be used               (exit code 1)
    │   ├── CorpusCorrupt         its files contradict each other
    │   ├── CorpusBusy            another process is writing it
    │   └── StorageFull           no room left to write
    ├── ModelUnavailable          a model or package is missing or broken    (exit code 1)
    ├── CriticError               a critic broke its protocol                (exit code 1)
    ├── RunFailed                 a part of a run raised what it should not  (exit code 1)
    ├── SearchUnavailable         every search of a run failed               (exit code 1)
    └── BudgetExhausted           internal: a step ran into the run's limits

Messages say what happened and what to do about it; the command line prints them bare.
"""


class ClewError(Exception):
    """Base of every error that clew raises on purpose."""

    exit_code = 1


class InputError(ClewError):
    """What the caller gave cannot be used."""

    exit_code = 2


class QuestionError(InputError):
    """The question is empty or too long."""


class PlanError(InputError):
    """The plan is not a directed acyclic graph of known sub-questions."""


class SettingsError(InputError):
    """A setting is unknown, or its value cannot be used."""


class UnknownCorpus(InputError):
    """No corpus of that name has been indexed."""


class UnknownThread(InputError):
    """No run of that thread id has been saved."""


class ThreadTaken(InputError):
    """A new question was asked under the thread id of another run."""


class ThreadBusy(InputError):
    """The run is going on already, here or in another process."""


class UnknownConversation(InputError):
    """No conversation of that id, or turn of it, has been saved for its owner."""


class DocumentError(InputError):
    """A file cannot be read into passages."""


class QuestionsError(InputError):
    """A set of questions cannot be evaluated as it is."""


class RunDirectoryError(InputError):
    """A directory of an evaluation run cannot take or give what is asked of it."""


class TrainingDataError(InputError):
    """Training data is missing, or not in the shape that training reads."""


class FeedbackError(InputError):
    """A judgement is on something that is not there, or says nothing that can be used."""


class TreeError(InputError):
    """A file holds no search tree, or cannot take one."""


class CorpusError(ClewError):
    """An index cannot be used."""


class CorpusCorrupt(CorpusError):
    """The files of an index contradict each other or cannot be parsed."""


class CorpusBusy(CorpusError):
    """Another process is writing the index."""


class StorageFull(CorpusError):
    """There is no room left to write."""


class ModelUnavailable(ClewError):
    """A model, or the package that carries it, is missing or broken."""


class CriticError(ClewError):
    """A critic broke its protocol."""


class RunFailed(ClewError):
    """A policy, critic or backend raised something of its own; the cause is chained."""


class SearchUnavailable(ClewError):
    """Every search of a run failed, so that nothing can be said about the question."""


class BudgetExhausted(ClewError):
    """A step ran into the run's limits; the graph turns it into an unfinished step."""
