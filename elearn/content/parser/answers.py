"""From the parts of a question to an item: its type, what is right, and what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from elearn.content.items import (
    POINT,
    Choice,
    ChoiceItem,
    EssayItem,
    Item,
    ItemType,
    Marking,
    MatchItem,
    NumberItem,
    NumberRange,
    OrderItem,
    TextItem,
    TextVariant,
)
from elearn.content.parser.nearest import hint, nearest
from elearn.content.parser.number_answers import MOST_COMPARED, NumberChecks
from elearn.content.parser.parts import Question, Row
from elearn.content.parser.report import Report
from elearn.content.parser.settings import TYPES, read_value
from elearn.content.pieces import Piece
from elearn.content.problems import phrase
from elearn.content.scanner import Block, plain_text, split_row, split_unescaped
from elearn.content.spelling import exact_text, letter_count, matching_text, within_edits

_ALL_OR_NONE = re.compile(
    r"\b(?:semua(?:nya)? (?:jawaban |pilihan )?(?:di ?atas )?(?:benar|tepat|salah)"
    r"|(?:benar|tepat|salah) semua(?:nya)?|tidak ada (?:jawaban |pilihan )?yang (?:benar|tepat)"
    r"|semua (?:jawaban|pilihan)? ?di ?atas)\b"
)
_ORDER_WORDS = re.compile(
    r"\b(?:pertama|kedua|ketiga|keempat|kelima|terakhir|first|second|last)\b|\b(?:langkah|tahap|ke)[- ]?\d"
)
_TRUE_FALSE = ({"benar", "salah"}, {"ya", "tidak"}, {"true", "false"}, {"yes", "no"})

MAX_VARIANT = 60
MAX_OPTIONS = 8

CHOICE_TYPES = (ItemType.SINGLE, ItemType.MULTIPLE, ItemType.TRUE_FALSE)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the quiz says about all its questions."""

    shuffles: bool
    #: Whether it counts (a pre-test does not).
    counts: bool


def build_item(report: Report, question: Question, asked: Asked) -> Item | None:
    """Return the item that *question* makes, None where too much of it is missing."""
    builder = _Builder(report, question, asked)
    if not question.prompt.text.strip() and not question.codes & {"K106", "K107"}:
        report.add(question.line, "K33")
    kind = builder.decide_type()
    return builder.build(kind) if kind else None


