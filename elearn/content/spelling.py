"""When two answers are the same although they are not written the same."""

from __future__ import annotations

import unicodedata

#: Invisible characters that Unicode does not class as format characters (Cf).
_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0") | {
    chr(code) for code in range(0xFE00, 0xFE10)
}


def without_unseen(text: str) -> str:
    """Return *text* without zero-width and other invisible characters (they fool a comparison)."""
    return "".join(char for char in text if unicodedata.category(char) != "Cf" and char not in _UNSEEN)


def exact_text(text: str) -> str:
    """Return *text* as `Persis: ya` compares it: case, spaces and full stops count.

    Only what nobody can see is evened out: invisible characters, and the two ways to write one accented
    letter (NFC).
    """
    return unicodedata.normalize("NFC", without_unseen(text))


def matching_text(text: str) -> str:
    """Return *text* in the form in which answers, choices and cells are compared.

    Unicode NFKC, no case, no invisible characters, outer spaces dropped and inner ones made one, final
    `. , ! ?` dropped (unless nothing else is there).
    """
    folded = unicodedata.normalize("NFKC", without_unseen(text)).casefold()
    spaced = " ".join(unicodedata.normalize("NFKC", without_unseen(folded)).split())
    return spaced.rstrip(" .,!?") or spaced


def letter_count(text: str) -> int:
    """Return how many letters *text* has; digits, spaces and signs are none."""
    return sum(char.isalpha() for char in text)


def within_edits(one: str, other: str, edits: int) -> bool:
    """Say whether at most *edits* insertions, deletions or replacements turn *one* into *other*.

    Levenshtein's distance: two letters changed about are two edits. Only a band of the table is
    computed, and no row further once all of it is too far.
    """
    if abs(len(one) - len(other)) > edits:
        return False
    too_far = edits + 1
    row = {column: column for column in range(min(edits, len(other)) + 1)}
    for line, char in enumerate(one, start=1):
        band = range(max(0, line - edits), min(len(other), line + edits) + 1)
        next_row: dict[int, int] = {}
        for column in band:
            best = min(row.get(column, too_far), next_row.get(column - 1, too_far)) + 1
            if column > 0:
                best = min(best, row.get(column - 1, too_far) + (other[column - 1] != char))
            next_row[column] = best
        if min(next_row.values()) > edits:
            return False
        row = next_row
    return row[len(other)] <= edits
