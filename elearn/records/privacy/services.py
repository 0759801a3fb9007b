"""Asking to be erased, and erasing: the one act that overwrites what else never changes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from elearn.content.items import EssayItem
from elearn.records.accounts import queries as accounts
from elearn.records.accounts.models import OneTimeCode, User, UserSession
from elearn.records.accounts.services import end_sessions_of
from elearn.records.attempts.answers import to_stored
from elearn.records.attempts.models import Attempt, EssayMark, ExtraAttempt, Response
from elearn.records.audit.models import AuditEvent, AuditPersonal, Way
from elearn.records.audit.services import record
from elearn.records.catalogue import queries as catalogue
from elearn.records.catalogue.models import CourseTrainer
from elearn.records.certificates.models import Certificate, CertificateEvent, CertificateEventKind
from elearn.records.enrolments.models import Enrolment
from elearn.records.inquiries import services as inquiries
from elearn.records.notices.models import Notice
from elearn.records.privacy.errors import StillHasRoleError
from elearn.records.privacy.models import Erasure, ErasureRequest
from elearn.records.privacy.queries import open_request_of

#: What stands where something personal stood: not empty, so that nothing else changes its meaning.
ERASED = "(dihapus)"
#: As the name of a person or of a certificate's holder.
ERASED_NAME = "(data dihapus)"


def request_erasure(
    session: Session, user: User, *, keep_certificates: bool, now: datetime
) -> ErasureRequest:
    """Note that *user* wishes to be erased; asked again while one waits, it is that one.

    Who decides otherwise about the certificates takes the wish that waits back with the new one.
    """
    if accounts.roles_of(session, user.id):
        raise StillHasRoleError
    waiting = open_request_of(session, user.id)
    if waiting is not None and waiting.keep_certificates == keep_certificates:
        return waiting
    if waiting is not None:
        withdraw_request(session, user, now)
    request = ErasureRequest(user_id=user.id, requested_at=now, keep_certificates=keep_certificates)
    try:
        with session.begin_nested():
            session.add(request)
    except IntegrityError:
        # Pressed twice: the other press was first.
        waiting = open_request_of(session, user.id)
        if waiting is None:
            raise
        return waiting
    return request


def withdraw_request(session: Session, user: User, now: datetime) -> None:
    """Take back the wish that waits, if one does."""
    session.execute(
        update(ErasureRequest)
        .where(
            ErasureRequest.user_id == user.id,
            ErasureRequest.withdrawn_at.is_(None),
            ErasureRequest.done_at.is_(None),
        )
        .values(withdrawn_at=now)
    )


def erase_person(
    session: Session,
    user: User,
    *,
    keep_certificates: bool,
    actor: User | None,
    way: Way,
    now: datetime,
) -> bool:
    """Replace everything personal about *user*; say whether there was anything left to replace.

    Facts and figures stay: what was learnt, answered by choice, earned and counted, by number. Certificates
    go on naming their holder only with *keep_certificates*; without, they no longer say whose they were. Done
    again it changes nothing, but that certificates kept at first can go later.
    """
    session.refresh(user, with_for_update=True)
    if accounts.roles_of(session, user.id):
        raise StillHasRoleError
    certificates = [] if keep_certificates else list(_named_certificates(session, user.id))
    if user.erased_at is not None and not certificates:
        return False
    for certificate in certificates:
        _erase_certificate(session, certificate, actor, now)
    if user.erased_at is None:
        _erase_account(session, user, now)
        _erase_learning(session, user.id)
        inquiries.erase_person(session, user.id, now)
        session.execute(delete(Notice).where(Notice.user_id == user.id))
    session.add(Erasure(user_id=user.id, erased_at=now, keep_certificates=keep_certificates))
    session.execute(
        update(ErasureRequest)
        .where(
            ErasureRequest.user_id == user.id,
            ErasureRequest.withdrawn_at.is_(None),
            ErasureRequest.done_at.is_(None),
        )
        .values(done_at=now, done_by=None if actor is None else actor.id)
    )
    session.flush()
    record(
        session,
        actor=actor,
        way=way,
        action="account.erase",
        subject_type="user",
        subject_id=user.id,
        subject_user_id=user.id,
        after={"keep_certificates": keep_certificates},
        now=now,
    )
    _erase_trail(session, user.id)
    return True


def _erase_account(session: Session, user: User, now: datetime) -> None:
    end_sessions_of(session, user, now)
    user.name = ERASED_NAME
    user.erased_at = now
    user.phone = user.email = user.username = user.contact_phone = None
    user.password_hash = user.language = user.name_confirmed_at = None
    session.flush()
    session.execute(update(UserSession).where(UserSession.user_id == user.id).values(device=""))
    session.execute(
        update(OneTimeCode)
        .where(OneTimeCode.user_id == user.id, OneTimeCode.used_at.is_(None), OneTimeCode.expires_at > now)
        .values(expires_at=now)
    )
    session.execute(delete(CourseTrainer).where(CourseTrainer.user_id == user.id))


def _erase_learning(session: Session, user_id: int) -> None:
    """Empty what somebody wrote in their own words, and what others wrote about it."""
    enrolments = select(Enrolment.id).where(Enrolment.user_id == user_id)
    attempts = session.execute(
        select(Attempt.id, Attempt.revision_id).where(Attempt.enrolment_id.in_(enrolments))
    ).all()
    for attempt_id, revision_id in attempts:
        essays = _essays_of(session, revision_id)
        if essays:
            # A cleared one stays cleared: it means "not answered".
            session.execute(
                update(Response)
                .where(
                    Response.attempt_id == attempt_id,
                    Response.item_id.in_(essays),
                    Response.answer != to_stored(""),
                )
                .values(answer=to_stored(ERASED))
            )
    own = select(Attempt.id).where(Attempt.enrolment_id.in_(enrolments))
    session.execute(
        update(EssayMark).where(EssayMark.attempt_id.in_(own), EssayMark.word != "").values(word="")
    )
    session.execute(
        update(ExtraAttempt).where(ExtraAttempt.enrolment_id.in_(enrolments)).values(reason=ERASED)
    )


def _essays_of(session: Session, revision_id: int) -> list[str]:
    quiz = catalogue.parsed_module(session, revision_id).quiz
    return [] if quiz is None else [item.id for item in quiz.items if isinstance(item, EssayItem)]


def _named_certificates(session: Session, user_id: int) -> Iterable[Certificate]:
    return session.scalars(
        select(Certificate)
        .join(Enrolment, Enrolment.id == Certificate.enrolment_id)
        .where(Enrolment.user_id == user_id, Certificate.holder_name != ERASED_NAME)
        .order_by(Certificate.id)
    )


def _erase_certificate(session: Session, certificate: Certificate, actor: User | None, now: datetime) -> None:
    certificate.holder_name = ERASED_NAME
    session.execute(
        update(CertificateEvent)
        .where(CertificateEvent.certificate_id == certificate.id, CertificateEvent.reason != "")
        .values(reason=ERASED)
    )
    session.add(
        CertificateEvent(
            certificate_id=certificate.id,
            kind=CertificateEventKind.ERASED,
            at=now,
            by_id=None if actor is None else actor.id,
        )
    )


def _erase_trail(session: Session, user_id: int) -> None:
    """Empty the personal values beside the trail; the rows stay, and so the chain still verifies."""
    events = select(AuditEvent.id).where(AuditEvent.subject_user_id == user_id)
    session.execute(
        update(AuditPersonal).where(AuditPersonal.event_id.in_(events)).values(salt="", personal="")
    )
