"""Index a directory in a process of its own, which may kill itself at a chosen moment.

Usage: killed_indexing.py HOME FILES [MOMENT]. A moment is the number of the call, among all calls
of the functions that write, before which the process kills itself; without one it runs to its end
and prints how many such calls there were.
"""

import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from corpus_support import WordEncoder

from clew.tools.corpus import indexing, vector_update, vectors
from clew.tools.corpus.encodings import EncodingJournal

calls = 0
moment = int(sys.argv[3]) if len(sys.argv) > 3 else -1


def deadly(function: Callable[..., Any]) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        global calls
        if calls == moment:
            os.kill(os.getpid(), signal.SIGKILL)
        calls += 1
        return function(*args, **kwargs)

    return call


def main() -> None:
    vector_update._ENCODED_AT_ONCE = 16
    vectors.BATCH = vector_update.BATCH = 16
    for owner, name in (
        (os, "fsync"),
        (os, "mkdir"),
        (os, "unlink"),
        (os, "rename"),
        (os, "replace"),
        (os, "rmdir"),
        (shutil, "copyfile"),
        (shutil, "copytree"),
        (EncodingJournal, "put"),
        (vectors.Vectors, "put"),
        (vectors.Vectors, "remove"),
        (vector_update, "local_vectors"),
        (indexing, "build_terms"),
        (indexing, "commit"),
    ):
        setattr(owner, name, deadly(getattr(owner, name)))
    home, files = map(Path, sys.argv[1:3])
    indexing.index_documents([files], home=home, name="myths", encoder=WordEncoder())
    print(calls)


if __name__ == "__main__":
    main()
