"""What a learner does: take a quiz question by question, hand it in, see how it went."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, jsonify, make_response, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as BaseResponse

from elearn.content.items import ItemType
from elearn.content.presentation import WireAnswer
from elearn.pages.learning.homes import home_page
from elearn.pages.learning.questions import AttemptPage, Refused, answer_in_form, attempt_page
from elearn.pages.learning.results import result_data, result_page
from elearn.pages.learning.starting import QuizPage, attempt_lines
from elearn.records import reading, study
from elearn.records.attempts import queries
from elearn.records.attempts.answering import Saved
from elearn.records.attempts.errors import (
    AnswerTooLongError,
    AttemptClosedError,
    AttemptOpenError,
    NotAnAnswerError,
    QuizNotOpenError,
)
from elearn.records.attempts.models import Attempt
from elearn.records.catalogue.models import Module
from elearn.records.catalogue.queries import compiled_module, course_by_slug, release_view
from elearn.records.certificates.services import CertificateSettings
from elearn.records.completions.scores import comparison
from elearn.records.enrolments.queries import find_enrolment
from elearn.records.errors import ElearnError, RefusedError
from elearn.web import sessions
from elearn.web.clock import utc_now
from elearn.web.courses import course_of
from elearn.web.errors import error_page, status_of
from elearn.web.extensions import current_session, read_connection, write_engine
from elearn.web.forms import translated
from elearn.web.guards import signed_in
from elearn.web.printing import certificate_settings
from elearn.web.templating import sentence, settings, today

bp = Blueprint("learning", __name__, template_folder="templates")


def printing() -> CertificateSettings:
    """Return what a certificate that is issued now is printed with."""
    return certificate_settings(settings())


@bp.get("/belajar")
@signed_in
def home() -> str:
    """Show where to go on, one's courses and certificates."""
    session = current_session()
    viewer = sessions.current_viewer()
    return render_template("learning/home.html", **home_page(session, viewer, utc_now(), today()))


# --- A quiz, before and while it is taken ------------------------------------------------------------


@bp.get("/kursus/<kursus>/<modul>/kuis")
@signed_in
def show_quiz(kursus: str, modul: str) -> str:
    """Show the rules of a quiz and one's own attempts at it."""
    return _quiz_page(kursus, modul, None)


@bp.post("/kursus/<kursus>/<modul>/kuis")
@signed_in
def start_quiz(kursus: str, modul: str) -> BaseResponse | tuple[str, int]:
    """Start the quiz, or go on with the attempt that is open."""
    session = current_session()
    learner = sessions.current_person(session)
    try:
        attempt = study.start_quiz(session, learner, kursus, modul, utc_now(), printing())
    except RefusedError as error:
        # An overdue attempt that was closed stays closed, whether or not another may begin.
        if isinstance(error, QuizNotOpenError) and error.closed_now:
            session.commit()
        else:
            session.rollback()
        return _quiz_page(kursus, modul, error), 422
    session.commit()
    return redirect(f"/percobaan/{attempt.uuid}", code=303)


def _quiz_page(course_slug: str, module_slug: str, error: ElearnError | None) -> str:
    session = current_session()
    viewer = sessions.current_viewer()
    view = study.quiz_view(session, viewer.id, course_slug, module_slug, utc_now())
    refusal = error or (view.refusal if view.open_attempt is None else None)
    course = course_by_slug(session, course_slug)
    release = release_view(session, course.live_release_id or 0)
    enrolment = find_enrolment(session, viewer.id, course.id)
    place = release.module(module_slug)
    module = session.get(Module, place.module_id) if place is not None else None
    taken = queries.attempts_of(session, enrolment, module) if enrolment is not None and module else []
    return render_template(
        "learning/quiz.html",
        quiz=QuizPage(view, release, compiled_module(session, view.digest).quiz_intro_html),
        refused=translated(refusal.sentence) if refusal is not None else "",
        history=attempt_lines(taken, utc_now()),
    )


@bp.get("/percobaan/<uuid:uuid>")
@signed_in
def show_attempt(uuid: UUID) -> BaseResponse:
    """Show one question (`?soal=n`), all (`?semua=1`), or the review before handing in (`?tinjau=1`).

    `?lembar=1` is the forms of all questions and nothing around them: with it a script goes from one to the
    next without the network.
    """
    session = current_session()
    attempt = queries.attempt_of(session, sessions.current_viewer().id, uuid)
    if attempt.handed_in_at is not None:
        return redirect(f"/percobaan/{uuid}/hasil", code=303)
    view = queries.attempt_view(session, attempt, utc_now())
    if view.closed:
        return make_response(_overdue(uuid))
    page = attempt_page(view)
    if request.args.get("tinjau"):
        return make_response(render_template("learning/review.html", attempt=page))
    if request.args.get("semua"):
        return make_response(_questions(page))
    if request.args.get("lembar"):
        return make_response(render_template("learning/_sheets.html", attempt=page))
    return make_response(_question(page, _asked_for(page)))


