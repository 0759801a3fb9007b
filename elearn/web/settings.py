"""What an operator decides: read once from the environment, refused at start when wrong."""

from __future__ import annotations

import difflib
import fcntl
import os
import re
import secrets
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dotenv import dotenv_values
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

PREFIX = "ELEARN_"
#: Read by the tests only.
FOREIGN_NAMES = {"TEST_REQUIRE", "TEST_PICTURES"}
#: Settings of the interface whose feature this version does not have: taken, and named by `doctor`.
LATER_NAMES = frozenset({"RATE_LIMIT_STORAGE", "CERTIFICATE_KEY_FILE", "DATA_KEY_FILE", "METRICS"})
#: Long enough that guessing it is out of question: 32 random bytes as text.
SECRET_KEY_LENGTH = 32
#: What a number pattern may hold.
NUMBER_FIELDS = {"urut", "kode", "bulan_romawi", "tahun"}


class SettingsError(Exception):
    """A setting is wrong; the sentence names it and says what to write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything an installation can be told, each field from ``ELEARN_`` and its name in capitals."""

    data_dir: Path = Path("instance")
    #: SQLAlchemy URL; empty for SQLite in *data_dir*.
    database_url: str = ""
    secret_key: str = field(default="", repr=False)
    site_name: str = "Kelas UMKM"
    organisation: str = "Dinas Koperasi dan UMKM"
    #: Path of a square picture of the office, empty for the built-in sign.
    logo: str = ""
    #: Address of the site as the world sees it, without a slash at the end; empty where unknown.
    base_url: str = ""
    timezone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Jakarta"))
    language: str = "id"
    #: Kemendagri code of the province whose regencies are offered.
    region_code: str = "18"
    #: How many proxies stand before the server and are believed.
    trusted_proxies: int = 0
    certificate_number_pattern: str = "{urut}/{kode}/{bulan_romawi}/{tahun}"
    #: Empty: a line is left for a name written by hand.
    certificate_signer: str = ""
    certificate_signer_title: str = "Kepala Dinas Koperasi dan UMKM"
    certificate_place: str = "Bandar Lampung"
    contact_whatsapp: str = ""
    contact_text: str = ""
    #: The mail server, with its password; empty where no letters are sent.
    smtp_url: str = field(default="", repr=False)
    #: Who letters come from; empty for the name the mail server knows us by.
    mail_from: str = ""
    log_format: str = "text"

    @property
    def secure(self) -> bool:
        """Whether the site is reached by https, so that cookies must be too."""
        return self.base_url.startswith("https://")

    @property
    def url(self) -> str:
        """The database's URL, SQLite in the data folder where none is set."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'elearn.sqlite3').absolute()}"

    @property
    def sender(self) -> str:
        """The address letters come from; empty where neither setting names one."""
        name = unquote(urlsplit(self.smtp_url).username or "")
        return self.mail_from or (name if _is_address(name) else "")

    @property
    def is_sqlite(self) -> bool:
        return self.url.startswith("sqlite")


def load_settings(environ: Mapping[str, str] | None = None, *, env_file: Path | None = None) -> Settings:
    """Read settings from *environ* (the process's by default), and below it from *env_file*.

    Creates nothing; `ensure_secret_key` does. Raises `SettingsError` with one sentence.
    """
    environ = os.environ if environ is None else environ
    given: dict[str, str] = {}
    if env_file is not None and env_file.is_file():
        try:
            given.update({name: value or "" for name, value in dotenv_values(env_file).items()})
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"Berkas {env_file} tidak bisa dibaca: {error}.") from error
    given.update(environ)
    known = {f.name.upper(): f.name for f in fields(Settings)}
    values: dict[str, object] = {}
    for name, text in given.items():
        if not name.startswith(PREFIX) or name.removeprefix(PREFIX) in FOREIGN_NAMES:
            continue
        short = name.removeprefix(PREFIX)
        if short in LATER_NAMES:
            continue
        if short not in known:
            near = difflib.get_close_matches(short, known, n=1)
            hint = f" Maksudnya {PREFIX}{near[0]}?" if near else ""
            raise SettingsError(f"Setelan {name} tidak dikenal.{hint}")
        values[known[short]] = _READERS.get(known[short], _text)(name, text.strip())
    settings = Settings(**values)  # type: ignore[arg-type]
    if settings.smtp_url and not settings.sender:
        raise SettingsError(f"{PREFIX}MAIL_FROM harus diisi: dari alamat mana surat dikirim.")
    return settings


def ensure_secret_key(settings: Settings) -> str:
    """Return the secret key, making it in the data folder on the first start.

    With PostgreSQL it must be given, because several machines share it.
    """
    if settings.secret_key:
        return settings.secret_key
    if not settings.is_sqlite:
        raise SettingsError(
            "ELEARN_SECRET_KEY harus diisi kalau memakai PostgreSQL, sama di semua mesin. "
            'Buat dengan: python3 -c "import secrets; print(secrets.token_urlsafe(48))"'
        )
    path = settings.data_dir / "secret_key"
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        key = path.read_text("ascii", "replace").strip() if path.exists() else ""
        key = key or _make_key(path)
    except OSError as error:
        raise SettingsError(
            f"Folder data {settings.data_dir} tidak bisa ditulisi ({error.strerror}). "
            "Pilih folder lain dengan ELEARN_DATA_DIR."
        ) from error
    if len(key) < SECRET_KEY_LENGTH:
        raise SettingsError(f"Berkas {path} terlalu pendek; hapus berkas itu supaya dibuat lagi.")
    return key


def _make_key(path: Path) -> str:
    """Make the key in *path*, or return the one that another process has made there meanwhile."""
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+", encoding="ascii") as file:
        # Of several that are first at once one writes; one that died before it wrote leaves it to the next.
        fcntl.flock(file, fcntl.LOCK_EX)
        key = file.read().strip()
        if not key:
            key = secrets.token_urlsafe(48)
            file.write(key)
    return key


def _text(name: str, text: str) -> str:
    if any(ord(character) < 32 for character in text):
        raise SettingsError(f"{name} tidak boleh berisi karakter kendali.")
    return text


def _data_dir(_name: str, text: str) -> Path:
    return Path(text or "instance").expanduser()


def _database_url(name: str, text: str) -> str:
    if not text:
        return ""
    try:
        url = make_url(text)
    except ArgumentError as error:
        raise SettingsError(
            f"{name} bukan alamat basis data. Contoh: postgresql://nama:sandi@host/elearn"
        ) from error
    if url.drivername in {"postgresql", "postgres", "postgresql+psycopg"}:
        return url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    if url.drivername == "sqlite" and url.database and url.database != ":memory:":
        return url.render_as_string(hide_password=False)
    raise SettingsError(f"{name} hanya mengenal sqlite:///berkas dan postgresql://….")


def _secret_key(name: str, text: str) -> str:
    if text and (len(text) < SECRET_KEY_LENGTH or len(set(text)) < 12):
        raise SettingsError(
            f"{name} terlalu mudah ditebak: pakai paling sedikit {SECRET_KEY_LENGTH} karakter acak."
        )
    return text


def _base_url(name: str, text: str) -> str:
    text = text.rstrip("/")
    if not text:
        return ""
    parts = urlsplit(text)
    if (
        parts.scheme not in {"http", "https"}
        or not parts.hostname
        or parts.path
        or parts.query
        or parts.username
    ):
        raise SettingsError(
            f"{name} harus alamat tanpa garis miring di akhir. Contoh: https://kelas.contoh.go.id"
        )
    return text


def _timezone(name: str, text: str) -> ZoneInfo:
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise SettingsError(f"{name} tidak dikenal: {text!r}. Contoh: Asia/Jakarta") from error


def _choice(*allowed: str) -> Callable[[str, str], str]:
    def read(name: str, text: str) -> str:
        if text not in allowed:
            raise SettingsError(f"{name} harus salah satu dari: {', '.join(allowed)}.")
        return text

    return read


def _proxies(name: str, text: str) -> int:
    if not re.fullmatch(r"[0-9]", text):
        raise SettingsError(f"{name} harus angka 0 sampai 9: berapa proksi yang berdiri di depan server.")
    return int(text)


def _pattern(name: str, text: str) -> str:
    try:
        parts = [part for part in string.Formatter().parse(text) if part[1] is not None]
    except ValueError as error:
        raise SettingsError(f"{name} tidak bisa dibaca: kurung kurawalnya tidak berpasangan.") from error
    found = {field_name or "" for _before, field_name, _form, _conversion in parts}
    if any(form or conversion for _before, _name, form, conversion in parts) or "{{" in text or "}}" in text:
        raise SettingsError(
            f"{name} hanya boleh berisi nama dalam kurung kurawal, tanpa format di belakangnya."
        )
    unknown = found - NUMBER_FIELDS
    if unknown:
        raise SettingsError(f"{name} berisi {{{min(unknown)}}} yang tidak dikenal.")
    if not {"urut", "kode", "tahun"} <= found:
        raise SettingsError(
            f"{name} harus berisi {{urut}}, {{kode}}, dan {{tahun}} supaya nomor tidak berulang."
        )
    return text


def _whatsapp(name: str, text: str) -> str:
    digits = re.sub(r"[\s+-]", "", text)
    if digits and not re.fullmatch(r"(62|0)8[0-9]{7,12}", digits):
        raise SettingsError(f"{name} bukan nomor WhatsApp Indonesia. Contoh: 081234567890")
    return "62" + digits[1:] if digits.startswith("0") else digits


def _smtp_url(name: str, text: str) -> str:
    if not text:
        return ""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if (
        parts.scheme not in {"smtp", "smtps"}
        or not parts.hostname
        or port == 0
        or parts.path.strip("/")
        or parts.query
        or parts.fragment
        or not text.isprintable()
    ):
        raise SettingsError(
            f"{name} bukan alamat server surat. Contoh: smtp://nama:sandi@surat.contoh.go.id:587"
        )
    return text


def _mail_from(name: str, text: str) -> str:
    if text and not _is_address(text):
        raise SettingsError(f"{name} bukan alamat e-mail. Contoh: kelas@contoh.go.id")
    return text


def _is_address(text: str) -> bool:
    return bool(re.fullmatch(r"[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+", text))


_READERS: dict[str, Callable[[str, str], object]] = {
    "data_dir": _data_dir,
    "database_url": _database_url,
    "secret_key": _secret_key,
    "base_url": _base_url,
    "timezone": _timezone,
    "language": _choice("id", "en"),
    "region_code": _choice("18"),
    "trusted_proxies": _proxies,
    "certificate_number_pattern": _pattern,
    "contact_whatsapp": _whatsapp,
    "smtp_url": _smtp_url,
    "mail_from": _mail_from,
    "log_format": _choice("text", "json"),
}
