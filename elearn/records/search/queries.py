"""What is found in the releases somebody may read: courses and lessons, with the words marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from elearn.records.catalogue.views import ReleaseView
from elearn.records.search.models import PassageKind
from elearn.records.search.near import nearest
from elearn.records.search.stemming import stem
from elearn.records.search.words import (
    PREFIX_LETTERS,
    Piece,
    Term,
    excerpt,
    hits_in,
    indexed,
    marked,
    terms_of,
)

Reader = Session | sa.Connection

#: Passages that are looked at, and lessons that are shown.
MOST_PASSAGES = 80
MOST_LESSONS = 20
#: Further places of one lesson, and near titles where nothing is found.
MOST_PLACES = 3
MOST_NEAR = 5


@dataclass(frozen=True, slots=True)
class Place:
    """A heading that leads somewhere."""

    words: str
    address: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A lesson, a course page or a glossary entry in which something stands."""

    kind: PassageKind
    course_title: str
    #: The lesson's title with the heading below which the words stand.
    headline: tuple[Piece, ...]
    language: str
    address: str
    excerpt: tuple[Piece, ...]
    #: Other headings of the same lesson where it stands too.
    places: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """What a search came to."""

    #: Courses by id whose title, summary or topic has all the words.
    course_ids: frozenset[int] = frozenset()
    hits: tuple[Hit, ...] = ()
    #: Whether some of the words were left out, because nowhere all of them stand together.
    partly: bool = False
    #: What was looked for instead, because nothing has the words as they were typed.
    taken_as: str = ""
    #: Titles that are near, where nothing at all was found.
    near: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class _Passage:
    release: ReleaseView
    module_id: int | None
    kind: PassageKind
    position: int
    anchor: str
    heading: str
    body: str


def search(
    reader: Reader, releases: Sequence[ReleaseView], typed: str, *, topics: Sequence[str] = ()
) -> Found:
    """Return what *releases* say about what somebody *typed*; *topics* are the words of their categories.

    Whoever asks chooses the releases: what is not among them is not found. *typed* is data on the whole
    way: only its words, made of letters and digits, ever reach the database's index.
    """
    terms = terms_of(typed)
    if not terms or not releases:
        return Found()
    topic_of = dict(zip((release.id for release in releases), topics, strict=False))
    found = _find(reader, releases, terms, topic_of)
    if found.course_ids or found.hits:
        return found
    meant = _meant(reader, releases, terms)
    if meant != terms:
        words = " ".join(term.word for term in meant)
        found = _find(reader, releases, meant, topic_of, taken_as=words)
        if found.course_ids or found.hits:
            return found
    found = _find(reader, releases, meant, topic_of, partly=True, taken_as="")
    if found.course_ids or found.hits:
        return found
    return Found(near=_first_titles(releases))


def _find(
    reader: Reader,
    releases: Sequence[ReleaseView],
    terms: tuple[Term, ...],
    topics: dict[int, str],
    *,
    partly: bool = False,
    taken_as: str = "",
) -> Found:
    courses = frozenset(
        release.course_id
        for release in releases
        if len(hits_in(f"{release.title} {release.summary} {topics.get(release.id, '')}", terms))
        == len(terms)
    )
    passages = _look_up(reader, releases, terms, any_word=partly)
    return Found(courses, tuple(_hits(passages, terms)), partly and bool(passages), taken_as)


def _hits(passages: Sequence[_Passage], terms: tuple[Term, ...]) -> list[Hit]:
    """Return the passages by lesson, those first that say most about *terms*."""
    ranked = sorted(passages, key=lambda one: (-_weight(one, terms), one.release.title, one.position))
    lessons: dict[tuple[int, int | None, str], list[_Passage]] = {}
    for passage in ranked:
        # An entry of the glossary stands for itself, all else for its lesson.
        own = passage.heading if passage.kind is PassageKind.TERM else ""
        lessons.setdefault((passage.release.id, passage.module_id, own), []).append(passage)
    return [_hit(found, terms) for found in list(lessons.values())[:MOST_LESSONS]]


def _hit(passages: Sequence[_Passage], terms: tuple[Term, ...]) -> Hit:
    first = passages[0]
    places: dict[str, Place] = {}
    for passage in passages[1:]:
        if passage.anchor and passage.anchor != first.anchor:
            places.setdefault(passage.anchor, Place(passage.heading, _address(passage)))
    return Hit(
        kind=first.kind,
        course_title=first.release.title,
        headline=marked(_headline(first), terms),
        language=first.release.language,
        address=_address(first),
        excerpt=excerpt(first.body, terms),
        places=tuple(places.values())[:MOST_PLACES],
    )


def _headline(passage: _Passage) -> str:
    if passage.kind is PassageKind.TERM:
        return passage.heading
    return f"{_title(passage)}: {passage.heading}" if passage.heading else _title(passage)


def _weight(passage: _Passage, terms: tuple[Term, ...]) -> float:
    """Say how much a passage is about *terms*: a heading says more than a title, a title more than text."""
    in_heading = hits_in(passage.heading, terms)
    in_title = hits_in(_title(passage), terms) if passage.kind is not PassageKind.TERM else frozenset()
    in_body = hits_in(passage.body, terms)
    return 4 * len(in_heading) + 2 * len(in_title) + len(in_body) + (passage.kind is PassageKind.TERM) / 2


