"""What the catalogue refuses."""

from __future__ import annotations

from elearn.records.errors import NotFoundError, _


class CourseNotFoundError(NotFoundError):
    """There is no such course, or it is not the asker's."""

    def __init__(self) -> None:
        super().__init__(_("Kursus ini tidak ditemukan."))


class ReleaseNotFoundError(NotFoundError):
    """The course has no release of this number."""

    def __init__(self) -> None:
        super().__init__(_("Terbitan ini tidak ditemukan."))
