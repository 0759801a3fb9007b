"""Who finished what: the report of completions as a page and as CSV."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response, redirect, render_template, request, stream_with_context, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from elearn.pages.reporting import cohorts, inquiries, people
from elearn.pages.reporting.blueprint import bp
from elearn.pages.reporting.forms import FilterForm
from elearn.pages.reporting.spreadsheet import Cell, phone_cell, share_cell, write_csv
from elearn.records import desk, reports
from elearn.records.accounts.models import Role
from elearn.records.audit import services as audit
from elearn.records.audit.models import Way
from elearn.records.inquiries.queries import open_count
from elearn.web.clock import utc_now
from elearn.web.desk import looking
from elearn.web.extensions import current_session
from elearn.web.forms import place_name
from elearn.web.guards import role_required
from elearn.web.sessions import current_person, current_viewer
from elearn.web.templating import local, number, percent, settings, today

__all__ = ["bp", "cohorts", "inquiries", "people"]

#: What a sort link says, and what the report calls it.
SORTS: Mapping[str, str] = {
    "nama": "name",
    "kabupaten": "regency",
    "kursus": "course",
    "nilai": "posttest_score",
    "selesai": "completed_at",
    "aktif": "last_activity_at",
}
PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Bar:
    """One regency in the chart; widths are of 100, the longest bar being whole."""

    name: str
    enrolled: int
    completed: int
    enrolled_width: float
    completed_width: float
    #: In ten-thousandths.
    rate: int


@bp.get("/")
@role_required(Role.STAFF)
def home() -> BaseResponse:
    """Go to the first page of the room."""
    return redirect(url_for(".completions"), code=303)


@bp.get("/kelulusan")
@role_required(Role.STAFF)
def completions() -> str | tuple[str, int]:
    """Show who is enrolled and who finished, narrowed by the form, sorted by the heads of the table."""
    session = current_session()
    now = utc_now()
    form = _filter_form(request.args)
    readable = form.validate()
    filters = _filters(form if readable else None, request.args)
    tz = settings().timezone
    viewer = current_viewer()
    report = reports.completion_report(session, viewer, filters, tz)
    figures = reports.counts(session, viewer, filters, tz, now)
    chosen = dict(_chosen(request.args)) if readable else {}
    page = render_template(
        "reporting/completions.html",
        form=form,
        now=now,
        figures=_figures(figures),
        bars=_bars(figures),
        left_out=report.left_out,
        rows=report.rows,
        total=report.total,
        next_page=report.next_cursor,
        first_page=filters.after is None,
        sort=_sort_word(filters),
        descending=filters.descending,
        hidden=[*chosen.items(), ("urut", _sort_word(filters)), ("arah", _direction(filters))],
        address=lambda **more: url_for(".completions", **{**chosen, **more}),
        regency=place_name,
        asked=open_count(session, trainer_id=None),
    )
    return page if readable else (page, 422)


@bp.post("/kelulusan/unduh")
@role_required(Role.STAFF)
def export_completions() -> BaseResponse:
    """Send the same rows as CSV; that somebody took them leaves a trail, so it is a POST."""
    form = _filter_form(request.form)
    if not form.validate():
        return redirect(url_for(".completions"), code=303)
    filters = _filters(form, request.form)
    session = current_session()
    viewer = current_viewer()
    tz = settings().timezone
    audit.record(
        session,
        actor=current_person(session),
        way=Way.PAGE,
        action="report.export",
        subject_type="report",
        subject_id="completions",
        after={
            "rows": reports.completion_report(session, viewer, filters, tz).total,
            **dict(_chosen(request.form)),
        },
        now=utc_now(),
    )
    session.commit()
    name = f"kelulusan-{today().isoformat()}.csv"

    def rows() -> Iterator[bytes]:
        with looking() as reading:
            found = reports.completion_csv_rows(reading, viewer, filters, tz)
            yield from write_csv(_csv_head(), (_csv_row(row) for row in found), timezone=tz)

    return Response(
        stream_with_context(rows()),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _filter_form(values: Any) -> FilterForm:
    session = current_session()
    form = FilterForm(values)
    form.offer(
        [(course.slug, title) for course, title in desk.all_courses(session)],
        [(line.cohort_id, line.name) for line in desk.cohort_lines(session)],
    )
    return form


def _filters(form: FilterForm | None, values: Mapping[str, str]) -> reports.CompletionFilters:
    """Return what is asked for; sort and place come from links, so what cannot be read is left out."""
    sort = SORTS.get(values.get("urut", ""), "last_activity_at")
    descending = values.get("arah") != "naik"
    after = values.get("sesudah") or None
    if form is None:
        return reports.CompletionFilters(sort=sort, descending=descending, page_size=PAGE_SIZE)
    return reports.CompletionFilters(
        course_slug=form.kursus.data or None,
        cohort_id=int(form.angkatan.data) if form.angkatan.data else None,
        regency=form.kabupaten.data or None,
        from_day=form.dari.data,
        to_day=form.sampai.data,
        include_roles=bool(form.semua.data),
        sort=sort,
        descending=descending,
        after=after,
        page_size=PAGE_SIZE,
    )


def _chosen(values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield what the form narrows by, as it stands in the address."""
    for name in ("kursus", "angkatan", "kabupaten", "dari", "sampai", "semua"):
        if values.get(name):
            # Whatever a box was sent with, it is ticked: what is kept in the trail is ours.
            yield name, "y" if name == "semua" else values[name]


