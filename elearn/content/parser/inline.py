"""What stands inside a text: code spans, comments, links, pictures, footnotes and raw HTML.

One pass from left to right; brackets wait on a stack, so that a thousand open ones cost no more
than a thousand letters.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import unescape

from elearn.content.scanner import Line

_TICKS = re.compile(r"`+")
_TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9-]{0,30}(?=[\s/>]|$)|<[!?]")
_HANDLER = re.compile(r"\son[a-z]{1,30}\s*=", re.IGNORECASE)
_SCRIPT = re.compile(r"</?script\b", re.IGNORECASE)
_AUTOLINK = re.compile(r"<([A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>]{0,2000})>")
_MAX_TARGET = 2000
#: Parentheses inside one another in a target; more is no target, and would be read again and again.
_MAX_PARENTHESES = 8


@dataclass(frozen=True, slots=True)
class Link:
    """A link or picture: *target* as the author wrote it, *label* what stands in the brackets."""

    line: int
    target: str
    label: str
    is_image: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """Something at a line."""

    line: int
    text: str


@dataclass(slots=True)
class Inlines:
    """What one text holds. *masked* are its lines with code, comments and escapes blanked out."""

    masked: list[str] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    comments: list[Found] = field(default_factory=list)
    #: A comment that never closes.
    open_comment: int | None = None
    #: Raw HTML; the flag says whether it is a script or an event handler.
    html: list[tuple[Found, bool]] = field(default_factory=list)
    #: References by label: ``[text][label]``, ``[label][]``.
    references: list[Found] = field(default_factory=list)
    footnotes: list[Found] = field(default_factory=list)


def read_inlines(lines: Sequence[Line]) -> Inlines:
    """Read the text of *lines*, one paragraph, heading or row."""
    return _Reader(lines).read()


class _Reader:
    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = lines
        self.text = "\n".join(line.text for line in lines)
        self.starts: list[int] = []
        position = 0
        for line in lines:
            self.starts.append(position)
            position += len(line.text) + 1
        self.mask = list(self.text)
        self.found = Inlines()

    def read(self) -> Inlines:
        text = self.text
        if any(char in text for char in "`\\<[]"):
            self.blank_verbatim()
            self.find_brackets("".join(self.mask))
            self.find_html("".join(self.mask))
        self.found.masked = "".join(self.mask).split("\n")
        return self.found

    def line_of(self, position: int) -> int:
        return self.lines[bisect_right(self.starts, position) - 1].number

    def blank(self, start: int, end: int) -> None:
        for index in range(start, end):
            if self.mask[index] != "\n":
                self.mask[index] = " "

    def blank_verbatim(self) -> None:
        """Blank code spans, comments, autolinks and escaped marks, left to right."""
        text = self.text
        closers: dict[int, list[int]] = {}
        for run in _TICKS.finditer(text):
            closers.setdefault(len(run[0]), []).append(run.start())
        position = 0
        comments_over = False
        while position < len(text):
            char = text[position]
            if char == "\\" and position + 1 < len(text) and not text[position + 1].isalnum():
                self.blank(position, position + 2)
                position += 2
            elif char == "`":
                length = len(_TICKS.match(text, position)[0])  # type: ignore[index]  # it stands on a tick
                places = closers.get(length, [])
                index = bisect_right(places, position)
                if index < len(places):
                    end = places[index] + length
                    self.blank(position, end)
                    position = end
                else:
                    position += length
            elif char == "<" and not comments_over and text.startswith("<!--", position):
                end = text.find("-->", position + 4)
                if end < 0:
                    comments_over = True
                    self.found.open_comment = self.line_of(position)
                    position += 4
                else:
                    self.found.comments.append(
                        Found(self.line_of(position), text[position + 4 : end].strip())
                    )
                    self.blank(position, end + 3)
                    position = end + 3
            elif char == "<" and (auto := _AUTOLINK.match(text, position)):
                self.found.links.append(Link(self.line_of(position), auto[1], auto[1]))
                self.blank(position, auto.end())
                position = auto.end()
            else:
                position += 1

    def find_brackets(self, text: str) -> None:
        stack: list[tuple[int, bool]] = []
        position = 0
        while position < len(text):
            char = text[position]
            if char == "[":
                stack.append((position, position > 0 and text[position - 1] == "!"))
            elif char == "]" and stack:
                start, is_image = stack.pop()
                position = self.close_bracket(text, start, position, is_image)
                continue
            position += 1

    def close_bracket(self, text: str, start: int, end: int, is_image: bool) -> int:
        """Decide what the brackets from *start* to *end* are; return where to read on."""
        label = self.text[start + 1 : end] if end - start <= _MAX_TARGET else ""
        line = self.line_of(start)
        after = end + 1
        if text.startswith("(", after):
            target, closed = self.read_target(after + 1)
            if closed:
                self.found.links.append(Link(line, target, label, is_image))
                self.blank(after, closed)
                return closed
        if text.startswith("[", after):
            close = text.find("]", after + 1, after + 1002)
            if close > 0 and "[" not in text[after + 1 : close]:
                named = self.text[after + 1 : close].strip() or label
                self.found.references.append(Found(line, named))
                return close + 1
        if label.startswith("^") and len(label) > 1 and not any(char in label for char in " \n["):
            self.found.footnotes.append(Found(line, label[1:]))
        return after

    def read_target(self, start: int) -> tuple[str, int]:
        """Read ``target "title")`` from *start*; return the target and where the parenthesis ended, or 0."""
        text = self.text
        limit = min(len(text), start + _MAX_TARGET)
        position = start
        while position < limit and text[position] in " \n":
            position += 1
        if text.startswith("<", position):
            close = text.find(">", position, limit)
            if close < 0:
                return "", 0
            target, position = text[position + 1 : close], close + 1
        else:
            depth = 0
            begin = position
            while position < limit and text[position] not in " \n":
                if text[position] == "(":
                    depth += 1
                    if depth > _MAX_PARENTHESES:
                        return "", 0
                elif text[position] == ")":
                    if depth == 0:
                        break
                    depth -= 1
                position += 1
            target = text[begin:position]
        close = self.end_of_title(position, limit)
        return (unescape(target.replace("\\", "")), close) if close else ("", 0)

    def end_of_title(self, position: int, limit: int) -> int:
        text = self.text
        while position < limit and text[position] in " \n":
            position += 1
        if position < limit and text[position] in "\"'(":
            closer = ")" if text[position] == "(" else text[position]
            end = text.find(closer, position + 1, limit)
            if end < 0:
                return 0
            position = end + 1
            while position < limit and text[position] in " \n":
                position += 1
        return position + 1 if position < limit and text[position] == ")" else 0

    def find_html(self, text: str) -> None:
        last_close = text.rfind(">")
        for tag in _TAG.finditer(text):
            if tag.start() > last_close:
                break
            end = text.find(">", tag.start(), tag.start() + _MAX_TARGET)
            whole = text[tag.start() : end + 1] if end > 0 else tag[0]
            is_script = bool(_SCRIPT.match(whole) or _HANDLER.search(whole))
            self.found.html.append((Found(self.line_of(tag.start()), whole), is_script))
