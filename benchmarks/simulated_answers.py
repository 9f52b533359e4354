"""What the simulated model answers: rules over the labelled lines of clew's prompts.

It sees nothing but the conversation and its script, and is the same every time.
"""

import json
import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from clew.agent.policies.embedded.planning import split
from clew.agent.policies.embedded.text import STOPWORDS, content_words, sentences, stems
from clew.graphs.plan import SubQuestion

_PASSAGE = re.compile(r"^(\d+)\| (?:([^:]*): )?(.*)$", re.MULTILINE)
_FINDING = re.compile(r"^([A-Za-z]\w{0,31})\| (.*) → (.*)$", re.MULTILINE)
_NAME = re.compile(r"\b[A-Z][\w'’-]*(?:\s(?:(?:of|the|de|von|van|da)\s)?[A-Z][\w'’-]*)*")
_DATE = re.compile(r"\b(?:\d{1,2} [A-Z][a-z]+ |[A-Z][a-z]+ \d{1,2}, )?[12]\d{3}\b")
_ASKS_WHEN = re.compile(r"\b(?:when|year|date)\b", re.IGNORECASE)
_KNOWN = re.compile(r"^Known: .* → (.*)$", re.MULTILINE)
_AT_MOST = re.compile(r"^Write at most (\d+) queries\.$", re.MULTILINE)
_TRIED = re.compile(r"^Tried: (.*)$", re.MULTILINE)
_STEP = re.compile(r"^Step (\d+): .*\n((?:.*\n)*?)(?=Answer \1: )", re.MULTILINE)
_NOT_FOUND = "not found"
_RECALLED = " (recalled)"
_MOST_USEFUL = 5


class Passage(NamedTuple):
    """A numbered passage of a prompt."""

    number: int
    title: str
    text: str


class Place(NamedTuple):
    """A sentence of a passage, and how much of the question it covers, in [0, 1]."""

    score: float
    passage: Passage
    sentence: str


@dataclass(frozen=True)
class Prompt:
    """What a conversation asks, read from the lines that begin with a label."""

    task: str
    asked: str
    """All that the user's turns say."""
    said: str
    """What the assistant's first turn says, if there is one."""

    def labelled(self, label: str) -> str:
        """Return what stands behind a label; nothing where the label is missing."""
        match = re.search(rf"^{label}: (.*)$", self.asked, re.MULTILINE)
        return match[1].strip() if match else ""

    @property
    def sub_question(self) -> str:
        """The sub-question, or the question itself where there is none."""
        return self.labelled("Sub-question") or self.labelled("Question")

    def passages(self) -> list[Passage]:
        """Return the numbered passages."""
        return [Passage(int(n), title, text) for n, title, text in _PASSAGE.findall(self.asked)]


def read_prompt(body: Mapping[str, Any]) -> Prompt:
    """Return what a request for a completion asks."""
    turns: dict[str, list[str]] = {"system": [], "user": [], "assistant": []}
    for message in body["messages"]:
        turns[message["role"]].append(message["content"] or "")
    asked = "\n".join(turns["user"])
    instructions = "\n".join([*turns["system"], asked])
    return Prompt(_task(body, instructions), asked, (turns["assistant"] or [""])[0])


def _task(body: Mapping[str, Any], instructions: str) -> str:
    wanted = body.get("response_format") or {}
    if name := wanted.get("json_schema", {}).get("name"):
        return str(name)
    # Without a schema on the wire the instructions show the shape.
    if '"useful"' in instructions and '"quotes"' not in instructions:
        return "judge"
    fields = {"sub_questions": "plan", "links": "chain", "queries": "rewrite"}
    fields |= {"short_answer": "write"}
    fields |= {"search_again": "refine", "documents": "simulate", "explanation": "critic"}
    shown = (task for field, task in fields.items() if f'"{field}"' in instructions)
    return next(shown, "read")