class _Builder(NumberChecks):
    def __init__(self, report: Report, question: Question, asked: Asked) -> None:
        super().__init__(report, question)
        self.asked = asked

    # Type

    def decide_type(self) -> ItemType | None:
        question = self.question
        shapes = self.shapes()
        written = question.value("jenis")
        announced = None
        if "jenis" in question.settings:
            announced = cast("ItemType | None", read_value("jenis", written))
            if announced is None:
                self.refuse_type(written)
                return None
        if len(shapes) > 1:
            self.add(question.line, "K30")
            return None
        shape = shapes[0] if shapes else ""
        if announced is not None:
            if _SHAPES[announced] != shape:
                self.add(question.line_of("jenis"), "K34", value=written)
                return None
            return announced
        if shape == "boxes":
            return self.choice_type()
        if shape in ("text", "number"):
            return ItemType.TEXT if shape == "text" else ItemType.NUMBER
        if "K50" not in question.codes:
            self.add(question.line, "K32")
        return None

    def shapes(self) -> list[str]:
        question = self.question
        shapes = []
        if question.options:
            shapes.append("boxes")
        keys = {row.key for row in question.answers}
        if keys & {"jawaban", "jawaban salah"}:
            shapes.append("text")
        if "jawaban angka" in keys:
            shapes.append("number")
        if not shapes:
            announced = read_value("jenis", question.value("jenis"))
            if question.steps and announced is not ItemType.MATCH:
                shapes.append("steps")
            elif question.table is not None:
                shapes.append("table")
            elif announced is ItemType.ESSAY:
                shapes.append("")
        if shapes in (["steps"], ["table"]) and "jenis" not in question.settings:
            shapes = []
        return shapes

    def refuse_type(self, written: str) -> None:
        found = nearest(written, TYPES, limit=3)
        line = self.question.line_of("jenis")
        source = self.report.source(line)
        fix = None
        if found and written and source.endswith(written):
            fix = self.report.rewrite(line, source[: len(source) - len(written)] + found)
        self.add(line, "K31", fix=fix, value=written, hint=hint(written, TYPES, limit=3))

    def choice_type(self) -> ItemType:
        options = self.question.options
        if is_true_false(options):
            return ItemType.TRUE_FALSE
        ticked = sum(row.is_right for row in options)
        if ticked >= 2:
            if not self.all_right():
                self.add(self.question.line, "K07")
            return ItemType.MULTIPLE
        return ItemType.SINGLE

    def all_right(self) -> bool:
        options = self.question.options
        return len(options) > 1 and all(row.is_right for row in options)

    # Items

    def build(self, kind: ItemType) -> Item | None:
        if kind in CHOICE_TYPES:
            return self.choice(kind)
        if kind is ItemType.TEXT:
            return self.text()
        if kind is ItemType.NUMBER:
            return self.number()
        if kind is ItemType.ORDER:
            return self.order()
        if kind is ItemType.MATCH:
            return self.match()
        return EssayItem(**self.shared(kind))

    def shared(self, kind: ItemType) -> dict[str, Any]:
        """Return what all kinds of item have in common."""
        question = self.question
        notes = {name: piece for name, (_, piece) in question.notes.items()}
        return {
            "id": question.id,
            "type": kind,
            "title": question.title,
            "prompt": question.prompt,
            "line": question.line,
            "max_points": self.setting("nilai", POINT),
            "marking": self.setting("penilaian", Marking.EXACT),
            "objective": self.setting("tujuan", ""),
            "tags": self.setting("tag", ()),
            "group": self.setting("kelompok", ""),
            "hint": notes.get("petunjuk"),
            "explanation": notes.get("pembahasan"),
            "reread": question.value("baca lagi"),
        }

    # Choice

    def choice(self, kind: ItemType) -> Item | None:
        question = self.question
        options = question.options
        ticked = sum(row.is_right for row in options)
        true_false = is_true_false(options)
        if kind is ItemType.TRUE_FALSE and not true_false:
            self.add(question.line, "K09")
        elif len(options) < 2:
            self.add(question.line, "K03")
        elif not ticked:
            self.add(question.line, "K01")
        elif ticked > 1 and kind is not ItemType.MULTIPLE:
            self.add(question.line, "K02")
        elif self.all_right():
            self.add(question.line, "K06")
        if len(options) > MAX_OPTIONS:
            self.add(question.line, "K08", count=len(options))
        self.check_twins(options, "K04")
        self.check_feedback(options)
        shuffle = bool(self.setting("acak pilihan", self.asked.shuffles)) and kind is not ItemType.TRUE_FALSE
        fixed = next((row for row in options if _ALL_OR_NONE.search(_comparable(row.text))), None)
        if fixed is not None:
            if shuffle:
                self.add(fixed.line, "K14", text=plain_text(fixed.text.text))
            shuffle = False
        choices = tuple(Choice(row.text, row.is_right, row.feedback) for row in options)
        return ChoiceItem(**self.shared(kind), choices=choices, shuffle=shuffle)

    def check_twins(self, rows: Sequence[Row], code: str) -> None:
        seen: dict[str, int] = {}
        for row in rows:
            text = _comparable(row.text)
            if not text:
                continue
            if text in seen:
                self.add(row.line, code, other=seen[text])
            seen.setdefault(text, row.line)

    def check_feedback(self, options: Sequence[Row]) -> None:
        wrong = [row for row in options if not row.is_right]
        if self.asked.counts and any(row.feedback for row in wrong):
            for row in wrong:
                if not row.feedback:
                    self.add(row.line, "K23")

    # Text

    def text(self) -> Item | None:
        question = self.question
        exact = bool(self.setting("persis", False))
        typos = cast("int", self.setting("toleransi ketik", 0))
        variants: list[TextVariant] = []
        lines: list[int] = []
        for number, row in enumerate(question.answers):
            is_right = row.key == "jawaban"
            body, weight = self.weight(row, allowed=is_right)
            for text in self.variants(row, body):
                variants.append(TextVariant(text, weight if is_right else 0, row.feedback, number))
                lines.append(row.line)
        self.check_variants(variants, lines, exact=exact)
        self.check_typos(variants, lines, typos)
        self.check_prompt(variants, lines)
        if not any(row.key == "jawaban" for row in question.answers):
            if "K50" not in question.codes:
                self.add(question.line, "K32")
            return None
        if not variants:
            return None
        return TextItem(**self.shared(ItemType.TEXT), variants=tuple(variants), exact=exact, typos=typos)

    def variants(self, row: Row, body: str) -> list[str]:
        parts = [part.strip().replace("\\|", "|") for part in split_unescaped(body, "|")]
        if not all(parts):
            self.add(row.line, "K56")
        if any(len(part) > MAX_VARIANT for part in parts):
            self.add(row.line, "K57")
        return [part for part in parts if part]

    def check_variants(self, variants: Sequence[TextVariant], lines: Sequence[int], *, exact: bool) -> None:
        seen: dict[str, tuple[bool, int]] = {}
        for variant, line in zip(variants, lines, strict=True):
            text = exact_text(variant.text) if exact else matching_text(variant.text)
            if text in seen:
                is_right, other = seen[text]
                code = "K55a" if is_right == variant.right else "K55b"
                self.add(line, code, value=variant.text, other=other)
            seen.setdefault(text, (variant.right, line))

    def check_typos(self, variants: Sequence[TextVariant], lines: Sequence[int], typos: int) -> None:
        if not typos:
            return
        right = [v for v in variants if v.right and letter_count(v.text) >= 5][:MOST_COMPARED]
        wrong = [(v, line) for v, line in zip(variants, lines, strict=True) if not v.right][:MOST_COMPARED]
        for variant, line in wrong:
            text = matching_text(variant.text)[: MAX_VARIANT * 2]
            for known in right:
                other = matching_text(known.text)[: MAX_VARIANT * 2]
                if text != other and within_edits(text, other, typos):
                    self.add(line, "K58", value=variant.text, other=known.text)
                    break

    def check_prompt(self, variants: Sequence[TextVariant], lines: Sequence[int]) -> None:
        prompt = f" {_words(self.question.prompt.text[:10_000])} "
        for variant, line in list(zip(variants, lines, strict=True))[: MOST_COMPARED * 5]:
            if variant.right and letter_count(variant.text) >= 5 and f" {_words(variant.text)} " in prompt:
                self.add(line, "K98", value=variant.text)
                return

    # Number

    def number(self) -> Item | None:
        question = self.question
        unit = question.value("satuan")
        ranges: list[NumberRange] = []
        lines: list[int] = []
        for row in question.answers:
            body, weight = self.weight(row)
            read = self.read_range(row, body, unit)
            if read is None:
                continue
            self.check_range(row, body, read)
            if read.low <= read.high:
                ranges.append(NumberRange(read.low, read.high, weight, body.strip(), row.feedback))
                lines.append(row.line)
        self.check_overlaps(ranges, lines)
        self.check_thousands()
        if not ranges:
            return None
        return NumberItem(**self.shared(ItemType.NUMBER), ranges=tuple(ranges), unit=unit)

    # Ordering and matching

    def order(self) -> Item | None:
        question = self.question
        self.refuse_shuffling()
        steps = question.steps
        if len(steps) < 3:
            self.add(question.line, "K60")
        self.check_twins(steps, "K62")
        texts = [_comparable(row.text) for row in steps]
        telling = next((index for index, text in enumerate(texts) if _ORDER_WORDS.search(text)), None)
        numbers = [int(match[0]) for text in texts if (match := re.search(r"\d{1,9}", text))]
        if telling is None and len(numbers) == len(texts) > 1 and numbers == sorted(set(numbers)):
            telling = 0
        if telling is not None:
            self.add(steps[telling].line, "K63")
        return OrderItem(**self.shared(ItemType.ORDER), steps=tuple(row.text for row in steps))

    def refuse_shuffling(self) -> None:
        if self.setting("acak pilihan", True) is False:
            self.add(
                self.question.line_of("acak pilihan"),
                "K52",
                value="tidak",
                key="Acak pilihan",
                allowed=phrase("urutan soal ini selalu diacak, jadi hapus setelan ini"),
            )

    def match(self) -> Item | None:
        question = self.question
        self.refuse_shuffling()
        table = cast("Block", question.table)
        heads = split_row(table.lines[0].text)
        if len(heads) != 2:
            self.add(question.line, "K70")
            return None
        pairs: list[tuple[Piece, Piece]] = []
        extra: list[Piece] = []
        for line in table.lines[2:]:
            cells = split_row(line.text)
            if len(cells) != 2 or not cells[1]:
                self.add(line.number, "K74")
                continue
            left, right = (Piece(cell.replace("\\|", "|"), line.number) for cell in cells)
            if left.text:
                pairs.append((left, right))
            else:
                extra.append(right)
        if len(pairs) < 2 and "K74" not in question.codes:
            self.add(question.line, "K73")
        self.check_cells([left for left, _ in pairs], "K71")
        self.check_cells(sorted([right for _, right in pairs] + extra, key=lambda piece: piece.line), "K72")
        rights = tuple(right for _, right in pairs) + tuple(extra)
        lefts = tuple(left for left, _ in pairs)
        return MatchItem(
            **self.shared(ItemType.MATCH), lefts=lefts, rights=rights, heads=(heads[0], heads[1])
        )

    def check_cells(self, cells: Sequence[Piece], code: str) -> None:
        rows = [Row(cell.line, cell, None) for cell in cells]
        self.check_twins(rows, code)


_SHAPES: Mapping[ItemType, str] = {
    ItemType.SINGLE: "boxes",
    ItemType.MULTIPLE: "boxes",
    ItemType.TRUE_FALSE: "boxes",
    ItemType.TEXT: "text",
    ItemType.NUMBER: "number",
    ItemType.ORDER: "steps",
    ItemType.MATCH: "table",
    ItemType.ESSAY: "",
}


def is_true_false(options: Sequence[Row]) -> bool:
    """Say whether the options are exactly Benar and Salah, or Ya and Tidak."""
    return len(options) == 2 and {_comparable(row.text) for row in options} in _TRUE_FALSE


def _comparable(piece: Piece) -> str:
    return matching_text(plain_text(piece.text[:2000]))


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", matching_text(plain_text(text))))
