"""CSV that an office's spreadsheet opens without retouching, and that no cell can attack.

UTF-8 with a byte-order mark and ``;`` between cells, because that is what Excel in Indonesian reads
by a double click. Text stands in quotes, numbers do not, lines end with CRLF.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

from elearn.records.accounts.keys import show_phone

#: A cell that begins with one of these may be taken for a formula.
DANGEROUS_STARTS = frozenset("=+-@\t\r\n")
#: How many bytes are gathered before they are sent.
PIECE = 32 * 1024

Cell = str | int | date | datetime | None


def safe_text(text: str) -> str:
    """Put an apostrophe before *text* that a spreadsheet could take for a formula.

    Full-width and small twins of the signs count too (``＝``), and so does a sign that hides behind
    spaces or invisible characters. A NUL, which no spreadsheet takes, is dropped.
    """
    text = text.replace("\x00", "")
    if text[:1] in {"\t", "\r", "\n"}:
        return "'" + text
    for character in text:
        if character.isspace() or unicodedata.category(character) in {"Cf", "Cc", "Mn"}:
            continue
        return "'" + text if unicodedata.normalize("NFKC", character)[:1] in DANGEROUS_STARTS else text
    return text


def phone_cell(number: str | None) -> str:
    """Write a number as ``0812-3456-7890``, which is text for every spreadsheet."""
    return show_phone(number) if number else ""


def identity_cell(digits: str) -> str:
    """Write a NIK in groups of four, because a spreadsheet keeps only 15 digits of a bare number."""
    bare = re.sub(r"\D", "", digits)
    return " ".join(bare[start : start + 4] for start in range(0, len(bare), 4))


def share_cell(share: int | None) -> int | None:
    """Turn ten-thousandths into whole percent, rounded down as on the page; empty stays empty."""
    return None if share is None else share // 100


def write_csv(
    header: Iterable[str], rows: Iterable[Iterable[Cell]], *, timezone: ZoneInfo
) -> Iterator[bytes]:
    """Yield the file piece by piece, so that its length does not matter to memory.

    Days are written ``2026-11-23``; a moment gets its hour in *timezone*.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";", quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    buffer.write("\ufeff")
    writer.writerow([safe_text(cell) for cell in header])
    for row in rows:
        writer.writerow([_shown(cell, timezone) for cell in row])
        if buffer.tell() >= PIECE:
            yield buffer.getvalue().encode("utf-8", "replace")
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode("utf-8", "replace")


def _shown(cell: Cell, timezone: ZoneInfo) -> str | int:
    match cell:
        case None:
            return ""
        case bool():
            return "ya" if cell else "tidak"
        case int():
            return cell
        case datetime():
            return cell.astimezone(timezone).strftime("%Y-%m-%d %H:%M")
        case date():
            return cell.isoformat()
        case _:
            return safe_text(cell)
