"""Drafts: a trainer's unpublished texts, one per file and trainer, never overwritten silently."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from elearn.content.documents import COURSE_FILE, GLOSSARY_FILE, POSTTEST_FILE, PRETEST_FILE
from elearn.content.mending import write_ids
from elearn.content.parser import parse_course_page, parse_module
from elearn.content.printer import canonical
from elearn.records.accounts.models import User
from elearn.records.accounts.names import clean_text
from elearn.records.catalogue import queries as catalogue
from elearn.records.catalogue.models import (
    Course,
    Draft,
    DraftAside,
    DraftMedia,
    Media,
    Release,
    ReleaseMedia,
)
from elearn.records.errors import ConflictError, NotFoundError, _

#: Characters of one file; its bytes are limited when it is checked (K102).
TEXT_LENGTH = 600_000
FILE_NAME = re.compile(r"(?:kursus|pretes|postes|glosarium|[0-9]{2}-[a-z0-9]+(?:-[a-z0-9]+)*)\.md")
_ID = re.compile(r"<!-- id: ([qc]-[a-z0-9]+) -->")


class DraftMovedError(ConflictError):
    """A save came with an old number: it is kept beside the draft, and shown."""

    def __init__(self, aside: DraftAside) -> None:
        super().__init__(
            _(
                "Konsep ini sudah disimpan lagi di tab lain. Tulisan Anda disimpan di sampingnya, tidak ada yang hilang."
            )
        )
        self.aside = aside


@dataclass(frozen=True, slots=True)
class OtherDraft:
    """Another trainer's draft of the same file."""

    name: str
    text: str
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class DraftView:
    """A file as its editor shows it; *number* is 0 while there is no draft, and *text* the live one then."""

    file_name: str
    text: str
    number: int
    saved_at: datetime | None
    #: The published text the draft began from, and the one that is live now.
    base_text: str
    live_text: str
    asides: tuple[DraftAside, ...]
    others: tuple[OtherDraft, ...]

    @property
    def moved_on(self) -> bool:
        """Whether somebody published this file since the draft began."""
        return self.number > 0 and self.base_text != self.live_text


@dataclass(frozen=True, slots=True)
class EditableFile:
    """One file of a course in the trainer's list."""

    file_name: str
    title: str
    #: ``published``, ``draft`` (published, and changed by this trainer) or ``new``.
    state: str
    saved_at: datetime | None
    #: Names of other trainers who have a draft of it.
    others: tuple[str, ...]


def live_texts(session: Session, course: Course) -> dict[str, str]:
    """Return the published Markdown files of *course* by name; nothing before the first publication."""
    if course.live_release_id is None:
        return {}
    return catalogue.export_texts(session, session.get_one(Release, course.live_release_id))


def drafts_of(session: Session, course: Course, actor: User, *, lock: bool = False) -> list[Draft]:
    """Return *actor*'s drafts of *course*, by file name; with *lock* as they are now, and until our commit."""
    wanted = (
        select(Draft).where(Draft.course_id == course.id, Draft.user_id == actor.id).order_by(Draft.file_name)
    )
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    return list(session.scalars(wanted))


def drafts_with_asides(session: Session, drafts: Sequence[Draft]) -> set[int]:
    """Return the ids of those *drafts* that have a text kept beside them."""
    ids = [draft.id for draft in drafts]
    return set(session.scalars(select(DraftAside.draft_id).where(DraftAside.draft_id.in_(ids))))


def texts_with_drafts(session: Session, course: Course, actor: User) -> dict[str, str]:
    """Return the Markdown files of *course* as they would be published with *actor*'s drafts."""
    texts = live_texts(session, course)
    texts.update({draft.file_name: draft.text for draft in drafts_of(session, course, actor)})
    return texts


def files_with_drafts(session: Session, course: Course, actor: User) -> dict[str, bytes]:
    """Return every file of *course* as it would be published: drafts and the pictures their texts show included."""
    return files_of(session, course, texts_with_drafts(session, course, actor))


def files_of(session: Session, course: Course, texts: Mapping[str, str]) -> dict[str, bytes]:
    """Return *texts* as files, with the pictures they show."""
    files = {name: text.encode() for name, text in texts.items()}
    files.update(media_used_by(session, course, "\n".join(texts.values())))
    return files


