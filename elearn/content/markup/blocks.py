"""The blocks of a text: which lines make a list, a quote, a table, as cmark-gfm reads them.

Python-Markdown's own block processors cut a text at its blank lines first, so a list directly
after a paragraph, nesting by two spaces or a fence inside a list get lost, and its nesting is
recursion over text. Here every line is looked at once, from the left, as the CommonMark
specification describes it: time is linear and depth is counted.
"""

from __future__ import annotations

import re

from elearn.content.markup import limits
from elearn.content.markup.block import CONTAINERS, LEVELS, VERBATIM, Block, Kind, cells_of
from elearn.content.markup.references import Reference, abbreviation, normal_label, take_references

FENCE_OPENING = re.compile(r"(`{3,})[^`]*$|(~{3,})")
ATX_HEADING = re.compile(r"(#{1,6})(?: +|$)")
ATX_CLOSING = re.compile(r"(?:^| )#+ *$")
SETEXT_LINE = re.compile(r"(?:=+|-+) *$")
BULLET = re.compile(r"[-+*](?= |$)")
ORDERED = re.compile(r"(\d{1,9})([.)])(?= |$)")
FOOTNOTE = re.compile(r"\[\^([^\]\[\s]{1,80})\]:")
#: The comments of the format; any other is shown as it was typed (and reported as K96).
COMMENT = re.compile(r"<!-- *(?:id|abaikan|catatan):")
ALIGNMENTS = {(False, False): "", (True, False): "left", (False, True): "right", (True, True): "center"}
TABLE_MARK = re.compile(r" *(:?)-+(:?) *$")


