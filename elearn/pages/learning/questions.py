"""An open attempt as its pages show it: one question at a time, its state in words, and an answer in a form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from elearn.content.compiler import text_of
from elearn.content.items import ItemType
from elearn.content.presentation import LONGEST_ANSWER, LONGEST_ESSAY, AskedItem, Shown, WireAnswer
from elearn.records.attempts.queries import AttemptView
from elearn.records.attempts.views import QuestionView
from elearn.web.templating import percent, safe, sentence

#: How much of a question the review page repeats.
SHORT = 90
#: Letters a list that is closed shows whole on a small phone.
SHOWN_WHOLE = 28


@dataclass(frozen=True, slots=True)
class Offer:
    """One choice, step or cell: as it is shown, and as a list can show it."""

    id: str
    html: Markup
    text: str
    letter: str


@dataclass(frozen=True, slots=True)
class Place:
    """One place of an ordering and the step that was put there."""

    number: int
    chosen: str


@dataclass(frozen=True, slots=True)
class Version:
    """One of two answers to choose from: under which name it is posted, as text, and as it travels."""

    name: str
    text: str
    answer: WireAnswer


@dataclass(frozen=True, slots=True)
class Question:
    """A question with what was answered, ready for its page."""

    view: QuestionView
    #: Under which the form sends the next answer.
    event: UUID
    #: What stands in the form: the saved answer, or what was refused just now.
    answer: WireAnswer
    #: Why it was refused.
    error: str = ""

    @property
    def asked(self) -> AskedItem:
        return self.view.asked

    @property
    def place(self) -> int:
        return self.view.position

    @property
    def number(self) -> int:
        return self.view.number

    @property
    def base(self) -> int:
        return self.view.number

    @property
    def answered(self) -> bool:
        return self.view.is_answered

    @property
    def complete(self) -> bool:
        return self.view.is_complete

    @property
    def unclear(self) -> str:
        """A sentence for an answer that cannot be read, empty where it is clear."""
        return sentence(self.view.unclear)

    @property
    def lacks(self) -> bool:
        """Whether something is left to do before handing in."""
        return not self.complete or bool(self.unclear) or self.view.elsewhere is not None

    @property
    def prompt(self) -> Markup:
        return safe(self.asked.prompt_html)

    @property
    def hint(self) -> Markup:
        return safe(self.asked.hint_html)

    @property
    def choices(self) -> list[Offer]:
        return offers(self.asked.choices)

    @property
    def left(self) -> list[Offer]:
        return offers(self.asked.left)

    @property
    def right(self) -> list[Offer]:
        return offers(self.asked.right)

    @property
    def places(self) -> list[Place]:
        chosen = list(self.answer) if isinstance(self.answer, list) else []
        chosen = chosen[: len(self.asked.choices)]
        chosen += [""] * (len(self.asked.choices) - len(chosen))
        return [Place(number, step) for number, step in enumerate(chosen, start=1)]

    @property
    def lists_right(self) -> bool:
        """Whether what is chosen from must be read outside its list: long texts and pictures."""
        return any(
            len(offer.text) > SHOWN_WHOLE or not text_of(shown.html)
            for offer, shown in zip(self.right, self.asked.right, strict=True)
        )

    @property
    def longest(self) -> int:
        """How many characters are taken."""
        return LONGEST_ESSAY if self.asked.type is ItemType.ESSAY else LONGEST_ANSWER

    @property
    def versions(self) -> list[Version]:
        """The answer that counts and the one given elsewhere without it; empty where there is one."""
        if self.view.elsewhere is None:
            return []
        return [
            Version("ini", readable(self, self.view.answer), self.view.answer),
            Version("lain", readable(self, self.view.elsewhere), self.view.elsewhere),
        ]

    @property
    def short(self) -> str:
        text = text_of(self.asked.prompt_html)
        return text if len(text) <= SHORT else text[: SHORT - 1].rstrip() + "…"

    @property
    def kind_words(self) -> str:
        return kind_words(self.asked.type)

    @property
    def state_words(self) -> str:
        if self.view.elsewhere is not None:
            return str(_("dijawab di dua tempat"))
        if self.unclear:
            return str(_("belum jelas"))
        if self.complete:
            return str(_("sudah dijawab"))
        return str(_("belum lengkap") if self.answered else _("belum dijawab"))


@dataclass(frozen=True, slots=True)
class Refused:
    """An answer that was not taken: where, what came, and why."""

    place: int
    answer: WireAnswer
    words: str


@dataclass(frozen=True, slots=True)
class AttemptPage:
    """What every page of an open attempt shows."""

    view: AttemptView
    lines: tuple[Question, ...]
    facts: str

    @property
    def uuid(self) -> UUID:
        return self.view.uuid

    @property
    def address(self) -> str:
        return f"/percobaan/{self.view.uuid}"

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
    def deadline(self) -> datetime | None:
        return self.view.deadline

    @property
    def open_lines(self) -> list[Question]:
        """The questions that lack something, or that were answered twice."""
        return [line for line in self.lines if line.lacks]

    @property
    def open_words(self) -> str:
        """Name them: which are not answered, incomplete, unclear, or answered in two places."""
        lines = self.lines
        said = (
            (_("%(which)s belum dijawab."), [one for one in lines if not one.answered]),
            (_("%(which)s belum lengkap."), [one for one in lines if one.answered and not one.complete]),
            (_("%(which)s belum jelas."), [one for one in lines if one.unclear]),
            (_("%(which)s dijawab di dua tempat."), [one for one in lines if one.versions]),
        )
        return " ".join(str(words) % {"which": named(found)} for words, found in said if found)


def named(lines: Sequence[Question]) -> str:
    """Return "Soal 2, 5 dan 7"."""
    *most, last = [str(line.place) for line in lines]
    if not most:
        return str(_("Soal %(n)s", n=last))
    return str(_("Soal %(all)s dan %(last)s", all=", ".join(most), last=last))


def attempt_page(view: AttemptView, *, refused: Refused | None = None) -> AttemptPage:
    """Return *view* as its pages show it, with an answer that was not taken as it was typed."""
    lines = []
    for item in view.items:
        if refused is not None and refused.place == item.position:
            lines.append(Question(item, uuid4(), refused.answer, refused.words))
        else:
            lines.append(Question(item, uuid4(), item.answer))
    if view.place.kind == "pretest":
        facts = _("%(n)s soal. Tidak menentukan lulus.", n=len(lines))
    else:
        facts = _(
            "%(n)s soal. Batas lulus %(mark)s. Percobaan ke-%(number)s.",
            n=len(lines),
            mark=percent(view.pass_mark, ""),
            number=view.number,
        )
    return AttemptPage(view, tuple(lines), facts)


def offers(shown: tuple[Shown, ...]) -> list[Offer]:
    """Return what is offered, with a letter each for lists that can show no HTML."""
    return [
        Offer(
            one.id, safe(one.html), text_of(one.html) or str(_("pilihan %(n)s", n=place + 1)), _letter(place)
        )
        for place, one in enumerate(shown)
    ]


def _letter(place: int) -> str:
    return chr(ord("A") + place) if place < 26 else str(place + 1)


def quiz_title(kind: str, title: str) -> str:
    """Return how a quiz is called: a test by its own title, a module's by the module."""
    return title if kind != "module" else str(_("Kuis: %(title)s", title=title))


