"""Front matter: YAML whose scalars stay strings, with the line of every key and value."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar

import yaml

from elearn.content.parser.nearest import hint, nearest
from elearn.content.parser.report import Report
from elearn.content.problems import phrase

#: Bytes between the two lines of dashes.
MAX_SIZE = 20 * 1024
#: Brackets inside one another; front matter needs two.
_MAX_DEPTH = 8

T = TypeVar("T")

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NUMBER = re.compile(r"[0-9]{1,6}(?:[.,][0-9]{1,4})?")
_PERCENT = re.compile(r"([0-9]{1,3})(?:,([0-9]{1,2}))? ?%?")
_LOOSE_COLON = re.compile(r"( *(?:- +)?[^\s:\"'#][^:\"'#]*: +)([^\"'\[{|>&*!].*)$")
_QUOTES = {"“": "”", "‘": "’", "”": "”", "„": "“", "«": "»"}

YES_NO = {"ya": True, "yes": True, "tidak": False, "no": False}


@dataclass(frozen=True, slots=True)
class Scalar:
    """A value as it was written, always a string."""

    value: str
    line: int


@dataclass(frozen=True, slots=True)
class ListNode:
    """A list of values."""

    items: tuple[Node, ...]
    line: int


@dataclass(frozen=True, slots=True)
class MapNode:
    """Keys and values in file order; a key given twice is reported and kept once."""

    entries: Mapping[str, tuple[Scalar, Node]]
    line: int


Node = Scalar | ListNode | MapNode


class _RefusedError(Exception):
    """The YAML uses something that is not part of the format."""

    def __init__(self, line: int, code: str) -> None:
        super().__init__(code)
        self.line = line
        self.code = code


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """The mapping (None where it could not be read) and the first line of the body after it."""

    root: MapNode | None
    body_line: int
    #: False where the file has none or it never closes.
    closed: bool


def read_front_matter(report: Report) -> FrontMatter:
    """Read the front matter of the file of *report*; what is wrong with it is noted there."""
    lines = report.lines
    if not lines or lines[0].rstrip() != "---":
        report.add(1, "K101a")
        return FrontMatter(None, 1, closed=True)
    end = next((index for index in range(1, len(lines)) if lines[index].rstrip() == "---"), 0)
    if not end:
        report.add(1, "K101b")
        return FrontMatter(None, len(lines) + 1, closed=False)
    source = "\n".join(lines[1:end]) + "\n"
    if len(source.encode("utf-8", "replace")) > MAX_SIZE:
        report.add(1, "K101k", text="---")
        return FrontMatter(None, end + 2, closed=True)
    return FrontMatter(_read_yaml(report, source), end + 2, closed=True)


def _read_yaml(report: Report, source: str) -> MapNode | None:
    depth = deepest = 0
    for char in source:
        depth += (char in "[{") - (char in "]}")
        deepest = max(deepest, depth)
    if deepest > _MAX_DEPTH:
        report.add(2, "K101d")
        return None
    try:
        root = _Builder(report, source.replace("\t", " ")).build()
    except _RefusedError as refused:
        report.add(refused.line, refused.code)
        return None
    except yaml.YAMLError as error:
        _report_yaml_error(report, error)
        return None
    if root is None:
        return MapNode({}, 1)
    if not isinstance(root, MapNode):
        report.add(root.line, "K101c")
        return None
    return root


def _report_yaml_error(report: Report, error: yaml.YAMLError) -> None:
    mark = getattr(error, "problem_mark", None)
    line = mark.line + 2 if mark is not None else 1
    line = min(line, len(report.lines))
    for candidate in (line, line - 1):
        loose = _LOOSE_COLON.match(report.source(candidate))
        if candidate > 1 and loose and re.search(r":(?: |$)", loose[2]):
            value = loose[2].rstrip()
            fix = None
            if '"' not in value and "\\" not in value and " #" not in value:
                fix = report.rewrite(candidate, f'{loose[1]}"{value}"')
            report.add(candidate, "K101e", fix=fix)
            return
    report.add(line, "K101d")


class _Builder:
    """Builds nodes from the events of PyYAML; no constructor, so nothing becomes a bool or a number."""

    def __init__(self, report: Report, source: str) -> None:
        self.report = report
        self.events = yaml.parse(source, Loader=yaml.SafeLoader)

    def build(self) -> Node | None:
        root: Node | None = None
        for event in self.events:
            if isinstance(event, yaml.NodeEvent):
                if root is not None:
                    raise _RefusedError(_line(event), "K101d")
                root = self.node(event, 0)
        return root

    def node(self, event: yaml.Event, depth: int) -> Node:
        line = _line(event)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise _RefusedError(line, "K101f")
        if getattr(event, "tag", None) is not None:
            raise _RefusedError(line, "K101f")
        if depth > _MAX_DEPTH:
            raise _RefusedError(line, "K101d")
        if isinstance(event, yaml.ScalarEvent):
            return self.scalar(event, line)
        if isinstance(event, yaml.SequenceStartEvent):
            items = []
            while not isinstance(following := next(self.events), yaml.SequenceEndEvent):
                items.append(self.node(following, depth + 1))
            return ListNode(tuple(items), line)
        entries: dict[str, tuple[Scalar, Node]] = {}
        while not isinstance(following := next(self.events), yaml.MappingEndEvent):
            key = self.node(following, depth + 1)
            value = self.node(next(self.events), depth + 1)
            if not isinstance(key, Scalar):
                raise _RefusedError(key.line, "K101c")
            name = " ".join(key.value.split()).casefold()
            if name in entries:
                self.report.add(key.line, "K101g", key=key.value, other=entries[name][0].line)
                continue
            entries[name] = (key, value)
        return MapNode(entries, line)

    def scalar(self, event: yaml.ScalarEvent, line: int) -> Scalar:
        value: str = event.value
        closer = _QUOTES.get(value[:1])
        if event.style is None and closer and len(value) > 1 and value[-1] in (closer, value[0]):
            inner = value[1:-1]
            fix = None
            source = self.report.source(line)
            if source.count(value) == 1 and '"' not in inner and "\\" not in inner:
                fix = self.report.rewrite(line, source.replace(value, f'"{inner}"'))
            self.report.add(line, "K100g", text=value, fix=fix)
            value = inner
        return Scalar(value.strip() if event.style in (None, "|", ">") else value, line)


def _line(event: yaml.Event) -> int:
    return (event.start_mark.line if event.start_mark else 0) + 2


class Fields:
    """The keys of one mapping, each read with the kind its key asks for.

    *names* maps the Indonesian key to its English alias. A value that is not allowed is noted once
    and read as if it were not there.
    """

    def __init__(
        self, report: Report, root: MapNode | None, names: Mapping[str, str], where: str, *, line: int = 1
    ) -> None:
        self.report = report
        self.known = root is not None
        self.line = line
        self.values: dict[str, Node] = {}
        self.lines: dict[str, int] = {}
        by_alias = {alias: name for name, alias in names.items()}
        for written, (key, value) in (root.entries if root else {}).items():
            name = by_alias.get(written, written)
            if name not in names:
                self._unknown(key, [*names, *by_alias], where)
            elif name in self.values:
                report.add(key.line, "K101g", key=key.value, other=self.lines[name])
            else:
                self.values[name] = value
                self.lines[name] = key.line

    def _unknown(self, key: Scalar, known: Sequence[str], where: str) -> None:
        found = nearest(key.value, known)
        fix = None
        source = self.report.source(key.line)
        if found and source.count(key.value) == 1 and found not in self.values:
            fix = self.report.rewrite(key.line, source.replace(key.value, found))
        self.report.add(key.line, "K101h", fix=fix, key=key.value, where=where, hint=hint(key.value, known))

    def refuse(self, name: str, allowed: str, node: Node | None = None) -> None:
        """Note that the value of *name* is not allowed."""
        value = node if node is not None else self.values[name]
        shown = value.value if isinstance(value, Scalar) else ""
        self.report.add(value.line, "K101j", value=shown, key=name, allowed=allowed)

    def require(self, name: str) -> None:
        """Note that *name* is missing."""
        if self.known:
            self.report.add(self.lines.get(name, self.line), "K101i", text=name, key=name)

    def is_empty(self, name: str) -> bool:
        """Say whether *name* is missing or has nothing in it."""
        value = self.values.get(name)
        if isinstance(value, Scalar):
            return not value.value.strip()
        if isinstance(value, ListNode):
            return not value.items
        return value is None or not value.entries

    def text(self, name: str, *, required: bool = False) -> str:
        """Read a text."""
        if self.is_empty(name):
            if required:
                self.require(name)
            return ""
        value = self.values[name]
        if not isinstance(value, Scalar):
            self.refuse(name, phrase("tulis satu kalimat, dengan tanda kutip kalau berisi titik dua"))
            return ""
        return " ".join(value.value.split())

    def choice(self, name: str, values: Mapping[str, T], default: T) -> T:
        """Read one of the words of *values*."""
        if self.is_empty(name):
            return default
        value = self.values[name]
        word = " ".join(value.value.split()).casefold() if isinstance(value, Scalar) else ""
        if word in values:
            return values[word]
        self.refuse(name, phrase("pakai salah satu dari: {words}", words=", ".join(values)))
        return default

    def number(self, name: str, low: int, high: int) -> int | None:
        """Read a whole number from *low* to *high*."""
        if self.is_empty(name):
            return None
        value = self.values[name]
        if isinstance(value, Scalar) and re.fullmatch(r"[0-9]{1,6}", value.value):
            number = int(value.value)
            if low <= number <= high:
                return number
        self.refuse(name, phrase("tulis angka bulat dari {low} sampai {high}", low=low, high=high))
        return None

    def decimal(self, name: str) -> Decimal | None:
        """Read a number that may have decimals."""
        if self.is_empty(name):
            return None
        value = self.values[name]
        if isinstance(value, Scalar) and _NUMBER.fullmatch(value.value):
            return Decimal(value.value.replace(",", "."))
        self.refuse(name, phrase("tulis angka seperti 8 atau 2,5"))
        return None

    def percent(self, name: str, default: int) -> int:
        """Read a percentage as ten-thousandths."""
        if self.is_empty(name):
            return default
        value = self.values[name]
        parsed = read_percent(value.value) if isinstance(value, Scalar) else None
        if parsed is None:
            self.refuse(name, phrase("tulis persen dari 0% sampai 100%"))
            return default
        return parsed

    def day(self, name: str) -> date | None:
        """Read a date."""
        if self.is_empty(name):
            return None
        value = self.values[name]
        if isinstance(value, Scalar) and _DATE.fullmatch(value.value):
            try:
                return date.fromisoformat(value.value)
            except ValueError:
                pass
        self.refuse(name, phrase("tulis tanggal seperti 2026-11-23"))
        return None

    def texts(self, name: str, *, slugs: bool = False, required: bool = False) -> list[Scalar]:
        """Read a list of texts, or of slugs."""
        if self.is_empty(name):
            if required:
                self.require(name)
            return []
        value = self.values[name]
        if not isinstance(value, ListNode):
            self.refuse(name, phrase("tulis sebagai daftar, satu butir satu baris dengan tanda hubung"))
            return []
        found = []
        for item in value.items:
            if not isinstance(item, Scalar) or not item.value.strip():
                self.refuse(name, phrase("tulis teks biasa, dengan tanda kutip kalau berisi titik dua"), item)
            elif slugs and not SLUG.fullmatch(item.value):
                self.refuse(name, phrase("pakai huruf kecil, angka dan tanda hubung"), item)
            else:
                found.append(item)
        return found

    def mappings(self, name: str) -> list[MapNode]:
        """Read a list of mappings."""
        if self.is_empty(name):
            return []
        value = self.values[name]
        if not isinstance(value, ListNode):
            self.refuse(name, phrase("tulis sebagai daftar, tiap butir dengan judul dan alamat"))
            return []
        found = []
        for item in value.items:
            if isinstance(item, MapNode):
                found.append(item)
            else:
                self.refuse(name, phrase('tulis tiap butir seperti "- judul: …"'), item)
        return found


def read_percent(value: str) -> int | None:
    """Return a percentage from 0 to 100 in ten-thousandths, None where it is none."""
    match = _PERCENT.fullmatch(value.strip())
    if match is None:
        return None
    amount = int(match[1]) * 100 + int((match[2] or "0").ljust(2, "0"))
    return amount if amount <= 10_000 else None
