"""The public serial of a certificate ("Kode cek"): 26 random characters and one that checks them.

Crockford's base 32 knows 37 check symbols, of which ``*~$=U`` stand for remainders its alphabet has no
digit for. They would look odd in an address and on paper, so a serial whose check symbol would be one
of them is drawn again: every serial is 27 characters of the plain alphabet, its check is still
Crockford's own (mod 37), and 129.8 of the 130 random bits are left.
"""

from __future__ import annotations

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RANDOM_LENGTH = 26
LENGTH = RANDOM_LENGTH + 1
_CHECK_PRIME = 37
_GROUP = 4
#: What people read or type for what is meant; case, spaces and hyphens are forgiven as well.
_LOOK_ALIKES = str.maketrans({"O": "0", "I": "1", "L": "1"})


def new_serial() -> str:
    """Return a serial nobody can guess."""
    while True:
        number = secrets.randbits(5 * RANDOM_LENGTH)
        if number % _CHECK_PRIME < len(ALPHABET):
            return _digits(number) + ALPHABET[number % _CHECK_PRIME]


def _digits(number: int) -> str:
    return "".join(ALPHABET[number >> 5 * place & 31] for place in range(RANDOM_LENGTH - 1, -1, -1))


def check_serial(serial: str) -> bool:
    """Say whether *serial* is well-formed and its last character fits the others."""
    if len(serial) != LENGTH or any(character not in ALPHABET for character in serial):
        return False
    number = 0
    for character in serial[:-1]:
        number = number * 32 + ALPHABET.index(character)
    return number % _CHECK_PRIME == ALPHABET.index(serial[-1])


def normalise_serial(text: str) -> str | None:
    """Return the serial that was typed as *text*, as it stands in addresses; None where it is none."""
    typed = "".join(text.split()).replace("-", "")
    # Lower case letters of other scripts can turn into ours: only what looks like a serial is read.
    if not typed.isascii():
        return None
    serial = typed.upper().translate(_LOOK_ALIKES)
    return serial if check_serial(serial) else None


def show_serial(serial: str) -> str:
    """Return *serial* in groups of four, as it is printed."""
    return "-".join(serial[start : start + _GROUP] for start in range(0, len(serial), _GROUP))
