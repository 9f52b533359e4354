import asyncio
import gc
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from clew.tools.web.extracting import extract
from clew.tools.web.extraction_pool import ExtractionPool
from clew.tools.web.page import Page, PageText, Unreadable

pytestmark = pytest.mark.slow

ARTICLE = "<html><head><title>Fram {}</title></head><body><p>{}</p></body></html>"
SENTENCE = "The Fram froze in north of Siberia and drifted with the ice for three years. "
LARGE = "<html><body>" + "".join(f"<p id={n}>{SENTENCE}</p>" for n in range(4_000))
SLOW = "<html><body><p " + " x='<'".join(f"a{n}=1" for n in range(40_000)) + ">t</p>"


def page(body: str | bytes, content_type: str = "text/html") -> Page:
    return Page(
        url="https://example.org/fram",
        final_url="https://example.org/ship",
        content_type=content_type,
        charset=None,
        body=body.encode() if isinstance(body, str) else body,
        fetched_at=datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC),
    )


def article(number: int) -> Page:
    return page(ARTICLE.format(number, SENTENCE * 5))


def workers(parent: int | None = None) -> set[int]:
    """Return the extraction processes that this process, or another one, has started."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, started_by = stat.read_text().rpartition(")")[2].split()[:2]
            command = (stat.parent / "cmdline").read_bytes()
        except OSError:
            continue
        mine = int(started_by) == (parent or os.getpid())
        if mine and state != "Z" and b"extraction_worker" in command:
            found.add(int(stat.parent.name))
    return found


def wait_until_gone(pids: set[int]) -> None:
    deadline = time.monotonic() + 20
    while any(Path(f"/proc/{pid}").exists() for pid in pids):
        assert time.monotonic() < deadline, "processes are still there"
        time.sleep(0.02)


@pytest.fixture(autouse=True)
def _no_process_is_left() -> Iterator[None]:
    if not Path("/proc/self/stat").exists():
        pytest.skip("processes are looked for in /proc, which this system does not have")
    yield
    gc.collect()
    wait_until_gone(workers())


async def test_pages_come_back_as_they_do_without_a_pool() -> None:
    pages = [article(number) for number in range(20)]
    pages += [page('{"a": 1}', "application/json"), page(b"\0\xff" * 99), page(b"", "image/png")]
    pages += [page(f"Plain\ntext\u2028 \x07 🧊 {SENTENCE * 3}", "text/plain")]
    async with ExtractionPool(2) as pool:
        texts = await asyncio.gather(*map(pool.extract, pages))
    assert texts == [extract(each) for each in pages]
    assert sum(isinstance(text, PageText) for text in texts) == 22


async def test_processes_are_started_late_and_ended_for_sure() -> None:
    pool = ExtractionPool(2)
    assert workers() == set()
    pool.start()
    started = workers()
    assert len(started) == 2
    assert isinstance(await pool.extract(article(1)), PageText)
    assert workers() == started
    pool.close()
    pool.close()
    assert workers() == set()


async def test_a_large_process_does_not_make_its_workers_retire() -> None:
    ballast = b"x" * 500_000_000
    async with ExtractionPool(1) as pool:
        assert isinstance(await pool.extract(article(1)), PageText)
        started = workers()
        assert isinstance(await pool.extract(article(2)), PageText)
        assert workers() == started and ballast


def test_a_pool_serves_one_event_loop_after_another() -> None:
    pool = ExtractionPool(1)
    assert isinstance(asyncio.run(pool.extract(article(1))), PageText)
    started = workers()
    assert isinstance(asyncio.run(pool.extract(article(2))), PageText)
    assert workers() == started
    pool.close()
    assert isinstance(asyncio.run(pool.extract(article(3))), PageText)
    assert workers().isdisjoint(started)
    pool.close()


async def test_a_page_that_hangs_costs_only_itself() -> None:
    async with ExtractionPool(1, seconds=2) as pool:
        before, hung, after = await asyncio.gather(
            pool.extract(article(1)), pool.extract(page(SLOW)), pool.extract(article(2))
        )
    assert isinstance(hung, Unreadable)
    assert "longer than 2 seconds" in hung.reason
    assert isinstance(before, PageText)
    assert isinstance(after, PageText)
    assert after.title == "Fram 2"


@pytest.mark.parametrize("moment", ["idle", "busy"])
async def test_a_process_that_dies_is_replaced(moment: str) -> None:
    async with ExtractionPool(1) as pool:
        await pool.extract(article(1))
        (worker,) = workers()
        busy = asyncio.create_task(pool.extract(page(SLOW))) if moment == "busy" else None
        await asyncio.sleep(0.5)
        os.kill(worker, signal.SIGKILL)
        if busy is not None:
            lost = await busy
            assert isinstance(lost, Unreadable)
            assert "broke down" in lost.reason
        else:
            # Its threads may outlast what the system shows of it.
            os.waitid(os.P_PID, worker, os.WEXITED | os.WNOWAIT)
        text = await pool.extract(article(2))
        assert isinstance(text, PageText)
        assert workers() != {worker}


async def test_a_process_that_has_grown_large_is_replaced_unseen() -> None:
    large = page(b"<p>Fram" + b" " * 200_000_000)
    async with ExtractionPool(1) as pool:
        await pool.extract(article(1))
        first = workers()
        assert isinstance(await pool.extract(large), PageText)
        texts = [await pool.extract(article(number)) for number in range(3)]
        assert all(isinstance(text, PageText) for text in texts)
        assert workers().isdisjoint(first)


async def test_a_page_that_needs_too_much_memory_costs_only_itself() -> None:
    async with ExtractionPool(1, seconds=60) as pool:
        lost = await pool.extract(page(b"<" * 600_000_000))
        assert isinstance(lost, Unreadable)
        assert "Memory" in lost.reason or "broke down" in lost.reason
        assert isinstance(await pool.extract(article(1)), PageText)


async def test_processes_that_cannot_be_started_cost_only_pages(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as changed:
        changed.setattr(sys, "executable", "/nowhere/python")
        pool = ExtractionPool(1)
        lost = await pool.extract(article(1))
    assert isinstance(lost, Unreadable)
    assert "no process can be started" in lost.reason
    assert isinstance(await pool.extract(article(1)), PageText)
    pool.close()


async def test_a_process_that_does_not_run_says_how_to_see_why(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("clew.tools.web.extraction_pool.__package__", "clew.nowhere")
    async with ExtractionPool(1) as pool:
        lost = await pool.extract(article(1))
    assert isinstance(lost, Unreadable)
    assert "python -m clew.nowhere.extraction_worker" in lost.reason


async def test_closing_ends_what_is_under_way() -> None:
    pool = ExtractionPool(1)
    tasks = [asyncio.create_task(pool.extract(page(SLOW))) for _ in range(5)]
    await asyncio.sleep(1)
    pool.close()
    started = time.monotonic()
    texts = await asyncio.gather(*tasks)
    assert time.monotonic() - started < 3
    assert {str(text) for text in texts} == {
        str(Unreadable(reason="reading it was stopped")),
    }


async def test_a_cancelled_page_leaves_the_pool_in_order() -> None:
    async with ExtractionPool(1) as pool:
        tasks = [asyncio.create_task(pool.extract(article(number))) for number in range(20)]
        await asyncio.sleep(0.01)
        for task in tasks[:15]:
            task.cancel()
        texts = await asyncio.gather(*tasks, return_exceptions=True)
        assert all(isinstance(text, asyncio.CancelledError) for text in texts[:15])
        assert [text.title for text in texts[15:] if isinstance(text, PageText)] == [
            f"Fram {number}" for number in range(15, 20)
        ]


async def test_the_event_loop_goes_on_meanwhile() -> None:
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.01)
            ticks += 1

    async with ExtractionPool(2) as pool:
        await pool.extract(article(1))
        ticking = asyncio.create_task(tick())
        started = time.monotonic()
        await asyncio.gather(*(pool.extract(page(LARGE)) for _ in range(2)))
        seconds = time.monotonic() - started
        ticking.cancel()
    assert ticks > 15 * seconds


async def test_a_pool_that_nobody_holds_ends_its_processes() -> None:
    pool = ExtractionPool(1)
    await pool.extract(article(1))
    started = workers()
    del pool
    gc.collect()
    wait_until_gone(started)


SCRIPT = """
import asyncio, sys
from datetime import UTC, datetime
from clew.tools.web.extraction_pool import ExtractionPool
from clew.tools.web.page import Page

print("main")
body = ("<html><body><p>" + "The Fram drifted. " * 30).encode()
page = Page(url="u", final_url="u", content_type="text/html", charset=None, body=body,
            fetched_at=datetime.now(UTC))
pool = ExtractionPool(2)
print(asyncio.run(pool.extract(page)).text[:17], flush=True)
if sys.argv[1] == "wait":
    sys.stdin.read()
"""


def test_a_script_without_a_main_guard_is_run_once(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(SCRIPT)
    # What lies in the current folder is nothing that a process should import.
    (tmp_path / "trafilatura.py").write_text("raise SystemExit('imported from the folder')")
    command = [sys.executable, "-P", "script.py", "end"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.stderr == ""
    assert done.stdout.splitlines() == ["main", "The Fram drifted."]


def test_processes_end_with_the_one_that_started_them(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(SCRIPT)
    command = [sys.executable, "script.py", "wait"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=tmp_path, stdin=pipe, stdout=pipe, text=True) as script:
        assert script.stdout is not None
        assert [script.stdout.readline() for _ in range(2)] == ["main\n", "The Fram drifted.\n"]
        started = workers(script.pid)
        assert len(started) == 2
        script.kill()
    wait_until_gone(started)
