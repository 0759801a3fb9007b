"""One module, pre-test or post-test: front matter, lesson text, quiz."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from elearn.content.documents import (
    POSTTEST_FILE,
    POSTTEST_SLUG,
    PRETEST_FILE,
    PRETEST_SLUG,
    CompletionRule,
    ModuleDocument,
    ModuleKind,
    Source,
)
from elearn.content.items import Quiz
from elearn.content.parser.front_matter import YES_NO, Fields, FrontMatter, MapNode, Scalar, read_front_matter
from elearn.content.parser.lesson import find_quiz, read_headings, read_lesson
from elearn.content.parser.quiz import QuizContext, read_quiz
from elearn.content.parser.report import Report
from elearn.content.parser.source import open_report
from elearn.content.parser.texts import excuse_all, read_texts
from elearn.content.pieces import Piece
from elearn.content.printer import canonical
from elearn.content.problems import Problem, phrase
from elearn.content.scanner import Block, Kind, Scan, scan

MODULE_NAME = re.compile(r"([0-9]{2})-([a-z0-9]+(?:-[a-z0-9]+)*)\.md")

_KEYS = {
    "judul": "title",
    "menit": "minutes",
    "tujuan": "objectives",
    "wajib": "required",
    "selesai": "completion",
    "sumber": "sources",
    "diperiksa": "checked",
    "periksa lagi": "review by",
    "perubahan": "change note",
}
_TEST_KEYS = {"judul": "title", "tujuan": "objectives"}
_SOURCE_KEYS = {"judul": "title", "pasal": "article", "alamat": "url", "tanggal": "date"}
_COMPLETION = {
    "dibaca": CompletionRule.READ,
    "kuis": CompletionRule.QUIZ,
    "dibaca dan kuis": CompletionRule.READ_AND_QUIZ,
    "read": CompletionRule.READ,
    "quiz": CompletionRule.QUIZ,
    "read and quiz": CompletionRule.READ_AND_QUIZ,
}
_URL = re.compile(r"https?://[^\s]+", re.I)
_DATED = re.compile(r"[0-9]{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12][0-9]|3[01]))?)?")


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of reading one text: the document, and the report with what the course must confirm."""

    document: ModuleDocument | None
    report: Report


@dataclass(slots=True)
class _Front:
    title: str = ""
    minutes: int | None = None
    objectives: tuple[str, ...] = ()
    objective_lines: dict[str, int] | None = None
    required: bool = True
    completion: CompletionRule | None = None
    sources: tuple[Source, ...] = ()
    checked_on: date | None = None
    review_on: date | None = None
    change_note: str = ""
    lines: Mapping[str, int] = field(default_factory=dict)


def parse_module(
    file_name: str, text: str, *, pass_mark: int = 7000, today: date | None = None
) -> tuple[ModuleDocument | None, list[Problem]]:
    """Read one text on its own; *pass_mark* is the default of its quiz, in ten-thousandths.

    What needs the rest of the course (targets, media, ids of other files) is not looked at.
    """
    reading = read_module(file_name, text, pass_mark=pass_mark, today=today)
    add_twin_ids(reading.report)
    return reading.document, reading.report.settled()


def add_twin_ids(report: Report) -> None:
    """Note ids that stand twice in the file of *report*."""
    seen: dict[str, int] = {}
    for item_id, line in report.references.ids:
        if item_id in seen:
            report.add(line, "K80", id=item_id, other=phrase("baris {line}", line=seen[item_id]))
        seen.setdefault(item_id, line)


def kind_of(file_name: str) -> ModuleKind:
    """Return what part the file called *file_name* plays."""
    if file_name == PRETEST_FILE:
        return ModuleKind.PRETEST
    return ModuleKind.POSTTEST if file_name == POSTTEST_FILE else ModuleKind.MODULE


