"""Writing the audit trail, and checking that its chain is whole."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from elearn.records.audit.models import AuditEvent, AuditHead, AuditPersonal, Way

if TYPE_CHECKING:
    # Accounts come after the audit trail, because everything writes to it; only the type is used.
    from elearn.records.accounts.models import User

#: What the first event follows.
GENESIS = "0" * 64


def record(
    session: Session,
    *,
    actor: User | None,
    way: Way,
    action: str,
    subject_type: str,
    subject_id: object,
    now: datetime,
    subject_user_id: int | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    personal_before: Mapping[str, Any] | None = None,
    personal_after: Mapping[str, Any] | None = None,
    reason: str = "",
) -> AuditEvent:
    """Append one act to the trail, in the transaction of the act.

    Personal values (names, numbers) go into *personal_before* and *personal_after*: they are stored
    apart and the chain covers only their salted digest, so that they can be erased. So does a *reason* for
    what was done to a person: it is written freely, and names them as often as not.
    """
    head = _lock_head(session)
    personal = ""
    salt = secrets.token_hex(16)
    private: dict[str, Any] = {}
    if personal_before or personal_after:
        private = {"before": dict(personal_before or {}), "after": dict(personal_after or {})}
    if reason and subject_user_id is not None:
        private["reason"], reason = reason, ""
    if private:
        personal = _json(private)
    event = AuditEvent(
        at=now,
        actor_id=None if actor is None else actor.id,
        way=str(way),
        action=action,
        subject_type=subject_type,
        subject_id=str(subject_id),
        subject_user_id=subject_user_id,
        before=_json(dict(before or {})),
        after=_json(dict(after or {})),
        reason=reason,
        personal_digest=_digest(salt, personal) if personal else "",
        previous_hash=head.hash,
        hash="",
    )
    event.hash = hash_of(event)
    head.hash = event.hash
    head.event_count += 1
    session.add(event)
    session.flush()
    if personal:
        session.add(AuditPersonal(event_id=event.id, salt=salt, personal=personal))
        session.flush()
    return event


def _lock_head(session: Session) -> AuditHead:
    """Return the end of the chain; whoever else wants to append waits until our commit."""
    head = session.get(AuditHead, 1, with_for_update=True)
    if head is None:
        insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
        first = insert(AuditHead).values(id=1, hash=GENESIS, event_count=0)
        session.execute(first.on_conflict_do_nothing())
        head = session.get_one(AuditHead, 1, with_for_update=True)
    return head


def verify_chain(session: Session) -> list[str]:
    """Return what is wrong with the chain, one Indonesian sentence each; nothing where it is whole."""
    problems: list[str] = []
    previous = GENESIS
    count = 0
    for event in session.scalars(select(AuditEvent).order_by(AuditEvent.id).execution_options(yield_per=500)):
        count += 1
        if event.previous_hash != previous:
            problems.append(f"Jejak audit terputus sebelum catatan nomor {event.id}.")
        if hash_of(event) != event.hash:
            problems.append(f"Catatan jejak audit nomor {event.id} pernah diubah.")
        previous = event.hash
    kept = session.execute(
        select(AuditEvent.id, AuditEvent.personal_digest, AuditPersonal.salt, AuditPersonal.personal)
        .join(AuditPersonal, AuditPersonal.event_id == AuditEvent.id)
        .order_by(AuditEvent.id)
    )
    for event_id, digest, salt, personal in kept:
        # Of an erased person an empty text is left, whose digest cannot be compared; the row itself stays.
        if personal and _digest(salt, personal) != digest:
            problems.append(f"Data pribadi pada catatan jejak audit nomor {event_id} pernah diubah.")
    lost = (
        select(AuditEvent.id)
        .outerjoin(AuditPersonal, AuditPersonal.event_id == AuditEvent.id)
        .where(AuditEvent.personal_digest != "", AuditPersonal.event_id.is_(None))
        .order_by(AuditEvent.id)
    )
    problems += [
        f"Data pribadi pada catatan jejak audit nomor {event_id} hilang."
        for event_id in session.scalars(lost)
    ]
    head = session.get(AuditHead, 1)
    if (head.hash, head.event_count) != (previous, count) if head else count:
        problems.append("Ujung jejak audit tidak cocok: ada catatan yang hilang.")
    return problems


def hash_of(event: AuditEvent) -> str:
    """Return the SHA-256 (hex) of *event* over its columns and the hash before, as one JSON array."""
    parts = [
        event.previous_hash,
        event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        event.actor_id,
        event.way,
        event.action,
        event.subject_type,
        event.subject_id,
        event.subject_user_id,
        event.before,
        event.after,
        event.reason,
        event.personal_digest,
    ]
    return hashlib.sha256(_json(parts).encode()).hexdigest()


def _digest(salt: str, personal: str) -> str:
    return hashlib.sha256(f"{salt}\n{personal}".encode()).hexdigest()


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
