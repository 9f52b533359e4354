"""What the reader learns from: questions beside passages, and where the answer stands in them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ..policies.embedded.windows import Place
from .overlaps import Overlaps
from .rows import read_rows

Kind = Literal["span", "none", "yes", "no"]
Titled = tuple[str, str]


@dataclass(frozen=True)
class Question:
    """A question with the passages that answer it and some that do not.

    Attributes:
        text: The question.
        gold: Titles and texts of the passages that answer it, together.
        others: Those that do not.
        kind: What kind of answer there is; ``none`` where even the gold passages hold none.
        answer: Its text, where it is a span.
        at: Where in the first gold passage it stands, where that is known.
    """

    text: str
    gold: tuple[Titled, ...]
    others: tuple[Titled, ...]
    kind: Kind
    answer: str = ""
    at: int | None = None


def occurrences(answer: str, passages: Sequence[Titled]) -> tuple[Place, ...]:
    """Return where an answer stands as a whole word, in texts and titles; any case will do."""
    wanted = answer.strip()
    if not wanted:
        return ()
    pattern = re.compile(rf"(?<!\w){re.escape(wanted)}(?!\w)", re.IGNORECASE)
    return tuple(
        Place(number, titled, *match.span())
        for number, passage in enumerate(passages)
        for titled, text in ((True, passage[0]), (False, passage[1]))
        for match in pattern.finditer(text)
    )


def reading_questions(folder: Path, skip: Overlaps, kept: Mapping[str, bool]) -> list[Question]:
    """Read ``reading.jsonl``: one passage a question, others of the same article beside it.

    Args:
        folder: The folder of training data.
        skip: Questions not to learn from.
        kept: The sources to read, and whether their neighbours in the file are of one article.
    """
    rows = [row for row in read_rows(folder / "reading.jsonl") if row["source"] in kept]
    contexts = list(dict.fromkeys((row["source"], row["context"]) for row in rows))
    place = {context: number for number, context in enumerate(contexts)}
    questions = []
    for row in rows:
        if skip.has(row["question"]):
            continue
        here = place[row["source"], row["context"]]
        near = contexts[max(0, here - 3) : here] + contexts[here + 1 : here + 4]
        marked = row["answers"][0] if row["answers"] else {}
        answer: str = marked.get("text", "")
        # What answers a question elsewhere too is no wrong passage for it.
        others = [
            ("", text)
            for source, text in near
            if kept[row["source"]]
            and source == row["source"]
            and not (answer and occurrences(answer, [("", text)]))
        ]
        questions.append(
            Question(
                text=row["question"].strip(),
                gold=(("", row["context"]),),
                others=tuple(others),
                kind="span" if row["answers"] else "none",
                answer=answer,
                at=marked.get("start"),
            )
        )
    return questions


def multihop_questions(file: Path, skip: Overlaps) -> list[Question]:
    """Read questions of several hops with their paragraphs, in HotpotQA's and 2Wiki's shape."""
    questions: list[Question] = []
    for row in read_rows(file):
        if skip.has(row["question"]):
            continue
        titles = {title for title, _ in row["supporting_facts"]}
        passages = {title: _text(sentences) for title, sentences in row["context"]}
        gold = tuple((title, text) for title, text in passages.items() if title in titles)
        others = tuple((title, text) for title, text in passages.items() if title not in titles)
        questions += _answered(row["question"], gold, others, row["answer"])
    return questions


def triple_questions(file: Path, skip: Overlaps) -> list[Question]:
    """Read 2Wiki's facts (subject, relation, object) as simple questions of one passage each."""
    questions: list[Question] = []
    for row in read_rows(file):
        passages = [(title, _text(sentences)) for title, sentences in row["context"]]
        asked = [pair["question"] for pair in row.get("qa_pairs") or ()]
        for number, (subject, relation, answer) in enumerate(row["evidences"]):
            plain = f"What is the {relation} of {subject}?"
            wordings = [plain, *asked[number : number + 1]] if len(asked) > number else [plain]
            gold = [each for each in passages if _about(subject, each[0])][:1]
            others = [each for each in passages if each not in gold]
            for wording in wordings:
                if gold and not skip.has(wording) and not skip.has(row["question"]):
                    questions += _answered(wording, tuple(gold), tuple(others), answer)
    return questions