def _title(passage: _Passage) -> str:
    for module in passage.release.modules:
        if module.module_id == passage.module_id:
            return module.title
    return passage.release.title


def _address(passage: _Passage) -> str:
    page = f"/kursus/{passage.release.slug}"
    for module in passage.release.modules:
        if module.module_id == passage.module_id:
            page = f"{page}/{module.slug}"
    return f"{page}#{passage.anchor}" if passage.anchor else page


def _meant(reader: Reader, releases: Sequence[ReleaseView], terms: tuple[Term, ...]) -> tuple[Term, ...]:
    """Return *terms* with those that stand nowhere replaced by the nearest word of a title."""
    known = _words_of_titles(reader, releases)
    forms = frozenset(known) | {stem(word) for word in known}
    meant = []
    for term in terms:
        if term.fits(forms) or _look_up(reader, releases, (term,), most=1):
            meant.append(term)
            continue
        near = nearest(term.word, known)
        meant.append(term if near is None else Term.of(near))
    return tuple(dict.fromkeys(meant))


def _words_of_titles(reader: Reader, releases: Sequence[ReleaseView]) -> list[str]:
    texts = [f"{release.title} {release.summary}" for release in releases]
    texts += [module.title for release in releases for module in release.modules]
    rows = reader.execute(_HEADINGS, {"releases": [release.id for release in releases]})
    texts += [row.heading for row in rows]
    return sorted({word for text in texts for word in indexed(text)})


def _first_titles(releases: Sequence[ReleaseView]) -> tuple[Place, ...]:
    return tuple(Place(one.title, f"/kursus/{one.slug}") for one in releases[:MOST_NEAR])


def _look_up(
    reader: Reader,
    releases: Sequence[ReleaseView],
    terms: tuple[Term, ...],
    *,
    any_word: bool = False,
    most: int = MOST_PASSAGES,
) -> list[_Passage]:
    by_id = {release.id: release for release in releases}
    values = {"releases": list(by_id), "most": most}
    if _dialect(reader) == "sqlite":
        rows = reader.execute(_ON_SQLITE, values | {"asked": _fts5(terms, any_word=any_word)})
    else:
        rows = reader.execute(_on_postgresql(terms, any_word=any_word), values)
    return [
        _Passage(by_id[row.release_id], row.module_id, PassageKind(row.kind), row.position, row.anchor, row.heading, row.body)
        for row in rows
    ]  # fmt: skip


def _dialect(reader: Reader) -> str:
    return (reader.get_bind() if isinstance(reader, Session) else reader).dialect.name


def _fts5(terms: tuple[Term, ...], *, any_word: bool) -> str:
    """Return *terms* in the language of FTS5; in quotes, a word is nothing but a word."""
    asked = [
        f'("{term.word}"{"*" if len(term.word) >= PREFIX_LETTERS else ""}'
        + "".join(f' OR "{root}"' for root in term.roots)
        + ")"
        for term in terms
    ]
    return (" OR " if any_word else " AND ").join(asked)


def _on_postgresql(terms: tuple[Term, ...], *, any_word: bool) -> sa.Executable:
    asked = []
    for number, term in enumerate(terms):
        words = [f"{term.word}:*" if len(term.word) >= PREFIX_LETTERS else term.word, *term.roots[1:]]
        root = sa.func.to_tsquery(sa.literal_column("'indonesian'"), sa.bindparam(f"word{number}", term.word))
        whole = sa.func.to_tsquery(
            sa.literal_column("'simple'"), sa.bindparam(f"whole{number}", " | ".join(words))
        )
        asked.append(root.op("||")(whole))
    query: sa.ColumnElement[Any] = asked[0]
    for one in asked[1:]:
        query = sa.func.tsquery_or(query, one) if any_word else sa.func.tsquery_and(query, one)
    return (
        _FOUND.join(_WORDS, _WORDS.c.passage_id == _PASSAGES.c.id)
        .where(_WORDS.c.words.op("@@")(query))
        .order_by(sa.func.ts_rank(_WORDS.c.words, query).desc(), _PASSAGES.c.id)
        .limit(sa.bindparam("most"))
    )


_PASSAGES = sa.table(
    "search_passages",
    *map(sa.column, ("id", "release_id", "module_id", "kind", "position", "anchor", "heading", "body")),
)
_WORDS = sa.table("search_words", sa.column("passage_id"), sa.column("words"))
_IN_RELEASES = _PASSAGES.c.release_id.in_(sa.bindparam("releases", expanding=True))
_FOUND = sa.select(_PASSAGES).where(_IN_RELEASES)
_HEADINGS = sa.select(_PASSAGES.c.heading).where(_IN_RELEASES, _PASSAGES.c.heading != "").distinct()
_ON_SQLITE = (
    _FOUND.join(sa.table("search_words"), sa.text("search_words.rowid = search_passages.id"))
    .where(sa.text("search_words MATCH :asked"))
    .order_by(sa.text("bm25(search_words, 4.0, 1.0)"), _PASSAGES.c.id)
    .limit(sa.bindparam("most"))
)
