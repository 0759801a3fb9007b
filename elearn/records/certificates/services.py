"""Issuing, revoking and replacing certificates."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from elearn.content.documents import ModuleKind
from elearn.records.accounts.models import User
from elearn.records.accounts.names import clean_line
from elearn.records.accounts.roles import REASON_LENGTH
from elearn.records.audit import services as audit
from elearn.records.audit.models import Way
from elearn.records.catalogue import queries as catalogue
from elearn.records.catalogue.models import Release
from elearn.records.certificates.due import Due, find_due
from elearn.records.certificates.models import (
    Certificate,
    CertificateEvent,
    CertificateEventKind,
    CertificateSeries,
)
from elearn.records.certificates.numbers import add_months, number_of, series_of
from elearn.records.certificates.serials import new_serial
from elearn.records.completions.models import ModuleCompletion
from elearn.records.enrolments.models import Enrolment
from elearn.records.enrolments.services import lock_enrolment
from elearn.records.errors import ConflictError, RefusedError, _

#: Both databases have the same words for "unless it is there already", in constructs of their own.
_INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


class Wait(StrEnum):
    """What an earned certificate still waits for."""

    #: The learner confirms name and regency.
    CONFIRMATION = "confirmation"
    #: The site has no address for the QR code yet.
    ADDRESS = "address"


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateSettings:
    """What the operator decides about certificates; without *base_url* none is issued."""

    organisation: str
    signer: str
    signer_title: str
    place: str
    pattern: str
    base_url: str | None
    timezone: ZoneInfo
    #: Of the drawing: it stands in the row, so that an old certificate keeps its looks.
    template_version: int = 1


def issue_if_due(
    session: Session, enrolment: Enrolment, printing: CertificateSettings, now: datetime
) -> Certificate | None:
    """Return the certificate of *enrolment* that holds, issuing it if it is due.

    None where the course is not complete or gives none, where something is missing (`waits_for`), and
    after a revocation, until staff allow it. Pressed twice, at once even, it is one certificate.
    """
    lock_enrolment(session, enrolment.id)
    return issue_new(session, enrolment.id, printing, now) or current_certificate(session, enrolment.id)


def issue_new(
    session: Session, enrolment_id: int, printing: CertificateSettings, now: datetime
) -> Certificate | None:
    """Issue a certificate if one is due and nothing is missing; the enrolment must be locked."""
    due = find_due(session, enrolment_id, printing.timezone)
    if due is None or not due.is_confirmed or printing.base_url is None:
        return None
    return _issue(session, enrolment_id, due, printing, now)


def waits_for(session: Session, enrolment_id: int, printing: CertificateSettings) -> Wait | None:
    """Return what a certificate that is due waits for; None where none is due or nothing is missing."""
    due = find_due(session, enrolment_id, printing.timezone)
    if due is None:
        return None
    if not due.is_confirmed:
        return Wait.CONFIRMATION
    return Wait.ADDRESS if printing.base_url is None else None


def check_letters(name: str, missing_letters: Callable[[str], str]) -> None:
    """Refuse a name with letters the certificate's fonts lack, before a number is spent."""
    missing = missing_letters(name)
    if missing:
        raise RefusedError(
            _(
                "Huruf %(letters)s belum bisa dicetak di sertifikat. Tulis nama dengan huruf lain.",
                letters=" ".join(missing),
            ),
            field="name",
        )


def revoke(
    session: Session, certificate: Certificate, *, reason: str, actor: User | None, way: Way, now: datetime
) -> None:
    """Take back *certificate* for a *reason* that the verification page shows.

    It stays readable and is never issued again by itself.
    """
    reason = _reason(reason)
    lock_enrolment(session, certificate.enrolment_id)
    session.refresh(certificate, ["events"])
    kinds = {event.kind for event in certificate.events}
    if CertificateEventKind.REVOKED in kinds:
        raise ConflictError(_("Sertifikat ini sudah dicabut."))
    if CertificateEventKind.REPLACED in kinds:
        raise ConflictError(_("Sertifikat ini sudah diganti. Cabut penggantinya."))
    _add_event(session, certificate, CertificateEventKind.REVOKED, now, actor=actor, reason=reason)
    _audit(session, certificate, "certificate.revoke", reason, actor, way, now)


def allow_again(
    session: Session, certificate: Certificate, *, reason: str, actor: User | None, way: Way, now: datetime
) -> None:
    """Let another certificate be issued in place of a revoked one, which stays revoked."""
    reason = _reason(reason)
    lock_enrolment(session, certificate.enrolment_id)
    session.refresh(certificate, ["events"])
    if certificate.events[-1].kind != CertificateEventKind.REVOKED:
        raise ConflictError(_("Sertifikat ini tidak sedang dicabut."))
    _add_event(session, certificate, CertificateEventKind.REOPENED, now, actor=actor, reason=reason)
    _audit(session, certificate, "certificate.reopen", reason, actor, way, now)


