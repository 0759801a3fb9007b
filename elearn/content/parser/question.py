"""One question: which of its blocks are prompt, answer, setting, hint and explanation.

Items decide, not lists: what a list item is follows from its own text and from where it stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import cast

from elearn.content.items import ItemType
from elearn.content.parser.report import Report
from elearn.content.parser.settings import (
    QUESTION_WORDS,
    TYPES,
    Keyed,
    is_allowed,
    is_close,
    near_key,
    read_key,
    refuse_value,
)
from elearn.content.parser.texts import Texts, comment_of, is_id
from elearn.content.pieces import Piece
from elearn.content.problems import SHAPE_CODES, Fix
from elearn.content.scanner import Block, Kind, Line

_BOX = re.compile(r"\[([ \u00a0xX])\](?=[ \u00a0]|$)[ \u00a0]*(.*)$")
_BAD_BOX = re.compile(
    r"(?:\[[ \u00a0]*([xXvV✓✔√]?)[ \u00a0]*\]|\([ \u00a0]*([xXvV✓✔√]?)[ \u00a0]*\))(?![(\[])(.*)$"
)
_ODD_BOX = re.compile(r"\[[^\w\]\[^!]\] ")
_GLUED_BOX = re.compile(r"[-*+]\[[ \u00a0]?[xX]?[ \u00a0]?\](?!\()")
_GOOD_NOTE = re.compile(r"\*\*(petunjuk|pembahasan|hint|explanation)[ \u00a0]?:\*\*[ \u00a0]*(.*)$", re.I)
_BAD_NOTE = re.compile(
    r"[*_]{0,3}(petunjuk|pembahasan|hint|explanation)[*_]{0,3}[ \u00a0]?:[*_]{0,3}[ \u00a0]*(.*)$", re.I
)
_OPEN_ANSWER = re.compile(
    r"[*_]{0,3}(jawaban(?: salah| angka)?|answer|wrong answer)[*_]{0,3}[ \u00a0]*:[*_]{0,3}[ \u00a0]*(.*)$",
    re.I,
)
_LETTERED = re.compile(r"([A-Za-z])[.)][ \u00a0]+(\S.*)$")
_NUMBERED = re.compile(r"([0-9]{1,2})[.)] ")

_TYPE_CODES = frozenset(
    {"K01", "K02", "K03", "K06", "K07", "K08", "K09", "K30", "K32", "K34", "K60", "K70", "K73"}
)


@dataclass(frozen=True, slots=True)
class Row:
    """An option or a `Jawaban` line: *text* after its box or key, with its feedback."""

    line: int
    text: Piece
    feedback: Piece | None
    is_right: bool = False
    key: str = ""
    block: Block | None = None


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting that was read: *value* is as the author wrote it."""

    line: int
    value: str
    written: str


@dataclass(slots=True)
class Question:
    """The parts of one question, before anything is made of them."""

    line: int
    title: str
    id: str = ""
    id_line: int = 0
    prompt: Piece = field(default_factory=lambda: Piece(""))
    prompt_blocks: list[Block] = field(default_factory=list)
    options: list[Row] = field(default_factory=list)
    answers: list[Row] = field(default_factory=list)
    steps: list[Row] = field(default_factory=list)
    table: Block | None = None
    settings: dict[str, Setting] = field(default_factory=dict)
    notes: dict[str, tuple[int, Piece]] = field(default_factory=dict)
    codes: set[str] = field(default_factory=set)

    def value(self, key: str) -> str:
        """Return the value of a setting, empty where it is not given."""
        setting = self.settings.get(key)
        return setting.value if setting else ""

    def line_of(self, key: str) -> int:
        """Return the line of a setting, or of the question."""
        setting = self.settings.get(key)
        return setting.line if setting else self.line


def read_question(
    report: Report, texts: Texts, heading: Block, title: str, blocks: Sequence[Block]
) -> Question:
    """Read the question under *heading*."""
    return _Reader(report, texts, Question(heading.first, title)).read(blocks)


