"""Data saya: what is held about oneself, taking it home, asking to be erased; agreeing to the privacy text."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as BaseResponse
from wtforms import PasswordField, RadioField

from elearn.records.accounts import services as accounts
from elearn.records.accounts.consents import agree, latest_consent
from elearn.records.accounts.models import User
from elearn.records.errors import ElearnError, RefusedError, TooManyError
from elearn.records.privacy import queries, services
from elearn.web import sessions
from elearn.web.archive import archive_of
from elearn.web.clock import utc_now
from elearn.web.desk import choices, looking
from elearn.web.extensions import current_session
from elearn.web.forms import BaseForm, at_most, filled
from elearn.web.guards import safe_next, signed_in
from elearn.web.limits import refused
from elearn.web.privacy import PRIVACY_VERSION

bp = Blueprint("own_data", __name__, template_folder="templates")

#: Making the archive takes its time: nobody needs it more often.
DOWNLOADS, WINDOW = 6, timedelta(hours=1)
ARCHIVE = "data-saya.zip"


class DownloadForm(BaseForm):
    """The password, because a phone may be lent while somebody is signed in on it."""

    field_names = {"old": "sandi_unduh"}  # noqa: RUF012

    sandi_unduh = PasswordField(_l("Kata sandi Anda"), [filled(), at_most(200)])


class ErasureForm(BaseForm):
    """What is to become of certificates, and the password."""

    field_names = {"old": "sandi_hapus"}  # noqa: RUF012

    sertifikat = RadioField(
        _l("Sertifikat yang sudah terbit"),
        [filled(_l("Pilih salah satu dulu."))],
    )
    sandi_hapus = PasswordField(_l("Kata sandi Anda"), [filled(), at_most(200)])

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.sertifikat.choices = choices(
            [
                ("tetap", str(_("Tetap bisa dicek. Nama saya tetap tertulis di sana."))),
                ("hapus", str(_("Ikut dihapus. Sertifikat saya tidak berlaku lagi."))),
            ]
        )


@bp.get("/akun/data")
@signed_in
def own_data() -> str:
    """Show what is held, and what one may do with it."""
    return _own_data_page()


@bp.post("/akun/data/unduh")
@signed_in
def download() -> BaseResponse:
    """Send everything held about the person who asks, as a ZIP."""
    form = DownloadForm()
    session = current_session()
    refusal: ElearnError | None = None
    if form.validate():
        person = sessions.current_person(session)
        now = utc_now()
        try:
            accounts.prove(session, person, form.sandi_unduh.data, now=now)
            accounts.check_rate(session, f"own-data:{person.id}", limit=DOWNLOADS, window=WINDOW, now=now)
        except (RefusedError, TooManyError) as error:
            session.commit()
            form.refuse(error)
            refusal = error
        else:
            # The tries are kept; what takes time comes after, when nobody waits for the write lock.
            session.commit()
            with looking() as reader:
                archive = archive_of(reader, reader.get_one(User, person.id), now)
            response = Response(archive, mimetype="application/zip")
            response.headers["Content-Disposition"] = f'attachment; filename="{ARCHIVE}"'
            response.headers["Cache-Control"] = "no-store"
            return response
    return refused(_own_data_page(download_form=form), refusal)


@bp.post("/akun/data/hapus")
@signed_in
def request_erasure() -> BaseResponse:
    """Ask the office to erase the person who asks."""
    form = ErasureForm()
    session = current_session()
    refusal: ElearnError | None = None
    if form.validate():
        person = sessions.current_person(session)
        try:
            accounts.prove(session, person, form.sandi_hapus.data, now=utc_now())
            services.request_erasure(
                session, person, keep_certificates=form.sertifikat.data == "tetap", now=utc_now()
            )
        except (RefusedError, TooManyError) as error:
            session.commit()
            form.refuse(error)
            refusal = error
        else:
            session.commit()
            flash(_("Permintaan Anda sudah kami terima. Petugas akan melaksanakannya."), "ok")
            return redirect(url_for(".own_data") + "#hapus", code=303)
    return refused(_own_data_page(erasure_form=form), refusal)


@bp.post("/akun/data/hapus/batal")
@signed_in
def withdraw() -> BaseResponse:
    """Take the request back while it waits."""
    session = current_session()
    services.withdraw_request(session, sessions.current_person(session), utc_now())
    session.commit()
    flash(_("Permintaan penghapusan dibatalkan. Data Anda tetap ada."), "ok")
    return redirect(url_for(".own_data") + "#hapus", code=303)


@bp.post("/perlindungan-data/setuju")
@signed_in
def agree_to_text() -> BaseResponse:
    """Note that the person agrees to the privacy text as it is now."""
    session = current_session()
    # Somebody who read an older version has not agreed to this one.
    if request.form.get("versi") == PRIVACY_VERSION:
        agree(session, sessions.current_person(session), PRIVACY_VERSION, utc_now())
        session.commit()
        flash(_("Terima kasih. Persetujuan Anda tercatat."), "ok")
    return redirect(safe_next(request.form.get("next"), url_for("account.own_account")), code=303)


def _own_data_page(
    *, download_form: DownloadForm | None = None, erasure_form: ErasureForm | None = None
) -> str:
    session = current_session()
    person = sessions.current_person(session)
    return render_template(
        "account/own_data.html",
        owner=person,
        held=queries.what_is_held(session, person.id),
        consent=latest_consent(session, person.id),
        version=PRIVACY_VERSION,
        waiting=queries.open_request_of(session, person.id),
        has_role=bool(person.roles),
        download_form=download_form or DownloadForm(formdata=None),
        erasure_form=erasure_form or ErasureForm(formdata=None),
    )
