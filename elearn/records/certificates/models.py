"""Certificates: a snapshot of everything printed, appended events, and the office's number series."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from elearn.records.base import Base, pk
from elearn.records.enrolments.models import Enrolment


class CertificateEventKind(StrEnum):
    """What happened to a certificate; the last event says its state."""

    ISSUED = "issued"
    REVOKED = "revoked"
    REPLACED = "replaced"
    #: Staff allow another one to be issued after a revocation; the revoked one stays revoked.
    REOPENED = "reopened"
    #: Its holder was erased and did not wish it to go on naming them.
    ERASED = "erased"


class CertificateSeries(Base):
    """The last number of one series; its lock keeps a series free of gaps."""

    __tablename__ = "certificate_series"

    #: The pattern filled in but for ``{urut}`` and the month, with the year.
    series: Mapped[str] = mapped_column(primary_key=True)
    last: Mapped[int]


class Certificate(Base):
    """A document issued for a completed course, exactly as printed; a correction issues another.

    Everything on the paper is in this row, the version of its template too: nothing is ever
    rendered again from live data.
    """

    __tablename__ = "certificates"
    __table_args__ = (
        UniqueConstraint("enrolment_id", "period", "issue_number"),
        UniqueConstraint("series", "sequence"),
        Index(None, "issued_at"),
    )

    id: Mapped[pk]
    #: 26 characters of Crockford's base 32 and a check character, upper case without hyphens.
    serial: Mapped[str] = mapped_column(unique=True)
    #: The office's own number, as printed.
    number: Mapped[str] = mapped_column(unique=True)
    series: Mapped[str]
    sequence: Mapped[int]
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolments.id"))
    completion_id: Mapped[int] = mapped_column(ForeignKey("course_completions.id"))
    #: 1 for the first validity period, and 1 for the first certificate of a period.
    period: Mapped[int]
    issue_number: Mapped[int]
    #: The certificate this one stands in for.
    follows_id: Mapped[int | None] = mapped_column(ForeignKey("certificates.id"), unique=True)
    issued_at: Mapped[datetime]

    # What is printed.
    holder_name: Mapped[str]
    course_title: Mapped[str]
    release_number: Mapped[int]
    #: Hours as a decimal string, empty where none are printed.
    hours: Mapped[str]
    #: JSON list of module titles.
    modules: Mapped[str]
    #: Minutes of study of the release, 0 where unknown.
    minutes: Mapped[int]
    #: The post-test's score in ten-thousandths, empty without one.
    score: Mapped[int | None]
    organisation: Mapped[str]
    signer: Mapped[str]
    signer_title: Mapped[str]
    place: Mapped[str]
    issued_on: Mapped[date]
    #: The last day it is valid, included; empty without end.
    valid_until: Mapped[date | None]
    language: Mapped[str]
    verification_url: Mapped[str]
    template_version: Mapped[int]

    enrolment: Mapped[Enrolment] = relationship()
    events: Mapped[list[CertificateEvent]] = relationship(order_by="CertificateEvent.id")


class CertificateEvent(Base):
    """Something that happened to a certificate; appended, never changed."""

    __tablename__ = "certificate_events"
    __table_args__ = (Index(None, "certificate_id", "id"),)

    id: Mapped[pk]
    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificates.id"))
    kind: Mapped[str]
    at: Mapped[datetime]
    #: Empty for the learner's own act and for commands.
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str] = mapped_column(default="")
