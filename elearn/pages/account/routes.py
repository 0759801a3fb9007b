"""Signing in and out, signing up, one-time codes; help and privacy. `own_account` adds the rest of the blueprint."""

from __future__ import annotations

from flask import (
    Blueprint,
    Response,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from elearn.pages.account.forms import (
    ActivationForm,
    CodeForm,
    LinkForm,
    SignUpForm,
)
from elearn.records.accounts import services
from elearn.records.accounts.errors import KeyTakenError
from elearn.records.accounts.models import User
from elearn.records.errors import ElearnError, RefusedError, TooManyError
from elearn.web import mail, sessions
from elearn.web.clock import utc_now
from elearn.web.extensions import current_session
from elearn.web.forms import SignInForm
from elearn.web.guards import held_pairs, public, safe_next
from elearn.web.limits import refused, slow_down
from elearn.web.privacy import PRIVACY_VERSION
from elearn.web.templating import settings, today

bp = Blueprint("account", __name__, template_folder="templates")


@bp.get("/masuk")
@public
def sign_in() -> BaseResponse | str:
    """Show the sign-in form, or go on where somebody is signed in already."""
    target = _target()
    if sessions.viewer() is not None:
        return redirect(target or url_for("learning.home"), code=303)
    form = SignInForm(formdata=None, data={"next": target})
    return render_template("sign_in.html", form=form, kept=False)


@bp.post("/masuk")
@public
def do_sign_in() -> BaseResponse:
    """Sign somebody in; what they had posted before stands there filled, to be sent by a press."""
    form = SignInForm()
    held = form.held.data or ""
    refusal = None
    if form.validate():
        session = current_session()
        try:
            slow_down("masuk")
            person = services.sign_in(session, key=form.kunci.data, password=form.sandi.data, now=utc_now())
        except (RefusedError, TooManyError) as error:
            # Wrong tries are counted: what was written about them stays.
            session.commit()
            form.refuse(error)
            refusal = error
        else:
            open_session(person, remember=form.ingat.data)
            target = safe_next(form.next.data, url_for("learning.home"))
            if held:
                return _filled_again(target, held_pairs(held))
            return redirect(target, code=303)
    return refused(render_template("sign_in.html", form=form, kept=bool(held)), refusal)


def _filled_again(target: str, pairs: list[tuple[str, str]]) -> Response:
    return make_response(render_template("resume.html", target=target, pairs=pairs))


@bp.get("/daftar")
@public
def sign_up() -> BaseResponse | str:
    """Show the sign-up form."""
    target = _target()
    if sessions.viewer() is not None:
        return redirect(target or url_for("learning.home"), code=303)
    return render_template("account/sign_up.html", form=SignUpForm(formdata=None), next=target)


@bp.post("/daftar")
@public
def do_sign_up() -> BaseResponse:
    """Make an account and sign its person in."""
    form = SignUpForm()
    target = _target()
    refusal = None
    if form.validate():
        session = current_session()
        try:
            slow_down("daftar")
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
            said = _("Akun Anda sudah jadi. Selamat belajar, %(name)s.", name=person.name)
        except (RefusedError, TooManyError) as error:
            session.commit()
            own = _whose_already(form) if isinstance(error, KeyTakenError) else None
            if own is None:
                form.refuse(error)
                refusal = error
            else:
                person = own
                said = _(
                    "Anda sudah punya akun, dan sekarang sudah masuk. Selamat belajar, %(name)s.",
                    name=own.name,
                )
        if refusal is None:
            open_session(person, remember=True)
            flash(said, "ok")
            return redirect(target or url_for("learning.home"), code=303)
    return refused(render_template("account/sign_up.html", form=form, next=target), refusal)


def _whose_already(form: SignUpForm) -> User | None:
    """Return whose account it is where its password was given too: the button was pressed twice, or the reply lost.

    It counts as a try to sign in, and tells nothing that signing in would not.
    """
    session = current_session()
    try:
        slow_down("masuk")
        return services.sign_in(session, key=form.kunci.data, password=form.sandi.data, now=utc_now())
    except (RefusedError, TooManyError):
        session.commit()
        return None


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
    """Say how to get in again: by a link that is mailed, or by a code from the office."""
    return _forgotten_page()


@bp.post("/aktivasi")
@public
def use_code() -> BaseResponse:
    """Set a password by a code that was told, and sign its person in."""
    form = CodeForm()
    refusal = None
    if form.validate():
        refusal = _redeem(form, form.kode.data or "")
        if refusal is None:
            return redirect(_target() or url_for("learning.home"), code=303)
    return refused(_forgotten_page(code_form=form), refusal)


@bp.get("/lupa-sandi")
@public
def ask_for_link_again() -> BaseResponse:
    """Lead whoever opens the address of the form to the page it stands on."""
    return redirect(url_for(".forgotten", next=_target() or None), code=303)


@bp.post("/lupa-sandi")
@public
def ask_for_link() -> BaseResponse:
    """Have a link mailed; the answer is the same whether somebody has this key or not."""
    if not mail.is_possible(settings()):
        return redirect(url_for(".forgotten", next=_target() or None), code=303)
    form = LinkForm()
    refusal: ElearnError | None = None
    if form.validate():
        session = current_session()
        try:
            slow_down("lupa")
            services.ask_for_link(session, form.kunci.data, target=_target(), now=utc_now())
        except (RefusedError, TooManyError) as error:
            form.refuse(error)
            refusal = error
        session.commit()
        if refusal is None:
            words = _("Kalau akun itu ada dan punya e-mail, tautannya segera kami kirim. Berlaku 30 menit.")
            flash(words, "info")
            return redirect(url_for(".forgotten", next=_target() or None), code=303)
    return refused(_forgotten_page(link_form=form), refusal)


def _forgotten_page(link_form: LinkForm | None = None, code_form: CodeForm | None = None) -> str:
    return render_template(
        "account/forgotten.html",
        link_form=(link_form or LinkForm(formdata=None)) if mail.is_possible(settings()) else None,
        form=code_form or CodeForm(formdata=None),
        next=_target(),
    )


@bp.get("/aktivasi/<token>")
@public
def activate(token: str) -> Response:
    """Show a neutral page: chat apps open links before people do, and nothing is used up by looking."""
    valid = services.code_is_valid(current_session(), token, utc_now())
    return _private_address(make_response(_activation_page(ActivationForm(formdata=None), valid=valid)))


@bp.post("/aktivasi/<token>")
@public
def use_link(token: str) -> BaseResponse:
    """Set a password by a link, and sign its person in."""
    form = ActivationForm()
    refusal = None
    if form.validate():
        refusal = _redeem(form, token)
        if refusal is None:
            return redirect(_target() or url_for("learning.home"), code=303)
    return _private_address(refused(_activation_page(form, valid=True), refusal))


def _activation_page(form: ActivationForm, *, valid: bool) -> str:
    return render_template("account/activation.html", form=form, valid=valid)


def _redeem(form: CodeForm | ActivationForm, code: str) -> ElearnError | None:
    """Set the password and sign in; return what was refused, which *form* says already."""
    session = current_session()
    try:
        slow_down("aktivasi")
        person = services.redeem_code(session, code, password=form.sandi.data, now=utc_now())
    except (RefusedError, TooManyError) as error:
        session.rollback()
        form.refuse(error)
        return error
    open_session(person, remember=True)
    flash(_("Kata sandi tersimpan, dan Anda sudah masuk. Perangkat lain sudah keluar."), "ok")
    return None


def _target() -> str:
    """Return where to go on afterwards, if that is an address of this site."""
    return safe_next(request.args.get("next"), "")


def _private_address(response: Response) -> Response:
    """Send *response* so that its address, which opens an account, is told to nobody."""
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


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


def open_session(person: User, *, remember: bool) -> None:
    """Commit, and sign *person* in under a new token; whatever the browser held before has ended."""
    session = current_session()
    now = utc_now()
    old = sessions.token()
    if old is not None:
        services.end_session(session, old, now)
    token = services.open_session(session, person, device=sessions.device(request), now=now)
    session.commit()
    sessions.begin(token, remember=remember)
