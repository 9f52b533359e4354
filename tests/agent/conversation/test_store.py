"""Conversations on the disk: order, restarts, owners, several processes, other versions."""

import asyncio
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from clew.agent.conversation.store import UNTITLED, ConversationStore
from clew.agent.conversation.turns import SavedTurn, history_of
from clew.errors import ClewError, InputError, UnknownConversation
from clew.graphs.answer import Answer, AnswerSentence
from clew.graphs.budget import Usage
from clew.graphs.plan import Plan

QUESTION = "Where was the captain of the Endurance born?"
ANSWER = Answer(
    question=QUESTION,
    short_answer="Akaroa",
    sentences=(AnswerSentence(text="The captain was Frank Worsley."),),
    citations=(),
    abstained=False,
    plan=Plan(),
    steps=(),
    evidence=(),
    usage=Usage(),
)


def turn(question: str = QUESTION, **more: object) -> SavedTurn:
    return SavedTurn.model_validate({"question": question, "standalone": question, **more})


async def test_a_conversation_survives_a_restart(tmp_path: Path) -> None:
    store = ConversationStore(tmp_path / "new" / "home")
    begun = await store.create("ann")
    assert (begun.turns, begun.title) == ((), UNTITLED)
    running = turn(thread_id="thread-1")
    await store.append(begun.id, "ann", running)
    ended = running.model_copy(update={"answer": ANSWER})
    await store.replace_turn(begun.id, "ann", ended)
    failed = turn("And \ud800 now?", error="no room is left")
    await store.append(begun.id, "ann", failed)

    reopened = ConversationStore(tmp_path / "new" / "home")
    loaded = await reopened.load(begun.id, "ann")
    assert loaded.turns[0] == ended
    assert loaded.turns[1] == failed.model_copy(
        update={"question": "And ? now?", "standalone": "And ? now?"}
    )
    assert (loaded.title, loaded.turn_count, loaded.created) == (QUESTION, 2, begun.created)
    assert loaded.changed > begun.changed
    assert history_of(loaded.turns)[0].answer == "Akaroa\nThe captain was Frank Worsley."


async def test_the_last_written_comes_first_and_titles_are_short(tmp_path: Path) -> None:
    store = ConversationStore(tmp_path)
    first, second, third = [await store.create("ann") for _ in range(3)]
    assert [each.id for each in await store.list("ann")] == [third.id, second.id, first.id]
    await store.append(second.id, "ann", turn("Who  was\nthe captain of " + "the ship " * 10))
    await store.rename(first.id, "ann", "  Polar \n ships ")
    listed = await store.list("ann")
    assert [each.id for each in listed] == [first.id, second.id, third.id]
    assert [each.turn_count for each in listed] == [0, 1, 0]
    named, shortened, untitled = (each.title for each in listed)
    assert (named, untitled) == ("Polar ships", UNTITLED)
    assert shortened.startswith("Who was the captain of the ship")
    assert shortened.endswith("…") and len(shortened) <= 60
    await store.rename(second.id, "ann", " ")
    assert (await store.list("ann"))[0].title == shortened


async def test_nobody_meets_the_conversation_of_another(tmp_path: Path) -> None:
    store = ConversationStore(tmp_path)
    own = await store.create("ann")
    kept = turn()
    await store.append(own.id, "ann", kept)
    for attempt in (
        store.load(own.id, "bob"),
        store.append(own.id, "bob", turn()),
        store.replace_turn(own.id, "bob", kept),
        store.rename(own.id, "bob", "mine"),
        store.delete(own.id, "bob"),
        store.load("nothing", "ann"),
        store.replace_turn(own.id, "ann", turn()),
    ):
        with pytest.raises(UnknownConversation, match=r"load it again|choose another"):
            await attempt
    assert issubclass(UnknownConversation, InputError)
    assert await store.list("bob") == ()
    assert (await store.load(own.id, "ann")).turns == (kept,)


async def test_a_deleted_conversation_is_gone(tmp_path: Path) -> None:
    store = ConversationStore(tmp_path)
    gone, stays = await store.create("ann"), await store.create("ann")
    await store.append(gone.id, "ann", turn())
    await store.delete(gone.id, "ann")
    assert [each.id for each in await store.list("ann")] == [stays.id]
    with pytest.raises(UnknownConversation):
        await store.load(gone.id, "ann")
    with sqlite3.connect(tmp_path / "conversations.sqlite") as connection:
        assert connection.execute("SELECT count(*) FROM turns").fetchone() == (0,)


async def test_an_answer_of_another_version_is_told_as_an_error(tmp_path: Path) -> None:
    store = ConversationStore(tmp_path)
    saved = await store.create("ann")
    await store.append(saved.id, "ann", turn(answer=ANSWER))
    with sqlite3.connect(tmp_path / "conversations.sqlite") as connection:
        connection.execute('UPDATE turns SET answer = \'{"question": "?"}\'')
    (shown,) = (await store.load(saved.id, "ann")).turns
    assert shown.answer is None and shown.question == QUESTION
    assert "ask the question again" in (shown.error or "")


async def test_many_tasks_write_at_once(tmp_path: Path) -> None:
    stores = [ConversationStore(tmp_path) for _ in range(4)]
    shared = await stores[0].create("ann")
    questions = {f"Question {number}?" for number in range(40)}
    await asyncio.gather(
        *(
            stores[number % 4].append(shared.id, "ann", turn(question))
            for number, question in enumerate(questions)
        )
    )
    loaded = await stores[0].load(shared.id, "ann")
    assert {each.question for each in loaded.turns} == questions


_WRITER = """
import asyncio, sys
from pathlib import Path
from clew.agent.conversation.store import ConversationStore
from clew.agent.conversation.turns import SavedTurn

async def write(home, name):
    store = ConversationStore(Path(home))
    for number in range(10):
        begun = await store.create("ann")
        said = f"{name} {number}"
        await store.append(begun.id, "ann", SavedTurn(question=said, standalone=said))

asyncio.run(write(*sys.argv[1:]))
"""


async def test_several_processes_begin_and_write_at_once(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _WRITER, str(tmp_path / "home")]
    writers = [subprocess.Popen([*command, name]) for name in ("a", "b", "c")]
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    listed = await ConversationStore(tmp_path / "home").list("ann")
    assert {each.title for each in listed} == {f"{name} {n}" for name in "abc" for n in range(10)}


async def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "conversations.sqlite").write_text("this is no database, but a note " * 40)
    with pytest.raises(ClewError, match="cannot be used"):
        await ConversationStore(tmp_path).list("ann")
