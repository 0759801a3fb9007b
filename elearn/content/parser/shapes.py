"""Lines of a question that miss the shape they were meant to have, and the notes about them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from elearn.content.parser.marks import (
    BAD_NOTE,
    GLUED_BOX,
    GOOD_NOTE,
    LETTERED,
    NUMBERED,
    OPEN_ANSWER,
    first_line_text,
    is_answer,
)
from elearn.content.parser.parts import Question
from elearn.content.parser.report import Report
from elearn.content.parser.settings import read_key
from elearn.content.parser.texts import Texts, comment_of, is_id
from elearn.content.problems import Fix
from elearn.content.scanner import Block, Kind, Line


class ShapeReader:
    """Takes the blocks of a question apart and notes what is almost an item, a hint or an option."""

    def __init__(self, report: Report, texts: Texts, question: Question) -> None:
        self.report = report
        self.texts = texts
        self.question = question
        self.noted_lists: set[tuple[str, int]] = set()
        self.shaped: set[int] = set()
        self.pending: list[tuple[int, str, dict[str, object]]] = []

    def note(self, line: int, code: str, **values: object) -> None:
        self.question.codes.add(code)
        self.report.add(line, code, **values)  # type: ignore[arg-type]  # fix, text and values pass through

    def note_once(self, block: Block, code: str, **values: object) -> None:
        """Note *code* once for the list that *block* belongs to."""
        mark = (code, block.list_number)
        if mark not in self.noted_lists:
            self.noted_lists.add(mark)
            self.note(block.first, code, **values)

    def push_apart(self, line: int, code: str) -> None:
        """Note *code* at *line*, mended by a blank line above it."""
        source = self.report.source(line)
        self.note(line, code, fix=self.report.rewrite(line, "\n" + source.lstrip(" ")))

    def own_blocks(self, blocks: Sequence[Block]) -> list[Block]:
        """Take comments and definitions out, and cut paragraphs where a hint or explanation begins."""
        parts: list[Block] = []
        for block in blocks:
            if block.kind is Kind.COMMENT:
                self.read_comment(block)
            elif block.kind is Kind.PARAGRAPH:
                parts += self.cut(block)
            elif block.kind is Kind.TABLE and OPEN_ANSWER.match(first_line_text(block)):
                fix = self.report.rewrite(block.first, f"- {first_line_text(block)}")
                self.note(block.first, "K53", fix=fix)
            elif block.kind is not Kind.DEFINITION:
                parts.append(block)
        self.find_lettered(parts)
        return parts

    def read_comment(self, block: Block) -> None:
        comment = comment_of(block)
        question = self.question
        if comment.kind == "id":
            if is_id(comment.value, "q") and not question.id:
                question.id, question.id_line = comment.value, block.first
            else:
                self.note(block.first, "K81")
                question.id_line = question.id_line or block.first
        elif not comment.kind:
            self.note(block.first, "K96d")

    def cut(self, block: Block) -> list[Block]:
        """Cut a paragraph at lines that begin a hint or explanation, noting lines of the wrong shape."""
        pieces: list[list[Line]] = [[]]
        for index, line in enumerate(block.lines):
            body = line.text.lstrip(" ")
            if GOOD_NOTE.match(body):
                pieces.append([])
            elif bad := BAD_NOTE.match(body):
                self.refuse_note(line.number, bad)
                pieces.append([])
            elif self.has_wrong_shape(line.number, body) or (
                index and self.is_lost_number(line.number, body)
            ):
                self.shaped.add(line.number)
            pieces[-1].append(line)
        parts: list[Block] = []
        for lines in filter(None, pieces):
            part = Block(Kind.PARAGRAPH, lines[0].number, lines[-1].number, indent=block.indent, lines=lines)
            part.after_blank = block.after_blank and not parts
            parts.append(part)
        return parts

    def refuse_note(self, line: int, match: re.Match[str]) -> None:
        """Note a hint or explanation that is not bold as it should be."""
        good = f"**{match[1][:1].upper()}{match[1][1:].lower()}:**"
        source = self.report.source(line)
        indent = source[: len(source) - len(source.lstrip(" "))]
        fix = self.report.rewrite(line, f"{indent}{good} {match[2]}".rstrip())
        self.note(line, "K108", after=good, fix=fix)

    def has_wrong_shape(self, number: int, body: str) -> bool:
        """Note a line of text that was meant as a list item."""
        source = self.report.source(number)
        if body[:1] in "-*+" and (GLUED_BOX.match(body) or self.is_glued_key(body)):
            mended = source.replace(body[0], body[0] + " ", 1)
            self.note(number, "K12", fix=self.report.rewrite(number, mended))
            return True
        answer = OPEN_ANSWER.match(body)
        if answer:
            key = answer[1][:1].upper() + answer[1][1:].lower()
            self.note(number, "K53", fix=self.report.rewrite(number, f"- {key}: {answer[2]}"))
            return True
        return False

    def is_glued_key(self, body: str) -> bool:
        keyed = read_key(body[1:])
        return keyed is not None and bool(keyed.key) and body[0] == "-"

    def is_lost_number(self, number: int, body: str) -> bool:
        match = NUMBERED.match(body)
        if match is None or int(match[1]) < 2:
            return False
        if "K61" not in self.question.codes:
            self.push_apart(number, "K61")
        return True

    def find_lettered(self, parts: Sequence[Block]) -> None:
        """Note options typed as ``a.`` ``b.``, one report for the whole list."""
        if any(is_answer(block) for block in parts):
            return
        lines = [line for block in parts if block.kind is Kind.PARAGRAPH for line in block.lines]
        run: list[Line] = []
        for line in lines:
            match = LETTERED.match(line.text.lstrip(" "))
            if match and ord(match[1].lower()) == ord("a") + len(run):
                run.append(line)
            elif len(run) >= 2:
                break
            else:
                run = []
        if len(run) < 2:
            return
        first, last = run[0].number, run[-1].number
        fix = None
        if last - first == len(run) - 1:
            options = [LETTERED.match(line.text.lstrip(" ")) for line in run]
            after = "\n".join(f"- [ ] {option[2]}" for option in options if option)
            before = "\n".join(self.report.source(number) for number in range(first, last + 1))
            fix = Fix(first, before, after)
        self.note(first, "K13", fix=fix)
        self.shaped.update(line.number for line in run)
