"""Courses, modules, their immutable revisions and releases, drafts and media."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from elearn.records.base import Base, pk


class CourseState(StrEnum):
    """Whether a course can be found and entered."""

    LISTED = "listed"
    #: No new enrolments; everything stays reachable for who is in it.
    UNLISTED = "unlisted"
    #: Read-only.
    RETIRED = "retired"


class Origin(StrEnum):
    """Where a published text came from."""

    FOLDER = "folder"
    BROWSER = "browser"


class Course(Base):
    """A course; what it says stands in its releases, which one is live stands here."""

    __tablename__ = "courses"

    id: Mapped[pk]
    slug: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str] = mapped_column(default=CourseState.LISTED)
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    #: Empty until the first publication: a course of drafts only.
    live_release_id: Mapped[int | None] = mapped_column(
        ForeignKey("releases.id", use_alter=True, name="fk_courses_live_release_id")
    )

    live_release: Mapped[Release | None] = relationship(foreign_keys=[live_release_id], post_update=True)


class CourseTrainer(Base):
    """A trainer's course: who may write it and see what its learners do."""

    __tablename__ = "course_trainers"

    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    added_at: Mapped[datetime]
    added_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class Module(Base):
    """One step of a course for ever: a module, the pre-test (`pretes`) or the post-test (`postes`)."""

    __tablename__ = "modules"
    __table_args__ = (
        UniqueConstraint("course_id", "slug"),
        CheckConstraint("kind IN ('module', 'pretest', 'posttest')", name="known_kind"),
    )

    id: Mapped[pk]
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"))
    slug: Mapped[str]
    kind: Mapped[str]

    course: Mapped[Course] = relationship()


class ModuleRevision(Base):
    """A module's text as it was published; never changed, addressed by its digest.

    The digest covers the text and whatever from outside decides what is shown or graded: the
    effective pass mark, the glossary entries used, the digests of its media.
    """

    __tablename__ = "module_revisions"
    __table_args__ = (UniqueConstraint("module_id", "digest"),)

    id: Mapped[pk]
    module_id: Mapped[int] = mapped_column(ForeignKey("modules.id"))
    digest: Mapped[str]
    text: Mapped[str]
    #: The effective pass mark of its quiz in ten-thousandths; the course's where it has none of its own.
    pass_mark: Mapped[int]
    #: JSON objects: abbreviation → meaning, and path → digest, of what this text uses.
    glossary: Mapped[str] = mapped_column(default="{}")
    media: Mapped[str] = mapped_column(default="{}")
    origin: Mapped[str]
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    module: Mapped[Module] = relationship()


class CompiledText(Base):
    """HTML and what else is made of a published text; made again when the compiler changes.

    *digest* is a module revision's, or a course page's (see `Release.page_digest`).
    """

    __tablename__ = "compiled_texts"

    digest: Mapped[str] = mapped_column(primary_key=True)
    compiler_version: Mapped[int] = mapped_column(primary_key=True)
    #: JSON of `CompiledModule` or `CompiledPage`.
    compiled: Mapped[str]


class Release(Base):
    """A course as it was published: numbered from 1, never changed."""

    __tablename__ = "releases"
    __table_args__ = (UniqueConstraint("course_id", "number"),)

    id: Mapped[pk]
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"))
    number: Mapped[int]
    published_at: Mapped[datetime]
    published_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    note: Mapped[str] = mapped_column(default="")
    origin: Mapped[str]
    #: `kursus.md` and `glosarium.md` as published; the glossary is empty where there is none.
    page_text: Mapped[str]
    page_digest: Mapped[str]
    glossary_text: Mapped[str | None]
    #: What settlement and reports ask of a release, so that they need not parse it.
    title: Mapped[str]
    required_count: Mapped[int]
    gives_certificate: Mapped[bool]
    sequential: Mapped[bool]

    course: Mapped[Course] = relationship(foreign_keys=[course_id])
    modules: Mapped[list[ReleaseModule]] = relationship(
        back_populates="release", order_by="ReleaseModule.position"
    )


class ReleaseModule(Base):
    """One text of a release, in order (pre-test first, post-test last), with its file name for export."""

    __tablename__ = "release_modules"
    __table_args__ = (
        UniqueConstraint("release_id", "position"),
        Index(None, "module_id", "release_id"),
        Index(None, "revision_id"),
    )

    release_id: Mapped[int] = mapped_column(ForeignKey("releases.id"), primary_key=True)
    module_id: Mapped[int] = mapped_column(ForeignKey("modules.id"), primary_key=True)
    revision_id: Mapped[int] = mapped_column(ForeignKey("module_revisions.id"))
    position: Mapped[int]
    file_name: Mapped[str]
    title: Mapped[str]
    #: A module that must be complete, or the post-test; never the pre-test.
    required: Mapped[bool]
    #: `read`, `quiz` or `read and quiz`.
    completion: Mapped[str]
    has_quiz: Mapped[bool]

    release: Mapped[Release] = relationship(back_populates="modules")
    module: Mapped[Module] = relationship()
    revision: Mapped[ModuleRevision] = relationship()


class Media(Base):
    """One file shown in lessons, addressed by its SHA-256; an upload cut short leaves no row."""

    __tablename__ = "media"

    digest: Mapped[str] = mapped_column(primary_key=True)
    #: Without the dot: ``svg``.
    extension: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    created_at: Mapped[datetime]


class ReleaseMedia(Base):
    """A medium some release holds: only these are served to everybody."""

    __tablename__ = "release_media"
    __table_args__ = (Index(None, "digest"),)

    release_id: Mapped[int] = mapped_column(ForeignKey("releases.id"), primary_key=True)
    #: As the course calls it: ``media/alur.svg``.
    path: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(ForeignKey("media.digest"))


class DraftMedia(Base):
    """A picture added in the editor and not yet published: for the course's trainers only."""

    __tablename__ = "draft_media"
    __table_args__ = (Index(None, "digest"),)

    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"), primary_key=True)
    path: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(ForeignKey("media.digest"))
    added_at: Mapped[datetime]
    added_by: Mapped[int] = mapped_column(ForeignKey("users.id"))


class Draft(Base):
    """A trainer's unpublished text of one file of a course: one per file and trainer.

    It remembers the text it started from, so that a change made meanwhile is seen; every save
    raises its number, so that a second tab cannot overwrite what the first has saved.
    """

    __tablename__ = "drafts"
    __table_args__ = (UniqueConstraint("course_id", "file_name", "user_id"),)

    id: Mapped[pk]
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"))
    file_name: Mapped[str]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    text: Mapped[str]
    #: The published text it started from; empty for a new file.
    base_text: Mapped[str]
    number: Mapped[int]
    created_at: Mapped[datetime]
    saved_at: Mapped[datetime]


class DraftAside(Base):
    """A save that came with an old number, from a forgotten tab: kept beside the draft and shown."""

    __tablename__ = "draft_asides"
    __table_args__ = (Index(None, "draft_id"),)

    id: Mapped[pk]
    draft_id: Mapped[int] = mapped_column(ForeignKey("drafts.id", ondelete="CASCADE"))
    text: Mapped[str]
    base_number: Mapped[int]
    saved_at: Mapped[datetime]
