"""What the search APIs that clew asks answer, in their documented formats, of a made-up web.

Requests that the documentation does not allow are refused in the words of each API. The engines of
the package ddgs are answered with the pages that its expressions read.
"""

import html
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

KEY = "key-of-the-tests-0123456789"


@dataclass(frozen=True)
class WebPage:
    """A page of the made-up web."""

    url: str
    title: str
    text: str
    date: str = "2024-03-05"
    language: str = "en"


WEB = (
    WebPage(
        "https://polar.example.org/endurance",
        "Endurance (1912 ship)",
        "The captain of the Endurance was Frank Worsley.",
    ),
    WebPage(
        "https://polar.example.org/worsley",
        "Frank Worsley",
        "The captain was born in Akaroa, New Zealand & sailed <often>.",
    ),
    WebPage(
        "https://de.example.net/fram", "Fram", "Fram war ein Schiff.", "2026-11-20", language="de"
    ),
    WebPage("https://ærø.example/東京", "Ærøskøbing 東京 🚢", "Ein Hafen 東京 Ærøskøbing."),
    *(
        WebPage(f"https://fleet.example.com/ship/{n}", f"Vessel {n}", f"A vessel, number {n}.")
        for n in range(120)
    ),
)


@dataclass
class Asked:
    """One request as it came."""

    api: str
    method: str
    path: str
    headers: dict[str, str]
    params: dict[str, Any]
    peer: int
    at: float = field(default_factory=time.monotonic)


def good_answer(asked: Asked, web: Sequence[WebPage]) -> tuple[int, str, bytes]:
    """Return what an API answers: status, type and body."""
    if asked.api == "ddgs":
        return 200, "text/html; charset=utf-8", _results_page(asked, web).encode()
    status, content = _ANSWERS[asked.api](asked, web)
    return status, "application/json", json.dumps(content).encode()


def _found(web: Sequence[WebPage], query: str, *, language: str | None = None) -> list[WebPage]:
    """Return the pages that hold one of the query's words, on the site that it names."""
    words = [each for each in query.casefold().split() if not each.startswith("site:")]
    sites = [each[5:] for each in query.casefold().split() if each.startswith("site:")]
    return [
        page
        for page in web
        if any(word in f"{page.title} {page.text}".casefold().split() for word in words)
        and all(site in urlsplit(page.url).netloc for site in sites)
        and language in (None, page.language)
    ]


def _brave(asked: Asked, web: Sequence[WebPage]) -> tuple[int, Any]:
    params = asked.params

    def error(code: str, detail: str) -> tuple[int, Any]:
        about = {"id": "0", "status": 422, "code": code, "detail": detail}
        return 422, {"type": "ErrorResponse", "error": about, "time": 0}

    if asked.headers.get("x-subscription-token") != KEY:
        return error("SUBSCRIPTION_TOKEN_INVALID", "The provided subscription token is invalid.")
    query, count = params.get("q", ""), int(params.get("count", 20))
    if not query or len(query) > 400 or len(query.split()) > 50 or not 1 <= count <= 20:
        return error("VALIDATION", "Unable to validate request parameter(s)")
    if params.get("freshness", "pd") not in ("pd", "pw", "pm", "py"):
        return error("VALIDATION", "freshness")
    pages = _found(web, query, language=params.get("search_lang"))[:count]
    answer: dict[str, Any] = {"type": "search", "query": {"original": query}, "mixed": {}}
    if pages:
        results = [
            {
                "type": "search_result",
                "title": page.title,
                "url": page.url,
                "description": html.escape(page.text, quote=False),
                "page_age": f"{page.date}T00:00:00",
                "age": "March 5, 2024",
                "meta_url": {"hostname": urlsplit(page.url).netloc},
            }
            for page in pages
        ]
        answer["web"] = {"type": "search", "results": results, "family_friendly": True}
    return 200, answer


def _tavily(asked: Asked, web: Sequence[WebPage]) -> tuple[int, Any]:
    params = asked.params
    if asked.headers.get("authorization") != f"Bearer {KEY}":
        return 401, {"detail": {"error": "Unauthorized: missing or invalid API key."}}
    query, most = params.get("query", ""), params.get("max_results", 5)
    if not query or len(query) > 400 or not 0 <= most <= 20:
        return 400, {"detail": {"error": "Invalid request."}}
    if params.get("time_range", "day") not in ("day", "week", "month", "year"):
        return 400, {"detail": {"error": "Invalid time_range."}}
    pages = _found(web, query)
    if domains := params.get("include_domains"):
        pages = [page for page in pages if any(each in page.url for each in domains)]
    results = [
        {"url": page.url, "title": page.title, "content": page.text, "score": 0.9}
        | {"raw_content": None, "published_date": page.date}
        for page in pages[:most]
    ]
    return 200, {
        **{"query": query, "answer": None, "images": [], "follow_up_questions": None},
        **{"results": results, "response_time": 0.4, "request_id": "1"},
    }


