"""One's own account: data, keys, password, and the devices that are signed in."""

from __future__ import annotations

from collections import Counter

from flask import abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from elearn.pages.account.forms import KeysForm, OwnDataForm, PasswordForm
from elearn.pages.account.routes import bp, open_session
from elearn.records.accounts import queries, services
from elearn.records.accounts.keys import show_phone
from elearn.records.errors import RefusedError, TooManyError
from elearn.web import sessions
from elearn.web.clock import utc_now
from elearn.web.extensions import current_session
from elearn.web.guards import signed_in
from elearn.web.limits import refused
from elearn.web.templating import today

__all__ = ["bp"]


@bp.get("/akun")
@signed_in
def own_account() -> str:
    """Show what is kept to sign in and to print, and where one is signed in."""
    return _own_account()


@bp.post("/akun/data")
@signed_in
def change_data() -> BaseResponse | tuple[str, int]:
    """Take a corrected name and regency from their owner."""
    form = OwnDataForm()
    session = current_session()
    if form.validate():
        try:
            services.confirm_name(
                session,
                sessions.current_person(session),
                name=form.nama.data,
                regency=form.kabupaten.data or None,
                today=today(),
                now=utc_now(),
                confirm=False,
            )
        except RefusedError as error:
            session.rollback()
            form.refuse(error)
        else:
            session.commit()
            flash(_("Nama dan tempat usaha tersimpan."), "ok")
            return redirect(url_for(".own_account"), code=303)
    return _own_account(data_form=form), 422


@bp.post("/akun/masuk")
@signed_in
def change_keys() -> BaseResponse:
    """Let somebody sign in by another number or address; their password shows that it is they."""
    form = KeysForm()
    session = current_session()
    refusal = None
    if form.validate():
        try:
            services.change_keys(
                session,
                sessions.current_person(session),
                phone=form.nomor.data,
                email=form.surel.data,
                password=form.sandi_kini.data,
                now=utc_now(),
            )
        except (RefusedError, TooManyError) as error:
            session.commit()
            form.refuse(error)
            refusal = error
        else:
            session.commit()
            flash(_("Cara Anda masuk sudah tersimpan."), "ok")
            return redirect(url_for(".own_account"), code=303)
    return refused(_own_account(keys_form=form), refusal)


@bp.post("/akun/sandi")
@signed_in
def change_password() -> BaseResponse:
    """Set a new password; every other device is signed out, this one goes on."""
    form = PasswordForm()
    session = current_session()
    refusal = None
    if form.validate():
        person = sessions.current_person(session)
        try:
            ended = services.change_password(
                session,
                person,
                form.sandi_lama.data,
                form.sandi.data,
                token=sessions.token(),
                now=utc_now(),
            )
        except (RefusedError, TooManyError) as error:
            session.commit()
            form.refuse(error)
            refusal = error
        else:
            open_session(person, remember=sessions.is_remembered())
            flash(_("Kata sandi sudah diganti.") + " " + _said_of(ended), "ok")
            return redirect(url_for(".own_account"), code=303)
    return refused(_own_account(password_form=form), refusal)


@bp.post("/akun/perangkat/<int(max=2147483647):session_id>/keluar")
@signed_in
def end_one(session_id: int) -> BaseResponse:
    """Sign one other device out."""
    session = current_session()
    if not services.end_own_session(session, sessions.current_person(session), session_id, utc_now()):
        abort(404)
    session.commit()
    flash(_("Perangkat itu sudah keluar."), "ok")
    return redirect(url_for(".own_account") + "#perangkat", code=303)


@bp.post("/akun/perangkat/keluar")
@signed_in
def end_others() -> BaseResponse:
    """Sign every other device out."""
    session = current_session()
    person = sessions.current_person(session)
    ended = services.end_sessions_of(session, person, utc_now(), except_token=sessions.token())
    session.commit()
    flash(_said_of(ended), "ok")
    return redirect(url_for(".own_account") + "#perangkat", code=303)


@bp.post("/akun/perangkat/keluar-semua")
@signed_in
def end_all() -> BaseResponse:
    """Sign every device out, this one too."""
    session = current_session()
    services.end_sessions_of(session, sessions.current_person(session), utc_now())
    session.commit()
    sessions.forget()
    flash(_("Semua perangkat sudah keluar, termasuk yang ini."), "ok")
    return redirect(url_for(".sign_in"), code=303)


def _said_of(ended: list[str]) -> str:
    """Say which devices were signed out, each kind once."""
    if not ended:
        return str(_("Tidak ada perangkat lain yang masuk."))
    kinds = Counter(device_name(agent) for agent in ended)
    names = [name if count == 1 else f"{name} ({count})" for name, count in sorted(kinds.items())]
    return str(_("Perangkat lain sudah keluar: %(devices)s.", devices=", ".join(names)))


@bp.app_template_filter("perangkat")
def device_name(agent: str) -> str:
    """Return "Chrome di Android" for what a browser calls itself."""
    browsers = (
        ("Edg", "Edge"),
        ("OPR", "Opera"),
        ("Firefox", "Firefox"),
        ("Chrome", "Chrome"),
        ("Safari", "Safari"),
    )
    systems = (
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("Windows", "Windows"),
        ("Mac", "Mac"),
        ("Linux", "Linux"),
    )
    browser = next((name for sign, name in browsers if sign in agent), "")
    system = next((name for sign, name in systems if sign in agent), "")
    if browser and system:
        return str(_("%(browser)s di %(system)s", browser=browser, system=system))
    return browser or system or str(_("Perangkat lain"))


def _own_account(
    data_form: OwnDataForm | None = None,
    password_form: PasswordForm | None = None,
    keys_form: KeysForm | None = None,
) -> str:
    session = current_session()
    person = sessions.current_person(session)
    if data_form is None:
        regency = queries.regency_of(session, person.id, today())
        data_form = OwnDataForm(formdata=None, data={"nama": person.name, "kabupaten": regency or ""})
    if keys_form is None:
        keys = {"nomor": show_phone(person.phone), "surel": person.email}
        keys_form = KeysForm(formdata=None, data=keys)
    return render_template(
        "account/own_account.html",
        owner=person,
        data_form=data_form,
        password_form=password_form or PasswordForm(formdata=None),
        keys_form=keys_form,
        sessions=queries.sessions_of(session, person.id, utc_now()),
        this_session=sessions.current_viewer().session_id,
    )
