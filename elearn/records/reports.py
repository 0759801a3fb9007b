"""What staff ask: who is enrolled and who completed what. Reads only, returns frozen rows.

A page, its figures and its CSV come from one query, so that they cannot disagree. Days are whole days
of the site's zone, both ends included.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    and_,
    case,
    distinct,
    exists,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from elearn.records.accounts.models import Role, User, UserRegency, UserRole
from elearn.records.accounts.queries import Viewer
from elearn.records.base import UtcDateTime
from elearn.records.catalogue.models import Course, CourseTrainer, Release
from elearn.records.certificates.models import Certificate, CertificateEvent, CertificateEventKind
from elearn.records.cohorts.models import CohortCourse, CohortMembership
from elearn.records.completions.models import CourseCompletion
from elearn.records.enrolments.models import Enrolment, EnrolmentState
from elearn.records.errors import NotFoundError, RefusedError, _

#: Rows fetched at a time where all of them are asked for.
_BATCH = 500
#: Who was active in so many days counts as active.
ACTIVE_WITHIN = timedelta(days=30)
_FAR_FUTURE = date(9999, 12, 31)
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletionFilters:
    """What a report is narrowed to, and how it is sorted.

    A period asks for completions in it. *after* is the cursor of the page before: a number that says
    nothing, because it stands in addresses.
    """

    course_slug: str | None = None
    cohort_id: int | None = None
    regency: str | None = None
    from_day: date | None = None
    to_day: date | None = None
    #: Count those too who hold a role over the course.
    include_roles: bool = False
    sort: str = "last_activity_at"
    descending: bool = True
    after: str | None = None
    page_size: int = 50


@dataclass(frozen=True, slots=True)
class CompletionRow:
    """One enrolment in a report."""

    enrolment_id: int
    user_id: int
    name: str
    #: Contact number, else the one to sign in with; E.164.
    phone: str | None
    #: Of the day of completion, else today's; None where it was never given.
    regency: str | None
    course_slug: str
    course_title: str
    state: str
    required_done: int
    required_count: int
    enrolled_at: datetime
    last_activity_at: datetime
    put_aside_at: datetime | None
    completed_at: datetime | None
    pretest_score: int | None
    posttest_score: int | None
    gain: int | None
    certificate_number: str | None


@dataclass(frozen=True, slots=True)
class CompletionReport:
    """One page of a report; *left_out* people hold a role over the course and are not in it."""

    rows: tuple[CompletionRow, ...]
    next_cursor: str | None
    total: int
    left_out: int


@dataclass(frozen=True, slots=True)
class RegencyCount:
    """Enrolled and completed in one regency; None is "not given"."""

    regency: str | None
    enrolled: int
    completed: int


@dataclass(frozen=True, slots=True)
class CompletionFigures:
    """Totals of a report. Enrolments are counted whatever the period, completions in it."""

    enrolled: int
    completed: int
    people: int
    active: int
    revoked: int
    left_out: int
    #: Means are over graded results, their number beside them; in ten-thousandths.
    mean_score: int | None
    score_count: int
    mean_gain: int | None
    gain_count: int
    by_regency: tuple[RegencyCount, ...]

    @property
    def rate(self) -> int:
        """Completed of enrolled in ten-thousandths, 0 of none."""
        return self.completed * 10_000 // self.enrolled if self.enrolled else 0


def completion_report(
    session: Session, viewer: Viewer | None, filters: CompletionFilters, tz: ZoneInfo
) -> CompletionReport:
    """Return one page of enrolments; *viewer* is a member of staff, None for a command."""
    _check(viewer)
    asked = _Asked(filters, tz)
    query = asked.rows().order_by(*asked.order()).limit(filters.page_size + 1)
    if filters.after is not None:
        query = query.where(asked.beyond(session, filters.after))
    found = [CompletionRow(*row) for row in session.execute(query)]
    rows = found[: filters.page_size]
    return CompletionReport(
        rows=tuple(rows),
        next_cursor=str(rows[-1].enrolment_id) if len(found) > len(rows) else None,
        total=session.scalar(asked.narrowed(select(func.count(Enrolment.id)))) or 0,
        left_out=_left_out(session, asked),
    )


def completion_csv_rows(
    session: Session, viewer: Viewer | None, filters: CompletionFilters, tz: ZoneInfo
) -> Iterator[CompletionRow]:
    """Yield every row of a report in its order, a batch at a time; its page and cursor do not matter."""
    _check(viewer)
    asked = _Asked(filters, tz)
    query = asked.rows().order_by(*asked.order()).execution_options(yield_per=_BATCH)
    for row in session.execute(query):
        yield CompletionRow(*row)


def counts(
    session: Session, viewer: Viewer | None, filters: CompletionFilters, tz: ZoneInfo, now: datetime
) -> CompletionFigures:
    """Return the totals that stand above a report."""
    _check(viewer)
    asked = _Asked(filters, tz)
    completed = and_(Enrolment.state == EnrolmentState.COMPLETED.value, asked.in_period())
    done = func.count(case((completed, Enrolment.id)))
    row = session.execute(
        asked.narrowed(
            select(
                func.count(Enrolment.id),
                done,
                func.count(distinct(Enrolment.user_id)),
                func.count(case((Enrolment.last_activity_at >= now - ACTIVE_WITHIN, Enrolment.id))),
                func.sum(case((completed, CourseCompletion.posttest_score))),
                func.count(case((completed, CourseCompletion.posttest_score))),
                func.sum(case((completed, CourseCompletion.gain))),
                func.count(case((completed, CourseCompletion.gain))),
            ),
            period=False,
        )
    ).one()
    enrolled, completed_count, people, active, score_sum, score_count, gain_sum, gain_count = row
    regencies = session.execute(
        asked.narrowed(select(asked.regency, func.count(Enrolment.id), done), period=False).group_by(
            asked.regency
        )
    )
    return CompletionFigures(
        enrolled=enrolled,
        completed=completed_count,
        people=people,
        active=active,
        revoked=session.scalar(asked.narrowed(select(func.count(Enrolment.id)), period=False).where(_REVOKED))
        or 0,
        left_out=_left_out(session, asked),
        mean_score=int(score_sum) // score_count if score_count else None,
        score_count=score_count,
        mean_gain=int(gain_sum) // gain_count if gain_count else None,
        gain_count=gain_count,
        by_regency=tuple(
            sorted(
                (RegencyCount(*one) for one in regencies),
                key=lambda one: (-one.enrolled, one.regency or ""),
            )
        ),
    )


def _check(viewer: Viewer | None) -> None:
    """Refuse whoever is no member of staff; the page's guard has done so already."""
    if viewer is not None and Role.STAFF not in viewer.roles:
        raise NotFoundError(_("Halaman ini tidak ditemukan."))


