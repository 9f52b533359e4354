"""Builders that tests of evaluation share."""

from typing import Any

from clew.evals.config import CorpusConfig, DatasetConfig, RunConfig
from clew.evals.predictions import Failure, Prediction


def make_prediction(id: str = "1", **fields: Any) -> Prediction:
    """Return a right prediction, with some fields changed."""
    plain: dict[str, Any] = {
        "question": f"Where is {id}?",
        "answers": ("Larvik",),
        "prediction": "Larvik",
        "seconds": 0.5,
    }
    return Prediction(id=id, **(plain | fields))


def failed_prediction(id: str = "1", **fields: Any) -> Prediction:
    """Return a prediction that failed."""
    failure = Failure(kind="SearchUnavailable", message="every search failed")
    return make_prediction(id, prediction=None, error=failure, **fields)


def make_config(**fields: Any) -> RunConfig:
    """Return a configuration, with some fields changed."""
    plain: dict[str, Any] = {
        "dataset": DatasetConfig(name="q.jsonl", format="plain", sha256="aa", questions=3),
        "corpus": CorpusConfig(name="sample", sha256="cc", documents=4, passages=4),
        "agent": "clew.agent.search_agent.SearchAgent",
        "settings": {"workflow": "mindsearch", "search": ["corpus"]},
        "seed": 0,
        "versions": {"python": "3.11.7"},
        "engine": "asyncio",
        "workers": 2,
    }
    return RunConfig(**(plain | fields))
