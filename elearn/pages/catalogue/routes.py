"""What anybody may read: the catalogue, a course's page, its lessons and their pictures."""

from __future__ import annotations

from typing import Any

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    g,
    get_template_attribute,
    jsonify,
    redirect,
    render_template,
    request,
)
from flask import session as cookie
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as BaseResponse

from elearn.content.compiler import COMPILER_VERSION
from elearn.pages.catalogue import lessons, memory, pictures, search, standing, views
from elearn.records import reading, study
from elearn.records.accounts.models import Role
from elearn.records.accounts.names import storable
from elearn.records.accounts.queries import Viewer
from elearn.records.catalogue import queries
from elearn.records.catalogue.cache import BoundedCache
from elearn.records.errors import RefusedError
from elearn.records.inquiries.queries import SharedAnswer, shared_answers, takes_questions
from elearn.web import language, sessions, splice
from elearn.web.clock import utc_now
from elearn.web.courses import Course, course_of
from elearn.web.extensions import current_session, read_connection, read_engine
from elearn.web.forms import translated
from elearn.web.front import ASKED
from elearn.web.guards import public, signed_in, wants_json
from elearn.web.headers import FOR_EVERYBODY, FOR_ONE, FOR_VISITORS, MEDIA_POLICY
from elearn.web.printing import certificate_settings
from elearn.web.templating import build, settings, today

bp = Blueprint("catalogue", __name__, template_folder="templates")


@bp.get("/")
@public
def home() -> Response:
    """Show what this is and the courses, or what a search finds in them."""
    written = storable(request.args.get("cari", "")[:500])
    typed = " ".join(written.split())[: search.LONGEST]
    category = request.args.get("topik", "")[:60]
    viewer = sessions.viewer()
    member = viewer is not None
    if not (typed or category or member):
        ready: splice.Ready | None = _kept().peek(
            memory.home_key(language.current(), reading.live_releases(read_engine()))
        )
        if ready is not None:
            return _send(ready)
    with read_connection() as connection:
        courses = queries.live_courses(connection)
        if typed:
            own = search.own_courses(connection, viewer) if viewer is not None else []
            found = search.results(connection, [*courses, *own], typed, category)
            frame = splice.cut(render_template("catalogue/search.html", **found, **_who(member)))
            return _respond(splice.fill(frame, _who_asks(viewer)), member=member)
    live = tuple(sorted(one.release.id for one in courses))
    if category:
        frame = splice.cut(_home_page(courses, category, member=member))
    elif not member:
        return _send(_kept().get(memory.home_key(language.current(), live), lambda: _visitors_home(courses)))
    else:
        key = ("members home", build(), COMPILER_VERSION, language.current(), live)
        frame = _frame(key, lambda: _home_page(courses, "", member=True))
    return _respond(splice.fill(frame, _who_asks(viewer)), member=member)


def _home_page(courses: list[queries.LiveCourse], category: str, *, member: bool) -> str:
    cards = [views.course_card(one) for one in courses]
    categories = list(dict.fromkeys((card.category, card.topic) for card in cards if card.category))
    return render_template(
        "catalogue/home.html",
        category=category,
        categories=categories,
        picture=pictures.home_picture(),
        courses=[card for card in cards if not category or card.category == category],
        **_who(member),
    )


def _visitors_home(courses: list[queries.LiveCourse]) -> tuple[splice.Ready, int]:
    page = splice.cut(_home_page(courses, "", member=False))
    ready = splice.ready(page, {"nav": _navigation(None)})
    return ready, ready.size


@bp.get("/kursus/<kursus>")
@public
def show_course(kursus: str) -> Response:
    """Show what a course gives, its modules, and where the visitor stands in it."""
    return _course(kursus)


def _course(slug: str, *, refusal: str = "") -> Response:
    state = reading.course_view(read_engine(), sessions.token_digest(), slug, utc_now())
    if state is None:
        raise NotFound
    sessions.adopt(state.viewer)
    with read_connection() as connection:
        release = queries.release_view(connection, state.release_id)
        course = course_of(slug, release)
        member = state.viewer is not None
        key = ("course", build(), COMPILER_VERSION, language.current(), release.id, member)
        frame = _frame(key, lambda: _course_page(connection, course, member=member))
        parts = standing.course_parts(connection, course, state, today())
    personal = {name: _part(*part) for name, part in parts.items()}
    personal["said"] = _said(refusal)
    return _respond(splice.fill(frame, {**personal, **_who_asks(state.viewer)}), member=member)


def _course_page(connection: Any, course: Course, *, member: bool) -> str:
    known = {one.slug: one.release for one in queries.live_courses(connection)}
    before = tuple(
        views.Link(known[slug].title, f"/kursus/{slug}")
        for slug in course.release.prerequisites
        if slug in known
    )
    page = views.CoursePage(course, before, views.sources_of(connection, course))
    picture = pictures.course_picture(course)
    return render_template("catalogue/course.html", course=page, picture=picture, **_who(member))


