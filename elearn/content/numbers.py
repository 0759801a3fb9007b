"""Numbers as Indonesians write them: read from learners with patience, from authors strictly; decimals only.

The comma is the decimal sign and the full stop parts thousands. What could be meant either way (`5,000`,
`3.5`) is not guessed: it reads as None, and the page says how to write it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Context, Decimal, InvalidOperation

from elearn.content.problems import phrase
from elearn.content.spelling import without_unseen

#: What the page says of a number that cannot be read. It knows no key.
UNCLEAR_NUMBER = phrase("Angka ini belum jelas. Tulis seperti 3,5 atau 230.000.")

#: More digits than this is no number of a lesson; the bound keeps all arithmetic here exact.
MOST_DIGITS = 24

#: Room for the product of two such numbers; whatever the precision of the caller's own context.
EXACT = Context(prec=4 * MOST_DIGITS, traps=[InvalidOperation])

#: Words for powers of ten.
SCALES = {
    "ribu": 3,
    "rb": 3,
    "juta": 6,
    "jt": 6,
    "miliar": 9,
    "milyar": 9,
    "triliun": 12,
}

_MINUSES = str.maketrans("\u2212\u2013", "--")

_AUTHOR_NUMBER = r"-?(?:[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]+)(?:,[0-9]+)?"
_AUTHOR_RE = re.compile(_AUTHOR_NUMBER)
_TOLERANCE_RE = re.compile(rf"({_AUTHOR_NUMBER})\s*(?:±|\+-)\s*({_AUTHOR_NUMBER})\s*(%?)")
_RANGE_RE = re.compile(rf"({_AUTHOR_NUMBER})(?:\s*(?:–|\.\.)\s*|\s+-\s+)({_AUTHOR_NUMBER})")

_LEARNER_RE = re.compile(
    r"(?P<sign>[+-]?)\s*(?:(?:rp\.?|idr)\s*(?P<sign_within>-?)\s*)?"
    r"(?P<whole>[1-9][0-9]{0,2}(?:\.[0-9]{3})+|[0-9]+)"
    r"(?:,(?P<decimals>[0-9]+)|(?P<no_cents>,-))?"
    rf"\s*(?P<scale>{'|'.join(SCALES)})?"
)


@dataclass(frozen=True, slots=True)
class AuthorRange:
    """What an author accepts: *value* ± *tolerance* (*is_percent* of the value), or from *low* to *high*.

    *low* and *high* are the bounds that follow, included; *value* and *tolerance* are None for a range.
    Nothing is refused here: a negative tolerance or a start above the end is for the parser to report.
    """

    low: Decimal
    high: Decimal
    value: Decimal | None = None
    tolerance: Decimal | None = None
    is_percent: bool = False


def read_number(text: str, *, unit: str = "") -> Decimal | None:
    """Read a number that a learner typed; None where it is unclear.

    Taken are `230000`, `230.000`, `Rp 230.000,00`, `Rp5.000,-`, `230 ribu`, `1,5jt`, with a `%` or the
    *unit* of the question after it. Where the unit itself counts in `ribu` or `juta`, a number with such
    a word is turned into the unit.
    """
    plain, unit_plain = _plain(text), _plain(unit)
    unit_scale = 0
    if unit_plain and plain.endswith(unit_plain):
        plain = plain.removesuffix(unit_plain).rstrip()
    else:
        plain = plain.removesuffix("%").removesuffix("rupiah").rstrip()
        unit_scale = SCALES.get(unit_plain.partition(" ")[0], 0)
    match = _LEARNER_RE.fullmatch(plain)
    if match is None or (match["sign"] and match["sign_within"]):
        return None
    whole, decimals = match["whole"], match["decimals"] or ""
    if _could_be_thousands(whole, decimals) or len(whole) + len(decimals) > MOST_DIGITS:
        return None
    exponent = SCALES[match["scale"]] - unit_scale if match["scale"] else 0
    sign = "-" if "-" in (match["sign"], match["sign_within"]) else ""
    return Decimal(f"{sign}{whole.replace('.', '')}{decimals}e{exponent - len(decimals)}")


def _could_be_thousands(whole: str, decimals: str) -> bool:
    """Say whether the comma may part thousands, as in the English `5,000`.

    Not in `0,125`, `1.234,567` or `1234,567`: no English number is written so.
    """
    return len(decimals) == 3 and len(whole) <= 3 and whole[0] != "0"


def _plain(text: str) -> str:
    """Return *text* in one spelling: compatible forms, no case, one minus, single spaces, no final stop."""
    folded = unicodedata.normalize("NFKC", without_unseen(text)).casefold()
    return " ".join(folded.translate(_MINUSES).split()).removesuffix(".").rstrip()


def parse_author_number(text: str) -> Decimal | None:
    """Read a `bilangan` of the course format; None where it is not exactly that."""
    stripped = text.strip()
    if not _AUTHOR_RE.fullmatch(stripped) or len(stripped) > MOST_DIGITS:
        return None
    return Decimal(stripped.replace(".", "").replace(",", "."))


def parse_author_range(text: str) -> AuthorRange | None:
    """Read what stands after `Jawaban angka:`, without weight: a number, a tolerance or a range."""
    stripped = text.strip()
    value = parse_author_number(stripped)
    if value is not None:
        return AuthorRange(value, value, value)
    if match := _TOLERANCE_RE.fullmatch(stripped):
        return _with_tolerance(match[1], match[2], is_percent=bool(match[3]))
    if match := _RANGE_RE.fullmatch(stripped):
        low, high = parse_author_number(match[1]), parse_author_number(match[2])
        return None if low is None or high is None else AuthorRange(low, high)
    return None


def _with_tolerance(value_text: str, tolerance_text: str, *, is_percent: bool) -> AuthorRange | None:
    value, tolerance = parse_author_number(value_text), parse_author_number(tolerance_text)
    if value is None or tolerance is None:
        return None
    width = tolerance
    if is_percent:
        width = EXACT.scaleb(EXACT.multiply(EXACT.abs(value), tolerance), -2)
    low, high = EXACT.subtract(value, width), EXACT.add(value, width)
    return AuthorRange(low, high, value, tolerance, is_percent)


def format_decimal(value: Decimal, *, places: int | None = None) -> str:
    """Write *value* the Indonesian way (`1.234,5`).

    Without *places* all its decimals but closing zeros are written; with them, exactly so many, cut off
    and not rounded up, so that 69,99 never reads 70.
    """
    digits = format(abs(value), "f")
    whole, _, decimals = digits.partition(".")
    decimals = decimals.rstrip("0") if places is None else decimals[:places].ljust(places, "0")
    grouped = re.sub(r"(?<=[0-9])(?=(?:[0-9]{3})+$)", ".", whole)
    written = f"{grouped},{decimals}" if decimals else grouped
    return f"-{written}" if value < 0 and re.search("[1-9]", written) else written


def plain_decimal(value: Decimal) -> str:
    """Write *value* for machines (`1234.5`): no exponent, no closing zeros."""
    whole, _, decimals = format(value, "f").partition(".")
    decimals = decimals.rstrip("0")
    return f"{whole}.{decimals}" if decimals else whole


def middle(low: Decimal, high: Decimal) -> Decimal:
    """Return the number half way between *low* and *high*."""
    return EXACT.divide(EXACT.add(low, high), Decimal(2))


def number_to_type(value: Decimal) -> str:
    """Write *value* as a learner could type it: never unclear, so 5,125 becomes `5,1250`."""
    written = format_decimal(value)
    return written if read_number(written) is not None else f"{written}0"
