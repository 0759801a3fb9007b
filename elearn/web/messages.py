"""What people write to each other: plain text, whose web addresses can be tapped."""

from __future__ import annotations

import re
from dataclasses import dataclass

#: An address up to the first character no address has; what only ends a sentence is not of it.
_ADDRESS = re.compile(r"https?://[^\s<>\"'`\\^{|}]+", re.IGNORECASE)
_ENDS_SENTENCES = ".,;:!?…)]»”’"


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a message: words, or a web address."""

    text: str
    is_address: bool


def pieces(text: str) -> list[Piece]:
    """Cut *text* at its web addresses; joined again, the pieces are the text."""
    found: list[Piece] = []
    begin = 0
    for match in _ADDRESS.finditer(text):
        address = match[0].rstrip(_ENDS_SENTENCES)
        if address.endswith("/") and address.count("/") == 2:
            continue  # "https://" alone leads nowhere.
        if match.start() > begin:
            found.append(Piece(text[begin : match.start()], False))
        found.append(Piece(address, True))
        begin = match.start() + len(address)
    if begin < len(text):
        found.append(Piece(text[begin:], False))
    return found
