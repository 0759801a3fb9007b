"""The tokens of a paragraph into elements: what pictures, links and abbreviations become on the page."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement

from elearn.content.markup import limits
from elearn.content.markup.inline import Token
from elearn.content.markup.surroundings import Surroundings


class InlineBuilder:
    """Puts the tokens of one paragraph under an element."""

    def __init__(self, parent: Element, line: int, surroundings: Surroundings) -> None:
        self.path = [parent]
        self.last: Element | None = None
        self.line = line
        self.surroundings = surroundings
        self.pending: list[str] = []
        #: Text of the picture being read: inside ``![…]`` nothing but its text counts.
        self.alternative: list[str] = []
        self.pictures: list[Token] = []
        #: Number of links around; one of them may have been dropped, so this is no element's tag.
        self.links = 0
        self.strong = 0

    def build(self, tokens: list[Token]) -> None:
        """Add the elements of *tokens*."""
        for token in tokens:
            if token.kind == "run":
                for tag in token.closes:
                    self.strong -= tag == "strong"
                    self._close()
                self._text(token.text)
                for tag in reversed(token.opens):
                    # Bold inside bold is only bold: ``****x****``.
                    self._open("plain" if tag == "strong" and self.strong else tag, {})
                    self.strong += tag == "strong"
            elif token.kind == "open":
                self._begin_link(token)
            elif token.kind == "close":
                self._end_link(token)
            else:
                self._leaf(token)
        self._flush()

    def _leaf(self, token: Token) -> None:
        if self.pictures:
            self.alternative.append(token.text)
        elif token.kind == "text":
            self.pending.append(token.text)
        elif token.kind == "break":
            self._element("br", {})
            self.pending.append("\n")
        elif token.kind == "code":
            self._element("code", {}).text = token.text
        elif token.kind == "footnote":
            self._flush()
            self.last = self.surroundings.refer_to_footnote(
                self.path[-1], token.text, self.line, linked=not self.links
            )
        else:
            attributes = None if self.links else self.surroundings.link_attributes(token.attributes)
            if attributes is None:
                self.pending.append(token.text)
            else:
                self._element("a", attributes).text = token.text

    def _text(self, text: str) -> None:
        (self.alternative if self.pictures else self.pending).append(text)

    def _begin_link(self, token: Token) -> None:
        if token.tag == "img":
            self.pictures.append(token)
            return
        if self.pictures:
            return
        attributes = self.surroundings.link_attributes(token.attributes)
        self._open("a" if attributes is not None else "plain", attributes or {})
        self.links += 1

    def _end_link(self, token: Token) -> None:
        if token.tag == "img":
            picture = self.pictures.pop()
            if self.pictures:
                return
            alternative = " ".join("".join(self.alternative).split())
            self.alternative = []
            attributes = self.surroundings.picture_attributes(picture.attributes, alternative)
            if attributes is None:
                self.pending.append(alternative)
            else:
                self._element("img", attributes)
        elif not self.pictures:
            self._close()
            self.links -= 1

    def _open(self, tag: str, attributes: dict[str, str]) -> None:
        if self.pictures:
            return
        self.path.append(self._element(tag, attributes))
        self.last = None
        if len(self.path) > limits.MAX_NESTING + 1:
            raise limits.MarkupLimitError(limits.TOO_DEEP, self.line)

    def _close(self) -> None:
        if self.pictures:
            return
        self._flush()
        self.last = self.path.pop()

    def _element(self, tag: str, attributes: dict[str, str]) -> Element:
        self._flush()
        if tag != "plain":
            self.surroundings.allowance.spend(
                sum(map(len, attributes.values())) + len(tag) * 2 + 5, self.line
            )
        self.last = SubElement(self.path[-1], tag, attributes)
        return self.last

    def _flush(self) -> None:
        """Put the text read so far behind the last element, abbreviations marked."""
        if not self.pending:
            return
        text = "".join(self.pending)
        self.pending = []
        for part, meaning in self.surroundings.abbreviated(text):
            if meaning is None:
                self._append(part)
            else:
                self._element("abbr", {"title": meaning}).text = part

    def _append(self, text: str) -> None:
        if self.last is None:
            self.path[-1].text = (self.path[-1].text or "") + text
        else:
            self.last.tail = (self.last.tail or "") + text