class _Reader:
    def __init__(self, report: Report, texts: Texts, question: Question) -> None:
        self.report = report
        self.texts = texts
        self.question = question
        self.noted_lists: set[tuple[str, int]] = set()
        self.shaped: set[int] = set()
        self.pending: list[tuple[int, str, dict[str, object]]] = []

    # Reporting

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

    # The whole

    def read(self, blocks: Sequence[Block]) -> Question:
        parts = self.own_blocks(blocks)
        start = self.find_answers(parts)
        if start is None:
            start = self.find_settings(parts)
        self.read_prompt(parts[:start], parts[start] if start < len(parts) else None)
        self.read_rest(parts[start:])
        return self.question

    def own_blocks(self, blocks: Sequence[Block]) -> list[Block]:
        """Take comments and definitions out, and cut paragraphs where a hint or explanation begins."""
        parts: list[Block] = []
        for block in blocks:
            if block.kind is Kind.COMMENT:
                self.read_comment(block)
            elif block.kind is Kind.PARAGRAPH:
                parts += self.cut(block)
            elif block.kind is Kind.TABLE and _OPEN_ANSWER.match(first_line_text(block)):
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
            if _GOOD_NOTE.match(body):
                pieces.append([])
            elif bad := _BAD_NOTE.match(body):
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
        if body[:1] in "-*+" and (_GLUED_BOX.match(body) or self.is_glued_key(body)):
            mended = source.replace(body[0], body[0] + " ", 1)
            self.note(number, "K12", fix=self.report.rewrite(number, mended))
            return True
        answer = _OPEN_ANSWER.match(body)
        if answer:
            key = answer[1][:1].upper() + answer[1][1:].lower()
            self.note(number, "K53", fix=self.report.rewrite(number, f"- {key}: {answer[2]}"))
            return True
        return False

    def is_glued_key(self, body: str) -> bool:
        keyed = read_key(body[1:])
        return keyed is not None and bool(keyed.key) and body[0] == "-"

    def is_lost_number(self, number: int, body: str) -> bool:
        match = _NUMBERED.match(body)
        if match is None or int(match[1]) < 2:
            return False
        if "K61" not in self.question.codes:
            self.push_apart(number, "K61")
        return True

    def find_lettered(self, parts: Sequence[Block]) -> None:
        """Note options typed as ``a.`` ``b.``, one report for the whole list."""
        if any(self.is_answer(block) for block in parts):
            return
        lines = [line for block in parts if block.kind is Kind.PARAGRAPH for line in block.lines]
        run: list[Line] = []
        for line in lines:
            match = _LETTERED.match(line.text.lstrip(" "))
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
            options = [_LETTERED.match(line.text.lstrip(" ")) for line in run]
            after = "\n".join(f"- [ ] {option[2]}" for option in options if option)
            before = "\n".join(self.report.source(number) for number in range(first, last + 1))
            fix = Fix(first, before, after)
        self.note(first, "K13", fix=fix)
        self.shaped.update(line.number for line in run)

    # Where the answers begin

    def is_answer(self, block: Block) -> bool:
        """Say whether *block* is a box, however malformed, or a `Jawaban` line."""
        if block.kind is not Kind.ITEM:
            return False
        text = first_text(block)
        if _BOX.match(text):
            return True
        if block.number is not None:
            return False
        if _BAD_BOX.match(text) or _ODD_BOX.match(text):
            return True
        keyed = read_key(text)
        return keyed is not None and bool(keyed.answer_key)

    def find_answers(self, parts: Sequence[Block]) -> int | None:
        for index, block in enumerate(parts):
            if self.is_answer(block):
                return self.back_to_list(parts, index)
            if block.kind is Kind.PARAGRAPH and any(
                _GLUED_BOX.match(line.text.lstrip(" ")) for line in block.lines
            ):
                return index
        return None

    def back_to_list(self, parts: Sequence[Block], index: int) -> int:
        """Note the items of the list of options that stand before the first option."""
        first = index
        while (
            first
            and parts[first - 1].kind is Kind.ITEM
            and (parts[first - 1].list_number == parts[index].list_number)
        ):
            first -= 1
        for block in parts[first:index]:
            keyed = read_key(first_text(block))
            if keyed and keyed.question_key:
                self.note_once(block, "K106")
                self.take_setting(block, keyed)
            elif keyed and not keyed.key and near_key(keyed, QUESTION_WORDS):
                self.note_unknown(block, keyed)
            else:
                self.note_once(block, "K10", fix=self.set_apart(parts[index]))
            self.shaped.add(block.first)
        return index

    def set_apart(self, option: Block) -> Fix:
        """Suggest a sentence between a list that is content and the options it ran into."""
        blank = "" if option.after_blank else "\n"
        source = self.report.source(option.first)
        return self.report.rewrite(option.first, f"{blank}Pilih jawaban Anda.\n\n{source}")

    def find_settings(self, parts: Sequence[Block]) -> int:
        """Find where a question without boxes and `Jawaban` lines stops being a prompt."""
        note = next((index for index, block in enumerate(parts) if note_of(block)), len(parts))
        run = last_run(parts[:note])
        start = note
        if run is not None:
            keys = [read_key(first_text(block)) for block in parts[run[0] : run[1]]]
            known = [index for index, keyed in enumerate(keys) if keyed and keyed.question_key]
            near = [
                index
                for index, keyed in enumerate(keys)
                if keyed and not keyed.key and near_key(keyed, QUESTION_WORDS)
            ]
            if known or near:
                end = known[0] if known else near[0]
                for block, keyed in zip(parts[run[0] : run[0] + end], keys, strict=False):
                    if keyed and not keyed.key and near_key(keyed, QUESTION_WORDS):
                        self.note_unknown(block, keyed)
                    else:
                        self.note_once(block, "K10")
                    self.shaped.add(block.first)
                start = run[0] + end
        kind = self.announced_type(parts, start, note)
        if kind is ItemType.ORDER:
            return first_of_last(parts[:start], lambda block: block.number is not None, start)
        if kind is ItemType.MATCH:
            return first_of_last(parts[:start], lambda block: block.kind is Kind.TABLE, start)
        return start

    def announced_type(self, parts: Sequence[Block], start: int, note: int) -> ItemType | None:
        """Return the type that `Jenis` names, wherever it may stand."""
        places = list(parts[start:note])
        after = last_run(parts[note:])
        if after is not None:
            places += parts[note + after[0] : note + after[1]]
        for block in places:
            keyed = read_key(first_text(block)) if block.kind is Kind.ITEM else None
            if keyed and keyed.question_key == "jenis":
                return TYPES.get(" ".join(keyed.value.split()).casefold())
        return None

    # The prompt

    def read_prompt(self, parts: Sequence[Block], following: Block | None) -> None:
        kept: list[Block] = []
        for block in parts:
            if note_of(block):
                self.note(block.first, "K106")
            elif block.first in self.shaped and block.kind is Kind.ITEM:
                continue
            else:
                kept.append(block)
        self.note_early_settings(kept)
        last = kept[-1] if kept else None
        touches = following is not None and not following.after_blank and self.is_answer(following)
        if last is not None and last.kind is Kind.QUOTE and touches:
            self.note(last.first, "K20")
        self.question.prompt_blocks = kept
        if kept:
            self.question.prompt = self.piece(kept[0].first, kept[-1].last)
        self.texts.pieces.append((self.question.line, kept[-1].last if kept else self.question.line))

    def note_early_settings(self, parts: Sequence[Block]) -> None:
        """Note a list whose items are all settings of the question (K106); others are content."""
        runs: dict[int, list[Block]] = {}
        for block in parts:
            if block.kind is Kind.ITEM and block.number is None:
                runs.setdefault(block.list_number, []).append(block)
        for run in runs.values():
            keys = [read_key(first_text(block)) for block in run]
            if all(
                keyed and keyed.question_key and is_allowed(keyed.question_key, keyed.value) for keyed in keys
            ):
                self.note(run[0].first, "K106")

    # What follows

    def read_rest(self, parts: Sequence[Block]) -> None:
        """Read answers, settings, hint and explanation, which may stand in any order."""
        index = 0
        last_row: str = ""
        previous: Block | None = None
        while index < len(parts):
            block = parts[index]
            name = note_of(block)
            if name:
                index = self.read_note(parts, index, name)
                last_row = ""
                previous = None
                continue
            if block.kind is Kind.ITEM and block.number is None:
                last_row = self.read_item(block, previous)
            elif block.kind is Kind.ITEM:
                last_row = self.read_numbered(block)
            elif block.kind is Kind.TABLE:
                self.read_table(block)
            elif block.kind is Kind.QUOTE and last_row in ("option", "answer"):
                self.read_stray_feedback(block, last_row)
            elif not self.is_excusable(block):
                self.note(block.first, "K107")
            previous = block
            index += 1

    def is_excusable(self, block: Block) -> bool:
        """Say whether something else was already said about *block*."""
        return block.kind is Kind.UNDERLINED or (
            block.kind is Kind.PARAGRAPH and any(line.number in self.shaped for line in block.lines)
        )

    def read_note(self, parts: Sequence[Block], index: int, name: str) -> int:
        """Read a hint or an explanation; return the index of the block after it."""
        block = parts[index]
        end = index + 1
        if name == "pembahasan":
            stop = next((place for place in range(end, len(parts)) if note_of(parts[place])), len(parts))
            run = last_run(parts[end:stop])
            if run is not None and self.are_settings(parts[end + run[0] : end + run[1]]):
                stop = end + run[0]
            end = stop
        head = block.lines[0].text.lstrip(" ")
        match = cast("re.Match[str]", _GOOD_NOTE.match(head) or _BAD_NOTE.match(head))
        last = parts[end - 1].last
        rest = self.piece(block.first, last).text.split("\n")[1:]
        piece = Piece("\n".join([match[2], *rest]).rstrip(), block.first)
        self.texts.pieces.append((block.first, last))
        if name in self.question.notes:
            shown = name[:1].upper() + name[1:]
            self.note(block.first, "K51", key=shown, other=self.question.notes[name][0])
        else:
            self.question.notes[name] = (block.first, piece)
        return end

    def are_settings(self, run: Sequence[Block]) -> bool:
        """Say whether the items of a list inside an explanation are settings."""
        keys = [read_key(first_text(block)) for block in run]
        return all(
            keyed and (keyed.question_key or keyed.quiz_key or is_close(keyed, QUESTION_WORDS))
            for keyed in keys
        )

    def read_item(self, block: Block, previous: Block | None) -> str:
        """Read one item of a list without numbers; return what it is."""
        text = first_text(block)
        box = _BOX.match(text)
        if box:
            self.read_option(block, box[1] in "xX", box[2])
            return "option"
        bad = _BAD_BOX.match(text)
        if bad or _ODD_BOX.match(text):
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
        self.note(block.first, "K50", fix=fix, key=keyed.written, hint=f' (maksud Anda "{known}"?)')

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
        if box := _BOX.match(text):
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
            if _GOOD_NOTE.match(line.text.lstrip(" ")):
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

    # Rows with feedback

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
                self.note(inner.first, "K111" if _BOX.match(first_text(inner)) else "K10")
            if inner.kind is Kind.INDENTED_CODE and inner.lines[0].text.lstrip(" ").startswith(">"):
                self.note_too_deep(inner.first, block.column)
            if inner.kind is Kind.COMMENT and not comment_of(inner).kind:
                self.note(inner.first, "K96d")
            for line in inner.lines if inner.kind is Kind.PARAGRAPH else ():
                source = self.report.source(line.number).expandtabs(4)
                indent = len(source) - len(source.lstrip(" "))
                if line.lazy and indent < block.column:
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

    # Settings

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

    def piece(self, first: int, last: int) -> Piece:
        """Return lines *first* to *last* as they stand, without comments of their own and blank edges."""
        lines = []
        inside = False
        for number in range(first, last + 1):
            source = self.report.source(number)
            if not inside and source.lstrip(" ").startswith("<!--"):
                inside = True
                lines.append("")
            elif not inside:
                lines.append(source.rstrip(" ") if number == last else source)
            if inside and "-->" in source:
                inside = False
        return Piece("\n".join(lines), first)


def silence(report: Report, question: Question, before: int) -> None:
    """Take back what an error of shape makes meaningless: codes about type and number of answers."""
    if question.codes & SHAPE_CODES:
        kept = [found for found in report.problems[before:] if found.code not in _TYPE_CODES]
        report.problems[before:] = kept


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
    match = _GOOD_NOTE.match(body) or _BAD_NOTE.match(body)
    return _NOTE_NAMES[match[1].casefold()] if match else ""


_NOTE_NAMES: Mapping[str, str] = {
    "petunjuk": "petunjuk",
    "hint": "petunjuk",
    "pembahasan": "pembahasan",
    "explanation": "pembahasan",
}


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
