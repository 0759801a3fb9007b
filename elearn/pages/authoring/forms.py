"""What a trainer fills in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import NumberRange, Optional, Regexp
from wtforms.widgets import HiddenInput

from elearn.records.desk import QuizLine
from elearn.web.desk import choices
from elearn.web.forms import BaseForm, at_most, filled

#: The form of a slug: lower case, digits and single hyphens, so that it stands well in an address.
SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"
#: The largest number a draft can have been saved under.
LARGEST_NUMBER = 2_000_000_000


class CourseForm(BaseForm):
    """A new course."""

    field_names: ClassVar[dict[str, str]] = {"title": "judul", "slug": "alamat"}

    judul = StringField(_l("Judul kursus"), [filled(), at_most(120)])
    alamat = StringField(
        _l("Nama di alamat"),
        [
            Optional(),
            Regexp(SLUG, message=_l("Pakai huruf kecil, angka dan tanda hubung, misalnya dapur-bersih.")),
            at_most(60),
        ],
    )


class ModuleForm(BaseForm):
    """A new module of a course."""

    field_names: ClassVar[dict[str, str]] = {"title": "judul", "slug": "alamat"}

    judul = StringField(_l("Judul modul"), [filled(), at_most(120)])
    alamat = StringField(
        _l("Nama di alamat"),
        [
            Optional(),
            Regexp(SLUG, message=_l("Pakai huruf kecil, angka dan tanda hubung, misalnya bahan-dan-proses.")),
            at_most(60),
        ],
    )


class DraftForm(BaseForm):
    """The text of one file, with the number of the draft it was typed over."""

    field_names: ClassVar[dict[str, str]] = {"text": "teks"}

    nomor = IntegerField(widget=HiddenInput(), validators=[NumberRange(min=0, max=LARGEST_NUMBER)])
    teks = TextAreaField(_l("Isi file (Markdown)"))
    gabung = BooleanField(_l("Perubahan yang terbit sudah saya gabungkan ke sini"))


class AgainForm(BaseForm):
    """An earlier release goes live again; *tayang* is the one that was live when the page was made."""

    tayang = IntegerField(widget=HiddenInput(), validators=[NumberRange(min=0)])


class PictureForm(BaseForm):
    """A picture for the course."""

    field_names: ClassVar[dict[str, str]] = {"name": "nama", "content": "gambar"}

    gambar = FileField(_l("Gambar"))
    nama = StringField(_l("Nama gambar"), [at_most(60)])


class PublishForm(BaseForm):
    """What a release says about itself."""

    field_names: ClassVar[dict[str, str]] = {"note": "catatan"}

    catatan = StringField(_l("Catatan perubahan"), [at_most(300)])


class EssayForm(BaseForm):
    """Points and a word for one essay."""

    field_names: ClassVar[dict[str, str]] = {"points": "nilai", "word": "pesan"}

    nilai = StringField(_l("Nilai"), [filled(), at_most(20)])
    pesan = TextAreaField(_l("Pesan untuk peserta"), [at_most(2000)])


class ExtraAttemptForm(BaseForm):
    """One more attempt at a quiz, with its reason."""

    field_names: ClassVar[dict[str, str]] = {"reason": "alasan"}

    kuis = SelectField(_l("Kuis"), coerce=int)
    alasan = StringField(_l("Alasan"), [filled(), at_most(300)])

    def offer(self, quizzes: Iterable[QuizLine]) -> None:
        """Offer these quizzes."""
        self.kuis.choices = choices((quiz.module_id, quiz.title) for quiz in quizzes)
