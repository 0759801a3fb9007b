"""Questions about certificates: by serial, by person, and in which state one is."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload, selectinload

from elearn.records.certificates.models import Certificate, CertificateEventKind
from elearn.records.certificates.serials import normalise_serial
from elearn.records.enrolments.models import Enrolment


class CertificateState(StrEnum):
    """What the verification page says."""

    VALID = "valid"
    EXPIRED = "expired"
    REVOKED = "revoked"
    REPLACED = "replaced"
    #: Its holder asked for it: it no longer says whose it was, and shows nothing that was printed.
    ERASED = "erased"


def state_of(certificate: Certificate, today: date) -> CertificateState:
    """Return the state on *today*, a day of the site's zone; the last day of validity is included."""
    kinds = {event.kind for event in certificate.events}
    if CertificateEventKind.ERASED in kinds:
        return CertificateState.ERASED
    if CertificateEventKind.REPLACED in kinds:
        return CertificateState.REPLACED
    if CertificateEventKind.REVOKED in kinds:
        return CertificateState.REVOKED
    if certificate.valid_until is not None and certificate.valid_until < today:
        return CertificateState.EXPIRED
    return CertificateState.VALID


def certificate_by_serial(session: Session, serial: str) -> Certificate | None:
    """Return the certificate with this serial, typed in whatever way; None where there is none."""
    wanted = normalise_serial(serial)
    if wanted is None:
        return None
    return session.scalar(_whole().where(Certificate.serial == wanted))


def certificates_of(session: Session, user_id: int) -> list[Certificate]:
    """Return every certificate of a person, the newest first."""
    return list(
        session.scalars(
            _whole()
            .join(Enrolment, Enrolment.id == Certificate.enrolment_id)
            .where(Enrolment.user_id == user_id)
            .order_by(Certificate.issued_at.desc(), Certificate.id.desc())
        )
    )


def replacement_of(session: Session, certificate: Certificate) -> Certificate | None:
    """Return the certificate that stands in for this one."""
    return session.scalar(_whole().where(Certificate.follows_id == certificate.id))


def followed_by(session: Session, certificate: Certificate) -> Certificate | None:
    """Return the certificate this one stands in for."""
    if certificate.follows_id is None:
        return None
    return session.scalar(_whole().where(Certificate.id == certificate.follows_id))


def _whole() -> Select[Certificate]:
    return select(Certificate).options(selectinload(Certificate.events), joinedload(Certificate.enrolment))
