"""Every table of the first version, and guards that keep facts as they are.

The services never change a published text, an answer, a grade, a completion or an act in the audit
trail. The database refuses it as well, so that no later mistake and no hand at the database's prompt
does it unseen: triggers of one kind, the same on both databases, refuse DELETE, and UPDATE of the
columns named in `GUARDED`. Left free is what erasing a person has to overwrite: the text of an answer
(essays), a marker's word, the printed name. A migration that rebuilds a guarded table on SQLite has to
make its guard again, because SQLite drops it with the old table.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

#: Tables whose rows stay, with the columns that never change; empty for all of them.
GUARDED: dict[str, tuple[str, ...]] = {
    "audit_events": (),
    "module_revisions": (),
    "releases": (),
    "release_modules": (),
    "release_media": (),
    "responses": ("id", "attempt_id", "item_id", "number", "event", "base", "given_at", "counts"),
    "grades": (),
    "grade_items": (),
    "module_completions": (),
    "course_completions": (),
    "certificate_events": ("id", "certificate_id", "kind", "at", "by_id"),
}


def upgrade() -> None:
    """Make every table, then guard what is never changed."""
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("event_count", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_audit_head_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "certificate_series",
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("series", name=op.f("pk_certificate_series")),
    )
    op.create_table(
        "compiled_texts",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("compiler_version", sa.Integer(), nullable=False),
        sa.Column("compiled", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("digest", "compiler_version", name=op.f("pk_compiled_texts")),
    )
    op.create_table(
        "installation_facts",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_installation_facts")),
    )
    op.create_table(
        "media",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("extension", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_media")),
    )
    op.create_table(
        "rate_counters",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("window_starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", "window_starts_at", name=op.f("pk_rate_counters")),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("username", sa.Text(), nullable=True),
        sa.Column("contact_phone", sa.Text(), nullable=True),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name_confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "phone IS NOT NULL OR email IS NOT NULL OR username IS NOT NULL OR erased_at IS NOT NULL",
            name=op.f("ck_users_a_key_or_erased"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("email", name=op.f("uq_users_email")),
        sa.UniqueConstraint("phone", name=op.f("uq_users_phone")),
        sa.UniqueConstraint("username", name=op.f("uq_users_username")),
    )
    op.create_table(
        "audit_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject_type", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("subject_user_id", sa.Integer(), nullable=True),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("personal_digest", sa.Text(), nullable=False),
        sa.Column("previous_hash", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["users.id"], name=op.f("fk_audit_events_actor_id")),
        sa.ForeignKeyConstraint(
            ["subject_user_id"], ["users.id"], name=op.f("fk_audit_events_subject_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_events")),
        sa.UniqueConstraint("hash", name=op.f("uq_audit_events_hash")),
    )
    op.create_index(op.f("ix_audit_events_action_id"), "audit_events", ["action", "id"], unique=False)
    op.create_index(
        op.f("ix_audit_events_subject_user_id_id"), "audit_events", ["subject_user_id", "id"], unique=False
    )
    op.create_table(
        "cohorts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "ends_on IS NULL OR ends_on >= starts_on", name=op.f("ck_cohorts_ends_after_start")
        ),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_cohorts_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cohorts")),
        sa.UniqueConstraint("name", name=op.f("uq_cohorts_name")),
    )
    op.create_table(
        "consents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("text_version", sa.Text(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_consents_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
        sa.UniqueConstraint("user_id", "text_version", name=op.f("uq_consents_user_id_text_version")),
    )
    op.create_table(
        "courses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("live_release_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_courses_created_by")),
        *_live_release(op.get_bind().dialect.name),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courses")),
        sa.UniqueConstraint("slug", name=op.f("uq_courses_slug")),
    )
    op.create_table(
        "one_time_codes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_one_time_codes_created_by")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_one_time_codes_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_codes")),
        sa.UniqueConstraint("digest", name=op.f("uq_one_time_codes_digest")),
    )
    op.create_index(
        op.f("ix_one_time_codes_user_id_kind"), "one_time_codes", ["user_id", "kind"], unique=False
    )
    op.create_table(
        "user_regencies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("regency", sa.Text(), nullable=False),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["recorded_by"], ["users.id"], name=op.f("fk_user_regencies_recorded_by")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_user_regencies_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_regencies")),
    )
    op.create_index(
        op.f("ix_user_regencies_user_id_since_on_id"),
        "user_regencies",
        ["user_id", "since_on", "id"],
        unique=False,
    )
    op.create_table(
        "user_roles",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("granted_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("role IN ('trainer', 'staff', 'admin')", name=op.f("ck_user_roles_known_role")),
        sa.ForeignKeyConstraint(["granted_by"], ["users.id"], name=op.f("fk_user_roles_granted_by")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_user_roles_user_id")),
        sa.PrimaryKeyConstraint("user_id", "role", name=op.f("pk_user_roles")),
    )
    op.create_table(
        "user_sessions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_digest", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("device", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_user_sessions_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_sessions")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_user_sessions_token_digest")),
    )
    op.create_index(
        op.f("ix_user_sessions_user_id_ended_at"), "user_sessions", ["user_id", "ended_at"], unique=False
    )
    op.create_table(
        "audit_personal",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("salt", sa.Text(), nullable=False),
        sa.Column("personal", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["audit_events.id"], name=op.f("fk_audit_personal_event_id")),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_audit_personal")),
    )
    op.create_table(
        "cohort_courses",
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohorts.id"], name=op.f("fk_cohort_courses_cohort_id")),
        sa.ForeignKeyConstraint(["course_id"], ["courses.id"], name=op.f("fk_cohort_courses_course_id")),
        sa.PrimaryKeyConstraint("cohort_id", "course_id", name=op.f("pk_cohort_courses")),
    )
    op.create_table(
        "cohort_memberships",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("joined_on", sa.Date(), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "left_on IS NULL OR left_on >= joined_on", name=op.f("ck_cohort_memberships_left_after_joining")
        ),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohorts.id"], name=op.f("fk_cohort_memberships_cohort_id")),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["users.id"], name=op.f("fk_cohort_memberships_recorded_by")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_cohort_memberships_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cohort_memberships")),
    )
    op.create_index(op.f("ix_cohort_memberships_user_id"), "cohort_memberships", ["user_id"], unique=False)
    op.create_index(
        "one_active_membership",
        "cohort_memberships",
        ["cohort_id", "user_id"],
        unique=True,
        sqlite_where=sa.text("left_on IS NULL"),
        postgresql_where=sa.text("left_on IS NULL"),
    )
    op.create_table(
        "course_trainers",
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["added_by"], ["users.id"], name=op.f("fk_course_trainers_added_by")),
        sa.ForeignKeyConstraint(["course_id"], ["courses.id"], name=op.f("fk_course_trainers_course_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_course_trainers_user_id")),
        sa.PrimaryKeyConstraint("course_id", "user_id", name=op.f("pk_course_trainers")),
    )
    op.create_table(
        "draft_media",
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["added_by"], ["users.id"], name=op.f("fk_draft_media_added_by")),
        sa.ForeignKeyConstraint(["course_id"], ["courses.id"], name=op.f("fk_draft_media_course_id")),
        sa.ForeignKeyConstraint(["digest"], ["media.digest"], name=op.f("fk_draft_media_digest")),
        sa.PrimaryKeyConstraint("course_id", "path", name=op.f("pk_draft_media")),
    )
    op.create_index(op.f("ix_draft_media_digest"), "draft_media", ["digest"], unique=False)
    op.create_table(
        "drafts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("base_text", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["courses.id"], name=op.f("fk_drafts_course_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_drafts_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drafts")),
        sa.UniqueConstraint(
            "course_id", "file_name", "user_id", name=op.f("uq_drafts_course_id_file_name_user_id")
        ),
    )
    op.create_table(
        "enrolments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("put_aside_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("required_count", sa.Integer(), nullable=False),
        sa.Column("required_done", sa.Integer(), nullable=False),
        sa.Column("last_activity_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("pretest_score", sa.Integer(), nullable=True),
        sa.Column("posttest_score", sa.Integer(), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(completed_at IS NOT NULL) = (state = 'completed')",
            name=op.f("ck_enrolments_completed_has_a_date"),
        ),
        sa.CheckConstraint(
            "required_done >= 0 AND required_done <= required_count",
            name=op.f("ck_enrolments_done_within_required"),
        ),
        sa.ForeignKeyConstraint(["course_id"], ["courses.id"], name=op.f("fk_enrolments_course_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_enrolments_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolments")),
        sa.UniqueConstraint("user_id", "course_id", name=op.f("uq_enrolments_user_id_course_id")),
    )
    op.create_index(
        op.f("ix_enrolments_course_id_last_activity_at_id"),
        "enrolments",
        ["course_id", "last_activity_at", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_enrolments_course_id_state_completed_at_id"),
        "enrolments",
        ["course_id", "state", "completed_at", "id"],
        unique=False,
    )
    op.create_table(
        "modules",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('module', 'pretest', 'posttest')", name=op.f("ck_modules_known_kind")),
        sa.ForeignKeyConstraint(["course_id"], ["courses.id"], name=op.f("fk_modules_course_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_modules")),
        sa.UniqueConstraint("course_id", "slug", name=op.f("uq_modules_course_id_slug")),
    )
    op.create_table(
        "releases",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("page_text", sa.Text(), nullable=False),
        sa.Column("page_digest", sa.Text(), nullable=False),
        sa.Column("glossary_text", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("required_count", sa.Integer(), nullable=False),
        sa.Column("gives_certificate", sa.Boolean(), nullable=False),
        sa.Column("sequential", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["courses.id"], name=op.f("fk_releases_course_id")),
        sa.ForeignKeyConstraint(["published_by"], ["users.id"], name=op.f("fk_releases_published_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_releases")),
        sa.UniqueConstraint("course_id", "number", name=op.f("uq_releases_course_id_number")),
    )
    op.create_table(
        "course_completions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("pretest_score", sa.Integer(), nullable=True),
        sa.Column("posttest_score", sa.Integer(), nullable=True),
        sa.Column("gain", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolments.id"], name=op.f("fk_course_completions_enrolment_id")
        ),
        sa.ForeignKeyConstraint(
            ["release_id"], ["releases.id"], name=op.f("fk_course_completions_release_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_completions")),
        sa.UniqueConstraint("enrolment_id", name=op.f("uq_course_completions_enrolment_id")),
    )
    op.create_index(
        op.f("ix_course_completions_completed_at"), "course_completions", ["completed_at"], unique=False
    )
    op.create_table(
        "draft_asides",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("base_number", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["drafts.id"], name=op.f("fk_draft_asides_draft_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft_asides")),
    )
    op.create_index(op.f("ix_draft_asides_draft_id"), "draft_asides", ["draft_id"], unique=False)
    op.create_table(
        "extra_attempts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("module_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("granted_by", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolments.id"], name=op.f("fk_extra_attempts_enrolment_id")
        ),
        sa.ForeignKeyConstraint(["granted_by"], ["users.id"], name=op.f("fk_extra_attempts_granted_by")),
        sa.ForeignKeyConstraint(["module_id"], ["modules.id"], name=op.f("fk_extra_attempts_module_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extra_attempts")),
    )
    op.create_index(
        op.f("ix_extra_attempts_enrolment_id_module_id"),
        "extra_attempts",
        ["enrolment_id", "module_id"],
        unique=False,
    )
    op.create_table(
        "module_revisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("module_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("pass_mark", sa.Integer(), nullable=False),
        sa.Column("glossary", sa.Text(), nullable=False),
        sa.Column("media", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_module_revisions_created_by")),
        sa.ForeignKeyConstraint(["module_id"], ["modules.id"], name=op.f("fk_module_revisions_module_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_module_revisions")),
        sa.UniqueConstraint("module_id", "digest", name=op.f("uq_module_revisions_module_id_digest")),
    )
    op.create_table(
        "release_media",
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["digest"], ["media.digest"], name=op.f("fk_release_media_digest")),
        sa.ForeignKeyConstraint(["release_id"], ["releases.id"], name=op.f("fk_release_media_release_id")),
        sa.PrimaryKeyConstraint("release_id", "path", name=op.f("pk_release_media")),
    )
    op.create_index(op.f("ix_release_media_digest"), "release_media", ["digest"], unique=False)
    op.create_table(
        "ticks",
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolments.id"], name=op.f("fk_ticks_enrolment_id")),
        sa.PrimaryKeyConstraint("enrolment_id", "item_id", name=op.f("pk_ticks")),
    )
    op.create_table(
        "attempts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("module_id", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("pass_mark", sa.Integer(), nullable=False),
        sa.Column("deadline", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handed_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "pass_mark >= 0 AND pass_mark <= 10000", name=op.f("ck_attempts_pass_mark_is_a_share")
        ),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolments.id"], name=op.f("fk_attempts_enrolment_id")),
        sa.ForeignKeyConstraint(["module_id"], ["modules.id"], name=op.f("fk_attempts_module_id")),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["module_revisions.id"], name=op.f("fk_attempts_revision_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempts")),
        sa.UniqueConstraint(
            "enrolment_id", "module_id", "number", name=op.f("uq_attempts_enrolment_id_module_id_number")
        ),
        sa.UniqueConstraint("uuid", name=op.f("uq_attempts_uuid")),
    )
    op.create_index(op.f("ix_attempts_revision_id"), "attempts", ["revision_id"], unique=False)
    op.create_index(
        "one_open_attempt",
        "attempts",
        ["enrolment_id", "module_id"],
        unique=True,
        sqlite_where=sa.text("handed_in_at IS NULL"),
        postgresql_where=sa.text("handed_in_at IS NULL"),
    )
    op.create_index(
        "open_attempts_with_deadline",
        "attempts",
        ["deadline"],
        unique=False,
        sqlite_where=sa.text("handed_in_at IS NULL AND deadline IS NOT NULL"),
        postgresql_where=sa.text("handed_in_at IS NULL AND deadline IS NOT NULL"),
    )
    op.create_table(
        "certificates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("serial", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("completion_id", sa.Integer(), nullable=False),
        sa.Column("period", sa.Integer(), nullable=False),
        sa.Column("issue_number", sa.Integer(), nullable=False),
        sa.Column("follows_id", sa.Integer(), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("holder_name", sa.Text(), nullable=False),
        sa.Column("course_title", sa.Text(), nullable=False),
        sa.Column("release_number", sa.Integer(), nullable=False),
        sa.Column("hours", sa.Text(), nullable=False),
        sa.Column("modules", sa.Text(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("signer", sa.Text(), nullable=False),
        sa.Column("signer_title", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("verification_url", sa.Text(), nullable=False),
        sa.Column("template_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["completion_id"], ["course_completions.id"], name=op.f("fk_certificates_completion_id")
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolments.id"], name=op.f("fk_certificates_enrolment_id")
        ),
        sa.ForeignKeyConstraint(["follows_id"], ["certificates.id"], name=op.f("fk_certificates_follows_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificates")),
        sa.UniqueConstraint(
            "enrolment_id",
            "period",
            "issue_number",
            name=op.f("uq_certificates_enrolment_id_period_issue_number"),
        ),
        sa.UniqueConstraint("follows_id", name=op.f("uq_certificates_follows_id")),
        sa.UniqueConstraint("number", name=op.f("uq_certificates_number")),
        sa.UniqueConstraint("serial", name=op.f("uq_certificates_serial")),
        sa.UniqueConstraint("series", "sequence", name=op.f("uq_certificates_series_sequence")),
    )
    op.create_index(op.f("ix_certificates_issued_at"), "certificates", ["issued_at"], unique=False)
    op.create_table(
        "corrections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("module_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Text(), nullable=False),
        sa.Column("from_revision_id", sa.Integer(), nullable=False),
        sa.Column("to_revision_id", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.Integer(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["course_id"], ["courses.id"], name=op.f("fk_corrections_course_id")),
        sa.ForeignKeyConstraint(
            ["from_revision_id"], ["module_revisions.id"], name=op.f("fk_corrections_from_revision_id")
        ),
        sa.ForeignKeyConstraint(["module_id"], ["modules.id"], name=op.f("fk_corrections_module_id")),
        sa.ForeignKeyConstraint(["opened_by"], ["users.id"], name=op.f("fk_corrections_opened_by")),
        sa.ForeignKeyConstraint(
            ["to_revision_id"], ["module_revisions.id"], name=op.f("fk_corrections_to_revision_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corrections")),
    )
    op.create_index(
        op.f("ix_corrections_course_id_closed_at"), "corrections", ["course_id", "closed_at"], unique=False
    )
    op.create_table(
        "module_reads",
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("module_id", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolments.id"], name=op.f("fk_module_reads_enrolment_id")
        ),
        sa.ForeignKeyConstraint(["module_id"], ["modules.id"], name=op.f("fk_module_reads_module_id")),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["module_revisions.id"], name=op.f("fk_module_reads_revision_id")
        ),
        sa.PrimaryKeyConstraint("enrolment_id", "module_id", name=op.f("pk_module_reads")),
    )
    op.create_table(
        "release_modules",
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("module_id", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("completion", sa.Text(), nullable=False),
        sa.Column("has_quiz", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["module_id"], ["modules.id"], name=op.f("fk_release_modules_module_id")),
        sa.ForeignKeyConstraint(["release_id"], ["releases.id"], name=op.f("fk_release_modules_release_id")),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["module_revisions.id"], name=op.f("fk_release_modules_revision_id")
        ),
        sa.PrimaryKeyConstraint("release_id", "module_id", name=op.f("pk_release_modules")),
        sa.UniqueConstraint("release_id", "position", name=op.f("uq_release_modules_release_id_position")),
    )
    op.create_index(
        op.f("ix_release_modules_module_id_release_id"),
        "release_modules",
        ["module_id", "release_id"],
        unique=False,
    )
    op.create_index(op.f("ix_release_modules_revision_id"), "release_modules", ["revision_id"], unique=False)
    op.create_table(
        "attempt_items",
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempts.id"], name=op.f("fk_attempt_items_attempt_id")),
        sa.PrimaryKeyConstraint("attempt_id", "position", name=op.f("pk_attempt_items")),
        sa.UniqueConstraint("attempt_id", "item_id", name=op.f("uq_attempt_items_attempt_id_item_id")),
    )
    op.create_table(
        "certificate_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("certificate_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_certificate_events_by_id")),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["certificates.id"], name=op.f("fk_certificate_events_certificate_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate_events")),
    )
    op.create_index(
        op.f("ix_certificate_events_certificate_id_id"),
        "certificate_events",
        ["certificate_id", "id"],
        unique=False,
    )
    op.create_table(
        "essay_marks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Text(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("marked_by", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempts.id"], name=op.f("fk_essay_marks_attempt_id")),
        sa.ForeignKeyConstraint(["marked_by"], ["users.id"], name=op.f("fk_essay_marks_marked_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_essay_marks")),
    )
    op.create_index(
        op.f("ix_essay_marks_attempt_id_item_id_id"),
        "essay_marks",
        ["attempt_id", "item_id", "id"],
        unique=False,
    )
    op.create_table(
        "grades",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("graded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("graded_by", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=True),
        sa.Column("max_points", sa.Integer(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("passed", sa.Boolean(), nullable=True),
        sa.CheckConstraint(
            "(passed IS NULL) = (outcome <> 'graded')", name=op.f("ck_grades_passed_once_graded")
        ),
        sa.CheckConstraint(
            "points IS NULL OR (points >= 0 AND points <= max_points)",
            name=op.f("ck_grades_points_within_max"),
        ),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempts.id"], name=op.f("fk_grades_attempt_id")),
        sa.ForeignKeyConstraint(["graded_by"], ["users.id"], name=op.f("fk_grades_graded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grades")),
    )
    op.create_index(op.f("ix_grades_attempt_id_id"), "grades", ["attempt_id", "id"], unique=False)
    op.create_table(
        "module_completions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("module_id", sa.Integer(), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempts.id"], name=op.f("fk_module_completions_attempt_id")
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolments.id"], name=op.f("fk_module_completions_enrolment_id")
        ),
        sa.ForeignKeyConstraint(["module_id"], ["modules.id"], name=op.f("fk_module_completions_module_id")),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["module_revisions.id"], name=op.f("fk_module_completions_revision_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_module_completions")),
        sa.UniqueConstraint(
            "enrolment_id", "module_id", name=op.f("uq_module_completions_enrolment_id_module_id")
        ),
    )
    op.create_index(
        op.f("ix_module_completions_module_id"), "module_completions", ["module_id"], unique=False
    )
    op.create_table(
        "responses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("event", sa.Uuid(), nullable=False),
        sa.Column("base", sa.Integer(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempts.id"], name=op.f("fk_responses_attempt_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_responses")),
        sa.UniqueConstraint("attempt_id", "event", name=op.f("uq_responses_attempt_id_event")),
        sa.UniqueConstraint(
            "attempt_id", "item_id", "number", name=op.f("uq_responses_attempt_id_item_id_number")
        ),
    )
    op.create_table(
        "grade_items",
        sa.Column("grade_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Text(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=True),
        sa.Column("max_points", sa.Integer(), nullable=False),
        sa.Column("right", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(["grade_id"], ["grades.id"], name=op.f("fk_grade_items_grade_id")),
        sa.PrimaryKeyConstraint("grade_id", "item_id", name=op.f("pk_grade_items")),
    )
    _close_the_circle()
    _guard()


def downgrade() -> None:
    """Drop every table, and all that is in them."""
    _open_the_circle()
    op.drop_table("grade_items")
    op.drop_table("responses")
    op.drop_table("module_completions")
    op.drop_table("grades")
    op.drop_table("essay_marks")
    op.drop_table("certificate_events")
    op.drop_table("attempt_items")
    op.drop_table("release_modules")
    op.drop_table("module_reads")
    op.drop_table("corrections")
    op.drop_table("certificates")
    op.drop_table("attempts")
    op.drop_table("ticks")
    op.drop_table("release_media")
    op.drop_table("module_revisions")
    op.drop_table("extra_attempts")
    op.drop_table("draft_asides")
    op.drop_table("course_completions")
    op.drop_table("releases")
    op.drop_table("modules")
    op.drop_table("enrolments")
    op.drop_table("drafts")
    op.drop_table("draft_media")
    op.drop_table("course_trainers")
    op.drop_table("cohort_memberships")
    op.drop_table("cohort_courses")
    op.drop_table("audit_personal")
    op.drop_table("user_sessions")
    op.drop_table("user_roles")
    op.drop_table("user_regencies")
    op.drop_table("one_time_codes")
    op.drop_table("courses")
    op.drop_table("consents")
    op.drop_table("cohorts")
    op.drop_table("audit_events")
    op.drop_table("users")
    op.drop_table("rate_counters")
    op.drop_table("media")
    op.drop_table("installation_facts")
    op.drop_table("compiled_texts")
    op.drop_table("certificate_series")
    op.drop_table("audit_head")
    _unguard()


def _live_release(dialect: str) -> list[sa.ForeignKeyConstraint]:
    """Return the reference from a course to its live release, which PostgreSQL takes only afterwards.

    Courses and releases refer to each other; SQLite takes a reference to a table that comes later, and
    could not add one without rebuilding the table.
    """
    if dialect != "sqlite":
        return []
    return [sa.ForeignKeyConstraint(["live_release_id"], ["releases.id"], name="fk_courses_live_release_id")]


def _close_the_circle() -> None:
    if op.get_bind().dialect.name != "sqlite":
        op.create_foreign_key(
            "fk_courses_live_release_id", "courses", "releases", ["live_release_id"], ["id"]
        )


def _open_the_circle() -> None:
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint("fk_courses_live_release_id", "courses", type_="foreignkey")


def _guard() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table, columns in GUARDED.items():
            of = f" OF {_quoted(columns)}" if columns else ""
            for act, on in (("update", f"UPDATE{of}"), ("delete", "DELETE")):
                op.execute(
                    f"CREATE TRIGGER keep_{table}_{act} BEFORE {on} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, 'rows of {table} are never changed'); END"
                )
        return
    op.execute(
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME "
        "USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    for table, columns in GUARDED.items():
        of = f" OF {_quoted(columns)}" if columns else ""
        op.execute(
            f"CREATE TRIGGER keep_{table} BEFORE UPDATE{of} OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )


def _unguard() -> None:
    # The triggers went with their tables.
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION refuse_change()")


def _quoted(columns: tuple[str, ...]) -> str:
    return ", ".join(f'"{column}"' for column in columns)
