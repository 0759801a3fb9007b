"""Link definitions (``[name]: address "title"``) and abbreviations (``*[NIB]: …``) of a text."""

from __future__ import annotations

import re
from typing import NamedTuple

from elearn.content.markup.characters import unescape

_LABEL = re.compile(r"\[((?:[^\[\]\\]|\\.){1,999})\]:", re.DOTALL)
_GAP = re.compile(r" *\n? *")
_ADDRESS = re.compile(r"<((?:[^<>\n\\]|\\.)*)>|([^\x00-\x20\x7f<][^\x00-\x20\x7f]*)")
_TITLE = re.compile(r'"((?:[^"\\]|\\.)*)"|\'((?:[^\'\\]|\\.)*)\'|\(((?:[^()\\]|\\.)*)\)', re.DOTALL)
_END = re.compile(r" *(?:\n|$)")
_ABBREVIATION = re.compile(r"\*\[([^\[\]\\]{1,80})\]: *(\S.*)$")


class Reference(NamedTuple):
    """Where a link definition leads, and its title."""

    address: str
    title: str


def normal_label(label: str) -> str:
    """Return *label* as labels are compared: case and inner spaces do not matter."""
    return " ".join(label.split()).casefold()


def abbreviation(line: str) -> tuple[str, str] | None:
    """Read ``*[NIB]: Nomor Induk Berusaha``; None where *line* is something else."""
    match = _ABBREVIATION.match(line)
    return (match[1].strip(), match[2].strip()) if match else None


def take_references(text: str, references: dict[str, Reference]) -> str:
    """Move the definitions at the start of *text* into *references*; return the rest of *text*.

    Where a name is defined twice, the first holds.
    """
    position = 0
    while text.startswith("[", position):
        end = _take_one(text, position, references)
        if end is None:
            break
        position = end
    return text[position:]


def _take_one(text: str, position: int, references: dict[str, Reference]) -> int | None:
    label = _LABEL.match(text, position)
    if label is None or not label[1].strip():
        return None
    start = _gap(text, label.end())
    address = _ADDRESS.match(text, start)
    if address is None:
        return None
    end = _END.match(text, address.end())
    title = ""
    start = _gap(text, address.end())
    if start > address.end() and (found := _TITLE.match(text, start)):
        after = _END.match(text, found.end())
        if after is not None:
            end, title = after, next(part for part in found.groups() if part is not None)
    if end is None:
        return None
    target = address[1] if address[1] is not None else address[2]
    references.setdefault(normal_label(label[1]), Reference(unescape(target), unescape(title)))
    return end.end()


def _gap(text: str, position: int) -> int:
    match = _GAP.match(text, position)
    return match.end() if match else position
