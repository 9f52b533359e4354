"""What a run searches: a corpus by name, a file, or the paragraphs that come with the questions."""

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal, NamedTuple, Protocol, get_args

from ..agent.assembly import SAMPLE_CORPUS, index_sample_if_missing
from ..agent.settings import Settings
from ..errors import SettingsError
from ..tools.corpus.encoder import Encoder, load_encoder
from ..tools.corpus.index import open_corpus
from ..tools.corpus.indexing import Progress, index_documents
from .config import CorpusConfig
from .datasets import paragraph_documents
from .files import write_atomically
from .gold import document_id, title_key
from .questions import EvalQuestion

Context = Literal["distractor", "pooled"]
"""Which of the questions' own paragraphs each question searches: its own ones, or those of all."""


class SearchSpace(NamedTuple):
    """What a run searches.

    Attributes:
        settings: The settings, naming the corpus.
        corpus: What is written down of it; none where no corpus is searched.
        distractor: Whether each question searches its own paragraphs and nothing else.
    """

    settings: Settings
    corpus: CorpusConfig | None
    distractor: bool = False


def search_space(
    settings: Settings,
    questions: Sequence[EvalQuestion],
    *,
    corpus: str | None = None,
    context: Context | None = None,
    progress: Progress | None = None,
) -> SearchSpace:
    """Make ready what is to be searched, indexing what has to be.

    Args:
        settings: Their corpus is searched where nothing else is named.
        questions: What will be asked.
        corpus: Name of a corpus, or path of a ``.jsonl`` file to index.
        context: Search the paragraphs that come with the questions instead.
        progress: Called while a corpus is indexed.

    Raises:
        SettingsError: If both or, for questions that bring paragraphs, neither is named.
        ClewError: If a corpus cannot be indexed or opened.
    """
    if context is not None and context not in get_args(Context):
        raise SettingsError(
            f"there is no context {context!r}; there is: {', '.join(get_args(Context))}"
        )
    bringing = sum(bool(question.paragraphs) for question in questions)
    if context and corpus:
        raise SettingsError("choose a corpus or the questions' own paragraphs, not both")
    if context and not bringing:
        raise SettingsError(
            "these questions bring no paragraphs of their own to search; name a corpus instead"
        )
    if bringing and not (context or corpus):
        raise SettingsError(
            "these questions bring paragraphs: choose `distractor` to have each question search "
            "its own, `pooled` to search those of all questions together, or name a corpus"
        )
    if context == "distractor":
        return _distractor(settings, questions)
    if context == "pooled":
        settings = _with_pool(settings, questions, progress)
    elif corpus is not None:
        settings = _with_corpus(settings, corpus, progress)
    if "corpus" not in settings.search:
        return SearchSpace(settings, None)
    return _opened(settings, questions)


def _distractor(settings: Settings, questions: Sequence[EvalQuestion]) -> SearchSpace:
    lacking = tuple(
        each.id
        for each in questions
        if _lacks(each, ids={own.id for own in each.paragraphs}, titles=_titles(each.paragraphs))
    )
    encoder = _encoder(settings).name
    described = CorpusConfig(name="distractor", encoder=encoder, lacking_gold=lacking)
    return SearchSpace(settings, described, distractor=True)


def _with_corpus(settings: Settings, corpus: str, progress: Progress | None) -> Settings:
    path = Path(corpus)
    if path.suffix != ".jsonl":
        return settings.replaced(corpus=corpus)
    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise SettingsError(f"the corpus {path} cannot be read: {error.strerror}") from None
    return _indexed(settings, path, path.stem, digest, progress)


def _with_pool(
    settings: Settings, questions: Sequence[EvalQuestion], progress: Progress | None
) -> Settings:
    lines = [
        json.dumps({"id": each.id, "title": each.title, "text": each.text}) + "\n"
        # In the order of some files gold comes first.
        for each in sorted(paragraph_documents(questions), key=lambda paragraph: paragraph.id)
    ]
    content = "".join(lines)
    digest = hashlib.sha256(content.encode()).hexdigest()
    path = settings.home / "pooled" / f"{digest[:16]}.jsonl"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, content)
    return _indexed(settings, path, "pooled", digest, progress)


def _indexed(
    settings: Settings, path: Path, stem: str, digest: str, progress: Progress | None
) -> Settings:
    """Index a file under a name that tells content and encoder, so that runs never mix corpora."""
    encoder = _encoder(settings)
    told = hashlib.sha256(f"{digest}\0{encoder.name}".encode()).hexdigest()
    name = f"{re.sub(r'[^a-z0-9-]+', '-', stem.lower()).strip('-') or 'corpus'}-{told[:12]}"
    index_documents(
        [path],
        home=settings.home,
        name=name,
        encoder=encoder,
        chroma_url=settings.chroma_url,
        progress=progress,
    )
    return settings.replaced(corpus=name)


def _encoder(settings: Settings) -> Encoder:
    return load_encoder(settings.encoder, cache_dir=settings.home / "models")


def _opened(settings: Settings, questions: Sequence[EvalQuestion]) -> SearchSpace:
    if settings.corpus == SAMPLE_CORPUS:
        index_sample_if_missing(settings, lambda: _encoder(settings))
    index = open_corpus(settings.home, settings.corpus, chroma_url=settings.chroma_url)
    try:
        documents = index.documents()
        passages = len(index)
    finally:
        index.close()
    ids = [document_id(each.source) for each in documents]
    known, titles = set(ids), _titles(documents)
    lacking = tuple(each.id for each in questions if _lacks(each, ids=known, titles=titles))
    described = CorpusConfig(
        name=settings.corpus,
        sha256=_hash(zip(ids, (each.digest for each in documents), strict=True)),
        documents=len(documents),
        passages=passages,
        encoder=index.encoder,
        lacking_gold=lacking,
    )
    return SearchSpace(settings, described)


class _Titled(Protocol):
    @property
    def title(self) -> str: ...


def _titles(documents: Iterable[_Titled]) -> set[str]:
    return {title_key(each.title) for each in documents}


def _lacks(question: EvalQuestion, *, ids: set[str], titles: set[str]) -> bool:
    def is_known(key: str) -> bool:
        return key in ids if question.gold_by == "id" else title_key(key) in titles

    return not all(any(map(is_known, alternatives)) for alternatives in question.gold)


def _hash(documents: Iterable[tuple[str, str]]) -> str:
    content = hashlib.sha256()
    for line in sorted(f"{id}\0{digest}\n" for id, digest in documents):
        content.update(line.encode("utf-8", "surrogatepass"))
    return content.hexdigest()
