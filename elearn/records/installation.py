"""Facts about this installation as a whole, kept in the database that all its machines share."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from elearn.records.base import Base


class InstallationFact(Base):
    """One named fact, such as the fingerprint of the secret key every machine must hold."""

    __tablename__ = "installation_facts"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]
