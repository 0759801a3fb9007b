"""Jobs outlive whoever works at them: killed between sending and noting it, killed while writing, several at once."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from elearn.app import create_app
from elearn.commands.working import work
from elearn.records import engines
from elearn.records.accounts.models import OneTimeCode, User
from elearn.records.installation import InstallationFact
from elearn.records.jobs import queries, services
from elearn.records.jobs.models import Job, JobWorker
from elearn.web import mail
from elearn.web.extensions import db
from elearn.web.settings import load_settings
from tests.faults.conftest import Installation
from tests.faults.learners import check_database
from tests.faults.server import PATIENCE, Site, Visitor
from tests.letters import postbox

pytestmark = pytest.mark.faults


@dataclass
class Records:
    """The database beside the server."""

    engine: sa.Engine

    def job(self) -> Job:
        with Session(self.engine) as session:
            return session.scalars(sa.select(Job)).one()

    def let_lease_end(self) -> None:
        """Put every job where it stands once its lease is over: waiting for that takes minutes."""
        with Session(self.engine) as session:
            session.execute(sa.update(Job).values(run_at=Job.due_at))
            session.commit()


@pytest.fixture
def records(installation: Installation) -> Iterator[Records]:
    with records_of(installation) as records:
        yield records


@contextmanager
def records_of(installation: Installation) -> Iterator[Records]:
    engine = engines.make_engine(installation.url, reading=False)
    yield Records(engine)
    engine.dispose()


@contextmanager
def application(installation: Installation, **more: str) -> Iterator[Flask]:
    """The application in this process, on the database of *installation*."""
    app = create_app(load_settings({**installation.env, "ELEARN_BASE_URL": "https://kelas.example", **more}))
    yield app
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()


def test_a_letter_whose_sender_is_killed_before_noting_it_is_sent_again_and_all_links_are_sound(
    on_sqlite: Installation,
) -> None:
    with postbox() as box, records_of(on_sqlite) as records:
        mailing = {"ELEARN_SMTP_URL": box.url, "ELEARN_MAIL_FROM": "kelas@kelas.example"}
        site = Site({**on_sqlite.env, **mailing})
        killed, sent_again = threading.Event(), threading.Event()

        def kill() -> None:
            site.signal(signal.SIGKILL)
            killed.set()

        box.on_arrival = kill
        site.start()
        try:
            ask_for_link(Visitor(site.address))
            assert killed.wait(PATIENCE), "no letter came"
            assert site.process is not None
            site.process.wait(PATIENCE)
            assert (records.job().tries, records.job().done_at) == (1, None)

            records.let_lease_end()
            box.on_arrival = sent_again.set
            site.start()
            assert sent_again.wait(PATIENCE), "no second letter came"
        finally:
            # Stopping waits for what the worker has begun.
            site.stop()

        first, second = box.letters
        assert first["Message-ID"] == second["Message-ID"]
        assert first["To"] == second["To"] == "sari@contoh.example"
        with Session(records.engine) as session:
            assert records.job().tries == 2
            assert records.job().done_at is not None
            seen_at = session.scalars(sa.select(JobWorker.seen_at)).one()
            assert queries.findings(session, seen_at) == []
            codes = session.scalars(sa.select(OneTimeCode)).all()
            assert len(codes) == len(set(box.links())) == 2
        check_database(on_sqlite.url)


def ask_for_link(visitor: Visitor) -> None:
    """Sign up with an address and ask for a link to it."""
    form = {"nama": "Sari", "kunci": "Sari@contoh.example", "sandi": "kopi-hitam-7", "setuju": "y"}
    reply = visitor.post("/daftar", {**form, "kabupaten": ""}, csrf=visitor.get("/daftar").csrf)
    assert reply.status == 303, reply.text
    stranger = Visitor(visitor.address)
    page = stranger.get("/aktivasi")
    assert stranger.post("/lupa-sandi", {"kunci": "sari@contoh.example"}, csrf=page.csrf).status == 303


def test_what_a_job_writes_is_there_once_though_its_worker_was_killed_while_writing(
    installation: Installation, records: Records
) -> None:
    with Session(records.engine) as session:
        services.enqueue(session, "write", {}, now=datetime.now(UTC))
        session.commit()
    process = multiprocessing.get_context("spawn").Process(target=work_and_die, args=(installation,))
    process.start()
    process.join(PATIENCE)

    assert process.exitcode == -signal.SIGKILL
    assert (records.job().tries, records.job().done_at) == (1, None)
    assert facts(records) == []

    records.let_lease_end()
    with application(installation) as app:
        assert work(app, kinds={"write": write}) == 1
        assert work(app, kinds={"write": write}) == 0
    assert facts(records) == ["written"]
    assert records.job().done_at is not None


def write(session: Session, job: services.Lease, *_rest: object) -> None:
    session.add(InstallationFact(name=f"job {job.job_id}", value="written"))
    session.flush()


def work_and_die(installation: Installation) -> None:
    """Do what is due, and be killed after it is written and before it is committed; in a process of its own."""

    def write_and_die(session: Session, job: services.Lease, *_rest: object) -> None:
        write(session, job)
        os.kill(os.getpid(), signal.SIGKILL)

    with application(installation) as app:
        work(app, kinds={"write": write_and_die})


def facts(records: Records) -> list[str]:
    with Session(records.engine) as session:
        return list(
            session.scalars(sa.select(InstallationFact.value).where(InstallationFact.name.like("job %")))
        )


def test_a_worker_that_was_overtaken_takes_back_what_it_wrote(
    installation: Installation, records: Records
) -> None:
    with Session(records.engine) as session:
        services.enqueue(session, "write", {}, now=datetime.now(UTC))
        session.commit()

    def overtaken(session: Session, job: services.Lease, *_rest: object) -> None:
        # Another worker takes the job after the lease of this one, before it writes.
        with Session(records.engine) as other:
            assert services.lease(other, datetime.now(UTC) + services.LEASE) is not None
            other.commit()
        write(session, job)

    with application(installation) as app:
        assert work(app, kinds={"write": overtaken}) == 1
    assert facts(records) == []
    assert (records.job().tries, records.job().done_at) == (2, None)


def test_workers_that_look_at_once_send_each_letter_once(
    installation: Installation, records: Records
) -> None:
    people = [f"orang{number}@contoh.example" for number in range(12)]
    with Session(records.engine) as session:
        for address in people:
            user = User(name=address, email=address, created_at=datetime.now(UTC))
            session.add(user)
            session.flush()
            mail.enqueue(session, "reset", user_id=user.id, now=datetime.now(UTC), target="")
        session.commit()
    with (
        postbox() as box,
        application(installation, ELEARN_SMTP_URL=box.url, ELEARN_MAIL_FROM="k@kelas.example") as app,
    ):
        barrier = threading.Barrier(3)

        def run() -> None:
            barrier.wait()
            while work(app):
                pass

        threads = [threading.Thread(target=run) for _each in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert Counter(letter["To"] for letter in box.letters) == Counter(people)


@pytest.mark.parametrize("fault", ["closed", "silent", "rude"])
def test_a_mail_server_that_is_away_costs_nobody_their_letter(
    on_sqlite: Installation, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    monkeypatch.setattr(mail, "PATIENCE", 0.2)
    engine = engines.make_engine(on_sqlite.url, reading=False)
    with Session(engine) as session:
        user = User(name="Sari", email="sari@contoh.example", created_at=datetime.now(UTC))
        session.add(user)
        session.flush()
        mail.enqueue(session, "reset", user_id=user.id, now=datetime.now(UTC), target="")
        session.commit()
    with socket.socket() as listener, application(on_sqlite, ELEARN_MAIL_FROM="k@kelas.example") as app:
        listener.bind(("127.0.0.1", 0))
        if fault != "closed":
            listener.listen()
        away = replace(
            app.extensions["elearn_settings"], smtp_url=f"smtp://127.0.0.1:{listener.getsockname()[1]}"
        )
        app.extensions["elearn_settings"] = away
        answering = threading.Thread(target=answer_rudely, args=(listener,))
        if fault == "rude":
            answering.start()
        assert work(app) == 1
        if fault == "rude":
            answering.join()
        assert work(app) == 0
        records = Records(engine)
        assert records.job().done_at is None
        assert records.job().run_at > datetime.now(UTC)
        records.let_lease_end()
        with postbox() as box:
            app.extensions["elearn_settings"] = replace(away, smtp_url=box.url)
            assert work(app) == 1
        assert [letter["To"] for letter in box.letters] == ["sari@contoh.example"]
        assert records.job().done_at is not None
    engine.dispose()


def answer_rudely(listener: socket.socket) -> None:
    connection, _address = listener.accept()
    with connection:
        connection.sendall(b"HTTP/1.1 400 what?\r\n")
