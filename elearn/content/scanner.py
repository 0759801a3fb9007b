"""Text → blocks with their lines: headings, lists, quotes, tables, code and comments, as GitHub sees them.

The scanner knows the constructs of the course format and nothing of quizzes. It looks at every line
once, walking the open containers as cmark does, so its work grows with the text and with nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import cast

#: Quotes and lists inside one another; deeper is a problem (K102c), and the rest is read as text.
MAX_NESTING = 16

_ATX = re.compile(r" {0,3}(#{1,6})(?:[ \t]+|$)")
_FENCE = re.compile(r"(`{3,}|~{3,})(.*)$")
_RULE = re.compile(r"(?:-[ ]*){3,}$|(?:\*[ ]*){3,}$|(?:_[ ]*){3,}$")
_SETEXT = re.compile(r"(=+|-+) *$")
_BULLET = re.compile(r"[-*+](?=[ \u00a0]|$)")
_ORDERED = re.compile(r"([0-9]{1,9})[.)](?= |$)")
_DEFINITION = re.compile(r"\[([^\[\]]{1,200})\]: *(\S.*)$")
_DELIMITER_CELL = re.compile(r" *:?-+:? *$")
_NOT_IN_ANCHOR = re.compile(r"[^\w\- ]")


class Kind(Enum):
    """What a block is."""

    DOCUMENT = auto()
    PARAGRAPH = auto()
    HEADING = auto()
    #: A heading made by a line of dashes or equals signs under a text.
    UNDERLINED = auto()
    RULE = auto()
    FENCE = auto()
    INDENTED_CODE = auto()
    COMMENT = auto()
    DEFINITION = auto()
    FOOTNOTE = auto()
    TABLE = auto()
    QUOTE = auto()
    ITEM = auto()


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a block: *text* without what its containers took, which began at *column* (from 0).

    *lazy* says that the containers' own marks are missing: the line only runs on from a paragraph.
    """

    number: int
    text: str
    column: int = 0
    lazy: bool = False


@dataclass(slots=True)
class Block:
    """A block from line *first* to line *last*.

    *column* is where the content of an item begins. *list_number* is the same for items that make
    one list. *number* is that of an ordered item. *closed* is False for a fence or comment without
    an end.
    """

    kind: Kind
    first: int
    last: int
    column: int = 0
    indent: int = 0
    lines: list[Line] = field(default_factory=list)
    children: list[Block] = field(default_factory=list)
    level: int = 0
    marker: str = ""
    number: int | None = None
    list_number: int = 0
    after_blank: bool = False
    closed: bool = True

    @property
    def text(self) -> str:
        """The lines of the block as one text."""
        return "\n".join(line.text for line in self.lines)

    def walk(self) -> Iterator[Block]:
        """Yield this block and all inside it, in the order they stand."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True, slots=True)
class Scan:
    """All blocks of a text, what was cut short, and how much work it was."""

    blocks: tuple[Block, ...]
    #: Line of the first fence or comment that never closes, with the block itself.
    unclosed: Block | None
    #: First line that nests too deeply.
    too_deep: int | None
    #: Container steps taken: a measure of work that does not depend on the machine.
    steps: int

    def walk(self) -> Iterator[Block]:
        """Yield every block, in the order they stand."""
        for block in self.blocks:
            yield from block.walk()


def split_lines(text: str) -> list[str]:
    """Return the lines of *text*; only LF, CRLF and CR end a line, as in Markdown."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if lines and lines[-1] == "":
        lines.pop()
    return lines


def scan(lines: Sequence[str], first: int = 1) -> Scan:
    """Cut *lines*, the first of which has the number *first*, into blocks."""
    scanner = _Scanner()
    for number, text in enumerate(lines, first):
        scanner.feed(number, text.expandtabs(4) if "\t" in text else text)
    return scanner.finish()


