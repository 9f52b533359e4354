"""Fixtures that several folders of tests share."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")

from support import POLAR, ContentCritic, chain_policy

from clew.graphs.protocols import Parts
from clew.graphs.queries.plain import Plain
from clew.tools.search.memory import MemorySearch

if TYPE_CHECKING:
    from clew.tools.corpus.encoder import Encoder


# A busy machine is no reason to fail, and the same tests are run every time.
settings.register_profile(
    "clew", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("clew")


@pytest.fixture
def clew_home(tmp_path_factory: pytest.TempPathFactory, model_cache: Path) -> Path:
    """The home of a test: its own, but for the models, which take seconds to export."""
    folder = tmp_path_factory.mktemp("home")
    (folder / "models").symlink_to(model_cache, target_is_directory=True)
    return folder


@pytest.fixture(autouse=True)
def _no_settings_from_outside(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, clew_home: Path
) -> None:
    """Keep the machine's own settings, files and home out of every test."""
    for name in list(os.environ):
        if name.startswith("CLEW_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CLEW_HOME", str(clew_home))


@pytest.fixture(scope="session")
def model_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for exported models, shared by all processes, for exporting takes seconds."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "models"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def encoder(model_cache: Path) -> "Encoder":
    """The bundled MiniLM."""
    from clew.tools.corpus.encoder import load_encoder

    return load_encoder(None, cache_dir=model_cache)


@pytest.fixture
def make_parts() -> Callable[..., Parts]:
    """Make parts of a scripted policy over the passages of `POLAR`; any part can be replaced."""

    def make(**replaced: object) -> Parts:
        parts: dict[str, object] = {
            "policy": chain_policy(),
            "critic": ContentCritic(),
            "backends": (MemorySearch(POLAR),),
            "queries": Plain(),
        }
        return Parts(**{**parts, **replaced})  # type: ignore[arg-type]

    return make


@pytest.fixture(scope="session")
def ray_cluster() -> Iterator[None]:
    """A Ray cluster of two cores on this machine; starting one takes seconds."""
    ray = pytest.importorskip("ray", reason="the extra ray is not installed")
    ray.init(
        num_cpus=2,
        include_dashboard=False,
        log_to_driver=False,
        logging_level="ERROR",
        _node_ip_address="127.0.0.1",
        runtime_env={"env_vars": {"PYTHONPATH": str(Path(__file__).parent)}},
    )
    yield
    ray.shutdown()
