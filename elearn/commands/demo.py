"""`elearn demo`: everything in one go for a first look, with people and results that could be real."""

from __future__ import annotations

import os
import random
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import click
from flask import Flask
from sqlalchemy.orm import Session

from elearn.app import create_app
from elearn.commands.database import prepare_database
from elearn.commands.failures import CommandError
from elearn.commands.serving import check_port, run_server
from elearn.content.documents import ModuleKind
from elearn.content.items import Answer, EssayItem, Item, MatchItem, OrderItem
from elearn.content.marking import right_answer
from elearn.content.presentation import show_answer
from elearn.records import authoring, study
from elearn.records.accounts import queries as accounts
from elearn.records.accounts import services as account_services
from elearn.records.accounts.consents import agree
from elearn.records.accounts.models import Role, User
from elearn.records.accounts.regencies import REGENCIES
from elearn.records.attempts.answers import items_of
from elearn.records.attempts.errors import QuizNotOpenError
from elearn.records.attempts.models import Attempt
from elearn.records.audit.models import Way
from elearn.records.catalogue import queries as catalogue
from elearn.records.catalogue.models import Course
from elearn.records.certificates.services import CertificateSettings
from elearn.records.cohorts import services as cohorts
from elearn.records.enrolments.models import Enrolment
from elearn.records.inquiries import queries as inquiry_queries
from elearn.records.inquiries import services as inquiries
from elearn.web.clock import utc_now
from elearn.web.extensions import db
from elearn.web.printing import certificate_settings
from elearn.web.privacy import PRIVACY_VERSION
from elearn.web.settings import load_settings

NAMES = (
    "Sari Wulandari", "Joko Prasetyo", "Yuliana", "Rohmah", "Dewi Anggraini", "Siti Maryam", "Nur Aini",
    "Hendra Gunawan", "Hj. Ratna Komala, S.E.", "Suyatno", "Komang Ayu Lestari", "Fitri Handayani",
    "Agus Salim",
    "Marlina", "Wayan Sudarsana", "Eka Puspitasari", "Sumiati", "M. Ridho Pratama", "Lilis Suryani", "Paijo",
    "Anisa Rahmawati", "Tuti Alawiyah", "Bambang Irawan", "Desi Ratnasari", "Sulastri", "Ahmad Fauzi",
    "Rina Marlina", "Slamet Riyadi", "Nurhayati", "Dwi Astuti",
)  # fmt: skip
#: The demo is the same every time but for its days: figures on screen can be talked about.
SEED = 18


@click.command(help="Coba semuanya: data contoh, empat akun, lalu server.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--data", type=click.Path(path_type=Path, file_okay=False), default=Path("instance/demo"))
@click.option("--password", help="Kata sandi keempat akun; kalau kosong dibuat acak.")
@click.option("--learners", default=30, show_default=True, type=click.IntRange(0, 2000))
def demo(host: str, port: int, data: Path, password: str | None, learners: int) -> None:
    """Set up a data folder of its own, fill it, print how to sign in, and serve."""
    check_port(host, port)
    shown_host = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104 - only compared
    address = f"http://[{shown_host}]:{port}" if ":" in shown_host else f"http://{shown_host}:{port}"
    os.environ["ELEARN_DATA_DIR"] = str(data)
    os.environ["ELEARN_DATABASE_URL"] = ""
    os.environ.setdefault("ELEARN_BASE_URL", address)
    os.environ.setdefault(
        "ELEARN_CONTACT_TEXT", "Senin sampai Jumat, 08.00 sampai 16.00 WIB, di kantor dinas"
    )
    app = create_app(load_settings())
    prepare_database(app)
    with app.app_context():
        fresh = accounts.find_username(db.session(), "admin") is None
    if fresh:
        password = password or secrets.token_hex(4)
        fill(app, password=password, learners=learners)
        (data / "sandi.txt").write_text(password + "\n", encoding="utf-8")
        (data / "sandi.txt").chmod(0o600)
    elif password:
        raise CommandError(
            f"Data contoh sudah ada di {data}. Hapus folder itu untuk memulai lagi dengan --password."
        )
    else:
        password = (data / "sandi.txt").read_text("utf-8").strip()
    click.echo()
    click.echo(f"Buka {address}")
    click.echo(f"Masuk sebagai admin, petugas, pelatih, atau peserta. Kata sandi: {password}")
    click.echo("Berhenti dengan Ctrl+C.")
    run_server(host, port, workers=1)


