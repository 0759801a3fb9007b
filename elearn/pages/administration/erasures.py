"""People who asked to be erased: who waits, and carrying it out."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import BooleanField
from wtforms.validators import InputRequired

from elearn.records.accounts.models import Role
from elearn.records.audit.models import Way
from elearn.records.errors import RefusedError
from elearn.records.privacy import queries, services
from elearn.web.clock import utc_now
from elearn.web.extensions import current_session
from elearn.web.forms import BaseForm
from elearn.web.guards import role_required
from elearn.web.sessions import current_person

bp = Blueprint("erasures", __name__, url_prefix="/admin/penghapusan", template_folder="templates")

ROW = "int(max=2147483647)"


class ErasureForm(BaseForm):
    """A box to tick, because nothing brings back what is erased."""

    yakin = BooleanField(
        _l("Saya sudah memeriksa. Penghapusan ini tidak bisa dibatalkan."),
        [InputRequired(_l("Centang dulu kalau Anda yakin."))],
    )


@bp.get("/")
@role_required(Role.ADMIN)
def waiting() -> str:
    """Show who waits to be erased, the one that waits longest first."""
    return _page()


@bp.post(f"/<{ROW}:request_id>")
@role_required(Role.ADMIN)
def carry_out(request_id: int) -> Response | tuple[str, int]:
    """Erase the person who asked for it."""
    session = current_session()
    request = queries.open_request(session, request_id, lock=True)
    form = ErasureForm()
    if not form.validate():
        return _page(form, request_id), 422
    try:
        services.erase_person(
            session,
            request.user,
            keep_certificates=request.keep_certificates,
            actor=current_person(session),
            way=Way.PAGE,
            now=utc_now(),
        )
    except RefusedError as error:
        session.rollback()
        form.refuse(error)
        return _page(form, request_id), 422
    session.commit()
    flash(_("Data orang itu sudah dihapus."), "ok")
    return redirect(url_for(".waiting"), code=303)


def _page(form: ErasureForm | None = None, refused_id: int | None = None) -> str:
    requests = queries.open_requests(current_session())
    empty = ErasureForm(formdata=None)
    return render_template(
        "administration/erasures.html",
        lines=[(one, form if form is not None and one.id == refused_id else empty) for one in requests],
    )
