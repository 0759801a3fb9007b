"""Text outside a quiz: headings, the personal checklist, and what may not stand there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from elearn.content.documents import ChecklistItem, Heading
from elearn.content.parser.marks import first_text
from elearn.content.parser.quiz import begins_with_quiz, glued_heading, quiz_title
from elearn.content.parser.report import Report
from elearn.content.parser.settings import read_key
from elearn.content.parser.texts import Texts, comment_of, is_id, read_comment
from elearn.content.scanner import Block, Kind, heading_text, plain_text, slugify

_TASK = re.compile(r"\[([ \u00a0xX])\][ \u00a0]+(.*)$")
_NOTE = re.compile(r"\*\*(?:pembahasan|petunjuk|explanation|hint)[ \u00a0]?(?::\*\*|\*\*[ \u00a0]?:)", re.I)
_ANSWER = re.compile(r"[*_]{0,3}(?:jawaban(?: salah| angka)?|answer|wrong answer)[*_]{0,3}[ \u00a0]*:", re.I)
_COMMENT = re.compile(r"<!--.*?-->")


@dataclass(frozen=True, slots=True)
class QuizStart:
    """Where the quiz of a file begins: the block of its heading, and its title."""

    index: int
    title: str


def find_quiz(report: Report, blocks: Sequence[Block]) -> QuizStart | None:
    """Find the heading of the quiz; one that is written wrongly is noted and taken all the same."""
    for index, block in enumerate(blocks):
        if block.kind is Kind.HEADING:
            text = heading_text(block)
            title = quiz_title(text)
            if title is not None and block.level == 2:
                return QuizStart(index, title)
            if begins_with_quiz(text) and _asks(blocks[index + 1 :]):
                report.add(block.first, "K90g")
                return QuizStart(index, text)
        elif block.kind is Kind.PARAGRAPH and len(block.lines) == 1:
            glued = glued_heading(block.text)
            if glued and begins_with_quiz(glued[1]):
                report.add(
                    block.first, "K90a", fix=report.rewrite(block.first, f"{'#' * glued[0]} {glued[1]}")
                )
                return QuizStart(index, quiz_title(glued[1]) or "")
    return None


def _asks(blocks: Sequence[Block]) -> bool:
    """Say whether *blocks* hold questions rather than a lesson."""
    return any(block.kind is Kind.HEADING and block.level == 3 for block in blocks) and any(
        block.kind is Kind.ITEM and (_TASK.match(first_text(block)) or _ANSWER.match(first_text(block)))
        for block in blocks
    )


def read_lesson(
    report: Report, texts: Texts, blocks: Sequence[Block], *, has_checklist: bool = True
) -> tuple[ChecklistItem, ...]:
    """Check *blocks* of a lesson; return its checklist (a course page and a glossary have none)."""
    reader = _Reader(report, texts, has_checklist)
    for block in blocks:
        reader.read(block)
    if blocks:
        texts.pieces.append((blocks[0].first, blocks[-1].last))
    return tuple(reader.checklist)


def read_headings(blocks: Sequence[Block]) -> tuple[Heading, ...]:
    """Return the headings of a lesson with their anchors."""
    taken: set[str] = set()
    headings = []
    for block in blocks:
        if block.kind in (Kind.HEADING, Kind.UNDERLINED):
            text = heading_text(block)
            headings.append(Heading(block.level, plain_text(text), slugify(text, taken), block.first))
    return tuple(headings)


class _Reader:
    def __init__(self, report: Report, texts: Texts, has_checklist: bool) -> None:
        self.report = report
        self.texts = texts
        self.has_checklist = has_checklist
        self.checklist: list[ChecklistItem] = []
        #: Whether the section already has its report about a quiz outside of one.
        self.told = False

    def tell(self, line: int, code: str) -> None:
        if not self.told:
            self.told = True
            self.report.add(line, code)

    def read(self, block: Block, *, in_quote: bool = False) -> None:
        if block.kind is Kind.HEADING:
            self.told = False
            if begins_with_quiz(heading_text(block)):
                self.tell(block.first, "K90g")
        elif block.kind is Kind.UNDERLINED:
            self.check_underlined(block)
        elif block.kind is Kind.COMMENT:
            self.check_comment(block)
        elif block.kind is Kind.PARAGRAPH:
            self.check_paragraph(block, in_quote=in_quote)
        elif block.kind is Kind.ITEM:
            self.read_item(block, in_quote=in_quote)
        self.check_inline_comments(block)
        for child in block.children:
            self.read(child, in_quote=in_quote or block.kind is Kind.QUOTE)

    def check_underlined(self, block: Block) -> None:
        if begins_with_quiz(heading_text(block)):
            self.tell(block.first, "K90g")
        elif block.lines[-1].text.startswith("-"):
            line = block.lines[-1].number
            self.report.add(line, "K91b", fix=self.report.rewrite(line, "\n" + self.report.source(line)))

    def check_comment(self, block: Block) -> None:
        comment = comment_of(block)
        if comment.kind == "id":
            if comment.value.startswith("q"):
                self.tell(block.first, "K90d")
            else:
                self.report.add(block.first, "K81")
        elif not comment.kind:
            self.report.add(block.first, "K96d")

    def check_inline_comments(self, block: Block) -> None:
        for line in block.lines:
            for inside in self.texts.comments.get(line.number, ()):
                comment = read_comment(inside)
                if comment.kind == "id" and comment.value.startswith("q"):
                    self.tell(line.number, "K90d")
                elif comment.kind == "id" and not self.is_checklist_line(line.number):
                    self.report.add(line.number, "K81")
                elif not comment.kind:
                    self.report.add(line.number, "K96d")

    def is_checklist_line(self, line: int) -> bool:
        return bool(self.checklist) and self.checklist[-1].line == line

    def check_paragraph(self, block: Block, *, in_quote: bool) -> None:
        for line in block.lines:
            body = line.text.lstrip(" ")
            if _NOTE.match(body):
                self.tell(line.number, "K90f")
            elif _ANSWER.match(body) and not in_quote:
                self.tell(line.number, "K90e")
            elif (glued := glued_heading(body)) and begins_with_quiz(glued[1]):
                self.tell(line.number, "K90a")

    def read_item(self, block: Block, *, in_quote: bool) -> None:
        text = first_text(block)
        task = _TASK.match(text)
        if task is None:
            keyed = read_key(text)
            if keyed and keyed.answer_key == "jawaban angka" and any(char.isdigit() for char in keyed.value):
                self.tell(block.first, "K90e")
            return
        if task[1] in "xX":
            self.tell(block.first, "K90c")
            return
        if in_quote or not self.has_checklist:
            return
        self.read_checklist_item(block)

    def read_checklist_item(self, block: Block) -> None:
        lines = block.children[0].lines
        written = "\n".join(line.text.lstrip(" ") if index else line.text for index, line in enumerate(lines))
        ids = [read_comment(inside) for inside in self.texts.comments.get(block.first, ())]
        given = [comment.value for comment in ids if comment.kind == "id"]
        item_id = given[0] if given and is_id(given[0], "c") else ""
        text = _COMMENT.sub("", written).partition("]")[2].strip(" \u00a0\n")
        self.checklist.append(ChecklistItem(item_id, text, block.first))
        if item_id:
            self.report.references.ids.append((item_id, block.first))
            if len(given) > 1 or not lines[0].text.rstrip(" ").endswith("-->"):
                self.report.add(block.first, "K81")
        elif given:
            if not given[0].startswith("q"):
                self.report.add(block.first, "K81")
        else:
            self.report.add(block.first, "K82")
