"""Cohorts and dated membership."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from elearn.records.accounts.models import Role, User
from elearn.records.audit.models import AuditEvent, Way
from elearn.records.catalogue.models import Course
from elearn.records.cohorts import queries, services
from elearn.records.cohorts.models import Cohort, CohortCourse
from elearn.records.errors import RefusedError
from tests.factories import make_learner, make_user

JANUARY = date(2026, 1, 5)
MARCH = date(2026, 3, 31)


@pytest.fixture
def officer(session: Session, now: datetime) -> User:
    return make_user(session, Role.STAFF, now=now)


@pytest.fixture
def course(session: Session, now: datetime) -> Course:
    course = Course(slug="dapur-halal", created_at=now)
    session.add(course)
    session.flush()
    return course


def make_cohort(
    session: Session, officer: User, now: datetime, *courses: Course, name: str = "Angkatan 1"
) -> Cohort:
    return services.make_cohort(
        session,
        name=name,
        starts_on=JANUARY,
        ends_on=MARCH,
        courses=courses,
        actor=officer,
        way=Way.PAGE,
        now=now,
    )


def actions(session: Session) -> list[str]:
    return list(
        session.scalars(
            select(AuditEvent.action).where(AuditEvent.subject_type == "cohort").order_by(AuditEvent.id)
        )
    )


def test_a_cohort_has_its_courses_once(
    session: Session, officer: User, course: Course, now: datetime
) -> None:
    cohort = make_cohort(session, officer, now, course, course, name="  Angkatan   1 ")

    assert cohort.name == "Angkatan 1"
    assert cohort.created_by == officer.id
    assert list(session.scalars(select(CohortCourse.course_id))) == [course.id]
    assert queries.cohorts(session) == [cohort]
    assert actions(session) == ["cohort.create"]


@pytest.mark.parametrize(
    ("name", "ends_on", "field"),
    [("  ", MARCH, "name"), ("Angkatan 2", date(2026, 1, 4), "ends_on"), ("Angkatan 1", MARCH, "name")],
)
def test_a_cohort_needs_a_name_of_its_own_and_ends_after_it_began(
    session: Session, officer: User, now: datetime, name: str, ends_on: date, field: str
) -> None:
    make_cohort(session, officer, now)

    with pytest.raises(RefusedError) as refused:
        services.make_cohort(
            session,
            name=name,
            starts_on=JANUARY,
            ends_on=ends_on,
            courses=[],
            actor=None,
            way=Way.PAGE,
            now=now,
        )

    assert refused.value.field == field
    assert len(queries.cohorts(session)) == 1


def test_a_cohort_may_be_open_and_made_by_a_command(session: Session, now: datetime) -> None:
    cohort = services.make_cohort(
        session, name="X", starts_on=JANUARY, ends_on=None, courses=[], actor=None, way=Way.COMMAND, now=now
    )
    assert (cohort.ends_on, cohort.created_by) == (None, None)


def test_putting_somebody_in_twice_is_one_membership(session: Session, officer: User, now: datetime) -> None:
    cohort = make_cohort(session, officer, now)
    learner = make_learner(session, now=now)

    first = services.add_member(
        session, cohort, learner, joined_on=JANUARY, actor=officer, way=Way.PAGE, now=now
    )
    second = services.add_member(
        session, cohort, learner, joined_on=JANUARY, actor=officer, way=Way.PAGE, now=now
    )

    assert second is first
    assert queries.members(session, cohort) == [(first, learner)]
    assert actions(session) == ["cohort.create", "cohort.add_member"]


def test_a_member_cannot_join_again_from_another_day(session: Session, officer: User, now: datetime) -> None:
    cohort = make_cohort(session, officer, now)
    learner = make_learner(session, now=now)
    services.add_member(session, cohort, learner, joined_on=JANUARY, actor=None, way=Way.COMMAND, now=now)

    with pytest.raises(RefusedError, match="sudah menjadi anggota"):
        services.add_member(session, cohort, learner, joined_on=MARCH, actor=officer, way=Way.PAGE, now=now)


def test_somebody_who_left_stays_in_the_records_and_may_join_again(
    session: Session, officer: User, now: datetime
) -> None:
    cohort = make_cohort(session, officer, now)
    learner = make_learner(session, now=now)
    first = services.add_member(
        session, cohort, learner, joined_on=JANUARY, actor=officer, way=Way.PAGE, now=now
    )
    services.end_membership(session, first, left_on=date(2026, 2, 1), actor=officer, way=Way.PAGE, now=now)

    with pytest.raises(RefusedError) as refused:
        services.add_member(
            session, cohort, learner, joined_on=date(2026, 1, 31), actor=officer, way=Way.PAGE, now=now
        )
    again = services.add_member(
        session, cohort, learner, joined_on=date(2026, 2, 1), actor=officer, way=Way.PAGE, now=now
    )

    assert refused.value.field == "joined_on"
    assert [member for member, _user in queries.members(session, cohort)] == [first, again]
    assert actions(session) == [
        "cohort.create", "cohort.add_member", "cohort.end_membership", "cohort.add_member",
    ]  # fmt: skip


def test_a_membership_ends_once_and_not_before_it_began(
    session: Session, officer: User, now: datetime
) -> None:
    cohort = make_cohort(session, officer, now)
    member = services.add_member(
        session,
        cohort,
        make_learner(session, now=now),
        joined_on=JANUARY,
        actor=officer,
        way=Way.PAGE,
        now=now,
    )

    with pytest.raises(RefusedError, match="sebelum hari masuk"):
        services.end_membership(
            session, member, left_on=date(2026, 1, 4), actor=officer, way=Way.PAGE, now=now
        )
    services.end_membership(session, member, left_on=JANUARY, actor=officer, way=Way.PAGE, now=now)
    with pytest.raises(RefusedError, match="sudah berakhir"):
        services.end_membership(session, member, left_on=MARCH, actor=officer, way=Way.PAGE, now=now)

    assert member.left_on == JANUARY