@bp.post("/kursus/<kursus>/ikut")
@signed_in
def enrol(kursus: str) -> BaseResponse:
    """Follow a course."""
    session = current_session()
    try:
        study.enrol(session, sessions.current_person(session), kursus, utc_now())
    except RefusedError as error:
        session.rollback()
        response = _course(kursus, refusal=translated(error.sentence))
        response.status_code = 422
        return response
    session.commit()
    flash(_("Anda sekarang ikut kursus ini. Kemajuan Anda tersimpan."), "ok")
    return redirect(f"/kursus/{kursus}", code=303)


@bp.get("/kursus/<kursus>/<modul>")
@public
def show_lesson(kursus: str, modul: str) -> Response:
    """Show a lesson: one statement, and a frame that was made once for everybody."""
    return _lesson(kursus, modul)


def _lesson(slug: str, module_slug: str, *, refusal: str = "") -> Response:
    state = memory.lesson_state(request.environ.get(ASKED), slug, module_slug)
    if state is None:
        raise NotFound
    sessions.adopt(state.viewer)
    key = memory.lesson_key(state)
    lesson = _known_lesson(state, key, slug, module_slug)
    stale = lessons.is_stale(lesson.review_on, today())
    if state.viewer is None:
        place = memory.visitors_lesson_key(key, state, language.current(), stale=stale)
        return _send(_kept().get(place, lambda: _visitors_lesson(lesson, state, stale)))
    return _respond(_members_lesson(key, lesson, state, _said(refusal), stale=stale))


def _known_lesson(
    state: reading.LessonState, key: memory.Key, slug: str, module_slug: str
) -> lessons.LessonPage:
    """Return the lesson of a release; put together once, because a release never changes."""

    def load() -> tuple[lessons.LessonPage, int]:
        with read_connection() as connection:
            course = course_of(slug, queries.release_view(connection, state.release_id))
            step = next((one for one in course.steps if one.module.slug == module_slug), None)
            if step is None:
                raise NotFound
            compiled = queries.compiled_module(connection, step.module.digest)
        return lessons.lesson_page(course, step, compiled), len(compiled.lesson_html)

    lesson: lessons.LessonPage = _kept().get(memory.known_lesson_key(key), load)
    return lesson


def _lesson_page(lesson: lessons.LessonPage, *, member: bool) -> str:
    html = lessons.lesson_html(lesson, member=member)
    picture = pictures.lesson_picture(lesson.course, lesson.step)
    return render_template("catalogue/lesson.html", lesson=lesson, html=html, picture=picture, **_who(member))


def _visitors_lesson(
    lesson: lessons.LessonPage, state: reading.LessonState, stale: bool
) -> tuple[splice.Ready, int]:
    personal = {"nav": _navigation(None), **_make_parts(lesson, state, stale=stale)}
    ready = splice.ready(splice.cut(_lesson_page(lesson, member=False)), personal)
    return ready, ready.size


def _members_lesson(
    key: memory.Key, lesson: lessons.LessonPage, state: reading.LessonState, said: str, *, stale: bool
) -> splice.Page:
    """Return a lesson as those see it who stand alike; kept, because a page is looked at more than once."""

    def load() -> tuple[splice.Page, int]:
        frame = _frame(("lesson", language.current(), *key), lambda: _lesson_page(lesson, member=True))
        personal = _make_parts(lesson, state, stale=stale)
        for check in lesson.compiled.checklist:
            ticked = " checked" if check.id in state.ticks else ""
            personal[check.id] = f' form="daftar"{ticked}'
        page = splice.fill(frame, {**personal, **_who_asks(state.viewer), "said": said})
        return page, page.size

    place = memory.members_lesson_key(key, state, language.current(), said, stale=stale)
    page: splice.Page = _kept().get(place, load)
    return page


def _make_parts(lesson: lessons.LessonPage, state: reading.LessonState, *, stale: bool) -> dict[str, str]:
    standing = lessons.lesson_standing(lesson, state)
    return {
        "progress": _part("lesson_progress", standing),
        "modules": _part(
            "module_nav", lessons.nav_lines(lesson, state.completed), standing.weave, lesson.language
        ),
        "actions": _part("lesson_actions", lesson, standing),
        "questions": _questions(lesson, state),
        "checks": _part("checklist_end", lesson, standing) if lesson.has_checklist else "",
        "fresh": _part("fresh", *lessons.freshness(lesson.checked_on, lesson.review_on, stale=stale))
        if lesson.checked_on is not None
        else "",
    }


def _questions(lesson: lessons.LessonPage, state: reading.LessonState) -> str:
    """Return the answers that are good for everybody, and where to ask."""
    shared: list[SharedAnswer] = []
    if state.last_shared:
        with read_connection() as connection:
            shared = shared_answers(connection, state.module_id)
    opens = takes_questions(state.course_state, enrolled=state.enrolment_id is not None)
    render = get_template_attribute("catalogue/questions.html", "lesson_questions")
    return str(render(lesson, shared, signed_in=state.viewer is not None, opens=opens))


