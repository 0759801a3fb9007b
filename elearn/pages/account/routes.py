"""Signing in and out, signing up, one-time codes, one's own account; help and privacy."""

from __future__ import annotations

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from elearn.pages.account.forms import ActivationForm, CodeForm, OwnDataForm, PasswordForm, SignUpForm
from elearn.pages.account.privacy import PRIVACY_VERSION
from elearn.records.accounts import queries, services
from elearn.records.accounts.models import User
from elearn.records.errors import RefusedError
from elearn.web import sessions
from elearn.web.clock import utc_now
from elearn.web.extensions import current_session
from elearn.web.forms import SignInForm
from elearn.web.guards import held_pairs, public, safe_next, signed_in
from elearn.web.limits import slow_down
from elearn.web.templating import today

bp = Blueprint("account", __name__, template_folder="templates")


@bp.get("/masuk")
@public
def sign_in() -> BaseResponse | str:
    """Show the sign-in form, or go on where somebody is signed in already."""
    target = safe_next(request.args.get("next"), "")
    if sessions.viewer() is not None:
        return redirect(target or url_for("learning.home"), code=303)
    form = SignInForm(formdata=None, data={"next": target})
    return render_template("sign_in.html", form=form, kept=False)


@bp.post("/masuk")
@public
def do_sign_in() -> BaseResponse | tuple[str, int]:
    """Sign somebody in; what they had posted before stands there filled, to be sent by a press."""
    form = SignInForm()
    held = form.held.data or ""
    if form.validate():
        slow_down("masuk")
        session = current_session()
        try:
            person = services.sign_in(session, key=form.kunci.data, password=form.sandi.data, now=utc_now())
        except RefusedError as error:
            # Wrong tries are counted: what was written about them stays.
            session.commit()
            form.refuse(error)
        else:
            _open(person, remember=form.ingat.data)
            target = safe_next(form.next.data, url_for("learning.home"))
            if held:
                return _filled_again(target, held_pairs(held))
            return redirect(target, code=303)
    return render_template("sign_in.html", form=form, kept=bool(held)), 422


def _filled_again(target: str, pairs: list[tuple[str, str]]) -> Response:
    long = [value for name, value in pairs if len(value) > 1 and " " in value]
    return make_response(render_template("resume.html", target=target, pairs=pairs, long=long))


@bp.get("/daftar")
@public
def sign_up() -> BaseResponse | str:
    """Show the sign-up form."""
    target = safe_next(request.args.get("next"), "")
    if sessions.viewer() is not None:
        return redirect(target or url_for("learning.home"), code=303)
    return render_template("account/sign_up.html", form=SignUpForm(formdata=None), next=target)


@bp.post("/daftar")
@public
def do_sign_up() -> BaseResponse | tuple[str, int]:
    """Make an account and sign its person in."""
    form = SignUpForm()
    target = safe_next(request.args.get("next"), "")
    if form.validate():
        slow_down("daftar")
        session = current_session()
        try:
            person = services.sign_up(
                session,
                name=form.nama.data,
                key=form.kunci.data,
                password=form.sandi.data,
                regency=form.kabupaten.data or None,
                today=today(),
                consent_version=PRIVACY_VERSION,
                now=utc_now(),
            )
        except RefusedError as error:
            session.rollback()
            form.refuse(error)
        else:
            _open(person, remember=True)
            flash(_("Akun Anda sudah jadi. Selamat belajar, %(name)s.", name=person.name), "ok")
            return redirect(target or url_for("learning.home"), code=303)
    return render_template("account/sign_up.html", form=form, next=target), 422


@bp.post("/keluar")
@public
def sign_out() -> BaseResponse:
    """End this session on the server, and forget it in the browser."""
    token = sessions.token()
    if token is not None:
        session = current_session()
        services.end_session(session, token, utc_now())
        session.commit()
    sessions.forget()
    return redirect(url_for("catalogue.home"), code=303)


@bp.get("/aktivasi")
@public
def forgotten() -> str:
    """Say how to get in again, and take a code."""
    return render_template("account/forgotten.html", form=CodeForm(formdata=None))


