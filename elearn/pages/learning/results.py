"""How an attempt went, as its page and its data say it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup

from elearn.content.items import ItemType, ScoreRule
from elearn.pages.learning.questions import quiz_title
from elearn.records.attempts.models import Outcome
from elearn.records.attempts.results import ItemResultView, ResultView
from elearn.records.completions.scores import Comparison
from elearn.records.reading import CourseState
from elearn.web.courses import Course, certificate_link
from elearn.web.templating import moment, percent, points, safe


@dataclass(frozen=True, slots=True)
class ItemLine:
    """One question of a result."""

    view: ItemResultView
    course_slug: str

    @property
    def right(self) -> bool | None:
        return self.view.right

    @property
    def prompt(self) -> Markup:
        return safe(self.view.asked.prompt_html)

    @property
    def answers(self) -> list[Markup]:
        """What was answered, a text each; empty where nothing was."""
        return [safe(html) for html in self.view.answer_html]

    @property
    def is_ordered(self) -> bool:
        return self.view.asked.type is ItemType.ORDER

    @property
    def feedback(self) -> list[Markup]:
        return [safe(html) for html in self.view.feedback_html]

    @property
    def key(self) -> Markup:
        return safe(self.view.key_html)

    @property
    def explanation(self) -> Markup:
        return safe(self.view.explanation_html)

    @property
    def word(self) -> str:
        return self.view.word

    @property
    def pending_words(self) -> str:
        return str(_("Menunggu dinilai") if self.view.max_points else _("Tidak dinilai"))

    @property
    def points_words(self) -> str:
        view = self.view
        if view.points is None or view.points in {0, view.max_points}:
            return ""
        return str(_("%(got)s dari %(most)s poin", got=points(view.points), most=points(view.max_points)))

    @property
    def reread_address(self) -> str:
        target = self.view.reread
        if target is None or self.view.right is not False:
            return ""
        anchor = f"#{target.anchor}" if target.anchor else ""
        return f"/kursus/{self.course_slug}/{target.module_slug}{anchor}"

    @property
    def reread_words(self) -> str:
        target = self.view.reread
        if target is None:
            return ""
        if not target.heading:
            return target.title
        return str(_("%(part)s, di modul “%(module)s”", part=target.heading, module=target.title))


@dataclass(frozen=True, slots=True)
class ResultPage:
    """What a result page shows beside the questions."""

    view: ResultView
    items: tuple[ItemLine, ...]
    next_address: str
    next_words: str
    again_address: str
    course_completed: bool
    certificate_address: str
    certificate_words: str
    #: When or whether there is another chance; empty where that goes without saying.
    chance_words: str
    compared: Comparison | None

    @property
    def title(self) -> str:
        return quiz_title(self.view.place.kind, self.view.place.title)

    @property
    def language(self) -> str:
        return self.view.place.language

    @property
    def course_title(self) -> str:
        return self.view.place.course_title

    @property
    def course_address(self) -> str:
        return f"/kursus/{self.view.place.course_slug}"

    @property
    def quiz_address(self) -> str:
        return f"{self.course_address}/{self.view.place.module_slug}/kuis"

    @property
    def score(self) -> int | None:
        return self.view.score

    @property
    def weave(self) -> list[str]:
        return ["d" if item.right else "" for item in self.items]

    @property
    def headline(self) -> str:
        if self.view.state is Outcome.NOT_TAKEN:
            return str(_("Kuis ini tidak dikerjakan"))
        if self.view.state is Outcome.WAITING:
            return str(_("Jawaban Anda menunggu dinilai"))
        if self.view.place.kind == "pretest":
            return str(_("Terima kasih, tes awal sudah selesai"))
        if self.view.passed:
            return str(_("Bagus, Anda lulus kuis ini"))
        return str(_("Belum lulus. Baca ulang sebentar, lalu coba lagi."))

    @property
    def words(self) -> str:
        view = self.view
        if view.state is Outcome.NOT_TAKEN:
            return str(_("Tidak ada jawaban yang tersimpan sampai kuis ini ditutup."))
        # An essay without points is read by nobody, so it is neither right nor wrong.
        counted = sum(item.right is not None or item.max_points > 0 for item in view.items)
        right: str = _(
            "Anda menjawab tepat %(right)s dari %(all)s soal.", right=view.right_count, all=counted
        )
        if view.state is Outcome.WAITING:
            return f"{_('Pelatih membaca jawaban uraian Anda dulu.')} {right}"
        if view.score is None:
            return right
        if view.place.kind == "pretest":
            score = _("Nilai %(score)s dari 100.", score=percent(view.score, ""))
        else:
            score = _(
                "Nilai %(score)s dari 100. Batas lulus %(mark)s.",
                score=percent(view.score, ""),
                mark=percent(view.pass_mark, ""),
            )
        return f"{score} {right}"

    @property
    def attempt_words(self) -> str:
        view = self.view
        allowed = view.chances.allowed
        if view.place.kind == "pretest":
            return str(_("Tes awal hanya satu kali, dan tidak menentukan lulus."))
        if allowed is None:
            words = _("Percobaan ke-%(n)s.", n=view.number)
        else:
            words = _("Percobaan ke-%(n)s dari %(total)s.", n=view.number, total=allowed)
        rule = (
            _("Nilai terbaik yang dipakai.")
            if view.score_rule is ScoreRule.BEST
            else _("Nilai terakhir yang dipakai.")
        )
        return f"{words} {rule}"

    @property
    def compared_words(self) -> str:
        """What was learnt between the two tests, in points as they are shown."""
        if self.compared is None:
            return ""
        before, after = percent(self.compared.before, ""), percent(self.compared.after, "")
        points_won = int(after) - int(before)
        if points_won > 0:
            said = _(
                "Tes awal %(before)s, tes akhir %(after)s: naik %(n)s poin.",
                before=before,
                after=after,
                n=points_won,
            )
        elif points_won < 0:
            said = _(
                "Tes awal %(before)s, tes akhir %(after)s: turun %(n)s poin.",
                before=before,
                after=after,
                n=-points_won,
            )
        else:
            said = _("Tes awal %(before)s, tes akhir %(after)s: nilainya sama.", before=before, after=after)
        return str(said)

    @property
    def key_hidden(self) -> str:
        if self.view.shows_key or self.view.place.kind == "pretest":
            return ""
        return str(_("Jawaban yang tepat belum ditampilkan di sini."))

    @property
    def reread(self) -> list[tuple[str, str]]:
        found = {item.reread_address: item.reread_words for item in self.items if item.reread_address}
        return [(words, address) for address, words in found.items()]


def result_page(
    view: ResultView, course: Course, state: CourseState, now: datetime, compared: Comparison | None = None
) -> ResultPage:
    """Return how *view*'s attempt went, and where to go from there."""
    step = course.next_step(state.completed, pretest_open=False)
    here = step is not None and step.module.module_id == view.place.module_id
    certificate = certificate_link(course, state) if state.completed_at is not None else ("", "")
    if step is None:
        next_address, next_words = ("", "") if certificate[0] else ("/belajar", _("Ke beranda"))
    elif here:
        next_address, next_words = "", ""
    else:
        next_address, next_words = step.act_address, _("Lanjut ke “%(title)s”", title=step.title)
    waits = view.opens_at is not None and view.opens_at > now
    closed = view.chances.are_used_up or view.place.kind == "pretest" or view.place.live_revision_id is None
    quiz_address = f"/kursus/{view.place.course_slug}/{view.place.module_slug}/kuis"
    items = tuple(ItemLine(item, view.place.course_slug) for item in view.items)
    if not next_address and not certificate[0]:
        # Reading comes first; where nothing is named, the course leads on.
        again = next((item.reread_address for item in items if item.reread_address), "")
        if again:
            next_address, next_words = again, _("Baca ulang dulu")
        elif closed or waits:
            next_address, next_words = course.address, _("Ke halaman kursus")
    return ResultPage(
        view=view,
        items=items,
        next_address=next_address,
        next_words=str(next_words),
        again_address="" if closed or waits else quiz_address,
        course_completed=state.completed_at is not None and step is None,
        certificate_address=certificate[0],
        certificate_words=certificate[1],
        chance_words=_chance_words(view, waits=waits),
        compared=compared,
    )


