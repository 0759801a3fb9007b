"""Work to be done later: enqueue it, take it, mark it as done or put it back.

To have something done later, call `enqueue` in the transaction that wants it. To send a letter,
enqueue the kind ``mail.<name>`` with ``{"user_id": …}`` (`elearn.web.mail` says what else it may hold).
The kinds and what does them stand in one table, `elearn.commands.working.KINDS`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from elearn.records.jobs.models import Job, JobWorker

#: How long a worker may take before another one may begin again.
LEASE = timedelta(minutes=2)
#: Waits between tries: doubled each time, up to four hours.
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=4)
#: How long it is tried at all.
PATIENCE = timedelta(days=1)
#: How long one can see what became of a job, and its key keeps a second one away.
KEPT = timedelta(days=30)

_WAITS = sa.and_(Job.done_at.is_(None), Job.given_up_at.is_(None))


@dataclass(frozen=True, slots=True)
class Lease:
    """A job somebody has taken; *tries* tells this taking from others."""

    job_id: int
    kind: str
    payload: Mapping[str, Any]
    tries: int


def enqueue(
    session: Session,
    kind: str,
    payload: Mapping[str, Any],
    *,
    now: datetime,
    key: str | None = None,
    run_at: datetime | None = None,
) -> bool:
    """Have *kind* done with *payload* once the caller's transaction is committed, at *run_at* or at once.

    Under a *key* that was used in the last month nothing is added; says whether something was.
    """
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    due_at = run_at or now
    statement = insert(Job).values(
        kind=kind,
        key=key,
        payload=json.dumps(dict(payload), ensure_ascii=False, sort_keys=True),
        created_at=now,
        due_at=due_at,
        run_at=due_at,
        tries=0,
    )
    added = session.execute(statement.on_conflict_do_nothing(index_elements=["key"]).returning(Job.id))
    return added.first() is not None


def lease(session: Session, now: datetime) -> Lease | None:
    """Take the job that is due longest, for the time of a lease; commit before working at it.

    One statement on both databases: PostgreSQL passes over rows that others hold, on SQLite the write
    lock does it.
    """
    due = (
        select(Job.id)
        .where(_WAITS, Job.run_at <= now)
        .order_by(Job.run_at, Job.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    taken = session.execute(
        sa.update(Job)
        .where(Job.id == due)
        .values(run_at=now + LEASE, tries=Job.tries + 1)
        .returning(Job.id, Job.kind, Job.payload, Job.tries)
        .execution_options(synchronize_session=False)
    ).first()
    return None if taken is None else Lease(taken.id, taken.kind, json.loads(taken.payload), taken.tries)


def still_holds(session: Session, held: Lease) -> bool:
    """Say whether nobody has taken the job again since, and keep it so until the transaction ends."""
    found = select(Job.id).where(Job.id == held.job_id, Job.tries == held.tries, _WAITS).with_for_update()
    return session.scalar(found) is not None


def finish(session: Session, held: Lease, now: datetime) -> bool:
    """Mark the job as done; False where another has taken it meanwhile: then roll back."""
    return _end(session, held, done_at=now)


def put_back(session: Session, held: Lease, now: datetime) -> bool:
    """Let the job be tried again after a wait that grows, or give it up after a day; say whether it was given up."""
    due_at = session.scalar(select(Job.due_at).where(Job.id == held.job_id))
    again_at = now + min(FIRST_WAIT * 2 ** min(held.tries - 1, 16), LONGEST_WAIT)
    if due_at is not None and again_at - due_at > PATIENCE:
        return _end(session, held, given_up_at=now)
    _end(session, held, run_at=again_at)
    return False


def give_up_lost(session: Session, now: datetime) -> list[int]:
    """Give up jobs whose worker died each time for a day; return their numbers."""
    lost = session.scalars(
        sa.update(Job)
        .where(_WAITS, Job.tries > 0, Job.run_at <= now, Job.due_at < now - PATIENCE)
        .values(given_up_at=now)
        .returning(Job.id)
        .execution_options(synchronize_session=False)
    )
    return sorted(lost)


def forget_old(session: Session, now: datetime) -> None:
    """Throw away what ended a month ago."""
    session.execute(
        sa.delete(Job).where(sa.or_(Job.done_at < now - KEPT, Job.given_up_at < now - KEPT)),
        execution_options={"synchronize_session": False},
    )


def note_worker(session: Session, now: datetime) -> None:
    """Note that a worker looks for work."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(JobWorker).values(id=1, seen_at=now)
    session.execute(statement.on_conflict_do_update(index_elements=["id"], set_={"seen_at": now}))


def _end(session: Session, held: Lease, **values: datetime) -> bool:
    changed = session.execute(
        sa.update(Job)
        .where(Job.id == held.job_id, Job.tries == held.tries, _WAITS)
        .values(**values)
        .returning(Job.id)
        .execution_options(synchronize_session=False)
    ).first()
    return changed is not None