def kind_words(kind: ItemType) -> str:
    """Say how a question is answered."""
    words = {
        ItemType.SINGLE: _("Pilih satu"),
        ItemType.MULTIPLE: _("Boleh pilih lebih dari satu"),
        ItemType.TRUE_FALSE: _("Benar atau salah"),
        ItemType.TEXT: _("Isian singkat"),
        ItemType.NUMBER: _("Isian angka"),
        ItemType.ORDER: _("Urutkan"),
        ItemType.MATCH: _("Pasangkan"),
        ItemType.ESSAY: _("Uraian"),
    }
    return str(words[kind])


def answer_in_form(form: MultiDict[str, str], kind: ItemType | None) -> Any:
    """Return the answer a form posted, in the shape *kind* has as JSON."""
    if form.get("kosongkan"):
        return "" if kind in {ItemType.TEXT, ItemType.NUMBER, ItemType.ESSAY} else _nothing(kind)
    if kind in {ItemType.TEXT, ItemType.NUMBER, ItemType.ESSAY}:
        return form.get("answer", "")
    pairs = {
        name.removeprefix("answer."): value for name, value in form.items() if name.startswith("answer.")
    }
    if kind is ItemType.MATCH or pairs:
        return pairs
    return [value for value in form.getlist("answer") if value or kind is ItemType.ORDER]


def _nothing(kind: ItemType | None) -> Any:
    return {} if kind is ItemType.MATCH else []


def readable(question: Question, answer: WireAnswer) -> str:
    """Return *answer* as plain text, to be shown beside another one."""
    if isinstance(answer, str):
        return answer or "–"
    texts = {offer.id: offer.text for offer in (*question.choices, *question.right)}
    if isinstance(answer, dict):
        names = {offer.id: offer.text for offer in question.left}
        return "; ".join(f"{names[left]} → {texts[right]}" for left, right in answer.items()) or "–"
    return "; ".join(texts.get(one, "–") for one in answer) or "–"