def fill(app: Flask, *, password: str, learners: int) -> None:
    """Create the four people, a cohort and *learners* with plausible histories; one commit a person."""
    chance = random.Random(SEED)  # noqa: S311 - sample data, not a secret
    settings = app.extensions["elearn_settings"]
    with app.app_context():
        session = db.session()
        now = utc_now()
        begin = now - timedelta(days=40)
        people = {
            username: account_services.create_user(
                session,
                name=name,
                username=username,
                roles=roles,
                regency="18.71",
                today=begin.astimezone(settings.timezone).date(),
                password=password,
                actor=None,
                way=Way.COMMAND,
                now=begin,
            )
            for username, name, roles in (
                ("admin", "Admin Contoh", (Role.ADMIN,)),
                ("petugas", "M. Rizal", (Role.STAFF,)),
                ("pelatih", "Ratna Dewi", (Role.TRAINER,)),
                ("peserta", "Sari Wulandari", ()),
            )
        }
        for person in people.values():
            agree(session, person, PRIVACY_VERSION, begin)
        courses = [course for course in catalogue.all_courses(session) if course.live_release is not None]
        for course in courses:
            authoring.set_trainers(
                session,
                course,
                add=[people["pelatih"]],
                remove=[],
                actor=people["admin"],
                way=Way.PAGE,
                now=begin,
            )
        cohort = cohorts.make_cohort(
            session,
            name=f"Angkatan 1 tahun {begin.year}",
            starts_on=begin.date(),
            ends_on=None,
            courses=courses,
            actor=people["petugas"],
            way=Way.PAGE,
            now=begin,
        )
        session.commit()
        printing = certificate_settings(settings)
        if courses:
            History(session, chance, people["peserta"], courses[0], printing, until=now).run(begin, steps=2)
            _ask_and_answer(session, people["peserta"], people["pelatih"], courses[0], now=now)
            session.commit()
        regencies = list(REGENCIES)
        with click.progressbar(length=learners, label="Menyiapkan peserta contoh") as bar:
            for index in range(learners):
                joined = begin + timedelta(days=chance.randrange(20), minutes=chance.randrange(600))
                name = NAMES[index % len(NAMES)] + (
                    f" {index // len(NAMES) + 1}" if index >= len(NAMES) else ""
                )
                learner = account_services.create_user(
                    session,
                    name=name,
                    phone=f"0812{70000000 + index * 37:08d}",
                    regency=chance.choice(regencies),
                    today=joined.astimezone(settings.timezone).date(),
                    actor=people["petugas"],
                    way=Way.PAGE,
                    now=joined,
                )
                if index % 3:
                    cohorts.add_member(
                        session,
                        cohort,
                        learner,
                        joined_on=joined.date(),
                        actor=people["petugas"],
                        way=Way.PAGE,
                        now=joined,
                    )
                if courses:
                    history = History(session, chance, learner, chance.choice(courses), printing, until=now)
                    history.run(joined, steps=chance.choice((1, 2, 4, 6, 99, 99)))
                session.commit()
                bar.update(1)


def _ask_and_answer(session: Session, learner: User, trainer: User, course: Course, *, now: datetime) -> None:
    """Leave a question that was answered for everybody under the first lesson, and one that waits."""
    lessons = inquiry_queries.lessons_of(session, course)
    if not lessons:
        return
    texts = (
        "Bu, setelah lulus apakah modul ini masih bisa saya baca lagi?",
        "Kalau listrik padam di tengah kuis, apakah jawaban saya hilang?",
    )
    first, _second = (
        inquiries.ask(
            session,
            learner,
            course.slug,
            lessons[0].slug,
            text=text,
            event=None,
            now=now - timedelta(hours=hours),
        ).inquiry
        for text, hours in zip(texts, (50, 3), strict=True)
    )
    said = inquiries.answer(
        session,
        first,
        text="Bisa. Semua modul tetap terbuka, juga setelah Anda lulus.",
        event=UUID(int=1),
        base=0,
        actor=trainer,
        way=Way.PAGE,
        now=now - timedelta(hours=26),
    )
    inquiries.share(
        session,
        said.reply,
        question="Setelah lulus, apakah modul ini masih bisa dibaca lagi?",
        module_id=lessons[0].module_id,
        actor=trainer,
        way=Way.PAGE,
        now=now - timedelta(hours=26),
    )


