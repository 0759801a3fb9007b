"""What must be complete before something may begin."""

from __future__ import annotations

from sqlalchemy import and_, exists, select
from sqlalchemy.orm import Session

from elearn.content.documents import ModuleKind
from elearn.records.catalogue.models import Module, ReleaseModule
from elearn.records.completions.models import ModuleCompletion


def missing_before(session: Session, enrolment_id: int, release_id: int, position: int) -> str | None:
    """Return the title of the first required text before *position* that is not complete yet."""
    return session.scalar(
        select(ReleaseModule.title)
        .outerjoin(
            ModuleCompletion,
            and_(
                ModuleCompletion.module_id == ReleaseModule.module_id,
                ModuleCompletion.enrolment_id == enrolment_id,
            ),
        )
        .where(
            ReleaseModule.release_id == release_id,
            ReleaseModule.position < position,
            ReleaseModule.required,
            ModuleCompletion.id.is_(None),
        )
        .order_by(ReleaseModule.position)
        .limit(1)
    )


def has_begun(session: Session, enrolment_id: int, release_id: int) -> bool:
    """Say whether the first module of the release is complete, which ends the time of the pre-test."""
    first = (
        select(ReleaseModule.module_id)
        .join(Module, and_(Module.id == ReleaseModule.module_id, Module.kind == ModuleKind.MODULE.value))
        .where(ReleaseModule.release_id == release_id)
        .order_by(ReleaseModule.position)
        .limit(1)
    )
    return bool(
        session.scalar(
            select(
                exists().where(
                    ModuleCompletion.enrolment_id == enrolment_id,
                    ModuleCompletion.module_id == first.scalar_subquery(),
                )
            )
        )
    )
