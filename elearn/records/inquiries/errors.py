"""What is refused about questions and answers."""

from __future__ import annotations

from elearn.records.errors import NotFoundError, RefusedError, _


class InquiryNotFoundError(NotFoundError):
    """There is no such question, or it is not the asker's or of the trainer's courses."""

    def __init__(self) -> None:
        super().__init__(_("Pertanyaan ini tidak ditemukan."))


class CourseClosedError(RefusedError):
    """The course takes no questions."""

    def __init__(self) -> None:
        super().__init__(_("Kursus ini sudah ditutup, jadi tidak menerima pertanyaan lagi."), field="about")
