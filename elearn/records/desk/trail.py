"""The audit trail with the names of its people."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from elearn.records.accounts.models import User
from elearn.records.audit.models import AuditEvent, AuditPersonal


@dataclass(frozen=True, slots=True)
class TrailLine:
    """One event of the audit trail with the names of its people; personal values are merged in."""

    event_id: int
    at: datetime
    actor_id: int | None
    actor_name: str
    way: str
    action: str
    subject_type: str
    subject_id: str
    subject_user_id: int | None
    subject_name: str
    reason: str
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)


def trail(
    session: Session,
    *,
    about: int | None = None,
    before_id: int | None = None,
    limit: int = 50,
) -> list[TrailLine]:
    """Return events of the audit trail, the newest first; *about* keeps those on one person."""
    actor, subject = aliased(User), aliased(User)
    query = (
        select(AuditEvent, AuditPersonal.personal, actor.name, subject.name)
        .outerjoin(AuditPersonal, AuditPersonal.event_id == AuditEvent.id)
        .outerjoin(actor, actor.id == AuditEvent.actor_id)
        .outerjoin(subject, subject.id == AuditEvent.subject_user_id)
        .order_by(AuditEvent.id.desc())
        .limit(limit)
    )
    if about is not None:
        query = query.where(AuditEvent.subject_user_id == about)
    if before_id is not None:
        query = query.where(AuditEvent.id < before_id)
    return [_trail_line(*row) for row in session.execute(query)]


def _trail_line(event: AuditEvent, personal: str | None, actor: str | None, subject: str | None) -> TrailLine:
    private = json.loads(personal) if personal else {}
    return TrailLine(
        event_id=event.id,
        at=event.at,
        actor_id=event.actor_id,
        actor_name=actor or "",
        way=event.way,
        action=event.action,
        subject_type=event.subject_type,
        subject_id=event.subject_id,
        subject_user_id=event.subject_user_id,
        subject_name=subject or "",
        reason=private.get("reason", event.reason),
        before={**json.loads(event.before), **private.get("before", {})},
        after={**json.loads(event.after), **private.get("after", {})},
    )
