"""A server that speaks the search APIs, and keys that it takes."""

from collections.abc import Iterator

import pytest
from search_apis import SearchApis, served


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[SearchApis]:
    with served(monkeypatch) as running:
        yield running
