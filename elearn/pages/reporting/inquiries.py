"""Questions of learners at every course, as staff see them."""

from __future__ import annotations

from werkzeug.wrappers import Response

from elearn.pages.reporting.blueprint import bp
from elearn.records.accounts.models import Role
from elearn.web import inquiries as room
from elearn.web.guards import role_required

THREAD = "/tanya/<int(max=2147483647):inquiry_id>"
ANSWER = f"{THREAD}/<int(max=2147483647):reply_id>"


@bp.get("/tanya")
@role_required(Role.STAFF)
def inquiries() -> str | tuple[str, int]:
    """List the questions at all courses."""
    return room.list_page(room.staff_room())


@bp.get(THREAD)
@role_required(Role.STAFF)
def inquiry(inquiry_id: int) -> str:
    """Show one question with its answers."""
    return room.thread_page(room.staff_room(), inquiry_id)


@bp.post(THREAD)
@role_required(Role.STAFF)
def answer_inquiry(inquiry_id: int) -> Response | tuple[str, int]:
    """Answer a question."""
    return room.send_answer(room.staff_room(), inquiry_id)


@bp.post(f"{THREAD}/selesai")
@role_required(Role.STAFF)
def close_inquiry(inquiry_id: int) -> Response:
    """Say that a question needs no answer."""
    return room.close(room.staff_room(), inquiry_id)


@bp.post(f"{ANSWER}/bagikan")
@role_required(Role.STAFF)
def share_answer(inquiry_id: int, reply_id: int) -> Response | tuple[str, int]:
    """Show an answer to everybody under a lesson."""
    return room.share(room.staff_room(), inquiry_id, reply_id)


@bp.post(f"{ANSWER}/tarik")
@role_required(Role.STAFF)
def unshare_answer(inquiry_id: int, reply_id: int) -> Response:
    """Take an answer back from under the lesson."""
    return room.take_back(room.staff_room(), inquiry_id, reply_id)


@bp.post(f"{ANSWER}/sembunyikan")
@role_required(Role.STAFF)
def hide_answer(inquiry_id: int, reply_id: int) -> Response:
    """Take an answer from under the lesson, so that trainers cannot share it again."""
    return room.take_back(room.staff_room(), inquiry_id, reply_id, hiding=True)
