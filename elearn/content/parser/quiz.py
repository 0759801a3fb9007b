"""The quiz of one file: its settings, its questions, and what holds for all of them together."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast

from elearn.content.documents import ModuleKind
from elearn.content.items import (
    ChoiceItem,
    Draw,
    DrawPart,
    Item,
    ItemType,
    NumberItem,
    Quiz,
    ScoreRule,
    ShowKey,
    TextItem,
)
from elearn.content.parser.answers import Asked, build_item
from elearn.content.parser.marks import first_text
from elearn.content.parser.nearest import hint, meant
from elearn.content.parser.parts import Question
from elearn.content.parser.question import read_question, silence
from elearn.content.parser.report import Report
from elearn.content.parser.settings import (
    QUIZ_WORDS,
    Keyed,
    near_key,
    read_key,
    read_total,
    read_value,
    refuse_value,
)
from elearn.content.parser.style import check_style
from elearn.content.parser.texts import Texts, comment_of, read_comment
from elearn.content.problems import phrase
from elearn.content.scanner import Block, Kind, heading_text

MAX_QUESTIONS = 200

_QUIZ_HEADING = re.compile(r"(?:kuis|quiz)[ \u00a0]*(?::[ \u00a0]*(.*))?$", re.I)
_QUIZ_WORD = re.compile(r"(?:kuis|quiz)(?![\w-])", re.I)
_GLUED_HEADING = re.compile(r"(#{1,6})([^#\s].*)$")
_NUMBERED_TITLE = re.compile(r"(?:soal|pertanyaan|question|nomor|no\.?)[ \u00a0]+([0-9]{1,4})\b", re.I)


@dataclass(frozen=True, slots=True)
class QuizContext:
    """What the file around a quiz decides."""

    kind: ModuleKind
    pass_mark: int
    #: Objectives of the module by line; None where the front matter could not be read.
    objectives: dict[str, int] | None


@dataclass(slots=True)
class _Section:
    heading: Block
    title: str
    blocks: list[Block] = field(default_factory=list)


def quiz_title(text: str) -> str | None:
    """Return the title after ``Kuis:`` of a heading's text, None where it heads no quiz."""
    match = _QUIZ_HEADING.match(text.strip())
    return None if match is None else (match[1] or "").strip()


def begins_with_quiz(text: str) -> bool:
    """Say whether a heading begins with the word Kuis or Quiz."""
    return _QUIZ_WORD.match(text.strip()) is not None


def glued_heading(text: str) -> tuple[int, str] | None:
    """Return level and text of a heading without the space after its marks."""
    match = _GLUED_HEADING.match(text.strip())
    return (len(match[1]), match[2]) if match else None


def read_quiz(
    report: Report, texts: Texts, blocks: Sequence[Block], title: str, line: int, context: QuizContext
) -> Quiz:
    """Read the *blocks* under the heading of a quiz at *line*, to the end of the file."""
    return _Reader(report, texts, title, line, context).read(blocks)


