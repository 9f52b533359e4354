"""Mending the edges of a part that a network found in a question.

A network that scores words one by one now and then stops a word too early or too late; grammar
tells: a clause has a verb, a noun phrase inside a clause leaves the verb to it, and a statement
begins where the question does.
"""

import re

_LINK = r"(?:who|that|which|whom|where|when)"
_AUXILIARY = r"(?:is|was|are|were|has|had|have|can|could)"
_ENDS_IN_LINK = re.compile(rf"\b{_LINK}\s+$", re.IGNORECASE)
# An auxiliary before the part, and the verb that belongs to it behind.
_OUTER_VERBS = (
    (re.compile(r"\b(?:did|does|do)\s+$", re.I), re.compile(r"\s+[a-z]+$")),
    (
        re.compile(r"\b(?:is|was|are|were)\s+$", re.I),
        re.compile(
            r"\s+(?:(?:born|located|founded)(?: in)?|an? (?:citizen|member) of|named after)$"
        ),
    ),
)
_HEAD_BEFORE = re.compile(
    r"\b(?:the|an?) (?:[a-z\-]+ ){1,3}?(?:(?:in|of|from|at|to|by|for|with) )?$", re.IGNORECASE
)
_CLAUSE = re.compile(rf"\b{_LINK} (?P<rest>.+)$", re.IGNORECASE | re.DOTALL)
_VERB = re.compile(
    rf"\b(?:{_AUXILIARY}|did|does|do|\w+ed|wrote|sang|born|made|runs|took|built|held|plays|won|led)\b"
)
_VERB_LAST = re.compile(rf"\s+{_AUXILIARY}(?: (?:located|based|born|found|set|\w+ed))?$")
_VERB_BEHIND = re.compile(
    rf"\s+(?:{_AUXILIARY}(?: (?:be )?(?:located|based|born|found|set|from|in|\w+ed|held|built)\b)?"
    r"|\w+ed\b|(?:takes|took) place\b|\w+s (?:to|in|for|from)\b)"
)
_NAME_BEFORE = re.compile(r"\s*(?!(?:Who|What|Which|Whose|When|Where|How|In|On|At|Is|Was|Did)\b)"
                          r"(?:[A-Z\"“][\w.'’\-]*\s+){1,4}$")  # fmt: skip


def mended(text: str, start: int, end: int) -> tuple[int, int]:
    """Return where a part of a question begins and ends, its edges mended.

    Args:
        text: The question.
        start: Offset of the part's first character, as it was found.
        end: Offset behind its last.
    """
    start, end = _with_head(text, start), _with_name(text, start, end)
    phrase = text[start:end]
    clause = _CLAUSE.search(phrase)
    if _ENDS_IN_LINK.search(text[:start]) and clause is None:
        # "the city where | the author of X was born": the verb is the city's clause's.
        return start, start + _cut(phrase, re.compile(rf"\s+{_AUXILIARY}\b.*$"))
    if clause is not None and not _VERB.search(clause["rest"]):
        behind = _VERB_BEHIND.match(text[end:])
        return start, end + behind.end() if behind else end
    if clause is None or _VERB.search(_VERB_LAST.sub("", clause["rest"])):
        # "The mill of X is | in what county": so it is the question's at the end.
        end = start + _cut(phrase, _VERB_LAST)
    if not re.search(r"\w", text[end:]):
        # "did | the author of X die": as it is after its auxiliary.
        for auxiliary, verb in _OUTER_VERBS:
            if auxiliary.search(text[:start]) and verb.search(phrase):
                return start, start + _cut(phrase, verb)
    return start, end


def _cut(phrase: str, tail: re.Pattern[str]) -> int:
    """Return how long a phrase is without its tail."""
    found = tail.search(phrase)
    return found.start() if found else len(phrase)


def _with_head(text: str, start: int) -> int:
    """Return the beginning with the name or the noun that it was cut from."""
    if _NAME_BEFORE.match(text[:start]):
        return 0
    if re.match(rf"{_LINK}\b", text[start:]) and (head := _HEAD_BEFORE.search(text[:start])):
        return head.start()
    return start


def _with_name(text: str, start: int, end: int) -> int:
    """Return the end with the rest of a name that it was cut in."""
    if re.search(r"(?:\b(?:to|of|in|the|and|for|at|from)|[ \"“][A-Z][\w.\-]*)$", text[start:end]):
        name = re.match(r"(?: [A-Z][\w.\-]*(?:['’]s?)?)+", text[end:])
        end += name.end() if name else 0
    # "The Well (1951 film)", "Alien Inc.": what is in brackets, and a point, are the name's.
    mark = re.match(r" ?\([^()]*\)|[.!](?=[ ?])", text[end:])
    return end + mark.end() if mark else end
