"""Making a release: the one act by which texts become what learners see."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from elearn.content.documents import COURSE_FILE, GLOSSARY_FILE, CourseDocument, ModuleDocument
from elearn.content.library import read_files
from elearn.content.markup import MarkupLimitError
from elearn.content.problems import Problem
from elearn.records.accounts.models import User
from elearn.records.accounts.names import clean_line
from elearn.records.audit.models import Way
from elearn.records.audit.services import record
from elearn.records.authoring.drafts import drafts_of, drafts_with_asides, files_of, live_texts
from elearn.records.authoring.keys import (
    KeyChange,
    Placed,
    answered_items,
    items_by_id,
    key_changes,
    publishing_problems,
)
from elearn.records.authoring.releases import copy_release, is_same, plan_release, write_release
from elearn.records.catalogue import queries as catalogue
from elearn.records.catalogue.errors import ReleaseNotFoundError
from elearn.records.catalogue.models import Course, Origin, Release
from elearn.records.corrections.models import Correction
from elearn.records.errors import RefusedError, Sentence, _
from elearn.records.search.services import index_release
from elearn.records.settlement import settle_course

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
NOTE_LENGTH = 500


class PublishRefusedError(RefusedError):
    """The course cannot be published as it is; *problems* say why, *files* name what would be overwritten."""

    def __init__(
        self,
        sentence: Sentence,
        *,
        problems: Sequence[Problem] = (),
        files: Sequence[str] = (),
        field: str = "",
    ) -> None:
        super().__init__(sentence, field=field)
        self.problems = tuple(problems)
        self.files = tuple(files)


@dataclass(frozen=True, slots=True)
class PublishResult:
    """What a publication came to: no *release* where nothing had changed."""

    release: Release | None
    problems: tuple[Problem, ...] = ()


def publish(
    session: Session,
    *,
    slug: str,
    files: Mapping[str, bytes],
    note: str,
    origin: Origin,
    actor: User | None,
    way: Way,
    now: datetime,
    today: date | None = None,
    protected: Callable[[], Mapping[str, str]] = dict,
) -> PublishResult:
    """Publish *files* as the course *slug*, in the caller's transaction.

    Refused (`PublishRefusedError`) where a problem blocks it, and where what is right in an answered
    question changes without a *note*. *protected* is asked, once the course is locked, for the texts by
    file name that must not be replaced, because they were edited in the browser. Nothing changed: no
    release, no row.
    """
    note = clean_line(note, most=NOTE_LENGTH, field="note")
    document, problems = read_files(slug, files, today=today)
    if document is None or any(found.blocks_publishing for found in problems):
        raise PublishRefusedError(_("Ada yang harus dibetulkan sebelum terbit."), problems=problems)
    try:
        plan = plan_release(document)
    except MarkupLimitError as error:
        raise PublishRefusedError(
            _("Ada yang harus dibetulkan sebelum terbit."), problems=[*problems, error.problem]
        ) from error
    course = _locked_course(session, slug, actor=actor, now=now)
    live = None if course.live_release_id is None else session.get_one(Release, course.live_release_id)
    _refuse_protected(document, protected())
    before: dict[str, Placed] = {}
    answered: frozenset[str] = frozenset()
    if live is not None:
        if is_same(session, live, plan):
            return PublishResult(None, tuple(problems))
        before = items_by_id(_parsed_modules(session, live))
        answered = answered_items(session, course)
    problems = [*problems, *publishing_problems(before, document, answered)]
    if any(found.blocks_publishing for found in problems):
        raise PublishRefusedError(_("Ada yang harus dibetulkan sebelum terbit."), problems=problems)
    changes = key_changes(before, items_by_id(document.all_modules()), answered)
    if changes and not note:
        raise PublishRefusedError(
            _("Kunci jawaban berubah. Tulis catatan perubahan dulu, ya."), problems=problems, field="note"
        )
    release = write_release(session, course, plan, note=note, origin=origin, actor=actor, now=now)
    _open_corrections(session, course, live, release, changes, note=note, actor=actor, now=now)
    _make_live(session, course, release, actor=actor, way=way, now=now)
    return PublishResult(release, tuple(problems))


def publish_drafts(
    session: Session, course: Course, *, note: str, actor: User, now: datetime, today: date
) -> PublishResult:
    """Publish the live texts with *actor*'s drafts in their place; the drafts are gone then.

    Only a draft with texts kept beside it stays, begun anew from what is live, so that its editor still
    shows them. Refused where a text was published by somebody else since a draft of it began: both
    changes are shown in the editor, and nothing is overwritten.
    """
    lock_course(session, course)
    # Locked: a save in another tab comes before this publication or after it, and is never lost in it.
    drafts = drafts_of(session, course, actor, lock=True)
    live = live_texts(session, course)
    moved = [draft.file_name for draft in drafts if draft.base_text != live.get(draft.file_name, "")]
    if moved:
        raise PublishRefusedError(
            _(
                "%(files)s sudah diterbitkan orang lain sejak Anda mulai. Buka penyunting untuk menggabungkan.",
                files=", ".join(moved),
            ),
            files=moved,
        )
    texts = {**live, **{draft.file_name: draft.text for draft in drafts}}
    result = publish(
        session,
        slug=course.slug,
        files=files_of(session, course, texts),
        note=note,
        origin=Origin.BROWSER,
        actor=actor,
        way=Way.PAGE,
        now=now,
        today=today,
    )
    live = live_texts(session, course)
    with_asides = drafts_with_asides(session, drafts)
    for draft in drafts:
        if draft.id in with_asides:
            draft.text = draft.base_text = live.get(draft.file_name, draft.text)
            draft.number += 1
            draft.saved_at = now
        else:
            session.delete(draft)
    session.flush()
    return result


def make_live_again(
    session: Session, course: Course, number: int, *, actor: User | None, way: Way, now: datetime
) -> Release:
    """Make the release *number* live again: a new release with the same revisions."""
    old = catalogue.release_of_number(session, course, number)
    if old is None:
        raise ReleaseNotFoundError
    lock_course(session, course)
    if old.id == course.live_release_id:
        return old
    live = session.get_one(Release, course.live_release_id)
    before, after = items_by_id(_parsed_modules(session, live)), items_by_id(_parsed_modules(session, old))
    changes = key_changes(before, after, answered_items(session, course))
    note = str(_("Menayangkan lagi terbitan ke-%(number)s", number=number))
    release = copy_release(session, course, old, note=note, actor=actor, now=now)
    _open_corrections(session, course, live, release, changes, note=note, actor=actor, now=now)
    _make_live(session, course, release, actor=actor, way=way, now=now)
    return release


def lock_course(session: Session, course: Course) -> None:
    """Let nobody else publish *course* until our commit, and see it as it is now."""
    session.refresh(course, with_for_update=True)


def _locked_course(session: Session, slug: str, *, actor: User | None, now: datetime) -> Course:
    """Return the course *slug*, locked; it is made where there is none, once if two make it at once."""
    by_slug = select(Course).where(Course.slug == slug).with_for_update()
    course = session.scalar(by_slug.execution_options(populate_existing=True))
    if course is not None:
        return course
    course = Course(slug=slug, created_at=now, created_by=None if actor is None else actor.id)
    try:
        with session.begin_nested():
            session.add(course)
    except IntegrityError:
        return session.scalars(by_slug.execution_options(populate_existing=True)).one()
    return course


def _refuse_protected(document: CourseDocument, protected: Mapping[str, str]) -> None:
    texts = {module.file_name: module.text for module in document.all_modules()}
    texts[COURSE_FILE] = document.text
    if document.glossary is not None:
        texts[GLOSSARY_FILE] = document.glossary.text
    refused = sorted(name for name, text in protected.items() if texts.get(name) != text)
    if refused:
        raise PublishRefusedError(
            _(
                "%(files)s sudah disunting di peramban setelah folder ini dibuat. "
                "Ekspor dulu, atau pakai --overwrite.",
                files=", ".join(refused),
            ),
            files=refused,
        )


def _open_corrections(
    session: Session,
    course: Course,
    live: Release | None,
    release: Release,
    changes: Sequence[KeyChange],
    *,
    note: str,
    actor: User | None,
    now: datetime,
) -> None:
    if live is None or not changes:
        return
    old = {row.module.slug: row for row in live.modules}
    new = {row.module.slug: row for row in release.modules}
    for change in changes:
        session.add(
            Correction(
                course_id=course.id,
                module_id=new[change.after.module.slug].module_id,
                item_id=change.item_id,
                from_revision_id=old[change.before.module.slug].revision_id,
                to_revision_id=new[change.after.module.slug].revision_id,
                note=note,
                opened_at=now,
                opened_by=None if actor is None else actor.id,
            )
        )


def _make_live(
    session: Session, course: Course, release: Release, *, actor: User | None, way: Way, now: datetime
) -> None:
    before = course.live_release_id
    course.live_release_id = release.id
    session.flush()
    index_release(session, course, release.id)
    settled = settle_course(session, course, now)
    record(
        session,
        actor=actor,
        way=way,
        action="course.publish",
        subject_type="course",
        subject_id=course.id,
        before={"release_id": before},
        after={
            "release_id": release.id,
            "number": release.number,
            "module_completions": settled.module_count,
            "course_completions": settled.course_count,
        },
        reason=release.note,
        now=now,
    )


def _parsed_modules(session: Session, release: Release) -> list[ModuleDocument]:
    return [catalogue.parsed_module(session, row.revision_id) for row in release.modules]
