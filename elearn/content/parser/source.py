"""Checks of a file before anything is understood of it: size, line ends, control characters."""

from __future__ import annotations

import re

from elearn.content.parser.report import Report
from elearn.content.printer import expand_indentation
from elearn.content.scanner import split_lines

#: Bytes of one text.
MAX_BYTES = 512 * 1024

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_CODE_SPACES = re.compile(r"[ \t]*")


def open_report(file_name: str, text: str) -> tuple[Report, bool]:
    """Begin the report of *text* with what is wrong with it as a file; say whether to read on."""
    if len(text) > MAX_BYTES or len(text.encode("utf-8", "replace")) > MAX_BYTES:
        report = Report(file_name, ())
        report.add(1, "K102a", text="")
        return report, False
    has_mark = text.startswith("\ufeff")
    raw = text[1:] if has_mark else text
    lines = split_lines(raw)
    report = Report(file_name, lines)
    if has_mark:
        report.add(1, "K100c")
    if "\r" in raw:
        report.add(raw[: raw.index("\r")].count("\n") + 1, "K100d")
    _check_control(report, raw)
    _check_tabs(report)
    _check_end(report, raw)
    return report, True


def _check_control(report: Report, raw: str) -> None:
    if _CONTROL.search(raw) is None:
        return
    for number, line in enumerate(report.lines, 1):
        if _CONTROL.search(line):
            report.add(number, "K100b", text=_CONTROL.sub("�", line).strip())
            break
    # Read on with spaces in their place, so that nothing later trips over them.
    report.lines = [_CONTROL.sub(" ", line) for line in report.lines]


def _check_tabs(report: Report) -> None:
    for number, line in enumerate(report.lines, 1):
        start = _CODE_SPACES.match(line)
        if start and "\t" in start[0]:
            report.add(number, "K100e", fix=report.rewrite(number, expand_indentation(line)))
            return


def _check_end(report: Report, raw: str) -> None:
    if not report.lines:
        return
    if not raw.endswith(("\n", "\r")):
        report.add(len(report.lines), "K100f")
        return
    last = len(report.lines)
    while last and not report.lines[last - 1]:
        last -= 1
    if last < len(report.lines):
        report.add(last + 1, "K100f", text="")
