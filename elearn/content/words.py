"""Words, sentences and abbreviations of plain text: the one place that says what each of them is."""

from __future__ import annotations

import re
from collections.abc import Iterator

_WORD = re.compile(r"[^\W_][\w'’.,-]*")

#: Marks that stand between the end of a sentence and the space behind it, or before its first word.
_CLOSING = r"[\"'”’»)\]*_]{0,8}"
_OPENING = re.compile(r"[\s\"'“‘«(\[*_]*")
_ENDS = re.compile(rf"(?:[.!?]{{1,8}}|…){_CLOSING}(?=\s|$)")
_ENDS_AND_COLONS = re.compile(rf"(?:[.!?:]{{1,8}}|…){_CLOSING}(?=\s|$)")
_LONGEST_TOKEN = 60

#: What is always followed by what it belongs to: "No. 5", "Rp. 1.000", "Jl. Raden Intan".
_BEFORE_A_NAME = frozenset(
    "no nmr rp jl jln gg tgl hlm kab kec kel prov telp tlp bpk sdr sdri tn ny yth dr drs dra ir prof h hj a.n d.a u.p s.d ps pt cv ud".split()  # noqa: SIM905 (a line of words reads best)
)

_ABBREVIATION = re.compile(
    r"(?<![A-Za-z0-9.@_])[A-Z0-9]{1,20}(?:-[A-Z0-9]{1,20}){0,6}(?![A-Za-z0-9_@]|\.[A-Za-z0-9])"
)
_ROMAN = re.compile(r"X{0,3}(?:IX|IV|V?I{0,3})")
_MOST_DIGITS = 3

#: Abbreviations everybody says every day, who does not think of them as any: things, forms of a firm,
#: neighbourhoods, schools, times of the day. KTP, NIB or QRIS are none of them: they are explained.
EVERYDAY = frozenset(
    "HP WA OK PDF JPG RT RW CV PT UD SMS TV AC QR USB ATM PIN PLN WIB WITA WIT TK SD SMP SMA SMK S1 RI".split()  # noqa: SIM905 (a line of words reads best)
)
UNITS = frozenset(
    "KG GR ML CC CM MM KM MB GB KB KWH".split()  # noqa: SIM905 (a line of words reads best)
)
#: Written in capitals on packages: "12 MEI 2027".
MONTHS = frozenset(
    "JANUARI FEBRUARI MARET APRIL MEI JUNI JULI AGUSTUS SEPTEMBER OKTOBER NOVEMBER DESEMBER".split()  # noqa: SIM905 (a line of words reads best)
)
_NO_ABBREVIATIONS = EVERYDAY | UNITS | MONTHS


def words_in(text: str) -> list[str]:
    """Return the words of *text*: what begins with a letter or a digit; "10.30" and "SPP-IRT" are one."""
    return _WORD.findall(text)


def sentences_in(text: str, *, colons: bool = False) -> Iterator[tuple[int, int, bool]]:
    """Yield where each sentence of *text* begins and ends, and whether a mark ended it.

    With *colons* a colon ends one too. A full stop inside "10.30", "oss.go.id" or "S.Pd." ends none, nor
    one after "No." or "Rp.", nor any mark before a small letter.
    """
    begin = 0
    for found in (_ENDS_AND_COLONS if colons else _ENDS).finditer(text):
        if ":" not in found[0] and not _ends_here(text, begin, found.start(), found.end()):
            continue
        yield begin, found.end(), True
        begin = found.end()
    if text[begin:].strip():
        yield begin, len(text), False


def _ends_here(text: str, begin: int, mark: int, end: int) -> bool:
    opening = _OPENING.match(text, end)
    following = text[opening.end() : opening.end() + 1] if opening else ""
    if not following:
        return True
    if following.islower():
        return False
    if text[mark] != ".":
        return True
    before = text[max(begin, mark - _LONGEST_TOKEN) : mark].split()
    token = before[-1].lstrip("(\"'“‘*_[") if before and text[mark - 1 : mark].strip() else ""
    if token.casefold() in _BEFORE_A_NAME:
        return False
    if len(token) == 1 and token.isupper():
        # "A. Yani" and "Jalan A. Yani", but not "vitamin C. Lalu".
        return len(before) > 1 and not before[-2].lstrip("(\"'“‘*_[")[:1].isupper()
    return True


def abbreviations_in(text: str) -> Iterator[tuple[str, int]]:
    """Yield each abbreviation of *text* and where it stands.

    One is a word of at least two capitals and no small letter, digits and hyphens included: NIB, P3H,
    SPP-IRT. Roman numerals, units, months, numbers of papers and `EVERYDAY` words are none.
    """
    for found in _ABBREVIATION.finditer(text):
        word = found[0]
        if (
            sum(letter.isalpha() for letter in word) >= 2
            and sum(letter.isdigit() for letter in word) <= _MOST_DIGITS
            and word not in _NO_ABBREVIATIONS
            and not _ROMAN.fullmatch(word)
        ):
            yield word, found.start()
