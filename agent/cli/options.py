"""Options that several commands share."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from ..settings import Settings

Home = Annotated[
    Path | None, typer.Option(help="Folder of corpora, models and saved runs.", show_default=False)
]
Workflow = Annotated[str | None, typer.Option(help="How the plan grows.")]
Expansion = Annotated[
    str | None, typer.Option(help="How the next steps are chosen among proposals.")
]
QueryStrategy = Annotated[str | None, typer.Option(help="How a sub-question becomes queries.")]
PolicyName = Annotated[
    str | None, typer.Option(help="What plans, rewrites, reads, refines and writes.")
]
Model = Annotated[
    str | None,
    typer.Option(help="Language model, such as hosted_vllm/Qwen/Qwen3-8B or openai/gpt-5."),
]
ApiBase = Annotated[
    str | None,
    typer.Option(help="Where it is served; several addresses, separated by commas, are replicas."),
]
Effort = Annotated[str | None, typer.Option(help="quick, balanced or thorough.")]
CriticName = Annotated[str | None, typer.Option(help="What scores the steps.")]
Search = Annotated[str | None, typer.Option(help="Where to search, separated by commas.")]
TimeRange = Annotated[
    str | None, typer.Option(help="How old pages of the web may be: day, week, month or year.")
]
Site = Annotated[
    str | None, typer.Option(help="Host that pages of the web must be on, such as nasa.gov.")
]
Language = Annotated[
    str | None, typer.Option(help="Language that pages of the web should be in, such as en.")
]
MaxSeconds = Annotated[
    str | None, typer.Option(help="Wall time of a question; none for no limit, here and below.")
]
MaxSearches = Annotated[str | None, typer.Option(help="Searches of a question.")]
MaxPages = Annotated[str | None, typer.Option(help="Pages fetched for a question.")]
MaxPolicyCalls = Annotated[str | None, typer.Option(help="Calls of the policy for a question.")]
MaxTokensIn = Annotated[
    str | None, typer.Option(help="Tokens that language models may read for a question.")
]
MaxTokensOut = Annotated[
    str | None, typer.Option(help="Tokens that language models may write for a question.")
]
MaxRounds = Annotated[str | None, typer.Option(help="How many times to make or extend the plan.")]
Tree = Annotated[
    Path | None,
    typer.Option(
        help="File for the search tree: .json, .svg or .html; for expansions that search.",
        show_default=False,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]


def load_settings(**given: Any) -> "Settings":
    """Return the settings, with the options that were given over all other places."""
    from ..settings import Settings

    return Settings.load(**{name: value for name, value in given.items() if value is not None})
