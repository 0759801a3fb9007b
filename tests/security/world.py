"""Everybody the attacks need, in one database: learners, trainers, staff, an admin, an account that is off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from elearn.content.marking import right_answer
from elearn.content.presentation import show_answer
from elearn.records import authoring, study
from elearn.records.accounts import services as accounts
from elearn.records.accounts.models import Role, User
from elearn.records.attempts.queries import items_of
from elearn.records.audit.models import Way
from elearn.records.catalogue.models import Course, Media, Origin
from elearn.records.catalogue.queries import course_by_slug
from elearn.records.certificates.models import Certificate
from elearn.records.cohorts import services as cohorts
from elearn.records.enrolments.models import Enrolment
from elearn.records.inquiries import services as inquiries
from elearn.records.inquiries.models import InquiryReply
from elearn.records.privacy import services as privacy
from elearn.web.printing import certificate_settings
from elearn.web.settings import Settings
from tests.security.course import FILES

PASSWORD = "kopi-hitam-7"
SLUG = "kunci"
OTHER = "lain"
QUIZ = f"/kursus/{SLUG}/ujian/kuis"
#: Everybody's key to sign in, by what they are.
KEYS = {
    "learner": "081234567001",
    "other learner": "081234567002",
    "graduate": "081234567003",
    "trainer": "081234567004",
    "other trainer": "081234567005",
    "staff": "081234567006",
    "admin": "081234567007",
    "off": "081234567008",
}
ROLES = {
    "trainer": [Role.TRAINER],
    "other trainer": [Role.TRAINER],
    "staff": [Role.STAFF],
    "admin": [Role.ADMIN],
}


@dataclass(frozen=True)
class World:
    """The ids of what there is."""

    people: dict[str, int]
    #: An open attempt, one handed in with an essay that waits; both the learner's own.
    open_attempt: UUID
    closed_attempt: UUID
    #: Of the other learner.
    foreign_attempt: UUID
    enrolment: int
    foreign_enrolment: int
    cohort: int
    membership: int
    serial: str
    draft_media: str
    live_media: str
    draft_file: str
    #: The learner's question at the trainer's course, and its answer.
    inquiry: int
    reply: int
    #: The wish of the other learner to be erased.
    erasure: int


def build(session: Session, settings: Settings, now: datetime) -> World:
    """Make everybody and everything, as the pages would."""
    people = {who: _person(session, who, now) for who in KEYS}
    actor = people["admin"]
    for slug in (SLUG, OTHER):
        publish(session, slug, now)
    _train(session, SLUG, people["trainer"], now)
    _train(session, OTHER, people["other trainer"], now)
    course, other = course_by_slug(session, SLUG), course_by_slug(session, OTHER)
    draft = authoring.new_module(
        session, course, slug="konsep", title="Konsep rahasia pelatih", actor=people["trainer"], now=now
    )
    path = authoring.add_picture(
        session,
        course,
        name="konsep.svg",
        content=b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><title>Konsep</title>'
        b'<path d="M0 0h9v9z"/></svg>\n',
        actor=people["trainer"],
        now=now,
    )
    assert path
    media = list(session.scalars(select(Media.digest).order_by(Media.created_at, Media.digest)))
    live = _live_digest(session, media)
    graduate = _finish(session, people["graduate"], now=now)
    certificate = _certify(session, people["graduate"], graduate, settings, now)
    closed = _attempt(session, people["learner"], now)
    study.hand_in(session, _answered(session, closed, "Minyak."), now)
    opened = study.start_quiz(session, people["learner"], SLUG, "ujian", now)
    foreign = _attempt(session, people["other learner"], now)
    cohort = cohorts.make_cohort(
        session,
        name="Angkatan Uji",
        starts_on=now.date(),
        ends_on=None,
        courses=[course],
        actor=actor,
        way=Way.COMMAND,
        now=now,
    )
    member = cohorts.add_member(
        session,
        cohort,
        people["learner"],
        joined_on=now.date(),
        actor=actor,
        way=Way.COMMAND,
        now=now,
    )
    study.enrol(session, people["other learner"], OTHER, now)
    accounts.disable(session, people["off"], reason="uji", actor=actor, way=Way.PAGE, now=now)
    wish = privacy.request_erasure(session, people["other learner"], keep_certificates=True, now=now)
    reply = _asked_and_answered(session, people["learner"], people["trainer"], now)
    found = World(
        people={who: user.id for who, user in people.items()},
        open_attempt=opened.uuid,
        closed_attempt=closed.uuid,
        foreign_attempt=foreign.uuid,
        enrolment=_enrolment(session, people["learner"], course),
        foreign_enrolment=_enrolment(session, people["other learner"], other),
        cohort=cohort.id,
        membership=member.id,
        serial=certificate.serial,
        draft_media=next(digest for digest in media if digest != live),
        live_media=live,
        draft_file=draft.file_name,
        inquiry=reply.inquiry_id,
        reply=reply.id,
        erasure=wish.id,
    )
    session.commit()
    return found


def publish(session: Session, slug: str, now: datetime, **changed: bytes) -> None:
    """Publish the course of this folder as *slug*."""
    authoring.publish(
        session,
        slug=slug,
        files={**FILES, **changed},
        note="",
        origin=Origin.FOLDER,
        actor=None,
        way=Way.COMMAND,
        now=now,
        today=now.date(),
    )


def answer_all(session: Session, attempt: object, essay: str, now: datetime) -> None:
    """Answer every question of *attempt* rightly."""
    for item in items_of(session, attempt):  # type: ignore[arg-type]
        raw = essay
        if item.type != "essay":
            raw = show_answer(item, right_answer(item), seed=attempt.seed)  # type: ignore[attr-defined]
        study.save_answer(
            session,
            attempt,  # type: ignore[arg-type]
            item_id=item.id,
            event=uuid4(),
            base=0,
            raw=raw,
            form=False,
            now=now,
        )


def _person(session: Session, who: str, now: datetime) -> User:
    user = accounts.sign_up(
        session,
        name=f"Orang {who}",
        key=KEYS[who],
        password=PASSWORD,
        regency="18.71",
        consent_version="uji",
        today=now.date(),
        now=now,
    )
    for role in ROLES.get(who, []):
        accounts.grant_role(session, user, role, actor=user, way=Way.COMMAND, now=now)
    return user


def _train(session: Session, slug: str, user: User, now: datetime) -> None:
    authoring.set_trainers(
        session, course_by_slug(session, slug), add=[user], remove=[], actor=None, way=Way.COMMAND, now=now
    )


def _attempt(session: Session, learner: User, now: datetime):  # type: ignore[no-untyped-def]
    study.enrol(session, learner, SLUG, now)
    study.mark_read(session, learner, SLUG, "bacaan", now)
    return study.start_quiz(session, learner, SLUG, "ujian", now)


def _answered(session: Session, attempt, essay: str):  # type: ignore[no-untyped-def]
    """Answer one question only, so that the attempt fails and its essay still waits."""
    for item in items_of(session, attempt):
        if item.type == "essay":
            study.save_answer(
                session,
                attempt,
                item_id=item.id,
                event=uuid4(),
                base=0,
                raw=essay,
                form=False,
                now=attempt.started_at,
            )
    return attempt


def _asked_and_answered(session: Session, learner: User, trainer: User, now: datetime) -> InquiryReply:
    asked = inquiries.ask(session, learner, SLUG, "bacaan", text="Boleh?", event=None, now=now)
    said = inquiries.answer(
        session,
        asked.inquiry,
        text="Boleh.",
        event=uuid4(),
        base=0,
        actor=trainer,
        way=Way.PAGE,
        now=now,
    )
    return said.reply


def _finish(session: Session, learner: User, *, now: datetime) -> Enrolment:
    attempt = _attempt(session, learner, now)
    answer_all(session, attempt, "Minyak goreng.", now)
    study.hand_in(session, attempt, now)
    study.mark_read(session, learner, SLUG, "penutup", now)
    last = study.start_quiz(session, learner, SLUG, "postes", now)
    answer_all(session, last, "", now)
    study.hand_in(session, last, now + timedelta(seconds=1))
    return study.enrol(session, learner, SLUG, now)


def _certify(
    session: Session, learner: User, enrolment: Enrolment, settings: Settings, now: datetime
) -> Certificate:
    certificate = study.confirm_and_issue(
        session,
        learner,
        enrolment,
        name=learner.name,
        regency="18.71",
        printing=certificate_settings(settings),
        now=now,
    )
    if certificate is None:
        raise LookupError("no certificate was issued")
    return certificate


def _enrolment(session: Session, learner: User, course: Course) -> int:
    found = session.scalar(
        select(Enrolment.id).where(Enrolment.user_id == learner.id, Enrolment.course_id == course.id)
    )
    assert found is not None
    return found


def _live_digest(session: Session, media: list[str]) -> str:
    from elearn.records.catalogue.queries import media_for

    return next(digest for digest in media if media_for(session, digest, viewer_id=None) is not None)
