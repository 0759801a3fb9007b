"""What staff ask about completions: the same rows for page, figures and CSV."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from elearn.records import authoring, reports, study
from elearn.records.accounts import services as accounts
from elearn.records.accounts.models import Role
from elearn.records.accounts.queries import Viewer
from elearn.records.audit.models import Way
from elearn.records.certificates import services as certificates
from elearn.records.cohorts import services as cohorts
from elearn.records.errors import NotFoundError, RefusedError
from elearn.records.reports import CompletionFilters
from tests.factories import make_user
from tests.records.learning import COURSE, PRINTING, SLUG, complete, learner, publish, take

WIB = ZoneInfo("Asia/Jakarta")


@pytest.fixture
def course(session, now):
    return publish(session, COURSE, now=now)


def report(session, **filters):
    return reports.completion_report(session, None, CompletionFilters(**filters), WIB)


def names(session, **filters):
    return [row.name for row in report(session, **filters).rows]


def figures(session, now, **filters):
    return reports.counts(session, None, CompletionFilters(**filters), WIB, now)


@pytest.fixture
def people(session, course, now):
    """Three learners: one complete, one under way, one who only enrolled; each in another regency."""
    done, begun, enrolled = (
        learner(session, name, now=now) for name in ("Sari Wulandari", "joko prasetyo", "Yuliana")
    )
    for user, regency in ((begun, "18.72"), (enrolled, "luar")):
        accounts.confirm_name(
            session, user, name=user.name, regency=regency, today=now.date() + timedelta(days=1), now=now
        )
    take(session, done, "pretes", now=now, rights=1)
    complete(session, done, now=now + timedelta(days=2))
    take(session, begun, "postes", now=now + timedelta(days=3), rights=1)
    study.enrol(session, enrolled, SLUG, now)
    return done, begun, enrolled


def test_every_enrolment_is_a_row_with_what_its_summary_says(session, people, now):
    rows = {row.name: row for row in report(session).rows}

    sari = rows["Sari Wulandari"]
    assert (sari.state, sari.required_done, sari.required_count) == ("completed", 3, 3)
    assert (sari.pretest_score, sari.posttest_score, sari.gain) == (5000, 10_000, 10_000)
    assert (sari.regency, sari.course_slug, sari.course_title) == ("18.71", SLUG, "Dapur Bersih")
    assert sari.certificate_number == "1/DAPUR/XI/2026"
    assert sari.completed_at == now + timedelta(days=2, hours=1, minutes=1)
    assert rows["Yuliana"].completed_at is None
    assert rows["Yuliana"].regency == "luar"


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("name", ["joko prasetyo", "Sari Wulandari", "Yuliana"]),
        ("regency", ["Sari Wulandari", "joko prasetyo", "Yuliana"]),
        ("course", ["Sari Wulandari", "joko prasetyo", "Yuliana"]),
        ("posttest_score", ["Yuliana", "joko prasetyo", "Sari Wulandari"]),
        ("last_activity_at", ["Yuliana", "Sari Wulandari", "joko prasetyo"]),
    ],
)
def test_rows_are_sorted_and_paged_without_gap_or_repeat(session, people, sort, order):
    assert names(session, sort=sort, descending=False) == order
    # Equal keys are turned round too, so that a page never repeats a row.
    assert names(session, sort=sort, descending=True) == order[::-1]
    for descending in (False, True):
        paged, cursor = [], None
        while True:
            page = report(session, sort=sort, descending=descending, after=cursor, page_size=1)
            assert page.total == 3
            paged += [row.name for row in page.rows]
            cursor = page.next_cursor
            if cursor is None:
                break
        assert paged == (order[::-1] if descending else order)


def test_sorted_by_completion_those_under_way_come_first(session, people):
    assert names(session, sort="completed_at", descending=False)[-1] == "Sari Wulandari"


@pytest.mark.parametrize("cursor", ["", "x", "99999", "-1", "1" * 30, "٣"])
def test_a_cursor_that_names_nothing_begins_at_the_beginning(session, people, cursor):
    assert len(names(session, after=cursor)) == 3


def test_an_unknown_order_is_refused(session, course):
    with pytest.raises(RefusedError):
        report(session, sort="password_hash")


def test_a_cursor_says_nothing_about_a_person(session, people):
    page = report(session, sort="name", page_size=1)

    assert page.next_cursor.isdigit()


def test_only_staff_ask(session, course, now):
    viewer = Viewer(1, "x", "x", frozenset({Role.LEARNER, Role.ADMIN}), 1, None, now)
    with pytest.raises(NotFoundError):
        reports.completion_report(session, viewer, CompletionFilters(), WIB)
    with pytest.raises(NotFoundError):
        next(reports.completion_csv_rows(session, viewer, CompletionFilters(), WIB))
    with pytest.raises(NotFoundError):
        reports.counts(session, viewer, CompletionFilters(), WIB, now)
    staff = Viewer(1, "x", "x", frozenset({Role.STAFF}), 1, None, now)
    assert reports.completion_report(session, staff, CompletionFilters(), WIB).rows == ()


def test_a_course_and_a_regency_narrow_it(session, people, now):
    publish(
        session,
        {"kursus.md": COURSE["kursus.md"], "01-baca.md": COURSE["02-lantai.md"].replace("c-", "c-x")},
        now=now,
        slug="kursus-lain",
    )
    study.enrol(session, people[0], "kursus-lain", now)

    assert len(names(session)) == 4
    assert len(names(session, course_slug=SLUG)) == 3
    assert names(session, course_slug="kursus-lain") == ["Sari Wulandari"]
    assert names(session, regency="18.72") == ["joko prasetyo"]
    assert figures(session, now, regency="18.72").enrolled == 1


@pytest.mark.parametrize(
    ("moment", "from_day", "to_day", "found"),
    [
        # 23 November in Lampung begins at 17.00 of the 22nd in UTC and ends there at 17.00 of the 23rd.
        (datetime(2026, 11, 22, 17, 0, tzinfo=UTC), date(2026, 11, 23), date(2026, 11, 23), True),
        (datetime(2026, 11, 22, 16, 59, 59, tzinfo=UTC), date(2026, 11, 23), date(2026, 11, 23), False),
        (datetime(2026, 11, 23, 16, 59, 59, tzinfo=UTC), date(2026, 11, 23), date(2026, 11, 23), True),
        (datetime(2026, 11, 23, 17, 0, tzinfo=UTC), date(2026, 11, 23), date(2026, 11, 23), False),
        (datetime(2026, 11, 23, 17, 0, tzinfo=UTC), date(2026, 11, 24), None, True),
        (datetime(2026, 11, 23, 17, 0, tzinfo=UTC), None, date(2026, 11, 23), False),
        (datetime(2026, 11, 23, 17, 0, tzinfo=UTC), date.min, date.max, True),
    ],
)
def test_a_period_is_whole_days_of_the_office_both_ends_included(
    session, course, moment, from_day, to_day, found
):
    user = learner(session, now=moment - timedelta(days=9))
    take(session, user, "meja", now=moment - timedelta(days=2))
    take(session, user, "postes", now=moment - timedelta(days=1))
    study.mark_read(session, user, SLUG, "lantai", moment)

    assert bool(names(session, from_day=from_day, to_day=to_day)) is found
    asked = figures(session, moment, from_day=from_day, to_day=to_day)
    assert (asked.enrolled, asked.completed) == (1, int(found))


def test_a_completion_belongs_to_the_regency_of_its_day(session, course, now):
    user = learner(session, now=now)
    complete(session, user, now=now + timedelta(days=1))
    moved = now + timedelta(days=5)
    accounts.confirm_name(session, user, name=user.name, regency="18.72", today=moved.date(), now=moved)

    assert [row.regency for row in report(session).rows] == ["18.71"]


def test_a_regency_given_later_counts_where_none_was_known(session, course, now):
    user = learner(session, now=now, confirmed=False)
    complete(session, user, now=now)
    assert report(session).rows[0].regency is None
    accounts.confirm_name(
        session, user, name=user.name, regency="18.72", today=now.date() + timedelta(days=30), now=now
    )

    assert report(session).rows[0].regency == "18.72"


def test_a_cohort_shows_its_members_in_its_courses(session, course, people, now):
    staff = make_user(session, Role.STAFF, now=now)
    act = {"actor": staff, "way": Way.PAGE, "now": now}
    cohort, empty = (
        cohorts.make_cohort(session, name=name, starts_on=now.date(), ends_on=None, courses=[course], **act)
        for name in ("Angkatan 1", "Angkatan 2")
    )
    cohorts.add_member(session, cohort, people[0], joined_on=date(2026, 11, 20), **act)
    left = cohorts.add_member(session, cohort, people[1], joined_on=date(2026, 11, 1), **act)
    cohorts.end_membership(session, left, left_on=date(2026, 11, 10), **act)

    assert names(session, cohort_id=cohort.id, sort="name", descending=False) == [
        "joko prasetyo",
        "Sari Wulandari",
    ]
    assert names(session, cohort_id=empty.id) == []
    period = {"from_day": date(2026, 11, 20), "to_day": date(2026, 12, 31)}
    asked = figures(session, now, cohort_id=cohort.id, **period)
    assert (asked.enrolled, asked.completed, asked.rate) == (1, 1, 10_000)


def test_whoever_holds_a_role_over_the_course_is_left_out_and_counted(session, course, people, now):
    trainer = make_user(session, Role.TRAINER, now=now, name="Bu Ratna")
    elsewhere = make_user(session, Role.TRAINER, now=now, name="Pelatih lain")
    staff = make_user(session, Role.STAFF, now=now, name="Petugas")
    authoring.set_trainers(session, course, add=[trainer], remove=[], actor=None, way=Way.COMMAND, now=now)
    for user in (trainer, elsewhere, staff):
        study.enrol(session, user, SLUG, now)

    assert (report(session).total, report(session).left_out) == (4, 2)
    assert "Pelatih lain" in names(session)
    counted = report(session, include_roles=True)
    assert (counted.total, counted.left_out) == (6, 0)
    assert figures(session, now).left_out == 2


def test_the_figures_are_those_of_the_rows(session, people, now):
    asked = figures(session, now + timedelta(days=32))

    assert (asked.enrolled, asked.completed, asked.people, asked.active) == (3, 1, 3, 2)
    assert asked.rate == 3333
    assert (asked.mean_score, asked.score_count) == (10_000, 1)
    assert (asked.mean_gain, asked.gain_count) == (10_000, 1)
    assert {(one.regency, one.enrolled, one.completed) for one in asked.by_regency} == {
        ("18.71", 1, 1),
        ("18.72", 1, 0),
        ("luar", 1, 0),
    }
    assert asked.revoked == 0


def test_figures_of_nobody_are_zeros_and_no_means(session, course, now):
    asked = figures(session, now)

    assert (asked.enrolled, asked.rate, asked.mean_score, asked.mean_gain) == (0, 0, None, None)
    assert asked.by_regency == ()


def test_a_revoked_certificate_is_counted(session, people, now):
    certificate = certificates.issue_if_due(
        session, study.enrol(session, people[0], SLUG, now), PRINTING, now
    )
    certificates.revoke(session, certificate, reason="uji", actor=None, way=Way.COMMAND, now=now)

    assert figures(session, now).revoked == 1


def test_all_rows_come_in_the_same_order_as_on_the_page(session, people):
    filters = CompletionFilters(sort="name", descending=False, page_size=1)

    rows = list(reports.completion_csv_rows(session, None, filters, WIB))

    assert [row.name for row in rows] == names(session, sort="name", descending=False)
    assert [row.name for row in rows] == ["joko prasetyo", "Sari Wulandari", "Yuliana"]
