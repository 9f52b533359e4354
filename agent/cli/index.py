"""``clew index``."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .app import ANSWERED, BAD_INPUT
from .bars import Bar
from .home import home_trouble_told
from .interruption import Interrupted
from .options import AsJson, Home, load_settings
from .output import print_json
from .wording import clean, counted

if TYPE_CHECKING:
    from ...tools.corpus.readers import BadDocument
    from ...tools.corpus.reports import IndexReport

_LISTED = 20
"""Unusable files that are listed; ``--json`` lists all."""


def index(
    paths: Annotated[
        list[Path],
        typer.Argument(
            help="Files, or folders that are read with all below them.", show_default=False
        ),
    ],
    corpus: Annotated[
        str, typer.Option(help="Name of the corpus; made if there is none.", show_default=False)
    ],
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Drop what was indexed before and begin anew.")
    ] = False,
    home: Home = None,
    json: AsJson = False,
) -> None:
    """Index what the paths hold now; documents indexed from other paths stay."""
    settings = load_settings(home=home, corpus=corpus)
    try:
        with home_trouble_told(settings.home), Bar(shown=not json) as bar:
            from ...tools.corpus.encoder import load_encoder
            from ...tools.corpus.indexing import index_documents

            report = index_documents(
                paths,
                home=settings.home,
                name=corpus,
                encoder=load_encoder(settings.encoder, cache_dir=settings.home / "models"),
                chroma_url=settings.chroma_url,
                rebuild=rebuild,
                progress=lambda at: bar.show(at.stage.capitalize(), at.done, at.total),
            )
    except KeyboardInterrupt:
        raise Interrupted(
            "stopped; the corpus is as it was. The same command goes on where this one stopped"
        ) from None
    if json:
        print_json({"corpus": corpus, **report.model_dump(mode="json")})
    else:
        _print_report(corpus, report)
    usable = report.added + report.changed + report.unchanged
    raise typer.Exit(ANSWERED if usable else BAD_INPUT)


def _print_report(corpus: str, report: "IndexReport") -> None:
    print(
        f"corpus {corpus}: {report.added} added, {report.changed} changed, "
        f"{report.removed} removed, {report.unchanged} unchanged; "
        f"{counted(report.passages, 'passage')}, {report.seconds:.1f} s"
    )
    _print_bad("could not be used", [bad for bad in report.bad if bad.kind != "skipped"])
    _print_bad("skipped", [bad for bad in report.bad if bad.kind == "skipped"])


def _print_bad(what: str, found: "Sequence[BadDocument]") -> None:
    if not found:
        return
    print(f"{len(found)} {what}:")
    for bad in found[:_LISTED]:
        print(f"  {clean(bad.source)}: {clean(bad.reason)}")
    if len(found) > _LISTED:
        print(f"  and {len(found) - _LISTED} more; --json lists all")
