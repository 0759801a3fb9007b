"""What staff fill in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import Optional
from wtforms.widgets import CheckboxInput, ListWidget

from elearn.records.accounts.models import OUTSIDE
from elearn.records.accounts.regencies import REGENCIES
from elearn.records.desk import EnrolmentLine, QuizLine
from elearn.web.desk import choices
from elearn.web.forms import BaseForm, at_most, filled, place_name

#: What the records call a field, and what the forms here do.
NAMES: dict[str, str] = {
    "name": "nama",
    "phone": "nomor",
    "key": "nomor",
    "email": "email",
    "regency": "kabupaten",
    "contact_phone": "kontak",
    "reason": "alasan",
    "starts_on": "mulai",
    "ends_on": "selesai",
    "joined_on": "sejak",
    "left_on": "sampai",
    "courses": "kursus",
}


def regency_choices(first: str | None = None) -> list[Any]:
    """Return what a regency field offers."""
    return choices([*REGENCIES.items(), (OUTSIDE, place_name(OUTSIDE))], first=first)


class ActForm(BaseForm):
    """A button and nothing else."""


class FilterForm(BaseForm):
    """What the report of completions is narrowed to; a GET form, so that it can be shared."""

    class Meta(BaseForm.Meta):
        csrf = False

    kursus = SelectField(_l("Kursus"), default="")
    angkatan = SelectField(_l("Angkatan"), default="")
    kabupaten = SelectField(_l("Kabupaten/kota"), default="")
    dari = DateField(_l("Dari tanggal"), [Optional()])
    sampai = DateField(_l("Sampai tanggal"), [Optional()])
    semua = BooleanField(_l("Ikut hitung pelatih, petugas dan admin"))

    def offer(self, courses: Iterable[tuple[str, str]], cohorts: Iterable[tuple[int, str]]) -> None:
        """Offer these courses and cohorts."""
        self.kursus.choices = choices(courses, first=str(_l("Semua kursus")))
        self.angkatan.choices = choices(cohorts, first=str(_l("Semua angkatan")))
        self.kabupaten.choices = regency_choices(str(_l("Semua")))


class CohortForm(BaseForm):
    """A new cohort."""

    field_names: ClassVar[dict[str, str]] = NAMES

    nama = StringField(_l("Nama angkatan"), [filled(), at_most(120)])
    mulai = DateField(_l("Mulai"), [filled()])
    selesai = DateField(_l("Selesai"), [Optional()])
    kursus = SelectMultipleField(
        _l("Kursus"), coerce=int, widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )

    def offer(self, courses: Iterable[tuple[int, str]]) -> None:
        """Offer these courses."""
        self.kursus.choices = choices(courses)


class SearchForm(BaseForm):
    """What a person is looked for by; posted, because a name or number may stand in no address."""

    cari = StringField(
        _l("Nama, nomor HP, e-mail, nama pengguna, atau nomor sertifikat"), [filled(), at_most(200)]
    )


class MemberForm(BaseForm):
    """An existing person joins a cohort."""

    field_names: ClassVar[dict[str, str]] = NAMES

    orang = HiddenField(validators=[filled()])
    sejak = DateField(_l("Ikut sejak"), [filled()])


class NewPersonForm(BaseForm):
    """A person whom staff enter: no sign-in key is needed, a user name is made from the name."""

    field_names: ClassVar[dict[str, str]] = NAMES

    nama = StringField(_l("Nama lengkap"), [filled(), at_most(120)])
    kabupaten = SelectField(_l("Kabupaten atau kota usaha"))
    nomor = StringField(_l("Nomor HP untuk masuk"), [at_most(40)])
    kontak = StringField(_l("Nomor yang bisa dihubungi"), [at_most(40)])
    sejak = DateField(_l("Ikut sejak"), [filled()])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kabupaten.choices = regency_choices(str(_l("Belum tahu")))


class EndForm(BaseForm):
    """The last day of a membership."""

    field_names: ClassVar[dict[str, str]] = NAMES

    sampai = DateField(_l("Sampai tanggal"), [filled()])


class CorrectForm(BaseForm):
    """Corrected data of a person, with the reason.

    Numbers are left empty where they stay, because to show them leaves a trail.
    """

    field_names: ClassVar[dict[str, str]] = NAMES

    nama = StringField(_l("Nama lengkap"), [filled(), at_most(120)])
    nomor = StringField(_l("Nomor HP baru untuk masuk"), [at_most(40)])
    kontak = StringField(_l("Nomor baru yang bisa dihubungi"), [at_most(40)])
    kabupaten = SelectField(_l("Kabupaten atau kota usaha"))
    alasan = StringField(_l("Alasan"), [filled(), at_most(300)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kabupaten.choices = regency_choices(str(_l("Belum tahu")))


class ReasonForm(BaseForm):
    """An act that needs its reason."""

    field_names: ClassVar[dict[str, str]] = NAMES

    alasan = TextAreaField(_l("Alasan"), [filled(), at_most(300)])


class ExtraAttemptForm(BaseForm):
    """One more attempt at a quiz of one of the person's courses."""

    field_names: ClassVar[dict[str, str]] = NAMES

    kuis = SelectField(_l("Kuis"))
    alasan = StringField(_l("Alasan"), [filled(), at_most(300)])

    def offer(self, quizzes: Iterable[tuple[EnrolmentLine, QuizLine]]) -> None:
        """Offer the quizzes of these enrolments."""
        self.kuis.choices = choices(
            (f"{line.enrolment_id}-{quiz.module_id}", f"{line.course_title}: {quiz.title}")
            for line, quiz in quizzes
        )


class CodeForm(BaseForm):
    """Which one-time code: told on the phone, or printed."""

    jenis = RadioField(_l("Bentuk kode"), default="told")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.jenis.choices = choices(
            [("told", str(_l("Dibacakan, berlaku 24 jam"))), ("slip", str(_l("Slip cetak, berlaku 30 hari")))]
        )
