"""F6: another process holds SQLite's write lock, for a moment or for too long."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from elearn.records import engines
from tests.faults.conftest import Installation
from tests.faults.killing import COURSE, MODULE
from tests.faults.learners import Learner, check_database, make_learner, some_answer, stored_responses
from tests.faults.server import Reply, Site, running

pytestmark = pytest.mark.faults

HOLDER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.readline()
connection.execute("ROLLBACK")
print("released", flush=True)
"""


@contextlib.contextmanager
def write_lock(url: str) -> Iterator[Callable[[], None]]:
    """Let another process hold the write lock for a block; call what is given to release it earlier."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(make_url(url).database)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with holder:
        assert holder.stdin is not None
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        released = False

        def release() -> None:
            nonlocal released
            if not released:
                released = True
                holder.stdin.write("\n")
                holder.stdin.flush()
                assert holder.stdout.readline() == "released\n"

        try:
            yield release
        finally:
            release()


class Sent(threading.Thread):
    """A request on its way; `reply` waits for it."""

    def __init__(self, send: Callable[[], Reply]) -> None:
        super().__init__()
        self._send = send
        self._reply: Reply | None = None
        self.start()

    def run(self) -> None:
        self._reply = self._send()

    def reply(self) -> Reply:
        self.join()
        assert self._reply is not None
        return self._reply


def an_answer(learner: Learner) -> dict[str, object]:
    item = learner.items[0]
    answer = some_answer(item, learner.chance)
    return {"event": str(uuid4()), "item": item["id"], "base": 0, "answer": answer}


def pages_go_on(learner: Learner) -> None:
    for path in ("/", f"/kursus/{COURSE}", f"/kursus/{COURSE}/{MODULE}", learner.address, "/belajar"):
        assert learner.visitor.get(path).status == 200, path


def rows(url: str, table: str) -> int:
    engine = engines.make_engine(url, reading=True)
    with engine.connect() as connection:
        found: int = connection.scalar(sa.text(f"SELECT count(*) FROM {table}"))
    engine.dispose()
    return found


def test_an_answer_waits_for_a_short_lock_and_is_saved(on_sqlite: Installation):
    with running(Site(on_sqlite.env)) as site:
        learner = make_learner(site, 1, COURSE, MODULE)
        sent = an_answer(learner)
        with write_lock(on_sqlite.url) as release:
            waiting = Sent(lambda: learner.visitor.put(f"{learner.address}/jawaban", sent, csrf=learner.csrf))
            pages_go_on(learner)
            assert waiting.is_alive(), "the answer did not wait for the lock"
            release()
            reply = waiting.reply()

        assert (reply.status, reply.json()) == (200, {"number": 1, "stale": False})
    assert len(stored_responses(on_sqlite.url, learner.attempt)) == 1


def test_a_long_lock_is_told_and_nothing_is_half_done(on_sqlite: Installation):
    with running(Site(on_sqlite.env)) as site:
        learner = make_learner(site, 1, COURSE, MODULE)
        beginner = make_learner(site, 2, COURSE, MODULE)
        beginner.answer_once(threading.Event())
        sent = an_answer(learner)
        address, csrf = learner.address, learner.csrf
        attempts = rows(on_sqlite.url, "attempts")
        reading = f"/kursus/{COURSE}/{MODULE}/dibaca"
        with write_lock(on_sqlite.url):
            put = Sent(lambda: learner.visitor.put(f"{address}/jawaban", sent, csrf=csrf))
            hand_in = Sent(lambda: beginner.visitor.post(f"{beginner.address}/kirim", {}, csrf=beginner.csrf))
            read = Sent(lambda: beginner.visitor.post(reading, {}, csrf=beginner.csrf))
            pages_go_on(learner)
            replies = [put.reply(), hand_in.reply(), read.reply()]

        for reply in replies:
            assert reply.status == 503, reply.text[:300]
            assert int(reply.headers["retry-after"]) > 0
            assert "belum tersimpan" in reply.text
        assert put.reply().json()["error"] == 503
        assert stored_responses(on_sqlite.url, learner.attempt) == {}
        assert [rows(on_sqlite.url, table) for table in ("attempts", "grades", "module_reads")] == [
            attempts,
            0,
            0,
        ]

        again = learner.visitor.put(f"{address}/jawaban", sent, csrf=csrf)
        assert (again.status, again.json()) == (200, {"number": 1, "stale": False})
        assert beginner.hand_in()["state"] == "graded"
    assert Path(make_url(on_sqlite.url).database or "").exists()
    check_database(on_sqlite.url)
