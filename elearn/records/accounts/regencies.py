"""Regencies and cities of Lampung, by Kemendagri code (Kepmendagri 300.2.2-2138/2025)."""

from __future__ import annotations

from collections.abc import Mapping

from elearn.records.accounts.models import OUTSIDE
from elearn.records.errors import RefusedError, _

#: In alphabetical order of the name. BPS codes differ for eight of them: never strip the dot.
REGENCIES: Mapping[str, str] = {
    "18.71": "Bandar Lampung",
    "18.04": "Lampung Barat",
    "18.01": "Lampung Selatan",
    "18.02": "Lampung Tengah",
    "18.07": "Lampung Timur",
    "18.03": "Lampung Utara",
    "18.11": "Mesuji",
    "18.72": "Metro",
    "18.09": "Pesawaran",
    "18.13": "Pesisir Barat",
    "18.10": "Pringsewu",
    "18.06": "Tanggamus",
    "18.05": "Tulang Bawang",
    "18.12": "Tulang Bawang Barat",
    "18.08": "Way Kanan",
}
OUTSIDE_NAME = _("Luar Provinsi Lampung")


def regency_name(code: str | None) -> str:
    """Return the name of *code*, a dash where there is none."""
    if code == OUTSIDE:
        return str(OUTSIDE_NAME)
    return REGENCIES.get(code or "", "–")


def check_regency(code: str | None, *, field: str = "regency") -> str:
    """Return *code* if it is one of the choices."""
    if code is None or (code not in REGENCIES and code != OUTSIDE):
        raise RefusedError(_("Pilih kabupaten atau kota usaha Anda."), field=field)
    return code