class _Scanner:
    def __init__(self) -> None:
        self.root = Block(Kind.DOCUMENT, 0, 0)
        self.open: list[Block] = [self.root]
        self.leaf: Block | None = None
        self.blank = False
        self.lists = 0
        self.unclosed: Block | None = None
        self.too_deep: int | None = None
        self.steps = 0

    def finish(self) -> Scan:
        self.close_leaf()
        return Scan(tuple(self.root.children), self.unclosed, self.too_deep, self.steps)

    # One line

    def feed(self, number: int, text: str) -> None:
        matched, position = self.match_containers(text)
        self.steps += 1 + matched
        rest = text[position:]
        if matched == len(self.open) and self.continues_verbatim(number, rest, position):
            return
        if matched < len(self.open) and self.leaf is not None and self.leaf.kind in _VERBATIM:
            self.close_leaf()
        if not rest.strip(" "):
            self.take_blank(matched)
            return
        if self.runs_on(rest, matched):
            self.extend(number, rest, position, lazy=matched < len(self.open))
            return
        self.close_to(matched)
        self.start_blocks(number, text, position)
        self.blank = False

    def match_containers(self, text: str) -> tuple[int, int]:
        """Say how many open containers *text* continues, and where its own content begins."""
        position = 0
        matched = 1
        for block in self.open[1:]:
            rest_start = _skip_spaces(text, position)
            indent = rest_start - position
            if block.kind is Kind.QUOTE:
                if indent > 3 or not text.startswith(">", rest_start):
                    break
                position = rest_start + 1
                if text.startswith(" ", position):
                    position += 1
            elif rest_start >= len(text):
                if block.last == block.first and not block.children:
                    break  # an item that began empty ends with the first blank line
            elif rest_start >= block.column:
                position = block.column
            else:
                break
            matched += 1
        return matched, min(position, len(text))

    def continues_verbatim(self, number: int, rest: str, column: int) -> bool:
        """Add *rest* to an open fence, comment or indented code; say whether it belonged there."""
        leaf = self.leaf
        if leaf is None or leaf.kind not in _VERBATIM:
            return False
        if leaf.kind is Kind.INDENTED_CODE:
            if rest.strip(" ") and not rest.startswith("    "):
                self.close_leaf()
                return False
            if not rest.strip(" "):
                return True
            self.extend(number, rest, column)
            return True
        self.extend(number, rest, column)
        if leaf.kind is Kind.COMMENT:
            before, end, _ = rest.partition("-->")
            leaf.closed = bool(end)
            if "<!--" in before and self.unclosed is None:
                # The next comment begins: it is that one's end, so this one has none.
                self.unclosed = leaf
        else:
            stripped = rest.strip(" ")
            indent = len(rest) - len(rest.lstrip(" "))
            leaf.closed = (
                indent < 4
                and len(stripped) >= leaf.level
                and not stripped.strip(leaf.marker)
                and stripped.startswith(leaf.marker)
            )
        if leaf.closed:
            self.leaf = None
        return True

    def take_blank(self, matched: int) -> None:
        self.close_leaf()
        # A blank line ends quotes and items that began empty; other items wait for what comes next.
        for index in range(matched, len(self.open)):
            if self.open[index].kind is Kind.QUOTE or not self.open[index].children:
                del self.open[index:]
                break
        self.blank = True

    def runs_on(self, rest: str, matched: int) -> bool:
        """Say whether *rest* only continues the open paragraph (or table)."""
        leaf = self.leaf
        if leaf is None:
            return False
        indent = len(rest) - len(rest.lstrip(" "))
        lazy = matched < len(self.open)
        if leaf.kind is Kind.TABLE:
            return not lazy and (indent >= 4 or not self.starts_block(rest.strip(" "), in_paragraph=False))
        if leaf.kind is not Kind.PARAGRAPH:
            return False
        if indent >= 4:
            return True
        body = rest.lstrip(" ")
        if not lazy and (_SETEXT.match(body) or self.makes_table(body)):
            return False
        return not self.starts_block(body, in_paragraph=True)

    def starts_block(self, body: str, *, in_paragraph: bool) -> bool:
        if body[0] in ">" or body.startswith("<!--") or _ATX.match(body) or _RULE.match(body):
            return True
        fence = _FENCE.match(body)
        if fence and not (fence[1][0] == "`" and "`" in fence[2]):
            return True
        bullet = _BULLET.match(body)
        if bullet:
            return not in_paragraph or bool(body[1:].strip(" "))
        ordered = _ORDERED.match(body)
        if ordered:
            in_list = any(block.kind is Kind.ITEM and block.number is not None for block in self.open)
            return (
                not in_paragraph or in_list or (int(ordered[1]) == 1 and bool(body[ordered.end() :].strip()))
            )
        return False

    def makes_table(self, body: str) -> bool:
        """Say whether *body* is the line under the head of a table."""
        leaf = self.leaf
        if leaf is None or not leaf.lines or ("|" not in body and "|" not in leaf.lines[-1].text):
            return False
        cells = split_row(body)
        return all(_DELIMITER_CELL.match(cell) for cell in cells) and len(cells) == len(
            split_row(leaf.lines[-1].text)
        )

    # Changing the tree

    def extend(self, number: int, rest: str, column: int, *, lazy: bool = False) -> None:
        if self.leaf is None:
            return
        self.leaf.lines.append(Line(number, rest, column, lazy))
        self.leaf.last = number
        for block in self.open:
            block.last = number

    def close_leaf(self) -> None:
        leaf, self.leaf = self.leaf, None
        if leaf is not None and not leaf.closed and self.unclosed is None:
            self.unclosed = leaf

    def close_to(self, matched: int) -> None:
        if matched < len(self.open):
            self.close_leaf()
            del self.open[matched:]

    def add(self, block: Block) -> Block:
        self.close_leaf()
        block.after_blank = self.blank
        self.open[-1].children.append(block)
        for container in self.open:
            container.last = max(container.last, block.last)
        return block

    def start_blocks(self, number: int, text: str, position: int) -> None:
        """Open the containers that begin on this line, then its leaf."""
        while True:
            start = _skip_spaces(text, position)
            indent = start - position
            body = text[start:]
            if indent >= 4:
                if self.leaf is not None and self.leaf.kind is Kind.PARAGRAPH:
                    self.extend(number, text[position:], position)
                else:
                    code = self.add(Block(Kind.INDENTED_CODE, number, number))
                    code.lines.append(Line(number, text[position:], position))
                    self.leaf = code
                return
            opened = self.open_container(number, text, start, indent, body)
            if opened is None:
                break
            position = opened
            if not text[position:].strip(" "):
                return
        self.start_leaf(number, body, start, indent)

    def open_container(self, number: int, text: str, start: int, indent: int, body: str) -> int | None:
        """Open a quote or an item that begins at *start*; return where its content begins."""
        quote = body.startswith(">")
        bullet = None if quote else _BULLET.match(body)
        ordered = None if quote or bullet else _ORDERED.match(body)
        if not (quote or bullet or ordered) or (not quote and _RULE.match(body)):
            return None
        if (
            self.leaf is not None
            and self.leaf.kind is Kind.PARAGRAPH
            and not self.starts_block(body, in_paragraph=True)
        ):
            return None
        if len(self.open) > MAX_NESTING:
            self.too_deep = self.too_deep or number
            return None
        self.steps += 1
        if quote:
            block = self.add(Block(Kind.QUOTE, number, number, indent=indent))
            self.open.append(block)
            return start + 1 + (1 if text.startswith(" ", start + 1) else 0)
        mark = cast("re.Match[str]", bullet or ordered)
        after = start + mark.end()
        content = after + 1 if text.startswith("\u00a0", after) else _skip_spaces(text, after)
        if content - after > 4 or content >= len(text):
            content = after + 1
        marker = mark[0][-1]
        siblings = self.open[-1].children
        previous = siblings[-1] if siblings else None
        item = Block(Kind.ITEM, number, number, column=content, indent=indent, marker=marker)
        item.number = int(ordered[1]) if ordered else None
        if previous is not None and previous.kind is Kind.ITEM and previous.marker == marker:
            item.list_number = previous.list_number
        else:
            self.lists += 1
            item.list_number = self.lists
        self.add(item)
        self.open.append(item)
        self.blank = False
        return min(content, len(text))

    def start_leaf(self, number: int, body: str, column: int, indent: int) -> None:
        leaf = self.leaf
        line = Line(number, body, column)
        if leaf is not None and leaf.kind is Kind.PARAGRAPH:
            if _SETEXT.match(body):
                leaf.kind, leaf.level = Kind.UNDERLINED, 1 if body[0] == "=" else 2
                self.extend(number, body, column)
                self.leaf = None
                return
            if self.makes_table(body):
                self.turn_into_table(leaf, line)
                return
        heading = _ATX.match(body)
        fence = _FENCE.match(body)
        if heading:
            self.add_single(Block(Kind.HEADING, number, number, level=len(heading[1]), indent=indent), line)
        elif _RULE.match(body):
            self.add_single(Block(Kind.RULE, number, number), line)
        elif fence and not (fence[1][0] == "`" and "`" in fence[2]):
            block = Block(Kind.FENCE, number, number, level=len(fence[1]), marker=fence[1][0], closed=False)
            self.leaf = self.add_single(block, line)
        elif body.startswith("<!--"):
            block = self.add_single(Block(Kind.COMMENT, number, number, closed="-->" in body[4:]), line)
            self.leaf = None if block.closed else block
        elif body.startswith("[") and (definition := _DEFINITION.match(body)) and leaf is None:
            kind = Kind.FOOTNOTE if definition[1].startswith("^") else Kind.DEFINITION
            block = self.add_single(Block(kind, number, number), line)
            if kind is Kind.FOOTNOTE:
                self.leaf = None
        else:
            self.leaf = self.add_single(Block(Kind.PARAGRAPH, number, number, indent=indent), line)

    def add_single(self, block: Block, line: Line) -> Block:
        self.add(block)
        block.lines.append(line)
        return block

    def turn_into_table(self, paragraph: Block, line: Line) -> None:
        """Make the last line of *paragraph* the head of a table."""
        head = paragraph.lines.pop()
        if paragraph.lines:
            paragraph.last = paragraph.lines[-1].number
        else:
            self.open[-1].children.pop()
        blank = self.blank
        self.leaf = None
        self.blank = paragraph.after_blank and not paragraph.lines
        table = self.add(Block(Kind.TABLE, head.number, line.number))
        table.lines += [head, line]
        self.blank = blank
        self.leaf = table


