"""What requests about own data are refused for."""

from __future__ import annotations

from elearn.records.errors import NotFoundError, RefusedError, _


class StillHasRoleError(RefusedError):
    """Somebody who works on the platform gives that up first: others depend on what they look after."""

    def __init__(self) -> None:
        super().__init__(_("Orang ini masih pelatih, petugas, atau admin. Cabut perannya dulu."))


class RequestNotFoundError(NotFoundError):
    """There is no such request, or it is done or withdrawn."""

    def __init__(self) -> None:
        super().__init__(_("Permintaan ini tidak ada lagi."))