def _sort_word(filters: reports.CompletionFilters) -> str:
    return next(word for word, name in SORTS.items() if name == filters.sort)


def _direction(filters: reports.CompletionFilters) -> str:
    return "turun" if filters.descending else "naik"


def _figures(figures: reports.CompletionFigures) -> list[tuple[str, str, str]]:
    """Return words, figure and what stands beside it."""
    return [
        (_("Pendaftaran"), number(figures.enrolled), _("%(count)s orang", count=number(figures.people))),
        (_("Aktif 30 hari ini"), number(figures.active), ""),
        (_("Lulus"), number(figures.completed), ""),
        (_("Persen lulus"), percent(figures.rate), ""),
        (
            _("Rata-rata postes"),
            percent(figures.mean_score),
            _("dari %(count)s nilai", count=number(figures.score_count)),
        ),
        (_("Sertifikat dicabut"), number(figures.revoked), ""),
    ]


def _bars(figures: reports.CompletionFigures) -> list[Bar]:
    most = max((one.enrolled for one in figures.by_regency), default=0)
    return [
        Bar(
            name=place_name(one.regency) if one.regency else _("Belum diisi"),
            enrolled=one.enrolled,
            completed=one.completed,
            enrolled_width=100 * one.enrolled / most,
            completed_width=100 * one.completed / most,
            rate=one.completed * 10_000 // one.enrolled,
        )
        for one in figures.by_regency
        if one.enrolled
    ]


def _csv_head() -> list[str]:
    return [
        _("Nama"),
        _("Nomor HP"),
        _("Kabupaten/kota"),
        _("Kursus"),
        _("Status"),
        _("Wajib selesai"),
        _("Wajib semua"),
        _("Pretes (%)"),
        _("Postes (%)"),
        _("Peningkatan (%)"),
        _("Mendaftar"),
        _("Terakhir aktif"),
        _("Lulus"),
        _("Nomor sertifikat"),
    ]


def _csv_row(row: reports.CompletionRow) -> Iterable[Cell]:
    if row.completed_at is not None:
        state = _("Lulus")
    else:
        state = _("Disimpan dulu") if row.put_aside_at is not None else _("Belajar")
    return (
        row.name,
        phone_cell(row.phone),
        place_name(row.regency) if row.regency else "",
        row.course_title,
        state,
        row.required_done,
        row.required_count,
        share_cell(row.pretest_score),
        share_cell(row.posttest_score),
        share_cell(row.gain),
        local(row.enrolled_at).date(),
        local(row.last_activity_at).date(),
        local(row.completed_at).date() if row.completed_at is not None else None,
        row.certificate_number or "",
    )
