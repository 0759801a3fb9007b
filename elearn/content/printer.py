"""Documents → canonical text.

A document keeps its own text, and export writes that back. Printing a quiz from its values is for what
comes from elsewhere (an import, a form), and proves that the parser loses nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from elearn.content.items import (
    POINT,
    ChoiceItem,
    EssayItem,
    Item,
    ItemType,
    Marking,
    MatchItem,
    NumberItem,
    OrderItem,
    Quiz,
    ScoreRule,
    ShowKey,
    TextItem,
)
from elearn.content.pieces import Piece
from elearn.content.scanner import split_lines
from elearn.content.spelling import matching_text

_SHOW_KEY = {
    ShowKey.WITH_RESULT: "langsung",
    ShowKey.AFTER_PASSING: "setelah lulus",
    ShowKey.AFTER_LAST_ATTEMPT: "setelah kesempatan habis",
    ShowKey.NEVER: "tidak",
}
_TYPES = {
    ItemType.SINGLE: "pilih satu",
    ItemType.MULTIPLE: "pilih semua",
    ItemType.ORDER: "urutkan",
    ItemType.MATCH: "jodohkan",
    ItemType.ESSAY: "uraian",
}
_TRUE_FALSE = ({"benar", "salah"}, {"ya", "tidak"}, {"true", "false"}, {"yes", "no"})
_UNITS = ((timedelta(days=1), "hari"), (timedelta(hours=1), "jam"), (timedelta(minutes=1), "menit"))
_BULLET = re.compile(r" {0,3}([-*+])(?: |$)")


def canonical(text: str) -> str:
    """Return *text* as it is stored: LF, no byte-order mark, no tabs in indentation, one final newline."""
    lines = [expand_indentation(line) for line in split_lines(text.removeprefix("\ufeff"))]
    while lines and not lines[-1]:
        lines.pop()
    return "\n".join(lines) + "\n" if lines else ""


def expand_indentation(line: str) -> str:
    """Write the tabs in the indentation of *line* as spaces, to columns of four."""
    body = line.lstrip(" \t")
    indentation = line[: len(line) - len(body)]
    return indentation.expandtabs(4) + body if "\t" in indentation else line


def print_quiz(quiz: Quiz) -> str:
    """Write *quiz* as the course format has it, every setting spelt out."""
    blocks = [f"## Kuis: {quiz.title}" if quiz.title else "## Kuis"]
    if quiz.intro:
        blocks.append(quiz.intro)
    bullet = _bullet_after(quiz.intro)
    blocks.append("\n".join(f"{bullet} {key}: {value}" for key, value in _quiz_settings(quiz)))
    blocks += [print_item(item, shuffles=quiz.shuffle_choices) for item in quiz.items]
    return "\n\n".join(blocks) + "\n"


def _quiz_settings(quiz: Quiz) -> list[tuple[str, str]]:
    settings = [
        ("Lulus", _percent(quiz.pass_mark)),
        ("Kesempatan", str(quiz.attempts) if quiz.attempts else "bebas"),
    ]
    if quiz.wait:
        settings.append(("Jeda", _duration(quiz.wait)))
    if quiz.time_limit:
        settings.append(("Waktu", _duration(quiz.time_limit)))
    if quiz.draw.total is not None:
        settings.append(("Ambil", f"{quiz.draw.total} soal"))
    settings += [("Ambil", f"{part.count} dari {part.group}") for part in quiz.draw.parts]
    return [
        *settings,
        ("Acak soal", _yes_no(quiz.shuffle_items)),
        ("Acak pilihan", _yes_no(quiz.shuffle_choices)),
        ("Tampilkan kunci", _SHOW_KEY[quiz.show_key]),
        ("Nilai diambil", "terbaik" if quiz.score_rule is ScoreRule.BEST else "terakhir"),
    ]


def print_item(item: Item, *, shuffles: bool = True) -> str:
    """Write one question; *shuffles* is what its quiz says about options."""
    head = f"### {item.title}".rstrip()
    if item.id:
        head += f"\n<!-- id: {item.id} -->"
    bullet = _bullet_after(item.prompt.text)
    settings = [f"{bullet} {key}: {value}" for key, value in _settings(item, shuffles)]
    blocks = [head, item.prompt.text.rstrip("\n")]
    if isinstance(item, ChoiceItem):
        rows = [
            _row(f"{bullet} [{'x' if choice.right else ' '}] ", choice.text, choice.feedback)
            for choice in item.choices
        ]
        blocks.append("\n".join(rows + settings))
    elif isinstance(item, TextItem | NumberItem):
        rows = _text_rows(item, bullet) if isinstance(item, TextItem) else _number_rows(item, bullet)
        blocks.append("\n".join(rows + settings))
    else:
        if isinstance(item, OrderItem):
            blocks.append("\n".join(_row(f"{n}. ", step, None) for n, step in enumerate(item.steps, 1)))
        elif isinstance(item, MatchItem):
            blocks.append(_table(item))
        blocks.append("\n".join(settings))
    if item.hint is not None:
        blocks.append(f"**Petunjuk:** {item.hint.text}")
    if item.explanation is not None:
        blocks.append(f"**Pembahasan:** {item.explanation.text}")
    return "\n\n".join(block for block in blocks if block)


def _settings(item: Item, shuffles: bool) -> list[tuple[str, str]]:
    settings: list[tuple[str, str]] = []
    if isinstance(item, ChoiceItem):
        ticked = sum(choice.right for choice in item.choices)
        words = {matching_text(choice.text.text) for choice in item.choices}
        looks_true_false = len(item.choices) == 2 and words in _TRUE_FALSE
        if item.type is not ItemType.TRUE_FALSE and (
            looks_true_false or ticked != 1 or item.type is ItemType.MULTIPLE
        ):
            settings.append(("Jenis", _TYPES[item.type]))
        if item.type is not ItemType.TRUE_FALSE and item.shuffle != shuffles:
            settings.append(("Acak pilihan", _yes_no(bool(item.shuffle))))
    elif isinstance(item, OrderItem | MatchItem | EssayItem):
        settings.append(("Jenis", _TYPES[item.type]))
    if item.max_points != POINT:
        settings.append(("Nilai", _decimal(item.max_points, POINT)))
    if item.marking is Marking.PARTIAL:
        settings.append(("Penilaian", "sebagian"))
    settings += [
        (key, value)
        for key, value in (
            ("Tujuan", item.objective),
            ("Tag", ", ".join(item.tags)),
            ("Kelompok", item.group),
            ("Baca lagi", item.reread),
        )
        if value
    ]
    if isinstance(item, TextItem):
        settings += [("Persis", "ya")] if item.exact else []
        settings += [("Toleransi ketik", str(item.typos))] if item.typos else []
    if isinstance(item, NumberItem) and item.unit:
        settings.append(("Satuan", item.unit))
    return settings


def _row(mark: str, text: Piece, feedback: Piece | None) -> str:
    """Write an item of a list with its further lines and its feedback under the text's column."""
    column = " " * (2 if mark[0] in "-*+" else len(mark))
    first, *rest = text.text.split("\n")
    lines = [(mark + first).rstrip(" "), *(f"{column}{line}".rstrip(" ") for line in rest)]
    if feedback is not None:
        lines += [f"{column}> {line}".rstrip(" ") for line in feedback.text.split("\n")]
    return "\n".join(lines)