class BlockReader:
    """Reads a text line by line; *references*, *footnotes* and *abbreviations* are what it defined."""

    def __init__(self) -> None:
        self.document = Block(Kind.DOCUMENT, 1)
        self.tip = self.document
        self.references: dict[str, Reference] = {}
        self.footnotes: dict[str, Block] = {}
        self.abbreviations: dict[str, str] = {}
        self.line_number = 0
        self.line = ""
        self.position = 0

    def read(self, lines: list[str]) -> Block:
        """Return the document made of *lines*."""
        for number, line in enumerate(lines, 1):
            self._take(line, number)
        while self.tip is not self.document:
            self._close(self.tip)
        return self.document

    # One line

    def _take(self, line: str, number: int) -> None:
        self.line, self.line_number, self.position = line, number, 0
        matched, used_up = self._continue_open_blocks()
        if used_up:
            self._mark_blank(self.tip, False)
            return
        tip = self.tip
        container = matched
        if matched.kind not in VERBATIM:
            container = self._start_blocks(matched)
            if self.position < 0:
                self._mark_blank(self.tip, False)
                return
        if container is matched and matched is not tip and self._is_lazy(matched):
            self.tip.lines.append(self.line[self._first_letter() :])
            return
        self._close_down_to(container)
        self._add_text(container)

    def _continue_open_blocks(self) -> tuple[Block, bool]:
        """Follow the open blocks as far as the line goes on with them."""
        path = []
        block: Block | None = self.tip
        while block is not None:
            path.append(block)
            block = block.parent
        container = path.pop()
        while path:
            block = path.pop()
            goes_on = self._goes_on(block)
            if goes_on is None:
                return block, True
            if not goes_on:
                break
            container = block
        return container, False

    def _goes_on(self, block: Block) -> bool | None:
        """Say whether the line belongs to *block*; None where it closes it and is used up."""
        kind = block.kind
        first = self._first_letter()
        indent = first - self.position
        blank = first == len(self.line)
        if kind is Kind.LIST:
            return True
        if kind is Kind.QUOTE:
            return indent <= 3 and self._skip_quote_mark(first)
        if kind in {Kind.ITEM, Kind.DEFINITION, Kind.FOOTNOTE}:
            if blank:
                self.position = first
                return bool(block.children)
            if indent >= block.number:
                self.position += block.number
                return True
            return False
        if kind in VERBATIM:
            return self._verbatim_goes_on(block, first, indent)
        if kind is Kind.DEFINITIONS:
            return blank or indent > 0 or self.line.startswith(":", first)
        return kind in {Kind.PARAGRAPH, Kind.TABLE} and not blank

    def _skip_quote_mark(self, first: int) -> bool:
        if not self.line.startswith(">", first):
            return False
        self.position = first + 1
        if self.line.startswith(" ", self.position):
            self.position += 1
        return True

    def _verbatim_goes_on(self, block: Block, first: int, indent: int) -> bool | None:
        if block.kind is Kind.FENCE:
            return self._fence_goes_on(block, first, indent)
        if block.kind is Kind.CODE:
            blank = first == len(self.line)
            if indent >= 4:
                self.position += 4
            elif blank:
                self.position = first
            return indent >= 4 or blank
        return True

    def _fence_goes_on(self, block: Block, first: int, indent: int) -> bool | None:
        rest = self.line[first:].rstrip(" ")
        if indent <= 3 and len(rest) >= len(block.mark) and rest == block.mark[0] * len(rest):
            self._close_down_to(block)
            self._close(block)
            return None
        self.position += min(indent, block.number)
        return True

    def _is_lazy(self, matched: Block) -> bool:
        """Say whether the line goes on with the paragraph above although its marks are left out."""
        if self.tip.kind is not Kind.PARAGRAPH or self._first_letter() == len(self.line):
            return False
        block = self.tip.parent
        while block is not None and block is not matched:
            if block.kind is Kind.DEFINITION:
                return False
            block = block.parent
        return True

    def _add_text(self, container: Block) -> None:
        first = self._first_letter()
        blank = first == len(self.line)
        if blank and container.children:
            container.children[-1].last_line_blank = True
        ends_blank = blank and not (
            container.kind in {Kind.QUOTE, Kind.FENCE, Kind.COMMENT}
            or (container.kind is Kind.ITEM and not container.children and container.line == self.line_number)
        )
        self._mark_blank(container, ends_blank)
        if container.kind in VERBATIM:
            container.lines.append(self.line[self.position :])
            if container.kind is Kind.COMMENT and "-->" in self.line[self.position :]:
                self._close_comment(container)
        elif container.kind is Kind.TABLE:
            self._add_row(container)
        elif container.kind is Kind.PARAGRAPH:
            container.lines.append(self.line[first:])
        elif not blank:
            paragraph = self._add(Kind.PARAGRAPH)
            paragraph.lines.append(self.line[first:])

    @staticmethod
    def _mark_blank(block: Block | None, blank: bool) -> None:
        while block is not None:
            block.last_line_blank = blank
            block = block.parent

    def _first_letter(self) -> int:
        return _after_spaces(self.line, self.position)

    # Starting blocks

    def _start_blocks(self, container: Block) -> Block:
        """Start the blocks that begin on this line; sets the position to -1 where the line is used up."""
        while True:
            first = self._first_letter()
            indent = first - self.position
            if first == len(self.line):
                return container
            if indent >= 4:
                if self.tip.kind is not Kind.PARAGRAPH:
                    self.position += 4
                    self._close_down_to(container)
                    return self._add(Kind.CODE)
                return container
            started = self._start_container(container, first, indent)
            if started is None:
                return self._start_leaf(container, first, indent) or container
            container = started

    def _start_container(self, container: Block, first: int, indent: int) -> Block | None:
        letter = self.line[first]
        if self._skip_quote_mark(first):
            self._close_down_to(container)
            return self._add(Kind.QUOTE)
        if letter in "-+*0123456789" and not self._is_rule(first):
            if letter == "-" and container.kind is Kind.PARAGRAPH and SETEXT_LINE.match(self.line, first):
                return None
            return self._start_item(container, first, indent)
        if letter == "[":
            match = FOOTNOTE.match(self.line, first)
            if match is not None and not self._is_inside(container, Kind.FOOTNOTE):
                self.position = match.end()
                self._close_down_to(container)
                block = self._add(Kind.FOOTNOTE)
                block.number = 4
                self.footnotes.setdefault(normal_label(match[1]), block)
                return block
        if letter == ":" and self.line.startswith(": ", first):
            return self._start_definition(container, first)
        return None

    def _start_item(self, container: Block, first: int, indent: int) -> Block | None:
        line = self.line
        match = BULLET.match(line, first)
        ordered = None if match else ORDERED.match(line, first)
        if match is None and ordered is None:
            return None
        end = match.end() if match else ordered.end() if ordered else first
        start = int(ordered[1]) if ordered else None
        mark = ordered[2] if ordered else line[first]
        text = _after_spaces(line, end)
        if container.kind is Kind.PARAGRAPH and (text == len(line) or start not in {None, 1}):
            return None
        spaces = text - end
        if text == len(line) or spaces >= 5:
            spaces = 1
        self._close_down_to(container)
        if container.kind is Kind.PARAGRAPH:
            self._close(container)
        if (
            self.tip.kind is not Kind.LIST
            or self.tip.mark != mark
            or (self.tip.start is None) != (start is None)
        ):
            parent = self._add(Kind.LIST)
            parent.mark, parent.start = mark, start
        item = self._add(Kind.ITEM)
        item.number = indent + end - first + spaces
        self.position = min(end + spaces, len(line))
        return item

    def _start_definition(self, container: Block, first: int) -> Block | None:
        """Start the meaning of a term: a line ``: meaning`` under the lines of one paragraph."""
        if container.kind is Kind.PARAGRAPH and container is self.tip:
            terms, line, parent = container.lines, container.line, container.above
            parent.children.pop()
            self.tip = parent
            if parent.children and parent.children[-1].kind is Kind.DEFINITIONS:
                self.tip = parent.children[-1]
            else:
                self._add(Kind.DEFINITIONS).line = line
            for number, term in enumerate(terms):
                block = self._add(Kind.TERM)
                block.lines, block.line = [term], line + number
                self.tip = block.parent or self.tip
        elif container.kind is not Kind.DEFINITIONS:
            return None
        self._close_down_to(container if container.kind is Kind.DEFINITIONS else self.tip)
        block = self._add(Kind.DEFINITION)
        block.number = 2
        self.position = min(_after_spaces(self.line, first + 1), first + 4)
        return block

    def _start_leaf(self, container: Block, first: int, indent: int) -> Block | None:
        line = self.line
        letter = line[first]
        if letter == "#" and (match := ATX_HEADING.match(line, first)):
            self._close_down_to(container)
            heading = self._add(Kind.HEADING)
            heading.number = len(match[1])
            heading.lines = [ATX_CLOSING.sub("", line[match.end() :].rstrip(" ")).strip(" ")]
            return self._used_up(heading)
        if letter in "`~" and (match := FENCE_OPENING.match(line, first)):
            self._close_down_to(container)
            fence = self._add(Kind.FENCE)
            fence.mark, fence.number = match[1] or match[2], indent
            self.position = -1
            return fence
        if letter == "<" and COMMENT.match(line, first):
            self._close_down_to(container)
            comment = self._add(Kind.COMMENT)
            comment.lines = [line[first:]]
            if "-->" in comment.lines[0]:
                self._close_comment(comment)
            self.position = -1
            return comment
        if container.kind is Kind.PARAGRAPH and container is self.tip:
            if letter in "=-" and SETEXT_LINE.match(line, first) and self._keep_references(container):
                container.kind = Kind.HEADING
                container.number = 1 if letter == "=" else 2
                return self._used_up(container)
            if letter in "|:-" and container.lines and self._start_table(container, first):
                return self._used_up(self.tip, closes=False)
        if letter in "*_-" and self._is_rule(first):
            self._close_down_to(container)
            return self._used_up(self._add(Kind.RULE))
        if letter == "*" and (found := abbreviation(line[first:])):
            self.abbreviations.setdefault(*found)
            self._close_down_to(container)
            self.position = -1
            return container
        return None

    def _used_up(self, block: Block, *, closes: bool = True) -> Block:
        self.position = -1
        if closes:
            self._close(block)
        return block

    def _is_rule(self, first: int) -> bool:
        marks = self.line[first:].replace(" ", "")
        return len(marks) >= 3 and marks[0] in "*_-" and marks == marks[0] * len(marks)

    # Tables

    def _start_table(self, paragraph: Block, first: int) -> bool:
        """Turn the last line of *paragraph* into the head of a table, where this line is its rule."""
        marks = [TABLE_MARK.match(cell) for cell in cells_of(self.line[first:])]
        if not all(marks):
            return False
        head = cells_of(paragraph.lines[-1])
        if len(head) != len(marks):
            return False
        if len(head) > limits.MAX_TABLE_COLUMNS:
            raise limits.MarkupLimitError(limits.TABLE_TOO_LARGE, self.line_number)
        paragraph.lines.pop()
        if not paragraph.lines and paragraph.parent is not None:
            paragraph.parent.children.pop()
            self.tip = paragraph.parent
        else:
            self._close(paragraph)
        table = self._add(Kind.TABLE)
        table.line = self.line_number - 1
        table.alignments = [ALIGNMENTS[bool(mark[1]), bool(mark[2])] for mark in marks if mark is not None]
        table.rows = [head]
        return True

    def _add_row(self, table: Block) -> None:
        if len(table.rows) > limits.MAX_TABLE_ROWS:
            raise limits.MarkupLimitError(limits.TABLE_TOO_LARGE, self.line_number)
        cells = cells_of(self.line[self.position :])
        width = len(table.alignments)
        table.rows.append(cells[:width] + [""] * (width - len(cells)))

    # Closing blocks

    def _add(self, kind: Kind) -> Block:
        """Add a block under the tip, closing what cannot hold it."""
        while not self._holds(self.tip.kind, kind):
            self._close(self.tip)
        block = Block(kind, self.line_number, self.tip)
        self.tip.children.append(block)
        self.tip = block
        if kind in LEVELS:
            self._count_levels(block)
        return block

    @staticmethod
    def _holds(parent: Kind, child: Kind) -> bool:
        if parent is Kind.LIST:
            return child is Kind.ITEM
        if parent is Kind.DEFINITIONS:
            return child in {Kind.TERM, Kind.DEFINITION}
        return parent in CONTAINERS and child not in {Kind.TERM, Kind.DEFINITION}

    def _count_levels(self, block: Block) -> None:
        levels = 0
        above: Block | None = block
        while above is not None:
            levels += above.kind in LEVELS
            above = above.parent
        if levels > limits.MAX_NESTING:
            raise limits.MarkupLimitError(limits.TOO_DEEP, self.line_number)

    @staticmethod
    def _is_inside(block: Block | None, kind: Kind) -> bool:
        while block is not None:
            if block.kind is kind:
                return True
            block = block.parent
        return False

    def _close_down_to(self, container: Block) -> None:
        while self.tip is not container:
            self._close(self.tip)

    def _close_comment(self, comment: Block) -> None:
        """Close *comment*; what stands behind it on its last line is text."""
        rest = comment.lines[-1].partition("-->")[2].strip(" ")
        self._close_down_to(comment)
        self._close(comment)
        if rest:
            self._add(Kind.PARAGRAPH).lines.append(rest)

    def _close(self, block: Block) -> None:
        parent = block.above
        self.tip = parent
        if block.kind is Kind.PARAGRAPH:
            if not self._keep_references(block):
                parent.children.pop()
        elif block.kind is Kind.LIST:
            block.tight = not _has_blank_lines(block)
        elif block.kind is Kind.CODE:
            while block.lines and not block.lines[-1].strip(" "):
                block.lines.pop()

    def _keep_references(self, paragraph: Block) -> bool:
        """Take the link definitions off the start of *paragraph*; say whether text is left."""
        if paragraph.lines and paragraph.lines[0].startswith("["):
            text = paragraph.text
            rest = take_references(text, self.references)
            paragraph.line += text.count("\n") - rest.count("\n") if rest else 0
            paragraph.lines = rest.split("\n") if rest.strip(" \n") else []
        return bool(paragraph.lines)


def _has_blank_lines(block: Block) -> bool:
    last = block.children[-1]
    for item in block.children:
        if item is not last and _ends_blank(item):
            return True
        if any(_ends_blank(child) for child in item.children[:-1]):
            return True
    return False


def _ends_blank(block: Block) -> bool:
    while True:
        if block.last_line_blank:
            return True
        if block.kind not in {Kind.LIST, Kind.ITEM} or not block.children:
            return False
        block = block.children[-1]


def _after_spaces(line: str, position: int) -> int:
    length = len(line)
    while position < length and line[position] == " ":
        position += 1
    return position
