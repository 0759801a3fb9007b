"""What a learner confirms before a certificate is issued."""

from __future__ import annotations

from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField

from elearn.records.accounts.models import OUTSIDE
from elearn.records.accounts.regencies import REGENCIES
from elearn.web.forms import BaseForm, at_most, filled, place_name


class ConfirmForm(BaseForm):
    """Name and regency as they will stand on the certificate and in reports."""

    field_names: ClassVar[dict[str, str]] = {"name": "nama", "regency": "kabupaten"}

    nama = StringField(_l("Nama lengkap"), [filled(), at_most(120)])
    kabupaten = SelectField(_l("Kabupaten atau kota usaha Anda"), [filled(_l("Pilih satu dari daftar."))])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        outside = (OUTSIDE, place_name(OUTSIDE))
        self.kabupaten.choices = [("", str(_l("Pilih"))), *REGENCIES.items(), outside]
