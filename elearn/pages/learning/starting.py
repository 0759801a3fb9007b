"""The page before a quiz: its rules, and the attempts so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask_babel import gettext as _
from markupsafe import Markup

from elearn.pages.learning.questions import quiz_title
from elearn.records.attempts.models import Attempt, Grade
from elearn.records.attempts.queries import is_overdue
from elearn.records.catalogue.views import ReleaseView
from elearn.records.study import QuizView
from elearn.web.templating import safe


@dataclass(frozen=True, slots=True)
class AttemptLine:
    """One attempt in the list of attempts; *state* is open, over, waiting, not_taken or graded."""

    number: int
    at: datetime
    state: str
    passed: bool | None
    score: int | None
    address: str
    link_words: str


@dataclass(frozen=True, slots=True)
class QuizPage:
    """What stands before a quiz is started."""

    view: QuizView
    release: ReleaseView
    intro: str

    @property
    def title(self) -> str:
        return quiz_title(self.view.kind, self.view.title)

    @property
    def language(self) -> str:
        return self.release.language

    @property
    def course_title(self) -> str:
        return self.view.course_title

    @property
    def course_address(self) -> str:
        return f"/kursus/{self.view.course_slug}"

    @property
    def place(self) -> str:
        return self.view.title

    @property
    def lesson_address(self) -> str:
        return f"{self.course_address}/{self.view.module_slug}"

    @property
    def address(self) -> str:
        return f"{self.lesson_address}/kuis"

    @property
    def intro_html(self) -> Markup:
        return safe(self.intro)

    @property
    def question_count(self) -> int:
        module = self.release.module(self.view.module_slug)
        return module.question_count if module is not None else 0

    @property
    def pass_mark(self) -> int:
        return self.view.quiz.pass_mark

    @property
    def has_pass_mark(self) -> bool:
        """A pre-test only measures: there is nothing to pass."""
        return self.view.kind != "pretest"

    @property
    def timed(self) -> bool:
        return self.view.quiz.time_limit is not None

    @property
    def time_words(self) -> str:
        limit = self.view.quiz.time_limit
        if limit is None:
            return str(_("tanpa batas waktu"))
        return str(_("%(n)s menit", n=int(limit.total_seconds()) // 60))

    @property
    def attempt_words(self) -> str:
        chances = self.view.chances
        if self.view.kind == "pretest":
            return str(_("satu kali, tidak menentukan lulus"))
        number = chances.used if self.open or chances.are_used_up else chances.used + 1
        if chances.allowed is None:
            return str(_("ke-%(n)s, boleh diulang", n=number))
        return str(_("ke-%(n)s dari %(total)s", n=min(number, chances.allowed), total=chances.allowed))

    @property
    def open(self) -> bool:
        return self.view.open_attempt is not None

    @property
    def overdue(self) -> UUID | None:
        """The attempt whose time is over and that no press has closed yet."""
        return self.view.overdue_attempt

    @property
    def back_words(self) -> str:
        return str(_("Kembali ke modul") if self.view.kind == "module" else _("Kembali ke kursus"))

    @property
    def back_address(self) -> str:
        return self.lesson_address if self.view.kind == "module" else self.course_address


def attempt_lines(rows: Sequence[tuple[Attempt, Grade | None]], now: datetime) -> list[AttemptLine]:
    """Return the attempts so far, the latest first; one whose time is over shows as closed."""
    lines = []
    for attempt, grade in reversed(rows):
        address = f"/percobaan/{attempt.uuid}"
        if is_overdue(attempt, now):
            # Its page closes it, by a press.
            ended = attempt.deadline or attempt.started_at
            lines.append(AttemptLine(attempt.number, ended, "over", None, None, address, _("Lihat hasil")))
            continue
        if attempt.handed_in_at is None or grade is None:
            started = AttemptLine(
                attempt.number, attempt.started_at, "open", None, None, address, _("Lanjutkan")
            )
            lines.append(started)
            continue
        lines.append(
            AttemptLine(
                attempt.number,
                attempt.handed_in_at,
                grade.outcome,
                grade.passed,
                grade.score,
                f"{address}/hasil",
                _("Lihat hasil"),
            )
        )
    return lines