class SimulatedAnswers:
    """Answers each task by rule.

    Args:
        plans: Sub-questions by question; other questions are split by the embedded policy's rules.
        answers: What to look for in the passages, by the text of the sub-question; to others the
            answer is the first name or date that the best sentence adds to the question.
        documents: Texts by title; of a simulated search those come that share a word with it.
            Without any, a page about the query comes.
    """

    def __init__(
        self,
        plans: Mapping[str, Sequence[SubQuestion]] | None = None,
        answers: Mapping[str, str] | None = None,
        documents: Mapping[str, str] | None = None,
    ) -> None:
        self._plans = plans or {}
        self._answers = answers or {}
        self._documents = documents or {}

    def reply(self, body: Mapping[str, Any]) -> str:
        """Return what the model says to a request: the JSON of its task."""
        prompt = read_prompt(body)
        tasks = {"plan": self._plan, "chain": self._chain, "read": self._read, "rewrite": _rewrite}
        tasks |= {"judge": _judge, "refine": _refine, "write": _write, "simulate": self._simulate}
        tasks |= {"critic": _criticise}
        return json.dumps(tasks[prompt.task](prompt), ensure_ascii=False)

    def _plan(self, prompt: Prompt) -> dict[str, Any]:
        question = prompt.labelled("Question")
        subs: Sequence[SubQuestion] = ()
        if not _FINDING.search(prompt.asked):
            subs = self._plans.get(question) or split(question)
        return {"sub_questions": [_planned(sub) for sub in subs]}

    def _chain(self, prompt: Prompt) -> dict[str, Any]:
        links = []
        for planned in self._plan(prompt)["sub_questions"]:
            draft = self._answers.get(planned["question"])
            links.append({**planned, "answer": draft, "confidence": 0.5 if draft else 0.0})
        return {"links": links}

    def _read(self, prompt: Prompt) -> dict[str, Any]:
        question = prompt.sub_question
        places = _ranked(question, prompt.passages())
        useful = list(dict.fromkeys(place.passage.number for place in places))[:_MOST_USEFUL]
        nothing = {
            "answer": None,
            "quotes": [],
            "confidence": 0.0,
            "useful": useful,
            "others": [],
        }
        if question in self._answers:
            answer: str | None = self._answers[question]
            places = [place for place in places if str(answer) in place.sentence]
        else:
            answer = _addition(question, places[0].sentence) if places else None
            # A conclusion adds no name: it chooses among those of the parents' answers.
            answer = answer or next(iter(_KNOWN.findall(prompt.asked)), None)
        if not places or answer is None:
            return nothing
        best = places[0]
        quote = {"passage": best.passage.number, "text": best.sentence}
        confidence = 0.9 if question in self._answers else round(best.score, 2)
        return {**nothing, "answer": answer, "quotes": [quote], "confidence": confidence}

    def _simulate(self, prompt: Prompt) -> dict[str, Any]:
        query = prompt.labelled("Query")
        documents = self._documents or {query: f"This page is about {query}."}
        known = [Passage(n, *each) for n, each in enumerate(documents.items(), start=1)]
        found = dict.fromkeys(each.passage for each in _ranked(query, known))
        return {"documents": [{"title": each.title, "text": each.text} for each in found]}


def _planned(sub: SubQuestion) -> dict[str, Any]:
    return {
        "id": sub.id,
        "kind": sub.kind,
        "question": sub.text,
        "needs": list(sub.parents),
        "answer": None,
    }


def _rewrite(prompt: Prompt) -> dict[str, Any]:
    wanted = prompt.sub_question
    keywords = " ".join(content_words(wanted))
    wordings = [wanted, keywords, prompt.labelled("Question")]
    most = 1
    if kind := prompt.labelled("Wording").partition(" ")[0]:
        titles = " ".join(passage.title for passage in prompt.passages())
        wordings = [f"{kind} {keywords} {titles}".strip(), f"{keywords} {kind}"]
        most = int(next(iter(_AT_MOST.findall(prompt.asked)), 1))
    tried = _TRIED.findall(prompt.asked)
    return {"queries": [each for each in wordings if each and each not in tried][:most]}


def _criticise(prompt: Prompt) -> dict[str, Any]:
    """A step is good whose answer stands in what was found for it."""
    steps = []
    for number, said in _STEP.findall(prompt.asked):
        answer = prompt.labelled(f"Answer {number}")
        good = answer in said
        why = f"{answer} stands there." if good else f"Nothing found states {answer}."
        steps.append({"step": int(number), "explanation": why, "score": 0.9 if good else 0.2})
    return {"steps": steps, "query": None}


def _judge(prompt: Prompt) -> dict[str, Any]:
    answer = prompt.labelled("First answer")
    places = _ranked(f"{prompt.sub_question} {answer}", prompt.passages())
    useful = dict.fromkeys(place.passage.number for place in places)
    return {"useful": list(useful)[:_MOST_USEFUL]}


def _refine(prompt: Prompt) -> dict[str, Any]:
    try:
        reading = json.loads(prompt.said)
    except ValueError:
        reading = {"answer": None, "quotes": [], "confidence": 0.0, "useful": [], "others": []}
    return {**reading, "search_again": False}


def _write(prompt: Prompt) -> dict[str, Any]:
    written = []
    short: str | None = None
    _, *parts = _FINDING.split(prompt.asked)
    for _, question, shown, below in zip(*(parts[i::4] for i in range(4)), strict=True):
        answer = shown.removesuffix(_RECALLED)
        short = None if answer == _NOT_FOUND else answer
        if short:
            quotes = [int(number) for number, _, _ in _PASSAGE.findall(below)]
            recalled = shown.endswith(_RECALLED)
            sentence = {"text": f"{question} {answer}.", "quotes": quotes, "recalled": recalled}
            written.append(sentence)
    return {"sentences": written, "short_answer": short}


def _ranked(question: str, passages: Sequence[Passage]) -> list[Place]:
    """Return every sentence that shares a rare word with the question, best first."""
    spread = Counter(word for passage in passages for word in stems(f"{passage[1]} {passage[2]}"))
    weights = {word: math.log(1 + len(passages) / (spread[word] or 1)) for word in stems(question)}
    whole = sum(weights.values())
    places = []
    for passage in passages:
        for sentence in sentences(passage.text):
            shared = weights.keys() & (stems(sentence.text) | stems(passage.title))
            if shared:
                # Added up in a fixed order, for sums of floats depend on it.
                score = sum(weights[word] for word in sorted(shared)) / whole
                places.append(Place(min(score, 1.0), passage, sentence.text))
    return sorted(places, key=lambda place: -place.score)


def _addition(question: str, sentence: str) -> str | None:
    """Return the first name, or the date where one is asked for, that the question has not."""
    pattern = _DATE if _ASKS_WHEN.search(question) else _NAME
    for span in pattern.findall(sentence):
        if span.lower() not in STOPWORDS and span not in question:
            return str(span)
    return None
