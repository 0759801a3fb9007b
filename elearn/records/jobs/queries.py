"""What waits to be done, and what could not be."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from elearn.records.jobs.models import Job, JobWorker

#: A worker looks every few seconds; one that was not seen for so long is not there.
MISSED_AFTER = timedelta(minutes=10)


def is_due(reader: sa.Connection | Session, now: datetime) -> bool:
    """Say whether some job may be taken now; only looks."""
    waits = select(Job.id).where(Job.done_at.is_(None), Job.given_up_at.is_(None), Job.run_at <= now)
    return reader.execute(waits.limit(1)).first() is not None


def findings(session: Session, now: datetime) -> list[str]:
    """Return what an operator should know: work given up, and a worker that is not there."""
    given_up = session.execute(
        select(Job.kind, func.count(), func.max(Job.given_up_at))
        .where(Job.given_up_at.is_not(None))
        .group_by(Job.kind)
        .order_by(Job.kind)
    )
    found = [
        f"Pekerjaan {kind} {count} kali tidak berhasil setelah dicoba sehari; lihat catatan server."
        for kind, count, _last in given_up
    ]
    seen_at = session.scalar(select(JobWorker.seen_at))
    waiting = is_due(session, now - MISSED_AFTER)
    if seen_at is None:
        if waiting:
            found.append("Ada pekerjaan yang menunggu, tetapi belum ada pekerja. Jalankan: elearn serve")
    elif now - seen_at > MISSED_AFTER:
        minutes = int((now - seen_at).total_seconds() // 60)
        found.append(f"Pekerja terakhir terlihat {minutes} menit yang lalu. Jalankan: elearn serve")
    elif waiting:
        found.append("Ada pekerjaan yang menunggu lebih dari 10 menit.")
    return found
