"""Words as they are looked for: small letters without marks, and what makes two of them the same."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from elearn.records.search.stemming import roots, stem

#: More words than this are not looked for.
MOST_TERMS = 8
#: From this many letters on, the beginning of a word finds it.
PREFIX_LETTERS = 3
#: A part of a hyphenated word this short says nothing on its own: P-IRT, e-mail.
_SHORT_PART = 2
#: Letters around the words that were found.
EXCERPT_LENGTH = 200

_HYPHENS = "-\u2010\u2011"
_WRITTEN = re.compile(rf"[^\W_]+(?:[{_HYPHENS}][^\W_]+)*")
_WORD = re.compile(r"[^\W_]+")
#: Words that stand everywhere; they are left out where another word is asked for.
_COMMON = frozenset(
    [
        "ada",
        "adalah",
        "agar",
        "apa",
        "apakah",
        "atau",
        "bagaimana",
        "dalam",
        "dan",
        "dari",
        "dengan",
        "di",
        "harus",
        "ini",
        "itu",
        "kalau",
        "ke",
        "oleh",
        "pada",
        "saja",
        "saya",
        "sudah",
        "untuk",
        "yang",
    ]
)


@dataclass(frozen=True, slots=True)
class Term:
    """A word somebody looks for."""

    word: str
    roots: tuple[str, ...]

    @classmethod
    def of(cls, word: str) -> Term:
        """Return *word*, which is folded, as a term."""
        return cls(word, roots(word))

    def fits(self, forms: frozenset[str]) -> bool:
        """Say whether a word with these *forms* is what is looked for."""
        if self.word in forms or not forms.isdisjoint(self.roots):
            return True
        return len(self.word) >= PREFIX_LETTERS and any(form.startswith(self.word) for form in forms)


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of an excerpt; *hit* where it is what was looked for."""

    text: str
    hit: bool = False


def fold(text: str) -> str:
    """Return *text* in small letters without accents and other marks."""
    spread = unicodedata.normalize("NFKD", text.casefold())
    return "".join(one for one in spread if not unicodedata.combining(one))


def terms_of(typed: str) -> tuple[Term, ...]:
    """Return the terms of what somebody typed, each once; any text is only words, or nothing."""
    found: dict[str, Term] = {}
    for written in _WRITTEN.finditer(typed):
        parts = _WORD.findall(fold(written[0]))
        if len(parts) > 1 and min(map(len, parts)) <= _SHORT_PART:
            parts = ["".join(parts)]
        for part in parts:
            found.setdefault(stem(part), Term.of(part))
    telling = [term for term in found.values() if term.word not in _COMMON]
    return tuple(telling or found.values())[:MOST_TERMS]


def indexed(text: str) -> list[str]:
    """Return every word of *text* as an index takes it: whole words, and hyphenated ones also in one."""
    found: list[str] = []
    for written in _WRITTEN.finditer(text):
        parts = _WORD.findall(fold(written[0]))
        found += parts
        if len(parts) > 1:
            found.append("".join(parts))
    return found


@lru_cache(maxsize=20_000)
def forms_of(written: str) -> frozenset[str]:
    """Return everything under which a word of a text is found."""
    words = indexed(written)
    return frozenset(words).union(*map(roots, words))


def hits_in(text: str, terms: Sequence[Term]) -> frozenset[Term]:
    """Return which of *terms* stand in *text*."""
    return frozenset(term for _start, _end, term in _hits(text, terms))


def excerpt(text: str, terms: Sequence[Term], length: int = EXCERPT_LENGTH) -> tuple[Piece, ...]:
    """Return the stretch of *text* in which most of *terms* stand, with what was found marked."""
    hits = list(_hits(text, terms))
    start, end = _stretch(text, hits, length)
    return _cut(text, hits, start, end)


def marked(text: str, terms: Sequence[Term]) -> tuple[Piece, ...]:
    """Return all of *text* with what was found marked."""
    return _cut(text, list(_hits(text, terms)), 0, len(text))


def _cut(text: str, hits: Sequence[tuple[int, int, Term]], start: int, end: int) -> tuple[Piece, ...]:
    pieces: list[Piece] = [Piece("… ")] if start else []
    at = start
    for begins, ends, _term in hits:
        if begins < at or ends > end:
            continue
        if begins > at:
            pieces.append(Piece(text[at:begins]))
        pieces.append(Piece(text[begins:ends], hit=True))
        at = ends
    pieces.append(Piece(text[at:end] + (" …" if end < len(text) else "")))
    return tuple(piece for piece in pieces if piece.text)


def _hits(text: str, terms: Sequence[Term]) -> Iterator[tuple[int, int, Term]]:
    for written in _WRITTEN.finditer(text):
        forms = forms_of(written[0])
        term = next((one for one in terms if one.fits(forms)), None)
        if term is not None:
            yield written.start(), written.end(), term


def _stretch(text: str, hits: Sequence[tuple[int, int, Term]], length: int) -> tuple[int, int]:
    if len(text) <= length:
        return 0, len(text)
    best, most = 0, 0
    for number, (begins, _ends, _term) in enumerate(hits):
        within = {term for start, end, term in hits[number:] if end <= begins + length}
        if len(within) > most:
            best, most = begins, len(within)
    # A little of what stands before, from the beginning of a word on.
    start = max(0, best - length // 4)
    if start:
        start = text.find(" ", start, best) + 1 or best
    end = min(len(text), start + length)
    if end < len(text):
        end = max(text.rfind(" ", start + 1, end), start + length // 2)
    return start, end
