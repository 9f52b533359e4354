import asyncio
import os
import resource
import sqlite3
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from clew.tools.web.cache import PageCache
from clew.tools.web.page import PageText

URL = "https://example.org/nansen"
PAGE = PageText(
    url="https://example.org/nansen/",
    title="Fridtjof Nansen",
    text="Nansen crossed Greenland in 1888.\nHe was born at Store Frøen — “Froen”.",
    date="1930-05-13",
    language="en",
)


def file(home: Path) -> Path:
    return home / "web" / "pages.sqlite"


def changed(page: PageText, **fields: str) -> PageText:
    return page.model_copy(update=fields)


def damage(path: Path, content: bytes) -> None:
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    path.write_bytes(content)


async def test_a_page_is_found_as_it_was_kept(tmp_path: Path) -> None:
    cache = PageCache(tmp_path)
    assert await cache.get(URL) is None
    await cache.put(URL, PAGE)
    assert await cache.get(URL) == PAGE
    assert await cache.get(PAGE.url) is None
    await cache.close()
    assert await cache.get(URL) == PAGE
    await cache.close()


async def test_closing_it_again_and_again_disturbs_nobody(tmp_path: Path) -> None:
    cache = PageCache(tmp_path)
    await cache.put(URL, PAGE)

    async def use() -> list[PageText | None]:
        return [await cache.get(URL) for _ in range(50)]

    async def close() -> None:
        for _ in range(50):
            await cache.close()
            await asyncio.sleep(0)

    *found, _ = await asyncio.gather(use(), use(), asyncio.to_thread(asyncio.run, use()), close())
    assert all(page == PAGE for pages in found for page in pages)
    await cache.close()


async def test_a_newer_page_replaces_an_older_one(tmp_path: Path) -> None:
    cache = PageCache(tmp_path)
    await cache.put(URL, PAGE)
    newer = changed(PAGE, text="Nansen reached 86° north.")
    await cache.put(URL, newer)
    assert await cache.get(URL) == newer
    await cache.close()


async def test_an_old_page_is_not_found_and_goes_with_the_next(tmp_path: Path) -> None:
    cache = PageCache(tmp_path)
    await cache.put(URL, PAGE)
    time.sleep(0.02)
    assert await cache.get(URL, max_age=timedelta(milliseconds=10)) is None
    assert await cache.get(URL, max_age=timedelta(hours=1)) == PAGE
    await cache.close()

    short = PageCache(tmp_path, max_age=timedelta(milliseconds=10))
    assert await short.get(URL, max_age=timedelta(days=9)) is None
    await short.put("https://example.org/other", PAGE)
    await short.close()
    with sqlite3.connect(file(tmp_path)) as connection:
        assert connection.execute("SELECT url FROM pages").fetchall() == [
            ("https://example.org/other",)
        ]


async def test_a_page_from_the_future_is_not_found(tmp_path: Path) -> None:
    cache = PageCache(tmp_path)
    await cache.put(URL, PAGE)
    with sqlite3.connect(file(tmp_path)) as connection:
        connection.execute("UPDATE pages SET stored = stored + 100000")
    assert await cache.get(URL) is None
    await cache.close()


async def test_the_oldest_pages_give_way(tmp_path: Path) -> None:
    page = changed(PAGE, text="x" * 9_000)
    cache = PageCache(tmp_path, max_bytes=100_000)
    for number in range(40):
        await cache.put(f"{URL}/{number}", page)
    found = [n for n in range(40) if await cache.get(f"{URL}/{n}") is not None]
    assert found == list(range(40 - len(found), 40))
    assert 8 <= len(found) <= 10
    await cache.close()
    assert file(tmp_path).stat().st_size < 300_000


async def test_a_page_larger_than_the_cache_is_not_kept(tmp_path: Path) -> None:
    cache = PageCache(tmp_path, max_bytes=10_000)
    await cache.put(URL, changed(PAGE, text="x" * 20_000))
    assert await cache.get(URL) is None
    await cache.put(URL, PAGE)
    await cache.put(f"{URL}/large", changed(PAGE, text="x" * 20_000))
    assert await cache.get(URL) == PAGE
    await cache.close()


@pytest.mark.parametrize(
    "content",
    [
        b"this is no database, but a text that is long enough to be taken for one " * 20,
        b"SQLite format 3\0" + b"\xff" * 5_000,
        b"\0" * 8_192,
    ],
)
async def test_a_damaged_file_is_replaced(tmp_path: Path, content: bytes) -> None:
    file(tmp_path).parent.mkdir()
    damage(file(tmp_path), content)
    cache = PageCache(tmp_path)
    assert await cache.get(URL) is None
    await cache.put(URL, PAGE)
    assert await cache.get(URL) == PAGE
    await cache.close()


