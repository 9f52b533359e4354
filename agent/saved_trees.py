"""Search trees in files: written as data or as a picture, and read back."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from ..errors import StorageFull, TreeError
from ..graphs.tree_search.record import TreeRecord
from ..tools.corpus.storage import is_full

_Model = TypeVar("_Model", bound=BaseModel)


class SavedTree(BaseModel):
    """A line of ``predictions.jsonl``, as far as its tree goes; other fields are left alone.

    Attributes:
        id: The question's id.
        question: What was asked.
        answers: The right answers, where evaluation knows them.
        search_tree: The tree, where the expansion searched one.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    question: str
    answers: tuple[str, ...] = ()
    search_tree: TreeRecord | None = None


def _json(record: TreeRecord) -> str:
    return record.model_dump_json(indent=2) + "\n"


def _svg(record: TreeRecord) -> str:
    from .drawing.svg import svg

    return svg(record)


def _html(record: TreeRecord) -> str:
    from .drawing.page import page

    return page(record)


_FORMS: Mapping[str, Callable[[TreeRecord], str]] = {".json": _json, ".svg": _svg, ".html": _html}


def require_form(file: Path) -> None:
    """Make sure that a tree can be written to a file of that name.

    Raises:
        TreeError: It ends otherwise than in ``.json``, ``.svg`` or ``.html``, or its folder is
            not there.
    """
    if file.suffix.lower() not in _FORMS:
        raise TreeError(
            f"a tree is written as {', '.join(_FORMS)}, which {file.name!r} does not end in; "
            "name a file that does"
        )
    if file.is_dir() or not file.absolute().parent.is_dir():
        what = "is a folder" if file.is_dir() else "lies in a folder that does not exist"
        raise TreeError(f"{file} {what}; name another file")


def write_tree(record: TreeRecord, file: Path) -> None:
    """Write a tree as data, as SVG or as a page, as the file's name ends.

    Raises:
        TreeError: The file cannot be written; see `require_form`.
        StorageFull: There is no room for it.
    """
    require_form(file)
    content = _FORMS[file.suffix.lower()](record)
    try:
        # Lone surrogates cannot be read back by everyone.
        file.write_bytes(content.encode("utf-8", "replace"))
    except OSError as error:
        if is_full(error):
            raise StorageFull(f"no room is left on the disk of {file}") from error
        raise TreeError(f"{file} cannot be written: {error.strerror or error}") from error


def read_tree(file: Path, id: str | None = None) -> TreeRecord:
    """Return a tree from its own file, or that of a question from what evaluation wrote.

    Args:
        file: JSON of a tree; or ``predictions.jsonl``, or the run's folder that holds it.
        id: The question's id; not needed where there is one tree only.

    Raises:
        TreeError: The file cannot be read, or holds no such tree, or several and no id is given.
    """
    if file.suffix.lower() == ".json":
        if id is not None:
            raise TreeError(f"{file} holds one tree; leave the id out")
        return _checked(_parsed(TreeRecord, _text(file), str(file)), str(file))
    trees = {each.id: each.search_tree for each in read_saved(file) if each.search_tree}
    if not trees:
        raise TreeError(
            f"{file} holds no search tree: only runs with an expansion that searches have one"
        )
    if id is None and len(trees) == 1:
        return next(iter(trees.values()))
    if id is None or id not in trees:
        some = ", ".join(list(trees)[:5]) + (", …" if len(trees) > 5 else "")
        lack = f"holds no tree of {id!r}" if id is not None else f"holds {len(trees)} trees"
        raise TreeError(f"{file} {lack}; name one of its questions by --id: {some}")
    return trees[id]


def read_saved(path: Path) -> Iterator[SavedTree]:
    """Yield the lines of a ``predictions.jsonl``, or of that of a run's folder.

    Raises:
        TreeError: It cannot be read, or a line is not what evaluation writes.
    """
    file = path / "predictions.jsonl" if path.is_dir() else path
    for number, line in enumerate(_text(file).split("\n"), 1):
        if line.strip():
            where = f"{file}, line {number}"
            saved = _parsed(SavedTree, line, where)
            if saved.search_tree is not None:
                _checked(saved.search_tree, where)
            yield saved


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise TreeError(f"{file} cannot be read: {reason}") from None


def _parsed(model: type[_Model], text: str, where: str) -> _Model:
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        reason = ": ".join(filter(None, (".".join(map(str, first["loc"])), first["msg"])))
        raise TreeError(
            f"{where} holds no tree ({reason}); give what --tree of `clew ask` or `clew eval` wrote"
        ) from None


def _checked(record: TreeRecord, where: str) -> TreeRecord:
    """Return a tree that hangs together, or say where it does not."""
    count = len(record.nodes)
    wrong = [] if count else ["it has no nodes"]
    for place, node in enumerate(record.nodes):
        if node.id != place:
            wrong.append(f"node {node.id} stands at place {place}")
        if (node.parent is None) != (place == 0) or (node.parent or 0) not in range(place or 1):
            wrong.append(f"node {place} hangs on {node.parent}, which does not come before it")
        if missing := [key for key in node.steps.values() if key not in record.steps]:
            wrong.append(f"node {place} has a step {missing[0]!r} that is not there")
    if record.chosen is not None and record.chosen not in range(count):
        wrong.append(f"the chosen node {record.chosen} is not there")
    if wrong:
        raise TreeError(f"{where} holds a damaged tree: {wrong[0]}")
    return record
