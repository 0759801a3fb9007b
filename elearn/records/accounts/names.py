"""Names and other free text people type: kept as typed, refused only where a database or a page cannot hold it."""

from __future__ import annotations

import unicodedata

from elearn.records.errors import RefusedError, _

#: Letters of a name, degrees and titles included.
NAME_LENGTH = 120


def clean_name(text: str | None, *, field: str = "name") -> str:
    """Return a person's name in one line; one word is fine, so are titles, apostrophes and any script."""
    return clean_line(text, most=NAME_LENGTH, field=field, missing=_("Isi nama lengkap, ya."))


def clean_line(text: str | None, *, most: int, field: str, missing: object = None) -> str:
    """Return *text* in one line of at most *most* characters; refused when empty where *missing* is a sentence."""
    cleaned = " ".join(clean_text(text, most=most, field=field).split())
    if not cleaned and missing is not None:
        raise RefusedError(missing, field=field)  # type: ignore[arg-type]
    return cleaned


def clean_text(text: str | None, *, most: int, field: str = "") -> str:
    """Return *text* without spaces around it; characters no database can hold are refused alike on both."""
    text = (text or "").replace("\r\n", "\n").replace("\r", "\n").strip()
    if any(is_unstorable(character) for character in text):
        raise RefusedError(
            _("Ada karakter yang tidak bisa disimpan. Hapus dulu, lalu ketik ulang."), field=field
        )
    if len(text) > most:
        raise RefusedError(_("Terlalu panjang: paling banyak %(most)s huruf.", most=most), field=field)
    return text


def is_unstorable(character: str) -> bool:
    """Say whether *character* is NUL, half of a surrogate pair or another control character (line ends excepted)."""
    return unicodedata.category(character) in {"Cc", "Cs"} and character not in "\n\t"


def storable(text: str) -> str:
    """Return *text* without the characters a database refuses; for what is looked up and never kept."""
    return "".join(one for one in text if not is_unstorable(one))
