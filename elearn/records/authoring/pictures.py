"""Pictures added in the browser: drawn anew, kept for the course's trainers until a release shows them."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import PurePosixPath

from sqlalchemy import select
from sqlalchemy.orm import Session

from elearn.content import media as pictures
from elearn.content.problems import CODES
from elearn.records.accounts.models import User
from elearn.records.catalogue.models import Course, DraftMedia, Release, ReleaseMedia
from elearn.records.catalogue.services import add_media
from elearn.records.errors import RefusedError, Sentence, said

_PICTURE_NAME = re.compile(r"[^a-z0-9]+")


def add_picture(
    session: Session, course: Course, *, name: str, content: bytes, actor: User, now: datetime
) -> str:
    """Keep an uploaded picture for *course* and return its path (``media/dapur.webp``).

    Photographs are encoded again, so that nothing else of the file remains; SVG and PDF are taken as
    they are or refused.
    """
    stem = PurePosixPath(name.strip().replace("\\", "/")).stem
    ending = _kept_as_it_is(content)
    try:
        if ending is not None:
            refused = [
                code for code, _message in pictures.check(f"media/x.{ending}", content) if code != "K116f"
            ]
            if refused:
                raise RefusedError(Sentence(CODES[refused[0]].sentence), field="content")
            media_type = pictures.media_type(f"media/x.{ending}") or ""
        else:
            content, media_type = pictures.reencode_picture(content)
            ending = pictures.ending(media_type).removeprefix(".")
    except pictures.MediaRefusedError as error:
        raise RefusedError(said(error.sentence), field="content") from error
    plain = _PICTURE_NAME.sub("-", stem.lower()).strip("-")[:60] or "gambar"
    digest = add_media(session, content, ending, media_type, now)
    path = _free_path(session, course, plain, ending, digest)
    if session.get(DraftMedia, (course.id, path)) is None and not _is_live(session, course, path, digest):
        session.add(
            DraftMedia(course_id=course.id, path=path, digest=digest, added_at=now, added_by=actor.id)
        )
        session.flush()
    return path


def _kept_as_it_is(content: bytes) -> str | None:
    """Return how the name of a drawing or document ends, by what is in it; None for a photograph."""
    start = content[:1024].removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"%PDF-"):
        return "pdf"
    return "svg" if start.startswith(b"<") else None


def _free_path(session: Session, course: Course, stem: str, ending: str, digest: str) -> str:
    taken = {row.path: row.digest for row in session.execute(
        select(DraftMedia.path, DraftMedia.digest).where(DraftMedia.course_id == course.id)
    )}  # fmt: skip
    taken |= {row.path: row.digest for row in session.execute(
        select(ReleaseMedia.path, ReleaseMedia.digest)
        .join(Release, Release.id == ReleaseMedia.release_id)
        .where(Release.course_id == course.id)
    )}  # fmt: skip
    number = 1
    path = f"media/{stem}.{ending}"
    while taken.get(path, digest) != digest:
        number += 1
        path = f"media/{stem}-{number}.{ending}"
    return path


def _is_live(session: Session, course: Course, path: str, digest: str) -> bool:
    found = session.scalar(
        select(ReleaseMedia.digest).where(
            ReleaseMedia.release_id == course.live_release_id, ReleaseMedia.path == path
        )
    )
    return found == digest
