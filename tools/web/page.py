"""What fetching a page and extracting its text come to."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class Page(BaseModel):
    """A page as it was fetched.

    Attributes:
        url: The address that was asked for, in canonical form.
        final_url: Where redirects led, in canonical form; the same where there were none.
        content_type: What the server says it is, such as ``text/html``, without parameters.
        charset: What the server says it is encoded in, if it does.
        body: The content, decompressed.
        fetched_at: When, in UTC.
    """

    model_config = ConfigDict(frozen=True)

    url: str
    final_url: str
    content_type: str
    charset: str | None
    body: bytes
    fetched_at: datetime


class Fetched(BaseModel):
    """The page is there."""

    model_config = ConfigDict(frozen=True)

    kind: Literal["fetched"] = "fetched"
    page: Page


class Refused(BaseModel):
    """clew did not fetch the page, or stopped doing so, for a reason of its own.

    Such as an unsafe address, robots.txt, a limit, a kind of content that it does not read.

    Attributes:
        reason: Why.
        limit: The limit of the run's budget that left no room for it, if that was why.
    """

    model_config = ConfigDict(frozen=True)

    kind: Literal["refused"] = "refused"
    reason: str
    limit: str | None = None


class Unreachable(BaseModel):
    """The page could not be fetched: no such host, no answer in time, an error status."""

    model_config = ConfigDict(frozen=True)

    kind: Literal["unreachable"] = "unreachable"
    reason: str


FetchOutcome = Annotated[Fetched | Refused | Unreachable, Field(discriminator="kind")]


class PageText(BaseModel):
    """The main text of a page and what is known of it.

    Attributes:
        url: Canonical address of the page: where redirects led.
        title: Its title; empty where it has none.
        text: Its main text, paragraphs separated by line breaks.
        date: When it was published or last changed, as ``YYYY-MM-DD``, where it says so.
        language: Its language as a two-letter code, where known.
    """

    model_config = ConfigDict(frozen=True)

    url: str
    title: str
    text: str
    date: str | None = None
    language: str | None = None


class Unreadable(BaseModel):
    """There is no text in it that could be read."""

    model_config = ConfigDict(frozen=True)

    kind: Literal["unreadable"] = "unreadable"
    reason: str
