"""Somebody's own data to take home: one ZIP with the data, the certificates, and a page that explains them."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import datetime

from flask import render_template
from sqlalchemy.orm import Session

from elearn.records.accounts.models import User
from elearn.records.certificates.queries import CertificateState, certificates_of, state_of
from elearn.records.privacy.export import certificate_file, held_about
from elearn.web.printing import draw_certificate
from elearn.web.templating import local

DATA, EXPLANATION = "data.json", "BACA-SAYA.txt"


def archive_of(session: Session, person: User, now: datetime) -> bytes:
    """Return everything held about *person* as a ZIP."""
    today = local(now).date()
    held = held_about(session, person, today=today, now=now)
    named = [
        one
        for one in certificates_of(session, person.id)
        if state_of(one, today) is not CertificateState.ERASED
    ]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:

        def add(name: str, content: str | bytes) -> None:
            entry = zipfile.ZipInfo(name, local(now).timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            archive.writestr(entry, content)

        explained = render_template("account/own_data.txt", owner=person, made_at=now, count=len(named))
        # Notepad on an old computer shows lines without CR as one.
        add(EXPLANATION, explained.replace("\n", "\r\n"))
        add(DATA, json.dumps(held, ensure_ascii=False, indent=2) + "\n")
        for certificate in named:
            add(certificate_file(certificate), draw_certificate(certificate))
    return packed.getvalue()
