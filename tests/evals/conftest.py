"""Fixtures of the tests of evaluation."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from clew.agent.assembly import index_sample_if_missing
from clew.agent.settings import Settings

if TYPE_CHECKING:
    from clew.tools.corpus.encoder import Encoder


@pytest.fixture(scope="session")
def sample_home(tmp_path_factory: pytest.TempPathFactory, encoder: "Encoder") -> Path:
    """A home in which the sample corpus is indexed."""
    home = tmp_path_factory.mktemp("home")
    index_sample_if_missing(Settings(home=home), lambda: encoder)
    return home
