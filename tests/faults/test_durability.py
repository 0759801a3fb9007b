"""F4: an answer is on the disk before anybody is told that it is saved."""

from __future__ import annotations

import re
import shutil
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from elearn.app import create_app
from elearn.web.extensions import db
from elearn.web.settings import load_settings
from tests.conftest import missing
from tests.faults.conftest import Installation
from tests.faults.killing import COURSE, MODULE
from tests.faults.learners import make_learner
from tests.faults.server import Site, running

pytestmark = pytest.mark.faults

SYSTEM_CALLS = "recvfrom,recvmsg,read,readv,fdatasync,fsync,sendto,sendmsg,send,write,writev"
FULL = 2


def calls(trace: str) -> list[tuple[str, str]]:
    """Return kind and text of the calls that matter in a trace, in order: arrived, synced or sent.

    A call that was interrupted by another thread's stands in two lines: what it waits for has happened
    in the second one.
    """
    begun: dict[str, str] = {}
    found = []
    for line in trace.splitlines():
        process, _, text = line.partition(" ")
        text = text.strip()
        if text.endswith("<unfinished ...>"):
            begun[process] = text
            if "HTTP/1.1 200" in text:
                found.append(("sent", text))
            continue
        if text.startswith("<... "):
            text = begun.pop(process, "") + text
        elif "HTTP/1.1 200" in text:
            found.append(("sent", text))
        if '"PUT /percobaan/' in text:
            found.append(("arrived", text))
        elif re.match(r"f(data)?sync\(", text) and re.search(r"= 0$", text):
            found.append(("synced", text))
    return found


def test_the_log_is_synced_between_the_arrival_of_an_answer_and_its_200(
    on_sqlite: Installation, tmp_path: Path
):
    if shutil.which("strace") is None:
        missing("no strace: install it (apt install strace) to see when answers reach the disk")
    trace = tmp_path / "trace"
    site = Site(
        on_sqlite.env,
        wrapper=(
            *("strace", "-f", "--decode-fds=path", "--seccomp-bpf", "-s", "120"),
            *("-e", f"trace={SYSTEM_CALLS}", "-e", "signal=none", "-o", str(trace)),
        ),
    )
    with running(site):
        learner = make_learner(site, 1, COURSE, MODULE)
        for _ in range(3):
            learner.answer_once(threading.Event())

    found = calls(trace.read_text("utf-8", "replace"))
    arrivals = [place for place, (kind, _) in enumerate(found) if kind == "arrived"]
    assert len(arrivals) == 3
    for arrival in arrivals:
        sent = next(place for place in range(arrival, len(found)) if found[place][0] == "sent")
        synced = [text for kind, text in found[arrival:sent] if kind == "synced"]
        assert any("-wal>" in text for text in synced), found[arrival : sent + 1]


def test_every_pooled_connection_of_the_site_writes_through(on_sqlite: Installation):
    settings = load_settings(on_sqlite.env)
    app = create_app(settings)
    with app.app_context():
        levels = set()
        for _ in range(3):
            # New ones and pooled ones, and one at a time: each begins with the write lock.
            with db.engine.connect() as connection:
                levels.add(connection.scalar(sa.text("PRAGMA synchronous")))
                connection.invalidate()
            for _ in range(2):
                with db.engine.connect() as connection:
                    levels.add(connection.scalar(sa.text("PRAGMA synchronous")))
        db.engine.dispose()

    assert levels == {FULL}


def test_postgresql_syncs_every_commit_of_the_site_whatever_its_own_setting(on_postgresql: Installation):
    app = create_app(load_settings(on_postgresql.env))
    with app.app_context():
        with db.engine.connect() as one, db.engine.connect() as other:
            levels = {one.scalar(sa.text("SHOW synchronous_commit")) for one in (one, other)}
        db.engine.dispose()

    assert levels == {"on"}