@bp.post("/aktivasi")
@public
def use_code() -> BaseResponse | tuple[str, int]:
    """Set a password by a code that was told, and sign its person in."""
    form = CodeForm()
    if form.validate():
        answer = _redeem(form, form.kode.data or "")
        if answer is not None:
            return answer
    return render_template("account/forgotten.html", form=form), 422


@bp.get("/aktivasi/<token>")
@public
def activate(token: str) -> Response:
    """Show a neutral page: chat apps open links before people do, and nothing is used up by looking."""
    valid = services.code_is_valid(current_session(), token, utc_now())
    return _private_address(
        render_template("account/activation.html", form=ActivationForm(formdata=None), valid=valid), 200
    )


@bp.post("/aktivasi/<token>")
@public
def use_link(token: str) -> BaseResponse:
    """Set a password by a link, and sign its person in."""
    form = ActivationForm()
    if form.validate():
        answer = _redeem(form, token)
        if answer is not None:
            return answer
    return _private_address(render_template("account/activation.html", form=form, valid=True), 422)


def _redeem(form: CodeForm | ActivationForm, code: str) -> BaseResponse | None:
    slow_down("aktivasi")
    session = current_session()
    try:
        person = services.redeem_code(session, code, password=form.sandi.data, now=utc_now())
    except RefusedError as error:
        session.rollback()
        form.refuse(error)
        return None
    _open(person, remember=True)
    flash(_("Kata sandi tersimpan, dan Anda sudah masuk."), "ok")
    return redirect(url_for("learning.home"), code=303)


def _private_address(page: str, status: int) -> Response:
    """Send *page* so that its address, which opens an account, is told to nobody."""
    response = make_response(page, status)
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


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


@bp.post("/akun/sandi")
@signed_in
def change_password() -> BaseResponse | tuple[str, int]:
    """Set a new password; every other device is signed out, this one goes on."""
    form = PasswordForm()
    session = current_session()
    if form.validate():
        person = sessions.current_person(session)
        try:
            services.change_password(session, person, form.sandi_lama.data, form.sandi.data, utc_now())
        except RefusedError as error:
            session.commit()
            form.refuse(error)
        else:
            _open(person, remember=True)
            flash(_("Kata sandi sudah diganti. Perangkat lain sudah keluar."), "ok")
            return redirect(url_for(".own_account"), code=303)
    return _own_account(password_form=form), 422


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
    services.end_sessions_of(session, person, utc_now(), except_token=sessions.token())
    session.commit()
    flash(_("Semua perangkat lain sudah keluar."), "ok")
    return redirect(url_for(".own_account") + "#perangkat", code=303)


@bp.get("/bantuan")
@public
def help_page() -> str:
    """Say how to get in, and whom to ask."""
    return render_template("account/help.html")


@bp.get("/perlindungan-data")
@public
def privacy() -> str:
    """Show the text people agree to."""
    return render_template("account/privacy.html", version=PRIVACY_VERSION)


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


def _open(person: User, *, remember: bool) -> None:
    """Commit, and sign *person* in under a new token; whatever the browser held before has ended."""
    session = current_session()
    now = utc_now()
    old = sessions.token()
    if old is not None:
        services.end_session(session, old, now)
    token = services.open_session(session, person, device=sessions.device(request), now=now)
    session.commit()
    sessions.begin(token, remember=remember)


def _own_account(data_form: OwnDataForm | None = None, password_form: PasswordForm | None = None) -> str:
    session = current_session()
    person = sessions.current_person(session)
    if data_form is None:
        regency = queries.regency_of(session, person.id, today())
        data_form = OwnDataForm(formdata=None, data={"nama": person.name, "kabupaten": regency or ""})
    return render_template(
        "account/own_account.html",
        owner=person,
        data_form=data_form,
        password_form=password_form or PasswordForm(formdata=None),
        sessions=queries.sessions_of(session, person.id, utc_now()),
        this_session=sessions.current_viewer().session_id,
    )
