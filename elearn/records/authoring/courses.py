"""New courses and modules, a course's trainers and its state."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from elearn.content.documents import COURSE_FILE
from elearn.content.parser import parse_course_page
from elearn.records.accounts.models import Role, User
from elearn.records.accounts.names import clean_line
from elearn.records.accounts.queries import roles_of
from elearn.records.audit.models import Way
from elearn.records.audit.services import record
from elearn.records.authoring.drafts import live_texts, save_draft, texts_with_drafts
from elearn.records.authoring.publishing import SLUG
from elearn.records.authoring.starters import course_text, module_text
from elearn.records.catalogue.models import Course, CourseState, CourseTrainer, Draft
from elearn.records.errors import RefusedError, Sentence, _

TITLE_LENGTH = 120
SLUG_LENGTHS = range(3, 61)
RESERVED = {"pretes", "postes", "kursus", "glosarium", "kuis", "media"}
#: How long after being written a new module asks to be checked again.
REVIEW_AFTER = timedelta(days=90)


def create_course(
    session: Session, *, slug: str | None, title: str | None, actor: User, way: Way, now: datetime
) -> Course:
    """Make a course of drafts from a template; *actor* becomes its trainer."""
    title = clean_line(title, most=TITLE_LENGTH, field="title", missing=_("Isi judul kursus."))
    slug = _slug(slug)
    if session.scalar(select(Course.id).where(Course.slug == slug)) is not None:
        raise _slug_taken()
    course = Course(slug=slug, created_at=now, created_by=actor.id)
    try:
        with session.begin_nested():
            session.add(course)
    except IntegrityError:
        raise _slug_taken() from None
    session.add(CourseTrainer(course_id=course.id, user_id=actor.id, added_at=now, added_by=actor.id))
    session.flush()
    save_draft(session, course, COURSE_FILE, text=course_text(title), number=0, actor=actor, now=now)
    new_module(session, course, slug="mulai-dari-sini", title="Mulai dari sini", actor=actor, now=now)
    record(
        session,
        actor=actor,
        way=way,
        action="course.create",
        subject_type="course",
        subject_id=course.id,
        after={"slug": slug},
        now=now,
    )
    return course


def new_module(
    session: Session, course: Course, *, slug: str | None, title: str | None, actor: User, now: datetime
) -> Draft:
    """Begin a module from a template, at the next free number."""
    title = clean_line(title, most=TITLE_LENGTH, field="title", missing=_("Isi judul modul."))
    slug = _slug(slug)
    names = {*live_texts(session, course)}
    names.update(session.scalars(select(Draft.file_name).where(Draft.course_id == course.id)))
    modules = [name for name in names if name[:2].isdigit()]
    if slug in RESERVED or any(name[3:-3] == slug for name in modules):
        raise RefusedError(_("Alamat itu sudah dipakai modul lain."), field="slug")
    number = max((int(name[:2]) for name in modules), default=0) + 1
    if number > 99:
        raise RefusedError(_("Satu kursus paling banyak berisi 99 modul."))
    page, _problems = parse_course_page(texts_with_drafts(session, course, actor).get(COURSE_FILE, ""))
    objective = next(iter(page.objectives), "tujuan-pertama") if page is not None else "tujuan-pertama"
    today = now.date()
    text = module_text(
        title, objective=objective, today=today.isoformat(), review=(today + REVIEW_AFTER).isoformat()
    )
    return save_draft(session, course, f"{number:02d}-{slug}.md", text=text, number=0, actor=actor, now=now)


def set_trainers(
    session: Session,
    course: Course,
    *,
    add: Sequence[User],
    remove: Sequence[User],
    actor: User | None,
    way: Way,
    now: datetime,
) -> None:
    """Add and remove trainers of *course*; whoever is added must hold the role."""
    # Two presses at once come one after the other, and the second finds what the first did.
    session.execute(select(Course.id).where(Course.id == course.id).with_for_update())
    have = set(session.scalars(select(CourseTrainer.user_id).where(CourseTrainer.course_id == course.id)))
    for user in add:
        if Role.TRAINER not in roles_of(session, user.id):
            raise RefusedError(_("%(name)s belum punya peran pelatih.", name=user.name))
        if user.id not in have:
            session.add(
                CourseTrainer(
                    course_id=course.id,
                    user_id=user.id,
                    added_at=now,
                    added_by=None if actor is None else actor.id,
                )
            )
            _record(session, course, "course.add_trainer", user, actor, way, now)
    for user in remove:
        if user.id in have:
            session.execute(
                delete(CourseTrainer).where(
                    CourseTrainer.course_id == course.id, CourseTrainer.user_id == user.id
                )
            )
            _record(session, course, "course.remove_trainer", user, actor, way, now)
    session.flush()


def set_state(
    session: Session, course: Course, state: CourseState, *, actor: User | None, way: Way, now: datetime
) -> None:
    """List, unlist or retire *course*; no fact is taken back by it."""
    before = course.state
    if before == state:
        return
    course.state = state
    session.flush()
    record(
        session,
        actor=actor,
        way=way,
        action="course.set_state",
        subject_type="course",
        subject_id=course.id,
        before={"state": str(before)},
        after={"state": str(state)},
        now=now,
    )


def _slug_taken() -> RefusedError:
    return RefusedError(_("Alamat itu sudah dipakai kursus lain."), field="slug")


def _slug(text: str | None) -> str:
    slug = (text or "").strip()
    if not SLUG.fullmatch(slug) or len(slug) not in SLUG_LENGTHS:
        raise RefusedError(_SLUG_SENTENCE, field="slug")
    return slug


_SLUG_SENTENCE: Sentence = _(
    "Alamat hanya huruf kecil, angka, dan tanda hubung; 3 sampai 60 huruf. Contoh: jualan-online"
)


def _record(
    session: Session, course: Course, action: str, user: User, actor: User | None, way: Way, now: datetime
) -> None:
    session.flush()
    record(
        session,
        actor=actor,
        way=way,
        action=action,
        subject_type="course",
        subject_id=course.id,
        subject_user_id=user.id,
        now=now,
    )
