"""Compiling what a release holds, for a version of the compiler that has not done so yet."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from elearn.content.compiler import (
    COMPILER_VERSION,
    CourseContext,
    MediaUse,
    compile_course_page,
    compile_module,
)
from elearn.content.documents import COURSE_FILE, GLOSSARY_FILE, MediaFile
from elearn.content.library import read_files
from elearn.content.parser import parse_glossary
from elearn.records.catalogue.models import (
    CompiledText,
    Course,
    Media,
    Module,
    ModuleRevision,
    Release,
    ReleaseMedia,
    ReleaseModule,
)


def context_of_release(session: Session, release: Release) -> CourseContext:
    """Return the context that *release* is for its own texts."""
    slug = session.scalars(select(Course.slug).where(Course.id == release.course_id)).one()
    modules = session.execute(
        select(ReleaseModule.file_name, Module.slug)
        .join(Module, Module.id == ReleaseModule.module_id)
        .where(ReleaseModule.release_id == release.id)
    )
    media = session.execute(
        select(ReleaseMedia.path, Media.digest, Media.media_type, Media.content)
        .join(Media, Media.digest == ReleaseMedia.digest)
        .where(ReleaseMedia.release_id == release.id)
    )
    glossary, _problems = parse_glossary(release.glossary_text or "")
    return CourseContext(
        course_slug=slug,
        module_slugs={row.file_name: row.slug for row in modules},
        media={
            row.path: MediaUse.of(MediaFile(row.path, row.content, row.media_type, row.digest))
            for row in media
        },
        glossary=dict(glossary.entries) if glossary is not None else {},
    )


def compile_missing(session: Session, release: Release) -> int:
    """Compile those texts of *release* that this version of the compiler has not; return how many."""
    rows = session.execute(
        select(ReleaseModule.file_name, ModuleRevision.digest, ModuleRevision.text)
        .join(ModuleRevision, ModuleRevision.id == ReleaseModule.revision_id)
        .where(ReleaseModule.release_id == release.id)
    ).all()
    wanted = {release.page_digest, *(row.digest for row in rows)}
    made = set(
        session.scalars(
            select(CompiledText.digest).where(
                CompiledText.digest.in_(wanted), CompiledText.compiler_version == COMPILER_VERSION
            )
        )
    )
    if wanted <= made:
        return 0
    context = context_of_release(session, release)
    files = {row.file_name: row.text.encode() for row in rows} | {COURSE_FILE: release.page_text.encode()}
    if release.glossary_text is not None:
        files[GLOSSARY_FILE] = release.glossary_text.encode()
    document, _problems = read_files(context.course_slug, files)
    if document is None:
        raise LookupError(f"release {release.number} of {context.course_slug} can no longer be read")
    digests = {row.file_name: row.digest for row in rows}
    compiled = {
        digests[module.file_name]: compile_module(module, context).to_json()
        for module in document.all_modules()
        if digests[module.file_name] not in made
    }
    if release.page_digest not in made:
        compiled[release.page_digest] = compile_course_page(document, context).to_json()
    for digest, text in compiled.items():
        session.add(CompiledText(digest=digest, compiler_version=COMPILER_VERSION, compiled=text))
    session.flush()
    return len(compiled)
