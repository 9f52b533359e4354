"""Why a page is not fetched, as exceptions that stay inside `Fetcher`.

They do not derive from `ClewError`, for they end as outcomes: see `clew.tools.web.page`.
"""


class Refusal(Exception):
    """clew will not go on, for a reason of its own; becomes `Refused`."""


class NotPublic(Refusal):
    """The host is one that clew does not connect to."""


class Flooded(Refusal):
    """More comes over the connections to a site than belongs to its pages."""


class Trouble(Exception):
    """The page could not be had; becomes `Unreachable`.

    Args:
        reason: What happened, in plain words.
        passing: Whether it may work if it is tried again.
        retry_after: Seconds after which the server wants it tried again, where it said so.
    """

    def __init__(
        self, reason: str, *, passing: bool = False, retry_after: float | None = None
    ) -> None:
        super().__init__(reason)
        self.passing = passing
        self.retry_after = retry_after
