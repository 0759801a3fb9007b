"""The certificate as a PDF, made on download from the row's snapshot and nothing else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from elearn.records.certificates.models import Certificate
from elearn.records.certificates.serials import show_serial

if TYPE_CHECKING:
    import typst

PRINTING = Path(__file__).parent / "printing"
#: Raised with every change of what is drawn; older certificates keep the drawing of their version.
TEMPLATE_VERSION = 1
TEMPLATES: Mapping[int, str] = {1: "certificate.typ"}

MONTHS = {
    "id": [
        "Januari",
        "Februari",
        "Maret",
        "April",
        "Mei",
        "Juni",
        "Juli",
        "Agustus",
        "September",
        "Oktober",
        "November",
        "Desember",
    ],
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
}
WORDS: Mapping[str, Mapping[str, str]] = {
    "id": {
        "heading": "Sertifikat Penyelesaian",
        "given_to": "diberikan kepada",
        "completed": "yang sudah menyelesaikan kursus",
        "check": "Cek keaslian",
        "scan": "Pindai kode ini atau buka",
        "serial": "Kode cek",
        "number": "Nomor",
        "qr_alt": "Kode QR ke halaman cek sertifikat ini",
        "notice": "Sertifikat pelatihan: bukti telah belajar. Bukan sertifikat halal dan bukan izin edar.",
        "list": "Yang dipelajari",
        "release": "terbitan ke-",
        "modules": "{n} modul",
        "minutes": "{n} menit belajar",
        "hours": "{n} jam pelajaran",
        "score": "nilai kuis akhir {n} dari 100",
        "valid": "Berlaku sampai {day}",
        "title": "Sertifikat {course}, {holder}",
    },
    "en": {
        "heading": "Certificate of Completion",
        "given_to": "is given to",
        "completed": "who has completed the course",
        "check": "Check this certificate",
        "scan": "Scan the code or open",
        "serial": "Check code",
        "number": "Number",
        "qr_alt": "QR code to the page that checks this certificate",
        "notice": "Training certificate: proof of learning. Neither a halal certificate nor a permit.",
        "list": "What was studied",
        "release": "release ",
        "modules": "{n} modules",
        "minutes": "{n} minutes of study",
        "hours": "{n} hours of lessons",
        "score": "final quiz score {n} out of 100",
        "valid": "Valid until {day}",
        "title": "Certificate {course}, {holder}",
    },
}


class CertificateDocumentError(Exception):
    """The drawing came out other than designed, a letter without a font for instance."""


class LetterRange(NamedTuple):
    """Code points a certificate's fonts can draw, both ends included."""

    first: int
    last: int


def certificate_pdf(certificate: Certificate) -> bytes:
    """Return the PDF (A4 landscape, PDF/A-3a and PDF/UA-1) of *certificate*.

    The same row gives the same bytes, today and after the holder has another name. Raises
    `CertificateDocumentError` where the drawing would silently be another (a font is missing).
    """
    import typst  # noqa: PLC0415 - heavy, and only a download needs it

    template = TEMPLATES[certificate.template_version]
    compiler = typst.Compiler(
        (PRINTING / template).read_bytes(),
        root=str(PRINTING),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(printed(certificate), ensure_ascii=False)},
    )
    try:
        pdf, warnings = compiler.compile_with_warnings(
            format="pdf", pdf_standards=["a-3a", "ua-1"], timestamp=int(certificate.issued_at.timestamp())
        )
    except typst.TypstError as error:
        raise CertificateDocumentError(error.message) from error
    if warnings:
        raise CertificateDocumentError("; ".join(str(warning.message) for warning in warnings))
    if not isinstance(pdf, bytes):
        raise CertificateDocumentError("no PDF came out")
    return pdf


def printed(certificate: Certificate) -> dict[str, Any]:
    """Return what stands on the paper, in the certificate's own language, as the template reads it."""
    language = certificate.language if certificate.language in WORDS else "id"
    words = WORDS[language]
    modules = json.loads(certificate.modules)
    details = [words["modules"].format(n=len(modules))]
    if certificate.hours:
        details.append(
            words["hours"].format(n=certificate.hours.replace(".", "," if language == "id" else "."))
        )
    elif certificate.minutes:
        details.append(words["minutes"].format(n=certificate.minutes))
    if certificate.score is not None:
        details.append(words["score"].format(n=certificate.score // 100))
    valid_until = certificate.valid_until
    issued_on = day_in_words(certificate.issued_on, language)
    return {
        "language": language,
        "words": dict(words),
        "title": words["title"].format(course=certificate.course_title, holder=certificate.holder_name),
        "organisation": certificate.organisation,
        "holder": certificate.holder_name,
        "course": certificate.course_title,
        "release": str(certificate.release_number),
        "details": ", ".join(details),
        "modules": modules,
        "site": certificate.verification_url.split("://", 1)[-1].rsplit("/", 1)[0],
        "serial": show_serial(certificate.serial),
        "number": certificate.number,
        "qr": qr_svg(certificate.verification_url),
        "place_and_date": f"{certificate.place}, {issued_on}" if certificate.place else issued_on,
        "signer": certificate.signer,
        "signer_title": certificate.signer_title,
        "valid": words["valid"].format(day=day_in_words(valid_until, language)) if valid_until else "",
    }


def day_in_words(day: date, language: str) -> str:
    """Return *day* as ``2 November 2026`` with the month in *language*."""
    return f"{day.day} {MONTHS[language][day.month - 1]} {day.year}"


def qr_svg(address: str) -> str:
    """Return *address* as a QR code in SVG, with the quiet zone the standard asks for.

    Error correction M: read from a folded print (ISO/IEC 18004).
    """
    import segno  # noqa: PLC0415 - needed for certificates only

    out = BytesIO()
    segno.make(address, error="m", micro=False).save(
        out, kind="svg", scale=4, border=4, dark="#2a1a16", light="#fff"
    )
    return out.getvalue().decode("utf-8")


def missing_letters(text: str) -> str:
    """Return the letters of *text* that the certificate's fonts cannot draw, each once, in order."""
    ranges = _letters()
    missing = [
        character
        for character in text
        if not character.isspace() and not any(r.first <= ord(character) <= r.last for r in ranges)
    ]
    return "".join(dict.fromkeys(missing))


@cache
def _letters() -> tuple[LetterRange, ...]:
    lines = (PRINTING / "fonts" / "letters.txt").read_text("ascii").split()
    return tuple(LetterRange(*(int(end, 16) for end in line.split("-"))) for line in lines)


@cache
def _fonts() -> typst.Fonts:
    import typst  # noqa: PLC0415 - see above

    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(PRINTING / "fonts")]
    )
