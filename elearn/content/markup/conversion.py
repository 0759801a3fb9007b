"""Python-Markdown with the course format's own blocks and inline reader in the places it keeps for them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from xml.etree.ElementTree import Element, ElementTree, SubElement

from markdown import Markdown
from markdown.blockparser import BlockParser
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import Registry

from elearn.content.markup.block import Block, Kind
from elearn.content.markup.blocks import BlockReader
from elearn.content.markup.characters import lines_of
from elearn.content.markup.inline import InlineReader
from elearn.content.markup.inline_builder import InlineBuilder
from elearn.content.markup.references import Reference, take_references
from elearn.content.markup.serialise import serialise
from elearn.content.markup.surroundings import Surroundings, suffix
from elearn.content.scanner import slugify

#: GitHub's alerts, with the class they get on the page and their Indonesian title.
ALERTS = {
    "NOTE": ("info", "Catatan"),
    "TIP": ("ok", "Tips"),
    "IMPORTANT": ("info", "Penting"),
    "WARNING": ("warn", "Perhatikan"),
    "CAUTION": ("bad", "Jangan lakukan"),
}
#: The self-check of the format: its first line is the question, the rest is shown on a tap.
QUESTION_ALERT = "TANYA"

_ALERT = re.compile(r"\[!([A-Za-z]+)\] *(.*)$")
_BOX = re.compile(r"\[([ \u00a0xX])\] +(?=\S)")
_CHECK_ID = re.compile(r" *<!-- *id: *(c-[a-z0-9]{6,80}) *--> *$")
_ALIGNMENT_CLASSES = {"right": "n", "center": "mid"}
_LONGEST_LABEL = 100
#: Elements in which a tap does something already, and headings, which contents and searches lead to.
_TAKEN = {"a", "summary", "label", "h1", "h2", "h3", "h4", "h5", "h6"}
_STACKED_COLUMNS = {3, 4}
#: Letters in a row of a table that a screen of 360 px shows side by side without tearing words.
_FITS_A_PHONE = 40


class CourseMarkdown(Markdown):
    """One conversion of one text."""

    parser: CourseBlocks

    def __init__(
        self,
        surroundings: Surroundings,
        *,
        definitions: str = "",
        inline: bool = False,
        checklist: bool = False,
    ) -> None:
        self.surroundings = surroundings
        self.definitions = definitions
        self.inline = inline
        self.checklist = checklist
        super().__init__()
        # The serialiser writes what the root holds, so there is no outer element to be stripped.
        self.stripTopLevelTags = False
        self.serializer: Callable[[Element], str] = serialise

    def build_parser(self) -> CourseMarkdown:
        self.preprocessors = Registry()
        self.preprocessors.register(Lines(self), "normalize_whitespace", 30)
        self.parser = CourseBlocks(self)
        self.inlinePatterns = Registry()
        self.treeprocessors = Registry()
        self.treeprocessors.register(Inside(self), "inline", 20)
        self.treeprocessors.register(Footnotes(self), "footnotes", 15)
        self.treeprocessors.register(Terms(self), "terms", 12)
        self.treeprocessors.register(TableLabels(self), "labels", 10)
        self.treeprocessors.register(Unwrapped(self), "unwrapped", 5)
        self.postprocessors = Registry()
        return self


class Lines(Preprocessor):
    """Makes lines without tabs and control characters."""

    def run(self, lines: list[str]) -> list[str]:
        return lines_of("\n".join(lines))


class CourseBlocks(BlockParser):
    """Turns lines into elements; *leaves* are those whose text is still to be read."""

    md: CourseMarkdown

    def __init__(self, md: CourseMarkdown) -> None:
        super().__init__(md)
        self.leaves: list[tuple[Element, str, int]] = []
        self.anchors: set[str] = set()
        self.tables: list[tuple[Element, int]] = []
        #: Ids of explanations that something leads to.
        self.explained: set[str] = set()
        self.references: dict[str, Reference] = {}

    def parseDocument(self, lines: Iterable[str]) -> ElementTree[Element | None]:  # noqa: N802 (the library's name)
        reader = BlockReader()
        document = reader.read(list(lines))
        self.references = reader.references
        definitions = [line.strip(" ") for line in lines_of(self.md.definitions)]
        take_references("\n".join(filter(None, definitions)), self.references)
        surroundings = self.md.surroundings
        surroundings.footnotes = reader.footnotes
        surroundings.add_abbreviations(reader.abbreviations)
        self.root = Element(self.md.doc_tag)
        self.add_all(self.root, document.children)
        return ElementTree(self.root)

    def add_all(self, parent: Element, blocks: Iterable[Block], *, tight: bool = False) -> None:
        """Add *blocks* under *parent*; in a *tight* list a paragraph is only its text."""
        for block in blocks:
            self._add(parent, block, tight=tight)

    def _new(self, parent: Element, tag: str, line: int, **attributes: str) -> Element:
        if tag != "plain":
            self.md.surroundings.allowance.spend(2 * len(tag) + 6 + sum(map(len, attributes.values())), line)
        return SubElement(parent, tag, attributes)

    def _leaf(self, parent: Element, tag: str, text: str, line: int) -> Element:
        element = self._new(parent, tag, line)
        self.leaves.append((element, text, line))
        return element

    def _add(self, parent: Element, block: Block, *, tight: bool) -> None:
        kind, line = block.kind, block.line
        if kind is Kind.PARAGRAPH:
            self._leaf(parent, "plain" if tight else "p", block.text, line)
        elif kind is Kind.HEADING:
            # From the text as it was written, and only for headings of the text itself, so that the
            # parser's anchors are the same.
            heading = self._leaf(parent, f"h{block.number}", block.text, line)
            if parent is self.root:
                anchor = slugify(" ".join(part.strip() for part in block.lines), self.anchors)
                heading.set("id", self.md.surroundings.prefix + anchor)
        elif kind in {Kind.FENCE, Kind.CODE}:
            code = self._new(self._new(parent, "pre", line), "code", line)
            code.text = "".join(f"{text}\n" for text in block.lines)
            self.md.surroundings.allowance.spend_text(code.text, line)
        elif kind is Kind.RULE:
            self._new(parent, "hr", line)
        elif kind is Kind.QUOTE:
            self._add_quote(parent, block)
        elif kind is Kind.LIST:
            self._add_list(parent, block)
        elif kind is Kind.DEFINITIONS:
            self._add_definitions(parent, block)
        elif kind is Kind.TABLE:
            self._add_table(parent, block)

    def _add_quote(self, parent: Element, block: Block) -> None:
        first = block.children[0] if block.children else None
        match = _ALERT.match(first.lines[0]) if first is not None and first.kind is Kind.PARAGRAPH else None
        name = match[1].upper() if match else ""
        if (
            first is None
            or match is None
            or not (name == QUESTION_ALERT or (name in ALERTS and not match[2]))
        ):
            self.add_all(self._new(parent, "blockquote", block.line), block.children)
            return
        if name == QUESTION_ALERT:
            box = self._new(parent, "details", block.line)
            self._leaf(box, "summary", match[2] or "Coba jawab dulu", block.line)
        else:
            css_class, title = ALERTS[name]
            box = self._new(parent, "div", block.line, **{"class": f"note {css_class}"})
            self._new(box, "b", block.line).text = title
        if len(first.lines) > 1:
            self._leaf(box, "p", "\n".join(first.lines[1:]), first.line + 1)
        self.add_all(box, block.children[1:])

    def _add_list(self, parent: Element, block: Block) -> None:
        element = self._new(parent, "ul" if block.start is None else "ol", block.line)
        if block.start not in {None, 1}:
            element.set("start", str(block.start))
        for item in block.children:
            li = self._new(element, "li", item.line)
            first = item.children[0] if item.children else None
            box = _BOX.match(first.lines[0]) if first is not None and first.kind is Kind.PARAGRAPH else None
            if first is None or box is None:
                self.add_all(li, item.children, tight=block.tight)
                continue
            self._add_check(li, first, box, tight=block.tight)
            if self.md.checklist and block.start is None:
                element.set("class", "checks")
            self.add_all(li, item.children[1:], tight=block.tight)

    def _add_check(self, li: Element, first: Block, box: re.Match[str], *, tight: bool) -> None:
        line = first.lines[0][box.end() :]
        own = _CHECK_ID.search(line) if self.md.checklist else None
        holder = self._new(li, "plain" if tight else "p", first.line)
        if self.md.checklist:
            holder = self._new(holder, "label", first.line)
        ticked = box[1] in "xX" and not self.md.checklist
        attributes = {"type": "checkbox"}
        if own is not None:
            attributes |= {"name": "c", "value": own[1]}
            line = line[: own.start()]
        else:
            attributes |= ({"checked": ""} if ticked else {}) | {"disabled": ""}
        self._new(holder, "input", first.line, **attributes).tail = " "
        self._leaf(holder, "plain", "\n".join([line, *first.lines[1:]]), first.line)

    def _add_definitions(self, parent: Element, block: Block) -> None:
        element = self._new(parent, "dl", block.line)
        for child in block.children:
            if child.kind is Kind.TERM:
                self._leaf(element, "dt", child.text, child.line)
            else:
                alone = len(child.children) == 1
                self.add_all(self._new(element, "dd", child.line), child.children, tight=alone)

    def _add_table(self, parent: Element, block: Block) -> None:
        holder = self._new(
            parent, "div", block.line, **{"class": "scroll", "tabindex": "0", "role": "region"}
        )
        table = self._new(holder, "table", block.line)
        self.tables.append((holder, block.line))
        section = self._new(table, "thead", block.line)
        for number, cells in enumerate(block.rows):
            if number == 1:
                section = self._new(table, "tbody", block.line)
            line = block.line + number + (number > 0)
            row = self._new(section, "tr", line)
            for cell, alignment in zip(cells, block.alignments, strict=True):
                element = self._leaf(row, "td" if number else "th", cell, line)
                if number == 0:
                    element.set("scope", "col")
                if alignment in _ALIGNMENT_CLASSES:
                    element.set("class", _ALIGNMENT_CLASSES[alignment])


class Inside(Treeprocessor):
    """Reads the text of every leaf."""

    md: CourseMarkdown

    def run(self, root: Element) -> None:  # noqa: ARG002 (the library's signature)
        parser = self.md.parser
        surroundings = self.md.surroundings
        leaves, parser.leaves = parser.leaves, []
        for element, text, line in leaves:
            surroundings.allowance.spend_text(text, line)
            tokens = InlineReader(text, line, parser.references, surroundings).read()
            InlineBuilder(element, line, surroundings).build(tokens)


class Footnotes(Treeprocessor):
    """Adds the footnotes that the text refers to, in the order it does; a footnote may refer to another."""

    md: CourseMarkdown

    def run(self, root: Element) -> None:
        surroundings = self.md.surroundings
        numbers = surroundings.footnote_numbers
        if not numbers:
            return
        section = SubElement(root, "section", {"class": "footnotes", "aria-label": "Catatan kaki"})
        entries = SubElement(section, "ol")
        items: list[tuple[str, Element]] = []
        while len(items) < len(numbers):
            label = list(numbers)[len(items)]
            block = surroundings.footnotes[label]
            item = SubElement(entries, "li", {"id": f"{surroundings.prefix}fn-{numbers[label]}"})
            surroundings.allowance.spend(40, block.line)
            self.md.parser.add_all(item, block.children)
            Inside(self.md).run(item)
            items.append((label, item))
        for label, item in items:
            self._link_back(item, label)

    def _link_back(self, item: Element, label: str) -> None:
        surroundings = self.md.surroundings
        number = surroundings.footnote_numbers[label]
        last = item[-1] if len(item) and item[-1].tag == "p" else item
        for use in range(1, surroundings.footnote_uses.get(label, 0) + 1):
            surroundings.allowance.spend(90 + len(surroundings.prefix), surroundings.footnotes[label].line)
            if len(last):
                last[-1].tail = (last[-1].tail or "") + " "
            else:
                last.text = (last.text or "") + " "
            link = SubElement(
                last,
                "a",
                {
                    "href": f"#{surroundings.prefix}fnref-{number}{suffix(use)}",
                    "aria-label": f"Kembali ke teks, catatan {number}",
                },
            )
            link.text = "↩"


class Terms(Treeprocessor):
    """Lets the first use of an abbreviation in each section lead to where the page explains it."""

    md: CourseMarkdown

    def run(self, root: Element) -> None:
        if self.md.surroundings.term is None:
            return
        linked: set[str] = set()
        for block in root:
            if block.tag == "h2":
                linked.clear()
            self._walk(block, linked, free=True)

    def _walk(self, element: Element, linked: set[str], *, free: bool) -> None:
        """Look at what *element* holds; nothing in it may lead anywhere unless it is *free*."""
        free = free and element.tag not in _TAKEN
        for place, child in enumerate(element):
            if child.tag == "abbr":
                anchor = self._explained(child)
                if free and child.text not in linked:
                    linked.add(child.text or "")
                    element[place] = self._link(child, anchor)
            else:
                self._walk(child, linked, free=free)

    def _explained(self, abbreviation: Element) -> str:
        term = self.md.surroundings.term
        return term(abbreviation.text or "", abbreviation.get("title", "")) if term is not None else ""

    def _link(self, abbreviation: Element, anchor: str) -> Element:
        attributes = {"class": "term", "href": f"#{anchor}"}
        if anchor not in self.md.parser.explained:
            # The way back from the explanation.
            self.md.parser.explained.add(anchor)
            attributes["id"] = f"{anchor}.1"
        self.md.surroundings.allowance.spend(sum(map(len, attributes.values())) + 30, 1)
        link = Element("a", attributes)
        link.tail, abbreviation.tail = abbreviation.tail, None
        link.append(abbreviation)
        return link


class TableLabels(Treeprocessor):
    """Names every table after its columns, for those who hear the page, and its cells for small screens."""

    md: CourseMarkdown

    def run(self, root: Element) -> None:  # noqa: ARG002 (the library's signature)
        for holder, line in self.md.parser.tables:
            for cell in list(holder.iter("th")):
                if not len(cell) and not _text_of(cell):
                    # Nothing is the name of nothing: the corner of a table with names on two sides.
                    cell.tag = "td"
                    del cell.attrib["scope"]
            names = [name for name in map(_text_of, holder.iter("th")) if name]
            if _stacks(holder):
                self.md.surroundings.allowance.spend(_stack(holder), line)
            label = f"Tabel: {', '.join(names)}" if names else "Tabel"
            holder.set(
                "aria-label", label if len(label) <= _LONGEST_LABEL else label[: _LONGEST_LABEL - 1] + "…"
            )


class Unwrapped(Treeprocessor):
    """Takes the paragraph off what stands in a line of the page, an option or a cell."""

    md: CourseMarkdown

    def run(self, root: Element) -> Element | None:
        if self.md.inline and len(root) == 1 and root[0].tag == "p":
            return root[0]
        return None


def _stacks(holder: Element) -> bool:
    """Say whether a table becomes cards on a phone: few columns, but more words than fit side by side."""
    rows = [[len(_text_of(cell)) for cell in row] for row in holder.iter("tr")]
    if len(rows[0]) not in _STACKED_COLUMNS or max(rows[0]) > _LONGEST_LABEL:
        return False
    widest = [max(row[column] for row in rows) for column in range(len(rows[0]))]
    return sum(widest) > _FITS_A_PHONE


def _stack(holder: Element) -> int:
    """Write the name of its column into every cell, and make the first cell the name of its row.

    Returns how many letters that adds.
    """
    holder.set("class", "scroll stack")
    added = 0
    head, *rows = holder.iter("tr")
    names = [_text_of(cell) for cell in head]
    for row in rows:
        first, *others = row
        first.tag = "th"
        first.set("scope", "row")
        for cell, name in zip(others, names[1:], strict=True):
            if name:
                cell.set("data-l", name)
                added += len(name) + 10
    return added


def _text_of(element: Element) -> str:
    parts: list[str] = []
    _gather(element, parts)
    return " ".join("".join(parts).split())


def _gather(element: Element, parts: list[str]) -> None:
    parts.append(element.text or "")
    for child in element:
        if child.tag != "sup":
            _gather(child, parts)
        parts.append(child.tail or "")


def convert(
    text: str,
    surroundings: Surroundings,
    *,
    definitions: str = "",
    inline: bool = False,
    checklist: bool = False,
) -> str:
    """Return the HTML of *text*, not yet sanitised."""
    converter = CourseMarkdown(surroundings, definitions=definitions, inline=inline, checklist=checklist)
    return converter.convert(text)