def media_used_by(session: Session, course: Course, text: str) -> dict[str, bytes]:
    """Return the media of *course* whose path stands in *text*: live ones, and pictures added since."""
    wanted: dict[str, bytes] = {}
    live = select(ReleaseMedia.path, ReleaseMedia.digest).where(
        ReleaseMedia.release_id == course.live_release_id
    )
    added = select(DraftMedia.path, DraftMedia.digest).where(DraftMedia.course_id == course.id)
    digests: dict[str, str] = {}
    if course.live_release_id is not None:
        digests.update({row.path: row.digest for row in session.execute(live)})
    digests.update({row.path: row.digest for row in session.execute(added)})
    shown = {path: digest for path, digest in digests.items() if path in text}
    contents = {
        row.digest: row.content
        for row in session.execute(
            select(Media.digest, Media.content).where(Media.digest.in_(set(shown.values())))
        )
    }
    wanted.update({path: contents[digest] for path, digest in shown.items()})
    return wanted


def editable_files(session: Session, course: Course, actor: User) -> list[EditableFile]:
    """Return the files of *course*, published ones and drafts, in the order of the course."""
    live = live_texts(session, course)
    rows = session.execute(
        select(Draft.file_name, Draft.user_id, Draft.text, Draft.saved_at, User.name)
        .join(User, User.id == Draft.user_id)
        .where(Draft.course_id == course.id)
    ).all()
    own = {row.file_name: row for row in rows if row.user_id == actor.id}
    names = {*live, *(row.file_name for row in rows)}
    found = []
    for name in sorted(names, key=_place):
        mine = own.get(name)
        text = mine.text if mine is not None else live.get(name, "")
        state = "new" if name not in live else "draft" if mine is not None else "published"
        others = tuple(row.name for row in rows if row.file_name == name and row.user_id != actor.id)
        found.append(EditableFile(name, title_of(name, text), state, mine.saved_at if mine else None, others))
    return found


def title_of(file_name: str, text: str) -> str:
    """Return the title a file gives itself, empty where it has none."""
    if file_name == GLOSSARY_FILE:
        return "Glosarium"
    if file_name == COURSE_FILE:
        page, _problems = parse_course_page(text)
        return page.title if page is not None else ""
    module, _problems = parse_module(file_name, text)
    return module.title if module is not None else ""


def open_draft(
    session: Session, course: Course, file_name: str, actor: User, now: datetime | None = None
) -> DraftView:
    """Return *file_name* as its editor shows it; writes nothing. Raises `NotFoundError` where there is no such file."""
    del now  # Opening a file is no event.
    _check_name(file_name)
    live_text = live_texts(session, course).get(file_name)
    rows = session.execute(
        select(Draft, User.name)
        .join(User, User.id == Draft.user_id)
        .where(Draft.course_id == course.id, Draft.file_name == file_name)
        .order_by(Draft.saved_at.desc())
    ).all()
    own = next((draft for draft, _name in rows if draft.user_id == actor.id), None)
    if own is None and live_text is None and file_name not in _OPTIONAL and not rows:
        raise NotFoundError(_("Berkas ini tidak ditemukan."))
    others = tuple(OtherDraft(name, draft.text, draft.saved_at) for draft, name in rows if draft is not own)
    if own is None:
        text = live_text if live_text is not None else _OPTIONAL.get(file_name, "")
        return DraftView(file_name, text, 0, None, live_text or "", live_text or "", (), others)
    asides = session.scalars(select(DraftAside).where(DraftAside.draft_id == own.id).order_by(DraftAside.id))
    return DraftView(
        file_name, own.text, own.number, own.saved_at, own.base_text, live_text or "", tuple(asides), others
    )


