"""The parts of one question as they were found, before anything is made of them."""

from __future__ import annotations

from dataclasses import dataclass, field

from elearn.content.pieces import Piece
from elearn.content.scanner import Block


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
