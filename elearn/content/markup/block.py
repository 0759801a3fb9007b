"""A block of a text: its kind, what it holds, and the cells of a table's row."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum, auto

_PIPES = re.compile(r"(\\.|\|)")


class Kind(Enum):
    """What a block is."""

    DOCUMENT = auto()
    QUOTE = auto()
    LIST = auto()
    ITEM = auto()
    DEFINITIONS = auto()
    TERM = auto()
    DEFINITION = auto()
    FOOTNOTE = auto()
    PARAGRAPH = auto()
    HEADING = auto()
    FENCE = auto()
    CODE = auto()
    RULE = auto()
    TABLE = auto()
    COMMENT = auto()


#: Blocks that hold blocks.
CONTAINERS = {
    Kind.DOCUMENT,
    Kind.QUOTE,
    Kind.LIST,
    Kind.ITEM,
    Kind.DEFINITIONS,
    Kind.DEFINITION,
    Kind.FOOTNOTE,
}
#: Blocks whose lines are no Markdown any more.
VERBATIM = {Kind.FENCE, Kind.CODE, Kind.COMMENT}
#: What counts as one level of nesting.
LEVELS = {Kind.QUOTE, Kind.ITEM, Kind.DEFINITION, Kind.FOOTNOTE}


@dataclass(slots=True)
class Block:
    """One block while a text is read; *lines* is its text, for a leaf."""

    kind: Kind
    line: int
    parent: Block | None = None
    children: list[Block] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    last_line_blank: bool = False
    #: Heading: its level. Item and definition: columns its text is indented by. Fence: of its first line.
    number: int = 0
    #: List and item: the bullet, or "." or ")". Fence: the opening run.
    mark: str = ""
    #: List: number of its first item, None for bullets.
    start: int | None = None
    #: List: no blank line stands between its items, so they are no paragraphs.
    tight: bool = True
    #: Table: "", "left", "center" or "right" for each column, and the cells of each row.
    alignments: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)

    @property
    def above(self) -> Block:
        """The block that holds this one; the document holds itself."""
        return self.parent or self

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


def cells_of(row: str) -> list[str]:
    """Cut a table row at its pipes, those written ``\\|`` excepted."""
    row = row.strip(" ")
    row = row.removeprefix("|")
    cells = []
    parts: list[str] = []
    for part in _PIPES.split(row):
        if part == "|":
            cells.append("".join(parts).strip(" "))
            parts = []
        else:
            parts.append("|" if part == "\\|" else part)
    last = "".join(parts).strip(" ")
    if last or not cells:
        cells.append(last)
    return cells