def _serper(asked: Asked, web: Sequence[WebPage]) -> tuple[int, Any]:
    params = asked.params
    if asked.headers.get("x-api-key") != KEY:
        return 403, {"message": "Unauthorized.", "statusCode": 403}
    query, most = params.get("q", ""), params.get("num", 10)
    if not query or not 1 <= most <= 100:
        return 400, {"message": "Invalid request", "statusCode": 400}
    organic = [
        {"title": page.title, "link": page.url, "snippet": page.text, "position": place}
        | ({"date": page.date} if place % 2 else {"date": "3 days ago"})
        for place, page in enumerate(_found(web, query)[:most], start=1)
    ]
    return 200, {"searchParameters": {"q": query, "type": "search"}, "organic": organic}


def _searxng(asked: Asked, web: Sequence[WebPage]) -> tuple[int, Any]:
    params = asked.params
    if asked.path != "/search" or params.get("format") != "json":
        return 403, {"error": "Forbidden"}
    query = params.get("q", "")
    if not query or params.get("time_range", "day") not in ("day", "week", "month", "year"):
        return 400, {"error": "Invalid value"}
    results = [
        {"url": page.url, "title": page.title, "content": page.text, "engine": "wibble"}
        | {"publishedDate": f"{page.date}T10:00:00", "score": 1.0, "category": "general"}
        for page in _found(web, query, language=params.get("language"))
    ]
    return 200, {
        **{"query": query, "number_of_results": 0, "results": results, "answers": []},
        **{"corrections": [], "infoboxes": [], "suggestions": [], "unresponsive_engines": []},
    }


def _wikipedia(asked: Asked, web: Sequence[WebPage]) -> tuple[int, Any]:
    params = asked.params
    query, most = params.get("srsearch", ""), int(params.get("srlimit", 10))
    if not query or not 1 <= most <= 500 or params.get("list") != "search":
        return 200, {"error": {"code": "missingparam", "info": 'The "srsearch" must be set.'}}
    if len(query) > 300:
        return 200, {"error": {"code": "cirrussearch", "info": "A search request is too long."}}
    found = [
        {
            **{"ns": 0, "title": page.title, "pageid": place, "size": 100, "wordcount": 12},
            "snippet": f'<span class="searchmatch">{html.escape(page.text)}</span>',
            "timestamp": f"{page.date}T12:00:00Z",
        }
        for place, page in enumerate(_found(web, query)[:most], start=1)
    ]
    info = {"totalhits": len(found)}
    return 200, {"batchcomplete": True, "query": {"searchinfo": info, "search": found}}


_ANSWERS: dict[str, Callable[[Asked, Sequence[WebPage]], tuple[int, Any]]] = {
    "brave": _brave,
    "tavily": _tavily,
    "serper": _serper,
    "searxng": _searxng,
    "wikipedia": _wikipedia,
}
_ROWS = {
    "html.duckduckgo.com": '<div class="links_main result__body"><h2><a href="{url}">{title}</a>'
    '</h2><a class="result__snippet" href="{url}">{text}</a></div>',
    "search.brave.com": '<div data-type="web"><a href="{url}"><div class="title">{title}</div></a>'
    '<div class="snippet"><div class="content">{text}</div></div></div>',
    "www.mojeek.com": '<ul class="results-standard"><li><h2><a href="{url}">{title}</a></h2>'
    '<p class="s">{text}</p></li></ul>',
    "www.startpage.com": '<div class="result css-1"><a href="{url}"><h2>{title}</h2></a>'
    "<p>{text}</p></div>",
    "search.yahoo.com": '<div class="relsrch"><div class="compTitle"><a href="https://r.search.'
    'yahoo.com/_ylt=A/RV=2/RU={quoted}/RK=2/RS=x"><h3>{title}</h3></a></div>'
    '<div class="compText">{text}</div></div>',
}


def _results_page(asked: Asked, web: Sequence[WebPage]) -> str:
    """Return the page on which one of the sites shows what it found."""
    host = asked.path.split("/")[1]
    params = asked.params
    query = params.get("q") or params.get("query") or params.get("p") or ""
    rows = [
        _ROWS[host].format(
            url=html.escape(page.url),
            quoted=quote(page.url, safe=""),
            title=html.escape(page.title),
            text=html.escape(page.text),
        )
        for page in _found(web, query)[:10]
    ]
    box = f'<form id="search"><input name="q" value="{html.escape(query)}">'
    box += '<input name="sc" value="x1"></form>'
    shown = "".join(rows) or "<p>No results found.</p>"
    return f"<!doctype html><html><head><title>s</title></head><body>{box}{shown}</body></html>"
