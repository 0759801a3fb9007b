"""What the accounts refuse."""

from __future__ import annotations

from elearn.records.errors import NotFoundError, RefusedError, _


class SignInError(RefusedError):
    """Key or password is wrong; which of them is never told."""

    def __init__(self) -> None:
        super().__init__(_("Nomor, e-mail, atau kata sandinya belum cocok. Coba lagi, ya."), field="password")


class WrongPasswordError(RefusedError):
    """Somebody signed in does not know the password of the account."""

    def __init__(self) -> None:
        super().__init__(_("Kata sandi yang sekarang belum cocok."), field="old")


class AccountOffError(RefusedError):
    """The account was switched off; only told to who knows its password."""

    def __init__(self) -> None:
        super().__init__(_("Akun ini sedang dimatikan. Hubungi kantor kami, ya."), field="key")


class KeyTakenError(RefusedError):
    """The number, address or username belongs to another account."""

    def __init__(self, field: str) -> None:
        super().__init__(_("Sudah dipakai akun lain. Kalau itu Anda, masuk saja."), field=field)


class CodeError(RefusedError):
    """A one-time code is unknown, used or too old."""

    def __init__(self) -> None:
        super().__init__(
            _("Kodenya belum cocok atau sudah tidak berlaku. Minta kode baru, ya."), field="code"
        )


class PersonNotFoundError(NotFoundError):
    """Nobody goes by this key."""

    def __init__(self) -> None:
        super().__init__(_("Orang ini tidak ditemukan."))
