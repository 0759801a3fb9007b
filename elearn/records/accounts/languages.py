"""The languages pages speak, and which of them a person wants."""

from __future__ import annotations

from sqlalchemy.orm import Session

from elearn.records.accounts.models import User
from elearn.records.errors import RefusedError, _

#: Languages of pages by code, each by its own name. Indonesian is what the sources are written in.
LANGUAGES = {"id": "Bahasa Indonesia", "en": "English"}


def choose_language(session: Session, person: User, language: str) -> None:
    """Let *person* see pages in *language* from now on, on every device."""
    if language not in LANGUAGES:
        raise RefusedError(_("Pilih salah satu bahasa dari daftar."), field="language")
    person.language = language
    session.flush()
