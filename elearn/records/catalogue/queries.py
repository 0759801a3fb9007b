"""Courses, their releases and texts, and the media of lessons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import or_, select
from sqlalchemy.orm import Session, undefer

from elearn.content.compiler import COMPILER_VERSION, CompiledModule, CompiledPage
from elearn.content.documents import COURSE_FILE, GLOSSARY_FILE, CompletionRule, ModuleDocument, ModuleKind
from elearn.content.drawing import draw
from elearn.content.parser import parse_course_page, parse_module
from elearn.records.accounts.models import User
from elearn.records.catalogue.cache import BoundedCache
from elearn.records.catalogue.compiling import compile_missing
from elearn.records.catalogue.errors import CourseNotFoundError
from elearn.records.catalogue.models import (
    CompiledText,
    Course,
    CourseState,
    CourseTrainer,
    DraftMedia,
    Media,
    Module,
    ModuleRevision,
    Release,
    ReleaseMedia,
    ReleaseModule,
)
from elearn.records.catalogue.views import ModuleView, ReleaseView

#: What a course is in that was never published, and so says nothing yet.
COURSE_LANGUAGE = "id"
#: Bytes of source text (times what a parsed value weighs more than its text) kept per process.
_RELEASES: BoundedCache[ReleaseView] = BoundedCache(4_000_000)
_COMPILED: BoundedCache[CompiledModule] = BoundedCache(12_000_000)
_PARSED: BoundedCache[ModuleDocument] = BoundedCache(4_000_000)


@dataclass(frozen=True, slots=True)
class LiveCourse:
    """A course in the catalogue."""

    course_id: int
    slug: str
    state: str
    release: ReleaseView


def clear_caches() -> None:
    """Forget what this process keeps of published texts; for tests, which change databases."""
    for cache in (_RELEASES, _COMPILED, _PARSED):
        cache.clear()


def any_course(session: Session) -> bool:
    """Say whether there is a course at all."""
    return session.scalar(select(Course.id).limit(1)) is not None


def all_courses(session: Session) -> list[Course]:
    """Return every course, by slug."""
    return list(session.scalars(select(Course).order_by(Course.slug)))


def course_by_slug(session: Session, slug: str) -> Course:
    """Return the course called *slug*; raises `CourseNotFoundError`."""
    course = session.scalar(select(Course).where(Course.slug == slug))
    if course is None:
        raise CourseNotFoundError
    return course


def course_of_trainer(session: Session, trainer_id: int, slug: str) -> Course:
    """Return the trainer's own course called *slug*; another's is not found."""
    course = session.scalar(
        select(Course)
        .join(CourseTrainer, CourseTrainer.course_id == Course.id)
        .where(Course.slug == slug, CourseTrainer.user_id == trainer_id)
    )
    if course is None:
        raise CourseNotFoundError
    return course


def live_courses(session: Session | sa.Connection) -> list[LiveCourse]:
    """Return the listed courses that have a live release, by title."""
    rows = session.execute(_LIVE).all()
    found = [
        LiveCourse(row.id, row.slug, row.state, release_view(session, row.live_release_id)) for row in rows
    ]
    return sorted(found, key=lambda course: course.release.title.casefold())


def languages(session: Session | sa.Connection) -> dict[str, str]:
    """Return the language of each course's own text, by the course's short name."""
    return {
        slug: COURSE_LANGUAGE if release_id is None else release_view(session, release_id).language
        for slug, release_id in session.execute(select(Course.slug, Course.live_release_id))
    }


def release_view(session: Session | sa.Connection, release_id: int) -> ReleaseView:
    """Return the release *release_id* as pages read it; from memory where it was asked for before."""
    return _RELEASES.get(
        (_database(session), release_id, COMPILER_VERSION), lambda: _load_release(session, release_id)
    )


def compiled_module(session: Session | sa.Connection, digest: str) -> CompiledModule:
    """Return what was compiled of the revision *digest*; from memory where it was asked for before."""

    def load() -> tuple[CompiledModule, int]:
        stored = session.execute(_COMPILED_TEXT, {"digest": digest}).scalar_one()
        return CompiledModule.from_json(stored), len(stored)

    return _COMPILED.get((digest, COMPILER_VERSION), load)


def parsed_module(session: Session | sa.Connection, revision_id: int) -> ModuleDocument:
    """Return the text of a revision as it was understood, with the pass mark it was published under."""

    def load() -> tuple[ModuleDocument, int]:
        row = session.execute(
            select(ModuleRevision.text, ModuleRevision.pass_mark, Module.slug, Module.kind)
            .join(Module, Module.id == ModuleRevision.module_id)
            .where(ModuleRevision.id == revision_id)
        ).one()
        return _parse(row.slug, row.kind, row.text, row.pass_mark), len(row.text) * 4

    return _PARSED.get((_database(session), revision_id), load)


def trainers_of(session: Session, course: Course) -> list[User]:
    """Return the trainers of *course*, by name."""
    return list(
        session.scalars(
            select(User)
            .join(CourseTrainer, CourseTrainer.user_id == User.id)
            .where(CourseTrainer.course_id == course.id)
            .order_by(User.name, User.id)
        )
    )


def history(session: Session, course: Course) -> list[Release]:
    """Return the releases of *course*, the newest first."""
    return list(
        session.scalars(select(Release).where(Release.course_id == course.id).order_by(Release.number.desc()))
    )


def release_of_number(session: Session, course: Course, number: int) -> Release | None:
    """Return the release of *course* with this number."""
    return session.scalar(select(Release).where(Release.course_id == course.id, Release.number == number))


def export_texts(session: Session, release: Release) -> dict[str, str]:
    """Return the Markdown files of *release* by name, exactly as published."""
    texts = {COURSE_FILE: release.page_text}
    if release.glossary_text is not None:
        texts[GLOSSARY_FILE] = release.glossary_text
    rows = session.execute(
        select(ReleaseModule.file_name, ModuleRevision.text)
        .join(ModuleRevision, ModuleRevision.id == ReleaseModule.revision_id)
        .where(ReleaseModule.release_id == release.id)
        .order_by(ReleaseModule.position)
    )
    texts.update({row.file_name: row.text for row in rows})
    return texts


def export_files(session: Session, release: Release) -> dict[str, bytes]:
    """Return every file of *release* by name, media included, with the bytes that were published."""
    files = {name: text.encode() for name, text in export_texts(session, release).items()}
    rows = session.execute(
        select(ReleaseMedia.path, Media.content)
        .join(Media, Media.digest == ReleaseMedia.digest)
        .where(ReleaseMedia.release_id == release.id)
        .order_by(ReleaseMedia.path)
    )
    files.update({row.path: row.content for row in rows})
    return files


def media_for(session: Session, digest: str, *, viewer_id: int | None) -> tuple[Media, bool] | None:
    """Return the medium *digest* and whether everybody may see it; None where this viewer may not.

    Media are public once some release holds them; those of drafts are for the course's trainers.
    """
    is_public = select(ReleaseMedia.digest).where(ReleaseMedia.digest == digest).exists()
    is_own = (
        select(DraftMedia.digest)
        .join(CourseTrainer, CourseTrainer.course_id == DraftMedia.course_id)
        .where(DraftMedia.digest == digest, CourseTrainer.user_id == viewer_id)
        .exists()
    )
    row = session.execute(
        select(Media, is_public.label("public"))
        .options(undefer(Media.content))
        .where(Media.digest == digest, or_(is_public, is_own) if viewer_id is not None else is_public)
    ).first()
    return None if row is None else (row[0], bool(row[1]))


def recompile_all(session: Session, *, now: datetime) -> int:
    """Compile again every published text this version of the compiler has not made yet; return how many.

    Old releases too: an attempt shows the text it was begun on, and its result is looked at years later.
    A text that several releases hold is compiled as the newest of them shows it.
    """
    del now  # Compiled texts carry no date: the same text always compiles to the same.
    newest_first = select(Release).order_by(Release.course_id, Release.number.desc())
    return sum(compile_missing(session, release) for release in session.scalars(newest_first))


_COMPILED_TEXT = select(CompiledText.compiled).where(
    CompiledText.digest == sa.bindparam("digest"), CompiledText.compiler_version == COMPILER_VERSION
)


_LIVE = (
    select(Course.id, Course.slug, Course.state, Course.live_release_id)
    .where(Course.live_release_id.is_not(None), Course.state == CourseState.LISTED)
    .order_by(Course.slug)
)


def _database(session: Session | sa.Connection) -> str:
    bind = session.get_bind() if isinstance(session, Session) else session
    return bind.engine.url.render_as_string(hide_password=True)


def _parse(slug: str, kind: str, text: str, pass_mark: int) -> ModuleDocument:
    # The number of a module's file name decides nothing here, so any will do.
    name = f"{slug}.md" if kind != ModuleKind.MODULE else f"01-{slug}.md"
    document, _problems = parse_module(name, text, pass_mark=pass_mark)
    if document is None:
        raise LookupError(f"the published text of {slug} can no longer be read")
    return document


def _load_release(session: Session | sa.Connection, release_id: int) -> tuple[ReleaseView, int]:
    row = session.execute(
        select(
            Release.course_id, Release.number, Release.published_at, Release.title, Release.required_count,
            Release.gives_certificate, Release.sequential, Release.page_text, Course.slug, CompiledText.compiled,
        )
        .join(Course, Course.id == Release.course_id)
        .join(
            CompiledText,
            sa.and_(
                CompiledText.digest == Release.page_digest, CompiledText.compiler_version == COMPILER_VERSION
            ),
        )
        .where(Release.id == release_id)
    ).one()  # fmt: skip
    reading, _problems = parse_course_page(row.page_text)
    page = getattr(reading, "document", reading)
    if page is None:
        raise LookupError(f"the course page of release {release_id} can no longer be read")
    modules = tuple(_modules(session, release_id))
    view = ReleaseView(
        id=release_id,
        course_id=row.course_id,
        slug=row.slug,
        number=row.number,
        published_at=row.published_at.isoformat(),
        title=row.title,
        summary=page.summary,
        audience=page.audience,
        level=page.level,
        category=page.category,
        language=page.language,
        hours=page.hours,
        code=page.code or row.slug.upper(),
        objectives=dict(page.objectives),
        prerequisites=page.prerequisites,
        sequential=row.sequential,
        pass_mark=page.pass_mark,
        gives_certificate=row.gives_certificate,
        valid_months=page.valid_months,
        trainers=page.trainers,
        required_count=row.required_count,
        page=CompiledPage.from_json(row.compiled),
        modules=modules,
    )
    return view, len(row.page_text) * 2 + len(row.compiled) + 2000 * len(modules)


def _modules(session: Session | sa.Connection, release_id: int) -> list[ModuleView]:
    rows = session.execute(
        select(
            ReleaseModule.module_id, ReleaseModule.revision_id, ReleaseModule.position, ReleaseModule.file_name,
            ReleaseModule.title, ReleaseModule.required, ReleaseModule.completion, ReleaseModule.has_quiz,
            Module.slug, Module.kind, ModuleRevision.digest, ModuleRevision.pass_mark,
        )
        .join(Module, Module.id == ReleaseModule.module_id)
        .join(ModuleRevision, ModuleRevision.id == ReleaseModule.revision_id)
        .where(ReleaseModule.release_id == release_id)
        .order_by(ReleaseModule.position)
    ).all()  # fmt: skip
    found = []
    for row in rows:
        document = parsed_module(session, row.revision_id)
        compiled = compiled_module(session, row.digest)
        found.append(
            ModuleView(
                module_id=row.module_id,
                slug=row.slug,
                kind=ModuleKind(row.kind),
                title=row.title,
                minutes=compiled.minutes if row.kind == ModuleKind.MODULE else 0,
                required=row.required,
                completion=CompletionRule(row.completion),
                has_quiz=row.has_quiz,
                revision_id=row.revision_id,
                digest=row.digest,
                pass_mark=row.pass_mark,
                position=row.position,
                file_name=row.file_name,
                question_count=0 if document.quiz is None else len(draw(document.quiz, seed=0)),
                objectives=document.objectives,
                weight=compiled.weight,
                checked_on=compiled.checked_on,
                review_on=compiled.review_on,
                change_note=document.change_note,
            )
        )
    return found
