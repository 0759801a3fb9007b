"""Questions to trainers and notices."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

#: As in 0001: rows stay, and these columns never change (empty for all of them). Left free is what erasing
#: a person overwrites, the texts, and the summaries of what follows from the rows.
GUARDED: dict[str, tuple[str, ...]] = {
    "inquiries": ("id", "user_id", "course_id", "module_id", "asked_at", "event"),
    "inquiry_replies": ("id", "inquiry_id", "author_id", "at", "event"),
    "inquiry_events": ("id", "inquiry_id", "module_id", "reply_id", "kind", "at", "by_id", "after_reply_id"),
}


def upgrade() -> None:
    """Make the tables, then guard what is never changed."""
    op.create_table(
        "notices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_notices_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
    )
    op.create_index(
        "uq_notices_unseen",
        "notices",
        ["user_id", "kind", "subject_id"],
        unique=True,
        sqlite_where=sa.text("seen_at IS NULL"),
        postgresql_where=sa.text("seen_at IS NULL"),
    )
    op.create_table(
        "inquiries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("module_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('open', 'answered')", name=op.f("ck_inquiries_known_state")),
        sa.ForeignKeyConstraint(["course_id"], ["courses.id"], name=op.f("fk_inquiries_course_id")),
        sa.ForeignKeyConstraint(["module_id"], ["modules.id"], name=op.f("fk_inquiries_module_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_inquiries_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inquiries")),
        sa.UniqueConstraint("user_id", "event", name=op.f("uq_inquiries_user_id_event")),
    )
    op.create_index("ix_inquiries_user_id_last_at", "inquiries", ["user_id", "last_at"])
    op.create_index("ix_inquiries_course_id_state_last_at", "inquiries", ["course_id", "state", "last_at"])
    op.create_index("ix_inquiries_state_last_at", "inquiries", ["state", "last_at"])
    op.create_table(
        "inquiry_replies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("inquiry_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event", sa.Uuid(), nullable=False),
        sa.Column("visibility", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "visibility IN ('private', 'shared', 'hidden')", name=op.f("ck_inquiry_replies_known_visibility")
        ),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("fk_inquiry_replies_author_id")),
        sa.ForeignKeyConstraint(["inquiry_id"], ["inquiries.id"], name=op.f("fk_inquiry_replies_inquiry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inquiry_replies")),
        sa.UniqueConstraint(
            "inquiry_id", "author_id", "event", name=op.f("uq_inquiry_replies_inquiry_id_author_id_event")
        ),
    )
    op.create_table(
        "inquiry_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("inquiry_id", sa.Integer(), nullable=False),
        sa.Column("module_id", sa.Integer(), nullable=True),
        sa.Column("reply_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("after_reply_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'close') = (reply_id IS NULL)", name=op.f("ck_inquiry_events_about_an_answer")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_inquiry_events_by_id")),
        sa.ForeignKeyConstraint(["inquiry_id"], ["inquiries.id"], name=op.f("fk_inquiry_events_inquiry_id")),
        sa.ForeignKeyConstraint(["module_id"], ["modules.id"], name=op.f("fk_inquiry_events_module_id")),
        sa.ForeignKeyConstraint(["reply_id"], ["inquiry_replies.id"], name=op.f("fk_inquiry_events_reply_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inquiry_events")),
    )
    op.create_index("ix_inquiry_events_module_id_id", "inquiry_events", ["module_id", "id"])
    op.create_index("ix_inquiry_events_inquiry_id_id", "inquiry_events", ["inquiry_id", "id"])
    _guard()


def downgrade() -> None:
    """Drop the tables; the guards go with them."""
    for table in ("inquiry_events", "inquiry_replies", "inquiries", "notices"):
        op.drop_table(table)


def _guard() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table, columns in GUARDED.items():
        of = "UPDATE OF " + ", ".join(f'"{column}"' for column in columns)
        if not sqlite:
            op.execute(
                f"CREATE TRIGGER keep_{table} BEFORE {of} OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
            )
            continue
        for act, on in (("update", of), ("delete", "DELETE")):
            op.execute(
                f"CREATE TRIGGER keep_{table}_{act} BEFORE {on} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, 'rows of {table} are never changed'); END"
            )