_VERBATIM = frozenset({Kind.FENCE, Kind.COMMENT, Kind.INDENTED_CODE})


def _skip_spaces(text: str, position: int) -> int:
    while text.startswith(" ", position):
        position += 1
    return position


def split_row(text: str) -> list[str]:
    """Return the cells of a table row; a pipe after a backslash is text."""
    body = text.strip(" ")
    if body.startswith("|"):
        body = body[1:]
    cells = split_unescaped(body, "|")
    if len(cells) > 1 and not cells[-1].strip(" "):
        cells.pop()
    return [cell.strip(" ") for cell in cells]


def split_unescaped(text: str, mark: str) -> list[str]:
    """Split *text* at every *mark* that no backslash stands before."""
    parts: list[str] = []
    current: list[str] = []
    pieces = text.split(mark)
    for index, piece in enumerate(pieces):
        current.append(piece)
        if index < len(pieces) - 1 and (len(piece) - len(piece.rstrip("\\"))) % 2:
            continue
        parts.append(mark.join(current))
        current = []
    return parts


def heading_text(block: Block) -> str:
    """Return the text of a heading as its author wrote it, without the marks of the heading."""
    if block.kind is Kind.UNDERLINED:
        return " ".join(line.text.strip() for line in block.lines[:-1])
    text = block.lines[0].text.lstrip(" ")[block.level :].strip(" \t")
    closing = text.rstrip("#")
    return closing.rstrip(" ") if closing != text and (not closing or closing.endswith(" ")) else text


