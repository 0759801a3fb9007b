"""Checks that hold for every text of a course: links, pictures, HTML, comments, alerts, tables."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from elearn.content.parser.inline import Inlines, Link, read_inlines
from elearn.content.parser.nearest import meant, nearest
from elearn.content.parser.report import Report
from elearn.content.scanner import Block, Kind, Scan, split_row

MAX_COLUMNS = 12
MAX_ROWS = 200
ALERTS = ("NOTE", "TIP", "IMPORTANT", "WARNING", "CAUTION", "TANYA")

#: What an author may write for an alert of GitHub's.
_IN_ENGLISH = {
    "CATATAN": "NOTE",
    "INFO": "NOTE",
    "TIPS": "TIP",
    "PENTING": "IMPORTANT",
    "PERINGATAN": "WARNING",
    "AWAS": "CAUTION",
    "PERTANYAAN": "TANYA",
}

_ALERT = re.compile(r"\[!([^\]\s]{1,40})\]")
_SCHEME = re.compile(r"(?:https?://|mailto:|tel:)[^\s]", re.IGNORECASE)
_REMOTE = re.compile(r"(?:https?:)?//", re.IGNORECASE)
_COURSE_FILE = re.compile(r"[A-Za-z0-9._-]+\.md(?:#.*)?")
_COMMENT = re.compile(r"<!--(.*?)-->(.*)$", re.DOTALL)
_CODE = re.compile(r"K[0-9]{2,3}[a-z]?")
_ID = re.compile(r"[qc]-[a-z0-9]{6,40}")
_LEAVES = frozenset({Kind.PARAGRAPH, Kind.HEADING, Kind.UNDERLINED, Kind.TABLE, Kind.FOOTNOTE})


@dataclass(slots=True)
class Texts:
    """The texts of one file: masked lines by number, comments, and footnotes with their pieces."""

    masked: dict[int, str] = field(default_factory=dict)
    #: Inline comments by line.
    comments: dict[int, list[str]] = field(default_factory=dict)
    definitions: list[str] = field(default_factory=list)
    #: First and last line of each piece; an inner one comes after what holds it.
    pieces: list[tuple[int, int]] = field(default_factory=list)
    _labels: set[str] = field(default_factory=set)
    _references: list[tuple[int, str]] = field(default_factory=list)
    _footnote_uses: list[tuple[int, str]] = field(default_factory=list)
    _footnotes: list[tuple[int, str]] = field(default_factory=list)

    def check_references(self, report: Report) -> None:
        """Note references and footnotes that have no definition where it is needed (K113)."""
        for line, label in self._references:
            if _label(label) not in self._labels:
                report.add(line, "K113b", label=label)
        owner = self._owners()
        defined = {(label, owner.get(line)) for line, label in self._footnotes}
        anywhere = {label for _, label in self._footnotes}
        for line, label in self._footnote_uses:
            if (label, owner.get(line)) not in defined:
                report.add(line, "K113a" if label in anywhere else "K113b", label=f"^{label}")

    def _owners(self) -> dict[int, int]:
        """Map each line that matters to the number of the innermost piece that holds it."""
        lines = {line for line, _ in self._footnotes} | {line for line, _ in self._footnote_uses}
        owner: dict[int, int] = {}
        if lines:
            for index, (first, last) in enumerate(self.pieces):
                for line in range(first, last + 1):
                    owner[line] = index
        return {line: owner[line] for line in lines if line in owner}


def read_texts(report: Report, scan: Scan) -> Texts:
    """Read every text of *scan* and check what does not depend on where it stands."""
    texts = Texts()
    if scan.too_deep is not None:
        report.add(scan.too_deep, "K102c")
    for block in scan.walk():
        if block.kind is Kind.DEFINITION:
            _read_definition(report, texts, block)
        elif block.kind in _LEAVES:
            _read_leaf(report, texts, block)
        elif block.kind is Kind.QUOTE:
            _check_alert(report, block)
    return texts


def _read_definition(report: Report, texts: Texts, block: Block) -> None:
    text = block.lines[0].text.strip()
    label, _, rest = text[1:].partition("]:")
    target = rest.strip().split(" ")[0].strip("<>")
    texts._labels.add(_label(label))
    texts.definitions.append(text)
    _check_link(report, Link(block.first, target, label))


def _label(label: str) -> str:
    return " ".join(label.split()).casefold()


def _read_leaf(report: Report, texts: Texts, block: Block) -> None:
    lines = block.lines
    if block.kind is Kind.FOOTNOTE:
        label = lines[0].text.lstrip(" ")[2:].partition("]")[0]
        texts._footnotes.append((block.first, label))
    if block.kind is Kind.TABLE:
        if len(split_row(lines[0].text)) > MAX_COLUMNS or len(lines) - 2 > MAX_ROWS:
            report.add(block.first, "K102d")
        found = Inlines()
        for line in lines:
            _join(found, read_inlines([line]))
    else:
        found = read_inlines(lines)
    for line, masked in zip(lines, found.masked, strict=True):
        texts.masked[line.number] = masked
    for comment in found.comments:
        texts.comments.setdefault(comment.line, []).append(comment.text)
    if found.open_comment is not None:
        report.references.whole = False
        report.add(found.open_comment, "K112b")
    for html, is_script in found.html[:1]:
        script = is_script or any(flag for _, flag in found.html)
        report.add(html.line, "K96b" if script else "K96a", text=html.text)
    for link in found.links:
        _check_image(report, link) if link.is_image else _check_link(report, link)
    texts._references += [(reference.line, reference.text) for reference in found.references]
    own = 1 if block.kind is Kind.FOOTNOTE else 0
    texts._footnote_uses += [(use.line, use.text) for use in found.footnotes[own:]]


def _join(whole: Inlines, part: Inlines) -> None:
    whole.masked += part.masked
    whole.links += part.links
    whole.comments += part.comments
    whole.html += part.html
    whole.references += part.references
    whole.footnotes += part.footnotes
    if whole.open_comment is None:
        whole.open_comment = part.open_comment


def _check_image(report: Report, link: Link) -> None:
    if _REMOTE.match(link.target):
        report.add(link.line, "K105")
        return
    if not link.target.startswith("media/") and ":" in link.target.partition("/")[0]:
        report.add(link.line, "K96c", target=link.target)
        return
    report.references.images.append((link.target, link.line))
    if not link.label.strip():
        report.add(link.line, "K95b")


def _check_link(report: Report, link: Link) -> None:
    target = link.target
    if _SCHEME.match(target):
        return
    if target.startswith(("#", "media/")) or _COURSE_FILE.fullmatch(target):
        report.references.links.append((target, link.line))
    else:
        report.add(link.line, "K96c", target=target)


def _check_alert(report: Report, quote: Block) -> None:
    first = quote.children[0] if quote.children else None
    if first is None or first.kind is not Kind.PARAGRAPH:
        return
    text = first.lines[0].text.lstrip(" ")
    match = _ALERT.match(text)
    if match is None or match[1].upper() in ALERTS or text[match.end() : match.end() + 1] in ("(", "["):
        return
    known = _IN_ENGLISH.get(match[1].upper()) or nearest(match[1], ALERTS, limit=3)
    source = report.source(first.first)
    fix = report.rewrite(first.first, source.replace(match[0], f"[!{known}]", 1)) if known else None
    report.add(first.first, "K104", fix=fix, value=match[0], hint=meant(known))


# Comments


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment of its own line: *kind* is ``id``, ``abaikan``, ``catatan`` or empty."""

    kind: str
    value: str


