"""What can be found: passages of the live releases, and beside them the database's own index of words."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Connection, ForeignKey, event
from sqlalchemy.orm import Mapped, mapped_column

from elearn.records.base import Base, pk

#: SQLite's full-text table and those SQLite keeps behind it; PostgreSQL's table of word lists.
WORDS_TABLE = "search_words"


class PassageKind(StrEnum):
    """What a passage is part of."""

    COURSE = "course"
    LESSON = "lesson"
    #: An abbreviation of the glossary with its meaning, where a lesson first uses it.
    TERM = "term"


class SearchPassage(Base):
    """A piece of a live release that is found as one: made at publication, gone with the next.

    Nothing of a quiz ever stands here. It is no record: all of it can be made again from the release.
    """

    __tablename__ = "search_passages"
    __table_args__ = (CheckConstraint("kind IN ('course', 'lesson', 'term')", name="known_kind"),)

    id: Mapped[pk]
    release_id: Mapped[int] = mapped_column(ForeignKey("releases.id"), index=True)
    #: Empty for the course page.
    module_id: Mapped[int | None] = mapped_column(ForeignKey("modules.id"))
    kind: Mapped[str]
    #: In the order of reading, over the whole release.
    position: Mapped[int]
    #: The id on the page, empty for its top.
    anchor: Mapped[str]
    heading: Mapped[str]
    body: Mapped[str]


#: The words of each passage under its number, in a table of the database's own kind. Text is given to it
#: as words only (`words.indexed`), so that both cut it alike.
WORDS_DDL = {
    "sqlite": (f"CREATE VIRTUAL TABLE {WORDS_TABLE} USING fts5(title, body)",),
    "postgresql": (
        f"CREATE TABLE {WORDS_TABLE} (passage_id integer PRIMARY KEY, words tsvector NOT NULL)",
        f"CREATE INDEX ix_{WORDS_TABLE}_words ON {WORDS_TABLE} USING gin (words)",
    ),
}


def is_words_table(name: str | None) -> bool:
    """Say whether a table belongs to the database's index, which SQLAlchemy's metadata cannot describe."""
    return name is not None and (name == WORDS_TABLE or name.startswith(f"{WORDS_TABLE}_"))


@event.listens_for(SearchPassage.__table__, "after_create")
def _make_words_table(_table: Any, connection: Connection, **_kwargs: Any) -> None:
    for statement in WORDS_DDL[connection.dialect.name]:
        connection.exec_driver_sql(statement)
