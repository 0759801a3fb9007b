"""Requests about own data: the wish to be erased, and who was; both are kept as they were made."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

#: Tables whose rows stay, with the columns that never change; empty for all of them (see 0001).
GUARDED: dict[str, tuple[str, ...]] = {
    "erasure_requests": ("id", "user_id", "requested_at", "keep_certificates"),
    "erasures": (),
}
_OPEN = sa.text("withdrawn_at IS NULL AND done_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "erasure_requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("keep_certificates", sa.Boolean(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "withdrawn_at IS NULL OR done_at IS NULL", name=op.f("ck_erasure_requests_one_end")
        ),
        sa.CheckConstraint(
            "done_by IS NULL OR done_at IS NOT NULL", name=op.f("ck_erasure_requests_done_by_somebody")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_erasure_requests_user_id")),
        sa.ForeignKeyConstraint(["done_by"], ["users.id"], name=op.f("fk_erasure_requests_done_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure_requests")),
    )
    op.create_index(
        "one_open_erasure_request",
        "erasure_requests",
        ["user_id"],
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
    op.create_table(
        "erasures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("keep_certificates", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_erasures_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasures")),
    )
    op.create_index(op.f("ix_erasures_user_id"), "erasures", ["user_id"], unique=False)
    _guard()


def downgrade() -> None:
    op.drop_table("erasures")
    op.drop_table("erasure_requests")


def _guard() -> None:
    for table, columns in GUARDED.items():
        of = f" OF {', '.join(columns)}" if columns else ""
        if op.get_bind().dialect.name == "sqlite":
            for act, on in (("update", f"UPDATE{of}"), ("delete", "DELETE")):
                op.execute(
                    f"CREATE TRIGGER keep_{table}_{act} BEFORE {on} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, 'rows of {table} are never changed'); END"
                )
        else:
            op.execute(
                f"CREATE TRIGGER keep_{table} BEFORE UPDATE{of} OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
            )
