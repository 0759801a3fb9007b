"""What is ready for the real application: all checklists of one's courses, to tick, print and pass on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from flask import Blueprint, render_template, request
from flask_babel import gettext as _

from elearn.records import reading
from elearn.records.accounts.queries import Viewer
from elearn.records.catalogue.models import CourseState
from elearn.records.catalogue.queries import release_view
from elearn.web import sessions
from elearn.web.checklists import Readiness, readiness
from elearn.web.clock import utc_now
from elearn.web.courses import course_of
from elearn.web.extensions import current_session
from elearn.web.guards import signed_in
from elearn.web.templating import day, settings

bp = Blueprint("readiness", __name__, template_folder="templates")

#: Letters of a text for a chat: what every phone takes, encoded into an address.
LONGEST_TEXT = 1200


@dataclass(frozen=True, slots=True)
class CourseLists:
    """The checklists of one course, and whether they can still be ticked."""

    readiness: Readiness
    closed: bool

    @property
    def ready(self) -> int:
        return self.readiness.ready

    @property
    def total(self) -> int:
        return self.readiness.total


@bp.get("/kesiapan")
@signed_in
def show() -> str:
    """Show every checklist of the courses one follows; `?belum=1` only the lines that are missing."""
    courses = course_lists(current_session(), sessions.current_viewer())
    only_missing = bool(request.args.get("belum"))
    return render_template(
        "learning/readiness.html",
        courses=courses,
        ready=sum(one.ready for one in courses),
        total=sum(one.total for one in courses),
        only_missing=only_missing,
        whatsapp=f"https://wa.me/?text={quote(chat_text(courses), safe='')}",
        printed_on=day(utc_now()),
    )


def course_lists(session: Any, viewer: Viewer) -> list[CourseLists]:
    """Return the courses of *viewer* that have a checklist, as one statement and memory know them."""
    found = [
        CourseLists(
            readiness(session, course_of(one.slug, release_view(session, one.release_id)), one.ticks),
            one.course_state == CourseState.RETIRED,
        )
        for one in reading.ticked_courses(session, viewer)
    ]
    return [one for one in found if one.total]


def chat_text(courses: Sequence[CourseLists]) -> str:
    """Return the lists as a text for a chat: what is missing first of all, and never too long."""
    office = settings()
    lines = [_("Daftar kesiapan saya per %(day)s", day=day(utc_now()))]
    missing = 0
    for one in courses:
        count = _("%(n)s dari %(total)s sudah siap", n=one.ready, total=one.total)
        lines += ["", f"*{one.readiness.course.title}*", count]
        for line in one.readiness.missing:
            if sum(map(len, lines)) + len(lines) + len(line.words) > LONGEST_TEXT:
                missing += 1
            else:
                lines.append(f"- {line.words}")
    if missing:
        lines += ["", _("… dan %(n)s hal lain yang belum.", n=missing)]
    return "\n".join([*lines, "", f"{office.site_name}, {office.organisation}"])
