"""ONNX models that were exported once, in a cache folder.

A file is named by what it came from and the version of the export, so that a stale one is never
used. It begins with the checksum of the model behind it, so that a damaged one is noticed and
written anew. It appears by a rename: two processes that export at once write the same model twice,
and neither ever reads half of it.
"""

import hashlib
import logging
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

_log = logging.getLogger(__name__)

_CHECKSUM_BYTES = hashlib.sha256().digest_size


def cached_model(cached: Path, export: Callable[[], bytes]) -> bytes:
    """Return a model from its file, or export it and write the file."""
    model = _read(cached)
    if model is None:
        model = export()
        try:
            _write(cached, model)
        except OSError as error:  # a full or read-only disk costs time, not the run
            _log.warning("%s cannot be cached in %s: %s", cached.name, cached.parent, error)
    return model


def _read(cached: Path) -> bytes | None:
    """Return the cached model, or None where there is no sound one."""
    try:
        content = cached.read_bytes()
    except OSError:
        return None
    checksum, model = content[:_CHECKSUM_BYTES], content[_CHECKSUM_BYTES:]
    return model if model and hashlib.sha256(model).digest() == checksum else None


def _write(cached: Path, model: bytes) -> None:
    cached.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=cached.parent, prefix=cached.name, suffix=".part")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(hashlib.sha256(model).digest())
            file.write(model)
        os.replace(name, cached)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
