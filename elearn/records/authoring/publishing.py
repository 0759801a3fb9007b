"""Making a release: the one act by which texts become what learners see."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import PurePosixPath

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from elearn.content.compiler import (
    COMPILER_VERSION,
    CourseContext,
    compile_course_page,
    compile_module,
    glossary_used,
    media_used,
    page_digest,
    revision_digest,
)
from elearn.content.documents import (
    COURSE_FILE,
    GLOSSARY_FILE,
    CourseDocument,
    ModuleDocument,
    ModuleKind,
    Order,
)
from elearn.content.library import read_files
from elearn.content.markup import MarkupLimitError
from elearn.content.problems import Problem
from elearn.records.accounts.models import User
from elearn.records.accounts.names import clean_line
from elearn.records.audit.models import Way
from elearn.records.audit.services import record
from elearn.records.authoring.drafts import drafts_of, files_with_drafts, live_texts
from elearn.records.authoring.keys import (
    KeyChange,
    Placed,
    answered_items,
    items_by_id,
    key_changes,
    publishing_problems,
)
from elearn.records.catalogue import queries as catalogue
from elearn.records.catalogue.compiling import compile_missing
from elearn.records.catalogue.errors import ReleaseNotFoundError
from elearn.records.catalogue.models import (
    CompiledText,
    Course,
    DraftMedia,
    ModuleRevision,
    Origin,
    Release,
    ReleaseMedia,
    ReleaseModule,
)
from elearn.records.catalogue.services import add_media, module_of
from elearn.records.corrections.models import Correction
from elearn.records.errors import RefusedError, Sentence, _
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


@dataclass(slots=True)
class _Plan:
    """What a publication will write, prepared before anything is locked or written."""

    document: CourseDocument
    context: CourseContext
    page_digest: str
    digests: dict[str, str]
    pass_marks: dict[str, int]
    compiled: dict[str, str] = field(default_factory=dict)


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
    plan = _plan(document, problems)
    course = _locked_course(session, slug, actor=actor, now=now)
    live = None if course.live_release_id is None else session.get_one(Release, course.live_release_id)
    _refuse_protected(document, protected())
    before: dict[str, Placed] = {}
    answered: frozenset[str] = frozenset()
    if live is not None:
        if _is_same(session, live, plan):
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
    release = _write(session, course, plan, note=note, origin=origin, actor=actor, now=now)
    _open_corrections(session, course, live, release, changes, note=note, actor=actor, now=now)
    _make_live(session, course, release, actor=actor, way=way, now=now)
    return PublishResult(release, tuple(problems))


def publish_drafts(
    session: Session, course: Course, *, note: str, actor: User, now: datetime, today: date
) -> PublishResult:
    """Publish the live texts with *actor*'s drafts in their place; the drafts are gone then.

    Refused where a text was published by somebody else since a draft of it began: both changes are
    shown in the editor, and nothing is overwritten.
    """
    lock_course(session, course)
    drafts = drafts_of(session, course, actor)
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
    result = publish(
        session,
        slug=course.slug,
        files=files_with_drafts(session, course, actor),
        note=note,
        origin=Origin.BROWSER,
        actor=actor,
        way=Way.PAGE,
        now=now,
        today=today,
    )
    for draft in drafts:
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
    release = Release(
        course_id=course.id,
        number=_next_number(session, course),
        published_at=now,
        published_by=None if actor is None else actor.id,
        note=note,
        origin=old.origin,
        page_text=old.page_text,
        page_digest=old.page_digest,
        glossary_text=old.glossary_text,
        title=old.title,
        required_count=old.required_count,
        gives_certificate=old.gives_certificate,
        sequential=old.sequential,
    )
    session.add(release)
    session.flush()
    for row in session.scalars(select(ReleaseModule).where(ReleaseModule.release_id == old.id)):
        session.add(
            ReleaseModule(
                release_id=release.id,
                module_id=row.module_id,
                revision_id=row.revision_id,
                position=row.position,
                file_name=row.file_name,
                title=row.title,
                required=row.required,
                completion=row.completion,
                has_quiz=row.has_quiz,
            )
        )
    for medium in session.scalars(select(ReleaseMedia).where(ReleaseMedia.release_id == old.id)):
        session.add(ReleaseMedia(release_id=release.id, path=medium.path, digest=medium.digest))
    session.flush()
    # It was live under an older compiler, perhaps.
    compile_missing(session, release)
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


def _plan(document: CourseDocument, problems: Sequence[Problem]) -> _Plan:
    """Name and compile every text of *document*; a text over a limit is refused with its K102."""
    context = CourseContext.of(document)
    digests_of_media = {path: use.digest for path, use in context.media.items()}
    plan = _Plan(document, context, page_digest(document, context), {}, {})
    try:
        for module in document.all_modules():
            pass_mark = document.pass_mark if module.quiz is None else module.quiz.pass_mark
            digest = revision_digest(
                module,
                pass_mark=pass_mark,
                glossary_used=glossary_used(module, context.glossary),
                media_digests=digests_of_media,
                place=f"{document.slug}/{module.slug}",
            )
            plan.digests[module.slug] = digest
            plan.pass_marks[module.slug] = pass_mark
            plan.compiled[digest] = compile_module(module, context).to_json()
        plan.compiled[plan.page_digest] = compile_course_page(document, context).to_json()
    except MarkupLimitError as error:
        raise PublishRefusedError(
            _("Ada yang harus dibetulkan sebelum terbit."), problems=[*problems, error.problem]
        ) from error
    return plan


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


def _is_same(session: Session, live: Release, plan: _Plan) -> bool:
    document = plan.document
    glossary = None if document.glossary is None else document.glossary.text
    if (live.page_text, live.page_digest, live.glossary_text) != (document.text, plan.page_digest, glossary):
        return False
    rows = session.execute(
        select(ReleaseModule.file_name, ModuleRevision.digest)
        .join(ModuleRevision, ModuleRevision.id == ReleaseModule.revision_id)
        .where(ReleaseModule.release_id == live.id)
        .order_by(ReleaseModule.position)
    )
    wanted = [(module.file_name, plan.digests[module.slug]) for module in document.all_modules()]
    if [tuple(row) for row in rows] != wanted:
        return False
    media = session.execute(
        select(ReleaseMedia.path, ReleaseMedia.digest).where(ReleaseMedia.release_id == live.id)
    )
    return {row.path: row.digest for row in media} == {file.path: file.digest for file in document.media}


def _write(
    session: Session,
    course: Course,
    plan: _Plan,
    *,
    note: str,
    origin: Origin,
    actor: User | None,
    now: datetime,
) -> Release:
    document = plan.document
    by = None if actor is None else actor.id
    modules = list(document.all_modules())
    required = [module for module in modules if _is_required(module)]
    release = Release(
        course_id=course.id,
        number=_next_number(session, course),
        published_at=now,
        published_by=by,
        note=note,
        origin=origin,
        page_text=document.text,
        page_digest=plan.page_digest,
        glossary_text=None if document.glossary is None else document.glossary.text,
        title=document.title,
        required_count=len(required),
        gives_certificate=document.certificate,
        sequential=document.order is Order.SEQUENTIAL,
    )
    session.add(release)
    session.flush()
    for file in document.media:
        extension = PurePosixPath(file.path).suffix.lower().removeprefix(".")
        digest = add_media(session, file.content, extension, file.media_type, now)
        session.add(ReleaseMedia(release_id=release.id, path=file.path, digest=digest))
    for position, module in enumerate(modules, start=1):
        row = module_of(session, course, module.slug, module.kind)
        revision = session.scalar(
            select(ModuleRevision).where(
                ModuleRevision.module_id == row.id, ModuleRevision.digest == plan.digests[module.slug]
            )
        )
        if revision is None:
            revision = _new_revision(plan, module, row.id, origin=origin, by=by, now=now)
            session.add(revision)
            session.flush()
        session.add(
            ReleaseModule(
                release_id=release.id,
                module_id=row.id,
                revision_id=revision.id,
                position=position,
                file_name=module.file_name,
                title=module.title,
                required=module in required,
                completion=module.completion,
                has_quiz=module.quiz is not None,
            )
        )
    _store_compiled(session, plan)
    session.execute(
        delete(DraftMedia).where(
            DraftMedia.course_id == course.id, DraftMedia.path.in_([file.path for file in document.media])
        )
    )
    session.flush()
    return release


def _new_revision(
    plan: _Plan, module: ModuleDocument, module_id: int, *, origin: Origin, by: int | None, now: datetime
) -> ModuleRevision:
    media = plan.context.media
    return ModuleRevision(
        module_id=module_id,
        digest=plan.digests[module.slug],
        text=module.text,
        pass_mark=plan.pass_marks[module.slug],
        glossary=_json(glossary_used(module, plan.context.glossary)),
        media=_json({path: media[path].digest for path in media_used(module) if path in media}),
        origin=origin,
        created_at=now,
        created_by=by,
    )


def _store_compiled(session: Session, plan: _Plan) -> None:
    made = set(
        session.scalars(
            select(CompiledText.digest).where(
                CompiledText.digest.in_(plan.compiled), CompiledText.compiler_version == COMPILER_VERSION
            )
        )
    )
    for digest, compiled in plan.compiled.items():
        if digest not in made:
            session.add(CompiledText(digest=digest, compiler_version=COMPILER_VERSION, compiled=compiled))


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


def _next_number(session: Session, course: Course) -> int:
    last = session.scalar(
        select(Release.number).where(Release.course_id == course.id).order_by(Release.number.desc()).limit(1)
    )
    return (last or 0) + 1


def _is_required(module: ModuleDocument) -> bool:
    if module.kind is ModuleKind.PRETEST:
        return False
    return module.kind is ModuleKind.POSTTEST or module.required


def _json(value: Mapping[str, str]) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
