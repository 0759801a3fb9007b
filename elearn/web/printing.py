"""The operator's settings that end on a certificate, as `records` takes them."""

from __future__ import annotations

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
