"""Real rows by the real services: what a test begins with."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path

from sqlalchemy.orm import Session

from elearn.records import authoring
from elearn.records.accounts import services as accounts
from elearn.records.accounts.models import Role, User
from elearn.records.audit.models import Way
from elearn.records.catalogue.models import Course, Origin
from elearn.records.catalogue.queries import course_by_slug

PASSWORD = "kopi-hitam-7"
SLUG = "dapur-halal"

_numbers = itertools.count(1)

PAGE = """---
judul: Dapur Halal
ringkasan: Siapkan dapur sampai siap mengajukan.
kode: DH
tujuan:
  bahan: Membuat daftar bahan sendiri
---

Kursus singkat tentang dapur yang halal. NIB disiapkan dulu.
"""

GLOSSARY = """*[NIB]: Nomor Induk Berusaha
"""

READING = """---
judul: Bahan
tujuan: [bahan]
sumber:
  - judul: BPJPH
    alamat: https://bpjph.halal.go.id/
diperiksa: 2026-11-01
periksa lagi: 2027-02-01
---

Catat semua bahan, lalu simpan NIB. Lanjut ke [kuis](02-kuis.md).

![Alur bahan](media/alur.svg)

- [ ] Daftar bahan sudah ada <!-- id: c-daftar1 -->
"""

QUIZ = """---
judul: Kuis bahan
tujuan: [bahan]
sumber:
  - judul: BPJPH
    alamat: https://bpjph.halal.go.id/
diperiksa: 2026-11-01
periksa lagi: 2027-02-01
---

Bacaan pendek sebelum kuis.

## Kuis

- Lulus: 50%

### Satu
<!-- id: q-satu01 -->

Lembaga mana yang menerbitkan sertifikat halal?

- [x] BPJPH
- [ ] LPPOM

- Tujuan: bahan

### Dua
<!-- id: q-duaa01 -->

Garam murni boleh tidak dicatat.

- [ ] Benar
- [x] Salah
"""

DRAWING = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><title>Alur</title>'
    b'<path d="M0 0h10v10z"/></svg>\n'
)

#: A small course with everything that export has to give back.
FILES: Mapping[str, bytes] = {
    "kursus.md": PAGE.encode(),
    "01-bahan.md": READING.encode(),
    "02-kuis.md": QUIZ.encode(),
    "glosarium.md": GLOSSARY.encode(),
    "media/alur.svg": DRAWING,
}


def make_user(
    session: Session,
    *roles: Role,
    now: datetime,
    name: str = "Sari Wulandari",
    phone: str | None = None,
    username: str | None = None,
    email: str | None = None,
    password: str | None = None,
    regency: str | None = None,
) -> User:
    """Make a person; without a key they get a username of their own."""
    if phone is None and email is None and username is None:
        username = f"orang{next(_numbers)}"
    return accounts.create_user(
        session,
        name=name,
        phone=phone,
        email=email,
        username=username,
        password=password,
        regency=regency,
        today=now.date(),
        roles=roles,
        actor=None,
        way=Way.COMMAND,
        now=now,
    )


def make_learner(session: Session, *, now: datetime, name: str = "Sari Wulandari", **keys: str) -> User:
    """Make a person without any role."""
    return make_user(session, now=now, name=name, **keys)


def make_course(
    session: Session,
    *,
    now: datetime,
    files: Mapping[str, bytes] = FILES,
    slug: str = SLUG,
    note: str = "",
    origin: Origin = Origin.FOLDER,
    today: date | None = None,
    trainers: Iterable[User] = (),
) -> Course:
    """Publish *files* as the course *slug*."""
    authoring.publish(
        session,
        slug=slug,
        files=files,
        note=note,
        origin=origin,
        actor=None,
        way=Way.COMMAND,
        now=now,
        today=today,
    )
    course = course_by_slug(session, slug)
    authoring.set_trainers(
        session, course, add=list(trainers), remove=[], actor=None, way=Way.COMMAND, now=now
    )
    return course


def write_folder(folder: Path, files: Mapping[str, bytes] = FILES) -> Path:
    """Write *files* into *folder* as an author has them on disk."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder
