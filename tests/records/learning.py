"""A small course and the acts of a learner in it, for the tests of what is remembered."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from elearn.content.items import Answer, EssayItem, Item
from elearn.content.presentation import empty_answer, show_answer
from elearn.records import study
from elearn.records.accounts import services as accounts
from elearn.records.accounts.models import User
from elearn.records.attempts.answering import Saved
from elearn.records.attempts.models import Attempt
from elearn.records.attempts.queries import items_of
from elearn.records.catalogue.models import Course
from elearn.records.certificates.services import CertificateSettings
from tests.factories import make_course, make_learner

PRINTING = CertificateSettings(
    organisation="Dinas Koperasi dan UMKM",
    signer="Ir. Hasan",
    signer_title="Kepala Dinas",
    place="Bandar Lampung",
    pattern="{urut}/{kode}/{bulan_romawi}/{tahun}",
    base_url="https://kelas.example",
    timezone=ZoneInfo("Asia/Jakarta"),
)

SLUG = "dapur-bersih"


def course_page(**extra: str) -> str:
    """Return a `kursus.md`; *extra* front matter goes by key, underscores are spaces."""
    lines = [f"{key.replace('_', ' ')}: {value}" for key, value in extra.items()]
    return "\n".join(
        [
            "---",
            "judul: Dapur Bersih",
            "ringkasan: Menjaga dapur tetap bersih.",
            "kode: DAPUR",
            "jam pelajaran: 4",
            "tujuan:",
            "  bersih: Membersihkan dapur",
            *lines,
            "---",
            "",
            "Kursus pendek.",
            "",
        ]
    )


def single(item_id: str, *settings: str) -> str:
    """Return a question with one right choice, the first."""
    return "\n".join(
        [
            f"### Soal {item_id}",
            f"<!-- id: {item_id} -->",
            "",
            f"Mana yang bersih di {item_id}?",
            "",
            "- [x] Meja yang dilap",
            "  > Betul, meja dilap.",
            "- [ ] Meja berdebu",
            "  > Debu belum bersih.",
            "- [ ] Meja basah",
            *(f"- {line}" for line in settings),
            "",
            f"**Pembahasan:** Karena dilap, kata {item_id}.",
            "",
        ]
    )


def essay(item_id: str, points: int = 1) -> str:
    """Return a question that a person marks."""
    return "\n".join(
        [
            f"### Uraian {item_id}",
            f"<!-- id: {item_id} -->",
            "",
            "Ceritakan dapur Anda.",
            "",
            "- Jenis: uraian",
            f"- Nilai: {points}",
            "",
        ]
    )


def quiz(*questions: str, settings: str = "") -> str:
    """Return a quiz section; *settings* are lines as the author writes them."""
    return f"## Kuis: Cek\n\n{settings}\n\n" + "\n".join(questions)


def module(title: str, *, body: str = "", **extra: str) -> str:
    """Return a module's text with front matter and *body*."""
    lines = [f"{key.replace('_', ' ')}: {value}" for key, value in extra.items()]
    front = ["---", f"judul: {title}", "tujuan: [bersih]", *lines, "---", ""]
    return "\n".join([*front, "Lap meja tiap pagi.", "", body, ""])


CHECKLIST = "- [ ] Meja dilap <!-- id: c-meja01 -->\n- [ ] Lantai disapu <!-- id: c-lantai -->\n"

#: Pre-test, a module with a quiz, one that is read, an optional one, and a post-test.
COURSE: Mapping[str, str] = {
    "kursus.md": course_page(),
    "pretes.md": module("Pretes", body=quiz(single("q-pretes1"), single("q-pretes2"))),
    "01-meja.md": module("Meja", body=quiz(single("q-meja01"), single("q-meja02"))),
    "02-lantai.md": module("Lantai", body=CHECKLIST),
    "03-hiasan.md": module("Hiasan", wajib="tidak"),
    "postes.md": module("Postes", body=quiz(*(single(f"q-postes{n}") for n in range(1, 5)))),
}


def publish(session: Session, files: Mapping[str, str], *, now: datetime, slug: str = SLUG) -> Course:
    """Make *files* the live release of the course *slug*."""
    return make_course(
        session,
        now=now,
        slug=slug,
        files={name: text.encode() for name, text in files.items()},
        note="untuk uji",
    )


def learner(session: Session, name: str = "Sari Wulandari", *, now: datetime, confirmed: bool = True) -> User:
    """Return a new person; *confirmed* with name and regency as a certificate needs them."""
    user = make_learner(session, now=now, name=name)
    if confirmed:
        accounts.confirm_name(session, user, name=name, regency="18.71", today=now.date(), now=now)
    return user


def right(item: Item) -> Answer:
    """Return an answer that earns everything; a few words for an essay."""
    return item.right_answer() or "Dapur saya bersih."


def wrong(item: Item) -> Answer:
    """Return an answer that earns nothing; none for an essay."""
    return empty_answer(item) if isinstance(item, EssayItem) else (1,)


def save(
    session: Session,
    attempt: Attempt,
    item: Item,
    answer: Answer,
    *,
    now: datetime,
    base: int = 0,
    event: UUID | None = None,
    form: bool = False,
) -> Saved:
    """Save *answer* as a browser would send it."""
    return study.save_answer(
        session,
        attempt,
        item_id=item.id,
        event=event or uuid4(),
        base=base,
        raw=show_answer(item, answer, seed=attempt.seed),
        form=form,
        now=now,
    )


def take(
    session: Session,
    user: User,
    slug: str,
    *,
    now: datetime,
    rights: int | None = None,
    printing: CertificateSettings | None = PRINTING,
    course: str = SLUG,
) -> study.Outcome:
    """Take a quiz from start to handing in, the first *rights* questions right (all of them)."""
    attempt = study.start_quiz(session, user, course, slug, now)
    for index, item in enumerate(items_of(session, attempt)):
        answer = right(item) if rights is None or index < rights else wrong(item)
        save(session, attempt, item, answer, now=now)
    return study.hand_in(session, attempt, now + timedelta(minutes=1), printing)


def complete(
    session: Session, user: User, *, now: datetime, printing: CertificateSettings | None = PRINTING
) -> study.Outcome:
    """Do all that `COURSE` requires; the post-test last."""
    take(session, user, "meja", now=now, printing=printing)
    study.mark_read(session, user, SLUG, "lantai", now, printing)
    return take(session, user, "postes", now=now + timedelta(hours=1), printing=printing)


def module_titles(stored: str) -> list[str]:
    """Return the titles printed on a certificate."""
    return list(json.loads(stored))
