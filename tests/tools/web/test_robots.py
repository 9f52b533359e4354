import asyncio
import time

import pytest
from loopback_internet import LoopbackInternet, make_fetcher
from web_behaviours import Behaviour, after, first, hanging, page, redirect, status
from web_server import WebServer

from clew.tools.web.page import Fetched, FetchOutcome, Refused, Unreachable


async def fetch(server: WebServer, *paths: str, respect_robots: bool = True) -> list[FetchOutcome]:
    fetcher = make_fetcher(LoopbackInternet(server), respect_robots=respect_robots)
    outcomes = [await fetcher.fetch(f"http://site.example{path}") for path in paths]
    await fetcher.aclose()
    return outcomes


RULES = """
User-agent: *
Disallow: /

User-agent: clew
Disallow: /private/
Disallow: /*.json$
Allow: /private/open
"""


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/", True),
        ("/page?x=1", True),
        ("/private/page", False),
        ("/private/open/page", True),
        ("/a/b.json", False),
        ("/a/b.json?x=1", True),
    ],
)
async def test_a_sites_rules_for_clew_hold(path: str, allowed: bool) -> None:
    with WebServer({"/robots.txt": page(RULES, "text/plain")}, otherwise=page()) as server:
        (outcome,) = await fetch(server, path)
        assert isinstance(outcome, Fetched if allowed else Refused)
        assert server.paths == (["/robots.txt", path] if allowed else ["/robots.txt"])
        if isinstance(outcome, Refused):
            assert "robots.txt" in outcome.reason


async def test_rules_for_all_hold_where_there_are_none_for_clew() -> None:
    rules = page("User-agent: *\nDisallow: /a", "text/plain")
    with WebServer({"/robots.txt": rules}, otherwise=page()) as server:
        refused, fetched = await fetch(server, "/a", "/b")
    assert isinstance(refused, Refused)
    assert isinstance(fetched, Fetched)


async def test_rules_are_read_once_for_a_site() -> None:
    rules = after(0.05, page("User-agent: *\nDisallow: /a", "text/plain"))
    with WebServer({"/robots.txt": rules}, otherwise=page()) as server:
        fetcher = make_fetcher(LoopbackInternet(server), respect_robots=True)
        hosts = ["site.example", "site.example", "other.example"]
        await asyncio.gather(*(fetcher.fetch(f"http://{host}/b") for host in hosts))
        await fetcher.fetch("http://site.example/c")
        await fetcher.aclose()
        assert server.paths.count("/robots.txt") == 2


async def test_rules_hold_for_where_redirects_lead() -> None:
    routes = {
        "site.example/robots.txt": status(404),
        "other.example/robots.txt": page("User-agent: *\nDisallow: /", "text/plain"),
        "site.example/": redirect("http://other.example/"),
    }
    with WebServer(routes, otherwise=page()) as server:
        (outcome,) = await fetch(server, "/")
        assert isinstance(outcome, Refused)
        assert "other.example" in outcome.reason
        assert server.paths == ["/robots.txt", "/", "/robots.txt"]


@pytest.mark.parametrize(
    "answer",
    [
        status(404),
        status(403),
        status(401),
        page("", "text/plain"),
        page("<html><p>Not here", "text/html"),
        page(b"\xff\xfe\x00garbage\n" * 100, None),
        page("User-agent: *\nCrawl-delay: 1e999\nDisallow:", "text/plain"),
        redirect("/rules"),
    ],
)
async def test_without_rules_everything_is_allowed(answer: Behaviour) -> None:
    routes = {"/robots.txt": answer, "/rules": status(404)}
    with WebServer(routes, otherwise=page()) as server:
        (outcome,) = await fetch(server, "/page")
    assert isinstance(outcome, Fetched)


@pytest.mark.parametrize(
    "answer",
    [
        status(500),
        status(503),
        redirect("/robots.txt"),
        redirect("http://127.0.0.1/robots.txt"),
        redirect("ftp://site.example/robots.txt"),
        page(b"#" * 600_000, "text/plain"),
        page(b"x", "text/plain", Content_Encoding="br"),
    ],
)
async def test_where_rules_cannot_be_read_nothing_is_allowed(answer: Behaviour) -> None:
    with WebServer({"/robots.txt": answer}, otherwise=page()) as server:
        outcomes = await fetch(server, "/page", "/other")
        assert all(isinstance(outcome, Refused) for outcome in outcomes)
        assert set(server.paths) == {"/robots.txt"}


async def test_a_server_that_says_nothing_of_its_rules_is_unreachable() -> None:
    with WebServer({"/robots.txt": hanging}, otherwise=page()) as server:
        (outcome,) = await fetch(server, "/page")
    assert isinstance(outcome, Unreachable)


async def test_a_server_that_wants_fewer_requests_is_asked_again() -> None:
    routes = {"/robots.txt": first([status(429)], then=status(404)), "/page": page()}
    with WebServer(routes) as server:
        (outcome,) = await fetch(server, "/page")
    assert isinstance(outcome, Fetched)


async def test_rules_can_be_disregarded() -> None:
    routes = {"/robots.txt": page("User-agent: *\nDisallow: /", "text/plain"), "/page": page()}
    with WebServer(routes) as server:
        (outcome,) = await fetch(server, "/page", respect_robots=False)
        assert isinstance(outcome, Fetched)
        assert server.paths == ["/page"]


@pytest.mark.parametrize(
    "rules",
    [
        "User-agent: clew\n" + "Disallow: /*a*a*a*a*a*a*a*a*b$\n" * 12_000,
        "User-agent: *\nDisallow: /" + "*a" * 200_000 + "$",
        "User-agent: clew\n" * 25_000 + "Disallow: /x",
        "".join(f"User-agent: bot{i}\nDisallow: /{i}\n" for i in range(12_000)),
    ],
)
async def test_rules_made_to_take_long_do_not(rules: str) -> None:
    routes = {"/robots.txt": page(rules, "text/plain")}
    with WebServer(routes, otherwise=page()) as server:
        began = time.process_time()
        (outcome,) = await fetch(server, "/" + "a" * 7_000)
        assert time.process_time() - began < 2.0
    assert isinstance(outcome, Fetched)
