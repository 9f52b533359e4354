"""What comparisons measure, as tables: how questions word it and what is asked of each side."""

import re
from dataclasses import dataclass

FIRST = r"(?:earlier|first|earliest|the first)"
LAST = r"(?:later|last|more recently|most recently|latest|the latest)"
_INTRANSITIVE = {
    "sank": "sink", "disappeared": "disappear", "vanished": "vanish", "set out": "set out",
    "ended": "end", "closed": "close", "appeared": "appear", "debuted": "debut", "left": "leave",
    "arrived": "arrive", "retired": "retire",
}  # fmt: skip


@dataclass(frozen=True)
class Measure:
    """A way to compare two things.

    Attributes:
        wording: How questions word it.
        question: What is asked of each side; groups of the wording in angle brackets.
        conclusion: How the conclusion words it.
        thing_question: What is asked instead of a thing that is no person.
        thing_conclusion: How that conclusion words it.
    """

    wording: str
    question: str
    conclusion: str
    thing_question: str = ""
    thing_conclusion: str = ""

    def asked(self, match: re.Match[str], of_thing: bool) -> str:
        """Return the question for each side."""
        chosen = self.thing_question if of_thing and self.thing_question else self.question
        return match.expand(chosen)

    def concluded(self, match: re.Match[str], of_thing: bool) -> str:
        """Return the wording of the conclusion."""
        chosen = self.thing_conclusion if of_thing and self.thing_conclusion else self.conclusion
        return match.expand(chosen)


