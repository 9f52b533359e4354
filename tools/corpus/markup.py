"""What Markdown and HTML say about themselves: titles, encodings."""

import re

_FENCED = re.compile(r"^ {0,3}(```+|~~~+).*?(?:^ {0,3}\1|\Z)", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(
    r"^ {0,3}#{1,6}[ \t]+(?P<hashed>.+?)[ \t#]*$"
    r"|^(?P<underlined>[^\s>#*+=-][^\n]*)\n {0,3}(?:={2,}|-{2,})[ \t]*$",
    re.MULTILINE,
)
_FRONT_MATTER = re.compile(r"\A---\n.*?^---$", re.MULTILINE | re.DOTALL)
_DECLARED = re.compile(rb"""<(?:meta|\?xml)[^>]*?(?:charset|encoding)\s*=\s*["']?([\w-]+)""", re.I)
_EMPHASIS = re.compile(r"(\*+|`+|(?<!\w)_+)(\S.*?)\1")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")


def markdown_title(text: str) -> str | None:
    """Return the first heading of a Markdown text, if it has one."""
    prose = _FENCED.sub("", _FRONT_MATTER.sub("", text))
    heading = _HEADING.search(prose)
    if heading is None:
        return None
    title: str = heading["hashed"] or heading["underlined"]
    return _EMPHASIS.sub(r"\2", _LINK.sub(r"\1", title))


def declared_encoding(content: bytes) -> str | None:
    """Return the encoding that an HTML page names for itself."""
    declared = _DECLARED.search(content[:4096])
    return declared[1].decode("ascii") if declared else None
