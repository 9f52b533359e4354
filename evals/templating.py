"""Templates of pages: whatever is put into one is text, whatever it holds.

Questions, passages and answers come from anywhere. So escaping is not the templates' concern:
every value is escaped as it is put in, for HTML or for Markdown by the template's name.
"""

import re
from functools import cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..agent.cli.wording import clean

if TYPE_CHECKING:
    from jinja2 import Environment

_MARKUP = re.compile(r"[\\`*_{}\[\]|~$]")


def rendered(template: str, **content: Any) -> str:
    """Return a page.

    Args:
        template: Its name, such as ``report.html.jinja``.
        **content: What the template is about; text in it is escaped, and shown in one line.
    """
    environment = _environment("html" if template.endswith(".html.jinja") else "markdown")
    return environment.get_template(template).render(content)


def markdown_text(text: str) -> str:
    """Return text so that Markdown shows it as it is, in a table's cell and elsewhere.

    It must not begin a line, for there more characters mean something.
    """
    return _MARKUP.sub(r"\\\g<0>", escape(clean(text), quote=False))


@cache
def _environment(form: str) -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    def finalized(value: Any) -> Any:
        if hasattr(value, "__html__"):  # made by a template, or escaped before
            return value
        text = str(value)
        return clean(text) if form == "html" else Markup(markdown_text(text))

    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        # It escapes for HTML; Markdown is escaped above, and marked as such.
        autoescape=True,
        finalize=finalized,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