def plain_text(markdown: str) -> str:
    """Return *markdown*, one line, as it reads: marks, targets and comments taken away.

    For the anchors of headings and for comparing; not for showing.
    """
    text = _without_comments(markdown)
    out: list[str] = []
    index = 0
    while index < len(text):
        char = text[index]
        if char == "\\" and index + 1 < len(text) and not text[index + 1].isalnum():
            out.append(text[index + 1])
            index += 2
            continue
        if char == "]" and text.startswith("(", index + 1):
            end = text.find(")", index + 2, index + 2002)
            if end > 0:
                index = end + 1
                continue
        if char in "*`~[]" or (char == "!" and text.startswith("[", index + 1)):
            index += 1
            continue
        out.append(char)
        index += 1
    return " ".join("".join(out).split())


def _without_comments(text: str) -> str:
    parts = []
    position = 0
    while (start := text.find("<!--", position)) >= 0:
        end = text.find("-->", start)
        if end < 0:
            break
        parts.append(text[position:start])
        position = end + 3
    parts.append(text[position:])
    return "".join(parts)


def slugify(text: str, taken: set[str]) -> str:
    """Return the anchor of a heading *text*, not in *taken*, and add it there.

    As on GitHub: lower case, punctuation dropped, spaces to hyphens, ``-1``, ``-2`` … for twins. The
    free number is looked for by doubling, so that a thousand equal headings cost no more than others.
    """
    slug = _NOT_IN_ANCHOR.sub("", plain_text(text).lower()).strip().replace(" ", "-") or "bagian"
    if slug in taken:
        slug = f"{slug}-{_free_number(slug, taken)}"
    taken.add(slug)
    return slug


def _free_number(slug: str, taken: set[str]) -> int:
    low, high = 0, 1
    while f"{slug}-{high}" in taken:
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        if f"{slug}-{middle}" in taken:
            low = middle
        else:
            high = middle
    return high