@bp.post("/kursus/<kursus>/<modul>/dibaca")
@signed_in
def mark_read(kursus: str, modul: str) -> BaseResponse:
    """Note that a lesson was read ("Tandai sudah dibaca")."""
    session = current_session()
    learner = sessions.current_person(session)
    try:
        outcome = study.mark_read(
            session, learner, kursus, modul, utc_now(), certificate_settings(settings())
        )
    except RefusedError as error:
        session.rollback()
        response = _lesson(kursus, modul, refusal=translated(error.sentence))
        response.status_code = 422
        return response
    session.commit()
    if outcome.completed_course:
        flash(_("Selamat, Anda sudah menyelesaikan kursus ini."), "ok")
        return redirect(f"/kursus/{kursus}", code=303)
    return redirect(f"/kursus/{kursus}/{modul}#langkah", code=303)


@bp.post("/kursus/<kursus>/<modul>/daftar")
@signed_in
def set_ticks(kursus: str, modul: str) -> BaseResponse:
    """Change the ticks of the lesson's checklist: `c` is ticked now, `dulu` was when the form was made."""
    session = current_session()
    learner = sessions.current_person(session)
    ticked, seen = (set(request.form.getlist(name)) for name in ("c", "dulu"))
    ticks = study.set_ticks(session, learner, kursus, modul, ticked, utc_now(), seen=seen)
    session.commit()
    if wants_json():
        return jsonify(ticks=sorted(ticks))
    flash(_("Daftar Anda tersimpan."), "ok")
    return redirect(_after_ticks(kursus, modul), code=303)


def _after_ticks(course_slug: str, module_slug: str) -> str:
    """Return where a saved list leads: back to the lesson, or to the page with all lists."""
    shown = request.form.get("kembali")
    if shown in {"semua", "belum"}:
        return f"/kesiapan{'?belum=1' if shown == 'belum' else ''}#{course_slug}-{module_slug}"
    return f"/kursus/{course_slug}/{module_slug}"


@bp.get("/media/<digest>.<extension>")
@public
def medium(digest: str, extension: str) -> Response:
    """Send a picture or document of a lesson; one of a draft only to the course's trainers."""
    session = current_session()
    found = queries.media_for(session, digest, viewer_id=None)
    if found is None:
        viewer = sessions.viewer()
        if viewer is not None and Role.TRAINER in viewer.roles:
            found = queries.media_for(session, digest, viewer_id=viewer.id)
    if found is None or found[0].extension != extension:
        raise NotFound
    media, is_public = found
    response = Response(media.content, mimetype=media.media_type)
    response.headers["Content-Security-Policy"] = MEDIA_POLICY
    response.headers["Cache-Control"] = FOR_EVERYBODY if is_public else "no-store"
    if extension == "pdf":
        # A sandboxed page cannot show a PDF, so it is taken home instead.
        response.headers["Content-Disposition"] = f'attachment; filename="{digest[:12]}.pdf"'
    if is_public:
        g.shared = True
        response.set_etag(digest)
        response.make_conditional(request)
    return response


# --- Frames and personal parts -----------------------------------------------------------------------


def _kept() -> BoundedCache[Any]:
    return memory.kept(current_app)


def _frame(key: tuple[Any, ...], render: Any) -> splice.Page:
    def load() -> tuple[splice.Page, int]:
        page = splice.cut(render())
        return page, page.size

    frame: splice.Page = _kept().get(key, load)
    return frame


def _who(member: bool) -> dict[str, Any]:
    """Tell a frame whether it is for somebody signed in, without saying who."""
    return {"who": True} if member else {"who": None}


def _part(name: str, *arguments: Any) -> str:
    return str(get_template_attribute("catalogue/parts.html", name)(*arguments))


def _said(refusal: str) -> str:
    if refusal:
        return _part("refused", refusal)
    return _part("said") if cookie.get("_flashes") else ""


def _navigation(viewer: Viewer | None) -> str:
    roles = viewer.roles if viewer is not None else None

    def load() -> tuple[str, int]:
        text = _part("nav", viewer, "courses")
        return text, len(text)

    found: str = _kept().get(("nav", language.current(), roles), load)
    return found


def _who_asks(viewer: Viewer | None) -> dict[str, str]:
    """Return the parts of every page that depend on who asks."""
    csrf = (
        ""
        if viewer is None
        else (f'<meta name="csrf-token" content="{splice.TOKEN}" data-akun="{splice.ACCOUNT}">')
    )
    return {"nav": _navigation(viewer), "csrf": csrf}


def _send(ready: splice.Ready) -> Response:
    """Answer with a page that every visitor gets."""
    answer = splice.send(ready, splice.wanted(), cache_control=FOR_VISITORS, language=language.current())
    return answer.response()


def _respond(page: splice.Page, *, member: bool = True) -> Response:
    """Answer with a page that lacks nothing but the token; a visitor's page is everybody's and has none."""
    how, spoken = splice.wanted(), language.current()
    if not member:
        return splice.respond(
            page, how, cache_control=FOR_VISITORS, language=spoken, token="", secret="", account=""
        ).response()
    token = sessions.csrf_token()
    secret = sessions.secret_digest(str(cookie.get("csrf_token", "")))
    return splice.respond(
        page,
        how,
        cache_control=FOR_ONE,
        language=spoken,
        token=token,
        secret=secret,
        account=sessions.own_account_name(),
    ).response()
