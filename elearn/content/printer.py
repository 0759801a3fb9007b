"""Documents → canonical text."""

from __future__ import annotations

from elearn.content.scanner import split_lines


def canonical(text: str) -> str:
    """Return *text* as it is stored: LF, no byte-order mark, no tabs in indentation, one final newline."""
    lines = [_spaced(line) for line in split_lines(text.removeprefix("\ufeff"))]
    while lines and not lines[-1]:
        lines.pop()
    return "\n".join(lines) + "\n" if lines else ""


def _spaced(line: str) -> str:
    body = line.lstrip(" \t")
    indentation = line[: len(line) - len(body)]
    return indentation.expandtabs(4) + body if "\t" in indentation else line
