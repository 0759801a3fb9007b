"""Enrolling, putting aside, reading and ticking: the facts, without what follows from them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, literal, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from elearn.records.accounts.models import User
from elearn.records.base import UtcDateTime
from elearn.records.catalogue.models import Course, CourseState, Module, Release, ReleaseModule
from elearn.records.enrolments.errors import CourseNotOpenError
from elearn.records.enrolments.models import Enrolment, EnrolmentState, ModuleOpening, ModuleRead, Tick
from elearn.records.enrolments.queries import find_enrolment
from elearn.records.errors import NotFoundError, _

#: Both databases have the same words for "unless it is there already", in constructs of their own.
_INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def enrol(session: Session, user: User, course: Course, now: datetime) -> Enrolment:
    """Return the one enrolment of *user* in *course*, making it where there is none.

    Coming back to a course that was put aside takes it up again. Refused where the course is unlisted
    or retired and the person is not in it. The share lock on the course keeps a publication from
    settling everybody's summary between reading what is required and writing it down.
    """
    enrolment = find_enrolment(session, user.id, course.id)
    if enrolment is None:
        state, required_count = _what_is_live(session, course.id)
        if state != CourseState.LISTED:
            raise CourseNotOpenError(_("Kursus ini sedang tidak menerima peserta baru."))
        session.execute(
            _INSERT[session.get_bind().dialect.name](Enrolment)
            .values(
                user_id=user.id,
                course_id=course.id,
                enrolled_at=now,
                state=EnrolmentState.LEARNING,
                required_count=required_count,
                required_done=0,
                last_activity_at=now,
            )
            .on_conflict_do_nothing(index_elements=["user_id", "course_id"])
        )
        enrolment = session.scalars(
            select(Enrolment).where(Enrolment.user_id == user.id, Enrolment.course_id == course.id)
        ).one()
    if enrolment.put_aside_at is not None:
        take_up(session, enrolment)
    return enrolment


def _what_is_live(session: Session, course_id: int) -> tuple[str, int]:
    found = session.execute(
        select(Course.state, Release.required_count)
        .join(Release, Release.id == Course.live_release_id)
        .where(Course.id == course_id)
        .with_for_update(read=True, of=Course)
    ).one_or_none()
    if found is None:
        raise NotFoundError(_("Kursus ini tidak ditemukan."))
    return found.state, found.required_count


def lock_enrolment(session: Session, enrolment_id: int) -> Enrolment:
    """Return the enrolment as it is now, and keep others from changing it until the commit.

    Whoever holds an attempt's lock as well took that one first.
    """
    return session.scalars(
        select(Enrolment)
        .where(Enrolment.id == enrolment_id)
        .with_for_update(of=Enrolment)
        .execution_options(populate_existing=True)
    ).one()


def put_aside(session: Session, enrolment: Enrolment, now: datetime) -> None:
    """Note that the learner put the course aside; nothing of it is lost."""
    if enrolment.put_aside_at is None:
        enrolment.put_aside_at = now
        session.flush()


def take_up(session: Session, enrolment: Enrolment) -> None:
    """Note that the learner came back to a course put aside."""
    enrolment.put_aside_at = None
    session.flush()


def mark_read(
    session: Session, enrolment: Enrolment, *, module_id: int, revision_id: int, now: datetime
) -> bool:
    """Note that the learner has read a module; say whether that is new: read again changes nothing.

    The enrolment must be locked.
    """
    if session.get(ModuleRead, (enrolment.id, module_id)) is not None:
        return False
    session.add(
        ModuleRead(enrolment_id=enrolment.id, module_id=module_id, revision_id=revision_id, read_at=now)
    )
    session.flush()
    return True


def note_opening(
    session: Session, learner_id: int, course_slug: str, module_slug: str, now: datetime
) -> bool:
    """Note that the learner has a module of the live release before them; False where they are not in it.

    One statement, because every look at a lesson brings one; the latest moment stays.
    """
    where = (
        select(Enrolment.id, ReleaseModule.module_id, ReleaseModule.revision_id, literal(now, UtcDateTime()))
        .join(Course, Course.id == Enrolment.course_id)
        .join(Module, Module.course_id == Course.id)
        .join(
            ReleaseModule,
            and_(ReleaseModule.release_id == Course.live_release_id, ReleaseModule.module_id == Module.id),
        )
        .where(Enrolment.user_id == learner_id, Course.slug == course_slug, Module.slug == module_slug)
    )
    insert = _INSERT[session.get_bind().dialect.name](ModuleOpening).from_select(
        ["enrolment_id", "module_id", "revision_id", "opened_at"], where
    )
    noted = session.execute(
        insert.on_conflict_do_update(
            index_elements=["enrolment_id", "module_id"],
            set_={"revision_id": insert.excluded.revision_id, "opened_at": insert.excluded.opened_at},
            where=ModuleOpening.opened_at <= insert.excluded.opened_at,
        ).returning(ModuleOpening.module_id)
    )
    return noted.first() is not None


def ticks_of(session: Session, enrolment_id: int) -> set[str]:
    """Return the ticked lines of an enrolment's checklists."""
    return set(session.scalars(select(Tick.item_id).where(Tick.enrolment_id == enrolment_id)))


def tick(session: Session, enrolment: Enrolment, item_id: str, on: bool, now: datetime) -> None:
    """Tick a line of a personal checklist, or take the tick away; the first moment stays."""
    if on:
        session.execute(
            _INSERT[session.get_bind().dialect.name](Tick)
            .values(enrolment_id=enrolment.id, item_id=item_id, since=now)
            .on_conflict_do_nothing()
        )
    else:
        session.execute(delete(Tick).where(Tick.enrolment_id == enrolment.id, Tick.item_id == item_id))
