"""Addresses: which may stand in a link, and which words of a text are one."""

from __future__ import annotations

import re
from urllib.parse import quote

#: The only schemes of a course; everything else that is not an address of the site is dropped.
SCHEMES = frozenset({"http", "https", "mailto", "tel"})

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
#: A host without a name and password before it, which only serve to deceive.
_WEB = re.compile(r"https?://[a-z0-9][a-z0-9.-]*(?::[0-9]{1,5})?(?:[/?#]|$)", re.IGNORECASE)
#: An address on the site: rooted (not ``//host``), a part of the page, or relative without a colon
#: before its first slash.
_OWN = re.compile(r"/(?![/\\])|#|\?|[^/?#:\\]+(?:[/?#]|$)|/$")
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
#: What stays as it is in an address, as in cmark: brackets, quotes, backslashes and letters
#: outside ASCII are percent-encoded.
_KEPT = "-_.+!*'(),%#@?=;:/&$~"

_EMAIL = re.compile(
    r"(?<![A-Za-z0-9._+-])[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9_-]{1,63}){1,8}"
)
_ADDRESS_END = re.compile(r"[^\s<]*")
_ADDRESS_END_IN_BRACKETS = re.compile(r"[^\s<\]]*")
_HOST = re.compile(r"[^\W_][\w.-]*")
_TRAILING_ENTITY = re.compile(r"&[A-Za-z0-9]{1,31};$")


def encode_address(address: str) -> str:
    """Return *address* with everything percent-encoded that an address cannot hold."""
    return quote(address.strip(" \n\t"), safe=_KEPT)


def is_allowed(address: str) -> bool:
    """Say whether *address*, decoded, may stand in a link of a course.

    Asked a last time after both sanitisers: bleach 6.4.0 takes ``javascript:123`` for a host and
    its port. Browsers skip tabs and line ends inside a scheme, so an address with any control
    character is refused as a whole.
    """
    if _FORBIDDEN.search(address):
        return False
    scheme = _SCHEME.match(address)
    if scheme is None:
        return _OWN.match(address) is not None
    name = scheme[1].lower()
    if name in {"http", "https"}:
        return _WEB.match(address) is not None
    return name in SCHEMES and not address.startswith("//", scheme.end())


def is_external(address: str) -> bool:
    """Say whether *address* leads to another site."""
    return _WEB.match(address) is not None


def is_own(address: str) -> bool:
    """Say whether *address* is one of the site: without a scheme and without a host."""
    return is_allowed(address) and _SCHEME.match(address) is None


def email_spans(text: str) -> list[tuple[int, int]]:
    """Return where in *text* e-mail addresses stand."""
    if "@" not in text:
        return []
    return [match.span() for match in _EMAIL.finditer(text) if text[match.end() - 1] not in "-_"]


def bare_address(text: str, start: int, found: str, before: str, *, in_brackets: bool) -> int | None:
    """Return the end of the address that begins at *start* with *found*; None where it is none.

    The rules are those of GitHub: final punctuation is not part of it, nor a closing
    parenthesis that was not opened inside it.
    """
    if found[0] in "wW":
        if before and not before.isspace() and before not in "*_~(":
            return None
        host = _HOST.match(text, start)
    else:
        host = _HOST.match(text, start + len(found))
    if host is None or any("_" in part for part in host[0].split(".")[-2:]):
        return None
    match = (_ADDRESS_END_IN_BRACKETS if in_brackets else _ADDRESS_END).match(text, start)
    end = _trimmed(text, start, match.end() if match else start)
    return end if end > start + len(found) else None


def _trimmed(text: str, start: int, end: int) -> int:
    surplus = text.count(")", start, end) - text.count("(", start, end)
    while end > start:
        last = text[end - 1]
        if last in "?!.,:*_~'\"":
            end -= 1
        elif last == ")" and surplus > 0:
            end -= 1
            surplus -= 1
        elif last == ";":
            entity = _TRAILING_ENTITY.search(text, max(start, end - 33), end)
            end = entity.start() if entity else end - 1
        else:
            break
    return end
