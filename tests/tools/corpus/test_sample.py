"""Checks of the bundled sample corpus and its questions, as files."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

SAMPLE = Path(__file__).resolve().parents[3] / "tools/corpus/sample"
TYPES = ("bridge", "comparison", "intersection", "yes_no", "unanswerable")
SPAN_TYPES = ("bridge", "comparison", "intersection")


def _load(name: str) -> list[dict[str, Any]]:
    lines = (SAMPLE / name).read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def _links(passages: list[dict[str, Any]]) -> dict[str, set[str]]:
    """Titles named in each passage, the longest title first where one contains another."""
    titles = sorted((p["title"] for p in passages), key=len, reverse=True)
    pattern = re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, titles)) + r")(?!\w)")
    return {p["title"]: set(pattern.findall(p["text"])) - {p["title"]} for p in passages}


@pytest.fixture(scope="module")
def passages() -> list[dict[str, Any]]:
    return _load("passages.jsonl")


@pytest.fixture(scope="module")
def questions() -> list[dict[str, Any]]:
    return _load("questions.jsonl")


def test_passage_fields_and_unique_keys(passages: list[dict[str, Any]]) -> None:
    assert 170 <= len(passages) <= 200
    for passage in passages:
        assert set(passage) == {"id", "title", "text"}
        assert all(value == value.strip() and value for value in passage.values())
        assert re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", passage["id"])
    assert len({p["id"] for p in passages}) == len(passages)
    assert len({p["title"].casefold() for p in passages}) == len(passages)
    assert len({p["text"] for p in passages}) == len(passages)


def test_passage_lengths(passages: list[dict[str, Any]]) -> None:
    for passage in passages:
        words = len(passage["text"].split())
        sentences = len(re.findall(r"[.!?](?= [A-Z]|$)", passage["text"]))
        assert 45 <= words <= 110, (passage["id"], words)
        assert 3 <= sentences <= 6, (passage["id"], sentences)


def test_passages_are_interlinked(passages: list[dict[str, Any]]) -> None:
    links = _links(passages)
    neighbours: dict[str, set[str]] = {title: set() for title in links}
    for title, targets in links.items():
        for target in targets:
            neighbours[title].add(target)
            neighbours[target].add(title)
    assert [title for title, near in neighbours.items() if not near] == []

    start = passages[0]["title"]
    seen, queue = {start}, [start]
    while queue:
        for title in neighbours[queue.pop()] - seen:
            seen.add(title)
            queue.append(title)
    assert seen == set(links)
    assert sum(map(len, links.values())) >= 2 * len(links)


def test_question_fields_and_counts(questions: list[dict[str, Any]]) -> None:
    fields = {"id", "question", "answers", "type", "hops", "gold_titles"}
    assert Counter(q["type"] for q in questions) == dict.fromkeys(TYPES, 30)
    for question in questions:
        assert set(question) == fields
        assert re.fullmatch(rf"{question['type']}-\d\d", question["id"])
        assert question["question"].endswith("?")
    assert len({q["id"] for q in questions}) == len(questions)
    assert len({q["question"].casefold() for q in questions}) == len(questions)


def test_bridge_depths(questions: list[dict[str, Any]]) -> None:
    depths = Counter(q["hops"] for q in questions if q["type"] == "bridge")
    assert set(depths) == {2, 3, 4}
    assert depths[3] >= 8
    assert depths[4] >= 3


def test_gold_titles(passages: list[dict[str, Any]], questions: list[dict[str, Any]]) -> None:
    titles = {p["title"] for p in passages}
    for question in questions:
        gold = question["gold_titles"]
        assert set(gold) <= titles, question["id"]
        assert len(set(gold)) == len(gold), question["id"]
        if question["type"] == "unanswerable":
            assert gold == []
            assert question["hops"] >= 1
        else:
            assert 2 <= len(gold) <= 4, question["id"]
            assert question["hops"] == len(gold), question["id"]


def test_answers(passages: list[dict[str, Any]], questions: list[dict[str, Any]]) -> None:
    texts = {p["title"]: f"{p['title']}\n{p['text']}" for p in passages}
    for question in questions:
        answers = question["answers"]
        if question["type"] == "unanswerable":
            assert answers == [], question["id"]
        elif question["type"] == "yes_no":
            assert answers in (["yes"], ["no"]), question["id"]
        else:
            assert question["type"] in SPAN_TYPES
            assert answers and len(set(answers)) == len(answers), question["id"]
            assert any(answers[0] in texts[t] for t in question["gold_titles"]), question["id"]


def test_chain_answers_do_not_stand_in_the_question(questions: list[dict[str, Any]]) -> None:
    for question in questions:
        if question["type"] in ("bridge", "intersection"):
            asked = question["question"].casefold()
            words = re.escape(question["answers"][0].casefold())
            assert not re.search(rf"(?<!\w){words}(?!\w)", asked), question["id"]


def test_bridge_answer_is_in_one_gold_passage_only(
    passages: list[dict[str, Any]], questions: list[dict[str, Any]]
) -> None:
    """A chain whose answer also stood in an earlier link would need fewer passages."""
    texts = {p["title"]: p["text"] for p in passages}
    for question in questions:
        if question["type"] == "bridge" and question["hops"] > 2:
            *earlier, last = question["gold_titles"]
            assert question["answers"][0] in texts[last], question["id"]
            assert not any(question["answers"][0] in texts[t] for t in earlier), question["id"]


def test_yes_no_is_balanced(questions: list[dict[str, Any]]) -> None:
    counts = Counter(q["answers"][0] for q in questions if q["type"] == "yes_no")
    assert abs(counts["yes"] - counts["no"]) <= 2
