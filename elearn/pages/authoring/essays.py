"""Essays that wait for a person: the list, and one of them with points and a word to the learner."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from elearn.content.numbers import read_number
from elearn.pages.authoring.blueprint import bp
from elearn.pages.authoring.forms import EssayForm
from elearn.records import study
from elearn.records.accounts.models import Role
from elearn.records.attempts import queries
from elearn.records.attempts.queries import EssayLine
from elearn.records.audit.models import Way
from elearn.records.errors import NotFoundError, RefusedError
from elearn.records.errors import _ as say
from elearn.web.clock import utc_now
from elearn.web.extensions import current_session
from elearn.web.guards import role_required
from elearn.web.printing import certificate_settings
from elearn.web.sessions import current_person, current_viewer
from elearn.web.templating import safe, settings


@bp.get("/esai")
@role_required(Role.TRAINER)
def essays() -> str:
    """List the essays that wait, the longest waiting first."""
    session = current_session()
    return render_template(
        "authoring/essays.html", essays=queries.essays_to_mark(session, current_person(session))
    )


@bp.get("/esai/<uuid:uuid>/<item_id>")
@role_required(Role.TRAINER)
def essay(uuid: UUID, item_id: str) -> str:
    """Show one essay with its question."""
    line = _waiting(uuid, item_id)
    if line is None:
        raise NotFoundError(say("Esai ini tidak ditemukan, atau sudah dinilai."))
    return _essay_page(line, EssayForm(formdata=None))


@bp.post("/esai/<uuid:uuid>/<item_id>")
@role_required(Role.TRAINER)
def mark_essay(uuid: UUID, item_id: str) -> Response | tuple[str, int]:
    """Give points and a word; pressed twice, the first press counts."""
    session = current_session()
    attempt = queries.attempt_to_mark(session, current_viewer().id, uuid, lock=True)
    line = _waiting(uuid, item_id)
    if line is None:
        session.rollback()
        flash(_("Esai ini sudah dinilai."), "info")
        return redirect(url_for(".essays"), code=303)
    form = EssayForm()
    points = None
    if form.validate():
        points = read_points(form.nilai.data or "")
        if points is None:
            form.nilai.errors = [_("Tulis dengan angka, misalnya 3 atau 1,5.")]
    if points is None:
        session.rollback()
        return _essay_page(line, form), 422
    try:
        study.mark_essay(
            session,
            attempt,
            item_id,
            points=points,
            word=(form.pesan.data or "").strip(),
            actor=current_person(session),
            way=Way.PAGE,
            now=utc_now(),
            printing=certificate_settings(settings()),
        )
    except RefusedError as error:
        session.rollback()
        form.refuse(error)
        return _essay_page(line, form), 422
    session.commit()
    flash(_("Nilai tersimpan. Peserta bisa melihatnya."), "ok")
    return redirect(url_for(".essays"), code=303)


def read_points(text: str) -> int | None:
    """Return points typed the Indonesian way in ten-thousandths; None where unclear or finer than that."""
    value = read_number(text)
    if value is None or value < 0 or value > 1_000_000:
        return None
    scaled = value * Decimal(10_000)
    return int(scaled) if scaled == scaled.to_integral_value() else None


def _waiting(uuid: UUID, item_id: str) -> EssayLine | None:
    """Return the essay if it is of the trainer's own course and nobody has marked it."""
    session = current_session()
    trainer = current_person(session)
    course = queries.attempt_to_mark(session, trainer.id, uuid).module.course
    lines = queries.essays_to_mark(session, trainer, course, limit=500)
    return next((line for line in lines if (line.attempt_uuid, line.item_id) == (uuid, item_id)), None)


def _essay_page(line: EssayLine, form: EssayForm) -> str:
    return render_template(
        "authoring/essay.html",
        line=line,
        prompt=safe(line.prompt_html),
        explanation=safe(line.guide_html) if line.guide_html else "",
        form=form,
    )