def _chance_words(view: ResultView, *, waits: bool) -> str:
    left = view.chances
    if view.place.kind == "pretest" or view.place.live_revision_id is None:
        return ""
    if left.are_used_up:
        if view.has_passed:
            return ""
        return str(_("Kesempatan Anda untuk kuis ini sudah habis. Hubungi petugas kalau perlu satu lagi."))
    if waits:
        return str(_("Anda bisa mencoba lagi mulai %(moment)s.", moment=moment(view.opens_at)))
    if left.allowed is not None and not view.has_passed:
        return str(_("Masih ada %(n)s kesempatan lagi.", n=left.allowed - left.used))
    return ""


def result_data(view: ResultView) -> dict[str, Any]:
    """Return `hasil.json`: numbers as decimal strings, the key only as the quiz allows.

    Nothing answered is "graded" there, without a score: nobody has anything left to mark.
    """
    items: list[dict[str, Any]] = []
    for item in view.items:
        line: dict[str, Any] = {
            "id": item.asked.id,
            "points": decimal(item.points),
            "max_points": decimal(item.max_points),
            "right": item.right,
            "feedback_html": list(item.feedback_html),
        }
        if view.shows_key:
            line |= {"answer_html": item.key_html, "explanation_html": item.explanation_html}
        items.append(line)
    return {
        "state": (Outcome.WAITING if view.state is Outcome.WAITING else Outcome.GRADED).value,
        "score": decimal(view.score),
        "passed": view.passed,
        "items": items,
    }


def decimal(ten_thousandths: int | None) -> str | None:
    """Return a number kept in ten-thousandths as a decimal string."""
    if ten_thousandths is None:
        return None
    text = f"{Decimal(ten_thousandths) / 10_000:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
