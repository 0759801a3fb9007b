"""What an admin fills in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField

from elearn.records.accounts.models import Role
from elearn.web.desk import choices
from elearn.web.forms import BaseForm, at_most, filled

#: The roles an admin grants; everybody is a learner.
GRANTED = (Role.TRAINER, Role.STAFF, Role.ADMIN)


class ActForm(BaseForm):
    """A button and nothing else."""


class SearchForm(BaseForm):
    """What a person is looked for by; posted, because a name or number may stand in no address."""

    cari = StringField(_l("Nama, nomor HP, e-mail, atau nama pengguna"), [filled(), at_most(200)])


class RolesForm(BaseForm):
    """The roles of a person, each on or off."""

    field_names: ClassVar[dict[str, str]] = {"role": "trainer"}

    trainer = BooleanField(_l("Pelatih: menulis kursusnya sendiri"))
    staff = BooleanField(_l("Petugas: melihat peserta, angkatan dan sertifikat"))
    admin = BooleanField(_l("Admin: mengatur peran dan akun"))

    def chosen(self) -> set[Role]:
        """Return the roles that are ticked."""
        return {role for role in GRANTED if self[role.value].data}


class SwitchForm(BaseForm):
    """An account off or on, with the reason."""

    field_names: ClassVar[dict[str, str]] = {"reason": "alasan"}

    alasan = StringField(_l("Alasan"), [filled(), at_most(300)])


class CodeForm(BaseForm):
    """Which one-time code: told on the phone, or printed."""

    jenis = RadioField(_l("Bentuk kode"), default="told")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.jenis.choices = choices(
            [("told", str(_l("Dibacakan, berlaku 24 jam"))), ("slip", str(_l("Slip cetak, berlaku 30 hari")))]
        )


class AddTrainerForm(BaseForm):
    """A person with the trainer's role becomes trainer of a course."""

    orang = SelectField(_l("Pelatih"), coerce=int)

    def offer(self, people: Iterable[tuple[int, str]]) -> None:
        """Offer these people."""
        self.orang.choices = choices(people)


class RemoveTrainerForm(BaseForm):
    """A trainer leaves a course."""

    orang = HiddenField(validators=[filled()])
