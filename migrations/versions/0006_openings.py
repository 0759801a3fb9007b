"""Which module a learner had before them last."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "module_openings",
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("module_id", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolments.id"], name=op.f("fk_module_openings_enrolment_id")
        ),
        sa.ForeignKeyConstraint(["module_id"], ["modules.id"], name=op.f("fk_module_openings_module_id")),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["module_revisions.id"], name=op.f("fk_module_openings_revision_id")
        ),
        sa.PrimaryKeyConstraint("enrolment_id", "module_id", name=op.f("pk_module_openings")),
    )


def downgrade() -> None:
    op.drop_table("module_openings")
