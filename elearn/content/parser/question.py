"""One question: which of its blocks are prompt, answer, setting, hint and explanation.

Items decide, not lists: what a list item is follows from its own text and from where it stands.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import cast

from elearn.content.items import ItemType
from elearn.content.parser.marks import (
    BAD_NOTE,
    GLUED_BOX,
    GOOD_NOTE,
    first_of_last,
    first_text,
    is_answer,
    last_run,
    note_of,
)
from elearn.content.parser.parts import Question
from elearn.content.parser.report import Report
from elearn.content.parser.rows import RowReader
from elearn.content.parser.settings import (
    QUESTION_WORDS,
    TYPES,
    is_allowed,
    is_close,
    near_key,
    read_key,
)
from elearn.content.parser.texts import Texts
from elearn.content.pieces import Piece
from elearn.content.problems import SHAPE_CODES, Fix
from elearn.content.scanner import Block, Kind

_TYPE_CODES = frozenset(
    {"K01", "K02", "K03", "K06", "K07", "K08", "K09", "K30", "K32", "K34", "K60", "K70", "K73"}
)


def read_question(
    report: Report, texts: Texts, heading: Block, title: str, blocks: Sequence[Block]
) -> Question:
    """Read the question under *heading*."""
    return _Reader(report, texts, Question(heading.first, title)).read(blocks)


class _Reader(RowReader):
    def read(self, blocks: Sequence[Block]) -> Question:
        parts = self.own_blocks(blocks)
        start = self.find_answers(parts)
        if start is None:
            start = self.find_settings(parts)
        self.read_prompt(parts[:start], parts[start] if start < len(parts) else None)
        self.read_rest(parts[start:])
        return self.question

    def find_answers(self, parts: Sequence[Block]) -> int | None:
        for index, block in enumerate(parts):
            if is_answer(block):
                return self.back_to_list(parts, index)
            if block.kind is Kind.PARAGRAPH and any(
                GLUED_BOX.match(line.text.lstrip(" ")) for line in block.lines
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
        touches = following is not None and not following.after_blank and is_answer(following)
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
        match = cast("re.Match[str]", GOOD_NOTE.match(head) or BAD_NOTE.match(head))
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
