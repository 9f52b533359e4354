"""``clew corpus``: list, show and remove."""

from typing import TYPE_CHECKING, Annotated

import typer

from .options import AsJson, Home, load_settings
from .output import print_json
from .wording import clean, counted

if TYPE_CHECKING:
    from ...tools.corpus.corpora import CorpusInfo

Name = Annotated[str, typer.Argument(help="Name of the corpus.", show_default=False)]

corpora = typer.Typer(rich_markup_mode=None)


@corpora.command("list", help="List all corpora.")
def list_all(home: Home = None, json: AsJson = False) -> None:
    """Print a line for each corpus."""
    from ...tools.corpus.corpora import list_corpora

    folder = load_settings(home=home).home
    found = list_corpora(folder)
    if json:
        print_json({"corpora": [corpus.model_dump(mode="json") for corpus in found]})
        return
    for corpus in found:
        print(f"{corpus.name}: {_contents(corpus)}")
    if not found:
        print(f"no corpora in {folder}; make one with: clew index PATH --corpus NAME")


@corpora.command("show", help="Show what a corpus holds and where it came from.")
def show(name: Name, home: Home = None, json: AsJson = False) -> None:
    """Print what is known of a corpus."""
    from ...tools.corpus.corpora import describe_corpus

    corpus = describe_corpus(load_settings(home=home).home, name)
    if json:
        print_json(corpus.model_dump(mode="json"))
        return
    facts = {"contents": _contents(corpus), "encoder": clean(corpus.encoder)}
    if corpus.indexed_at:
        facts["indexed"] = f"{corpus.indexed_at.astimezone():%Y-%m-%d %H:%M}"
        facts["size"] = f"{corpus.size / 1e6:.1f} MB"
        facts["vectors"] = corpus.server or "on this disk"
    print(corpus.name)
    for label, fact in facts.items():
        if fact:
            print(f"  {label:<9} {fact}")
    for number, path in enumerate(corpus.paths):
        print(f"  {'' if number else 'paths':<9} {clean(path)}")


@corpora.command("remove", help="Remove a corpus; the documents it was made from stay.")
def remove(
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    home: Home = None,
    json: AsJson = False,
) -> None:
    """Remove a corpus once the user has agreed."""
    from ...tools.corpus.corpora import describe_corpus, remove_corpus

    folder = load_settings(home=home).home
    corpus = describe_corpus(folder, name)
    if not yes and not json:
        typer.confirm(f"Remove corpus {name} ({_contents(corpus)})?", abort=True)
    remove_corpus(folder, name)
    if json:
        print_json({"removed": name})
    else:
        print(f"corpus {name} is removed")


def _contents(corpus: "CorpusInfo") -> str:
    if corpus.damage:
        return clean(corpus.damage)
    return f"{counted(corpus.documents, 'document')}, {counted(corpus.passages, 'passage')}"