MEASURES: tuple[Measure, ...] = (
    Measure(rf"(?:was |is |were |came )?(?:born|birthday|into the world) (?:\w+ )?{LAST}",
            "When was {x} born", "was born later"),
    Measure(rf"(?:was |is |were |came )?(?:born|birthday|into the world) (?:\w+ )?{FIRST}",
            "When was {x} born", "was born earlier"),
    Measure(r"(?:(?:is|was) )?(?:the )?(?:younger|youngest)(?: than the other| of the two| man"
            r"| woman)?", "When was {x} born", "was born later",
            "When was {x} founded", "was founded later"),
    Measure(r"(?:(?:is|was) )?(?:the )?(?:older|oldest|elder)(?: than the other| of the two| man"
            r"| woman)?", "When was {x} born", "was born earlier",
            "When was {x} built or founded", "is older"),
    Measure(rf"(?:has |have )?(?:died|passed away) (?:the )?{LAST}", "When did {x} die",
            "died later"),
    Measure(rf"(?:has |have )?(?:died|passed away) (?:the )?{FIRST}", "When did {x} die",
            "died earlier"),
    Measure(r"lived (?:a )?longer(?: life)?|had a longer life|lived the longest",
            "What are the dates of birth and death of {x}", "lived longer"),
    Measure(rf"(?:was |were |is |has been )?(?:released|came out|aired|premiered|published"
            rf"|release|come out) (?:the )?{FIRST}|came first", "When was {x} released",
            "came out earlier"),
    Measure(rf"(?:was |were |is |has been )?(?:released|came out|aired|premiered|published"
            rf"|come out) (?:the )?{LAST}|(?:is|was) (?:more recent|newer)",
            "When was {x} released", "came out later"),
    Measure(rf"(?:was |were |is )?(?:founded|formed|established|started|created|incorporated"
            rf"|introduced|set up|started publishing|first published|began publishing"
            rf"|originated) (?:the )?{FIRST}", "When was {x} founded", "was founded earlier"),
    Measure(rf"(?:was |were |is )?(?:founded|formed|established|started|created|incorporated"
            rf"|introduced|originated) (?:the )?{LAST}", "When was {x} founded",
            "was founded later"),
    *(
        Measure(rf"{past} (?:the )?{order}", f"When did {{x}} {base}", f"{past} {said}")
        for past, base in _INTRANSITIVE.items()
        for order, said in ((FIRST, "earlier"), (LAST, "later"))
    ),
    Measure(rf"began (?:the )?{FIRST}", "When did {x} begin", "began earlier"),
    Measure(rf"began (?:the )?{LAST}", "When did {x} begin", "began later"),
    Measure(rf"(?:was |were |is )(?P<v>\w+(?:ed|built|begun|found|held|made|sunk|lost)|built|made"
            rf"|lost|held|found|opened) (?:the )?{FIRST}", r"When was {x} \g<v>",
            r"was \g<v> earlier"),
    Measure(rf"(?:was |were |is )(?P<v>\w+(?:ed|built|begun|found|held|made|sunk|lost)|built|made"
            rf"|lost|held|found|opened) (?:the )?{LAST}", r"When was {x} \g<v>",
            r"was \g<v> later"),
    Measure(r"(?:has|have|had) (?:the )?(?:more|most) (?:band )?members",
            "How many members does {x} have", "has more members"),
    Measure(r"(?:has|have|had) (?:the )?(?:fewer|fewest|less) (?:band )?members",
            "How many members does {x} have", "has fewer members"),
    Measure(r"(?:has|have|contains?) (?:the )?(?:more|most) (?:known )?species",
            "How many species does {x} have", "has more species"),
    Measure(r"(?:has|have|had) (?:the |a )?(?:more|most|larger|higher|greater|bigger) "
            r"(?:population|inhabitants|people|residents)|(?:is|are) more populous",
            "What is the population of {x}", "has the larger population"),
    Measure(r"(?:has|have|had) (?:the |a )?(?:smaller|lower|fewer) (?:population|inhabitants"
            r"|people|residents)", "What is the population of {x}", "has the smaller population"),
    Measure(r"(?:is|was|stands|are) (?:the )?(?:taller|higher|tallest|highest)", "How tall is {x}",
            "is higher"),
)  # fmt: skip
# What two sides are said to share: wording, question for each, conclusion.
SAME: tuple[tuple[str, str, str], ...] = (
    (r"nationalit(?:y|ies)|citizenship", "What is the nationality of {x}",
     "have the same nationality"),
    (r"from the same country|same country of origin|shares? the same country",
     "What is the nationality of {x}", "are from the same country"),
    (r"born in the same (?P<n>month|year|decade|century)", "When was {x} born",
     r"were born in the same \g<n>"),
    (r"die[d]? in the same (?P<n>month|year|decade|century)", "When did {x} die",
     r"died in the same \g<n>"),
    (r"born (?:in|at) the same (?P<n>[\w ]+)", "Where was {x} born",
     r"were born in the same \g<n>"),
    (r"die[d]? (?:in|at) the same (?P<n>[\w ]+)", "Where did {x} die", r"died in the same \g<n>"),
    (r"(?P<v>\w+ed|built|made|written|held) (?P<p>by|at|in|for) the same (?P<n>month|year|decade)",
     r"When was {x} \g<v>", r"were \g<v> in the same \g<n>"),
    (r"(?P<v>\w+ed|built|made|written|held) by the same (?P<n>[\w ]+)",
     r"By which \g<n> was {x} \g<v>", r"were \g<v> by the same \g<n>"),
    (r"(?:located|situated|based|found|lie|in)\b.*\bsame country|same country",
     "In which country is {x} located", "are in the same country"),
    (r"(?:located|situated|based|found|lie) in the same (?P<n>[\w ]+)",
     r"In which \g<n> is {x} located", r"are in the same \g<n>"),
    (r"(?P<v>\w+ed|built|made|held) (?:in|at) the same (?P<n>[\w ]+)",
     r"In which \g<n> was {x} \g<v>", r"were \g<v> in the same \g<n>"),
    (r"same (?:occupation|profession|job)", "What is the occupation of {x}",
     "have the same occupation"),
)  # fmt: skip
SHARED: tuple[tuple[str, str, str], ...] = (
    (r"occupation|profession|job|career|pursuit|line of work|vocation",
     "What is the occupation of {x}", "What occupation do {sides} share"),
    (r"nationality|citizenship", "What is the nationality of {x}",
     "What nationality do {sides} share"),
    (r"genre", "What is the genre of {x}", "What genre do {sides} share"),
    (r"country", "In which country is {x} located", "Which country do {sides} share"),
)  # fmt: skip
