"""The base of every form: CSRF, messages in the language of the page, and refusals of the records beside their field."""

from __future__ import annotations

from typing import Any, ClassVar

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired, Length

from elearn.records.accounts.models import OUTSIDE
from elearn.records.accounts.regencies import OUTSIDE_NAME, regency_name
from elearn.records.errors import ElearnError, RefusedError, Sentence
from elearn.web import language

#: What WTForms itself says, in the words of the site.
_MESSAGES = {
    "Not a valid choice.": _l("Pilih salah satu dari daftar."),
    "Not a valid choice": _l("Pilih salah satu dari daftar."),
    "Invalid Choice: could not coerce.": _l("Pilih salah satu dari daftar."),
    "Not a valid integer value.": _l("Tulis dengan angka, misalnya 3."),
    "Not a valid decimal value.": _l("Tulis dengan angka, misalnya 3,5."),
    "Not a valid date value.": _l("Tanggalnya belum bisa dibaca."),
    "This field is required.": _l("Bagian ini belum diisi."),
    "Invalid input.": _l("Isian ini belum bisa dibaca."),
    "The CSRF token is missing.": _l("Formulir ini sudah terlalu lama terbuka. Kirim sekali lagi, ya."),
}


class _OwnWords:
    """The messages WTForms brings along, said by table."""

    def gettext(self, string: str) -> str:
        return str(_MESSAGES.get(string, string))

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        return self.gettext(singular if n == 1 else plural)


class BaseForm(FlaskForm):  # type: ignore[misc]
    """A form of the site.

    The guard has checked CSRF before the view runs; the hidden field is what it checked.
    """

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        def get_translations(self, _form: Any) -> _OwnWords:
            return _OwnWords()

    #: Fields an error may name under another name in the records: ``{"name": "nama"}``.
    field_names: ClassVar[dict[str, str]] = {}

    #: Refusals that belong to no field.
    refusals: list[str]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.refusals = []

    def refuse(self, error: ElearnError | Sentence, *, field: str = "") -> None:
        """Show what the records refused beside its field, or above the form."""
        sentence = error.sentence if isinstance(error, ElearnError) else error
        name = field or (error.field if isinstance(error, RefusedError) else "")
        text = translated(sentence)
        found: Field | None = self._fields.get(self.field_names.get(name, name))
        if found is None or isinstance(found, HiddenField):
            self.refusals.append(text)
        else:
            found.errors = [*found.errors, text]


def translated(sentence: Sentence) -> str:
    """Return *sentence* in the language of the page, with its values: sentences among them, and figures."""
    values = {name: _in_words(value) for name, value in sentence.values.items()}
    return sentence.filled(str(gettext(sentence.text)), values)


def place_name(code: str | None) -> str:
    """Return the name of a regency; the choice for everybody else is a sentence."""
    return translated(OUTSIDE_NAME) if code == OUTSIDE else regency_name(code)


def _in_words(value: object) -> object:
    if isinstance(value, Sentence):
        return translated(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}".translate(language.marks().numbers)
    return value


def filled(message: str | None = None) -> InputRequired:
    """Ask for a value, with a sentence of ours."""
    return InputRequired(message or _l("Bagian ini belum diisi."))


def stripped(text: str | None) -> str | None:
    """Take off the spaces around what was typed: keyboards of phones add one behind a word they guessed."""
    return text.strip() if text else text


def at_most(length: int) -> Length:
    """Refuse a text that is longer than *length* characters."""
    return Length(max=length, message=_l("Terlalu panjang: paling banyak %(max)d huruf."))


class SignInForm(BaseForm):
    """The sign-in form; it stands wherever somebody signed out has posted something."""

    field_names: ClassVar[dict[str, str]] = {"key": "kunci", "password": "sandi"}

    kunci = StringField(_l("Nomor HP, e-mail, atau nama pengguna"), [filled(), at_most(200)], [stripped])
    sandi = PasswordField(_l("Kata sandi"), [filled(), at_most(200)])
    ingat = BooleanField(_l("Tetap masuk di HP ini"), default=True)
    next = HiddenField()
    held = HiddenField()
