"""Which SVG drawings a course may hold: those that neither run anything nor fetch anything."""

from __future__ import annotations

import re
from contextlib import suppress
from xml.parsers import expat

_SVG = "http://www.w3.org/2000/svg"
#: Namespaces whose elements a browser acts on inside a drawing.
_ACTIVE_NAMESPACES = {"http://www.w3.org/1999/xhtml", "http://www.w3.org/1998/Math/MathML"}
_ACTIVE_ELEMENTS = {
    "script", "foreignobject", "iframe", "embed", "object", "audio", "video", "handler", "listener",
}  # fmt: skip
_ANIMATIONS = {"animate", "set", "animatetransform", "animatemotion", "animatecolor", "discard"}
_LINKS = {"href", "src", "base", "from", "to", "values", "by", "data", "action", "formaction", "poster"}
_OWN_LINK = re.compile(r"#|data:image/(?:png|jpeg|webp|gif);base64,", re.IGNORECASE)
_OWN_FONT = re.compile(r"data:(?:font/|application/(?:x-)?font-)", re.IGNORECASE)
_SCRIPT_LINK = re.compile(r"(?:java|vb|live)script|data:", re.IGNORECASE)
_URL = re.compile(r"url\(\s*(['\"]?)\s*(.{0,60})", re.IGNORECASE | re.DOTALL)
_FETCHING_CSS = re.compile(
    r"@import|@namespace|image-set|expression\s*\(|-moz-binding|behavior\s*:|\\", re.IGNORECASE
)
_IGNORED = re.compile("[\x00-\x20\x7f-\xa0\u200b-\u200f\u2028-\u202f\ufeff]+")

SCRIPT = "K116c"
OUTSIDE = "K116d"
NO_SVG = "K116b"
_MAX_DEPTH = 200
#: The first element of a drawing stands within this many bytes.
_HEAD = 4_000


def check_svg(content: bytes) -> list[str]:
    """Return the codes of what is wrong with the drawing in *content*; each code once."""
    reader = _SvgReader()
    try:
        reader.read(content)
    except (expat.ExpatError, ValueError, LookupError):
        return [*sorted(reader.codes), NO_SVG] if NO_SVG not in reader.codes else sorted(reader.codes)
    return sorted(reader.codes)


def svg_size(content: bytes) -> tuple[int, int] | None:
    """Return width and height of the drawing in *content* in CSS pixels; None where its first `svg` does not say.

    They are taken from ``width`` and ``height`` as plain numbers or pixels, else from ``viewBox`` (SVG 2, §8.2).
    """
    attributes: dict[str, str] = {}

    def start(name: str, found: dict[str, str]) -> None:
        if not attributes and name.rpartition(":")[2] == "svg":
            attributes.update(found)

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    with suppress(expat.ExpatError, ValueError, LookupError):
        parser.Parse(content[:_HEAD], False)
    sides = [_length(attributes.get(name, "")) for name in ("width", "height")]
    if not all(sides):
        box = re.split(r"[\s,]+", attributes.get("viewBox", "").strip())
        sides = [_length(text) for text in box[2:4]] if len(box) == 4 else []
    return (sides[0], sides[1]) if len(sides) == 2 and all(sides) else None


def _length(text: str) -> int:
    """Return the whole pixels that *text* gives, 0 where it is in another unit or has over five digits."""
    found = re.fullmatch(r"(\d{1,5})(?:\.\d{1,9})?(?:px)?", text.strip(), re.ASCII)
    return int(found[1]) if found else 0


class _SvgReader:
    def __init__(self) -> None:
        self.codes: set[str] = set()
        self.depth = 0
        self.in_style = 0
        self.style: list[str] = []

    def read(self, content: bytes) -> None:
        parser = expat.ParserCreate(namespace_separator=" ")
        # Entities are never declared in an honest drawing; without them none can grow or fetch.
        parser.StartDoctypeDeclHandler = self.start_doctype
        parser.EntityDeclHandler = self.declare_entity
        parser.ProcessingInstructionHandler = self.instruct
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.text
        parser.Parse(content, True)

    def start_doctype(
        self, _name: str, _system: str | None, _public: str | None, has_internal_subset: bool
    ) -> None:
        if has_internal_subset:
            self.codes.add(OUTSIDE)

    def declare_entity(self, *_details: object) -> None:
        self.codes.add(OUTSIDE)
        raise ValueError("entities are refused")

    def instruct(self, _target: str, _data: str) -> None:
        self.codes.add(OUTSIDE)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        namespace, _, local = name.rpartition(" ")
        local = local.lower()
        self.depth += 1
        if self.depth == 1 and (local != "svg" or namespace != _SVG):
            self.codes.add(NO_SVG)
        if self.depth > _MAX_DEPTH:
            raise ValueError("nested too deeply")
        if local in _ACTIVE_ELEMENTS or namespace in _ACTIVE_NAMESPACES:
            self.codes.add(SCRIPT)
        if local == "style":
            self.in_style += 1
        for key, value in attributes.items():
            self.check_attribute(local, key.rpartition(" ")[2].lower(), value)

    def end(self, name: str) -> None:
        self.depth -= 1
        if name.rpartition(" ")[2].lower() == "style":
            self.in_style -= 1
            self.check_css("".join(self.style))
            self.style.clear()

    def text(self, text: str) -> None:
        if self.in_style:
            self.style.append(text)

    def check_attribute(self, element: str, name: str, value: str) -> None:
        if name.startswith("on"):
            self.codes.add(SCRIPT)
        elif element in _ANIMATIONS and name == "attributename":
            if value.strip().rpartition(":")[2].lower() in {
                "href",
                "style",
            } or value.strip().lower().startswith("on"):
                self.codes.add(SCRIPT)
        elif name in _LINKS and (
            name in {"href", "src", "base", "data", "action", "formaction", "poster"}
            or element in _ANIMATIONS
        ):
            self.check_link(name, value)
        elif name == "style":
            self.check_css(value)
        elif "(" in value or "\\" in value:
            self.check_urls(value)

    def check_link(self, name: str, value: str) -> None:
        plain = _IGNORED.sub("", value)
        if name in {"from", "to", "values", "by"}:
            # Animated values are numbers and colours; an address among them aims at a link.
            if _SCRIPT_LINK.search(plain):
                self.codes.add(SCRIPT)
            elif "//" in plain:
                self.codes.add(OUTSIDE)
        elif not _OWN_LINK.match(plain):
            self.codes.add(SCRIPT if _SCRIPT_LINK.match(plain) else OUTSIDE)

    def check_css(self, css: str) -> None:
        if _FETCHING_CSS.search(css):
            self.codes.add(OUTSIDE)
        self.check_urls(css)

    def check_urls(self, value: str) -> None:
        for match in _URL.finditer(value):
            target = match[2].lstrip("'\" \t\r\n")
            if not (_OWN_LINK.match(target) or _OWN_FONT.match(target)):
                self.codes.add(OUTSIDE)