def read_comment(inside: str) -> Comment:
    """Say what the text *inside* a comment is."""
    kind, colon, value = inside.strip().partition(":")
    kind = kind.strip().casefold()
    if not colon or kind not in ("id", "abaikan", "catatan"):
        return Comment("", inside.strip())
    return Comment(kind, value.strip())


def comment_of(block: Block) -> Comment:
    """Return the comment of a block of its own; text after its end makes it one that is not known."""
    match = _COMMENT.match(block.text)
    if match is None or match[2].strip():
        return Comment("", block.text)
    return read_comment(match[1])


def is_id(value: str, kind: str) -> bool:
    """Say whether *value* is a well-formed id of *kind* (``q`` or ``c``)."""
    return bool(_ID.fullmatch(value)) and value.startswith(kind)


def excuse_all(report: Report, blocks: Sequence[Block], *, quiz_from: int | None) -> None:
    """Let every `abaikan` comment cover the block after it; before a question, the whole question."""
    asked: list[str] = []
    for index, block in enumerate(blocks):
        if block.children:
            excuse_all(report, block.children, quiz_from=quiz_from)
        if block.kind is Kind.COMMENT:
            comment = comment_of(block)
            if comment.kind == "abaikan":
                asked += _asked_codes(comment.value)
        elif asked:
            report.excuse(asked, block.first, _covered_until(report, blocks, index, quiz_from))
            asked = []


def _asked_codes(value: str) -> list[str]:
    """Return the codes at the beginning of *value*; the reason follows them."""
    codes: list[str] = []
    for word in value.replace(",", " ").split():
        if not _CODE.fullmatch(word):
            break
        codes.append(word)
    return codes


def _covered_until(report: Report, blocks: Sequence[Block], index: int, quiz_from: int | None) -> int:
    covered = blocks[index]
    last = covered.last
    if covered.kind is Kind.ITEM:
        for sibling in blocks[index:]:
            if sibling.list_number != covered.list_number:
                break
            last = sibling.last
    elif covered.kind is Kind.HEADING and quiz_from is not None and covered.first > quiz_from:
        rest = (later.first for later in blocks[index + 1 :] if later.kind is Kind.HEADING)
        last = next(rest, len(report.lines) + 1) - 1
    return last
