"""Making cohorts, and people joining and leaving them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from elearn.records.accounts.models import User
from elearn.records.accounts.names import NAME_LENGTH, clean_line
from elearn.records.audit.models import Way
from elearn.records.audit.services import record
from elearn.records.catalogue.models import Course
from elearn.records.cohorts.models import Cohort, CohortCourse, CohortMembership
from elearn.records.errors import RefusedError, _


def make_cohort(
    session: Session,
    *,
    name: str | None,
    starts_on: date,
    ends_on: date | None,
    courses: Iterable[Course],
    actor: User | None,
    way: Way,
    now: datetime,
) -> Cohort:
    """Make a cohort that takes *courses*; refused where the name is taken or it ends before it starts."""
    name = clean_line(name, most=NAME_LENGTH, field="name", missing=_("Isi nama angkatan."))
    if ends_on is not None and ends_on < starts_on:
        raise RefusedError(_("Hari selesai tidak boleh sebelum hari mulai."), field="ends_on")
    cohort = Cohort(
        name=name,
        starts_on=starts_on,
        ends_on=ends_on,
        created_at=now,
        created_by=actor.id if actor else None,
    )
    try:
        with session.begin_nested():
            session.add(cohort)
    except IntegrityError:
        raise RefusedError(_("Nama angkatan ini sudah dipakai."), field="name") from None
    taken = list({course.id: course for course in courses}.values())
    session.add_all(CohortCourse(cohort_id=cohort.id, course_id=course.id) for course in taken)
    record(
        session,
        actor=actor,
        way=way,
        action="cohort.create",
        subject_type="cohort",
        subject_id=cohort.id,
        after={
            "name": name,
            "starts_on": starts_on,
            "ends_on": ends_on,
            "courses": sorted(course.slug for course in taken),
        },
        now=now,
    )
    return cohort


def add_member(
    session: Session,
    cohort: Cohort,
    user: User,
    *,
    joined_on: date,
    actor: User | None,
    way: Way,
    now: datetime,
) -> CohortMembership:
    """Put *user* into *cohort* from *joined_on* on; pressed twice, it is one membership.

    Refused for somebody who is a member since another day. Who left may join again, from the day of
    leaving on.
    """
    before = session.scalars(
        select(CohortMembership)
        .where(CohortMembership.cohort_id == cohort.id, CohortMembership.user_id == user.id)
        .order_by(CohortMembership.joined_on.desc(), CohortMembership.id.desc())
    ).all()
    active = next((member for member in before if member.left_on is None), None)
    if active is not None and active.joined_on == joined_on:
        return active
    if active is not None:
        raise RefusedError(_("Orang ini sudah menjadi anggota angkatan ini."))
    if any(member.left_on is not None and member.left_on > joined_on for member in before):
        raise RefusedError(
            _("Orang ini masih anggota pada hari itu. Pilih hari setelah keanggotaan yang lalu berakhir."),
            field="joined_on",
        )
    membership = CohortMembership(
        cohort_id=cohort.id,
        user_id=user.id,
        joined_on=joined_on,
        recorded_at=now,
        recorded_by=actor.id if actor else None,
    )
    try:
        with session.begin_nested():
            session.add(membership)
    except IntegrityError:
        # Another request put the same person in between our look and our insert.
        raise RefusedError(_("Orang ini sudah menjadi anggota angkatan ini.")) from None
    record(
        session,
        actor=actor,
        way=way,
        action="cohort.add_member",
        subject_type="cohort",
        subject_id=cohort.id,
        subject_user_id=user.id,
        after={"joined_on": joined_on},
        now=now,
    )
    return membership


def end_membership(
    session: Session,
    membership: CohortMembership,
    *,
    left_on: date,
    actor: User | None,
    way: Way,
    now: datetime,
) -> None:
    """Note that a member left on *left_on*, the last day that counts; the row stays for old reports."""
    if membership.left_on is not None:
        raise RefusedError(_("Keanggotaan ini sudah berakhir."))
    if left_on < membership.joined_on:
        raise RefusedError(_("Hari keluar tidak boleh sebelum hari masuk."), field="left_on")
    membership.left_on = left_on
    session.flush()
    record(
        session,
        actor=actor,
        way=way,
        action="cohort.end_membership",
        subject_type="cohort",
        subject_id=membership.cohort_id,
        subject_user_id=membership.user_id,
        before={"joined_on": membership.joined_on},
        after={"left_on": left_on},
        now=now,
    )
