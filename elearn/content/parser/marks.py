"""How the lines of a question begin: boxes, keys, hints, and what was meant as one of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from elearn.content.parser.settings import read_key
from elearn.content.scanner import Block, Kind

BOX = re.compile(r"\[([ \u00a0xX])\](?=[ \u00a0]|$)[ \u00a0]*(.*)$")
BAD_BOX = re.compile(
    r"(?:\[[ \u00a0]*([xXvV✓✔√]?)[ \u00a0]*\]|\([ \u00a0]*([xXvV✓✔√]?)[ \u00a0]*\))(?![(\[])(.*)$"
)
ODD_BOX = re.compile(r"\[[^\w\]\[^!]\] ")
GLUED_BOX = re.compile(r"[-*+]\[[ \u00a0]?[xX]?[ \u00a0]?\](?!\()")
GOOD_NOTE = re.compile(r"\*\*(petunjuk|pembahasan|hint|explanation)[ \u00a0]?:\*\*[ \u00a0]*(.*)$", re.I)
BAD_NOTE = re.compile(
    r"[*_]{0,3}(petunjuk|pembahasan|hint|explanation)[*_]{0,3}[ \u00a0]?:[*_]{0,3}[ \u00a0]*(.*)$", re.I
)
OPEN_ANSWER = re.compile(
    r"[*_]{0,3}(jawaban(?: salah| angka)?|answer|wrong answer)[*_]{0,3}[ \u00a0]*:[*_]{0,3}[ \u00a0]*(.*)$",
    re.I,
)
LETTERED = re.compile(r"([A-Za-z])[.)][ \u00a0]+(\S.*)$")
NUMBERED = re.compile(r"([0-9]{1,2})[.)] ")

_NOTE_NAMES: Mapping[str, str] = {
    "petunjuk": "petunjuk",
    "hint": "petunjuk",
    "pembahasan": "pembahasan",
    "explanation": "pembahasan",
}


def first_text(block: Block) -> str:
    """Return the text on the first line of an item."""
    if not block.children or not block.children[0].lines or block.children[0].first != block.first:
        return ""
    child = block.children[0]
    return child.lines[0].text if child.kind in (Kind.PARAGRAPH, Kind.UNDERLINED, Kind.DEFINITION) else ""


def first_line_text(block: Block) -> str:
    """Return the first line of a block with lines."""
    return block.lines[0].text.strip(" ")


def note_of(block: Block) -> str:
    """Return ``petunjuk`` or ``pembahasan`` where a block begins one."""
    if block.kind is not Kind.PARAGRAPH:
        return ""
    body = block.lines[0].text.lstrip(" ")
    match = GOOD_NOTE.match(body) or BAD_NOTE.match(body)
    return _NOTE_NAMES[match[1].casefold()] if match else ""


def is_answer(block: Block) -> bool:
    """Say whether *block* is a box, however malformed, or a `Jawaban` line."""
    if block.kind is not Kind.ITEM:
        return False
    text = first_text(block)
    if BOX.match(text):
        return True
    if block.number is not None:
        return False
    if BAD_BOX.match(text) or ODD_BOX.match(text):
        return True
    keyed = read_key(text)
    return keyed is not None and bool(keyed.answer_key)


def last_run(parts: Sequence[Block]) -> tuple[int, int] | None:
    """Return where the last list without numbers begins and ends in *parts*."""
    end = len(parts)
    while end and not (parts[end - 1].kind is Kind.ITEM and parts[end - 1].number is None):
        end -= 1
    if not end:
        return None
    start = end - 1
    while (
        start
        and parts[start - 1].kind is Kind.ITEM
        and parts[start - 1].list_number == parts[end - 1].list_number
    ):
        start -= 1
    return start, end


def first_of_last(parts: Sequence[Block], wanted: Callable[[Block], bool], otherwise: int) -> int:
    """Return the index of the first of the last neighbours that are *wanted*, or *otherwise*."""
    end = len(parts)
    while end and not wanted(parts[end - 1]):
        end -= 1
    if not end:
        return otherwise
    start = end - 1
    while (
        start
        and parts[start].kind is Kind.ITEM
        and wanted(parts[start - 1])
        and (parts[start - 1].list_number == parts[start].list_number)
    ):
        start -= 1
    return start
