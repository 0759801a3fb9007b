"""Passages of live releases, and the database's own index of their words.

The index is a full-text table (FTS5) on SQLite, and a table of word lists on PostgreSQL. It begins empty:
`elearn init` fills it from what is live, as it does whenever the way of finding changes.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "search_passages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("module_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("anchor", sa.Text(), nullable=False),
        sa.Column("heading", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('course', 'lesson', 'term')", name=op.f("ck_search_passages_known_kind")
        ),
        sa.ForeignKeyConstraint(["module_id"], ["modules.id"], name=op.f("fk_search_passages_module_id")),
        sa.ForeignKeyConstraint(["release_id"], ["releases.id"], name=op.f("fk_search_passages_release_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_passages")),
    )
    op.create_index(op.f("ix_search_passages_release_id"), "search_passages", ["release_id"], unique=False)
    if op.get_bind().dialect.name == "sqlite":
        op.execute("CREATE VIRTUAL TABLE search_words USING fts5(title, body)")
    else:
        op.execute(
            "CREATE TABLE search_words (passage_id integer PRIMARY KEY, words tsvector NOT NULL)"
        )
        op.execute("CREATE INDEX ix_search_words_words ON search_words USING gin (words)")


def downgrade() -> None:
    op.execute("DROP TABLE search_words")
    op.drop_index(op.f("ix_search_passages_release_id"), table_name="search_passages")
    op.drop_table("search_passages")
    op.execute("DELETE FROM installation_facts WHERE name = 'search_index'")
