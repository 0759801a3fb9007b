"""What people sign in with: a phone number in any of its forms, an e-mail address, or a username."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from elearn.records.errors import RefusedError, _

USERNAME = re.compile(r"[a-z][a-z0-9._-]{0,39}")
_NUMBER_LIKE = re.compile(r"[+0-9(][0-9 ()./-]*")


@dataclass(frozen=True, slots=True)
class SignInKey:
    """One key and what kind it is; *value* is in the form it is stored and compared."""

    kind: Literal["phone", "email", "username"]
    value: str


def normalise_phone(text: str) -> str | None:
    """Return *text* in E.164, or None: ``0812…``, ``62…``, ``+62…`` with spaces or hyphens are the same number."""
    text = _plain(text)
    if not _NUMBER_LIKE.fullmatch(text):
        return None
    digits = re.sub(r"[^0-9]", "", text)
    if not text.startswith("+") and digits.startswith("62"):
        text = "+" + digits
    try:
        number = phonenumbers.parse(text, "ID")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def normalise_email(text: str) -> str | None:
    """Return *text* in lower case if it is an address, else None. Nothing is looked up."""
    try:
        found = validate_email(text.strip(), check_deliverability=False)
    except EmailNotValidError:
        return None
    return found.normalized.lower()


def sign_in_key(text: str | None, *, field: str = "key") -> SignInKey:
    """Tell number, address and username apart; refused with a sentence that shows the right form."""
    text = _plain(text or "")
    if "@" in text:
        email = normalise_email(text)
        if email is None:
            raise RefusedError(_("Alamat e-mailnya belum lengkap. Contoh: sari@contoh.com"), field=field)
        return SignInKey("email", email)
    if _NUMBER_LIKE.fullmatch(text):
        phone = normalise_phone(text)
        if phone is None:
            raise RefusedError(_("Nomornya belum pas. Contoh: 0812 3456 7890"), field=field)
        return SignInKey("phone", phone)
    if USERNAME.fullmatch(text.lower()):
        return SignInKey("username", text.lower())
    raise RefusedError(_("Isi nomor HP atau e-mail. Contoh: 0812 3456 7890"), field=field)


def given_phone(text: str | None, *, field: str = "phone") -> str | None:
    """Return a number that may be left out; refused where it is none."""
    if not (text or "").strip():
        return None
    number = normalise_phone(text or "")
    if number is None:
        raise RefusedError(_("Nomornya belum pas. Contoh: 0812 3456 7890"), field=field)
    return number


def given_email(text: str | None) -> str | None:
    """Return an address that may be left out; refused where it is none."""
    if not (text or "").strip():
        return None
    address = normalise_email(text or "")
    if address is None:
        raise RefusedError(_("Alamat e-mailnya belum lengkap. Contoh: sari@contoh.com"), field="email")
    return address


def _plain(text: str) -> str:
    """Even out what comes along when a number is copied: marks of direction, other spaces and hyphens."""
    kinds = ((unicodedata.category(character), character) for character in text)
    return "".join(
        "-" if kind == "Pd" else " " if kind == "Zs" else character
        for kind, character in kinds
        if kind != "Cf"
    ).strip()


def show_phone(phone: str | None) -> str:
    """Return an E.164 number as people write it, ``0812-3456-7890``; a foreign one as it is."""
    if not phone:
        return ""
    if not phone.startswith("+62"):
        return phone
    digits = "0" + phone.removeprefix("+62")
    return "-".join(part for part in (digits[:4], digits[4:8], digits[8:]) if part)


def mask_phone(phone: str | None) -> str:
    """Return a number with its middle hidden: ``0812 •••• 7890``."""
    shown = show_phone(phone)
    if not shown:
        return ""
    digits = shown.replace("-", "")
    return f"{digits[:4]} •••• {digits[-4:]}" if len(digits) > 8 else "••••"
