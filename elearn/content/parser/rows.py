"""The items of a question: options, answers, steps and settings, each with what stands inside it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from elearn.content.parser.marks import (
    BAD_BOX,
    BAD_NOTE,
    BOX,
    GOOD_NOTE,
    ODD_BOX,
    first_text,
)
from elearn.content.parser.nearest import meant
from elearn.content.parser.parts import Row, Setting
from elearn.content.parser.settings import (
    QUESTION_WORDS,
    Keyed,
    is_allowed,
    near_key,
    read_key,
    refuse_value,
)
from elearn.content.parser.shapes import ShapeReader
from elearn.content.parser.texts import comment_of
from elearn.content.pieces import Piece
from elearn.content.problems import Fix
from elearn.content.scanner import Block, Kind


class RowReader(ShapeReader):
    """Reads one item after the other; the text of an item decides what it is."""

    def read_item(self, block: Block, previous: Block | None) -> str:
        """Read one item of a list without numbers; return what it is."""
        text = first_text(block)
        box = BOX.match(text)
        if box:
            self.read_option(block, box[1] in "xX", box[2])
            return "option"
        bad = BAD_BOX.match(text)
        if bad or ODD_BOX.match(text):
            self.read_bad_box(block, bad)
            return "option"
        keyed = read_key(text)
        if keyed and keyed.answer_key:
            self.tidy_key(block, keyed)
            self.read_answer(block, keyed)
            return "answer"
        if keyed and (keyed.question_key or keyed.quiz_key):
            if (
                previous is not None
                and not block.after_blank
                and (previous.kind is Kind.TABLE or previous.number is not None)
            ):
                self.push_apart(block.first, "K109")
            self.take_setting(block, keyed)
            return "setting"
        if keyed and keyed.note_key:
            good = f"**{keyed.written[:1].upper()}{keyed.written[1:]}:**"
            self.note(
                block.first,
                "K108",
                after=good,
                fix=self.report.rewrite(block.first, f"\n{good} {keyed.value}"),
            )
            return "note"
        if keyed and near_key(keyed, QUESTION_WORDS):
            self.note_unknown(block, keyed)
        else:
            self.note_once(block, "K10")
        return "other"

    def note_unknown(self, block: Block, keyed: Keyed) -> None:
        known = near_key(keyed, QUESTION_WORDS)
        source = self.report.source(block.first)
        fix = self.report.rewrite(block.first, source.replace(keyed.written, known, 1))
        self.note(block.first, "K50", fix=fix, key=keyed.written, hint=meant(known))

    def read_option(self, block: Block, is_right: bool, first: str) -> None:
        source = self.report.source(block.first)
        if "\u00a0" in source[: len(source) - len(first)]:
            head = source[: len(source) - len(first)]
            self.report.tidy_line(block.first, head.replace("\u00a0", " ") + first)
        row = self.read_row(block, first)
        if not row.text.text.strip():
            self.note(block.first, "K05")
        self.question.options.append(Row(row.line, row.text, row.feedback, is_right=is_right, block=block))

    def read_bad_box(self, block: Block, bad: re.Match[str] | None) -> None:
        text = first_text(block)
        fix = None
        is_right = False
        rest = text[3:]
        if bad:
            is_right = bool(bad[1] or bad[2])
            rest = bad[3].lstrip(" \u00a0")
            source = self.report.source(block.first)
            head = source[: len(source) - len(text)] if source.endswith(text) else "- "
            fix = self.report.rewrite(block.first, f"{head}[{'x' if is_right else ' '}] {rest}".rstrip())
        self.note(block.first, "K11", fix=fix)
        row = self.read_row(block, rest)
        self.question.options.append(Row(row.line, row.text, row.feedback, is_right=is_right, block=block))

    def read_answer(self, block: Block, keyed: Keyed) -> None:
        row = self.read_row(block, keyed.value)
        self.question.answers.append(Row(row.line, row.text, row.feedback, key=keyed.answer_key, block=block))

    def read_numbered(self, block: Block) -> str:
        """Read an item of a numbered list after the prompt: a step, unless boxes or answers came before."""
        text = first_text(block)
        if box := BOX.match(text):
            self.note_once(block, "K111")
            row = self.read_row(block, box[2])
            self.question.options.append(
                Row(row.line, row.text, row.feedback, is_right=box[1] in "xX", block=block)
            )
            return "option"
        if self.question.options or self.question.answers:
            self.note_once(block, "K107")
            return "other"
        row = self.read_row(block, text)
        self.question.steps.append(Row(row.line, row.text, row.feedback, block=block))
        return "step"

    def read_table(self, block: Block) -> None:
        if self.question.table is None and not self.question.options and not self.question.answers:
            self.question.table = self.without_notes(block)
        else:
            self.note(block.first, "K107")

    def without_notes(self, table: Block) -> Block:
        """Return *table* without a hint or explanation that ran into it for want of a blank line."""
        for index, line in enumerate(table.lines):
            if GOOD_NOTE.match(line.text.lstrip(" ")):
                self.push_apart(line.number, "K109")
                return replace(table, lines=table.lines[:index])
        return table

    def read_stray_feedback(self, block: Block, kind: str) -> None:
        """Note feedback that is not indented; for the preview it still belongs to the row above."""
        rows = self.question.options if kind == "option" else self.question.answers
        row = rows[-1]
        column = row.block.column if row.block else 2
        numbers = range(block.first, block.last + 1)
        before = "\n".join(self.report.source(number) for number in numbers)
        after = "\n".join(" " * column + self.report.source(number).lstrip(" ") for number in numbers)
        self.note(block.first, "K21", fix=Fix(block.first, before, after))
        if row.feedback is None:
            piece = self.quoted([block])
            rows[-1] = Row(row.line, row.text, piece, row.is_right, row.key, row.block)

    def read_row(self, block: Block, first: str) -> Row:
        """Read the text of an item that begins with *first*, and the quotes under it."""
        quotes = [child for child in block.children if child.kind is Kind.QUOTE]
        hidden = {number for quote in quotes for number in range(quote.first, quote.last + 1)}
        hidden |= self.check_inside(block)
        texts = [first]
        for number in range(block.first + 1, block.last + 1):
            if number not in hidden:
                source = self.report.source(number).expandtabs(4)
                texts.append(source[block.column :] if not source[: block.column].strip() else source.strip())
        for quote in quotes:
            self.tidy_quote(quote, block.column)
        self.texts.pieces.append((block.first, block.last))
        for quote in quotes:
            self.texts.pieces.append((quote.first, quote.last))
        text = "\n".join(texts).rstrip()
        return Row(block.first, Piece(text, block.first), self.quoted(quotes) if quotes else None)

    def check_inside(self, block: Block) -> set[int]:
        """Note what may not stand inside an item; return the lines that are not its text."""
        hidden: set[int] = set()
        nested = False
        for inner in block.walk():
            if inner is block:
                continue
            if inner.kind is Kind.ITEM and not nested:
                nested = True
                self.note(inner.first, "K111" if BOX.match(first_text(inner)) else "K10")
            if inner.kind is Kind.INDENTED_CODE and inner.lines[0].text.lstrip(" ").startswith(">"):
                self.note_too_deep(inner.first, block.column)
            if inner.kind is Kind.COMMENT and not comment_of(inner).kind:
                self.note(inner.first, "K96d")
            for line in inner.lines if inner.kind is Kind.PARAGRAPH else ():
                source = self.report.source(line.number).expandtabs(4)
                indent = len(source) - len(source.lstrip(" "))
                is_note = line.number > block.first and BAD_NOTE.match(source.lstrip(" ")) is not None
                if (line.lazy and indent < block.column) or is_note:
                    if not hidden and not self.has_wrong_shape(line.number, source.lstrip(" ")):
                        self.push_apart(line.number, "K110")
                    hidden.add(line.number)
                elif (
                    line is not inner.lines[0]
                    and line.text.startswith("    ")
                    and (line.text.lstrip(" ").startswith(">"))
                ):
                    self.note_too_deep(line.number, block.column)
        return hidden

    def note_too_deep(self, line: int, column: int) -> None:
        source = self.report.source(line)
        self.note(line, "K22", fix=self.report.rewrite(line, " " * column + source.lstrip(" \t")))

    def tidy_quote(self, quote: Block, column: int) -> None:
        for number in range(quote.first, quote.last + 1):
            source = self.report.source(number)
            body = source.lstrip(" ")
            if body.startswith(">") and len(source) - len(body) > column:
                self.report.tidy_line(number, " " * column + body)

    def quoted(self, quotes: Sequence[Block]) -> Piece:
        """Return the text of *quotes* without their marks."""
        texts = []
        for quote in quotes:
            lines = []
            for number in range(quote.first, quote.last + 1):
                body = self.report.source(number).expandtabs(4).lstrip(" ")
                if body.startswith(">"):
                    body = body[2:] if body.startswith("> ") else body[1:]
                lines.append(body)
            texts.append("\n".join(lines).strip("\n"))
        return Piece("\n\n".join(texts), quotes[0].first)

    def tidy_key(self, block: Block, keyed: Keyed) -> None:
        source = self.report.source(block.first)
        text = first_text(block)
        if not keyed.tidy and source.endswith(text):
            head = source[: len(source) - len(text)].replace("\u00a0", " ")
            self.report.tidy_line(block.first, f"{head}{keyed.written}: {keyed.value}")

    def take_setting(self, block: Block, keyed: Keyed) -> None:
        """Note or keep one setting of the question."""
        self.tidy_key(block, keyed)
        self.read_row(block, keyed.value)
        if any(child.kind is Kind.QUOTE for child in block.children):
            self.note(block.children[1].first, "K107")
        key = keyed.question_key
        shown = keyed.written
        if not key:
            self.note(block.first, "K54a", key=shown)
            return
        if key in self.question.settings:
            self.note(block.first, "K51", key=shown, other=self.question.settings[key].line)
            return
        self.question.settings[key] = Setting(block.first, keyed.value, shown)
        if key != "jenis" and not is_allowed(key, keyed.value):
            self.question.codes.add("K52")
            refuse_value(self.report, block.first, key, keyed.value)
