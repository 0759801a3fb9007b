"""Whether a quiz may be started: attempts left, and the wait between two of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from elearn.content.documents import ModuleKind
from elearn.content.items import Quiz
from elearn.records.attempts.errors import QuizNotOpenError
from elearn.records.attempts.models import Attempt, ExtraAttempt
from elearn.records.errors import Sentence, _


@dataclass(frozen=True, slots=True)
class Chances:
    """How often a quiz was taken in one enrolment, and how often it may be; *allowed* None is no limit."""

    used: int
    allowed: int | None
    has_open: bool
    last_ended_at: datetime | None

    @property
    def are_used_up(self) -> bool:
        """Whether every chance was used and none is still open."""
        return not self.has_open and self.allowed is not None and self.used >= self.allowed

    def opens_at(self, wait: timedelta) -> datetime | None:
        """Return when the wait after the last attempt is over; None where there is nothing to wait for."""
        return self.last_ended_at + wait if self.last_ended_at is not None and wait else None


def chances(session: Session, enrolment_id: int, module_id: int, quiz: Quiz, kind: str) -> Chances:
    """Return the chances of *quiz* as it is live; the pre-test has one, whatever its file says."""
    used, ended, last = session.execute(
        select(func.count(), func.count(Attempt.handed_in_at), func.max(Attempt.handed_in_at)).where(
            Attempt.enrolment_id == enrolment_id, Attempt.module_id == module_id
        )
    ).one()
    allowed = 1 if kind == ModuleKind.PRETEST else quiz.attempts
    if allowed is not None:
        granted = select(func.count()).where(
            ExtraAttempt.enrolment_id == enrolment_id, ExtraAttempt.module_id == module_id
        )
        allowed += session.scalar(granted) or 0
    return Chances(used=used, allowed=allowed, has_open=used > ended, last_ended_at=last)


def check_chances(found: Chances, quiz: Quiz, now: datetime) -> None:
    """Refuse another attempt where none is left, or it is too early."""
    if found.are_used_up:
        raise QuizNotOpenError(
            _("Kesempatan Anda untuk kuis ini sudah habis. Hubungi petugas kalau perlu satu lagi.")
        )
    opens_at = found.opens_at(quiz.wait)
    if opens_at is not None and opens_at > now:
        raise QuizNotOpenError(_wait_sentence(opens_at - now), opens_at=opens_at)


def _wait_sentence(left: timedelta) -> Sentence:
    """Say how long to wait, rounded up, in the largest unit that does not mislead."""
    minutes = max(1, -(-left // timedelta(minutes=1)))
    if minutes < 120:
        return _("Anda bisa mencoba lagi %(count)s menit lagi.", count=minutes)
    hours = -(-minutes // 60)
    if hours < 48:
        return _("Anda bisa mencoba lagi %(count)s jam lagi.", count=hours)
    return _("Anda bisa mencoba lagi %(count)s hari lagi.", count=-(-hours // 24))
