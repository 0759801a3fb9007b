"""Indonesian words without their affixes: "pendaftaran" and "mendaftar" are both "daftar".

This is Tala's stemmer as Snowball has it, which is also PostgreSQL's dictionary ``indonesian_stem``: SQLite
has none, and the page has to mark in a text what the database found. A test compares it with PostgreSQL's.
"""

from __future__ import annotations

from functools import lru_cache

_VOWELS = frozenset("aeiou")
#: A word of fewer syllables is a root already.
_SYLLABLES = 2

#: What the first prefix was decides which suffix may go (``di- -an`` is no pair, ``ke- -kan`` neither).
_NONE, _LEARNER, _VERB, _PER, _NOUN, _BER = range(6)
_FIRST = (
    ("meng", _VERB), ("meny", _VERB), ("peng", _NOUN), ("peny", _NOUN),
    ("mem", _VERB), ("men", _VERB), ("pem", _NOUN), ("pen", _NOUN), ("ter", _VERB),
    ("di", _VERB), ("ke", _NOUN), ("me", _VERB),
)  # fmt: skip
_SWALLOWED = {"eng": "k", "en": "t"}


def roots(word: str) -> tuple[str, ...]:
    """Return the root of *word*, and the one with the letter that the dictionary does not give back.

    "pengiriman" is "irim" to the dictionary: ``meng-`` and ``peng-`` swallow a k, ``men-`` and ``pen-`` a t.
    """
    root = stem(word)
    swallowed = _SWALLOWED.get(word[1:4]) or _SWALLOWED.get(word[1:3])
    if swallowed and word[:1] in {"m", "p"} and root[:1] in _VOWELS and not word.startswith(root):
        return root, swallowed + root
    return (root,)


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """Return *word*, which is in lower case, without prefixes and suffixes."""
    left = sum(letter in _VOWELS for letter in word)
    if left <= _SYLLABLES:
        return word
    for particle in ("kah", "lah", "pun"):
        if word.endswith(particle):
            word, left = word[:-3], left - 1
            break
    if left > _SYLLABLES:
        for owner in ("nya", "ku", "mu"):
            if word.endswith(owner):
                word, left = word[: -len(owner)], left - 1
                break
    if left <= _SYLLABLES:
        return word
    letter, rest, kind = _without_first_prefix(word)
    if kind:
        word, left = letter + rest, left - 1
        without = _without_suffix(word, kind) if left > _SYLLABLES else word
        if without != word and left - 1 > _SYLLABLES:
            # A letter that came back ("memengaruhi" is "pengaruh") begins no second prefix.
            return letter + _without_second_prefix(without[len(letter) :])[0]
        return without
    word, kind = _without_second_prefix(word)
    left -= bool(kind)
    return _without_suffix(word, kind) if left > _SYLLABLES else word


def _without_first_prefix(word: str) -> tuple[str, str, int]:
    """Return the letter the prefix had swallowed, the rest, and the kind of the prefix."""
    for prefix, kind in _FIRST:
        if not word.startswith(prefix):
            continue
        rest = word[len(prefix) :]
        starts_open = rest[:1] in _VOWELS
        if prefix in {"meny", "peny"}:
            if starts_open:
                return "s", rest, kind
            continue
        return "p" if prefix in {"mem", "pem"} and starts_open else "", rest, kind
    return "", word, _NONE


def _without_second_prefix(word: str) -> tuple[str, int]:
    if word.startswith(("belajar", "pelajar")):
        return word[3:], _BER if word[0] == "b" else _LEARNER
    if word.startswith("per"):
        return word[3:], _PER
    if word.startswith("ber"):
        return word[3:], _BER
    if word.startswith("pe"):
        return word[2:], _PER
    if word.startswith("be") and word[3:5] == "er" and word[2:3] not in _VOWELS:
        return word[2:], _BER
    return word, _NONE


def _without_suffix(word: str, kind: int) -> str:
    if word.endswith("kan") and kind not in {_NOUN, _PER}:
        return word[:-3]
    if word.endswith("an") and kind != _VERB:
        return word[:-2]
    if word.endswith("i") and kind <= _PER and not word.endswith("si"):
        return word[:-1]
    return word
