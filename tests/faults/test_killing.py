"""F1, F2, F3: the server is killed, stopped or frozen while learners answer, and nothing said to be saved is lost."""

from __future__ import annotations

import os
import select
import signal
import threading
from pathlib import Path
from uuid import uuid4

import pytest

from tests.faults.conftest import Installation
from tests.faults.killing import COURSE, MODULE, Crowd, kill_and_check
from tests.faults.learners import (
    GONE,
    check_acknowledged,
    check_database,
    make_learner,
    some_answer,
    stored_responses,
)
from tests.faults.server import PATIENCE, Site, running

pytestmark = pytest.mark.faults

#: Answers acknowledged before the server is told to stop.
BEFORE_STOP = 10


def group_members(leader: int) -> list[int]:
    """Return the living processes of the group led by *leader*."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[2]) == leader and fields[0] != "Z":
            found.append(int(status.parent.name))
    return found


def wait_for_ends(processes: list[int]) -> list[int]:
    """Wait until all *processes* have ended; return those that had not when patience ended."""
    poll = select.poll()
    waiting = {}
    for process in processes:
        try:
            descriptor = os.pidfd_open(process)
        except ProcessLookupError:
            continue
        waiting[descriptor] = process
        poll.register(descriptor, select.POLLIN)
    while waiting:
        ended = poll.poll(PATIENCE * 1000)
        if not ended:
            break
        for descriptor, _event in ended:
            poll.unregister(descriptor)
            os.close(descriptor)
            del waiting[descriptor]
    return list(waiting.values())


def test_twenty_kills_lose_no_answer_that_was_acknowledged(installation: Installation):
    assert kill_and_check(installation.env, installation.url, cycles=20) > 20


def test_a_server_that_is_told_to_stop_ends_whole_and_loses_nothing(installation: Installation):
    site = Site(installation.env)
    with running(site):
        crowd = Crowd([make_learner(site, number, COURSE, MODULE) for number in range(3)])
        crowd.start()
        try:
            # As an operator does it (the main process), and as systemd does it (all of them at once).
            for to_all in (False, True):
                crowd.wait_for_answers(BEFORE_STOP)
                process = site.process
                assert process is not None
                members = group_members(process.pid)
                assert len(members) >= 3, "main, worker and sweep"
                if to_all:
                    site.signal(signal.SIGTERM)
                else:
                    process.send_signal(signal.SIGTERM)
                assert process.wait(PATIENCE) in {0, 1}
                assert wait_for_ends(members) == []
                assert group_members(process.pid) == []
                site.start()
            crowd.wait_for_answers(BEFORE_STOP)
        finally:
            crowd.finish()
        for learner in crowd.learners:
            check_acknowledged(installation.url, learner)
    check_database(installation.url)


@pytest.mark.parametrize("moment", ["before the answer comes", "just as it comes"])
def test_an_answer_sent_to_a_frozen_server_is_there_once_after_the_retry(
    on_sqlite: Installation, moment: str
):
    site = Site(on_sqlite.env)
    with running(site):
        learner = make_learner(site, 1, COURSE, MODULE)
        item = learner.items[0]
        sent = {
            "event": str(uuid4()),
            "item": item["id"],
            "base": 0,
            "answer": some_answer(item, learner.chance),
        }
        frozen = threading.Barrier(2)

        def freeze() -> None:
            frozen.wait()
            site.signal(signal.SIGSTOP)

        learner.visitor.timeout = 2
        if moment == "just as it comes":
            freezing = threading.Thread(target=freeze)
            freezing.start()
            frozen.wait()
        else:
            freezing = None
            site.signal(signal.SIGSTOP)
        try:
            reply = learner.visitor.put(f"{learner.address}/jawaban", sent, csrf=learner.csrf)
        except GONE:
            assert not stored_responses(on_sqlite.url, learner.attempt) or moment == "just as it comes"
        else:
            assert (moment, reply.status) == ("just as it comes", 200)
        if freezing is not None:
            freezing.join()
        site.kill()
        site.start()
        learner.visitor.timeout = 30
        replies = [
            learner.visitor.put(f"{learner.address}/jawaban", sent, csrf=learner.csrf) for _ in range(2)
        ]

        assert [reply.json() for reply in replies] == [{"number": 1, "stale": False}] * 2
        assert len(stored_responses(on_sqlite.url, learner.attempt)) == 1
    check_database(on_sqlite.url)