def musique_questions(file: Path, skip: Overlaps) -> tuple[list[Question], list[Question]]:
    """Read MuSiQue's questions, and its sub-questions with the answers before them filled in."""
    whole: list[Question] = []
    parts: list[Question] = []
    for row in read_rows(file):
        if skip.has(row["question"]):
            continue
        passages = [
            (each["title"], each["paragraph_text"], each["is_supporting"])
            for each in row["paragraphs"]
        ]
        gold = tuple((title, text) for title, text, supports in passages if supports)
        others = tuple((title, text) for title, text, supports in passages if not supports)
        whole += _answered(row["question"], gold, others, row["answer"])
        answers: dict[int, str] = {}
        for number, step in enumerate(row["decomposition"], 1):
            filled = step["question"]
            for place, answer in answers.items():
                filled = filled.replace(f"#{place}", answer)
            answers[number] = step["answer"]
            text = as_question(filled)
            if skip.has(text) or skip.has(filled):
                continue
            holding = tuple(each for each in gold if occurrences(step["answer"], [each]))
            named = [each for each in holding if _about(each[0], filled)] or list(holding)
            parts += _answered(text, tuple(named[:1]), others, step["answer"])
    return whole, parts


def claim_questions(file: Path) -> list[Question]:
    """Read claims with evidence for or against them as questions for yes or no."""
    questions = []
    for row in read_rows(file):
        if row["label"] not in ("SUPPORTS", "REFUTES") or not row["evidence"]:
            continue
        text = " ".join(unspaced(sentence) for sentence in row["evidence"])
        kind: Kind = "yes" if row["label"] == "SUPPORTS" else "no"
        questions.append(
            Question(claim_as_question(unspaced(row["claim"])), (("", text),), (), kind)
        )
    return questions


def claim_as_question(claim: str) -> str:
    """Turn a claim around its first "is", "was", "are", "were" or "has been" into a question."""
    bare = claim.strip().rstrip(".")
    if match := re.match(r"([^,]{2,60}?) (is|was|are|were|can|will|did|does|has) (.+)", bare):
        verb = match[2].capitalize()
        return f"{verb} {match[1]} {match[3]}?"
    return f"Is it true that {bare}?"


def as_question(step: str) -> str:
    """Word a step of the form "subject >> relation" as a question; others stand."""
    subject, mark, relation = (part.strip() for part in step.partition(">>"))
    return f"What is the {relation} of {subject}?" if mark else step.strip()


def unspaced(text: str) -> str:
    """Undo the tokenisation of published claims: brackets by name, spaces before marks."""
    for mark, bracket in (("-LRB-", "("), ("-RRB-", ")"), ("-LSB-", "["), ("-RSB-", "]")):
        text = text.replace(mark, bracket)
    text = text.replace("``", '"').replace("''", '"')
    text = re.sub(r"\s+([,.;:!?)\]])", r"\1", text)
    text = re.sub(r"([(\[])\s+", r"\1", text)
    return re.sub(r"\s+('s|n't)\b", r"\1", text).strip()


def _answered(
    question: str, gold: tuple[Titled, ...], others: tuple[Titled, ...], answer: str
) -> Iterator[Question]:
    """Yield the question where its gold passages show the answer."""
    if not gold:
        return
    if answer.lower() in ("yes", "no"):
        kind: Kind = "yes" if answer.lower() == "yes" else "no"
        yield Question(question.strip(), gold, others, kind)
    elif occurrences(answer, gold):
        clean = tuple(each for each in others if not occurrences(answer, [each]))
        yield Question(question.strip(), gold, clean, "span", answer)


def _text(sentences: Sequence[str]) -> str:
    return re.sub(r"\s{2,}", " ", " ".join(sentences)).strip()


def _about(one: str, other: str) -> bool:
    def bare(name: str) -> str:
        return re.sub(r"\s*\([^)]*\)", "", name).strip().lower()

    return bare(one) in bare(other) or bare(other) in bare(one)
