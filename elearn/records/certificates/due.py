"""Which certificate an enrolment has earned and not been given."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import and_, exists, func, select
from sqlalchemy.orm import Session

from elearn.content.documents import ModuleKind
from elearn.records.accounts.models import User, UserRegency
from elearn.records.attempts.answers import latest_grade_id
from elearn.records.attempts.models import Attempt, Grade
from elearn.records.catalogue.models import Course, Module, Release
from elearn.records.certificates.models import Certificate, CertificateEvent, CertificateEventKind
from elearn.records.completions.models import CourseCompletion
from elearn.records.enrolments.models import Enrolment

#: How long before the end a new validity period can be earned.
RENEWAL_OPENS = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Due:
    """A certificate to be issued: where in the story it stands, and what it says."""

    user_id: int
    holder_name: str
    is_confirmed: bool
    completion_id: int
    release_id: int
    score: int | None
    begins_on: date
    period: int = 1
    issue_number: int = 1
    follows_id: int | None = None


def find_due(session: Session, enrolment_id: int, timezone: ZoneInfo) -> Due | None:
    """Return what is to be issued: a first certificate, one after a revocation, or a new period's.

    One statement, but for a certificate that ends: a new period is earned by passing the post-test again
    from 90 days before the end on, and begins at the later of the old end and the pass.
    """
    newest = (
        select(Certificate.id)
        .where(Certificate.enrolment_id == enrolment_id)
        .order_by(Certificate.period.desc(), Certificate.issue_number.desc())
        .limit(1)
    )
    last_event = (
        select(CertificateEvent.kind)
        .where(CertificateEvent.certificate_id == Certificate.id)
        .order_by(CertificateEvent.id.desc())
        .limit(1)
        .correlate(Certificate)
    )
    found = session.execute(
        select(
            CourseCompletion.id,
            CourseCompletion.completed_at,
            CourseCompletion.posttest_score,
            Release.id.label("release_id"),
            Release.gives_certificate,
            Course.live_release_id,
            User.id.label("user_id"),
            User.name,
            User.name_confirmed_at,
            exists().where(UserRegency.user_id == User.id).label("has_regency"),
            Certificate.id.label("certificate_id"),
            Certificate.period,
            Certificate.issue_number,
            Certificate.valid_until,
            last_event.scalar_subquery().label("last_event"),
        )
        .select_from(Enrolment)
        .join(CourseCompletion, CourseCompletion.enrolment_id == Enrolment.id)
        .join(Release, Release.id == CourseCompletion.release_id)
        .join(Course, Course.id == Enrolment.course_id)
        .join(User, User.id == Enrolment.user_id)
        .outerjoin(Certificate, Certificate.id == newest.scalar_subquery())
        .where(Enrolment.id == enrolment_id)
    ).one_or_none()
    if found is None or not found.gives_certificate:
        return None
    first = Due(
        user_id=found.user_id,
        holder_name=found.name,
        is_confirmed=found.name_confirmed_at is not None and found.has_regency,
        completion_id=found.id,
        release_id=found.release_id,
        score=found.posttest_score,
        begins_on=found.completed_at.astimezone(timezone).date(),
    )
    if found.certificate_id is None:
        return first
    if found.last_event == CertificateEventKind.REOPENED:
        return dataclasses.replace(
            first, period=found.period, issue_number=found.issue_number + 1, follows_id=found.certificate_id
        )
    if found.last_event != CertificateEventKind.ISSUED or found.valid_until is None:
        return None
    again = _passed_again(session, enrolment_id, found.period, found.valid_until, timezone)
    if again is None:
        return None
    passed_on, score = again
    return dataclasses.replace(
        first,
        release_id=found.live_release_id,
        score=score,
        begins_on=max(found.valid_until, passed_on),
        period=found.period + 1,
        follows_id=found.certificate_id,
    )


def _passed_again(
    session: Session, enrolment_id: int, period: int, valid_until: date, timezone: ZoneInfo
) -> tuple[date, int | None] | None:
    """Return when, and with which score, the post-test was first passed again for a new period.

    A pass from before *period* was given is what earned it, however short it is, and counts for no other.
    """
    given = (
        select(func.min(Certificate.issued_at))
        .where(Certificate.enrolment_id == enrolment_id, Certificate.period == period)
        .scalar_subquery()
    )
    opens = datetime.combine(valid_until - RENEWAL_OPENS, time(), timezone)
    found = session.execute(
        select(Attempt.handed_in_at, Grade.score)
        .join(Module, and_(Module.id == Attempt.module_id, Module.kind == ModuleKind.POSTTEST.value))
        .join(Grade, Grade.id == latest_grade_id())
        .where(
            Attempt.enrolment_id == enrolment_id,
            Grade.passed.is_(True),
            Attempt.handed_in_at >= opens,
            Attempt.handed_in_at > given,
        )
        .order_by(Attempt.handed_in_at, Attempt.id)
        .limit(1)
    ).one_or_none()
    if found is None:
        return None
    return found.handed_in_at.astimezone(timezone).date(), found.score