def _asked_for(page: AttemptPage) -> int:
    """Return the position the address asks for; without one, the first question that lacks something."""
    text = request.args.get("soal", "")
    if not text:
        return next((line.place for line in page.lines if not line.complete), 1)
    if not text.isascii() or not text.isdigit() or len(text) > 4 or not 1 <= int(text) <= len(page.lines):
        raise NotFound
    return int(text)


def _question(page: AttemptPage, place: int) -> str:
    line = page.lines[place - 1]
    return render_template("learning/question.html", attempt=page, line=line, current=place)


def _questions(page: AttemptPage) -> str:
    return render_template("learning/questions.html", attempt=page, together=True)


def _overdue(uuid: UUID) -> str:
    return render_template(
        "learning/closed.html",
        title=_("Waktunya sudah habis"),
        words=_("Jawaban yang sudah tersimpan tetap dihitung."),
        address=f"/percobaan/{uuid}",
        overdue=True,
    )


def _closed(error: AttemptClosedError, uuid: UUID) -> BaseResponse:
    page = render_template(
        "learning/closed.html",
        title=_("Percobaan ini sudah ditutup"),
        words=translated(error.sentence) + " " + _("Jawaban yang baru saja dikirim tidak tersimpan."),
        address=f"/percobaan/{uuid}",
        overdue=False,
    )
    return make_response(page, 409)


@bp.get("/percobaan/<uuid:uuid>/soal.json")
@signed_in
def attempt_data(uuid: UUID) -> Response:
    """Return the questions as data: what the page shows, and nothing else."""
    session = current_session()
    attempt = queries.attempt_of(session, sessions.current_viewer().id, uuid)
    view = queries.attempt_view(session, attempt, utc_now())
    return jsonify(
        state=view.state,
        deadline=view.deadline.isoformat() if view.deadline is not None else None,
        items=[
            {
                "id": item.asked.id,
                "type": item.asked.type.value,
                "prompt_html": item.asked.prompt_html,
                "choices": [choice._asdict() for choice in item.asked.choices],
                "left": [cell._asdict() for cell in item.asked.left],
                "right": [cell._asdict() for cell in item.asked.right],
                "unit": item.asked.unit,
                "hint_html": item.asked.hint_html,
                "answer": item.answer,
                "number": item.number,
            }
            for item in view.items
        ],
    )


# --- Answers -----------------------------------------------------------------------------------------


@bp.put("/percobaan/<uuid:uuid>/jawaban")
@signed_in
def save_answer(uuid: UUID) -> Response:
    """Save one answer; the reply is the same whatever is right, and the same again for a repeat."""
    try:
        body = request.get_json()
        item_id, event, base, answer = body["item"], UUID(body["event"]), body["base"], body["answer"]
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        return error_page(422, _("Kiriman ini bukan jawaban. Muat ulang halaman, lalu jawab lagi."))
    if not isinstance(item_id, str) or not isinstance(base, int) or isinstance(base, bool):
        return error_page(422, _("Kiriman ini bukan jawaban. Muat ulang halaman, lalu jawab lagi."))
    learner_id = sessions.current_viewer().id
    given = {"item_id": item_id, "event": event, "base": base, "raw": answer}
    with write_engine().connect() as connection:
        saved = study.answer_quickly(connection, learner_id, uuid, **given, now=utc_now())
        # Only then may anybody say "tersimpan".
        connection.commit()
    if saved is None:
        attempt = queries.attempt_of(current_session(), learner_id, uuid, lock=True)
        saved = _save(attempt, **given, form=False)
    said: dict[str, Any] = {"number": saved.number, "stale": saved.stale}
    if saved.unclear:
        said["unclear"] = sentence(saved.unclear)
    return jsonify(said)


@bp.post("/percobaan/<uuid:uuid>/jawaban")
@signed_in
def post_answer(uuid: UUID) -> BaseResponse:
    """Save one answer sent by an ordinary form, then go on to the next question.

    `pakai` chooses between two answers that were given in two places; `semua` is posted from the page with
    all questions, and leads back there.
    """
    session = current_session()
    attempt = queries.attempt_of(session, sessions.current_viewer().id, uuid, lock=True)
    form = request.form
    item_id = form.get("item", "")
    raw = answer_in_form(form, _kind_of(attempt, item_id))
    try:
        event, base = UUID(form.get("event", "")), int(form.get("base", "0")[:12])
    except ValueError:
        return error_page(422, _("Formulir ini tidak lengkap. Muat ulang halaman, lalu jawab lagi."))
    if form.get("pakai"):
        found = queries.version_of(session, attempt, item_id, elsewhere=form["pakai"] == "lain")
        if found is None:
            return redirect(_after(uuid, attempt, item_id, stay=True), code=303)
        raw = found
    try:
        saved = _save(attempt, item_id=item_id, event=event, base=base, raw=raw, form=True)
    except AttemptClosedError as error:
        return _closed(error, uuid)
    except (AnswerTooLongError, NotAnAnswerError) as error:
        session.rollback()
        return _refused_answer(uuid, item_id, raw, error)
    stay = saved.stale or bool(form.get("kosongkan") or form.get("pakai"))
    return redirect(_after(uuid, attempt, item_id, stay=stay), code=303)


