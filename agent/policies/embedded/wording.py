"""Saying a question otherwise: as the noun phrase it asks for, and as a statement."""

import re

from .questions import trimmed

_NOUN_PHRASE = re.compile(r"(?:who|what|which)(?: \w+)? (?:is|are|was|were) (?P<np>the .+)", re.I)
# A question's wording, and the statement of its answer.
_STATEMENTS: tuple[tuple[str, str], ...] = (
    (r"where (was|were) (?P<x>.+) born", "{x} was born in {a}"),
    (r"when (was|were) (?P<x>.+) born", "{x} was born on {a}"),
    (r"where (?:was|is) the (?P<n>place of \w+) of (?P<x>.+)", "The {n} of {x} is {a}"),
    (r"where did (?P<x>.+) die", "{x} died in {a}"),
    (r"when did (?P<x>.+) die", "{x} died on {a}"),
    (r"(?:why|how) did (?P<x>.+) die", "{x} died of {a}"),
    (r"where did (?P<x>.+?) (?:graduate from|study|graduate)", "{x} studied at {a}"),
    (r"where (?:does|did) (?P<x>.+) work(?: at| for)?", "{x} worked at {a}"),
    (r"when was (?P<x>.+) released", "{x} was released on {a}"),
    (r"when was (?P<x>.+) founded", "{x} was founded in {a}"),
    (r"when (?:was|were) (?P<x>.+) (?P<v>\w+ed|built|begun|held)", "{x} was {v} in {a}"),
    (r"in which (?P<n>\w+) (?:is|was) (?P<x>.+) located", "{x} is located in {a}"),
    (r"where (?:is|was) (?P<x>.+?)(?: located)?", "{x} is in {a}"),
    (r"how many (?P<n>[\w ]+?) does (?P<x>.+) have", "{x} has {a} {n}"),
    (r"how (?P<n>tall|high) is (?P<x>.+)", "{x} is {a} {n}"),
    (r"(?:what|which) nationality (?:is|was) (?P<x>.+)", "The nationality of {x} is {a}"),
    (r"(?:what|which) country (?:is |was )?(?P<x>.+?) (?:is |was )?from", "{x} is from {a}"),
    (r"what is the occupation of (?P<x>.+)", "{x} works as {a}"),
    (r"what are the (?P<n>dates of birth and death) of (?P<x>.+)", "The {n} of {x} are {a}"),
    (r"(?:who|what|which)(?: \w+)? (?P<v>is|are|was|were) (?P<x>the .+)", "{x} {v} {a}"),
    (r"who (?P<v>(?:\w+ed|wrote|sang|plays|won|led|made|built|founded)\b.+)", "{a} {v}"),
)  # fmt: skip
_COMPILED = tuple((re.compile(asked, re.IGNORECASE), said) for asked, said in _STATEMENTS)


def as_description(question: str) -> str:
    """Return the noun phrase that a question asks for: *Who directed X?* → *who directed X*."""
    text = trimmed(question)
    if match := _NOUN_PHRASE.fullmatch(text):
        return match["np"]
    if match := re.fullmatch(r"who (.+)", text, re.IGNORECASE):
        return f"the person who {match[1]}"
    if match := re.fullmatch(r"(?:in )?(?:which|what) (\w+) (?:is|was) (.+) (\w+)", text, re.I):
        return f"the {match[1]} where {match[2]} was {match[3]}"
    if match := re.fullmatch(r"where (was|is) (.+) (\w+)", text, re.IGNORECASE):
        return f"the place where {match[2]} {match[1]} {match[3]}"
    if match := re.fullmatch(r"(?:which|what) (\w+) (.+)", text, re.IGNORECASE):
        return f"the {match[1]} that {match[2]}"
    return re.sub(r"^(?:who|what|which|where|when|how)\b ?", "", text, flags=re.IGNORECASE)


def as_statement(question: str, answer: str) -> str:
    """Return a sentence that says a question's answer."""
    text = trimmed(question)
    for pattern, said in _COMPILED:
        if match := pattern.fullmatch(text):
            groups = {name: value for name, value in match.groupdict().items() if value}
            sentence = said.format(a=answer, **groups)
            if re.search(r"\bon (?:c\. ?)?\d{3,4}$", sentence):
                sentence = re.sub(r"\bon ((?:c\. ?)?\d{3,4})$", r"in \1", sentence)
            return _closed(sentence[0].upper() + sentence[1:])
    return _closed(f"{question.strip()} {answer[:1].upper()}{answer[1:]}")


def _closed(sentence: str) -> str:
    return sentence if sentence.endswith((".", "!", "?", '."')) else f"{sentence}."
