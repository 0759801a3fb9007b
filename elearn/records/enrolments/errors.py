"""What enrolling and reading refuse."""

from __future__ import annotations

from elearn.records.errors import RefusedError, _


class CourseNotOpenError(RefusedError):
    """The course takes no new learners, or is read-only."""


class ModuleNotOpenError(RefusedError):
    """A module before this one, called *title*, must be complete first."""

    def __init__(self, title: str) -> None:
        super().__init__(_("Selesaikan dulu modul “%(title)s”.", title=title))
        self.title = title
