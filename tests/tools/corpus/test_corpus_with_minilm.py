"""The corpus with the real encoder: passages within its limit, and found by meaning."""

from pathlib import Path
from typing import TYPE_CHECKING

from corpus_support import write_files

from clew.tools.corpus.chunking import MAX_TOKENS, embedded_text, split
from clew.tools.corpus.index import open_corpus
from clew.tools.corpus.indexing import index_documents
from clew.tools.corpus.readers import Document

if TYPE_CHECKING:
    from clew.tools.corpus.encoder import Encoder


def test_found_by_meaning(tmp_path: Path, encoder: "Encoder") -> None:
    files = {
        "crete.md": "# Crete\n\nThe island's capital is Heraklion.",
        "bread.txt": "Knead the dough, let it rise, then bake it.",
        "long.txt": "Ships crossed the Aegean Sea with oil and wine. " * 60,
    }
    home = tmp_path / "data"
    root = write_files(tmp_path / "files", files)
    report = index_documents([root], home=home, name="real", encoder=encoder)
    assert report.added == 3 and report.passages >= 5
    index = open_corpus(home, "real")
    [(best, cosine)] = index.search_vectors(encoder.encode(["How do I make a loaf?"])[0], 1)
    assert index.passages([best])[0].title == "bread" and cosine > 0.2
    index.close()


def test_no_passage_is_cut_off_by_the_encoder(encoder: "Encoder") -> None:
    text = "Ünïcode wörds, 3.14159 and antidisestablishmentarianism; 漢字かな交じり文。 " * 80
    passages = split(Document(source="s", title="Tïtle (1976 film)", text=text), encoder)
    sizes = [
        len(encoder.token_offsets(embedded_text(passage.title, passage.text))) + 2
        for passage in passages
    ]
    assert len(sizes) > 1 and max(sizes) <= MAX_TOKENS
