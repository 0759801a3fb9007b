"""What `elearn courses check --fix` and `--write-ids` change in a text, and nothing else."""

from __future__ import annotations

import contextlib
import re
import secrets
import string
from collections.abc import Container, Iterable, Mapping
from datetime import date

from elearn.content.documents import COURSE_FILE, GLOSSARY_FILE
from elearn.content.library import read_files
from elearn.content.parser import parse_module
from elearn.content.parser.module import read_module
from elearn.content.printer import canonical
from elearn.content.problems import Fix, Problem
from elearn.content.scanner import split_lines

#: A mended line can show the next mistake; more rounds than this are never needed.
MAX_ROUNDS = 10

_ALPHABET = string.digits + string.ascii_lowercase
_ID_LENGTH = 6
_NEWLINE = "\n"
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$")
_HEADING = re.compile(r" {0,3}#{1,6}")
_ANY_ID = re.compile(r"<!-- id: ([qc]-[a-z0-9]+) -->")


def write_ids(text: str, file_name: str, *, taken: Container[str]) -> str:
    """Add the ids that questions and checklist items of *text* lack, none of them in *taken*.

    Line ends and everything else stay as they are, so that writing twice is the same as once.
    """
    _, problems = parse_module(file_name, text)
    missing = sorted({found.line for found in problems if found.code == "K82"}, reverse=True)
    lines = _LINE.findall(text)
    given: set[str] = set()
    for number in missing:
        line = lines[number - 1]
        body = line.rstrip("\r\n")
        ending = line[len(body) :]
        if _HEADING.match(line):
            comment = f"<!-- id: {_new_id('q', taken, given)} -->"
            lines[number - 1] = f"{body}{ending or _NEWLINE}{comment}{ending}"
        else:
            lines[number - 1] = f"{body.rstrip()} <!-- id: {_new_id('c', taken, given)} -->{ending}"
    return "".join(lines)


def write_ids_in_files(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return *files* of one course with the missing ids added, unique in the course.

    A file that is not UTF-8 is left as it is: that is a problem of its own.
    """
    texts: dict[str, str] = {}
    for name, content in files.items():
        if name.endswith(".md") and "/" not in name:
            with contextlib.suppress(UnicodeDecodeError):
                texts[name] = content.decode("utf-8")
    taken = {found for text in texts.values() for found in _ANY_ID.findall(text)}
    written = dict(files)
    for name, text in texts.items():
        new = write_ids(text, name, taken=taken)
        taken.update(_ANY_ID.findall(new))
        written[name] = new.encode()
    return written


def _new_id(kind: str, taken: Container[str], given: set[str]) -> str:
    while True:
        new = f"{kind}-" + "".join(secrets.choice(_ALPHABET) for _ in range(_ID_LENGTH))
        if new not in taken and new not in given:
            given.add(new)
            return new


def fix(text: str, problems: Iterable[Problem], *, file_name: str = "") -> str:
    """Return *text* with every safe fix of *problems*, made canonical.

    *file_name* lets what is tolerated be tidied too (`Nilai :`, extra spaces before feedback). Two fixes
    of one line are not put together: the second comes with the next round.
    """
    fixes = [found.fix for found in problems if found.fix is not None]
    if file_name not in ("", COURSE_FILE, GLOSSARY_FILE):
        fixes += read_module(file_name, text, pass_mark=7000).report.tidy
    lines = split_lines(text.removeprefix("\ufeff"))
    return canonical("\n".join(_apply(lines, fixes)))


def _apply(lines: list[str], fixes: Iterable[Fix]) -> list[str]:
    by_line: dict[int, Fix] = {}
    for one in fixes:
        by_line.setdefault(one.line, one)
    mended: list[str] = []
    number = 1
    while number <= len(lines):
        wanted = by_line.get(number)
        before = wanted.before.split("\n") if wanted else []
        if wanted is None or lines[number - 1 : number - 1 + len(before)] != before:
            mended.append(lines[number - 1])
            number += 1
            continue
        if wanted.after:
            mended += wanted.after.split("\n")
        number += len(before)
    return mended


def fix_files(slug: str, files: Mapping[str, bytes], *, today: date | None = None) -> dict[str, bytes]:
    """Return those of *files* that fixing changes, each with all its safe fixes."""
    current = dict(files)
    for _ in range(MAX_ROUNDS):
        _, problems = read_files(slug, current, today=today)
        changed = False
        for name in [name for name in current if name.endswith(".md")]:
            mended = _fix_file(name, current[name], problems)
            changed = changed or mended != current[name]
            current[name] = mended
        if not changed:
            break
    return {name: content for name, content in current.items() if content != files[name]}


def _fix_file(name: str, content: bytes, problems: Iterable[Problem]) -> bytes:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return content
    own = [found for found in problems if found.file == name]
    if any(found.code == "K102a" for found in own):
        return content
    return fix(text, own, file_name=name).encode("utf-8")
