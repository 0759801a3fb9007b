"""Writing what can be found of a release: in the transaction that makes it live."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import sqlalchemy as sa
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from elearn.content.compiler import COMPILER_VERSION, Passage
from elearn.content.documents import ModuleKind
from elearn.records.catalogue import queries as catalogue
from elearn.records.catalogue.models import Course, Release
from elearn.records.installation import InstallationFact
from elearn.records.search.models import PassageKind, SearchPassage
from elearn.records.search.stemming import roots
from elearn.records.search.words import indexed

#: Raised when the same release is found by other words than before.
INDEX_VERSION = 1
_FACT = "search_index"
#: What stands for a text that says nothing: its title is found all the same.
_NO_TEXT = Passage("", "", "")


def index_release(session: Session, course: Course, release_id: int) -> None:
    """Let the release *release_id* of *course* be found, and no other one of the course."""
    _forget(session, course)
    view = catalogue.release_view(session, release_id)
    found = list(_passages(session, view.id))
    session.add_all(found)
    session.flush()
    titles = {module.module_id: module.title for module in view.modules}
    rows = [
        _words(passage, titles.get(passage.module_id or 0, f"{view.title} {view.summary}"))
        for passage in found
    ]
    session.execute(_INSERT[session.get_bind().dialect.name], rows)


def index_missing(session: Session) -> int:
    """Let every live release be found that is not yet, or was by another version; return how many."""
    version = f"{COMPILER_VERSION}.{INDEX_VERSION}"
    fact = session.get(InstallationFact, _FACT)
    if fact is None:
        fact = InstallationFact(name=_FACT, value="")
        session.add(fact)
    known = select(SearchPassage.release_id).where(SearchPassage.release_id == Course.live_release_id)
    missing = select(Course).where(Course.live_release_id.is_not(None))
    if fact.value == version:
        missing = missing.where(~known.exists())
    courses = session.scalars(missing.order_by(Course.id)).all()
    for course in courses:
        if course.live_release_id is not None:
            index_release(session, course, course.live_release_id)
    fact.value = version
    session.flush()
    return len(courses)


def _forget(session: Session, course: Course) -> None:
    releases = select(Release.id).where(Release.course_id == course.id)
    passages = select(SearchPassage.id).where(SearchPassage.release_id.in_(releases))
    ids = list(session.scalars(passages))
    if not ids:
        return
    session.execute(_DELETE[session.get_bind().dialect.name], [{"passage": one} for one in ids])
    session.execute(delete(SearchPassage).where(SearchPassage.release_id.in_(releases)))


def _passages(session: Session, release_id: int) -> Iterator[SearchPassage]:
    view = catalogue.release_view(session, release_id)
    position = 0
    for passage in view.page.passages or (_NO_TEXT,):
        position += 1
        yield SearchPassage(
            release_id=release_id, kind=PassageKind.COURSE, position=position,
            anchor=passage.anchor, heading=passage.heading, body=passage.text,
        )  # fmt: skip
    explained: set[str] = set()
    for module in view.modules:
        # What is written above a pre-test or post-test is read with its quiz, not on a page of its own.
        if module.kind is not ModuleKind.MODULE:
            continue
        compiled = catalogue.compiled_module(session, module.digest)
        lines: Iterable[tuple[PassageKind, str, str, str]] = [
            *(
                (PassageKind.LESSON, one.anchor, one.heading, one.text)
                for one in compiled.passages or (_NO_TEXT,)
            ),
            *((PassageKind.TERM, term.anchor, term.word, term.meaning) for term in compiled.terms),
        ]
        for kind, anchor, heading, body in lines:
            if kind is PassageKind.TERM:
                if heading in explained:
                    continue
                explained.add(heading)
            position += 1
            yield SearchPassage(
                release_id=release_id, module_id=module.module_id, kind=kind, position=position,
                anchor=anchor, heading=heading, body=body,
            )  # fmt: skip


def _words(passage: SearchPassage, title: str) -> dict[str, object]:
    """Return the words of a passage with their roots, as both databases take them."""
    above = indexed(passage.heading if passage.kind == PassageKind.TERM else f"{title} {passage.heading}")
    below = indexed(passage.body)
    return {
        "passage": passage.id,
        "title": " ".join(above),
        "body": " ".join(below),
        "title_and_roots": " ".join([*above, *_roots(above)]),
        "body_and_roots": " ".join([*below, *_roots(below)]),
    }


def _roots(words: list[str]) -> list[str]:
    return [root for word in words for root in roots(word) if root != word]


_INSERT = {
    "sqlite": sa.text(
        "INSERT INTO search_words (rowid, title, body) VALUES (:passage, :title_and_roots, :body_and_roots)"
    ),
    "postgresql": sa.text(
        "INSERT INTO search_words (passage_id, words) VALUES (:passage,"
        " setweight(to_tsvector('indonesian', :title) || to_tsvector('simple', :title_and_roots), 'A')"
        " || setweight(to_tsvector('indonesian', :body) || to_tsvector('simple', :body_and_roots), 'D'))"
    ),
}
_DELETE = {
    "sqlite": sa.text("DELETE FROM search_words WHERE rowid = :passage"),
    "postgresql": sa.text("DELETE FROM search_words WHERE passage_id = :passage"),
}
