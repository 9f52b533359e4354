"""The templates of prompts: a sandbox that shows every inserted text as untrusted."""

from collections.abc import Collection, Iterator
from typing import Any

from jinja2 import DictLoader, StrictUndefined, Template, TemplateError, TemplateSyntaxError, meta
from jinja2.nodes import Name, Node
from jinja2.nodes import Template as Tree
from jinja2.sandbox import ImmutableSandboxedEnvironment

from .parsing import PromptFile, problem
from .untrusted import shown

COMMON = "common"
"""The prompt that the others begin with."""

_INCLUDED = f"{COMMON}.md"


class PromptEnvironment:
    """Compiles the templates of prompts, after checking what they use.

    Args:
        common: What ``{% include "common.md" %}`` stands for.

    Raises:
        SettingsError: If that text is no template.
    """

    def __init__(self, common: PromptFile) -> None:
        self._jinja = ImmutableSandboxedEnvironment(
            loader=DictLoader({_INCLUDED: common.body.strip()}),
            undefined=StrictUndefined,
            finalize=_inserted,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.compiled(common.body, common, common.line)

    def compiled(self, text: str, file: PromptFile, line: int) -> Template:
        """Return the template of a part of a file.

        Args:
            text: The part.
            file: The file, which declares the variables that the part may use.
            line: Line of the file where the part begins.

        Raises:
            SettingsError: If the part is no template, uses a variable that the file does not
                declare, or includes another prompt than the common one.
        """
        try:
            tree = self._jinja.parse(text)
            self._check(tree, file, line)
            return self._jinja.from_string(text)
        except TemplateSyntaxError as error:
            raise problem(
                file.path,
                f"the template cannot be understood: {error.message}",
                line=line + error.lineno - 1,
            ) from error

    def _check(self, tree: Tree, file: PromptFile, line: int) -> None:
        used = meta.find_undeclared_variables(tree) - self._jinja.globals.keys()
        for name in _uses(tree, used - set(file.variables)):
            raise problem(
                file.path,
                f"{name.name} is used but not declared: add it to  variables  in the head, or "
                f"use one that is ({', '.join(file.variables) or 'none is'})",
                line=line + name.lineno - 1,
            )
        for included in meta.find_referenced_templates(tree):
            if included != _INCLUDED or file.path.stem == COMMON:
                raise problem(
                    file.path,
                    f"{included or 'a computed name'} cannot be included: only {_INCLUDED} can, "
                    "by the other prompts",
                )


def rendered(template: Template, file: PromptFile, values: dict[str, Any]) -> str:
    """Return a template filled in.

    Raises:
        SettingsError: If the template fails on these values, or nothing comes of it.
    """
    try:
        text = template.render(values).strip()
    except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError) as error:
        raise problem(file.path, f"the template fails: {error}") from error
    if not text:
        raise problem(file.path, "a section comes out empty: write text that always stands there")
    return text


def _uses(tree: Node, names: Collection[str]) -> Iterator[Name]:
    return (name for name in tree.find_all(Name) if name.name in names and name.ctx == "load")


def _inserted(value: object) -> str:
    return shown(str(value))
