"""The inside of a paragraph: emphasis, links, code and their like, as cmark-gfm reads them.

Python-Markdown tries one pattern after the other over the whole paragraph, and starts again after
each find; its patterns pair a star with any later star ("Harga* di luar ongkir*"). Here a text is
read once, from the left, with the delimiter stack of the CommonMark specification: time is linear
whatever the input.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field

from elearn.content.markup.addresses import bare_address, email_spans
from elearn.content.markup.characters import ENTITY, decode_entity, is_punctuation, unescape
from elearn.content.markup.references import Reference, normal_label
from elearn.content.markup.surroundings import Surroundings

_SPECIAL = re.compile(r"[\\&<\]\n]|`+|\*+|_+|~+|!?\[|(?<![A-Za-z])(?:[Hh][Tt]{2}[Pp][Ss]?://|[Ww]{3}\.)")
_BACKTICKS = re.compile(r"`+")
_AUTOLINK = re.compile(r"<([A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>\x00-\x1f]*)>")
_AUTOMAIL = re.compile(
    r"<([A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,8})>"
)
_COMMENT = re.compile(r"<!-- *(?:id|abaikan|catatan):")
_PLAIN_ADDRESS = re.compile(r"(?:\\[!-/:-@\[-`{-~]|[^\x00-\x20\x7f\\()])+|\\|[()]")
_POINTED_ADDRESS = re.compile(r"<((?:[^<>\n\\]|\\.)*)>")
_TITLE = re.compile(r'"((?:[^"\\]|\\.)*)"|\'((?:[^\'\\]|\\.)*)\'|\(((?:[^()\\]|\\.)*)\)', re.DOTALL)
_SPACES = re.compile(r"[ \n]*")
_LABEL = re.compile(r"\[((?:[^\[\]\\]|\\.){0,999})\]", re.DOTALL)
#: Brackets in an address may nest this deep (in cmark 32); every unfinished link is read this far.
_MAX_PARENTHESES = 8
_MAX_LABEL = 999


@dataclass(slots=True, eq=False)
class Token:
    """A stretch of the paragraph. *opens* and *closes* are the elements that begin or end at it."""

    text: str = ""
    #: "text", "code", "break", "run", "open", "close", "link" (a whole bare link) or "footnote".
    kind: str = "text"
    tag: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    opens: list[str] = field(default_factory=list)
    closes: list[str] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Run:
    """A run of ``*``, ``_`` or ``~~`` on the delimiter stack."""

    token: Token
    letter: str
    left: int
    length: int
    opens: bool
    closes: bool
    #: Place in the paragraph, among the runs.
    number: int
    below: Run | None
    above: Run | None = None


@dataclass(slots=True, eq=False)
class Bracket:
    """A ``[`` or ``![`` that waits for its end."""

    token: Token
    image: bool
    end: int
    below: Run | None
    holds_bracket: bool = False


class InlineReader:
    """Reads one paragraph into tokens, and the tokens into elements."""

    def __init__(
        self, text: str, line: int, references: Mapping[str, Reference], surroundings: Surroundings
    ) -> None:
        self.text = text
        self.line = line
        self.references = references
        self.surroundings = surroundings
        self.tokens: list[Token] = []
        self.top: Run | None = None
        self.run_count = 0
        self.brackets: list[Bracket] = []
        #: ``[`` below this place of the stack stand inside a link, and links do not nest.
        self.inactive = 0
        self.backticks: dict[int, list[int]] | None = None
        self.no_comment_end = False

    def read(self) -> list[Token]:
        """Return the tokens of the paragraph."""
        text = self.text.rstrip(" \n")
        spans = email_spans(text)
        next_span = 0
        position = 0
        match = _SPECIAL.search(text)
        while position < len(text):
            # A find stays good until it is passed: searched anew for every e-mail address, time would
            # grow with the square of their number.
            if match is not None and match.start() < position:
                match = _SPECIAL.search(text, position)
            start = match.start() if match else len(text)
            while next_span < len(spans) and spans[next_span][0] < position:
                next_span += 1
            if next_span < len(spans) and spans[next_span][0] <= start:
                begin, end = spans[next_span]
                self._add(text[position:begin])
                self._add_bare(f"mailto:{text[begin:end]}", text[begin:end])
                position = end
                continue
            self._add(text[position:start])
            position = self._take(text, start, match[0]) if match else start
        self._pair(None)
        return self.tokens

    def _add(self, text: str, kind: str = "text") -> Token:
        token = Token(text, kind)
        if text:
            self.tokens.append(token)
        return token

    def _add_bare(self, address: str, text: str) -> None:
        token = self._add(text, "link")
        token.attributes = {"href": address}

    def _take(self, text: str, start: int, found: str) -> int:
        """Take what begins at *start* and return where it ends."""
        letter = found[0]
        if letter in "*_~":
            return self._take_run(text, start, found)
        if letter == "\\":
            return self._take_escape(text, start)
        if letter == "`":
            return self._take_code(text, start, len(found))
        if letter == "\n":
            return self._take_line_end(start)
        if letter == "&":
            entity = ENTITY.match(text, start)
            self._add(decode_entity(entity[0]) if entity else "&")
            return entity.end() if entity else start + 1
        if letter == "<":
            return self._take_pointed(text, start)
        if letter == "]":
            return self._take_bracket_end(text, start)
        if letter in "[!":
            if self.brackets:
                self.brackets[-1].holds_bracket = True
            token = self._add(found)
            self.brackets.append(Bracket(token, letter == "!", start + len(found), self.top))
            return start + len(found)
        return self._take_bare(text, start, found)

    def _take_escape(self, text: str, start: int) -> int:
        following = text[start + 1 : start + 2]
        if following == "\n":
            self._add("\n", "break")
            return _SPACES.match(text, start + 1).end()  # type: ignore[union-attr]
        if following and following.isascii() and is_punctuation(following):
            self._add(following)
            return start + 2
        self._add("\\")
        return start + 1

    def _take_line_end(self, start: int) -> int:
        last = self.tokens[-1] if self.tokens else None
        if last is not None and last.kind == "text" and last.text.endswith(" "):
            hard = last.text.endswith("  ")
            last.text = last.text.rstrip(" ")
            self._add("\n", "break" if hard else "text")
        else:
            self._add("\n")
        return start + 1

    def _take_code(self, text: str, start: int, length: int) -> int:
        if self.backticks is None:
            self.backticks = {}
            for match in _BACKTICKS.finditer(text):
                self.backticks.setdefault(match.end() - match.start(), []).append(match.start())
        places = self.backticks.get(length, [])
        place = bisect_left(places, start + length)
        if place == len(places):
            self._add("`" * length)
            return start + length
        code = text[start + length : places[place]].replace("\n", " ")
        if code.startswith(" ") and code.endswith(" ") and code.strip(" "):
            code = code[1:-1]
        self._add(code, "code")
        return places[place] + length

    def _take_pointed(self, text: str, start: int) -> int:
        if match := _AUTOLINK.match(text, start):
            self._add_bare(match[1], match[1])
            return match.end()
        if match := _AUTOMAIL.match(text, start):
            self._add_bare(f"mailto:{match[1]}", match[1])
            return match.end()
        if not self.no_comment_end and _COMMENT.match(text, start):
            end = text.find("-->", start)
            if end >= 0:
                return end + 3
            self.no_comment_end = True
        self._add("<")
        return start + 1

    def _take_bare(self, text: str, start: int, found: str) -> int:
        before = text[start - 1 : start]
        end = bare_address(text, start, found, before, in_brackets=bool(self.brackets))
        if end is None:
            self._add(found)
            return start + len(found)
        shown = text[start:end]
        self._add_bare(shown if shown[0] in "hH" else f"http://{shown}", shown)
        return end

    # Emphasis

    def _take_run(self, text: str, start: int, found: str) -> int:
        end = start + len(found)
        letter = found[0]
        if letter == "~" and len(found) != 2:
            self._add(found)
            return end
        before = text[start - 1] if start else "\n"
        after = text[end] if end < len(text) else "\n"
        left = not after.isspace() and (
            not is_punctuation(after) or before.isspace() or is_punctuation(before)
        )
        right = not before.isspace() and (
            not is_punctuation(before) or after.isspace() or is_punctuation(after)
        )
        opens, closes = left, right
        if letter == "_":
            opens = left and (not right or is_punctuation(before))
            closes = right and (not left or is_punctuation(after))
        token = self._add(found, "run")
        if opens or closes:
            self.run_count += 1
            run = Run(token, letter, len(found), len(found), opens, closes, self.run_count, self.top)
            if self.top is not None:
                self.top.above = run
            self.top = run
        return end

    def _pair(self, bottom: Run | None) -> None:
        """Pair the runs above *bottom* and take them off the stack."""
        closer = self.top
        while closer is not None and closer.below is not bottom:
            closer = closer.below
        if self.top is bottom:
            closer = None
        lowest = bottom.number if bottom is not None else 0
        #: Below these numbers no opener is left for a closer of this kind: what keeps the time linear.
        floors: dict[tuple[str, bool, int], int] = {}
        while closer is not None:
            if not closer.closes:
                closer = closer.above
                continue
            kind = (closer.letter, closer.opens, closer.length % 3)
            opener = self._opener(closer, floors.get(kind, lowest))
            if opener is None:
                floors[kind] = closer.below.number if closer.below is not None else lowest
                following = closer.above
                if not closer.opens:
                    self._remove(closer)
                closer = following
                continue
            self._wrap(opener, closer)
            if opener.left == 0:
                self._remove(opener)
            if closer.left == 0:
                following = closer.above
                self._remove(closer)
                closer = following
        while self.top is not None and self.top is not bottom:
            self._remove(self.top)

    @staticmethod
    def _opener(closer: Run, floor: int) -> Run | None:
        opener = closer.below
        while opener is not None and opener.number > floor:
            if opener.letter == closer.letter and opener.opens:
                both = closer.opens or opener.closes
                if not (both and closer.length % 3 and (opener.length + closer.length) % 3 == 0):
                    return opener
            opener = opener.below
        return None

    def _wrap(self, opener: Run, closer: Run) -> None:
        width = 2 if opener.left >= 2 and closer.left >= 2 else 1
        tag = "del" if closer.letter == "~" else "strong" if width == 2 else "em"
        opener.token.opens.append(tag)
        closer.token.closes.append(tag)
        opener.left -= width
        closer.left -= width
        for run in (opener, closer):
            run.token.text = run.letter * run.left
        opener.above = closer
        closer.below = opener

    def _remove(self, run: Run) -> None:
        if run.below is not None:
            run.below.above = run.above
        if run.above is not None:
            run.above.below = run.below
        if self.top is run:
            self.top = run.below

    # Links

    def _take_bracket_end(self, text: str, start: int) -> int:
        end = start + 1
        if not self.brackets:
            self._add("]")
            return end
        bracket = self.brackets.pop()
        active = bracket.image or len(self.brackets) >= self.inactive
        self.inactive = min(self.inactive, len(self.brackets))
        # A label has 999 characters at most; without this bound nested brackets would cost their square.
        label = text[bracket.end : start] if start - bracket.end <= _MAX_LABEL else ""
        if label.startswith("^") and not bracket.image and self.surroundings.has_footnote(label[1:]):
            return self._finish_footnote(bracket, label[1:], end)
        found = self._target(text, bracket, label, end) if active else None
        if found is None:
            self._add("]")
            return end
        reference, end = found
        self._pair(bracket.below)
        self._open_link(bracket, reference)
        self._add("]", "close").tag = bracket.token.tag
        if not bracket.image:
            self.inactive = len(self.brackets)
        return end

    def _finish_footnote(self, bracket: Bracket, label: str, end: int) -> int:
        while self.tokens[-1] is not bracket.token:
            self.tokens.pop()
        while self.top is not bracket.below and self.top is not None:
            self._remove(self.top)
        bracket.token.kind = "footnote"
        bracket.token.text = label
        return end

    def _open_link(self, bracket: Bracket, reference: Reference) -> None:
        token = bracket.token
        token.kind, token.tag = "open", "img" if bracket.image else "a"
        token.attributes = {"src" if bracket.image else "href": reference.address}
        if reference.title:
            token.attributes["title"] = reference.title

    def _target(self, text: str, bracket: Bracket, label: str, end: int) -> tuple[Reference, int] | None:
        if text.startswith("(", end) and (found := _inline_target(text, end + 1)):
            return found
        if not self.references:
            return None
        explicit = _LABEL.match(text, end)
        if explicit is not None:
            end = explicit.end()
        if explicit is not None and explicit[1].strip():
            label = explicit[1]
        elif bracket.holds_bracket:
            return None
        reference = self.references.get(normal_label(label))
        return (reference, end) if reference else None


def _inline_target(text: str, position: int) -> tuple[Reference, int] | None:
    """Read ``address "title")`` from *position* on."""
    position = _after_spaces(text, position)
    pointed = _POINTED_ADDRESS.match(text, position)
    if pointed is not None:
        address, end = pointed[1], pointed.end()
    elif text.startswith("<", position):
        return None
    else:
        end = _plain_address_end(text, position)
        address = text[position:end]
    title = ""
    position = _after_spaces(text, end)
    if position > end and (found := _TITLE.match(text, position)):
        title = next(part for part in found.groups() if part is not None)
        position = _after_spaces(text, found.end())
    if not text.startswith(")", position):
        return None
    return Reference(unescape(address), unescape(title)), position + 1


def _plain_address_end(text: str, position: int) -> int:
    depth = 0
    while match := _PLAIN_ADDRESS.match(text, position):
        if match[0] == "(":
            depth += 1
            if depth > _MAX_PARENTHESES:
                break
        elif match[0] == ")":
            if depth == 0:
                break
            depth -= 1
        position = match.end()
    return position


def _after_spaces(text: str, position: int) -> int:
    match = _SPACES.match(text, position)
    return match.end() if match else position