def read_module(file_name: str, text: str, *, pass_mark: int, today: date | None = None) -> Reading:
    """Read one text; see `parse_module`."""
    kind = kind_of(file_name)
    report, readable = open_report(file_name, text)
    if not readable:
        return Reading(None, report)
    front_matter = read_front_matter(report)
    front = _read_front(report, front_matter, kind)
    if not front_matter.closed:
        report.references.whole = False
        return Reading(None, report)
    if kind is ModuleKind.MODULE and front_matter.root is not None:
        _check_freshness(report, front, today)
    body = report.lines[front_matter.body_line - 1 :]
    found = scan(body, front_matter.body_line)
    before_body = len(report.problems)
    texts = read_texts(report, found)
    start = find_quiz(report, found.blocks)
    lesson_blocks = found.blocks[: start.index] if start else found.blocks
    excuse_all(report, found.blocks, quiz_from=found.blocks[start.index].first if start else None)
    checklist = read_lesson(report, texts, lesson_blocks)
    headings = read_headings(lesson_blocks)
    quiz: Quiz | None = None
    if start is not None:
        heading = found.blocks[start.index]
        _check_underlined(report, found.blocks[start.index + 1 :])
        context = QuizContext(kind, pass_mark, front.objective_lines)
        quiz = read_quiz(report, texts, found.blocks[start.index + 1 :], start.title, heading.first, context)
    elif kind is not ModuleKind.MODULE:
        report.add(1, "K92a")
    texts.check_references(report)
    hide_after_unclosed(report, found, before_body)
    lesson_end = found.blocks[start.index].first - 1 if start else len(report.lines)
    slug, number = _slug_of(file_name, kind)
    document = ModuleDocument(
        slug=slug,
        kind=kind,
        file_name=file_name,
        number=number,
        text=canonical(text),
        title=front.title,
        lesson=lesson_piece(report, front_matter.body_line, lesson_end),
        quiz=quiz,
        minutes=front.minutes,
        objectives=front.objectives,
        required=front.required,
        completion=_completion(report, front, quiz),
        sources=front.sources,
        checked_on=front.checked_on,
        review_on=front.review_on,
        change_note=front.change_note,
        headings=headings,
        checklist=checklist,
        link_definitions="\n".join(texts.definitions),
    )
    return Reading(document, report)


def lesson_piece(report: Report, first: int, last: int) -> Piece:
    """Return lines *first* to *last* without blank edges."""
    while first <= last and not report.source(first).strip():
        first += 1
    while last >= first and not report.source(last).strip():
        last -= 1
    return Piece("\n".join(report.source(number) for number in range(first, last + 1)), first)


def _slug_of(file_name: str, kind: ModuleKind) -> tuple[str, int | None]:
    if kind is ModuleKind.PRETEST:
        return PRETEST_SLUG, None
    if kind is ModuleKind.POSTTEST:
        return POSTTEST_SLUG, None
    match = MODULE_NAME.fullmatch(file_name)
    return (match[2], int(match[1])) if match else (file_name.removesuffix(".md"), None)


def _check_underlined(report: Report, blocks: tuple[Block, ...]) -> None:
    for block in blocks:
        for inner in block.walk():
            if inner.kind is Kind.UNDERLINED:
                line = inner.lines[-1].number
                report.add(line, "K91a", fix=report.rewrite(line, "\n" + report.source(line)))


#: What is said of a quiz as a whole, or of targets that the hidden rest of a file may hold.
_OF_THE_WHOLE = ("K92", "K93", "K94b", "K97", "K113", "K35")


def hide_after_unclosed(report: Report, found: Scan, before: int) -> None:
    """After a fence or comment that never closes, report nothing more of the file than that."""
    if found.unclosed is not None:
        report.references.whole = False
        block = found.unclosed
        line = block.first
        is_fence = block.kind is Kind.FENCE
        code = "K112a" if is_fence else "K112b"
        report.add(line, code, fence=block.marker * block.level)
    if report.references.whole:
        return
    line = min(p.line for p in report.problems[before:] if p.code in ("K112a", "K112b"))
    section = max((b.first for b in found.blocks if b.kind is Kind.HEADING and b.first <= line), default=line)
    kept = [
        p
        for p in report.problems[before:]
        if (p.line == line and p.code in ("K112a", "K112b"))
        or (p.line < section and not p.code.startswith(_OF_THE_WHOLE))
    ]
    seen_first = False
    problems = []
    for p in kept:
        if p.code in ("K112a", "K112b"):
            if seen_first:
                continue
            seen_first = True
        problems.append(p)
    report.problems[before:] = problems
    report.problems[:] = [p for p in report.problems if not p.code.startswith("K94b")]


