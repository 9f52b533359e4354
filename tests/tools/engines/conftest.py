"""A server that speaks the search APIs, and keys that it takes."""

from collections.abc import Iterator

import pytest
from search_apis import SearchApis, lead_to_loopback
from search_formats import KEY


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[SearchApis]:
    for name in ("BRAVE_API_KEY", "TAVILY_API_KEY", "SERPER_API_KEY"):
        monkeypatch.setenv(name, KEY)
    monkeypatch.setenv("NO_PROXY", "*")
    with SearchApis() as running:
        lead_to_loopback(monkeypatch, running.url)
        yield running
