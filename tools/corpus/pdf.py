"""Title and text of PDF files."""

import logging
from pathlib import Path

from ...errors import DocumentError


def pdf_text(path: Path) -> tuple[str | None, str, list[tuple[int, str]]]:
    """Return the title, the text, and the pages that cannot be read with the reasons.

    Raises:
        DocumentError: No page of it can be read.
    """
    try:
        from pypdf import PdfReader
    except ImportError as error:
        raise DocumentError("reading PDF needs pypdf: pip install 'clew[pdf]'") from error

    # It warns about every oddity of a file that it reads all the same.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    pages: list[str] = []
    broken: list[tuple[int, str]] = []
    with path.open("rb") as file:
        try:
            reader = PdfReader(file)
            if reader.is_encrypted and not reader.decrypt(""):
                raise DocumentError("encrypted PDF; save a copy without a password")
            count = len(reader.pages)
        except (DocumentError, OSError):
            raise
        # A broken file makes pypdf raise errors of every kind, not only its own.
        except Exception as error:
            raise DocumentError(f"broken PDF ({error})") from error
        for number in range(1, count + 1):
            try:
                pages.append(reader.pages[number - 1].extract_text())
            except Exception as error:
                broken.append((number, f"page cannot be read ({error})"))
        try:
            title = reader.metadata.title if reader.metadata else None
        except Exception:
            title = None
    if not any(page.strip() for page in pages):
        reason = "no page of it can be read" if broken else "no text in it; a scan?"
        raise DocumentError(reason)
    return title, "\n\n".join(pages), broken
