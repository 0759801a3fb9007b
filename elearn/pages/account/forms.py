"""What a person fills in to get in, and to change what is kept about them."""

from __future__ import annotations

from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, PasswordField, SelectField, StringField
from wtforms.validators import InputRequired

from elearn.records.accounts.models import OUTSIDE
from elearn.records.accounts.regencies import REGENCIES
from elearn.web.forms import BaseForm, at_most, filled, place_name, stripped

#: What the records call a field, and what the forms here do.
NAMES: dict[str, str] = {
    "name": "nama",
    "key": "kunci",
    "phone": "kunci",
    "email": "kunci",
    "username": "kunci",
    "password": "sandi",
    "new": "sandi",
    "old": "sandi_lama",
    "regency": "kabupaten",
    "code": "kode",
    "contact_phone": "kontak",
}


def regency_choices() -> list[tuple[str, str]]:
    """Return what a regency field offers, with an empty first line."""
    return [("", str(_l("Pilih"))), *REGENCIES.items(), (OUTSIDE, place_name(OUTSIDE))]


class SignUpForm(BaseForm):
    """Five fields: who, how to sign in, a password, where, and consent."""

    field_names: ClassVar[dict[str, str]] = NAMES

    nama = StringField(_l("Nama lengkap"), [filled(), at_most(120)], [stripped])
    kunci = StringField(_l("Nomor HP atau e-mail"), [filled(), at_most(200)], [stripped])
    sandi = PasswordField(_l("Buat kata sandi"), [filled(), at_most(200)])
    kabupaten = SelectField(_l("Kabupaten atau kota usaha Anda"))
    setuju = BooleanField(
        _l("Saya setuju data ini dipakai untuk belajar dan sertifikat."),
        [InputRequired(_l("Centang dulu kalau Anda setuju."))],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kabupaten.choices = regency_choices()


class CodeForm(BaseForm):
    """The code an office gave out, and the password it lets its person set."""

    field_names: ClassVar[dict[str, str]] = NAMES

    kode = StringField(_l("Kode dari petugas"), [filled(), at_most(200)], [stripped])
    sandi = PasswordField(_l("Kata sandi baru"), [filled(), at_most(200)])


class ActivationForm(BaseForm):
    """The same where the code stands in the address."""

    field_names: ClassVar[dict[str, str]] = NAMES

    sandi = PasswordField(_l("Kata sandi baru"), [filled(), at_most(200)])


class LinkForm(BaseForm):
    """Whose link is to be mailed."""

    field_names: ClassVar[dict[str, str]] = NAMES

    kunci = StringField(_l("Nomor HP, e-mail, atau nama pengguna"), [filled(), at_most(200)], [stripped])


class KeysForm(BaseForm):
    """By what number or address one signs in, and the password to show that it is really the person."""

    field_names: ClassVar[dict[str, str]] = {"phone": "nomor", "email": "surel", "old": "sandi_kini"}

    nomor = StringField(_l("Nomor HP"), [at_most(200)], [stripped])
    surel = StringField(_l("E-mail"), [at_most(200)], [stripped])
    sandi_kini = PasswordField(_l("Kata sandi sekarang"), [filled(), at_most(200)])


class OwnDataForm(BaseForm):
    """Name and regency, as they will be printed and counted."""

    field_names: ClassVar[dict[str, str]] = NAMES

    nama = StringField(_l("Nama lengkap"), [filled(), at_most(120)], [stripped])
    kabupaten = SelectField(_l("Kabupaten atau kota usaha Anda"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kabupaten.choices = regency_choices()


class PasswordForm(BaseForm):
    """A new password, and the old one to show that it is really the person."""

    field_names: ClassVar[dict[str, str]] = NAMES

    sandi_lama = PasswordField(_l("Kata sandi sekarang"), [filled(), at_most(200)])
    sandi = PasswordField(_l("Kata sandi baru"), [filled(), at_most(200)])
