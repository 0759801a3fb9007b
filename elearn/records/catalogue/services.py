"""Putting media and revisions where publishing needs them."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from elearn.records.catalogue.models import Course, Media, Module

_INSERT: dict[str, Any] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}


def add_media(session: Session, content: bytes, extension: str, media_type: str, now: datetime) -> str:
    """Keep *content* under its SHA-256 and return that; the same content twice is one row."""
    digest = hashlib.sha256(content).hexdigest()
    if session.scalar(select(Media.digest).where(Media.digest == digest)) is None:
        kept = _INSERT[session.get_bind().dialect.name](Media).values(
            digest=digest,
            extension=extension,
            media_type=media_type,
            size=len(content),
            content=content,
            created_at=now,
        )
        # Somebody else may have kept the same content since we looked.
        session.execute(kept.on_conflict_do_nothing(index_elements=["digest"]))
    return digest


def module_of(session: Session, course: Course, slug: str, kind: str) -> Module:
    """Return the module called *slug* of *course*, making it where it is new."""
    module = session.scalar(select(Module).where(Module.course_id == course.id, Module.slug == slug))
    if module is None:
        module = Module(course_id=course.id, slug=slug, kind=kind)
        session.add(module)
        session.flush()
    return module
