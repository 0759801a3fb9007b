"""Accepted numbers of a question: how they are read, and what is doubtful about them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from elearn.content.items import NumberRange
from elearn.content.numbers import AuthorRange, parse_author_range
from elearn.content.parser.parts import Question, Row
from elearn.content.parser.report import Report
from elearn.content.parser.settings import is_allowed, read_value
from elearn.content.problems import Fix

_WEIGHT = re.compile(r"[ \u00a0]*\{([^{}]{0,12})\}$")
_WEIGHT_VALUE = re.compile(r"([0-9]{1,3}) ?%")
_UNIT_BEFORE = re.compile(r"(?:rp\.?|idr) *", re.I)
_UNIT_AFTER = re.compile(r" *(?:%|rupiah|,-)$", re.I)
_DOTTED = re.compile(r"-?[0-9]+\.[0-9]+")
_TIGHT = re.compile(r"([0-9.,]+)-([0-9.,]+)")
_THOUSANDS = re.compile(r"(?<![\d.,])[1-9]\d{0,2}(?:\.\d{3})+(?![\d.])")
_FOREIGN_THOUSANDS = re.compile(r"(?<![\d.,])[1-9]\d{0,2}(?:,\d{3})+(?![\d,])")

#: Comparing everything with everything stops here: an author who writes more has other worries.
MOST_COMPARED = 20


class Checks:
    """What every check of a question needs: its report, its settings, the weight of a row."""

    def __init__(self, report: Report, question: Question) -> None:
        self.report = report
        self.question = question

    def add(self, line: int, code: str, **values: Any) -> None:
        self.question.codes.add(code)
        self.report.add(line, code, **values)

    def setting(self, key: str, default: Any) -> Any:
        written = self.question.settings.get(key)
        if written is None or not is_allowed(key, written.value):
            return default
        return read_value(key, written.value)

    def weight(self, row: Row, *, allowed: bool = True) -> tuple[str, int]:
        """Return the text of *row* without its weight, and the weight."""
        body = " ".join(row.text.text.split())
        match = _WEIGHT.search(body)
        if match is None or not re.match(r"[\d-]", match[1]):
            return body, 100
        value = _WEIGHT_VALUE.fullmatch(match[1])
        weight = int(value[1]) if value else 0
        if not allowed or not 1 <= weight <= 100:
            self.add(row.line, "K41b")
            weight = 100
        return body[: match.start()], weight


class NumberChecks(Checks):
    """Reads `Jawaban angka` rows."""

    def read_range(self, row: Row, body: str, unit: str) -> AuthorRange | None:
        text = body.strip().replace("\u2212", "-")
        read = parse_author_range(text)
        if read is not None:
            return read
        bare, found = _without_unit(text, unit)
        if found:
            read = parse_author_range(bare)
            if read is not None:
                source = self.report.source(row.line)
                fix = None
                if source.count(body) == 1:
                    fix = self.report.rewrite(row.line, source.replace(body, bare))
                self.add(row.line, "K45", fix=fix, unit=found)
                return read
        if re.search(r"(?:±|\+-) *-", text):
            self.add(row.line, "K41a")
        else:
            self.add(row.line, "K40", value=text, fix=self.readable(row, text))
        return None

    def readable(self, row: Row, text: str) -> Fix | None:
        """Suggest the Indonesian form of a number that can be meant in one way only."""
        tight = _TIGHT.fullmatch(text)
        if tight:
            mended = f"{tight[1]} – {tight[2]}"
        elif _DOTTED.fullmatch(text):
            mended = text.replace(".", ",")
        else:
            return None
        source = self.report.source(row.line)
        if parse_author_range(mended) is None or source.count(text) != 1:
            return None
        return self.report.rewrite(row.line, source.replace(text, mended))

    def check_range(self, row: Row, body: str, read: AuthorRange) -> None:
        if read.tolerance is not None and read.value is not None:
            if read.tolerance < 0 or (read.is_percent and read.tolerance > 100):
                self.add(row.line, "K41a")
            elif read.tolerance == 0 and _has_decimals(read.value):
                self.add(row.line, "K43a")
            elif not read.is_percent and read.value and read.tolerance > abs(read.value):
                self.add(row.line, "K43b")
        elif read.low > read.high:
            self.add(row.line, "K42", fix=self.turned(row, body))

    def turned(self, row: Row, body: str) -> Fix | None:
        match = re.fullmatch(r"(\S+)( *(?:–|\.\.|-) *)(\S+)", body.strip())
        source = self.report.source(row.line)
        if match is None or source.count(body.strip()) != 1:
            return None
        return self.report.rewrite(row.line, source.replace(body.strip(), f"{match[3]}{match[2]}{match[1]}"))

    def check_overlaps(self, ranges: Sequence[NumberRange], lines: Sequence[int]) -> None:
        for index, later in enumerate(ranges[:MOST_COMPARED]):
            for place, earlier in enumerate(ranges[:index]):
                apart = later.high < earlier.low or earlier.high < later.low
                inside = (later.low >= earlier.low and later.high <= earlier.high) or (
                    earlier.low >= later.low and earlier.high <= later.high
                )
                if not apart and not inside and later.weight != earlier.weight:
                    self.add(lines[index], "K44", other=lines[place])
                    break

    def check_thousands(self) -> None:
        """Note a question that writes thousands with dots here and with commas there."""
        question = self.question
        rows = [
            (question.prompt.line + index, text)
            for index, text in enumerate(question.prompt.text.split("\n"))
        ]
        rows += [(row.line, row.text.text) for row in question.answers]
        for _, piece in question.notes.values():
            rows += [(piece.line + index, text) for index, text in enumerate(piece.text.split("\n"))]
        dotted = next((match[0] for _, text in rows if (match := _THOUSANDS.search(text))), "")
        for line, text in rows if dotted else ():
            foreign = _FOREIGN_THOUSANDS.search(text)
            if foreign:
                self.add(line, "K46", text=foreign[0], other=dotted)
                return


def _has_decimals(value: Decimal) -> bool:
    return value != value.to_integral_value()


def _without_unit(text: str, unit: str) -> tuple[str, str]:
    """Return *text* without the currency, percent sign or *unit* in it, and which one it was."""
    if unit and unit.casefold() in text.casefold():
        at = text.casefold().index(unit.casefold())
        return (text[:at] + text[at + len(unit) :]).strip(), unit
    before = _UNIT_BEFORE.search(text)
    if before:
        return _UNIT_BEFORE.sub("", text).removesuffix(",-").strip(), before[0].strip()
    after = _UNIT_AFTER.search(text)
    if after:
        return text[: after.start()].strip(), after[0].strip()
    return text, ""
