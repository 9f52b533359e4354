"""Reading: spans by relation and by type, quotes, abstention."""

import asyncio
import hashlib
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from clew.agent.policies.embedded import EmbeddedPolicy
from clew.agent.policies.embedded.text import sentences
from clew.graphs.plan import SubQuestion
from clew.graphs.protocols import ReadRequest, RefineRequest
from clew.graphs.steps import Reading
from clew.tools.passages import Passage


class WordEncoder:
    """Unit vectors from hashed words: alike where texts share words."""

    def encode(self, texts: list[str]) -> NDArray[np.float32]:
        rows = np.zeros((len(texts), 64), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            row[0] = 0.1
            for word in text.lower().split():
                row[hashlib.sha256(word.encode("utf-8", "surrogatepass")).digest()[0] % 64] += 1
            row /= np.linalg.norm(row)
        return rows


POLICY = EmbeddedPolicy(WordEncoder())
OTHER = Passage(id="o", source="s", title="Cork", text="Cork is a city in Ireland by the sea.")


def read(question: str, title: str, text: str) -> Reading:
    passage = Passage(id="p", source="s", title=title, text=text)
    request = ReadRequest(
        question=question,
        sub_question=SubQuestion(id="q1", text=question),
        text=question,
        passages=(OTHER, passage),
    )
    reading = asyncio.run(POLICY.read(request))
    evidence = {"p": passage, "o": OTHER}
    assert all(quote.is_verbatim(evidence) for quote in reading.answer.quotes)
    return reading


READINGS = [
    ("Who is the director of film Lola?", "Lola (1981 film)",
     "Lola is a 1981 West German film directed by Rainer Werner Fassbinder and starring B. Sukowa.",
     "Rainer Werner Fassbinder"),
    ("Who is the performer of song Oceania?", "Oceania (song)",
     '"Oceania" is a song recorded by Icelandic singer Björk for her album.', "Björk"),
    ("When was Robert B. Sinclair born?", "Robert B. Sinclair",
     "Robert B. Sinclair( May 24, 1905 – January 3, 1970) was a director.", "May 24, 1905"),
    ("When did Robert B. Sinclair die?", "Robert B. Sinclair",
     "Robert B. Sinclair( May 24, 1905 – January 3, 1970) was a director.", "January 3, 1970"),
    ("When was Bianca Halstead born?", "Bianca Halstead",
     "Bianca Halstead (born 16 March 1941) is a musician.", "16 March 1941"),
    ("When did Teutberga die?", "Teutberga",
     "Teutberga( died 11 November 875) was a queen of Lotharingia.", "11 November 875"),
    ("Where was Wojciech Has born?", "Wojciech Has",
     "Wojciech Has (1 April 1925, Kraków – 3 October 2000, Łódź) was a film director.", "Kraków"),
    ("Where did Wojciech Has die?", "Wojciech Has",
     "Wojciech Has (1 April 1925, Kraków – 3 October 2000, Łódź) was a film director.", "Łódź"),
    ("Where was Lillian Russell born?", "Lillian Russell",
     "Russell was born in Clinton, Iowa, but raised in Chicago.", "Clinton"),
    ("Who is the father of Rune Ottosen?", "Rune Ottosen",
     "Ottosen is a son of the resistance member Kristian Ottosen.", "Kristian Ottosen"),
    ("Who is the father of Anthony Ashley-Cooper?", "Anthony Ashley-Cooper",
     "He was the eldest son of Cropley Ashley-Cooper, 6th Earl of Shaftesbury and his wife Anne.",
     "Cropley Ashley-Cooper, 6th Earl of Shaftesbury"),
    ("Who is the wife of Alexander Pollock Moore?", "Alexander Pollock Moore",
     "In 1912 he married the stage actress Lillian Russell.", "Lillian Russell"),
    ("What is the nationality of Tanio Boccia?", "Tanio Boccia",
     "Tanio Boccia (1912–1982), born in Potenza, was an Italian film director.", "Italian"),
    ("In which country is Mohammadabad located?", "Mohammadabad",
     "Mohammadabad is a village in Andika County, Khuzestan Province, Iran.", "Iran"),
    ("Where did Martin Šulík graduate from?", "Martin Šulík",
     "He graduated from the Beijing Film Academy in 1991.", "Beijing Film Academy"),
    ("Why did Arch Nicholson die?", "Arch Nicholson",
     "He died of amyotrophic lateral sclerosis in 1990, aged 48.", "amyotrophic lateral sclerosis"),
    ("When was Abel Gance born?", "Abel Gance",
     "Abel Gance( 25 October 188910 November 1981) was a French film director.",
     "25 October 1889"),
    ("What is the population of Brigus?", "Brigus",
     "Its population was 1,250 at the census.", "1,250"),
]  # fmt: skip


@pytest.mark.parametrize(("question", "title", "text", "answer"), READINGS)
def test_reads_the_relation(question: str, title: str, text: str, answer: str) -> None:
    reading = read(question, title, text)
    assert reading.answer.text == answer
    assert reading.answer.quotes[0].passage_id == "p"
    assert reading.ranking[0].passage_id == "p"
    assert 0 < reading.answer.confidence <= 1


@pytest.mark.parametrize(
    ("question", "title", "text"),
    [
        ("Who is the mother of Rune Ottosen?", "Lola", "Lola is a film of 1981."),
        ("Where was the wife of Otto Sverdrup born?", "Reykjavík", "It rains a lot."),
        ("How tall was Roald Amundsen?", "Snow", "Snow is white."),
    ],
)
def test_abstains_without_support(question: str, title: str, text: str) -> None:
    assert read(question, title, text).answer.text is None


def test_nothing_read_is_unknown() -> None:
    request = ReadRequest(
        question="Who?", sub_question=SubQuestion(id="q1", text="Who?"), text="Who?"
    )
    assert asyncio.run(POLICY.read(request)) == Reading()


def test_refining_drops_an_answer_that_its_quote_does_not_state() -> None:
    question, title, text, _ = READINGS[0]
    reading = read(question, title, text)
    claimed = reading.answer.model_copy(update={"text": "Orson Welles"})
    passage = Passage(id="p", source="s", title=title, text=text)
    refined = asyncio.run(
        POLICY.refine(
            RefineRequest(
                question=question,
                sub_question=SubQuestion(id="q1", text=question),
                text=question,
                passages=(passage,),
                reading=reading.model_copy(update={"answer": claimed}),
            )
        )
    )
    assert refined.reading.answer.text is None
    assert refined.search_again


def test_the_same_reading_twice() -> None:
    question, title, text, _ = READINGS[0]
    assert read(question, title, text) == read(question, title, text)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([row[0] for row in READINGS] + ["Was Lola a film?", "Which ship sank?", ""]),
    st.text(max_size=40),
    st.one_of(st.text(max_size=300), st.sampled_from([row[2] for row in READINGS])),
)
def test_wild_text_never_raises_and_quotes_stay_verbatim(
    question: str, title: str, text: str
) -> None:
    read(question or "?", title, text)


def test_what_goes_on_without_end_is_read_in_time() -> None:
    names = "Ada Moe and Bo Lind of Cork "
    passage = Passage(id="p", source="s", title="Names", text=names * 3_000)
    started = time.process_time()
    found = sentences(passage.text)
    assert "".join(each.text for each in found).replace(" ", "") == passage.text.replace(" ", "")
    assert all(passage.text.startswith(each.text, each.start) for each in found)
    read("Who is the captain of the Quest?", passage.title, passage.text)
    assert time.process_time() - started < 6.0
    assert max(len(each.text) for each in found) <= 1_000


def test_a_question_answers_nothing() -> None:
    question = "Who is the captain of the Quest?"
    assert read(question, "Frank Wild", question).answer.text is None
