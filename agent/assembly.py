"""From settings to parts: which policy, critic and backends a name stands for."""

import copy
import threading
from collections.abc import Callable, Collection, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import SettingsError
from ..graphs.calibration import UNCALIBRATED
from ..graphs.protocols import ClaimScorer, Critic, Parts, Policy
from ..graphs.queries import query_strategy_named
from ..tools.corpus.encoder import Encoder, load_encoder
from ..tools.corpus.encoder_lazy import LazyEncoder
from ..tools.engines.catalogue import ENGINES
from ..tools.search.base import SearchBackend
from .critics.catalogue import Materials, build_critic, check_critic
from .models import ROLES, SIMULATOR
from .policies.calibrations import CALIBRATIONS
from .settings import Settings
from .web_access import WebAccess

if TYPE_CHECKING:
    from ..tools.corpus.relevance_network import RelevanceNetwork
    from .networks.network import Network

SAMPLE_CORPUS = "sample"
SAMPLE_PASSAGES = Path(__file__).parents[1] / "tools" / "corpus" / "sample" / "passages.jsonl"


class Assembly:
    """Builds the parts that settings name, loading the encoder once for all of them.

    Args:
        settings: What to build.
        policy: Taken as it is, instead of the one named.
        critic: Likewise.
        search: Likewise; names among them are built.

    Attributes:
        web: What the web is searched and read with; shared by assemblies made by `searching`.

    Raises:
        SettingsError: If a name stands for nothing.
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
        self._policies = {"embedded": self._embedded_policy, "litellm": self._litellm_policy}
        self._policy = policy
        self._critic = critic
        self._search = settings.search if search is None else search
        self._encoder: Encoder | None = None
        self.web = WebAccess(settings)
        self._loading = threading.RLock()
        if policy is None:
            _require("policy", settings.policy, self._policies)
        if critic is None:
            check_critic(settings)
        query_strategy_named(settings.query_strategy)
        self._require_backends()

    def searching(self, search: Sequence[SearchBackend | str]) -> "Assembly":
        """Return an assembly of the same models and parts, loaded once, but for the backends.

        Raises:
            SettingsError: If a name stands for nothing.
            ModelUnavailable: If a model cannot be loaded.
        """
        other = copy.copy(self)
        other._policy, other._critic, other._search = self.policy, self.critic, search
        other._require_backends()
        return other

    @property
    def effective_settings(self) -> Settings:
        """The settings, with the names of the parts that were given instead of named."""
        settings = self._settings
        return settings.replaced(
            policy=self._policy.name if self._policy else settings.policy,
            critic=self._critic.name if self._critic else settings.critic,
            search=tuple(each if isinstance(each, str) else each.name for each in self._search),
        )

    @property
    def _backends(self) -> dict[str, Callable[[], SearchBackend]]:
        return {"corpus": self._corpus_search, "simulated": self._simulated_search} | {
            name: partial(self._web_search, name) for name in ENGINES
        }

    @property
    def encoder(self) -> Encoder:
        """The text encoder, loaded at first use; raises `ModelUnavailable`."""
        with self._loading:
            if self._encoder is None:
                self._encoder = load_encoder(
                    self._settings.encoder, cache_dir=self._settings.home / "models"
                )
            return self._encoder

    @property
    def _lazy_encoder(self) -> Encoder:
        # Parts that may go without it do not make a caller with parts of their own wait for it.
        return LazyEncoder(lambda: self.encoder)

    @property
    def policy(self) -> Policy:
        """What proposes, built at first use; raises `ModelUnavailable`."""
        with self._loading:
            if self._policy is None:
                self._policy = self._policies[self._settings.policy]()
            return self._policy

    @property
    def critic(self) -> Critic:
        """What scores, built at first use; raises `ModelUnavailable`."""
        with self._loading:
            if self._critic is None:
                materials = Materials(self._settings, lambda: self.encoder, self._network)
                self._critic = build_critic(materials)
            return self._critic

    def _require_backends(self) -> None:
        if not self._search:
            raise SettingsError(
                f"no search backend is named; there are: {', '.join(sorted(self._backends))}"
            )
        for each in self._search:
            if isinstance(each, str):
                _require("search backend", each, self._backends)

    def parts(self) -> Parts:
        """Return the parts; raises `ClewError` if a model or the corpus cannot be loaded."""
        return Parts(
            policy=self.policy,
            critic=self.critic,
            critic_timeout=self._settings.critic_timeout,
            backends=self.backends(),
            budget=self._settings.budget,
            queries=query_strategy_named(self._settings.query_strategy)(self._lazy_encoder),
            claims=self._claim_scorer(),
            calibration=CALIBRATIONS.get(self.policy.name, UNCALIBRATED),
        )

    def backends(self) -> list[SearchBackend]:
        """Return where to search; raises `ClewError` if one of them cannot be used."""
        return [self._backends[each]() if isinstance(each, str) else each for each in self._search]

    def _embedded_policy(self) -> Policy:
        from .policies.embedded.policy import EmbeddedPolicy
        from .policies.embedded.span_reader import SpanReader
        from .policies.embedded.splitting import Splitter

        reader, splitter = self._network("reader"), self._network("splitter")
        return EmbeddedPolicy(
            self.encoder,
            SpanReader(reader) if reader else None,
            Splitter(splitter) if splitter else None,
        )

    def _network(self, kind: str) -> "Network | None":
        from .networks.shipped import network_of

        settings = self._settings
        return network_of(kind, settings.weights, cache_dir=settings.home / "models")

    def _litellm_policy(self) -> Policy:
        from ..prompts.loader import load_prompts
        from .policies.litellm.policy import LiteLLMPolicy

        settings = self._settings
        return LiteLLMPolicy(
            {role: settings.model_of(role) for role in ROLES},
            prompts=load_prompts(settings.prompts),
            effort=settings.effort_preset,
            own_knowledge=settings.own_knowledge,
            seed=settings.seed,
        )

    @property
    def _cutoff(self) -> float:
        """Below which relevance passages are left out."""
        settings = self._settings
        if not settings.relevance_cutoff:
            return 0.0
        if settings.encoder is not None:
            raise SettingsError(
                "relevance_cutoff was trained on the encoder that comes with clew: leave out "
                "either it or the encoder"
            )
        from ..tools.corpus.relevance_network import CUTOFF

        return CUTOFF

    def _claim_scorer(self) -> ClaimScorer | None:
        # It was trained on the vectors of the encoder that comes with clew.
        if not self._settings.check_support or self._settings.encoder is not None:
            return None
        from .critics.claims import EmbeddedClaimScorer

        return EmbeddedClaimScorer(self._lazy_encoder)

    def _web_search(self, engine: str) -> SearchBackend:
        from ..tools.search.web import WebSearch

        return WebSearch(
            self.web.engine(engine),
            self.web.reader,
            self._caching_encoder,
            filters=self._settings.filters,
            cutoff=self._cutoff,
        )

    def _simulated_search(self) -> SearchBackend:
        from ..prompts.loader import load_prompts
        from ..tools.search.simulated import SimulatedSearch
        from .policies.litellm.simulating import SimulatingWriter

        settings = self._settings
        writer = SimulatingWriter(
            settings.model_of(SIMULATOR),
            prompts=load_prompts(settings.prompts),
            seed=settings.seed,
        )
        return SimulatedSearch(writer, noise=settings.simulated_noise, seed=settings.seed)

    @cached_property
    def _caching_encoder(self) -> Encoder:
        from ..tools.corpus.encoder_cache import CachingEncoder

        return CachingEncoder(self.encoder)

    def _corpus_search(self) -> SearchBackend:
        from ..tools.corpus.adapter import load_adapter
        from ..tools.corpus.index import open_corpus
        from ..tools.corpus.layout import ADAPTER, corpus_folder
        from ..tools.corpus.retrieval import Retriever
        from ..tools.search.corpus import CorpusSearch

        settings = self._settings
        if settings.corpus == SAMPLE_CORPUS:
            index_sample_if_missing(settings, lambda: self.encoder)
        index = open_corpus(settings.home, settings.corpus, chroma_url=settings.chroma_url)
        if index.encoder != self.encoder.name:
            index.close()
            raise SettingsError(
                f"corpus {settings.corpus!r} was indexed with the encoder {index.encoder!r} and "
                f"questions would be encoded with {self.encoder.name!r}: set that encoder, or "
                "index the corpus anew with --rebuild"
            )
        adapter = corpus_folder(settings.home, settings.corpus) / ADAPTER
        return CorpusSearch(
            Retriever(
                index,
                self.encoder,
                relevance=self._own_relevance(),
                adapter=load_adapter(adapter) if adapter.exists() else None,
                cutoff=self._cutoff,
            )
        )

    def _own_relevance(self) -> "RelevanceNetwork | None":
        from ..tools.corpus.relevance_network import load_relevance

        folder = self._settings.weights
        if folder is None or not (file := folder / "relevance.safetensors").exists():
            return None
        return load_relevance(file)


def index_sample_if_missing(settings: Settings, load: Callable[[], Encoder]) -> None:
    """Index the sample corpus that comes with clew, unless that has been done.

    Args:
        settings: Say where.
        load: Loads the encoder, which takes a while and is seldom needed.
    """
    from ..tools.corpus.indexing import index_documents
    from ..tools.corpus.layout import corpus_names

    if SAMPLE_CORPUS not in corpus_names(settings.home):
        index_documents(
            [SAMPLE_PASSAGES],
            home=settings.home,
            name=SAMPLE_CORPUS,
            encoder=load(),
            chroma_url=settings.chroma_url,
        )


def _require(kind: str, name: str, known: Collection[str]) -> None:
    if name not in known:
        raise SettingsError(f"no {kind} is named {name!r}; there is: {', '.join(sorted(known))}")
