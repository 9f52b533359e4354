"""The next hop: what a query asks for once a passage is known.

The passage that answers the second part of a question often has no title that the first passage
names: who is the sibling of a performer stands in the article on their father. But it does name the
performer, and says what the question still asks. So the names that a passage brings are looked for
together with the words of the query that it has nothing to say of. It is retrieval that
interleaves with reading (as IRCoT does with a language model: Trivedi et al. 2023), with the
passage itself in place of a thought about it.
"""

from ..passages import Passage
from .titles import STOP_WORDS, words_of


def next_query(query: str, known: Passage) -> str:
    """Return the words to search for next, given a query and a passage known to matter.

    Args:
        query: What is looked for.
        known: The passage, which answers a part of it.

    Returns:
        The words of the query that the passage lacks, then the words of names in it that the query
        lacks, both normalised; nothing where the passage brings no name.
    """
    asked = dict.fromkeys(word.folded for word in words_of(query) if word.folded not in STOP_WORDS)
    told = words_of(known.text)
    names = dict.fromkeys(
        word.folded
        for word in told
        if word.names
        and word.folded not in STOP_WORDS
        and word.folded not in asked
        and not word.folded.isdigit()
    )
    if not names:
        return ""
    said = {word.folded for word in (*words_of(known.title), *told)}
    return " ".join([*(word for word in asked if word not in said), *names])
