"""The report of a run: what it tells, and that nothing in it can get out of its place."""

import random
from collections.abc import Callable
from functools import cache
from html.parser import HTMLParser
from typing import Any

import pytest
from eval_examples import HOSTILE, abstained, answered, failed, holding, make_config
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from clew.evals.config import DatasetConfig
from clew.evals.predictions import Prediction
from clew.evals.report import CASES, figures, html, markdown
from clew.evals.summary import summarised
from clew.graphs.answer import RECALLED_MARK, WEAK_MARK, AnswerSentence
from clew.graphs.budget import ModelUsage, Usage

Report = Callable[..., str]


class _Page(HTMLParser):
    """What a page is made of: its tags with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.ends: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        self.ends.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def _report(make: Report, *predictions: Prediction, **config: Any) -> str:
    return make(make_config(**config), summarised(predictions), predictions)


def _blocks(text: str) -> list[tuple[str, list[str]]]:
    """The structure of Markdown: its blocks, and the marks within them."""
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    return [
        (token.type, [child.type for child in token.children or () if child.type != "text"])
        for token in parser.parse(text)
    ]


@pytest.mark.parametrize("make", [markdown, html])
def test_it_tells_figures_settings_and_what_went_wrong(make: Report) -> None:
    made = _report(
        make,
        answered("right"),
        answered("wrong", "Larvik"),
        abstained("none"),
        failed("broken", "the disk is full"),
    )
    text = _Page(made).text if make is html else made
    for told in (
        "Evaluation of q.jsonl",
        "4 questions: 2 answered, 1 abstained, 1 failed",
        "Exact match",
        "25.0",
        "compositional",
        "SearchUnavailable",
        "the disk is full",
        "Larvik",
        "Akaroa, New Zealand",
        "Where was Frank Worsley born?",
        "Her captain was Frank Worsley.",
        "The passages do not say" if make is html else "Abstentions (1)",
        "settings.workflow",
        "mindsearch",
        "0.50",  # the verdict
    ):
        assert told in text.replace("\\_", "_"), told


def test_marks_of_sentences_are_shown() -> None:
    sentences = (
        AnswerSentence(text="Born in Larvik.", citations=(1,), weak=True),
        AnswerSentence(text="A port.", recalled=True),
    )
    made = _Page(_report(html, answered("wrong", "Larvik", sentences=sentences))).text
    assert f"Born in Larvik. [1] {WEAK_MARK}" in made
    assert f"A port. {RECALLED_MARK}" in made


def test_every_metric_is_shown() -> None:
    spent = Usage(policy_calls=2, tokens_in=900, tokens_out=80, cost=0.25)
    predictions = [
        answered("a", usage=spent, stopped_by="seconds"),
        abstained("b", answers=()),
    ]
    metrics = summarised(predictions, closed_book={"a": answered("a")})
    shown = {figure.measure.name for figure in figures(metrics)}
    assert shown == metrics["ci"].keys()
    made = markdown(make_config(), metrics, predictions)
    assert "| Tokens | 490.0 |" in made
    assert "| Cost | 0.1250 |" in made
    assert "| Misled | 0.0 | 0.0 – 0.0 | 1 |" in made
    assert "| Cut short | 50.0 |" in made
    assert "| Cut short by time | 50.0 |" in made


@pytest.mark.parametrize("make", [markdown, html])
def test_what_language_models_did_is_told_by_role(make: Report) -> None:
    planner = ModelUsage(role="planner", model="hosted_vllm/<script>", calls=3, valid=2, repaired=1)
    made = _report(make, answered("a", usage=Usage(models=(planner,))))
    assert "Language models" in made and "planner" in made
    assert "<script>" not in made


@pytest.mark.parametrize("make", [markdown, html])
def test_what_did_not_happen_has_no_section(make: Report) -> None:
    made = _report(make, answered("right", type=None, hops=None))
    for absent in (
        "Failed questions",
        "Language models",
        "Wrong answers",
        "Abstentions",
        "By type",
        "By hops",
    ):
        assert absent not in made, absent
    assert "Tokens" not in made
    assert "Cut short" not in made
    assert "Wall time" not in made


@pytest.mark.parametrize("make", [markdown, html])
def test_it_warns_of_answers_that_hang_on_the_machine(make: Report) -> None:
    cut = [answered("a", stopped_by="seconds"), answered("b", stopped_by="searches")]
    made = _report(make, *cut, abstained("c"), failed("d", stopped_by="seconds"))
    assert "Wall time ran out for 1 of 3 questions that did not fail." in made
    assert "not comparable with those of runs on other machines or with other workers" in made
    assert "Wall time" not in _report(make, cut[1], failed("d", stopped_by="seconds"))


@pytest.mark.parametrize("make", [markdown, html])
def test_a_run_of_which_everything_failed_has_a_report(make: Report) -> None:
    made = _report(make, failed("a", seconds=0.0), failed("b", seconds=0.0))
    text = _Page(made).text if make is html else made
    assert "2 questions: 0 answered, 0 abstained, 2 failed" in text
    assert "Exact match" in text
    for unknown in ("Seconds", "Policy calls", "Searches"):
        assert unknown not in text, unknown


def test_questions_without_a_type_have_their_row() -> None:
    made = _report(markdown, answered("a"), answered("b", type=None), failed("c", type=None))
    rows = [line for line in made.splitlines() if line.startswith("| (none) |")]
    assert len(rows) == 1, "all three have hops"
    assert rows[0].startswith("| (none) | 2 | 1 |")


@pytest.mark.parametrize("make", [markdown, html])
def test_long_settings_do_not_fill_the_page(make: Report) -> None:
    ids = [f"question-{number}" for number in range(5_000)]
    settings = {"lacking": ids, "few": ["corpus", "web"], "prompt": "word " * 5_000}
    made = _report(make, answered("a"), settings=settings).replace("&#34;", '"')
    assert '5,000: "question-0", "question-1"' in made.replace("\\", "")
    assert "question-4999" not in made
    assert '"corpus", "web"' in made
    assert made.count("word ") < 100


@pytest.mark.parametrize("make", [markdown, html])
def test_the_order_of_predictions_makes_no_difference(make: Report) -> None:
    predictions = [answered(f"q{number:02}", "Larvik") for number in range(30)]
    shuffled = random.Random(3).sample(predictions, len(predictions))
    assert _report(make, *predictions) == _report(make, *shuffled)


@pytest.mark.parametrize("make", [markdown, html])
def test_it_says_how_many_more_there_are(make: Report) -> None:
    wrong = [answered(f"q{number:02}", "Larvik") for number in range(CASES + 5)]
    made = _report(make, *wrong)
    assert f"Wrong answers ({CASES + 5})" in made
    assert f"The first {CASES} by id" in made
    assert f"q{CASES - 1:02}" in made
    assert f"q{CASES:02}" not in made


def _with(text: str) -> dict[str, Any]:
    dataset = DatasetConfig(name=text, format="plain", sha256="aa", questions=2)
    return {"dataset": dataset, "settings": {text: text, "other": [text]}}


def _everywhere(make: Report, text: str) -> str:
    """A report that has a text wherever a text can be, and always the same figures."""
    metrics = _figures()
    metrics = metrics | {"by_type": {text: metrics["by_type"]["harmless"]}}
    predictions = [holding(text), failed("c", text, question=text)]
    return make(make_config(**_with(text)), metrics, predictions)


@cache
def _figures() -> dict[str, Any]:
    return summarised([holding("harmless"), failed("c", type="harmless")])


def test_nothing_gets_out_of_its_place_in_html() -> None:
    plain, wild = (_Page(_everywhere(html, text)) for text in ("harmless", HOSTILE))
    assert wild.tags == plain.tags
    assert wild.ends == plain.ends
    assert "</td><script>alert(1)</script> | *x* ```" in wild.text
    assert "\x1b" not in wild.text
    assert "\u202e" not in wild.text


@pytest.mark.parametrize("make", [markdown, html])
def test_what_no_file_can_hold_is_left_out(make: Report) -> None:
    assert _report(make, failed("c", "half \ud800 a pair")).encode()


def test_nothing_gets_out_of_its_place_in_markdown() -> None:
    plain, wild = (_blocks(_everywhere(markdown, text)) for text in ("harmless", HOSTILE))
    assert wild == plain
    assert "<script" not in _everywhere(markdown, HOSTILE)


_MARKS = st.text(alphabet="|\\`*_[]()<>&!#~-+=:{}$\"' \n\t1.ab\x00\u2028", min_size=1, max_size=25)


@settings(deadline=None, max_examples=50)
@given(_MARKS.map(lambda text: f"x{text}y"))
def test_no_text_at_all_gets_out_of_its_place(text: str) -> None:
    tags, blocks = _harmless()
    assert _Page(_everywhere(html, text)).tags == tags
    assert _blocks(_everywhere(markdown, text)) == blocks


@cache
def _harmless() -> tuple[Any, Any]:
    page, text = (_everywhere(make, "harmless") for make in (html, markdown))
    return _Page(page).tags, _blocks(text)


def test_the_page_needs_nothing_else_and_runs_nothing() -> None:
    page = _Page(_report(html, answered("w", "Larvik"), abstained(), failed()))
    names = {tag for tag, _ in page.tags}
    assert names.isdisjoint({"script", "link", "img", "iframe", "object", "embed", "base", "form"})
    for _, attributes in page.tags:
        assert not any(name.startswith("on") or name == "src" for name in attributes)
        assert (attributes.get("href") or "#").startswith("#")
    assert "url(" not in page.text
    assert "@import" not in page.text


def test_the_page_can_be_found_ones_way_in() -> None:
    page = _Page(_report(html, answered("w", "Larvik"), abstained(), failed()))
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    links = {(attributes["href"] or "")[1:] for tag, attributes in page.tags if tag == "a"}
    named = {each["aria-labelledby"] for _, each in page.tags if "aria-labelledby" in each}
    assert links == named <= set(ids)
    assert ("html", {"lang": "en"}) in page.tags
    assert page.tags[0][0] == "html"
    for tag, attributes in page.tags:
        assert tag != "th" or attributes["scope"] in ("col", "row")


def test_every_tag_is_closed() -> None:
    page = _Page(_report(html, answered("w", "Larvik"), abstained(), failed()))
    void = {"meta", "br"}
    opened = sorted(tag for tag, _ in page.tags if tag not in void)
    assert opened == sorted(page.ends)
