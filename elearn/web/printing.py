"""Certificates on paper: the operator's settings as `records` takes them, and the drawing for other pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from flask import current_app

from elearn.records.certificates.models import Certificate
from elearn.records.certificates.services import CertificateSettings
from elearn.web.settings import Settings


def certificate_settings(settings: Settings) -> CertificateSettings:
    """Return what *settings* say about certificates; without ``BASE_URL`` none is issued."""
    return CertificateSettings(
        organisation=settings.organisation,
        signer=settings.certificate_signer,
        signer_title=settings.certificate_signer_title,
        place=settings.certificate_place,
        pattern=settings.certificate_number_pattern,
        base_url=settings.base_url or None,
        timezone=settings.timezone,
    )


def draw_certificate(certificate: Certificate) -> bytes:
    """Return *certificate* as the PDF that its own page sends.

    Pages do not know each other, so `app.py` says who draws.
    """
    draw = cast(Callable[[Certificate], bytes], current_app.extensions["elearn_certificate_pdf"])
    return draw(certificate)
