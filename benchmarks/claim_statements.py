"""Sentences as answers word them, beside quotes that support them or do not.

FEVER's claims are not what the responder checks: a sentence there states the answer of a
sub-question beside the sentence that the answer was read in, with its title. So the facts of
2WikiMultihopQA's training questions are worded as the embedded policy words them, and so are the
questions of the reading sets. What is not supported is what goes wrong in practice: another answer
of the same kind, the same fact of somebody else, the answer that a passage does not give.
"""

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from claim_pairs import Pair, part_of, parts_of, rows_of

from clew.agent.policies.embedded.comparisons import split_comparison
from clew.agent.policies.embedded.questions import analysed, trimmed
from clew.agent.policies.embedded.spans import typed_spans
from clew.agent.policies.embedded.text import bare_title, plain, sentences
from clew.agent.policies.embedded.wording import as_statement

_ASKED = {
    "date of birth": "When was {x} born?",
    "date of death": "When did {x} die?",
    "place of birth": "Where was {x} born?",
    "place of death": "Where did {x} die?",
    "publication date": "When was {x} released?",
    "inception": "When was {x} founded?",
    "country of citizenship": "What nationality is {x}?",
    "country": "In which country is {x} located?",
    "country of origin": "What country is {x} from?",
    "educated at": "Where did {x} study?",
    **{
        who: f"Who is the {who} of {{x}}?"
        for who in (
            "director",
            "performer",
            "composer",
            "father",
            "mother",
            "spouse",
            "child",
            "sibling",
            "founder",
            "producer",
            "creator",
            "author",
            "editor",
            "presenter",
        )
    },
}
_ASKING = 0.85
"""Share of statements of which the scorer is told the question."""
_READ = ("squad", "squad2-dev-half", "squadshifts-wiki")
_OPENING = re.compile(r"(?:who|which(?: \w+)?|what \w+) (?P<rest>.+)", re.IGNORECASE)


class _Fact(NamedTuple):
    subject: str
    relation: str
    answer: str
    quote: str
    part: str


def statement_pairs(data: Path, seed: int) -> list[Pair]:
    """Return pairs from the facts of 2wiki, from its and HotpotQA's comparisons, and from reading.

    Args:
        data: The folder with the training sets.
        seed: Decides on wrong answers and foreign quotes.
    """
    generator = random.Random(seed)
    rows = [
        row for name in ("2wiki", "hotpotqa") for row in rows_of(data / f"{name}_paragraphs.jsonl")
    ]
    for row in rows:
        row["gold"] = _gold(row)
    for row, part in zip(rows, parts_of([(row["question"], *row["gold"]) for row in rows]),
                         strict=True):  # fmt: skip
        row["part"] = part
    pairs = [
        *_facts([row for row in rows if "evidences" in row], generator),
        *_conclusions([row for row in rows if row["gold"]], generator),
        *_readings(rows_of(data / "reading.jsonl"), generator),
    ]
    # A language model's sentence answers no sub-question word for word.
    return [pair if generator.random() < _ASKING else replace(pair, question="") for pair in pairs]


def asked_for(subject: str, relation: str) -> str:
    """Return the question that asks for a relation of a subject."""
    return _ASKED.get(relation, f"What is the {relation} of {{x}}?").format(x=subject)


def _gold(row: dict[str, Any]) -> list[str]:
    """Return the supporting sentences, each after its title."""
    return [
        f"{title}: {parts[number].strip()}"
        for title, parts in row["context"]
        for named, number in row["supporting_facts"]
        if named == title and number < len(parts)
    ]


def _facts(rows: Sequence[dict[str, Any]], generator: random.Random) -> Iterator[Pair]:
    facts = list(dict.fromkeys(fact for row in rows for fact in _quoted_facts(row)))
    alike: dict[tuple[str, str], list[_Fact]] = {}
    for fact in facts:
        alike.setdefault((fact.relation, fact.part), []).append(fact)
    for fact in facts:
        asked = asked_for(fact.subject, fact.relation)

        def pair(said: str, quote: str, kind: str, asked: str = asked, part: str = fact.part
                 ) -> Pair:  # fmt: skip
            return Pair(as_statement(asked, said), (quote,), kind, kind == "fact", part, asked)

        yield pair(fact.answer, fact.quote, "fact")
        body = fact.quote.partition(": ")[2]
        spans = [body[slice(*span)] for span in typed_spans(body, analysed(asked).answer)]
        others = [each for each in spans if not _same(each, f"{fact.answer} {fact.subject}")]
        if others:
            yield pair(generator.choice(others), fact.quote, "fact, another answer from the quote")
        rest = [
            each for each in alike[fact.relation, fact.part] if not _same(each.answer, fact.answer)
        ]
        if rest:
            other = generator.choice(rest)
            yield pair(other.answer, fact.quote, "fact, another answer")
            yield pair(other.answer, other.quote, "fact of another")


