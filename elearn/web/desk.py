"""What the rooms of trainers, staff and admins share: one-time codes, the audit trail in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar, cast

from flask import render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # types-wtforms is behind

from elearn.records.accounts.keys import mask_phone, show_phone
from elearn.records.accounts.models import CodeKind, User
from elearn.records.accounts.services import CODE_LIFETIMES
from elearn.records.desk import TrailLine
from elearn.web.clock import utc_now
from elearn.web.extensions import READING, db
from elearn.web.forms import place_name
from elearn.web.templating import day, points, settings

Value = TypeVar("Value")
#: What `looking` gives; pages name it so, because they know no SQLAlchemy.
Reading = Session

#: What an event of the trail is called; one that is not here shows its own name.
DEEDS: Mapping[str, Any] = {
    "account.create": _l("Membuat akun"),
    "account.correct": _l("Memperbaiki data"),
    "account.release_number": _l("Melepas nomor HP"),
    "account.give_code": _l("Membuat kode sekali pakai"),
    "account.disable": _l("Menonaktifkan akun"),
    "account.enable": _l("Mengaktifkan akun lagi"),
    "account.show_number": _l("Melihat nomor HP"),
    "account.erase": _l("Menghapus data pribadi"),
    "account.export": _l("Mengunduh data seseorang"),
    "account.own_password": _l("Mengganti kata sandi sendiri"),
    "account.own_keys": _l("Mengganti nomor atau e-mail sendiri"),
    "role.grant": _l("Memberi peran"),
    "role.revoke": _l("Mencabut peran"),
    "certificate.revoke": _l("Mencabut sertifikat"),
    "certificate.replace": _l("Mengganti sertifikat"),
    "certificate.reopen": _l("Mengizinkan sertifikat terbit lagi"),
    "report.export": _l("Mengunduh laporan"),
    "attempt.grant": _l("Memberi satu percobaan lagi"),
    "essay.mark": _l("Menilai esai"),
    "inquiry.answer": _l("Menjawab pertanyaan"),
    "inquiry.close": _l("Menandai pertanyaan selesai"),
    "inquiry.share": _l("Menampilkan jawaban untuk semua"),
    "inquiry.unshare": _l("Menarik jawaban dari pelajaran"),
    "inquiry.hide": _l("Menyembunyikan jawaban"),
    "cohort.create": _l("Membuat angkatan"),
    "cohort.add_member": _l("Memasukkan ke angkatan"),
    "cohort.end_membership": _l("Mengakhiri keanggotaan angkatan"),
    "course.create": _l("Membuat kursus"),
    "course.publish": _l("Menerbitkan kursus"),
    "course.set_state": _l("Mengubah keadaan kursus"),
    "course.add_trainer": _l("Menambah pelatih kursus"),
    "course.remove_trainer": _l("Mengeluarkan pelatih kursus"),
    "maintenance.begin": _l("Menutup situs untuk perawatan"),
    "maintenance.end": _l("Membuka situs setelah perawatan"),
}
#: What a value of an event is called.
VALUES: Mapping[str, Any] = {
    "name": _l("Nama"),
    "phone": _l("Nomor HP"),
    "contact_phone": _l("Nomor yang bisa dihubungi"),
    "email": _l("E-mail"),
    "username": _l("Nama pengguna"),
    "regency": _l("Kabupaten/kota"),
    "role": _l("Peran"),
    "roles": _l("Peran"),
    "state": _l("Keadaan"),
    "kind": _l("Jenis"),
    "joined_on": _l("Sejak"),
    "left_on": _l("Sampai"),
    "starts_on": _l("Mulai"),
    "ends_on": _l("Selesai"),
    "until": _l("Sampai"),
    "message": _l("Pesan"),
    "courses": _l("Kursus"),
    "slug": _l("Alamat"),
    "number": _l("Nomor"),
    "serial": _l("Kode cek"),
    "keep_certificates": _l("Sertifikat tetap bisa dicek"),
    "points": _l("Nilai"),
    "passed": _l("Lulus"),
    "outcome": _l("Hasil"),
    "module": _l("Modul"),
    "item": _l("Soal"),
    "rows": _l("Baris"),
    "module_completions": _l("Modul menjadi selesai"),
    "course_completions": _l("Kursus menjadi lulus"),
}
ROLE_NAMES: Mapping[str, Any] = {
    "learner": _l("peserta"),
    "trainer": _l("pelatih"),
    "staff": _l("petugas"),
    "admin": _l("admin"),
}
#: Personal values that are shown in part only: to see them whole leaves a trail.
MASKED = frozenset({"phone", "contact_phone"})
#: Numbers of rows, which say nothing to a reader.
UNTOLD = frozenset({"release_id"})
#: What the records call things, in the words of the pages.
WORDS: Mapping[str, Any] = {
    "told": _l("dibacakan"),
    "slip": _l("slip cetak"),
    "mailed": _l("lewat e-mail"),
    "listed": _l("ditampilkan"),
    "unlisted": _l("tidak ditampilkan"),
    "retired": _l("ditutup"),
    "graded": _l("sudah dinilai"),
    "waiting": _l("menunggu dinilai"),
    "not_taken": _l("tidak dikerjakan"),
}


@dataclass(frozen=True, slots=True)
class ToldEvent:
    """One event of the trail, in words."""

    event_id: int
    at: datetime
    who: str
    deed: str
    subject_name: str
    subject_user_id: int | None
    details: tuple[str, ...]
    reason: str


def given(value: Value | None) -> Value:
    """Return what a required field of a validated form holds."""
    if value is None:
        raise ValueError("a required field is empty after validation")
    return value


def looking() -> Session:
    """Return a session that only reads, for what a POST shows besides what it changes.

    Rendering a long text takes its time, and a session of the request would hold the write lock
    meanwhile. Use it in a ``with`` block. On PostgreSQL it is one transaction, so that rows can be
    fetched in batches; on SQLite every statement sees one state anyway.
    """
    engine = db.engines[READING]
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    return Session(engine)


def tell(lines: Iterable[TrailLine]) -> list[ToldEvent]:
    """Put events into words."""
    return [
        ToldEvent(
            event_id=line.event_id,
            at=line.at,
            who=line.actor_name or {"command": _("Perintah"), "job": _("Sistem")}.get(line.way, _("Sistem")),
            deed=str(DEEDS.get(line.action, line.action)),
            subject_name=line.subject_name,
            subject_user_id=line.subject_user_id,
            details=tuple(_details(line.before, line.after)),
            reason=line.reason,
        )
        for line in lines
    ]


def code_page(user: User, code: str, *, kind: CodeKind, room: str, section: str, back: str) -> str:
    """Return the page that shows a one-time code, the only time it is seen; it prints as a slip."""
    told = kind is CodeKind.TOLD
    path = url_for("account.forgotten") if told else url_for("account.activate", token=code)
    return render_template(
        "desk/code.html",
        room=room,
        section=section,
        name=user.name,
        key=user.username or (show_phone(user.phone) if user.phone else user.email),
        code=code if told else "",
        link=f"{settings().base_url or request.host_url.rstrip('/')}{path}",
        until=utc_now() + CODE_LIFETIMES[kind],
        back=back,
    )


def choices(pairs: Iterable[tuple[object, str]], *, first: str | None = None) -> list[SelectChoice]:
    """Return what a select field offers; *first* is the words of an empty first line."""
    found = [SelectChoice(str(value), label) for value, label in pairs]
    return found if first is None else [SelectChoice("", first), *found]


def _details(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterable[str]:
    for key in dict.fromkeys([*before, *after]):
        if key in UNTOLD or not (told(before.get(key)) or told(after.get(key))):
            continue
        label = str(VALUES.get(key, key))
        old, new = _shown(key, before.get(key)), _shown(key, after.get(key))
        if key in before and key in after:
            if old != new:
                yield _("%(what)s: “%(old)s” menjadi “%(new)s”", what=label, old=old, new=new)
        else:
            yield f"{label}: {new if key in after else old}"


def told(value: Any) -> bool:
    """Say whether a value is worth a line."""
    return value is not None and value not in ("", [])


def _shown(key: str, value: Any) -> str:
    if value is None or value == "":
        return cast(str, _("kosong"))
    if key in MASKED and isinstance(value, str):
        return mask_phone(value)
    if key == "regency":
        return place_name(str(value))
    if key in {"role", "roles"}:
        names = value if isinstance(value, list) else [value]
        return ", ".join(str(ROLE_NAMES.get(str(name), name)) for name in names)
    if isinstance(value, bool):
        return cast(str, _("ya") if value else _("tidak"))
    if key == "points" and isinstance(value, int):
        return points(value)
    if key.endswith("_on") and isinstance(value, str):
        return day(date.fromisoformat(value))
    if isinstance(value, list):
        return ", ".join(str(part) for part in value)
    return str(WORDS.get(str(value), value))
