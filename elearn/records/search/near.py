"""Words that were probably meant: "sertifkat" is near "sertifikat"."""

from __future__ import annotations

from collections.abc import Iterable

#: A word of fewer letters is near too many others.
SHORTEST = 4
#: How much of two words' groups of three letters must be the same; found by trying on misspelt titles.
LIKENESS = 0.4


def trigrams(word: str) -> frozenset[str]:
    """Return the groups of three letters of *word*, its edges included."""
    padded = f"  {word} "
    return frozenset(padded[at : at + 3] for at in range(len(padded) - 2))


def likeness(one: str, other: str) -> float:
    """Return how alike two words are, from 0 to 1: by groups of three letters, a swap or a slip forgiven."""
    if _is_one_slip(one, other):
        return 1.0 - 1 / max(len(one), len(other))
    these, those = trigrams(one), trigrams(other)
    return len(these & those) / len(these | those)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return which of *known* is most like *word*; None where none is like it."""
    if len(word) < SHORTEST:
        return None
    best = max(
        ((likeness(word, one), one) for one in known if len(one) >= SHORTEST), default=(0.0, ""), key=_rank
    )
    return best[1] if best[0] >= LIKENESS else None


def _rank(found: tuple[float, str]) -> tuple[float, int, str]:
    return found[0], -len(found[1]), found[1]


def _is_one_slip(one: str, other: str) -> bool:
    """Say whether a letter too many, too few, another or two in the wrong order is all the difference."""
    if abs(len(one) - len(other)) > 1:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    left, right = one[start:], other[start:]
    if len(left) == len(right):
        swapped = left[:2] == right[:2][::-1] and left[2:] == right[2:]
        return left[1:] == right[1:] or swapped
    return left[1:] == right if len(left) > len(right) else left == right[1:]
