"""The keys of quizzes and questions, and what their values may be."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

from elearn.content.items import POINT, ItemType, Marking, ScoreRule, ShowKey
from elearn.content.parser.front_matter import SLUG, YES_NO, read_percent
from elearn.content.parser.nearest import edits, nearest
from elearn.content.parser.report import Report
from elearn.content.problems import phrase

QUIZ_KEYS = {
    "lulus": "pass",
    "kesempatan": "attempts",
    "jeda": "wait",
    "waktu": "time",
    "ambil": "draw",
    "acak soal": "shuffle questions",
    "acak pilihan": "shuffle options",
    "tampilkan kunci": "show key",
    "nilai diambil": "score",
}
QUESTION_KEYS = {
    "jenis": "type",
    "nilai": "points",
    "penilaian": "marking",
    "acak pilihan": "shuffle options",
    "tujuan": "objective",
    "tag": "tags",
    "kelompok": "group",
    "persis": "exact",
    "toleransi ketik": "typos",
    "satuan": "unit",
    "baca lagi": "reread",
}
ANSWER_KEYS = {"jawaban": "answer", "jawaban salah": "wrong answer", "jawaban angka": "number"}
NOTE_KEYS = {"petunjuk": "hint", "pembahasan": "explanation"}

_QUIZ = {alias: name for name, alias in QUIZ_KEYS.items()} | {name: name for name in QUIZ_KEYS}
_QUESTION = {alias: name for name, alias in QUESTION_KEYS.items()} | {name: name for name in QUESTION_KEYS}
_ANSWER = {alias: name for name, alias in ANSWER_KEYS.items()} | {name: name for name in ANSWER_KEYS}
_NOTE = {alias: name for name, alias in NOTE_KEYS.items()} | {name: name for name in NOTE_KEYS}

TYPES = {
    "pilih satu": ItemType.SINGLE,
    "pilih semua": ItemType.MULTIPLE,
    "benar salah": ItemType.TRUE_FALSE,
    "isian": ItemType.TEXT,
    "angka": ItemType.NUMBER,
    "urutkan": ItemType.ORDER,
    "jodohkan": ItemType.MATCH,
    "uraian": ItemType.ESSAY,
    "single": ItemType.SINGLE,
    "multiple": ItemType.MULTIPLE,
    "true false": ItemType.TRUE_FALSE,
    "text": ItemType.TEXT,
    "number": ItemType.NUMBER,
    "order": ItemType.ORDER,
    "match": ItemType.MATCH,
    "essay": ItemType.ESSAY,
}
MARKINGS = {
    "tepat": Marking.EXACT,
    "sebagian": Marking.PARTIAL,
    "exact": Marking.EXACT,
    "partial": Marking.PARTIAL,
}
SHOW_KEY = {
    "langsung": ShowKey.WITH_RESULT,
    "setelah lulus": ShowKey.AFTER_PASSING,
    "setelah kesempatan habis": ShowKey.AFTER_LAST_ATTEMPT,
    "tidak": ShowKey.NEVER,
    "with result": ShowKey.WITH_RESULT,
    "immediately": ShowKey.WITH_RESULT,
    "after passing": ShowKey.AFTER_PASSING,
    "after last attempt": ShowKey.AFTER_LAST_ATTEMPT,
    "no": ShowKey.NEVER,
}
SCORE_RULES = {
    "terbaik": ScoreRule.BEST,
    "terakhir": ScoreRule.LAST,
    "best": ScoreRule.BEST,
    "last": ScoreRule.LAST,
}
_UNITS = {
    "menit": timedelta(minutes=1),
    "minute": timedelta(minutes=1),
    "minutes": timedelta(minutes=1),
    "jam": timedelta(hours=1),
    "hour": timedelta(hours=1),
    "hours": timedelta(hours=1),
    "hari": timedelta(days=1),
    "day": timedelta(days=1),
    "days": timedelta(days=1),
}
#: A year: nobody waits longer, and dates stay dates.
_LONGEST = timedelta(days=366)

_KEYED = re.compile(r"([^\W\d_][^:\\\n]{0,39}?)([ \u00a0]*):(.*)$", re.DOTALL)
_DURATION = re.compile(r"([0-9]{1,5}) *([a-z]+)")
_TOTAL = re.compile(r"([0-9]{1,4})(?: +(?:soal|questions?))?")
_PART = re.compile(r"([0-9]{1,4}) +(?:dari|of) +([a-z0-9-]+)")
_POINTS = re.compile(r"[0-9]{1,4}(?:[.,][0-9]{1,2})?")


@dataclass(frozen=True, slots=True)
class Keyed:
    """A text of the form ``key: value``; *key* is the Indonesian name where it is a known one."""

    written: str
    value: str
    quiz_key: str
    question_key: str
    answer_key: str
    note_key: str
    #: Whether it stands as `--fix` writes it: no space before the colon, one after it.
    tidy: bool

    @property
    def key(self) -> str:
        """The Indonesian name of the key, empty where it is none."""
        return self.question_key or self.quiz_key or self.answer_key or self.note_key


def read_key(text: str) -> Keyed | None:
    r"""Return the key and value of *text*, or None; ``Waktu\:`` is never a key."""
    match = _KEYED.match(text)
    if match is None:
        return None
    written = " ".join(match[1].replace("\u00a0", " ").split())
    name = written.casefold()
    raw = match[3]
    value = raw.replace("\u00a0", " ")
    spaced = not raw or (raw[0] == " " and raw[1:2] not in (" ", "\u00a0"))
    tidy = spaced and not match[2] and match[1] == written
    return Keyed(
        written,
        value.strip(),
        _QUIZ.get(name, ""),
        _QUESTION.get(name, ""),
        _ANSWER.get(name, ""),
        _NOTE.get(name, ""),
        tidy,
    )


#: Every key that may stand in a question's list, with its aliases.
QUESTION_WORDS = (*_QUESTION, *_ANSWER)
QUIZ_WORDS = tuple(_QUIZ)


def near_key(keyed: Keyed, words: tuple[str, ...]) -> str:
    """Return the known key that *keyed* is within two edits of, as it is usually written."""
    found = nearest(keyed.written, words)
    return found[:1].upper() + found[1:]


def is_close(keyed: Keyed, words: tuple[str, ...]) -> bool:
    """Say whether *keyed* is so near a key that it is hardly a word of its own."""
    name = keyed.written.casefold()
    return any(edits(name, word) * 2 < len(word) for word in words if edits(name, word) <= 2)


def read_points(value: str) -> int | None:
    """Return points in ten-thousandths."""
    if not _POINTS.fullmatch(value):
        return None
    points = (Decimal(value.replace(",", ".")) * POINT).to_integral_value(ROUND_HALF_UP)
    return int(points)


def read_duration(value: str) -> timedelta | None:
    """Return a length of time such as ``10 menit``."""
    match = _DURATION.fullmatch(value.casefold())
    if match is None or match[2] not in _UNITS or int(match[1]) == 0:
        return None
    length = _UNITS[match[2]] * int(match[1])
    return length if length <= _LONGEST else None


def read_total(value: str) -> int | None:
    """Return the total of an `Ambil` such as ``5 soal``."""
    match = _TOTAL.fullmatch(value.casefold())
    return int(match[1]) if match and int(match[1]) > 0 else None


def read_part(value: str) -> tuple[int, str] | None:
    """Return number and group of an `Ambil` such as ``2 dari harga``."""
    match = _PART.fullmatch(value.casefold())
    if match is None or int(match[1]) == 0 or not SLUG.fullmatch(match[2]):
        return None
    return int(match[1]), match[2]


def _attempts(value: str) -> int | None:
    if value.casefold() in ("bebas", "free", "unlimited"):
        return 0
    return int(value) if re.fullmatch(r"[1-9][0-9]{0,2}", value) else None


def _word(words: Mapping[str, object]) -> Callable[[str], object | None]:
    return lambda value: words.get(" ".join(value.split()).casefold())


def _slug(value: str) -> str | None:
    return value if SLUG.fullmatch(value) else None


def _tags(value: str) -> tuple[str, ...] | None:
    tags = tuple(tag.strip() for tag in value.split(","))
    return tags if all(tags) else None


def _typos(value: str) -> int | None:
    return int(value) if value in ("0", "1", "2") else None


def _text(value: str) -> str | None:
    return value if 0 < len(value) <= 60 else None


def _target(value: str) -> str | None:
    return value or None


#: How each value is read (None: not allowed), and what to say then.
_READERS: Mapping[str, tuple[Callable[[str], object | None], str]] = {
    "lulus": (read_percent, phrase("tulis persen dari 0% sampai 100%")),
    "kesempatan": (_attempts, phrase("tulis angka mulai dari 1, atau bebas")),
    "jeda": (read_duration, phrase("tulis seperti 10 menit, 2 jam atau 1 hari")),
    "waktu": (read_duration, phrase("tulis seperti 20 menit")),
    "ambil": (
        lambda value: read_total(value) or read_part(value),
        phrase('tulis seperti "5 soal" atau "2 dari harga"'),
    ),
    "acak soal": (_word(YES_NO), phrase("tulis ya atau tidak")),
    "acak pilihan": (_word(YES_NO), phrase("tulis ya atau tidak")),
    "tampilkan kunci": (
        _word(SHOW_KEY),
        phrase("tulis langsung, setelah lulus, setelah kesempatan habis atau tidak"),
    ),
    "nilai diambil": (_word(SCORE_RULES), phrase("tulis terbaik atau terakhir")),
    "jenis": (_word(TYPES), ""),
    "nilai": (read_points, phrase("tulis angka mulai dari 0, paling banyak dua desimal")),
    "penilaian": (_word(MARKINGS), phrase("tulis tepat atau sebagian")),
    "tujuan": (_slug, phrase("tulis satu tujuan dengan huruf kecil, angka dan tanda hubung")),
    "tag": (_tags, phrase("tulis kata-kata dengan koma di antaranya")),
    "kelompok": (_slug, phrase("tulis satu nama dengan huruf kecil, angka dan tanda hubung")),
    "persis": (_word(YES_NO), phrase("tulis ya atau tidak")),
    "toleransi ketik": (_typos, phrase("tulis 0, 1 atau 2")),
    "satuan": (_text, phrase("tulis satuan, paling panjang 60 huruf")),
    "baca lagi": (_target, phrase("tulis seperti #judul-bagian")),
}


def read_value(key: str, value: str) -> object | None:
    """Return the value of *key*, None where it is not allowed."""
    return _READERS[key][0](value)


def is_allowed(key: str, value: str) -> bool:
    """Say whether *value* may stand after *key*."""
    return read_value(key, value) is not None


def refuse_value(report: Report, line: int, key: str, value: str) -> None:
    """Note that *value* may not stand after *key*."""
    report.add(line, "K52", value=value, key=key[:1].upper() + key[1:], allowed=_READERS[key][1])


def true_word(value: object) -> bool:
    """Return the truth value of one that `ya` or `tidak` was read into."""
    return value is True
