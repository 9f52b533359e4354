"""The retriever on small test sets in BEIR's layout, with the real encoder and index."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import ir_measures
import pytest
from ir_measures import R, nDCG

from clew.errors import QuestionsError, RunDirectoryError
from clew.evals.retrieval import RetrievalResult, evaluate_retriever
from clew.evals.retrieval_data import read_retrieval_set
from clew.evals.retrieval_files import make_empty_folder, trec_run, write_retrieval
from clew.evals.retrieval_rankings import RANKINGS, ranked_documents
from clew.tools.corpus.encoder import Encoder
from clew.tools.passages import Passage

SCIFACT = Path(__file__).resolve().parents[2] / "../shared/data/retrieval/scifact"

DOCUMENTS = {
    "d1": ("Fram", "The Fram was built in Larvik by Colin Archer for Nansen's expedition."),
    "d2": ("Belgica", "The Belgica carried the Belgian expedition to the Antarctic in 1897."),
    "d3": ("", "Emperor penguins breed on sea ice in the winter of the Antarctic."),
    "d4": ("Sledge dogs pulled supplies to the pole", ""),
    "d5": ("", " "),
}
QUERIES = {
    "q1": "Where was the Fram built?",
    "q2": "Which birds breed on sea ice?",
    "q3": "What pulled the supplies?",
    "q4": "Nobody has judged this.",
    "q5": "To this nothing is relevant.",
}
QRELS = "q1 d1 2|q1 d2 1|q2 d3 1|q2 d9 1|q3 d4 1|q5 d1 0|q9 d1 1"


def json_lines(records: list[dict[str, Any]]) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


def write_set(folder: Path, **changed: str) -> Path:
    """Write a test set; files are changed by name, their endings left out."""
    (folder / "qrels").mkdir(parents=True)
    corpus = [{"_id": id, "title": of[0], "text": of[1]} for id, of in DOCUMENTS.items()]
    queries = [{"_id": id, "text": text} for id, text in QUERIES.items()]
    judged = QRELS.replace(" ", "\t").replace("|", "\n")
    files = {
        "corpus.jsonl": changed.get("corpus", json_lines(corpus)),
        "queries.jsonl": changed.get("queries", json_lines(queries)),
        "qrels/test.tsv": changed.get("qrels", f"query-id\tcorpus-id\tscore\n{judged}\n"),
    }
    for name, content in files.items():
        (folder / name).write_text(content)
    return folder


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which the test set is indexed once."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_set(tmp_path_factory.mktemp("sets") / "polar set, größer")


@pytest.fixture(scope="module", params=list(RANKINGS))
def result(
    request: pytest.FixtureRequest, folder: Path, home: Path, encoder: Encoder
) -> RetrievalResult:
    return evaluate_retriever(folder, ranking=request.param, home=home, encoder=encoder)


def test_every_ranking_finds_what_is_plainly_there(result: RetrievalResult) -> None:
    assert set(result.run) == {"q1", "q2", "q3"}
    assert [found[0][0] for found in result.run.values()] == ["d1", "d3", "d4"]
    assert result.metrics["n"] == 3
    assert result.metrics["recall@10"] <= 2.5 / 3, "q2 has a document that the corpus lacks"
    assert result.metrics["ndcg@10"] > 0.79


def test_what_was_left_out_is_counted(result: RetrievalResult) -> None:
    config = result.config
    assert (config.documents, config.empty_documents) == (5, 1)
    assert (config.unjudged, config.unknown_queries, config.unknown_documents) == (2, 1, 1)
    assert (config.queries, config.dataset) == (3, "polar set, größer")


def test_trec_eval_finds_the_same_figures(
    result: RetrievalResult, folder: Path, tmp_path: Path
) -> None:
    write_retrieval(tmp_path, result)
    run = list(ir_measures.read_trec_run(str(tmp_path / "run.trec")))  # type: ignore[no-untyped-call]
    test_set = read_retrieval_set(folder, "test")
    expected = ir_measures.pytrec_eval.calc_aggregate(
        [nDCG @ 10, R @ 10, R @ 100], test_set.relevance, run
    )
    written = json.loads((tmp_path / "metrics.json").read_text())
    assert written["ndcg@10"] == pytest.approx(expected[nDCG @ 10], abs=1e-6)
    assert written["recall@10"] == pytest.approx(expected[R @ 10], abs=1e-6)
    assert written["recall@100"] == pytest.approx(expected[R @ 100], abs=1e-6)
    config = json.loads((tmp_path / "config.json").read_text())
    assert config["ranking"] == result.config.ranking
    report = (tmp_path / "report.md").read_text()
    assert f"| ndcg@10 | {100 * written['ndcg@10']:.2f} |" in report


def test_a_second_time_nothing_is_indexed_and_all_is_the_same(
    folder: Path, home: Path, encoder: Encoder
) -> None:
    said: list[str] = []
    first = evaluate_retriever(folder, home=home, encoder=encoder)
    second = evaluate_retriever(
        folder, home=home, encoder=encoder, progress=lambda what, done, total: said.append(what)
    )
    assert second.run == first.run and second.config == first.config
    assert "searching" in said and "encoding" not in said


def test_a_limit_takes_the_first_queries(folder: Path, home: Path, encoder: Encoder) -> None:
    result = evaluate_retriever(folder, home=home, encoder=encoder, limit=2)
    assert list(result.run) == ["q1", "q2"]
    with pytest.raises(QuestionsError, match="at least one query"):
        evaluate_retriever(folder, home=home, encoder=encoder, limit=0)


def test_unknown_rankings(folder: Path, home: Path, encoder: Encoder) -> None:
    with pytest.raises(QuestionsError, match="known: retriever, bm25, vectors"):
        evaluate_retriever(folder, ranking="best", home=home, encoder=encoder)


def test_a_document_stands_where_its_best_passage_does() -> None:
    def passage(source: str) -> Passage:
        return Passage(id="0", source=source, title="", text="x")

    ranked = ranked_documents(iter([(passage(s), n) for s, n in [("a", 3), ("b", 2), ("a", 1)]]))
    assert ranked == [("a", 3), ("b", 2)]


def test_deep_rankings_are_cut_at_a_hundred_documents(tmp_path: Path, encoder: Encoder) -> None:
    corpus = [{"id": n, "title": f"Ship {n}", "text": f"A ship of {n} tons."} for n in range(240)]
    folder = write_set(
        tmp_path / "many",
        corpus=json_lines(corpus),
        queries=json_lines([{"_id": "q", "text": "a ship of 7 tons"}]),
        qrels="q\t7\t1\n",
    )
    for ranking in ("bm25", "vectors"):
        result = evaluate_retriever(folder, ranking=ranking, home=tmp_path, encoder=encoder)
        assert len(result.run["q"]) == len(dict(result.run["q"])) == 100
        scores = [score for _, score in result.run["q"]]
        assert scores == sorted(scores, reverse=True)


def test_equal_scores_are_told_apart_in_single_precision(tmp_path: Path) -> None:
    found = [("b", 1.0), ("a", 1.0), ("c", 1.0), ("d", 0.5), ("e", -3.0)]
    file = tmp_path / "run.trec"
    file.write_text(trec_run({"q": found}, tag="tag"))
    run = ir_measures.read_trec_run(str(file))  # type: ignore[no-untyped-call]
    read = ir_measures.pytrec_eval.calc_aggregate([nDCG @ 1], {"q": {"b": 1}}, run)
    assert read[nDCG @ 1] == 1, "trec_eval puts the later of two equal ones first"
    assert file.read_text().splitlines()[0] == "q Q0 b 1 1.0 tag"


def test_the_flat_layout(tmp_path: Path) -> None:
    folder = write_set(tmp_path / "set")
    nested = read_retrieval_set(folder, "test")
    (folder / "queries.jsonl").rename(folder / "queries_train.jsonl")
    (folder / "qrels/test.tsv").rename(folder / "qrels_train.tsv")
    flat = read_retrieval_set(folder, "train")
    assert flat == nested._replace(split="train")
    assert flat.sha256 == nested.sha256 != flat.first(1).sha256


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"corpus": '{"_id": "a", "text": 1}\n{'}, "line 1: its text is no text .*; line 2: not J"),
        ({"corpus": '{"text": "x"}'}, "line 1: no _id or id"),
        ({"corpus": '{"_id": "a b", "text": "x"}'}, "'a b' has spaces or control characters"),
        ({"corpus": '{"_id": "a", "text": "x"}\n' * 2}, "'a' was already used by line 1"),
        ({"corpus": ""}, "corpus.jsonl is empty"),
        ({"queries": '{"_id": "q1", "text": ""}'}, "queries.jsonl has unusable lines.*no text"),
        ({"qrels": "q1\td1\n"}, "line 1: not query id, document id and whole number"),
        ({"qrels": "q1\td1\tgood\n"}, "line 1: not query id"),
        ({"qrels": "q1\td1\t1\nq1\td1\t0\n"}, "line 2: an earlier line judges 'd1' otherwise"),
        ({"qrels": "query-id\tcorpus-id\tscore\n"}, "judges nothing"),
        ({"qrels": "q9\td1\t1\n"}, "judges no document relevant to any of its queries"),
        ({"qrels": "\n".join(f"q1\t{n}" for n in range(30))}, "line 20: .*; and 10 more"),
    ],
)
def test_bad_files_are_told(changed: Mapping[str, str], told: str, tmp_path: Path) -> None:
    folder = write_set(tmp_path / "set", **changed)
    with pytest.raises(QuestionsError, match=told):
        read_retrieval_set(folder, "test")


def test_missing_files_are_told(tmp_path: Path) -> None:
    with pytest.raises(QuestionsError, match="there is no folder"):
        read_retrieval_set(tmp_path / "none", "test")
    folder = write_set(tmp_path / "set")
    with pytest.raises(QuestionsError, match=r"has no qrels/dev.tsv .*the splits here are: test$"):
        read_retrieval_set(folder, "dev")
    (folder / "corpus.jsonl").unlink()
    with pytest.raises(QuestionsError, match=r"has no corpus.jsonl"):
        read_retrieval_set(folder, "test")
    (folder / "qrels/test.tsv").write_bytes(b"q1\td\xff\t1\n")
    with pytest.raises(QuestionsError, match="not UTF-8"):
        read_retrieval_set(folder, "test")


def test_results_go_to_an_empty_folder_only(tmp_path: Path) -> None:
    make_empty_folder(tmp_path / "new" / "folder")
    make_empty_folder(tmp_path / "new" / "folder")
    with pytest.raises(RunDirectoryError, match="is not empty"):
        make_empty_folder(tmp_path / "new")
    (tmp_path / "file").touch()
    with pytest.raises(RunDirectoryError, match="is a file"):
        make_empty_folder(tmp_path / "file")


@pytest.mark.skipif(
    not SCIFACT.is_dir(), reason="the development data does not lie beside the project"
)
def test_scifact_is_read() -> None:
    test_set = read_retrieval_set(SCIFACT, "train")
    assert (len(test_set.documents), len(test_set.queries)) == (5183, 809)
    assert (test_set.unjudged, test_set.unknown_queries, test_set.unknown_documents) == (0, 0, 0)