def _left_out(session: Session, asked: _Asked) -> int:
    if asked.filters.include_roles:
        return 0
    people = asked.narrowed(select(func.count(distinct(Enrolment.user_id))), roles=True)
    return session.scalar(people.where(_HOLDS_ROLE)) or 0


class _Asked:
    """The one query behind a report, narrowed by its filters."""

    def __init__(self, filters: CompletionFilters, tz: ZoneInfo) -> None:
        self.filters = filters
        self.tz = tz
        self.regency = _regency(tz)
        keys = _sort_keys(self.regency)
        if filters.sort not in keys:
            raise RefusedError(_("Urutan ini tidak dikenal."), field="sort")
        self.key = keys[filters.sort]

    def rows(self) -> Select[*tuple[Any, ...]]:
        number = (
            select(Certificate.number)
            .where(Certificate.enrolment_id == Enrolment.id)
            .order_by(Certificate.period.desc(), Certificate.issue_number.desc())
            .limit(1)
            .correlate(Enrolment)
            .scalar_subquery()
        )
        return self.narrowed(
            select(
                Enrolment.id,
                User.id,
                User.name,
                func.coalesce(User.contact_phone, User.phone),
                self.regency,
                Course.slug,
                Release.title,
                Enrolment.state,
                Enrolment.required_done,
                Enrolment.required_count,
                Enrolment.enrolled_at,
                Enrolment.last_activity_at,
                Enrolment.put_aside_at,
                Enrolment.completed_at,
                Enrolment.pretest_score,
                Enrolment.posttest_score,
                CourseCompletion.gain,
                number,
            )
        )

    def narrowed(
        self, query: Select[*tuple[Any, ...]], *, period: bool = True, roles: bool = False
    ) -> Select[*tuple[Any, ...]]:
        """Join what every report needs, and keep what the filters ask for."""
        filters = self.filters
        query = (
            query.select_from(Enrolment)
            .join(User, User.id == Enrolment.user_id)
            .join(Course, Course.id == Enrolment.course_id)
            .join(Release, Release.id == Course.live_release_id)
            .outerjoin(CourseCompletion, CourseCompletion.enrolment_id == Enrolment.id)
        )
        if filters.course_slug is not None:
            query = query.where(Course.slug == filters.course_slug)
        if filters.cohort_id is not None:
            query = query.where(self._in_cohort(filters.cohort_id))
        if filters.regency is not None:
            query = query.where(self.regency == filters.regency)
        if period:
            query = query.where(self.in_period())
        if not roles and not filters.include_roles:
            query = query.where(~_HOLDS_ROLE)
        return query

    def in_period(self) -> ColumnElement[bool]:
        """Say whether the completion lies in the period; without one everything does."""
        bounds: list[ColumnElement[bool]] = []
        if self.filters.from_day is not None:
            bounds.append(Enrolment.completed_at >= self._begin(self.filters.from_day))
        if self.filters.to_day is not None and self.filters.to_day < date.max:
            bounds.append(Enrolment.completed_at < self._begin(self.filters.to_day + timedelta(days=1)))
        return and_(literal(True), *bounds)

    def _begin(self, day: date) -> datetime:
        # The first days of the calendar have no such moment in UTC; nothing is that old.
        return datetime.combine(max(day, date(1, 1, 2)), time(), self.tz)

    def _in_cohort(self, cohort_id: int) -> ColumnElement[bool]:
        """Say whether the person is or was a member, in the period where one is asked for."""
        member = [CohortMembership.cohort_id == cohort_id, CohortMembership.user_id == Enrolment.user_id]
        if self.filters.to_day is not None:
            member.append(CohortMembership.joined_on <= self.filters.to_day)
        if self.filters.from_day is not None:
            member.append(
                or_(CohortMembership.left_on.is_(None), CohortMembership.left_on >= self.filters.from_day)
            )
        takes = exists().where(
            CohortCourse.cohort_id == cohort_id, CohortCourse.course_id == Enrolment.course_id
        )
        return and_(exists().where(*member), takes)

    def order(self) -> tuple[ColumnElement[Any], ...]:
        if self.filters.descending:
            return self.key.desc(), Enrolment.id.desc()
        return self.key.asc(), Enrolment.id.asc()

    def beyond(self, session: Session, cursor: str) -> ColumnElement[bool]:
        """Say what comes after the enrolment *cursor* names; everything where there is no such one."""
        if not cursor.isascii() or not cursor.isdigit() or len(cursor) > 9:
            return literal(True)
        last = int(cursor)
        whole = _Asked(CompletionFilters(sort=self.filters.sort, include_roles=True), self.tz)
        found = session.execute(whole.narrowed(select(self.key)).where(Enrolment.id == last)).first()
        if found is None:
            return literal(True)
        value = found[0]
        if self.filters.descending:
            return or_(self.key < value, and_(self.key == value, Enrolment.id < last))
        return or_(self.key > value, and_(self.key == value, Enrolment.id > last))


