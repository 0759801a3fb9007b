"""How easily a lesson reads: words, sentences and abbreviations, each against its limit. Advice, no problem.

Of a lesson's words all are counted but code, comments, what describes a picture, and the quiz. Sentences are
those of paragraphs, list items, quotes and alerts; headings and tables have none. What no mark ends (a label,
a short list item) is no sentence, unless it runs on beyond what a sentence may have.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from elearn.content.documents import COURSE_FILE, CourseDocument
from elearn.content.markup.references import abbreviation
from elearn.content.parser.inline import read_inlines
from elearn.content.pieces import Piece
from elearn.content.scanner import Kind, Line, heading_text, scan, split_lines
from elearn.content.words import abbreviations_in, sentences_in, words_in


@dataclass(frozen=True, slots=True)
class Limits:
    """What a text should keep to; the share is from 0 to 1."""

    least_words: int = 600
    most_words: int = 1100
    average: float = 15.0
    #: A sentence of more words than this is long.
    sentence_words: int = 20
    long_share: float = 0.10


#: The limits of all courses.
LIMITS = Limits()

_BOX = re.compile(r" *\[[ \u00a0xX]\] +")
_ALERT = re.compile(r" *\[![^\]\s]{1,40}\]")
_PICTURE = re.compile(r"!\[[^\[\]]*\](?:\([^()\n]*\)|\[[^\[\]\n]*\])?")
_FOOTNOTE_USE = re.compile(r"\[\^[^\[\]\s]{1,80}\]:?")
_TARGET = re.compile(r"\](?:\([^()\n]*(?:\([^()\n]*\)[^()\n]*)*\)|\[[^\[\]\n]*\])")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S{1,2000}?(?=[.,;:!?)*_]{0,8}(?:\s|$))")
_MARKS = re.compile(r"[\[\]*~|]|(?<!\w)_|_(?!\w)")
_TEXTS = frozenset({Kind.PARAGRAPH, Kind.FOOTNOTE})

#: Words before an abbreviation in which its own words are looked for.
_NEAR = 12
_EXPLAINS = re.compile(
    r"[\"”’)]*(?: itu| ini)?,? (?:adalah|ialah|yaitu|yakni|artinya|berarti|merupakan|singkatan|kependekan)\b"
)
_IN_BRACKETS = re.compile(r"[\"”’]*,? ?\(([^()]*)")
_NO_MEANING = re.compile(
    r"(?:lihat|baca|misalnya|contoh|modul|pasal|nomor|no|wajib|sejak|per|mulai|tahun|kalau|jika|bila)\b|\W*\d",
    re.I,
)
_EQUALS = re.compile(r" ?[:=–—] ?(\w)")
_NAMED = re.compile(r"(?:\(|\b(?:atau|disingkat|disebut|alias|singkatannya)) ?[\"“‘(]*$")


@dataclass(frozen=True, slots=True)
class Figures:
    """What was counted in one text; *file* is its name inside the course, *longest_line* is 1-based.

    *has_word_limits* says whether it is a module.
    """

    file: str
    words: int
    sentences: int
    sentence_words: int
    long_sentences: int
    longest_words: int
    longest_line: int
    #: Abbreviations that nothing explains, with the line of their first use, in the order they come.
    unexplained: Mapping[str, int] = field(default_factory=dict)
    has_word_limits: bool = True
    limits: ClassVar[Limits] = LIMITS

    @property
    def average(self) -> float:
        """Words of a sentence, on average."""
        return self.sentence_words / self.sentences if self.sentences else 0.0

    @property
    def long_share(self) -> float:
        """The share of sentences over `Limits.sentence_words` words, from 0 to 1."""
        return self.long_sentences / self.sentences if self.sentences else 0.0

    @property
    def beyond(self) -> tuple[str, ...]:
        """Which figures are beyond their limits: ``words``, ``average``, ``long_share``, ``unexplained``."""
        limits = self.limits
        checks = {
            "words": self.has_word_limits and not limits.least_words <= self.words <= limits.most_words,
            "average": self.average > limits.average,
            "long_share": self.long_share > limits.long_share,
            "unexplained": bool(self.unexplained),
        }
        return tuple(name for name, is_beyond in checks.items() if is_beyond)


def figures_of_course(course: CourseDocument) -> list[Figures]:
    """Return the figures of the course page and of each module; tests are quizzes, they have no lesson."""
    names = [COURSE_FILE, *(module.file_name for module in course.modules)]
    return [figures for name in names if (figures := figures_of_file(course, name)) is not None]


def figures_of_file(course: CourseDocument, file_name: str) -> Figures | None:
    """Return the figures of one file of *course*; None for a test, the glossary, or what is not there."""
    glossary = course.glossary.entries if course.glossary is not None else ()
    if file_name == COURSE_FILE:
        return measure(course.body, COURSE_FILE, glossary=glossary, has_word_limits=False)
    lesson = next((module.lesson for module in course.modules if module.file_name == file_name), None)
    return None if lesson is None else measure(lesson, file_name, glossary=glossary)


def measure(
    text: Piece, file: str, *, glossary: Collection[str] = (), has_word_limits: bool = True
) -> Figures:
    """Count words and sentences of *text* and find what is not explained, in it or in *glossary*."""
    words = sentences = sentence_words = long_sentences = longest = longest_line = 0
    passages = list(_passages(text))
    for passage in passages:
        words += len(words_in(passage.text))
        if not passage.has_sentences:
            continue
        for begin, end, is_ended in sentences_in(passage.text):
            sentence = passage.text[begin:end]
            count = len(words_in(sentence))
            ends = is_ended or sentence.rstrip("\"'”’) \n").endswith(":")
            if not count or not (ends or count > LIMITS.sentence_words):
                continue
            sentences += 1
            sentence_words += count
            long_sentences += count > LIMITS.sentence_words
            if count > longest:
                begin += len(sentence) - len(sentence.lstrip())
                longest, longest_line = count, passage.line_at(begin)
    return Figures(
        file=file,
        words=words,
        sentences=sentences,
        sentence_words=sentence_words,
        long_sentences=long_sentences,
        longest_words=longest,
        longest_line=longest_line,
        unexplained=_unexplained(passages, [*glossary, *_own_glossary(text)]),
        has_word_limits=has_word_limits,
    )


# Markdown → what is read of it


@dataclass(frozen=True, slots=True)
class _Passage:
    """A paragraph, heading or row as it is read; lines of the file stay lines."""

    text: str
    lines: tuple[int, ...]
    kind: Kind

    @property
    def has_sentences(self) -> bool:
        return self.kind in _TEXTS

    def line_at(self, position: int) -> int:
        return self.lines[min(self.text.count("\n", 0, position), len(self.lines) - 1)]


def _passages(text: Piece) -> Iterator[_Passage]:
    for block in scan(split_lines(text.text), text.line).walk():
        if block.kind in (Kind.HEADING, Kind.UNDERLINED):
            line = Line(block.first, heading_text(block))
            yield _passage([line], block.kind)
        elif block.kind is Kind.TABLE:
            for index, line in enumerate(block.lines):
                if index != 1:
                    yield _passage([line], block.kind)
        elif block.kind in _TEXTS:
            lines = block.lines
            if lines and (mark := _BOX.match(lines[0].text) or _ALERT.match(lines[0].text)):
                first = lines[0]
                lines = [Line(first.number, first.text[mark.end() :]), *lines[1:]]
            yield _passage(lines, block.kind)


def _passage(lines: list[Line], kind: Kind) -> _Passage:
    kept = [line for line in lines if abbreviation(line.text) is None] or [Line(lines[0].number, "")]
    read = "\n".join(read_inlines(kept).masked)
    read = _PICTURE.sub(_only_lines, read)
    read = _FOOTNOTE_USE.sub("", read)
    read = _TARGET.sub("", read)
    read = _ADDRESS.sub("alamat", read)
    return _Passage(_MARKS.sub(_only_bars, read), tuple(line.number for line in kept), kind)


def _only_lines(match: re.Match[str]) -> str:
    return "\n" * match[0].count("\n")


def _only_bars(match: re.Match[str]) -> str:
    return " ; " if match[0] == "|" else ""


# Abbreviations


def _own_glossary(text: Piece) -> Iterator[str]:
    """Yield the abbreviations that *text* explains itself on lines like those of a glossary."""
    for line in split_lines(text.text):
        if (found := abbreviation(line)) is not None:
            yield found[0]


def _unexplained(passages: list[_Passage], glossary: Collection[str]) -> dict[str, int]:
    """Return the abbreviations that no paragraph explains up to the one that uses them first."""
    explained = {_plain(word) for entry in glossary for word, _ in abbreviations_in(entry)}
    explained |= {_plain(entry) for entry in glossary}
    small = {word.strip(".,").casefold() for p in passages for word in words_in(p.text) if word.islower()}
    missing: dict[str, int] = {}
    for passage in passages:
        if passage.kind in (Kind.HEADING, Kind.UNDERLINED):
            continue
        flat = passage.text.replace("\n", " ")
        uses = [(word, place) for word, place in abbreviations_in(flat) if word.casefold() not in small]
        explained |= {_plain(word) for word, place in uses if _is_explained(flat, word, place)}
        for word, place in uses:
            if _plain(word) not in explained:
                missing.setdefault(word, passage.line_at(place))
    return missing


def _plain(word: str) -> str:
    return word.replace("-", "").casefold()


def _is_explained(text: str, word: str, place: int) -> bool:
    """Say whether *text* explains *word* where it stands at *place*."""
    end = place + len(word)
    if _EXPLAINS.match(text, end):
        return True
    bracket = _IN_BRACKETS.match(text, end)
    if bracket and len(words_in(bracket[1])) >= 2 and not _NO_MEANING.match(bracket[1]):
        return True
    initial = word[0].casefold()
    equal = _EQUALS.match(text, end)
    if equal and equal[1].casefold() == initial:
        return True
    before = text[max(0, place - 200) : place]
    letters = [letter for letter in word.casefold() if letter.isalpha()]
    for beside in (words_in(before)[-len(letters) :], words_in(text[end : end + 200])[: len(letters)]):
        if [other[0].casefold() for other in beside] == letters:
            return True
    if named := _NAMED.search(before):
        near = words_in(before[: named.start()])[-_NEAR:]
        return len(near) >= 2 and any(other[0].casefold() == initial for other in near)
    return False
