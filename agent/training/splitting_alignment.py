"""Finding in a question the words that a step of its decomposition stands for.

Each word counts for the step it speaks of and against it where it speaks of another; the run of
words with the highest sum is the step's core. Grammar then sets the edges: articles, the noun that
a clause belongs to, what a possessor owns, a preposition left behind. What does not come out clean
is not aligned at all.
"""

import re
from collections.abc import Sequence

from .splitting_steps import Step
from .splitting_words import (
    ARTICLES,
    ASKING,
    LINKS,
    PREPOSITIONS,
    VERBS,
    Word,
    likeness,
    spoken_of,
    stem,
    words,
)

_YES_NO = re.compile(r"(?:is|was|are|were|did|does|do|has|have|had|can|name|find|list)\b", re.I)
_VERB = re.compile(r"(?:ed|ote|ang|orn|ade|uns|ook|uilt|eld|ays)$")
_APPOSITION = re.compile(r"(?:the |a |an )?(?:\w+ ){1,2}(?:called|named|titled|entitled)\b")
_COVERED = 0.6  # share of a step's words that must stand in its span
_COVERED_SUBJECT = 0.75  # the same of a subject's, whose relation may be said in any words
_REST_COVERED = 0.5  # share of the other steps' words that must stand outside


def aligned(text: str, step: Step, others: Sequence[Step]) -> tuple[int, int] | None:
    """Return where a question says a step, or None where that is not certain.

    Args:
        text: The question; steps before are replaced by their references.
        step: The step, one whose references all stand in the question.
        others: The steps that are not replaced yet, without this one.
    """
    alignment = _Alignment(text, step, others)
    core = alignment.core()
    if core is None:
        return None
    first, last = alignment.edges(*core)
    if not alignment.is_clean(first, last):
        return None
    return _with_quotes(text, alignment.words[first].start, alignment.words[last].end)


