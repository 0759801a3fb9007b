"""The office's own number ("Nomor"), by its pattern."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

ROMAN_MONTHS = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")


def series_of(pattern: str, *, code: str, on: date) -> str:
    """Return the series a number belongs to: the pattern filled in but for ``{urut}`` and the month.

    The year always belongs to it: a series begins anew every year.
    """
    filled = pattern.replace("{kode}", code).replace("{tahun}", str(on.year))
    return filled if "{tahun}" in pattern else f"{filled} {on.year}"


def number_of(pattern: str, *, sequence: int, code: str, on: date) -> str:
    """Return the number as printed; without ``{tahun}`` in the pattern the year is put behind."""
    filled = series_of(pattern, code=code, on=on)
    return filled.replace("{bulan_romawi}", ROMAN_MONTHS[on.month - 1]).replace("{urut}", str(sequence))


def add_months(day: date, months: int) -> date:
    """Return the same day *months* later, or that month's last where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