class History:
    """One sample learner's way through one course, by the same verbs as a real one's."""

    def __init__(
        self,
        session: Session,
        chance: random.Random,
        learner: User,
        course: Course,
        printing: CertificateSettings,
        *,
        until: datetime,
    ) -> None:
        self.session = session
        self.chance = chance
        self.learner = learner
        self.course = course
        self.printing = printing
        self.until = until
        self.skill = chance.uniform(0.6, 0.98)

    def run(self, at: datetime, *, steps: int) -> None:
        """Enrol at *at* and go on for *steps* modules, or until the present."""
        enrolment = study.enrol(self.session, self.learner, self.course.slug, now=at)
        if enrolment.course.live_release_id is None:
            return
        release = catalogue.release_view(self.session, enrolment.course.live_release_id)
        for module in release.modules[: steps + 1]:
            at += timedelta(hours=self.chance.randrange(2, 60), minutes=self.chance.randrange(60))
            if at > self.until:
                return
            if module.kind is not ModuleKind.MODULE or module.completion != "read":
                at = self._take(module.slug, at, tries=1 if module.kind is ModuleKind.PRETEST else 4)
            if module.kind is ModuleKind.MODULE and module.completion != "quiz":
                study.mark_read(self.session, self.learner, self.course.slug, module.slug, now=at)
        self._confirm(enrolment, at)

    def _take(self, slug: str, at: datetime, *, tries: int) -> datetime:
        for _ in range(tries):
            try:
                attempt = study.start_quiz(self.session, self.learner, self.course.slug, slug, now=at)
            except QuizNotOpenError:
                # No chance left, or too soon: this learner goes on elsewhere, like a real one.
                break
            for item in items_of(self.session, attempt):
                at += timedelta(seconds=self.chance.randrange(15, 90))
                study.save_answer(
                    self.session,
                    attempt,
                    item_id=item.id,
                    event=UUID(int=self.chance.getrandbits(128)),
                    base=0,
                    raw=self._answer(item, attempt),
                    form=False,
                    now=at,
                )
            outcome = study.hand_in(self.session, attempt, now=at)
            if outcome.grade is None or outcome.grade.passed:
                break
            self.skill = min(0.99, self.skill + 0.1)
            at += timedelta(minutes=self.chance.randrange(10, 300))
        return at

    def _answer(self, item: Item, attempt: Attempt) -> object:
        if isinstance(item, EssayItem):
            return "Minyak goreng, karena labelnya belum saya simpan."
        right = right_answer(item)
        if self.chance.random() <= self.skill:
            return show_answer(item, right, seed=attempt.seed)
        if isinstance(right, str):
            return "belum tahu"
        wrong: Answer = (1,) if right == (0,) else (0,)
        if isinstance(item, OrderItem):
            wrong = tuple(reversed(range(len(item.steps))))
        elif isinstance(item, MatchItem):
            wrong = tuple((left, 0) for left in range(len(item.lefts)))
        return show_answer(item, wrong, seed=attempt.seed)

    def _confirm(self, enrolment: Enrolment, at: datetime) -> None:
        regency = accounts.regency_of(self.session, self.learner.id, at.astimezone(UTC).date())
        if enrolment.completed_at is not None and regency is not None:
            study.confirm_and_issue(
                self.session,
                self.learner,
                enrolment,
                name=self.learner.name,
                regency=regency,
                printing=self.printing,
                now=at + timedelta(minutes=3),
            )