class _LocalDay(FunctionElement[date]):
    """The day of a moment in a zone that has no summer time, as none of Indonesia's has."""

    type = Date()
    inherit_cache = True
    name = "local_day"


@compiles(_LocalDay, "sqlite")
def _local_day_sqlite(element: _LocalDay, compiler: SQLCompiler, **kwargs: Any) -> str:
    moment, minutes = element.clauses
    return f"date({compiler.process(moment, **kwargs)}, {compiler.process(minutes, **kwargs)} || ' minutes')"


@compiles(_LocalDay, "postgresql")
def _local_day_postgresql(element: _LocalDay, compiler: SQLCompiler, **kwargs: Any) -> str:
    moment, minutes = element.clauses
    return (
        f"CAST({compiler.process(moment, **kwargs)} AT TIME ZONE 'UTC'"
        f" + make_interval(mins => {compiler.process(minutes, **kwargs)}) AS DATE)"
    )


def _regency(tz: ZoneInfo) -> ColumnElement[str | None]:
    """Return the regency of the day of completion, else the first one given later; today's without one."""
    offset = tz.utcoffset(datetime(2026, 1, 1)) or timedelta(0)  # noqa: DTZ001 - a wall clock is meant
    minutes = offset // timedelta(minutes=1)
    day = func.coalesce(_LocalDay(Enrolment.completed_at, literal(minutes)), literal(_FAR_FUTURE, Date()))
    given = select(UserRegency.regency).where(UserRegency.user_id == Enrolment.user_id).limit(1)
    known = given.where(UserRegency.since_on <= day).order_by(
        UserRegency.since_on.desc(), UserRegency.id.desc()
    )
    later = given.order_by(UserRegency.since_on, UserRegency.id)
    return func.coalesce(
        known.correlate(Enrolment).scalar_subquery(), later.correlate(Enrolment).scalar_subquery()
    )


def _sort_keys(regency: ColumnElement[Any]) -> Mapping[str, ColumnElement[Any]]:
    """Return what a report can be sorted by, never NULL: what is missing comes before everything."""
    return {
        "name": func.lower(User.name),
        "regency": func.coalesce(regency, ""),
        "course": Release.title.expression,
        "posttest_score": func.coalesce(Enrolment.posttest_score, -1),
        "completed_at": func.coalesce(Enrolment.completed_at, literal(_LONG_AGO, UtcDateTime())),
        "last_activity_at": Enrolment.last_activity_at.expression,
    }


_HOLDS_ROLE = or_(
    exists().where(
        CourseTrainer.course_id == Enrolment.course_id, CourseTrainer.user_id == Enrolment.user_id
    ),
    exists().where(
        UserRole.user_id == Enrolment.user_id, UserRole.role.in_([Role.STAFF.value, Role.ADMIN.value])
    ),
)
_REVOKED = exists().where(
    Certificate.enrolment_id == Enrolment.id,
    CertificateEvent.certificate_id == Certificate.id,
    CertificateEvent.kind == CertificateEventKind.REVOKED.value,
)
