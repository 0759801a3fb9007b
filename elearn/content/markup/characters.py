"""Single characters: escapes, entities, and what no page can hold."""

from __future__ import annotations

import html
import re
import unicodedata
from functools import lru_cache
from html.entities import html5

#: Control characters and halves of surrogate pairs: no page can hold them.
_UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])|&(#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
REPLACEMENT = "\ufffd"


def fit(text: str) -> str:
    """Return *text* with a mark in place of every character that no page can hold."""
    return _UNFIT.sub(REPLACEMENT, text)


def lines_of(text: str) -> list[str]:
    """Cut *text* into lines without tabs and without characters that no page can hold."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n")
    return fit(text).expandtabs(4).split("\n")


def decode_entity(entity: str) -> str:
    """Return what ``&nbsp;`` and its like stand for; *entity* itself where it stands for nothing."""
    if entity[1] != "#" and entity[1:] not in html5:
        return entity
    return fit(html.unescape(entity) or REPLACEMENT)


def unescape(text: str) -> str:
    """Undo backslashes and entities, as in addresses and titles."""
    return _ESCAPED.sub(lambda match: match[1] or decode_entity(match[0]), text)


@lru_cache(maxsize=4096)
def is_punctuation(character: str) -> bool:
    """Say whether *character* is punctuation of any script, or a symbol of ASCII; so decides cmark-gfm."""
    kind = unicodedata.category(character)[0]
    return kind == "P" or (kind == "S" and character.isascii())
