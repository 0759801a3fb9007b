"""`kursus.md` and `glosarium.md`: what a course says of itself, and its abbreviations."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from elearn.content.documents import CourseDocument, Glossary, Heading, Order
from elearn.content.parser.front_matter import SLUG, YES_NO, Fields, MapNode, Scalar, read_front_matter
from elearn.content.parser.lesson import read_headings, read_lesson
from elearn.content.parser.module import hide_after_unclosed, lesson_piece, scalar_lines
from elearn.content.parser.report import Report
from elearn.content.parser.source import open_report
from elearn.content.parser.texts import Texts, excuse_all, read_texts
from elearn.content.printer import canonical
from elearn.content.problems import Problem, phrase
from elearn.content.scanner import Kind, Scan, scan

COURSE_FILE = "kursus.md"
GLOSSARY_FILE = "glosarium.md"

_KEYS = {
    "judul": "title",
    "ringkasan": "summary",
    "untuk": "audience",
    "tingkat": "level",
    "kategori": "category",
    "bahasa": "language",
    "jam pelajaran": "hours",
    "kode": "code",
    "tujuan": "objectives",
    "prasyarat": "prerequisites",
    "urutan": "order",
    "lulus": "pass mark",
    "sertifikat": "certificate",
    "gambar": "image",
    "pengajar": "trainers",
}
_CERTIFICATE_KEYS = {"terbit": "issued", "berlaku": "valid"}
_LEVELS = {"dasar": "dasar", "lanjut": "lanjut", "basic": "dasar", "advanced": "lanjut"}
_ORDERS = {
    "bebas": Order.FREE,
    "berurutan": Order.SEQUENTIAL,
    "free": Order.FREE,
    "sequential": Order.SEQUENTIAL,
}
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z]{2,4})?")
_CODE = re.compile(r"[A-Z0-9-]{2,12}")
_MONTHS = re.compile(r"([0-9]{1,3}) +(?:bulan|months?)")
_ENTRY = re.compile(r"\*\[([^\[\]]{1,60})\]: *(\S.*)$")


@dataclass(frozen=True, slots=True)
class CourseReading:
    """What came of reading `kursus.md`; *headings* are those of its text."""

    document: CourseDocument | None
    report: Report
    headings: tuple[Heading, ...] = ()
    #: Lines of keys, for problems that only the whole course shows.
    lines: dict[str, int] | None = None


@dataclass(frozen=True, slots=True)
class GlossaryReading:
    """What came of reading `glosarium.md`."""

    document: Glossary | None
    report: Report


def parse_course_page(text: str, *, slug: str = "") -> tuple[CourseDocument | None, list[Problem]]:
    """Read `kursus.md` on its own; the document has no modules."""
    reading = read_course_page(text, slug=slug)
    return reading.document, reading.report.settled()


def parse_glossary(text: str) -> tuple[Glossary | None, list[Problem]]:
    """Read `glosarium.md`."""
    reading = read_glossary(text)
    return reading.document, reading.report.settled()


def read_course_page(text: str, *, slug: str) -> CourseReading:
    """Read `kursus.md`; see `parse_course_page`."""
    report, readable = open_report(COURSE_FILE, text)
    if not readable:
        return CourseReading(None, report)
    front_matter = read_front_matter(report)
    fields = Fields(report, front_matter.root, _KEYS, COURSE_FILE)
    if not front_matter.closed:
        report.references.whole = False
        return CourseReading(None, report)
    before = len(report.problems)
    found = scan(report.lines[front_matter.body_line - 1 :], front_matter.body_line)
    _check_body(report, found)
    hide_after_unclosed(report, found, before)
    certificate, months = _read_certificate(report, fields)
    objectives = _read_objectives(report, fields)
    if certificate and not objectives and "tujuan" not in fields.values:
        fields.require("tujuan")
    prerequisites = fields.texts("prasyarat", slugs=True)
    report.references.prerequisites += scalar_lines(prerequisites)
    document = CourseDocument(
        slug=slug,
        text=canonical(text),
        title=fields.text("judul", required=True),
        summary=fields.text("ringkasan", required=True),
        body=lesson_piece(report, front_matter.body_line, len(report.lines)),
        audience=fields.text("untuk"),
        level=fields.choice("tingkat", _LEVELS, ""),
        category=_matching(fields, "kategori", SLUG, phrase("pakai huruf kecil, angka dan tanda hubung"))
        or "",
        language=_matching(fields, "bahasa", _LANGUAGE, phrase("tulis kode bahasa seperti id atau en"))
        or "id",
        hours=_read_hours(fields),
        code=_matching(fields, "kode", _CODE, phrase("pakai 2 sampai 12 huruf besar, angka dan tanda hubung"))
        or slug.upper(),
        objectives=objectives,
        prerequisites=tuple(scalar.value for scalar in prerequisites),
        order=fields.choice("urutan", _ORDERS, Order.FREE),
        pass_mark=fields.percent("lulus", 7000),
        certificate=certificate,
        valid_months=months,
        image=_read_image(report, fields),
        trainers=tuple(scalar.value for scalar in fields.texts("pengajar")),
    )
    return CourseReading(document, report, read_headings(found.blocks), dict(fields.lines))


def _check_body(report: Report, found: Scan) -> Texts:
    texts = read_texts(report, found)
    excuse_all(report, found.blocks, quiz_from=None)
    read_lesson(report, texts, found.blocks, has_checklist=False)
    texts.check_references(report)
    return texts


def _matching(fields: Fields, name: str, pattern: re.Pattern[str], allowed: str) -> str:
    value = fields.text(name)
    if value and not pattern.fullmatch(value):
        fields.refuse(name, allowed)
        return ""
    return value


def _read_hours(fields: Fields) -> Decimal | None:
    return fields.decimal("jam pelajaran")


def _read_image(report: Report, fields: Fields) -> str:
    image = fields.text("gambar")
    if image:
        report.references.images.append((image, fields.lines["gambar"]))
    return image


def _read_objectives(report: Report, fields: Fields) -> dict[str, str]:
    if fields.is_empty("tujuan"):
        return {}
    node = fields.values["tujuan"]
    if not isinstance(node, MapNode):
        fields.refuse("tujuan", phrase('tulis tiap tujuan seperti "  nama-tujuan: kalimatnya"'))
        return {}
    objectives: dict[str, str] = {}
    for key, value in node.entries.values():
        if not SLUG.fullmatch(key.value):
            fields.refuse(
                "tujuan", phrase("pakai huruf kecil, angka dan tanda hubung untuk nama tujuan"), key
            )
        elif not isinstance(value, Scalar) or not value.value.strip():
            fields.refuse(
                "tujuan", phrase("tulis satu kalimat setelah nama tujuan"), Scalar(key.value, key.line)
            )
        else:
            objectives[key.value] = " ".join(value.value.split())
            report.references.objectives.append((key.value, key.line))
    return objectives


def _read_certificate(report: Report, fields: Fields) -> tuple[bool, int | None]:
    node = fields.values.get("sertifikat")
    if not isinstance(node, MapNode):
        return bool(fields.choice("sertifikat", YES_NO, True)), None
    inner = Fields(report, node, _CERTIFICATE_KEYS, phrase("sertifikat"), line=node.line)
    issued = bool(inner.choice("terbit", YES_NO, True))
    written = inner.text("berlaku")
    match = _MONTHS.fullmatch(written.casefold())
    if written and (match is None or not 1 <= int(match[1]) <= 120):
        inner.refuse("berlaku", phrase("tulis seperti 24 bulan"))
        return issued, None
    if match is not None:
        fields.lines["berlaku"] = inner.lines["berlaku"]
    return issued, int(match[1]) if match else None


def read_glossary(text: str) -> GlossaryReading:
    """Read `glosarium.md`: an abbreviation and its meaning, one a line; other text explains."""
    report, readable = open_report(GLOSSARY_FILE, text)
    if not readable:
        return GlossaryReading(None, report)
    found = scan(report.lines)
    _check_body(report, found)
    hide_after_unclosed(report, found, 0)
    entries: dict[str, str] = {}
    for block in found.blocks:
        for line in block.lines if block.kind is Kind.PARAGRAPH else ():
            match = _ENTRY.match(line.text.strip(" "))
            if match:
                entries.setdefault(match[1].strip(), match[2].strip())
    return GlossaryReading(Glossary(canonical(text), entries), report)
