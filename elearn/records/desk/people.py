"""People as trainers and staff see them: one person's record, a course's learners, a cohort's members."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from elearn.records.accounts import queries as account_queries
from elearn.records.accounts.models import User, UserRole
from elearn.records.accounts.names import is_unstorable
from elearn.records.attempts.models import Attempt, Grade
from elearn.records.catalogue.models import (
    Course,
    Module,
    Release,
    ReleaseModule,
)
from elearn.records.certificates.models import Certificate
from elearn.records.certificates.queries import certificate_by_serial
from elearn.records.cohorts.models import Cohort, CohortCourse, CohortMembership
from elearn.records.enrolments.models import Enrolment
from elearn.records.errors import NotFoundError, _


@dataclass(frozen=True, slots=True)
class LearnerLine:
    """One learner of a course."""

    enrolment_id: int
    user_id: int
    name: str
    state: str
    required_done: int
    required_count: int
    pretest_score: int | None
    posttest_score: int | None
    last_activity_at: datetime
    completed_at: datetime | None
    put_aside_at: datetime | None


@dataclass(frozen=True, slots=True)
class EnrolmentLine:
    """One course of a person, with what the summary says."""

    enrolment_id: int
    course_id: int
    course_slug: str
    course_title: str
    enrolled_at: datetime
    put_aside_at: datetime | None
    state: str
    required_done: int
    required_count: int
    pretest_score: int | None
    posttest_score: int | None
    last_activity_at: datetime
    completed_at: datetime | None


@dataclass(frozen=True, slots=True)
class AttemptLine:
    """One sitting of a quiz, with its last grade; *outcome* is empty while it is open."""

    uuid: UUID
    enrolment_id: int
    module_id: int
    module_slug: str
    #: Of the live release; the slug where the module is gone.
    title: str
    number: int
    started_at: datetime
    handed_in_at: datetime | None
    outcome: str
    score: int | None
    passed: bool | None


@dataclass(frozen=True, slots=True)
class MembershipLine:
    """A person in a cohort."""

    membership_id: int
    cohort_id: int
    cohort_name: str
    joined_on: date
    left_on: date | None


def learners_of(
    session: Session, course_id: int, *, after: tuple[datetime, int] | None = None, limit: int = 50
) -> list[LearnerLine]:
    """Return learners of a course, the one active last first; *after* is the last of the page before."""
    query = (
        select(Enrolment, User.name)
        .join(User, User.id == Enrolment.user_id)
        .where(Enrolment.course_id == course_id)
        .order_by(Enrolment.last_activity_at.desc(), Enrolment.id.desc())
        .limit(limit)
    )
    if after is not None:
        at, last_id = after
        query = query.where(
            or_(
                Enrolment.last_activity_at < at,
                and_(Enrolment.last_activity_at == at, Enrolment.id < last_id),
            )
        )
    return [
        LearnerLine(
            enrolment_id=enrolment.id,
            user_id=enrolment.user_id,
            name=name,
            state=enrolment.state,
            required_done=enrolment.required_done,
            required_count=enrolment.required_count,
            pretest_score=enrolment.pretest_score,
            posttest_score=enrolment.posttest_score,
            last_activity_at=enrolment.last_activity_at,
            completed_at=enrolment.completed_at,
            put_aside_at=enrolment.put_aside_at,
        )
        for enrolment, name in session.execute(query)
    ]


def enrolment_in(session: Session, course_id: int, enrolment_id: int) -> Enrolment:
    """Return an enrolment of the course; one of another course is "not found"."""
    enrolment = session.scalar(
        select(Enrolment).where(Enrolment.id == enrolment_id, Enrolment.course_id == course_id)
    )
    if enrolment is None:
        raise NotFoundError(_("Peserta ini tidak ditemukan di kursus ini."))
    return enrolment


def person(session: Session, user_id: int) -> User:
    """Return an account that exists and was not erased."""
    user = session.get(User, user_id)
    if user is None or user.erased_at is not None:
        raise NotFoundError(_("Orang ini tidak ditemukan."))
    return user


def enrolments_of(session: Session, user_id: int) -> list[EnrolmentLine]:
    """Return what a person takes or took, the newest enrolment first."""
    rows = session.execute(
        select(Enrolment, Course.slug, Release.title)
        .join(Course, Course.id == Enrolment.course_id)
        .outerjoin(Release, Release.id == Course.live_release_id)
        .where(Enrolment.user_id == user_id)
        .order_by(Enrolment.enrolled_at.desc(), Enrolment.id.desc())
    )
    return [
        EnrolmentLine(
            enrolment_id=enrolment.id,
            course_id=enrolment.course_id,
            course_slug=slug,
            course_title=title or slug,
            enrolled_at=enrolment.enrolled_at,
            put_aside_at=enrolment.put_aside_at,
            state=enrolment.state,
            required_done=enrolment.required_done,
            required_count=enrolment.required_count,
            pretest_score=enrolment.pretest_score,
            posttest_score=enrolment.posttest_score,
            last_activity_at=enrolment.last_activity_at,
            completed_at=enrolment.completed_at,
        )
        for enrolment, slug, title in rows
    ]


def attempts_of_person(
    session: Session, enrolment_ids: Iterable[int], *, limit: int = 200
) -> dict[int, list[AttemptLine]]:
    """Return the sittings of these enrolments with their last grades, the newest first."""
    last = select(Grade.attempt_id, func.max(Grade.id).label("id")).group_by(Grade.attempt_id).subquery()
    rows = session.execute(
        select(Attempt, Module.slug, ReleaseModule.title, Grade)
        .join(Module, Module.id == Attempt.module_id)
        .join(Course, Course.id == Module.course_id)
        .outerjoin(
            ReleaseModule,
            and_(ReleaseModule.release_id == Course.live_release_id, ReleaseModule.module_id == Module.id),
        )
        .outerjoin(last, last.c.attempt_id == Attempt.id)
        .outerjoin(Grade, Grade.id == last.c.id)
        .where(Attempt.enrolment_id.in_(list(enrolment_ids)))
        .order_by(Attempt.started_at.desc(), Attempt.id.desc())
        .limit(limit)
    )
    found: dict[int, list[AttemptLine]] = {}
    for attempt, slug, title, grade in rows:
        line = AttemptLine(
            uuid=attempt.uuid,
            enrolment_id=attempt.enrolment_id,
            module_id=attempt.module_id,
            module_slug=slug,
            title=title or slug,
            number=attempt.number,
            started_at=attempt.started_at,
            handed_in_at=attempt.handed_in_at,
            outcome=grade.outcome if grade is not None else "",
            score=grade.score if grade is not None else None,
            passed=grade.passed if grade is not None else None,
        )
        found.setdefault(attempt.enrolment_id, []).append(line)
    return found


def memberships_of(session: Session, user_id: int) -> list[MembershipLine]:
    """Return the cohorts a person is or was in, the newest first."""
    rows = session.execute(
        select(CohortMembership, Cohort.name)
        .join(Cohort, Cohort.id == CohortMembership.cohort_id)
        .where(CohortMembership.user_id == user_id)
        .order_by(CohortMembership.joined_on.desc(), CohortMembership.id.desc())
    )
    return [
        MembershipLine(member.id, member.cohort_id, name, member.joined_on, member.left_on)
        for member, name in rows
    ]


@dataclass(frozen=True, slots=True)
class MemberLine:
    """One membership of a cohort; *started* and *completed* count its courses."""

    membership_id: int
    user_id: int
    name: str
    username: str
    joined_on: date
    left_on: date | None
    started: int
    completed: int


@dataclass(frozen=True, slots=True)
class CohortLine:
    """A cohort in the list; *member_count* counts those who did not leave."""

    cohort_id: int
    name: str
    starts_on: date
    ends_on: date | None
    member_count: int
    course_count: int


def cohort_lines(session: Session) -> list[CohortLine]:
    """Return the cohorts, the one that began last first."""
    members = (
        select(CohortMembership.cohort_id, func.count().label("n"))
        .where(CohortMembership.left_on.is_(None))
        .group_by(CohortMembership.cohort_id)
        .subquery()
    )
    courses = (
        select(CohortCourse.cohort_id, func.count().label("n")).group_by(CohortCourse.cohort_id).subquery()
    )
    rows = session.execute(
        select(Cohort, func.coalesce(members.c.n, 0), func.coalesce(courses.c.n, 0))
        .outerjoin(members, members.c.cohort_id == Cohort.id)
        .outerjoin(courses, courses.c.cohort_id == Cohort.id)
        .order_by(Cohort.starts_on.desc(), Cohort.id.desc())
    )
    return [
        CohortLine(cohort.id, cohort.name, cohort.starts_on, cohort.ends_on, member_count, course_count)
        for cohort, member_count, course_count in rows
    ]


def courses_of_cohort(session: Session, cohort_id: int) -> list[tuple[str, str]]:
    """Return slug and title of the courses a cohort takes."""
    rows = session.execute(
        select(Course.slug, Release.title)
        .join(CohortCourse, CohortCourse.course_id == Course.id)
        .outerjoin(Release, Release.id == Course.live_release_id)
        .where(CohortCourse.cohort_id == cohort_id)
        .order_by(Course.slug)
    )
    return [(slug, title or slug) for slug, title in rows]


def members_of(session: Session, cohort_id: int) -> list[MemberLine]:
    """Return the memberships of a cohort by name, with how far they are in its courses."""
    progress = (
        select(
            Enrolment.user_id,
            func.count().label("started"),
            func.count(Enrolment.completed_at).label("completed"),
        )
        .join(CohortCourse, CohortCourse.course_id == Enrolment.course_id)
        .where(CohortCourse.cohort_id == cohort_id)
        .group_by(Enrolment.user_id)
        .subquery()
    )
    rows = session.execute(
        select(
            CohortMembership,
            User.name,
            User.username,
            func.coalesce(progress.c.started, 0),
            func.coalesce(progress.c.completed, 0),
        )
        .join(User, User.id == CohortMembership.user_id)
        .outerjoin(progress, progress.c.user_id == CohortMembership.user_id)
        .where(CohortMembership.cohort_id == cohort_id)
        .order_by(CohortMembership.left_on.is_not(None), User.name, CohortMembership.id)
    )
    return [
        MemberLine(
            membership_id=member.id,
            user_id=member.user_id,
            name=name,
            username=username or "",
            joined_on=member.joined_on,
            left_on=member.left_on,
            started=started,
            completed=completed,
        )
        for member, name, username, started, completed in rows
    ]


def membership_in(session: Session, cohort_id: int, membership_id: int) -> CohortMembership:
    """Return a membership of the cohort; one of another cohort is "not found"."""
    membership = session.get(CohortMembership, membership_id)
    if membership is None or membership.cohort_id != cohort_id:
        raise NotFoundError(_("Keanggotaan ini tidak ditemukan."))
    return membership


@dataclass(frozen=True, slots=True)
class HolderLine:
    """Somebody who holds a role."""

    user_id: int
    name: str
    roles: tuple[str, ...]
    disabled: bool


def role_holders(session: Session) -> list[HolderLine]:
    """Return everybody who holds a role, by name."""
    rows = session.execute(
        select(User, UserRole.role)
        .join(UserRole, UserRole.user_id == User.id)
        .where(User.erased_at.is_(None))
        .order_by(User.name, User.id, UserRole.role)
    )
    found: dict[int, HolderLine] = {}
    for user, role in rows:
        held = found[user.id].roles if user.id in found else ()
        found[user.id] = HolderLine(user.id, user.name, (*held, role), user.disabled_at is not None)
    return list(found.values())


def people_with_role(session: Session, role: str) -> list[tuple[int, str]]:
    """Return id and name of everybody who holds *role* and whose account is on, by name."""
    rows = session.execute(
        select(User.id, User.name)
        .join(UserRole, UserRole.user_id == User.id)
        .where(UserRole.role == role, User.erased_at.is_(None), User.disabled_at.is_(None))
        .order_by(User.name, User.id)
    )
    return [(user_id, name) for user_id, name in rows]


def find_people(session: Session, text: str, *, limit: int = 50) -> list[User]:
    """Return people by part of the name, a key of theirs, or a certificate's serial or number."""
    if any(is_unstorable(character) for character in text):
        return []
    certificate = certificate_by_serial(session, text)
    if certificate is None:
        certificate = session.scalar(select(Certificate).where(Certificate.number == " ".join(text.split())))
    holders = [certificate.enrolment.user] if certificate is not None else []
    found = account_queries.find_people(session, text, limit=limit)
    return [user for user in dict.fromkeys([*holders, *found]) if user.erased_at is None][:limit]
