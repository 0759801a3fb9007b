"""Elements into HTML.

Python-Markdown's own serialiser leaves an ``&lt;`` that a writer spelt out (``&amp;lt;``) as it is.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element

_VOID = {"br", "hr", "img", "input"}
#: Elements of ours that only hold others together.
_BARE = {"plain"}
_ON_OWN_LINE = {
    "blockquote", "details", "div", "dl", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre",
    "section", "table", "tbody", "thead", "tr", "ul",
}  # fmt: skip


def escape(text: str) -> str:
    """Return *text* as the content of an element."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def serialise(root: Element) -> str:
    """Return the HTML of what *root* holds, without *root* itself."""
    parts: list[str] = []
    if root.text:
        parts.append(escape(root.text))
    for child in root:
        _write(child, parts)
    return "".join(parts)


def _write(element: Element, parts: list[str]) -> None:
    bare = element.tag in _BARE
    if not bare:
        parts.append(f"<{element.tag}")
        parts.extend(f' {name}="{_attribute(value)}"' for name, value in element.items())
        parts.append(">")
    if element.text:
        parts.append(escape(element.text))
    for child in element:
        _write(child, parts)
    if not bare and element.tag not in _VOID:
        parts.append(f"</{element.tag}>")
    if element.tag in _ON_OWN_LINE:
        parts.append("\n")
    if element.tail:
        parts.append(escape(element.tail))


def _attribute(value: str) -> str:
    return escape(value).replace('"', "&quot;")
