"""Writing a release: what it holds is worked out before anything is locked, and then put down in rows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePosixPath

from sqlalchemy import delete, select
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
from elearn.content.documents import CourseDocument, ModuleDocument, ModuleKind, Order
from elearn.records.accounts.models import User
from elearn.records.catalogue.compiling import compile_missing
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


@dataclass(slots=True)
class Plan:
    """What a publication will write, prepared before anything is locked or written."""

    document: CourseDocument
    context: CourseContext
    page_digest: str
    digests: dict[str, str]
    pass_marks: dict[str, int]
    compiled: dict[str, str] = field(default_factory=dict)


def plan_release(document: CourseDocument) -> Plan:
    """Name and compile every text of *document*; raise MarkupLimitError for a text over a limit."""
    context = CourseContext.of(document)
    digests_of_media = {path: use.digest for path, use in context.media.items()}
    plan = Plan(document, context, page_digest(document, context), {}, {})
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
    return plan


def is_same(session: Session, live: Release, plan: Plan) -> bool:
    """Say whether *live* holds exactly what *plan* would write."""
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


def write_release(
    session: Session,
    course: Course,
    plan: Plan,
    *,
    note: str,
    origin: Origin,
    actor: User | None,
    now: datetime,
) -> Release:
    """Write what was planned: the release, its media, and the revisions that are new."""
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


def copy_release(
    session: Session, course: Course, old: Release, *, note: str, actor: User | None, now: datetime
) -> Release:
    """Write a new release of *course* with everything that *old* holds."""
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
    return release


def _new_revision(
    plan: Plan, module: ModuleDocument, module_id: int, *, origin: Origin, by: int | None, now: datetime
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


def _store_compiled(session: Session, plan: Plan) -> None:
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
