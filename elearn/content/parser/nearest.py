"""The nearest known word to a mistyped one."""

from __future__ import annotations

from collections.abc import Iterable

from elearn.content.problems import phrase

#: Longer words are not compared: they are no misspelt key.
MAX_LENGTH = 40


def edits(left: str, right: str, limit: int = 2) -> int:
    """Return how many letters differ between *left* and *right*, at most *limit* + 1."""
    if abs(len(left) - len(right)) > limit or max(len(left), len(right)) > MAX_LENGTH:
        return limit + 1
    if len(set(left) - set(right)) > limit or len(set(right) - set(left)) > limit:
        return limit + 1
    row = list(range(len(right) + 1))
    for index, letter in enumerate(left, 1):
        diagonal, row[0] = row[0], index
        for other, known in enumerate(right, 1):
            cost = min(row[other] + 1, row[other - 1] + 1, diagonal + (letter != known))
            diagonal, row[other] = row[other], cost
        if min(row) > limit:
            return limit + 1
    return min(row[-1], limit + 1)


def nearest(word: str, known: Iterable[str], limit: int = 2) -> str:
    """Return the one of *known* that is nearest to *word* within *limit* edits, empty without one."""
    if len(word) > MAX_LENGTH:
        return ""
    best, best_edits = "", limit + 1
    folded = word.casefold()
    for candidate in known:
        distance = edits(folded, candidate.casefold(), limit)
        if distance < best_edits:
            best, best_edits = candidate, distance
    return best


def hint(word: str, known: Iterable[str], limit: int = 2) -> str:
    """Return the half sentence that names the nearest known word, or nothing."""
    found = nearest(word, known, limit)
    return meant(found)


def meant(word: str) -> str:
    """Return the half sentence that names *word* as what was meant, or nothing."""
    return phrase(' (maksud Anda "{word}"?)', word=word) if word else ""
