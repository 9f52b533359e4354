"""Windows that the reader learns from: drawn from the questions anew each time, never twice alike.

The passages of a window come in random order, with others beside them and now and then without the
ones that answer, long ones cut around the answer.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..policies.embedded.windows import Place, Tokens, windows
from .holding_out import fold_of
from .overlaps import Overlaps
from .reading_examples import (
    Question,
    Titled,
    claim_questions,
    multihop_questions,
    musique_questions,
    occurrences,
    reading_questions,
    triple_questions,
)
from .span_model import OPTIONS, Example, Target

BATCH_TOKENS = 3_072
PART = 960  # examples that are drawn, and sorted by length, together
_HELD_OUT = 20  # one of so many questions is kept from learning
_WINDOW = 320  # tokens; a little less than in use, for speed
_ALONE = 0.25  # how often only those passages of several are there that show the answer
_CROP = 620  # characters of a long passage that are kept around the answer


@dataclass(frozen=True)
class Recipe:
    """How examples of one kind are made.

    Attributes:
        questions: What to draw from.
        share: How often, against the others.
        most: The most passages in a window.
        missing: How often the passages that answer are left out.
        cropped: Whether long passages are cut around the answer.
    """

    questions: Sequence[Question]
    share: float
    most: int
    missing: float
    cropped: bool


def is_held_out(text: str) -> bool:
    """Whether what begins with a text is kept from learning."""
    return fold_of(text, _HELD_OUT) == 0


def recipes(folder: Path, skip: Overlaps) -> dict[str, Recipe]:
    """Read the training data as kinds of examples."""
    wiki = reading_questions(
        folder, skip, {"squad": True, "squad2-dev-half": True, "squadshifts-wiki": True}
    )
    reviews = reading_questions(
        folder, skip, {"squadshifts-amazon": False, "squadshifts-reddit": False}
    )
    whole, parts = musique_questions(folder / "musique_paragraphs.jsonl", skip)
    hops = [
        question
        for name in ("hotpotqa", "2wiki")
        for question in multihop_questions(folder / f"{name}_paragraphs.jsonl", skip)
    ]
    triples = triple_questions(folder / "2wiki_paragraphs.jsonl", skip)
    claims = claim_questions(folder / "fact_verification.jsonl")
    beside = [each for each in wiki if each.others]
    return {
        "passages": Recipe(wiki, 0.34, most=1, missing=0.0, cropped=True),
        "passages of an article": Recipe(beside, 0.17, most=2, missing=0.3, cropped=True),
        "reviews": Recipe(reviews, 0.09, most=1, missing=0.0, cropped=True),
        "hops": Recipe([*hops, *whole], 0.24, most=3, missing=0.2, cropped=False),
        "facts": Recipe([*triples, *parts], 0.12, most=2, missing=0.3, cropped=False),
        "claims": Recipe(claims, 0.04, most=1, missing=0.0, cropped=True),
    }


def split(recipe: Recipe) -> tuple[Recipe, Recipe]:
    """Part a recipe into what is learnt from and what is held out."""
    # Questions of one passage stay together, so that no held-out passage was learnt from.
    held = [is_held_out(question.gold[0][1][:200]) for question in recipe.questions]
    learnt, kept = (
        [each for each, out in zip(recipe.questions, held, strict=True) if out == wanted]
        for wanted in (False, True)
    )
    return replace(recipe, questions=learnt), replace(recipe, questions=kept)


def made(
    question: Question, recipe: Recipe, tokenizer: Tokens, rng: random.Random
) -> Example | None:
    """Make a window of a question, its passages in random order; None where the answer is cut."""
    gold = [_cropped(question, rng)] if recipe.cropped else list(question.gold)
    kind = question.kind
    if question.others and rng.random() < recipe.missing:
        gold, kind = [], "none"
    elif kind == "span" and len(gold) > 1 and rng.random() < _ALONE:
        # In use a window may lack the passages that lead to the answer.
        gold = [each for each in gold if occurrences(question.answer, [each])]
    room = max(0, recipe.most - len(gold)) if gold else rng.randint(1, recipe.most)
    others = rng.sample(question.others, min(room, len(question.others)))
    passages = [*gold, *others]
    rng.shuffle(passages)
    spans: Sequence[Place] = ()
    if kind == "span":
        places = {number for number, each in enumerate(passages) if each in gold}
        spans = [span for span in occurrences(question.answer, passages) if span.passage in places]
        if recipe.cropped and question.at is not None:
            spans = _nearest(question, gold[0], spans)
    window = windows(question.text, passages, tokenizer, limit=_WINDOW)[0]
    tokens = tuple(found for span in spans if (found := window.tokens_within(span)))
    if kind == "span" and not tokens:
        return None
    option = None if kind == "span" else OPTIONS.index(kind)
    return Example(window, Target(tokens, option))


def _cropped(question: Question, rng: random.Random) -> Titled:
    title, text = question.gold[0]
    if len(text) <= _CROP:
        return title, text
    middle = question.at if question.at is not None else rng.randrange(len(text))
    start = middle - rng.randint(0, _CROP - min(_CROP, len(question.answer)))
    start = min(max(0, start), len(text) - _CROP)
    if start:
        start = text.find(" ", start) + 1 or start
    return title, text[start : start + _CROP]


def _nearest(question: Question, cropped: Titled, spans: Sequence[Place]) -> list[Place]:
    """Keep the occurrence that was marked, not others of the same words."""
    offset = question.gold[0][1].find(cropped[1])
    at = (question.at or 0) - offset
    best = min(spans, key=lambda span: abs(span.start - at), default=None)
    return [] if best is None else [best]


class Mixture:
    """Draws batches from recipes, the same ones for the same seed and part.

    Args:
        found: The recipes.
        tokenizer: The encoder's.
        seed: Of what is drawn.
    """

    def __init__(self, found: Sequence[Recipe], tokenizer: Tokens, seed: int) -> None:
        self._recipes = found
        self._tokenizer = tokenizer
        self._seed = seed

    def batches(self, part: int) -> list[list[Example]]:
        """Return the batches of a part, each of windows of about one length."""
        rng = random.Random(f"{self._seed}:{part}")
        shares = [recipe.share for recipe in self._recipes]
        examples: list[Example] = []
        while len(examples) < PART:
            [recipe] = rng.choices(self._recipes, shares)
            example = made(rng.choice(recipe.questions), recipe, self._tokenizer, rng)
            if example is not None:
                examples.append(example)
        batches = batched(examples)
        rng.shuffle(batches)
        return batches


def batched(examples: Sequence[Example]) -> list[list[Example]]:
    """Sort examples by length into batches of at most `BATCH_TOKENS` tokens, padding included."""
    batches: list[list[Example]] = []
    for example in sorted(examples, key=lambda each: len(each.window.ids)):
        length = len(example.window.ids)
        if batches and (len(batches[-1]) + 1) * length <= BATCH_TOKENS:
            batches[-1].append(example)
        else:
            batches.append([example])
    return batches