def replace(
    session: Session,
    certificate: Certificate,
    *,
    printing: CertificateSettings,
    reason: str,
    actor: User | None,
    way: Way,
    now: datetime,
    missing_letters: Callable[[str], str] = lambda _name: "",
) -> Certificate:
    """Issue a corrected certificate in place of *certificate*: the name as it is today, all else as before.

    Both are linked; the old one says by which it was replaced. Refused for one that is revoked or was
    replaced already, and for one of a period that another has followed.
    """
    reason = _reason(reason)
    enrolment = lock_enrolment(session, certificate.enrolment_id)
    session.refresh(certificate, ["events"])
    if certificate.events[-1].kind != CertificateEventKind.ISSUED:
        raise ConflictError(_("Sertifikat ini sudah dicabut atau diganti."))
    if session.scalar(select(Certificate.id).where(Certificate.follows_id == certificate.id)) is not None:
        raise ConflictError(_("Sudah ada sertifikat yang lebih baru. Perbaiki yang terbaru."))
    if printing.base_url is None:
        raise RefusedError(_("Alamat situs belum diatur, jadi sertifikat belum bisa terbit."))
    name = session.scalars(select(User.name).where(User.id == enrolment.user_id)).one()
    check_letters(name, missing_letters)
    release = catalogue.release_view(session, _release_of(session, certificate))
    corrected = _numbered(session, printing, release.code, now)
    for copied in (
        "enrolment_id", "completion_id", "period", "course_title", "release_number", "hours", "modules",
        "minutes", "score", "valid_until", "language",
    ):  # fmt: skip
        setattr(corrected, copied, getattr(certificate, copied))
    corrected.holder_name = name
    corrected.issue_number = certificate.issue_number + 1
    corrected.follows_id = certificate.id
    session.add(corrected)
    session.flush()
    _add_event(session, corrected, CertificateEventKind.ISSUED, now, actor=actor, reason=reason)
    _add_event(session, certificate, CertificateEventKind.REPLACED, now, actor=actor, reason=reason)
    _audit(session, certificate, "certificate.replace", reason, actor, way, now, corrected)
    return corrected


def current_certificate(session: Session, enrolment_id: int) -> Certificate | None:
    """Return the newest certificate of the enrolment unless it was revoked."""
    newest = session.scalar(
        select(Certificate)
        .where(Certificate.enrolment_id == enrolment_id)
        .order_by(Certificate.period.desc(), Certificate.issue_number.desc())
        .limit(1)
    )
    if newest is None or newest.events[-1].kind != CertificateEventKind.ISSUED:
        return None
    return newest


def _issue(
    session: Session, enrolment_id: int, due: Due, printing: CertificateSettings, now: datetime
) -> Certificate:
    release = catalogue.release_view(session, due.release_id)
    complete = set(
        session.scalars(
            select(ModuleCompletion.module_id).where(ModuleCompletion.enrolment_id == enrolment_id)
        )
    )
    studied = [
        module
        for module in release.modules
        if module.kind == ModuleKind.MODULE and module.module_id in complete
    ]
    certificate = _numbered(session, printing, release.code, now)
    certificate.enrolment_id = enrolment_id
    certificate.completion_id = due.completion_id
    certificate.period = due.period
    certificate.issue_number = due.issue_number
    certificate.follows_id = due.follows_id
    certificate.holder_name = due.holder_name
    certificate.course_title = release.title
    certificate.release_number = release.number
    certificate.hours = str(release.hours) if release.hours is not None else ""
    certificate.modules = json.dumps([module.title for module in studied], ensure_ascii=False)
    certificate.minutes = sum(module.minutes for module in studied)
    certificate.score = due.score
    certificate.language = release.language
    if release.valid_months is not None:
        certificate.valid_until = add_months(due.begins_on, release.valid_months)
    session.add(certificate)
    session.flush()
    _add_event(session, certificate, CertificateEventKind.ISSUED, now, actor=None)
    return certificate


def _numbered(session: Session, printing: CertificateSettings, code: str, now: datetime) -> Certificate:
    """Return a new certificate with serial, number and what the office prints.

    The number is taken in the issuing transaction: the lock on its series makes others wait, and if this
    one fails, so does the number.
    """
    issued_on = now.astimezone(printing.timezone).date()
    series = series_of(printing.pattern, code=code, on=issued_on)
    taken = _INSERT[session.get_bind().dialect.name](CertificateSeries).values(series=series, last=1)
    sequence = session.scalars(
        taken.on_conflict_do_update(
            index_elements=["series"], set_={"last": CertificateSeries.last + 1}
        ).returning(CertificateSeries.last)
    ).one()
    serial = new_serial()
    return Certificate(
        serial=serial,
        number=number_of(printing.pattern, sequence=sequence, code=code, on=issued_on),
        series=series,
        sequence=sequence,
        issued_at=now,
        issued_on=issued_on,
        organisation=printing.organisation,
        signer=printing.signer,
        signer_title=printing.signer_title,
        place=printing.place,
        verification_url=f"{printing.base_url}/sertifikat/{serial}",
        template_version=printing.template_version,
    )


def _release_of(session: Session, certificate: Certificate) -> int:
    """Return the id of the release a certificate names."""
    return session.scalars(
        select(Release.id)
        .join(Enrolment, Enrolment.course_id == Release.course_id)
        .where(Enrolment.id == certificate.enrolment_id, Release.number == certificate.release_number)
    ).one()


def _reason(text: str) -> str:
    return clean_line(text, most=REASON_LENGTH, field="reason", missing=_("Tulis alasannya."))


def _add_event(
    session: Session,
    certificate: Certificate,
    kind: CertificateEventKind,
    now: datetime,
    *,
    actor: User | None,
    reason: str = "",
) -> None:
    session.add(
        CertificateEvent(
            certificate_id=certificate.id,
            kind=kind,
            at=now,
            by_id=actor.id if actor is not None else None,
            reason=reason,
        )
    )
    session.flush()
    session.expire(certificate, ["events"])


def _audit(
    session: Session,
    certificate: Certificate,
    action: str,
    reason: str,
    actor: User | None,
    way: Way,
    now: datetime,
    corrected: Certificate | None = None,
) -> None:
    audit.record(
        session,
        actor=actor,
        way=way,
        action=action,
        subject_type="certificate",
        subject_id=certificate.id,
        subject_user_id=certificate.enrolment.user_id,
        before={"serial": certificate.serial, "number": certificate.number},
        after={"serial": corrected.serial, "number": corrected.number} if corrected is not None else {},
        reason=reason,
        now=now,
    )