def save_draft(
    session: Session,
    course: Course,
    file_name: str,
    *,
    text: str,
    number: int | None,
    actor: User,
    now: datetime,
    merged: bool = False,
) -> Draft:
    """Keep *text* as *actor*'s draft of *file_name*, made canonical, ids written.

    *number* is the one the editor last saw (0 without a draft). An old one is kept beside the draft
    and `DraftMovedError` says so: commit also then. *merged* says that the trainer has taken over what
    others published since the draft began: it begins from the live text from now on.
    """
    _check_name(file_name)
    text = _storable(text)
    live = live_texts(session, course)
    draft = session.scalar(
        select(Draft)
        .where(Draft.course_id == course.id, Draft.file_name == file_name, Draft.user_id == actor.id)
        .with_for_update()
    )
    if draft is None and number and text != live.get(file_name, text):
        # It was published or thrown away in another tab meanwhile: what is typed here began before that.
        current = live[file_name]
        draft = _insert(session, course, file_name, text=current, base=current, actor=actor, now=now)
        raise DraftMovedError(_put_aside(session, draft, text, number, now))
    if draft is not None and (number or 0) != draft.number:
        if text == draft.text:
            return draft
        raise DraftMovedError(_put_aside(session, draft, text, number or 0, now))
    if file_name not in {COURSE_FILE, GLOSSARY_FILE}:
        text = write_ids(text, file_name, taken=_ids_elsewhere(session, course, file_name, live))
    if draft is None:
        draft = _insert(
            session, course, file_name, text=text, base=live.get(file_name, ""), actor=actor, now=now
        )
        if draft.text != text:
            raise DraftMovedError(_put_aside(session, draft, text, number or 0, now))
    elif text != draft.text or merged:
        draft.text = text
        draft.number += 1
        draft.saved_at = now
        if merged:
            draft.base_text = live.get(file_name, "")
    session.flush()
    return draft


def _insert(
    session: Session, course: Course, file_name: str, *, text: str, base: str, actor: User, now: datetime
) -> Draft:
    """Make *actor*'s draft of a file; where another tab has just made it, return that one."""
    draft = Draft(
        course_id=course.id,
        file_name=file_name,
        user_id=actor.id,
        text=text,
        base_text=base,
        number=1,
        created_at=now,
        saved_at=now,
    )
    try:
        with session.begin_nested():
            session.add(draft)
    except IntegrityError:
        return session.scalars(
            select(Draft)
            .where(Draft.course_id == course.id, Draft.file_name == file_name, Draft.user_id == actor.id)
            .with_for_update()
        ).one()
    return draft


def _put_aside(session: Session, draft: Draft, text: str, number: int, now: datetime) -> DraftAside:
    aside = DraftAside(draft_id=draft.id, text=text, base_number=number, saved_at=now)
    session.add(aside)
    session.flush()
    return aside


def discard_draft(session: Session, course: Course, file_name: str, actor: User) -> None:
    """Throw *actor*'s draft of *file_name* away; the published text stays."""
    draft = session.scalar(
        select(Draft).where(
            Draft.course_id == course.id, Draft.file_name == file_name, Draft.user_id == actor.id
        )
    )
    if draft is not None:
        session.delete(draft)
        session.flush()


#: Files a course may have and this one has not: what their editor begins with.
_OPTIONAL: Mapping[str, str] = {
    PRETEST_FILE: "---\njudul: Pretes\ntujuan: []\n---\n\n## Kuis\n\n",
    POSTTEST_FILE: "---\njudul: Kuis akhir\ntujuan: []\n---\n\n## Kuis\n\n",
    GLOSSARY_FILE: "",
    COURSE_FILE: "",
}


def _check_name(file_name: str) -> None:
    if not FILE_NAME.fullmatch(file_name):
        raise NotFoundError(_("Berkas ini tidak ditemukan."))


def _storable(text: str) -> str:
    clean_text(text, most=TEXT_LENGTH, field="text")
    return canonical(text)


def _ids_elsewhere(session: Session, course: Course, file_name: str, live: Mapping[str, str]) -> set[str]:
    drafts = session.scalars(
        select(Draft.text).where(Draft.course_id == course.id, Draft.file_name != file_name)
    )
    texts = [*(text for name, text in live.items() if name != file_name), *drafts]
    return {found for text in texts for found in _ID.findall(text)}


def _place(name: str) -> tuple[int, str]:
    order = {COURSE_FILE: 0, PRETEST_FILE: 1, POSTTEST_FILE: 3, GLOSSARY_FILE: 4}
    return (order.get(name, 2), name)
