"""The pictures chats show beside links: home, course and lesson each have one, at an address that names it."""

from __future__ import annotations

from flask import Blueprint, Response, g, redirect
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as BaseResponse

from elearn.pages.catalogue.cards import Card, CardBusyError, card_png
from elearn.records import reading
from elearn.records.catalogue import queries
from elearn.web.clock import utc_now
from elearn.web.courses import Course, Step, course_of, motif, topic
from elearn.web.extensions import read_connection, read_engine
from elearn.web.guards import public
from elearn.web.headers import FOR_EVERYBODY
from elearn.web.language import speaking
from elearn.web.templating import settings

bp = Blueprint("pictures", __name__)

#: What stands on the picture of the home page, in the language the courses are in.
HOME_TITLE = "Urus halal, BPOM, dan jualan online. Belajarnya dari HP."


def home_card() -> Card:
    """Return the picture of the home page."""
    site = settings()
    return Card(HOME_TITLE, site.organisation, site.site_name, site.organisation)


def course_card(course: Course) -> Card:
    """Return the picture of a course's page; the same for everybody, whatever language they read."""
    site = settings()
    release = course.release
    with speaking(release.language):
        about = topic(release.category)
    return Card(
        release.title,
        about,
        site.site_name,
        site.organisation,
        motif(release.category),
        release.language,
    )


def lesson_card(course: Course, step: Step) -> Card:
    """Return the picture of a lesson."""
    site = settings()
    place = f"{course.title} · {step.number}/{course.module_count}" if step.number else course.title
    category = course.release.category
    return Card(
        step.title, place, site.site_name, site.organisation, motif(category), course.release.language
    )


def home_picture() -> str:
    """Return where the picture of the home page is."""
    return f"/kartu/{home_card().digest}.png"


def course_picture(course: Course) -> str:
    """Return where the picture of a course is."""
    return f"/kartu/{course_card(course).digest}/{course.slug}.png"


def lesson_picture(course: Course, step: Step) -> str:
    """Return where the picture of a lesson is."""
    return f"/kartu/{lesson_card(course, step).digest}/{course.slug}/{step.module.slug}.png"


@bp.get("/kartu/<digest>.png")
@public
def show_home(digest: str) -> BaseResponse:
    """Send the picture of the home page."""
    return _send(home_card(), digest, home_picture())


@bp.get("/kartu/<digest>/<kursus>.png")
@public
def show_course(digest: str, kursus: str) -> BaseResponse:
    """Send the picture of a course."""
    course = _course(kursus)
    return _send(course_card(course), digest, course_picture(course))


@bp.get("/kartu/<digest>/<kursus>/<modul>.png")
@public
def show_lesson(digest: str, kursus: str, modul: str) -> BaseResponse:
    """Send the picture of a lesson."""
    course = _course(kursus)
    step = next((one for one in course.steps if one.module.slug == modul), None)
    if step is None:
        raise NotFound
    return _send(lesson_card(course, step), digest, lesson_picture(course, step))


def _course(slug: str) -> Course:
    state = reading.course_view(read_engine(), None, slug, utc_now())
    if state is None:
        raise NotFound
    with read_connection() as connection:
        return course_of(slug, queries.release_view(connection, state.release_id))


def _send(card: Card, digest: str, address: str) -> BaseResponse:
    g.shared = True
    if digest != card.digest:
        # A chat may hold the address of an earlier title: it is shown what the page is called now.
        return redirect(address, code=303)
    try:
        picture = card_png(card)
    except CardBusyError:
        # Read by a program: a word and a time, no page.
        return Response("busy", 503, {"Retry-After": "5", "Cache-Control": "no-store"}, mimetype="text/plain")
    return Response(picture, mimetype="image/png", headers={"Cache-Control": FOR_EVERYBODY})