def _quoted_facts(row: dict[str, Any]) -> Iterator[_Fact]:
    """Yield the facts that a question rests on, each with a gold sentence that states it."""
    for subject, relation, answer in row["evidences"]:
        for quote in row["gold"]:
            title, _, body = quote.partition(": ")
            if _same(title, subject) and plain(answer) in plain(body):
                yield _Fact(subject, relation, answer, quote, row["part"])
                break


def _same(left: str, right: str) -> bool:
    ours, theirs = bare_title(left), bare_title(right)
    return not ours or not theirs or ours in theirs or theirs in ours


def _conclusions(rows: Sequence[dict[str, Any]], generator: random.Random) -> Iterator[Pair]:
    for row in rows:
        if "comparison" not in row["type"]:
            continue
        gold = list(row["gold"])
        generator.shuffle(gold)
        wrong = _other_side(row["question"], row["answer"])
        part, asked = row["part"], row["question"]
        yield Pair(_concluded(row, row["answer"]), tuple(gold), "conclusion", True, part, asked)
        if wrong:
            text = _concluded(row, wrong)
            yield Pair(text, tuple(gold), "conclusion, the other side", False, part, asked)
        if len(gold) > 1:
            half = tuple(gold[: len(gold) // 2])
            text = _concluded(row, row["answer"])
            yield Pair(text, half, "conclusion, half of its quotes", False, part, asked)


def _other_side(question: str, answer: str) -> str:
    if answer in ("yes", "no"):
        return "no" if answer == "yes" else "yes"
    plan = split_comparison(question)
    named = re.search(r": (.+) \(\{\w+\}\) or (.+) \(\{\w+\}\)", plan[-1].text) if plan else None
    others = [side for side in named.groups() if not _same(side, answer)] if named else []
    return others[0] if len(others) == 1 else ""


def _concluded(row: dict[str, Any], answer: str) -> str:
    plan = split_comparison(row["question"])
    if answer not in ("yes", "no") and plan and ": " in plan[-1].text:
        match = _OPENING.match(plan[-1].text.split(": ")[0])
        if match and match["rest"].startswith("has the "):
            return as_statement(row["question"], answer)
        if match:
            return f"{answer} {match['rest']}."
    if answer in ("yes", "no"):
        return f"{trimmed(row['question'])}: {answer}."
    return as_statement(row["question"], answer)


def _readings(rows: Sequence[dict[str, Any]], generator: random.Random) -> Iterator[Pair]:
    for row in rows:
        if row["source"] not in _READ or generator.random() < 0.6:
            continue
        parts, part = sentences(row["context"]), part_of(row["context"])
        wanted = analysed(row["question"]).answer
        known = [answer["text"] for answer in row["answers"]]
        holders = [
            each.text
            for each in parts
            for answer in row["answers"][:1]
            if each.start <= answer["start"] < each.start + len(each.text)
        ]

        def pair(said: str, quote: str, kind: str, asked: str = row["question"], part: str = part
                 ) -> Pair:  # fmt: skip
            return Pair(as_statement(asked, said), (quote,), kind, kind == "reading", part, asked)

        for quote in holders:
            yield pair(known[0], quote, "reading")
            spans = [quote[slice(*span)] for span in typed_spans(quote, wanted)]
            others = [span for span in spans if not any(_same(span, each) for each in known)]
            if others:
                yield pair(generator.choice(others), quote, "reading, another answer")
        elsewhere = [
            (each.text[slice(*span)], each.text)
            for each in parts
            if each.text not in holders
            for span in typed_spans(each.text, wanted)
        ]
        elsewhere = [each for each in elsewhere if not any(_same(each[0], one) for one in known)]
        if elsewhere:
            said, quote = generator.choice(elsewhere)
            kind = "reading, another sentence" if known else "reading, no answer there"
            yield pair(said, quote, kind)