# Front matter


def _read_front(report: Report, front_matter: FrontMatter, kind: ModuleKind) -> _Front:
    is_module = kind is ModuleKind.MODULE
    where = phrase("modul") if is_module else phrase("pretes dan postes")
    fields = Fields(report, front_matter.root, _KEYS if is_module else _TEST_KEYS, where)
    front = _Front(lines=fields.lines)
    front.title = fields.text("judul", required=True)
    objectives = fields.texts("tujuan", slugs=True, required=is_module)
    if fields.known:
        front.objective_lines = {}
        for objective in objectives:
            front.objective_lines.setdefault(objective.value, objective.line)
    front.objectives = tuple(front.objective_lines or ())
    report.references.objectives += list((front.objective_lines or {}).items())
    if not is_module:
        return front
    front.minutes = fields.number("menit", 1, 600)
    front.required = fields.choice("wajib", YES_NO, True)
    front.completion = fields.choice("selesai", _COMPLETION, None)
    front.sources = tuple(
        source for node in fields.mappings("sumber") if (source := _read_source(report, node)) is not None
    )
    front.checked_on = fields.day("diperiksa")
    front.review_on = fields.day("periksa lagi")
    front.change_note = fields.text("perubahan")
    return front


def _read_source(report: Report, node: MapNode) -> Source | None:
    fields = Fields(report, node, _SOURCE_KEYS, "sumber", line=node.line)
    title = fields.text("judul", required=True)
    url = fields.text("alamat")
    if url and not _URL.fullmatch(url):
        fields.refuse("alamat", phrase("tulis alamat yang mulai dengan https://"))
        url = ""
    dated = fields.text("tanggal")
    if dated and not _DATED.fullmatch(dated):
        fields.refuse("tanggal", phrase("tulis tanggal seperti 2026-11-23, atau tahunnya saja"))
        dated = ""
    return Source(title, fields.text("pasal"), url, dated) if title else None


def _check_freshness(report: Report, front: _Front, today: date | None) -> None:
    lines = front.lines
    told = {found.line for found in report.problems if found.code == "K101j"}

    def place(key: str) -> int:
        return lines.get(key, 1)

    if not front.sources and not any(place("sumber") <= line <= place("sumber") + 8 for line in told):
        report.add(place("sumber"), "K123a", text="sumber")
    for key, day, code in (
        ("diperiksa", front.checked_on, "K123b"),
        ("periksa lagi", front.review_on, "K123d"),
    ):
        if day is None and (key not in lines or lines[key] not in told):
            report.add(place(key), code, text=key)
    if today is None:
        return
    if front.checked_on is not None and front.checked_on > today:
        report.add(lines["diperiksa"], "K123c")
    if front.review_on is not None and front.review_on < today:
        report.add(lines["periksa lagi"], "K123e")


def _completion(report: Report, front: _Front, quiz: Quiz | None) -> CompletionRule:
    if front.completion is None:
        return CompletionRule.QUIZ if quiz is not None else CompletionRule.READ
    if quiz is None and front.completion is not CompletionRule.READ and report.references.whole:
        line = front.lines["selesai"]
        report.add(
            line,
            "K101j",
            value=report.source(line).partition(":")[2].strip(),
            key="selesai",
            allowed=phrase("modul ini belum punya kuis, jadi tulis dibaca atau tambahkan kuis"),
        )
        return CompletionRule.READ
    return front.completion


def scalar_lines(scalars: list[Scalar]) -> list[tuple[str, int]]:
    """Return values with their lines."""
    return [(scalar.value, scalar.line) for scalar in scalars]