def _text_rows(item: TextItem, bullet: str) -> list[str]:
    rows = []
    for number in sorted({variant.row for variant in item.variants}):
        variants = [variant for variant in item.variants if variant.row == number]
        first = variants[0]
        key = "Jawaban" if first.right else "Jawaban salah"
        text = " | ".join(variant.text.replace("|", "\\|") for variant in variants)
        rows.append(_row(f"{bullet} {key}: ", Piece(text + _weight(first.weight)), first.feedback))
    return rows


def _number_rows(item: NumberItem, bullet: str) -> list[str]:
    return [
        _row(f"{bullet} Jawaban angka: ", Piece(accepted.text + _weight(accepted.weight)), accepted.feedback)
        for accepted in item.ranges
    ]


def _weight(weight: int) -> str:
    return f" {{{weight}%}}" if 0 < weight < 100 else ""


def _table(item: MatchItem) -> str:
    lefts: Sequence[Piece | None] = [*item.lefts, *[None] * (len(item.rights) - len(item.lefts))]
    rows = [item.heads, ("---", "---")]
    cells = [(left.text if left else "", right.text) for left, right in zip(lefts, item.rights, strict=True)]
    rows += [(left.replace("|", "\\|"), right.replace("|", "\\|")) for left, right in cells]
    return "\n".join(f"| {left} | {right} |" for left, right in rows)


def _bullet_after(text: str) -> str:
    """Return a list mark that begins a new list after *text*, which may end with a list of its own."""
    marks = [match[1] for line in text.split("\n") if (match := _BULLET.match(line))]
    return "*" if marks and marks[-1] == "-" else "-"


def _yes_no(value: bool) -> str:
    return "ya" if value else "tidak"


def _percent(value: int) -> str:
    return f"{_decimal(value, 100)}%"


def _decimal(value: int, one: int) -> str:
    return format((Decimal(value) / one).normalize(), "f").replace(".", ",")


def _duration(length: timedelta) -> str:
    for unit, name in _UNITS:
        if not length % unit:
            return f"{length // unit} {name}"
    return f"{max(1, length // timedelta(minutes=1))} menit"
