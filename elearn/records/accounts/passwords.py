"""Passwords: argon2id, at a cost chosen by measuring (`docs/benchmarks.md`), and few at a time."""

from __future__ import annotations

import threading
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from elearn.records.errors import RefusedError, _

#: OWASP Password Storage Cheat Sheet: argon2id, 19 MiB, two passes, one lane.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
#: How many passwords are hashed at once. More would not be faster on the few cores there are, and each
#: takes its memory: a class signing in together would make the worker grow until it is replaced.
AT_ONCE = 4
_turns = threading.BoundedSemaphore(AT_ONCE)
SHORTEST = 8
#: A longer one would let one request cost more than many.
LONGEST = 200
#: The commonest of the published lists that are long enough to be typed here, and their local cousins.
COMMON = frozenset(
    [
        "12345678",
        "123456789",
        "1234567890",
        "12345678910",
        "87654321",
        "11111111",
        "00000000",
        "88888888",
        "password",
        "password1",
        "passw0rd",
        "qwertyui",
        "qwerty123",
        "qwertyuiop",
        "1q2w3e4r",
        "1qaz2wsx",
        "iloveyou",
        "sunshine",
        "princess",
        "football",
        "baseball",
        "superman",
        "abcd1234",
        "abc12345",
        "asdfghjkl",
        "asdf1234",
        "zxcvbnm1",
        "indonesia",
        "indonesia1",
        "rahasia1",
        "rahasia123",
        "bismillah",
        "bismillah1",
        "bismillah123",
        "sayangku",
        "sayang123",
        "cintaku1",
        "admin123",
        "admin1234",
        "administrator",
        "lampung1",
        "lampung123",
        "katasandi",
        "katasandi123",
        "kelasumkm",
        "umkm1234",
        "umkm12345",
        "halal123",
        "merdeka1",
        "merdeka45",
        "pancasila",
        "garuda123",
        "jakarta1",
    ]
)


def check_new_password(
    password: str | None, *, of: tuple[str | None, ...] = (), field: str = "password"
) -> str:
    """Return *password* if it may be used: long enough, not a common one, none of the person's own keys (*of*)."""
    password = password or ""
    if len(password) < SHORTEST:
        raise RefusedError(
            _("Kata sandi paling sedikit %(count)s huruf atau angka.", count=SHORTEST), field=field
        )
    if len(password) > LONGEST:
        raise RefusedError(_("Kata sandi paling banyak %(count)s huruf.", count=LONGEST), field=field)
    if "\0" in password or any(0xD800 <= ord(character) <= 0xDFFF for character in password):
        raise RefusedError(_("Ada karakter yang tidak bisa dipakai di kata sandi."), field=field)
    plain = password.casefold()
    own = {_plain(key) for key in of if key}
    if plain in COMMON or len(set(plain)) < 3 or _plain(password) in own:
        raise RefusedError(_("Kata sandi itu mudah ditebak. Pilih yang lain, ya."), field=field)
    return password


def hash_password(password: str) -> str:
    """Return the argon2id hash of *password*, with its salt and cost in it."""
    with _turns:
        return _HASHER.hash(password)


def is_outdated(stored: str | None) -> bool:
    """Say whether *stored* was made at another cost than new ones are; only its password can make it anew."""
    return stored is not None and _HASHER.check_needs_rehash(stored)


def password_matches(stored: str | None, password: str) -> bool:
    """Say whether *password* is the stored one; an account without one costs the same time."""
    if len(password) > LONGEST:
        return False
    try:
        with _turns:
            # A lone surrogate cannot be encoded, so it cannot be anybody's password.
            return _HASHER.verify(stored or _nobodys(), password) and stored is not None
    except (VerificationError, InvalidHashError, UnicodeEncodeError):
        return False


@cache
def _nobodys() -> str:
    return _HASHER.hash("nobody's password, hashed so that unknown accounts cost the same time")


def _plain(text: str) -> str:
    plain = "".join(character for character in text.casefold() if character.isalnum())
    return "0" + plain[2:] if plain.startswith("62") else plain
