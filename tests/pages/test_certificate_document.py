"""The certificate as a PDF: what stands on it, that it can be checked, and that it stays the same for ever."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from functools import reduce
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from fontTools.ttLib import TTFont

from elearn.pages.certificates.document import (
    PRINTING,
    TEMPLATE_VERSION,
    TEMPLATES,
    CertificateDocumentError,
    certificate_pdf,
    missing_letters,
    printed,
)
from elearn.records.certificates.models import Certificate
from elearn.records.certificates.serials import new_serial

SERIAL = new_serial()
NAMES = [
    "Yuliana",
    "Hj. Sari Wulandari, S.E., M.M.",
    "Ma'ruf Al-Ghifari",
    "Nguyễn Thị Ánh",
    "محمد عبد الرحمن",
    "ꦱꦫꦶꦮꦸꦭꦤ꧀ꦢꦫꦶ",
    (
        "Prof. Dr. H. Muhammad Abdurrahman Wahid Kusumanegara Djojohadikusumo, S.E., M.M., Ak., CA. bin Hasanuddin "
        * 2
    )[:120],
]


def make(**changed: Any) -> Certificate:
    values: dict[str, Any] = {
        "serial": SERIAL,
        "number": "0012/HALAL/XI/2026",
        "holder_name": "Sari Wulandari",
        "course_title": "Siap Daftar Sertifikat Halal",
        "release_number": 3,
        "hours": "",
        "minutes": 69,
        "modules": json.dumps(["Mengapa halal", "Bahan dan titik kritisnya"]),
        "score": 8599,
        "organisation": "Dinas Koperasi dan UMKM Provinsi Lampung",
        "signer": "Budi Santoso",
        "signer_title": "Kepala Dinas",
        "place": "Bandar Lampung",
        "issued_on": date(2026, 11, 25),
        "issued_at": datetime(2026, 11, 25, 3, 0, tzinfo=UTC),
        "valid_until": None,
        "language": "id",
        "verification_url": f"https://kelas.example.go.id/sertifikat/{SERIAL}",
        "template_version": TEMPLATE_VERSION,
    }
    return Certificate(**{**values, **changed})


def text_of(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        texts = []
        for page in document:
            text = page.get_textpage()
            texts.append(" ".join(text.get_text_range().split()))
            text.close()
            page.close()
        return texts
    finally:
        document.close()


def code_of(pdf: bytes, scale: float) -> str:
    document = pypdfium2.PdfDocument(pdf)
    page = document[0]
    picture = page.render(scale=scale).to_pil()
    page.close()
    document.close()
    return zxingcpp.read_barcodes(picture)[0].text


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_the_code_on_the_paper_leads_to_the_page_that_checks_it(scale):
    assert code_of(certificate_pdf(make()), scale) == f"https://kelas.example.go.id/sertifikat/{SERIAL}"


def test_everything_the_row_says_stands_on_the_paper():
    first, second = text_of(certificate_pdf(make(valid_until=date(2028, 11, 24), hours="2.5")))

    for said in (
        "Sari Wulandari",
        "Siap Daftar Sertifikat Halal",
        "0012/HALAL/XI/2026",
        "Bandar Lampung, 25 November 2026",
        "Budi Santoso",
        "Kepala Dinas",
        "2 modul, 2,5 jam pelajaran, nilai kuis akhir 85 dari 100",
        "Berlaku sampai 24 November 2028",
        "Bukan sertifikat halal dan bukan izin edar",
        "kelas.example.go.id/sertifikat",
    ):
        assert said in first
    assert "Bahan dan titik kritisnya" in second
    assert "terbitan ke-3" in second


def test_a_score_is_rounded_down_and_left_out_where_there_is_none():
    assert "85 dari 100" in printed(make())["details"]
    assert "nilai" not in printed(make(score=None))["details"]


def test_a_course_in_english_has_an_english_certificate():
    first, _second = text_of(certificate_pdf(make(language="en")))

    assert "Certificate of Completion" in first
    assert "25 November 2026" in first


def test_the_same_row_gives_the_same_bytes():
    assert certificate_pdf(make()) == certificate_pdf(make())


@pytest.mark.parametrize("name", NAMES)
def test_names_of_any_length_and_script_stay_on_one_page(name):
    pdf = certificate_pdf(make(holder_name=name))

    assert missing_letters(name) == ""
    assert len(text_of(pdf)) == 2
    assert code_of(pdf, 2.0).endswith(SERIAL)


@pytest.mark.parametrize("count", [1, 9, 10, 30, 31, 60])
def test_long_lists_of_modules_stay_on_their_page(count):
    titles = [f"Modul nomor {number} dengan judul yang agak panjang" for number in range(1, count + 1)]

    _first, second = text_of(certificate_pdf(make(modules=json.dumps(titles))))

    assert f"Modul nomor {count} " in second


def test_a_letter_without_a_font_is_named_before_anything_is_printed():
    assert missing_letters("Sari 王小明") == "王小明"
    assert missing_letters("Sari 😀") == "😀"


def test_a_letter_without_a_font_would_not_pass_silently():
    with pytest.raises(CertificateDocumentError):
        certificate_pdf(make(holder_name="王小明"))


def test_the_list_of_letters_is_that_of_the_fonts():
    families: dict[str, list[set[int]]] = {}
    for path in sorted((PRINTING / "fonts").glob("*.ttf")):
        with TTFont(path) as font:
            families.setdefault(path.stem.split("-")[0], []).append(set(font.getBestCmap()))
    drawable = set().union(*(reduce(set.__and__, weights) for weights in families.values()))

    listed: set[int] = set()
    for line in (PRINTING / "fonts" / "letters.txt").read_text("ascii").split():
        first, last = (int(end, 16) for end in line.split("-"))
        listed.update(range(first, last + 1))

    assert listed == {letter for letter in drawable if letter >= 0x21}


def test_only_our_own_fonts_are_in_the_file():
    document = pypdfium2.PdfDocument(certificate_pdf(make()))
    names = set()
    for page in document:
        for shape in page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_TEXT]):
            font = pypdfium2.raw.FPDFTextObj_GetFont(shape.raw)
            assert pypdfium2.raw.FPDFFont_GetIsEmbedded(font) == 1
            names.add(font is not None)
        page.close()
    document.close()

    assert names == {True}


def test_every_version_of_the_drawing_is_still_there():
    assert sorted(TEMPLATES) == list(range(1, TEMPLATE_VERSION + 1))
    assert all((PRINTING / name).is_file() for name in TEMPLATES.values())
