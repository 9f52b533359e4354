"""From settings to parts: which policy, critic and backends a name stands for."""

from collections.abc import Sequence
from pathlib import Path

from ..errors import SettingsError
from ..graphs.protocols import Critic, Parts, Policy
from ..tools.corpus.encoder import Encoder, load_encoder
from ..tools.search.base import SearchBackend
from .settings import Settings

SAMPLE_CORPUS = "sample"
SAMPLE_PASSAGES = Path(__file__).parents[1] / "tools" / "corpus" / "sample" / "passages.jsonl"


class Assembly:
    """Builds the parts that settings name, loading the encoder once for all of them.

    Args:
        settings: What to build.
        policy: Taken as it is, instead of the one named.
        critic: Likewise.
        search: Likewise.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        policy: Policy | None = None,
        critic: Critic | None = None,
        search: Sequence[SearchBackend | str] | None = None,
    ) -> None:
        self._settings = settings
        self._given = (policy, critic, search)
        self._encoder: Encoder | None = None

    @property
    def encoder(self) -> Encoder:
        """The text encoder, loaded at first use; raises `ModelUnavailable`."""
        if self._encoder is None:
            self._encoder = load_encoder(
                self._settings.encoder, cache_dir=self._settings.home / "models"
            )
        return self._encoder

    def parts(self) -> Parts:
        """Return the parts.

        Raises:
            SettingsError: If a name stands for nothing.
            ClewError: If a model or the corpus cannot be loaded.
        """
        policy, critic, search = self._given
        return Parts(
            policy=policy or self._policy(),
            critic=critic or self._critic(),
            backends=[
                self._backend(each) if isinstance(each, str) else each
                for each in search or self._settings.search
            ],
        )

    def _policy(self) -> Policy:
        if self._settings.policy == "embedded":
            from .policies.embedded.policy import EmbeddedPolicy

            return EmbeddedPolicy(self.encoder)
        raise SettingsError(f"no policy is named {self._settings.policy!r}; there is: embedded")

    def _critic(self) -> Critic:
        if self._settings.critic == "support":
            from .critics.support import SupportCritic

            return SupportCritic(self.encoder)
        raise SettingsError(f"no critic is named {self._settings.critic!r}; there is: support")

    def _backend(self, name: str) -> SearchBackend:
        if name == "corpus":
            return self._corpus()
        raise SettingsError(f"no search backend is named {name!r}; there is: corpus")

    def _corpus(self) -> SearchBackend:
        from ..tools.corpus.index import open_corpus
        from ..tools.corpus.retrieval import Retriever
        from ..tools.search.corpus import CorpusSearch

        settings = self._settings
        if settings.corpus == SAMPLE_CORPUS:
            self._index_sample_if_missing()
        index = open_corpus(settings.home, settings.corpus, chroma_url=settings.chroma_url)
        return CorpusSearch(Retriever(index, self.encoder))

    def _index_sample_if_missing(self) -> None:
        from ..tools.corpus.corpora import list_corpora
        from ..tools.corpus.indexing import index_documents

        home = self._settings.home
        if SAMPLE_CORPUS not in {corpus.name for corpus in list_corpora(home)}:
            index_documents(
                [SAMPLE_PASSAGES],
                home=home,
                name=SAMPLE_CORPUS,
                encoder=self.encoder,
                chroma_url=self._settings.chroma_url,
            )