def _after(uuid: UUID, attempt: Attempt, item_id: str, *, stay: bool) -> str:
    """Return where an answer leads: the same question, the next one, or the review."""
    items = [item.id for item in queries.items_of(current_session(), attempt)]
    place = items.index(item_id) + 1 if item_id in items else 1
    if request.form.get("semua"):
        return f"/percobaan/{uuid}?semua=1#soal-{place if stay else min(place + 1, len(items))}"
    if stay:
        return f"/percobaan/{uuid}?soal={place}"
    return f"/percobaan/{uuid}?soal={place + 1}" if place < len(items) else f"/percobaan/{uuid}?tinjau=1"


def _save(attempt: Attempt, **answer: Any) -> Saved:
    """Save an answer and commit: only then may anybody say "tersimpan"."""
    session = current_session()
    try:
        saved = study.save_answer(session, attempt, now=utc_now(), **answer)
    except AttemptClosedError as error:
        if error.closed_now:
            session.commit()
        raise
    session.commit()
    return saved


def _kind_of(attempt: Attempt, item_id: str) -> ItemType | None:
    try:
        return queries.quiz_of(current_session(), attempt).item(item_id).type
    except KeyError:
        return None


def _refused_answer(uuid: UUID, item_id: str, raw: WireAnswer, error: ElearnError) -> BaseResponse:
    """Show the question again with what was typed, and why it was not taken."""
    session = current_session()
    attempt = queries.attempt_of(session, sessions.current_viewer().id, uuid)
    view = queries.attempt_view(session, attempt, utc_now())
    place = next((item.position for item in view.items if item.asked.id == item_id), 0)
    message = translated(error.sentence)
    status = status_of(error)
    if not place:
        return error_page(status, message)
    page = attempt_page(view, refused=Refused(place, raw, message))
    return make_response(_questions(page) if request.form.get("semua") else _question(page, place), status)


# --- Handing in and the result -----------------------------------------------------------------------


@bp.post("/percobaan/<uuid:uuid>/kirim")
@signed_in
def hand_in(uuid: UUID) -> BaseResponse:
    """Hand in a quiz, then show how it went; pressed again, it shows the same."""
    session = current_session()
    attempt = queries.attempt_of(session, sessions.current_viewer().id, uuid, lock=True)
    outcome = study.hand_in(session, attempt, utc_now(), printing())
    session.commit()
    if outcome.certificate is not None:
        flash(_("Sertifikat Anda sudah terbit."), "ok")
    return redirect(f"/percobaan/{uuid}/hasil", code=303)


@bp.get("/percobaan/<uuid:uuid>/hasil")
@signed_in
def show_result(uuid: UUID) -> BaseResponse:
    """Show score, each question with what was answered, and where to go from here."""
    session = current_session()
    attempt = queries.attempt_of(session, sessions.current_viewer().id, uuid)
    now = utc_now()
    try:
        view = queries.result_view(session, attempt, now)
    except AttemptOpenError as error:
        if error.overdue:
            return make_response(_overdue(uuid))
        return redirect(f"/percobaan/{uuid}?tinjau=1", code=303)
    with read_connection() as connection:
        state = reading.course_view(connection, sessions.token_digest(), view.place.course_slug, now)
    if state is None:
        raise NotFound
    course = course_of(view.place.course_slug, release_view(session, state.release_id))
    taken = queries.attempts_of(session, attempt.enrolment, attempt.module)
    compared = comparison(session, attempt.enrolment_id) if view.place.kind == "posttest" else None
    page = result_page(view, course, state, now, compared)
    history = [line for line in attempt_lines(taken, now) if line.number != view.number]
    return make_response(render_template("learning/result.html", result=page, history=history))


@bp.get("/percobaan/<uuid:uuid>/hasil.json")
@signed_in
def result_as_data(uuid: UUID) -> Response:
    """Return the result as data."""
    session = current_session()
    attempt = queries.attempt_of(session, sessions.current_viewer().id, uuid)
    return jsonify(result_data(queries.result_view(session, attempt, utc_now())))