class _Reader:
    def __init__(self, report: Report, texts: Texts, title: str, line: int, context: QuizContext) -> None:
        self.report = report
        self.texts = texts
        self.title = title
        self.line = line
        self.context = context
        self.values: dict[str, Any] = {}
        self.lines: dict[str, int] = {}
        self.draws: list[tuple[int, object]] = []
        self.explained = False

    def read(self, blocks: Sequence[Block]) -> Quiz:
        intro, sections = self.cut(blocks)
        text = self.read_settings(intro)
        if not sections and not self.explained:
            self.report.add(self.line, "K92a")
        if len(sections) > MAX_QUESTIONS:
            self.report.add(self.line, "K102b", count=len(sections))
            sections = sections[:MAX_QUESTIONS]
        pretest = self.context.kind is ModuleKind.PRETEST
        asked = Asked(shuffles=self.values.get("acak pilihan", True), counts=not pretest)
        questions: list[Question] = []
        items: list[Item] = []
        for section in sections:
            question, item = self.read_section(section, asked)
            questions.append(question)
            if item is not None:
                items.append(item)
        self.check_numbers(sections)
        self.check_objectives(questions)
        draw = self.read_draw(questions)
        quiz = Quiz(
            items=tuple(items),
            title=self.title,
            intro=text,
            line=self.line,
            pass_mark=self.values.get("lulus", self.context.pass_mark),
            attempts=(self.values.get("kesempatan", 1 if pretest else 0)) or None,
            wait=self.values.get("jeda", timedelta(0)),
            time_limit=self.values.get("waktu"),
            draw=draw,
            shuffle_items=self.values.get("acak soal", True),
            shuffle_choices=self.values.get("acak pilihan", True),
            show_key=self.values.get("tampilkan kunci", ShowKey.NEVER if pretest else ShowKey.AFTER_PASSING),
            score_rule=self.values.get("nilai diambil", ScoreRule.BEST),
        )
        if len(items) == len(questions):
            self.check_reachable(quiz)
        self.check_giveaways(quiz)
        return quiz

    # Headings

    def cut(self, blocks: Sequence[Block]) -> tuple[list[Block], list[_Section]]:
        """Cut the quiz at the headings of its questions."""
        intro: list[Block] = []
        sections: list[_Section] = []
        # What stands under a heading that is refused says nothing about the question above it.
        is_lost = False
        for block in blocks:
            for part in self.parts(block):
                if part.kind is Kind.HEADING and part.level == 3:
                    sections.append(_Section(part, heading_text(part)))
                    is_lost = False
                elif part.kind is Kind.HEADING:
                    self.refuse_heading(part, heading_text(part))
                    is_lost = is_lost or part.level < 3
                elif not is_lost:
                    (sections[-1].blocks if sections else intro).append(part)
        return intro, sections

    def parts(self, block: Block) -> list[Block]:
        """Cut out of a paragraph the headings that only lack a space."""
        if block.kind is not Kind.PARAGRAPH or not any("##" in line.text[:6] for line in block.lines):
            return [block]
        parts: list[Block] = []
        for line in block.lines:
            glued = glued_heading(line.text)
            if glued is None or glued[0] < 2:
                if not parts or parts[-1].kind is not Kind.PARAGRAPH:
                    parts.append(
                        Block(Kind.PARAGRAPH, line.number, line.number, after_blank=block.after_blank)
                    )
                parts[-1].lines.append(line)
                parts[-1].last = line.number
                continue
            level, text = glued
            self.explained = True
            fix = self.report.rewrite(line.number, f"{'#' * level} {text}")
            self.report.add(line.number, "K90a", fix=fix)
            if level == 3:
                marked = Block(Kind.HEADING, line.number, line.number, level=3)
                marked.lines.append(type(line)(line.number, f"### {text}"))
                parts.append(marked)
        return parts

    def refuse_heading(self, block: Block, text: str) -> None:
        self.explained = True
        if block.level == 2 and quiz_title(text) is not None:
            self.report.add(block.first, "K103", other=self.line)
        else:
            self.report.add(block.first, "K90b")

    def check_numbers(self, sections: Sequence[_Section]) -> None:
        seen: set[int] = set()
        expected = 1
        for section in sections:
            match = _NUMBERED_TITLE.match(section.title)
            if match is None:
                continue
            number = int(match[1])
            if number in seen:
                self.report.add(section.heading.first, "K35a", number=number)
            elif number != expected:
                self.report.add(section.heading.first, "K35b", number=number, expected=expected)
            seen.add(number)
            expected = number + 1

    # Settings

    def read_settings(self, blocks: Sequence[Block]) -> str:
        """Read what stands before the first question; return its text without the settings."""
        text: list[str] = []
        boxed = False
        for block in blocks:
            if block.kind is Kind.ITEM:
                content = first_text(block)
                keyed = read_key(content)
                if keyed and keyed.quiz_key:
                    self.take(block, keyed)
                elif keyed and keyed.question_key:
                    self.report.add(block.first, "K54b", key=keyed.written)
                elif not boxed:
                    boxed = content.startswith("[")
                    self.explained = self.explained or boxed
                    self.refuse_key(block, content, keyed)
            elif block.kind is Kind.COMMENT:
                self.check_comment(block)
            elif block.kind is not Kind.DEFINITION:
                text.append("\n".join(self.report.source(n) for n in range(block.first, block.last + 1)))
                self.texts.pieces.append((block.first, block.last))
        return "\n\n".join(text)

    def refuse_key(self, block: Block, content: str, keyed: Keyed | None) -> None:
        known = near_key(keyed, QUIZ_WORDS) if keyed else ""
        fix = None
        if keyed and known:
            fix = self.report.rewrite(
                block.first, self.report.source(block.first).replace(keyed.written, known, 1)
            )
        suggestion = meant(known)
        self.report.add(block.first, "K50", fix=fix, key=keyed.written if keyed else content, hint=suggestion)

    def check_comment(self, block: Block) -> None:
        comment = comment_of(block)
        if comment.kind == "id":
            self.report.add(block.first, "K81")
        elif not comment.kind:
            self.report.add(block.first, "K96d")

    def take(self, block: Block, keyed: Keyed) -> None:
        key = keyed.quiz_key
        line = block.first
        source = self.report.source(line)
        content = first_text(block)
        if not keyed.tidy and source.endswith(content):
            head = source[: len(source) - len(content)].replace("\u00a0", " ")
            self.report.tidy_line(line, f"{head}{keyed.written}: {keyed.value}")
        lazy = next((inner for part in block.walk() for inner in part.lines if inner.lazy), None)
        if lazy is not None:
            fix = self.report.rewrite(lazy.number, "\n" + lazy.text)
            self.report.add(lazy.number, "K110", fix=fix)
        value = read_value(key, keyed.value)
        if value is None:
            refuse_value(self.report, line, key, keyed.value)
        elif key == "ambil":
            self.take_draw(line, keyed, value)
        elif key in self.lines:
            self.report.add(line, "K51", key=keyed.written, other=self.lines[key])
        else:
            self.values[key] = value
        self.lines.setdefault(key, line)

    def take_draw(self, line: int, keyed: Keyed, value: object) -> None:
        is_total = read_total(keyed.value) is not None
        if is_total and any(isinstance(other, int) for _, other in self.draws):
            self.report.add(line, "K51", key=keyed.written, other=self.draws[0][0])
        else:
            self.draws.append((line, value))

    # What all questions make together

    def read_section(self, section: _Section, asked: Asked) -> tuple[Question, Item | None]:
        report = self.report
        before = len(report.problems)
        question = read_question(report, self.texts, section.heading, section.title, section.blocks)
        item = build_item(report, question, asked)
        self.check_inline_comments(section, question)
        check_style(report, self.texts, question)
        silence(report, question, before)
        if question.id:
            report.references.ids.append((question.id, question.id_line))
        elif not question.id_line:
            report.add(question.line, "K82")
        self.check_targets(question)
        return question, item

    def check_inline_comments(self, section: _Section, question: Question) -> None:
        """Note comments inside a line: the id has a line of its own, and others are not known."""
        last = max((block.last for block in section.blocks), default=question.line)
        for line in range(question.line, last + 1):
            for inside in self.texts.comments.get(line, ()):
                comment = read_comment(inside)
                if comment.kind == "id":
                    self.report.add(line, "K81")
                    question.id_line = question.id_line or line
                elif not comment.kind:
                    self.report.add(line, "K96d")

    def check_targets(self, question: Question) -> None:
        report = self.report
        objective = question.settings.get("tujuan")
        if objective is not None and read_value("tujuan", objective.value):
            if self.context.kind is not ModuleKind.MODULE:
                report.references.question_objectives.append((objective.value, objective.line))
            elif self.context.objectives is not None and objective.value not in self.context.objectives:
                known = self.context.objectives
                report.add(
                    objective.line,
                    "K94a",
                    value=objective.value,
                    where=phrase("modul ini"),
                    hint=hint(objective.value, known, limit=3),
                )
        reread = question.settings.get("baca lagi")
        if reread is not None and reread.value:
            report.references.rereads.append((reread.value, reread.line))

    def check_objectives(self, questions: Sequence[Question]) -> None:
        if self.context.kind is not ModuleKind.MODULE or self.context.objectives is None or not questions:
            return
        asked = {question.value("tujuan") for question in questions}
        for objective, line in self.context.objectives.items():
            if objective not in asked:
                self.report.add(line, "K94b", value=objective)

    def read_draw(self, questions: Sequence[Question]) -> Draw:
        sizes: dict[str, int] = {}
        for question in questions:
            group = question.value("kelompok")
            if group:
                sizes[group] = sizes.get(group, 0) + 1
        total: int | None = None
        total_line = self.line
        parts: list[DrawPart] = []
        taken: dict[str, int] = {}
        for line, value in self.draws:
            if isinstance(value, int):
                total, total_line = value, line
                if value > len(questions):
                    self.report.add(line, "K92b", asked=value, count=len(questions))
                continue
            count, group = cast("tuple[int, str]", value)
            parts.append(DrawPart(count, group))
            taken[group] = taken.get(group, 0) + count
            if taken[group] > sizes.get(group, 0):
                self.report.add(line, "K92c", asked=taken[group], group=group, count=sizes.get(group, 0))
        asked = sum(part.count for part in parts)
        if total is not None and asked > total:
            self.report.add(total_line, "K92d", asked=total, count=asked)
        return Draw(total, tuple(parts))

    def check_reachable(self, quiz: Quiz) -> None:
        """Note a pass mark that some draw cannot reach, all its questions answered as well as can be."""
        gaps = sorted(
            (best_points(item) * 10_000 - quiz.pass_mark * item.max_points, index)
            for index, item in enumerate(quiz.items)
        )
        chosen = _worst_draw(quiz, gaps)
        if sum(gap for gap, index in gaps if index in chosen) >= 0:
            return
        best = sum(best_points(quiz.items[index]) for index in chosen)
        most = sum(quiz.items[index].max_points for index in chosen)
        self.report.add(self.lines.get("lulus", self.line), "K93", best=best * 100 // most)

    def check_giveaways(self, quiz: Quiz) -> None:
        """Note a quiz whose form tells what is right: the longest option, or always the same place."""
        choices = [
            item
            for item in quiz.items
            if isinstance(item, ChoiceItem) and item.type is not ItemType.TRUE_FALSE and len(item.choices) > 1
        ]
        single = [item for item in choices if sum(choice.right for choice in item.choices) == 1]
        if len(choices) < 5 or not single:
            return
        longest = 0
        for item in single:
            lengths = sorted((len(choice.text.text.strip()), choice.right) for choice in item.choices)
            longest += lengths[-1][1] and lengths[-1][0] > lengths[-2][0]
        if longest * 100 >= 60 * len(choices):
            self.report.add(self.line, "K97a", count=longest, total=len(choices))
        places = {
            next(place for place, choice in enumerate(item.choices) if choice.right)
            for item in single
            if not item.shuffle
        }
        if len(places) == 1 and len(single) == len(choices) and not any(item.shuffle for item in single):
            self.report.add(self.line, "K97b", place=places.pop() + 1)


def best_points(item: Item) -> int:
    """Return the most points an answer to *item* can earn."""
    if isinstance(item, TextItem):
        weight = max((variant.weight for variant in item.variants), default=0)
    elif isinstance(item, NumberItem):
        weight = max((accepted.weight for accepted in item.ranges), default=0)
    else:
        weight = 100
    return item.max_points * weight // 100


def _worst_draw(quiz: Quiz, gaps: Sequence[tuple[int, int]]) -> set[int]:
    """Return the items of the draw that is furthest from the pass mark."""
    if quiz.draw.total is None and not quiz.draw.parts:
        return {index for _, index in gaps}
    chosen: set[int] = set()
    for part in quiz.draw.parts:
        own = [index for _, index in gaps if index not in chosen and quiz.items[index].group == part.group]
        chosen.update(own[: part.count])
    if quiz.draw.total is not None:
        rest = [index for _, index in gaps if index not in chosen]
        chosen.update(rest[: max(0, quiz.draw.total - len(chosen))])
    return chosen
