"""The worker beside the server: closes overdue attempts, and does what was enqueued to be done later."""

from __future__ import annotations

import logging
import signal
from collections.abc import Callable, Mapping
from datetime import datetime
from multiprocessing.connection import Connection

from flask import Flask
from sqlalchemy.orm import Session

from elearn.app import create_app
from elearn.records import study
from elearn.records.accounts.limits import forget_old_counters
from elearn.records.jobs import queries, services
from elearn.records.jobs.services import Lease
from elearn.web import mail
from elearn.web.clock import utc_now
from elearn.web.extensions import READING, db
from elearn.web.printing import certificate_settings
from elearn.web.settings import Settings

#: Seconds between two looks for work, and looks between two sweeps.
PAUSE = 2
LOOKS_PER_SWEEP = 15
#: How many jobs are done between two sweeps: a mail server that does not answer must not hold those up.
MOST_AT_ONCE = 10
#: How many attempts are closed in one transaction.
SWEEP_BATCH = 200

#: What does a kind of job. What it writes is committed together with the mark that the job is done: once
#: in effect. What it returns is done after that commit and before the mark: outside the database a thing
#: can only be done at least once.
Doer = Callable[[Session, Lease, Settings, datetime], Callable[[], None] | None]
KINDS: Mapping[str, Doer] = {mail.PREFIX: mail.send}

logger = logging.getLogger("elearn")


def run_worker(parent: Connection) -> None:
    """Sweep and work, as long as the server holds the other end of *parent*.

    The pipe ends with the server however that ends, so no signal has to be delivered for it, and a
    signal to the whole group does not cut a transaction short.
    """
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    app = create_app()
    looks = 0
    while not parent.poll(PAUSE):
        if looks % LOOKS_PER_SWEEP == 0:
            sweep(app)
        work(app, stop=lambda: parent.poll(0))
        looks += 1


def sweep(app: Flask) -> int:
    """Close what is overdue and forget what is over; return how many attempts were closed.

    In short transactions, so that nobody waits for them.
    """
    closed = 0
    with app.app_context():
        session = db.session()
        printing = certificate_settings(app.extensions["elearn_settings"])
        try:
            while batch := study.close_overdue(session, utc_now(), SWEEP_BATCH, printing):
                session.commit()
                closed += batch
            now = utc_now()
            forget_old_counters(session, now=now)
            services.forget_old(session, now)
            services.note_worker(session, now)
            for job_id in services.give_up_lost(session, now):
                logger.error("job %s was begun again and again for a day and is given up", job_id)
            session.commit()
        except Exception:
            # Whatever it was, the next sweep has to come: the server does not start another one.
            session.rollback()
            logger.exception("the sweep did not come to its end and tries again later")
    return closed


def work(app: Flask, *, stop: Callable[[], bool] = lambda: False, kinds: Mapping[str, Doer] = KINDS) -> int:
    """Do what is due, a handful at most; return how many jobs were begun."""
    begun = 0
    with app.app_context():
        try:
            while begun < MOST_AT_ONCE and not stop():
                # Looking takes no lock: on SQLite taking a job holds up whoever writes.
                with db.engines[READING].connect() as connection:
                    if not queries.is_due(connection, utc_now()):
                        break
                session = db.session()
                job = services.lease(session, utc_now())
                session.commit()
                if job is None:
                    break
                begun += 1
                _do(session, job, app.extensions["elearn_settings"], kinds)
        except Exception:
            db.session.rollback()
            logger.exception("the worker could not look for work and tries again later")
    return begun


def _do(session: Session, job: Lease, settings: Settings, kinds: Mapping[str, Doer]) -> None:
    try:
        afterwards = _doer(job.kind, kinds)(session, job, settings, utc_now())
        if afterwards is not None:
            if not services.still_holds(session, job):
                session.rollback()
                return
            session.commit()
            afterwards()
        if not services.finish(session, job, utc_now()):
            # Another worker has taken it since: what it does counts, and ours is taken back.
            session.rollback()
        session.commit()
    except OSError as error:
        # The mail server's words repeat an address, which does not belong in a log: its number says enough.
        code = getattr(error, "smtp_code", "")
        logger.warning("job %s (%s) did not succeed: %s %s", job.job_id, job.kind, type(error).__name__, code)
        _put_back(session, job)
    except Exception:
        logger.exception("job %s (%s) did not succeed", job.job_id, job.kind)
        _put_back(session, job)


def _put_back(session: Session, job: Lease) -> None:
    session.rollback()
    if services.put_back(session, job, utc_now()):
        logger.error("job %s (%s) is given up after a day", job.job_id, job.kind)
    session.commit()


def _doer(kind: str, kinds: Mapping[str, Doer]) -> Doer:
    """Return what does *kind*: by its name, or by what stands before its first dot, the dot included."""
    return kinds[kind] if kind in kinds else kinds[kind.partition(".")[0] + "."]
