"""What answering, starting and handing in refuse."""

from __future__ import annotations

from datetime import datetime

from elearn.records.errors import ConflictError, RefusedError, Sentence, _


class AttemptClosedError(ConflictError):
    """An answer came after the attempt was handed in or its time was over.

    *closed_now* says that this very act closed an overdue attempt: commit it, then tell.
    """

    def __init__(self, number: int, *, closed_now: bool = False) -> None:
        super().__init__(_("Percobaan ke-%(number)s sudah dikumpulkan.", number=number))
        self.number = number
        self.closed_now = closed_now


class AttemptOpenError(ConflictError):
    """A result was asked for before the attempt was handed in; *overdue* if only its closing is missing."""

    def __init__(self, *, overdue: bool) -> None:
        super().__init__(_("Kuis ini belum dikumpulkan, jadi hasilnya belum ada."))
        self.overdue = overdue


class QuizNotOpenError(RefusedError):
    """The quiz cannot be started now; *opens_at* says when it can, where time alone is missing.

    *closed_now* says that this very act closed an overdue attempt: commit it, then tell.
    """

    def __init__(
        self, sentence: Sentence, *, opens_at: datetime | None = None, closed_now: bool = False
    ) -> None:
        super().__init__(sentence)
        self.opens_at = opens_at
        self.closed_now = closed_now


class SameEventError(RefusedError):
    """An event that is saved already came again with another answer."""

    def __init__(self) -> None:
        super().__init__(
            _("Kiriman ini sudah dipakai untuk jawaban lain. Muat ulang halaman, lalu jawab lagi.")
        )


class NotAnAnswerError(RefusedError):
    """What came is no answer to this item; the sentence never depends on what is right."""


class AnswerTooLongError(RefusedError):
    """What was typed is longer than is kept (413)."""
