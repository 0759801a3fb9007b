"""Killing the server over and over while learners answer: `python -m tests.faults.killing --cycles 200`."""

from __future__ import annotations

import argparse
import threading
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.faults.learners import Learner, check_acknowledged, check_database, make_learner
from tests.faults.server import ROOT, Site, environment, run, running

COURSE, MODULE = "tahan-uji", "dasar"
FOLDER = ROOT / "tests" / "faults" / "courses" / COURSE
LEARNERS = 4
#: Answers acknowledged between two kills.
BETWEEN_KILLS = 12


class Crowd:
    """Learners who answer in threads until they are told to stop."""

    def __init__(self, learners: Sequence[Learner]) -> None:
        self.learners = learners
        self.stop = threading.Event()
        self.failures: list[BaseException] = []
        self._counted = threading.Condition()
        self._count = 0
        self._threads = [threading.Thread(target=self._answer, args=(learner,)) for learner in learners]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def wait_for_answers(self, more: int) -> None:
        """Return when *more* further answers have been acknowledged."""
        with self._counted:
            wanted = self._count + more
            reached = self._counted.wait_for(lambda: self._count >= wanted or self.failures, timeout=120)
        assert not self.failures, self.failures
        assert reached, "the learners got no answer in two minutes"

    def finish(self) -> None:
        self.stop.set()
        for thread in self._threads:
            thread.join()
        assert not self.failures, self.failures

    def _answer(self, learner: Learner) -> None:
        try:
            while not self.stop.is_set():
                if learner.answer_once(self.stop):
                    with self._counted:
                        self._count += 1
                        self._counted.notify_all()
        except BaseException as error:  # noqa: BLE001 - the main thread fails with it
            with self._counted:
                self.failures.append(error)
                self._counted.notify_all()


def prepare(env: dict[str, str]) -> None:
    """Make the database and publish the course of these tests."""
    for words in (("init",), ("courses", "publish", str(FOLDER))):
        done = run(env, *words)
        assert done.returncode == 0, done.stdout + done.stderr


def kill_and_check(env: dict[str, str], url: str, *, cycles: int) -> int:
    """Kill the server *cycles* times under load; return how many answers were acknowledged, all of them there."""
    site = Site(env)
    with running(site):
        crowd = Crowd([make_learner(site, number, COURSE, MODULE) for number in range(LEARNERS)])
        crowd.start()
        try:
            for _ in range(cycles):
                crowd.wait_for_answers(BETWEEN_KILLS)
                site.kill()
                site.start()
            crowd.wait_for_answers(BETWEEN_KILLS)
        finally:
            crowd.finish()
        for learner in crowd.learners:
            check_acknowledged(url, learner)
            first = learner.hand_in()
            assert [learner.hand_in() for _ in range(3)] == [first] * 3
            check_acknowledged(url, learner)
    check_database(url)
    return sum(len(learner.acknowledged) for learner in crowd.learners)


def main() -> None:
    """Run the long form on SQLite, or on the PostgreSQL database at --url (empty, and thrown away after)."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--cycles", type=int, default=200)
    parser.add_argument("--url", default="", help="postgresql://… ; SQLite in a temporary folder without it")
    chosen = parser.parse_args()
    with TemporaryDirectory() as folder:
        env = environment(Path(folder), chosen.url)
        prepare(env)
        url = chosen.url.replace("postgresql://", "postgresql+psycopg://", 1)
        url = url or f"sqlite:///{folder}/elearn.sqlite3"
        count = kill_and_check(env, url, cycles=chosen.cycles)
    print(f"{chosen.cycles} kills, {count} acknowledged answers, none lost")


if __name__ == "__main__":
    main()
