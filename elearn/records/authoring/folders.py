"""A course folder on disk: publishing it, and the marker that says which release it came from."""

from __future__ import annotations

import contextlib
import hashlib
import json
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from elearn.content.documents import COURSE_FILE, GLOSSARY_FILE
from elearn.content.library import read_course
from elearn.content.problems import order_problems
from elearn.records.accounts.models import User
from elearn.records.audit.models import Way
from elearn.records.authoring.publishing import PublishRefusedError, PublishResult, publish
from elearn.records.catalogue import queries as catalogue
from elearn.records.catalogue.models import Course, ModuleRevision, Origin, Release, ReleaseModule
from elearn.records.errors import NotFoundError, _

MARKER = ".elearn.json"


def publish_folder(
    session: Session,
    path: Path,
    *,
    note: str,
    overwrite: bool,
    actor: User | None,
    now: datetime,
    today: date | None,
) -> PublishResult:
    """Publish the course folder (or .zip) at *path*; a no-op when nothing changed.

    A text that was edited in the browser since the folder was written is not replaced unless
    *overwrite* says so.
    """
    document, problems = read_course(path, today=today)
    if document is None:
        raise PublishRefusedError(_("Ada yang harus dibetulkan sebelum terbit."), problems=problems)
    files = {module.file_name: module.text.encode() for module in document.all_modules()}
    files[COURSE_FILE] = document.text.encode()
    if document.glossary is not None:
        files[GLOSSARY_FILE] = document.glossary.text.encode()
    files.update({file.path: file.content for file in document.media})
    if any(found.blocks_publishing for found in problems):
        raise PublishRefusedError(_("Ada yang harus dibetulkan sebelum terbit."), problems=problems)
    texts = {name: content.decode() for name, content in files.items() if name.endswith(".md")}
    slug = document.slug
    result = publish(
        session,
        slug=slug,
        files=files,
        note=note,
        origin=Origin.FOLDER,
        actor=actor,
        way=Way.COMMAND if actor is None else Way.PAGE,
        now=now,
        today=today,
        protected=dict if overwrite else lambda: _protected(session, path, slug, texts),
    )
    # Files that are no part of the course are known to who read the folder only.
    return PublishResult(result.release, tuple(order_problems([*problems, *result.problems])))


def write_marker(session: Session, folder: Path, *, slug: str | None = None) -> None:
    """Write down which release *folder* equals now; no harm where it cannot be written."""
    if not folder.is_dir():
        return
    try:
        course = catalogue.course_by_slug(session, slug or folder.resolve().name)
    except NotFoundError:
        return
    if course.live_release is None:
        return
    texts = catalogue.export_texts(session, course.live_release)
    marker = {
        "course": course.slug,
        "release": course.live_release.number,
        "files": {name: hashlib.sha256(text.encode()).hexdigest() for name, text in texts.items()},
    }
    with contextlib.suppress(OSError):
        (folder / MARKER).write_text(json.dumps(marker, indent=2) + "\n", encoding="utf-8")


def _protected(session: Session, path: Path, slug: str, texts: dict[str, str]) -> dict[str, str]:
    """Return the live texts that *texts* must not replace: edited in the browser after the folder's release."""
    course = session.scalar(select(Course).where(Course.slug == slug))
    if course is None or course.live_release is None:
        return {}
    live = catalogue.export_texts(session, course.live_release)
    known = _marked_release(session, course, path)
    known_texts = None if known is None else catalogue.export_texts(session, known)
    origins = _origins(session, course, course.live_release, live)
    protected = {}
    for name, text in live.items():
        # A file that the folder lacks would be taken out of the course, which is no less a loss.
        mine = texts.get(name)
        if origins[name] != Origin.BROWSER or mine == text:
            continue
        if known_texts is not None:
            if known_texts.get(name) != text:
                protected[name] = text
        elif mine is None or mine not in _earlier_texts(session, course, name):
            protected[name] = text
    return protected


def _marked_release(session: Session, course: Course, path: Path) -> Release | None:
    try:
        marker = json.loads((path / MARKER).read_text("utf-8"))
        number = int(marker["release"]) if marker["course"] == course.slug else 0
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return catalogue.release_of_number(session, course, number)


def _origins(session: Session, course: Course, live: Release, texts: dict[str, str]) -> dict[str, str]:
    """Return where each live text came from: a module's revision says, the other files' release does."""
    rows = session.execute(
        select(ReleaseModule.file_name, ModuleRevision.origin)
        .join(ModuleRevision, ModuleRevision.id == ReleaseModule.revision_id)
        .where(ReleaseModule.release_id == live.id)
    )
    origins = {row.file_name: row.origin for row in rows}
    releases = catalogue.history(session, course)
    for name in (COURSE_FILE, GLOSSARY_FILE):
        if name in texts:
            origin = live.origin
            for release in releases:
                text = release.page_text if name == COURSE_FILE else release.glossary_text
                if text != texts[name]:
                    break
                origin = release.origin
            origins[name] = origin
    return origins


def _earlier_texts(session: Session, course: Course, name: str) -> set[str | None]:
    if name == COURSE_FILE:
        return {release.page_text for release in catalogue.history(session, course)}
    if name == GLOSSARY_FILE:
        return {release.glossary_text for release in catalogue.history(session, course)}
    return set(
        session.scalars(
            select(ModuleRevision.text)
            .join(ReleaseModule, ReleaseModule.module_id == ModuleRevision.module_id)
            .join(Release, Release.id == ReleaseModule.release_id)
            .where(Release.course_id == course.id, ReleaseModule.file_name == name)
        )
    )
