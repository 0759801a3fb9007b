"""The readability of courses as a table, and as JSON: advice for writers, for `courses check --style`."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from elearn.content.numbers import format_decimal
from elearn.content.readability import LIMITS, Figures

_HEAD = (
    "file",
    "kata",
    "kalimat",
    "rata-rata",
    f"di atas {LIMITS.sentence_words} kata",
    "terpanjang",
    "singkatan belum dijelaskan",
)


def style_table(measured: Mapping[Path, Sequence[Figures]]) -> Iterator[str]:
    """Yield the lines of the table of each course; a figure beyond its limit has a ``!`` behind it."""
    for path, texts in measured.items():
        limits = (
            "batas",
            f"{_number(LIMITS.least_words)}–{_number(LIMITS.most_words)}",
            "",
            f"≤ {_number(LIMITS.average, 1)}",
            f"≤ {_number(LIMITS.long_share * 100, 1)} %",
            "",
            "tidak ada",
        )
        rows = [_HEAD, limits, *(_row(figures) for figures in texts)]
        widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
        yield ""
        yield f"Keterbacaan {path} (! = di luar batas)"
        for row in rows:
            cells = (
                cell.rjust(width) if 0 < column < 5 else cell.ljust(width)
                for column, (cell, width) in enumerate(zip(row, widths, strict=True))
            )
            yield "  ".join(cells).rstrip()


def _row(figures: Figures) -> tuple[str, ...]:
    def marked(name: str, text: str) -> str:
        return f"{text} !" if name in figures.beyond else f"{text}  "

    unexplained = ", ".join(f"{word} (baris {line})" for word, line in figures.unexplained.items())
    return (
        figures.file,
        marked("words", _number(figures.words)),
        _number(figures.sentences),
        marked("average", _number(figures.average, 1)),
        marked("long_share", f"{_number(figures.long_share * 100, 1)} %"),
        f"baris {figures.longest_line} ({_number(figures.longest_words)} kata)" if figures.sentences else "–",
        marked("unexplained", unexplained or "tidak ada"),
    )


def style_as_json(measured: Mapping[Path, Sequence[Figures]]) -> list[dict[str, Any]]:
    """Return the same figures as JSON; `beyond` names those that are not within their limits."""
    return [
        {
            "file": os.path.join(path, figures.file),
            "words": figures.words,
            "sentences": figures.sentences,
            "average": round(figures.average, 1),
            "long_share": round(figures.long_share, 3),
            "longest": {"line": figures.longest_line, "words": figures.longest_words},
            "unexplained": [{"word": word, "line": line} for word, line in figures.unexplained.items()],
            "beyond": list(figures.beyond),
        }
        for path, texts in measured.items()
        for figures in texts
    ]


def _number(value: float, places: int = 0) -> str:
    return format_decimal(Decimal(str(round(value, places))), places=places)