async def test_a_file_damaged_in_the_middle_is_replaced(tmp_path: Path) -> None:
    cache = PageCache(tmp_path)
    for number in range(200):
        await cache.put(f"{URL}/{number}", changed(PAGE, text=f"{number} " * 300))
    await cache.close()
    whole = file(tmp_path).read_bytes()
    damage(file(tmp_path), whole[:8_192] + b"\xa5" * (len(whole) - 8_192))
    for number in range(200):
        await cache.get(f"{URL}/{number}")
    await cache.put(URL, PAGE)
    assert await cache.get(URL) == PAGE
    await cache.close()


async def test_a_file_of_another_version_is_replaced(tmp_path: Path) -> None:
    file(tmp_path).parent.mkdir()
    with sqlite3.connect(file(tmp_path)) as connection:
        connection.execute("CREATE TABLE pages (address TEXT)")
        connection.execute("PRAGMA user_version = 77")
    cache = PageCache(tmp_path)
    await cache.put(URL, PAGE)
    assert await cache.get(URL) == PAGE
    await cache.close()


async def test_half_made_tables_are_replaced(tmp_path: Path) -> None:
    file(tmp_path).parent.mkdir()
    with sqlite3.connect(file(tmp_path)) as connection:
        connection.execute("CREATE TABLE pages (url TEXT)")
    cache = PageCache(tmp_path)
    await cache.put(URL, PAGE)
    assert await cache.get(URL) == PAGE
    await cache.close()


async def test_a_row_that_is_no_page_is_not_found(tmp_path: Path) -> None:
    cache = PageCache(tmp_path)
    await cache.put(URL, PAGE)
    with sqlite3.connect(file(tmp_path)) as connection:
        connection.execute("UPDATE pages SET page = '{\"url\": 3}'")
    assert await cache.get(URL) is None
    await cache.close()


async def test_a_home_that_cannot_be_written_costs_only_the_caching(tmp_path: Path) -> None:
    (tmp_path / "web").write_text("a file where the folder should be")
    cache = PageCache(tmp_path)
    await cache.put(URL, PAGE)
    assert await cache.get(URL) is None
    await cache.close()


async def test_a_full_disk_costs_only_the_caching(tmp_path: Path) -> None:
    cache = PageCache(tmp_path)
    await cache.put(URL, PAGE)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    # Python ignores SIGXFSZ, so that writing beyond the limit fails as on a full disk.
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, before[1]))
    try:
        for number in range(5):
            await cache.put(f"{URL}/{number}", changed(PAGE, text=os.urandom(100_000).hex()))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert await cache.get(f"{URL}/4") is None
    assert await cache.get(URL) == PAGE
    await cache.put(URL, PAGE)
    assert await cache.get(URL) == PAGE
    await cache.close()


async def test_a_cancelled_caller_leaves_the_cache_in_order(tmp_path: Path) -> None:
    cache = PageCache(tmp_path)
    puts = [asyncio.create_task(cache.put(f"{URL}/{n}", PAGE)) for n in range(20)]
    await asyncio.sleep(0)
    for put in puts[5:]:
        put.cancel()
    await asyncio.gather(*puts, return_exceptions=True)
    assert [await cache.get(f"{URL}/{n}") for n in range(5)] == [PAGE] * 5
    await cache.close()


def test_one_cache_serves_one_event_loop_after_another(tmp_path: Path) -> None:
    cache = PageCache(tmp_path)
    asyncio.run(cache.put(URL, PAGE))
    assert asyncio.run(cache.get(URL)) == PAGE
    asyncio.run(cache.close())


WRITER = """
import asyncio, sys
from pathlib import Path
from clew.tools.web.cache import PageCache
from clew.tools.web.page import PageText

async def main(home, name):
    cache = PageCache(Path(home))
    for number in range(100):
        text = f"{name} {number} " * 200
        await cache.put(f"u/{name}/{number}", PageText(url="u", title=name, text=text))
        await cache.get(f"u/0/{number}")
    found = [await cache.get(f"u/{name}/{number}") for number in range(100)]
    await cache.close()
    assert [page.text for page in found] == [f"{name} {number} " * 200 for number in range(100)]

asyncio.run(main(*sys.argv[1:]))
"""


@pytest.mark.slow
@pytest.mark.parametrize("start", [None, b"damaged " * 1_000], ids=["new", "damaged"])
async def test_processes_write_at_the_same_time(tmp_path: Path, start: bytes | None) -> None:
    if start is not None:
        file(tmp_path).parent.mkdir()
        damage(file(tmp_path), start)
    command = [sys.executable, "-c", WRITER, str(tmp_path)]
    writers = [subprocess.Popen([*command, str(name)]) for name in range(3)]
    assert [writer.wait(timeout=120) for writer in writers] == [0, 0, 0]
    cache = PageCache(tmp_path)
    for name in range(3):
        for number in range(100):
            page = await cache.get(f"u/{name}/{number}")
            assert page is not None and page.text == f"{name} {number} " * 200
    await cache.close()