class _Alignment:
    def __init__(self, text: str, step: Step, others: Sequence[Step]) -> None:
        self.text, self.step, self.others = text, step, others
        self.words = words(text)
        self.lower = [word.lower for word in self.words]
        self.own = [step.claim(word) for word in self.words]
        self.rival = [max((o.claim(word) for o in others), default=0.0) for word in self.words]
        self.begin = self._begin()

    def _begin(self) -> int:
        """Return the first word that a span may begin with: not the question word."""
        if self.lower[:1] and (self.lower[0] in ASKING or _YES_NO.fullmatch(self.lower[0])):
            return 1
        if self.lower[1:] and self.lower[0] in PREPOSITIONS and self.lower[1] in ASKING:
            return 2
        return 0

    def core(self) -> tuple[int, int] | None:
        """Return the run of words that speaks most clearly of the step."""
        values = self._values()
        best, place = 1e-9, None
        for first in range(self.begin, len(values)):
            if values[first] <= 0:
                continue
            total = 0.0
            for last in range(first, len(values)):
                total += values[last]
                if total > best + 1e-9:
                    best, place = total, (first, last)
        return place

    def _values(self) -> list[float]:
        cued = any(word.tells and spoken_of(word, self.step.cues) for word in self.words)
        values = []
        for word, own, rival in zip(self.words, self.own, self.rival, strict=True):
            if word.text.startswith("#"):
                values.append(own - rival if own or rival else -3.0)
            elif not word.tells:
                values.append(0.03 if re.search(rf"\b{word.lower}\b", self.step.text, re.I) else 0)
            elif own == rival:
                # A relation said in words that are not known takes in what nothing else claims.
                unclaimed = 0.12 if self.step.is_relation and not cued else -0.01
                values.append(-0.02 if own else unclaimed if self.step.is_relation else -0.12)
            else:
                values.append(own - rival)
        return values

    def edges(self, first: int, last: int) -> tuple[int, int]:
        """Return the core widened to a phrase, and without what hangs over."""
        owned = self._owned(last)
        if owned == last:
            first = self._head_of_clause(first, last)
        first = self._with_article(first)
        last = self._with_stranded(first, self._with_verb(first, owned))
        while first < last and (
            self.lower[first] in VERBS | PREPOSITIONS or self.lower[first] in ("and", "or", "as")
        ):
            first += 1
        return first, self._without_overhang(first, last)

    def _owned(self, last: int) -> int:
        """Return the noun behind a possessor that the core ends with."""
        word = self.words[last]
        marked = word.possesses or (
            word.lower.endswith("s") and self.text[word.end : word.end + 1] in ("'", "’")
        )
        following = last + 1
        if not marked or following == len(self.words) or not self.words[following].tells:
            return last
        return following if self.own[following] > 0 or self.rival[following] == 0 else last

    def _head_of_clause(self, first: int, last: int) -> int:
        """Return where *the city where* begins, for a core that is its clause."""
        inside = self.lower[first + 1 : last + 1]
        is_clause = any(_is_verb(word) for word in inside) or (
            self.words[first].text[0].isupper() and self.words[last].text[0].isupper()
        )
        if first > self.begin and self.lower[first - 1] in LINKS:
            link = first - 1
        elif self.lower[first] in LINKS:
            link = first
        elif (
            first - 1 > self.begin
            and self.lower[first - 1] in ARTICLES
            and self.lower[first - 2] in LINKS
            and is_clause
        ):
            link = first - 2
        else:
            return first
        if link > self.begin and self.lower[link - 1] in PREPOSITIONS:
            link -= 1
        for place in range(link - 1, max(self.begin - 1, link - 5), -1):
            if self.lower[place] in ARTICLES:
                head = range(place + 1, link)
                if head and all(self.rival[each] - self.own[each] <= 0.5 for each in head):
                    return place
                break
            if not self.words[place].tells:
                break
        return min(first, link)

    def _with_article(self, first: int) -> int:
        while first > self.begin and self.lower[first - 1] in ARTICLES and self._joined(first - 1):
            first -= 1
        for place in range(first - 1, max(self.begin - 1, first - 4), -1):
            if self.lower[place] == "the":
                if all(self.rival[each] == 0 for each in range(place + 1, first)):
                    return place
                break
            if not self.words[place].tells or self.rival[place] > 0:
                break
        return first

    def _with_verb(self, first: int, last: int) -> int:
        """Return the last word with the verb that a clause still lacks: *where X | is set*."""
        inside = self.lower[first : last + 1]
        links = [place for place, word in enumerate(inside) if word in LINKS]
        if not links or any(_is_verb(word) for word in inside[links[0] + 1 :]):
            return last
        place = last
        while place + 1 < len(self.words) and place < last + 4 and self._joined(place):
            following = self.words[place + 1]
            if self.rival[place + 1] > 0 or following.lower in ASKING:
                break
            if not following.tells and following.lower not in VERBS | PREPOSITIONS:
                break
            place += 1
            if following.tells:
                break
        return place

    def _with_stranded(self, first: int, last: int) -> int:
        """Return the last word with a preposition left behind: *that X is a member | of*."""
        if last + 1 >= len(self.words) or self.lower[last + 1] not in PREPOSITIONS:
            return last
        preposition = self.words[last + 1]
        if not self._joined(last):
            return last
        if re.match(r"\s*[,?]|\s*$", self.text[preposition.end :]):
            return last + 1
        following = self.words[last + 2]
        is_free = following.lower in VERBS or (
            any(word in LINKS for word in self.lower[first:last])
            and following.text[0].islower()
            and following.lower not in ARTICLES | ASKING
        )
        return last + 1 if is_free else last

    def _without_overhang(self, first: int, last: int) -> int:
        dangling = ARTICLES | {"and", "or", "that", "who"}
        while last > first:
            inside = self.lower[first:last]
            before_asking = self.lower[last + 1 : last + 2] and self.lower[last + 1] in ASKING
            has_clause = any(word in LINKS for word in inside)
            has_verb = any(_is_verb(word) for word in inside[1:])
            if not (
                self.lower[last] in dangling
                or (self.lower[last] in VERBS and (has_verb or not has_clause))
                or (self.lower[last] in VERBS | PREPOSITIONS and before_asking)
            ):
                break
            last -= 1
        return last

    def is_clean(self, first: int, last: int) -> bool:
        """Whether what the span takes, and what it leaves, are the right steps' words."""
        inside, places = self.words[first : last + 1], range(first, last + 1)
        outside = [place for place in range(len(self.words)) if place not in places]
        left = [self.words[place] for place in outside]
        if self.lower[first] in ("that", "who", "which") or inside[-1].possesses:
            return False
        if first and self.lower[first - 1] in ASKING and self.lower[first] not in ARTICLES:
            return False
        if _APPOSITION.match(self.text[inside[0].start : inside[-1].end]):
            return False
        names_only = not any(word.tells and word.text[0].islower() for word in inside)
        if names_only and not any(word.lower in LINKS for word in inside):
            return False
        own = {*self.step.stems, *self.step.references}
        least = _COVERED_SUBJECT if self.step.is_relation else _COVERED
        if _said(own, inside) < least * len(own):
            return False
        rest = {stem for other in self.others for stem in other.stems}
        if _said(rest, left) < _REST_COVERED * len(rest):
            return False
        if any(self.own[place] - self.rival[place] >= 0.9 for place in outside):
            return False
        foreign = sum(self.rival[place] - self.own[place] > 0.7 for place in places)
        if foreign > (0 if len(inside) < 7 else 1):
            return False
        asks = any(word.lower in ASKING | {"name"} for word in left) or _YES_NO.match(self.text)
        says = any(word.tells for word in left) or any(
            word.lower in ("where", "when", "how", "why") for word in left
        )
        return bool(asks and says)

    def _joined(self, place: int) -> bool:
        between = self.text[self.words[place].end : self.words[place + 1].start]
        return between.strip() in ("", '"', "'", "“", "-", "(")


def _is_verb(word: str) -> bool:
    return word in VERBS or _VERB.search(word) is not None


def _said(wanted: set[str], among: Sequence[Word]) -> int:
    spoken = {word.text for word in among} | {stem(word.text) for word in among if word.tells}
    return sum(any(likeness(each, other) > 0 for other in spoken) for each in wanted)


def _with_quotes(text: str, start: int, end: int) -> tuple[int, int]:
    for opening, closing in (('"', '"'), ("“", "”"), ("(", ")")):
        inside = text[start:end]
        odd = (
            inside.count(opening) % 2
            if opening == closing
            else (inside.count(opening) - inside.count(closing))
        )
        if odd and (behind := re.match(rf"[.,?!]?{re.escape(closing)}", text[end:])):
            end += behind.end()
        elif odd and start and text[start - 1] == opening:
            start -= 1
        if start and text[start - 1] == opening and text[end : end + 1] == closing:
            start, end = start - 1, end + 1
    return start, end
