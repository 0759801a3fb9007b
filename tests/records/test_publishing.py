"""Publishing: one act for folder and browser; revisions that never change; no row where nothing changed."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from elearn.content.markup.limits import OUTPUT_TOO_LARGE, MarkupLimitError
from elearn.records import authoring, study
from elearn.records.accounts.models import Role
from elearn.records.attempts.models import Attempt, Grade
from elearn.records.audit.models import AuditEvent, Way
from elearn.records.authoring import PublishRefusedError, releases
from elearn.records.catalogue import compiling, queries
from elearn.records.catalogue.models import (
    CompiledText,
    Course,
    CourseState,
    CourseTrainer,
    Media,
    Module,
    ModuleRevision,
    Origin,
    Release,
    ReleaseMedia,
    ReleaseModule,
)
from elearn.records.completions.models import CompletionReason, CourseCompletion
from elearn.records.corrections.models import Correction
from elearn.records.errors import NotFoundError, RefusedError
from tests.factories import FILES, SLUG, make_course, make_learner, make_user
from tests.records.learning import right, save, take


def changed(*edits: tuple[str, str, str], without: tuple[str, ...] = (), **more: bytes) -> dict[str, bytes]:
    """Return `FILES` with *edits* (file, before, after), without some files, with some more."""
    files = {name: content for name, content in FILES.items() if name not in without}
    for name, before, after in edits:
        text = files[name].decode()
        assert before in text
        files[name] = text.replace(before, after).encode()
    return files | more


def a_test(title: str, prefix: str) -> bytes:
    """Return a pre- or post-test with the questions of the quiz under ids of its own."""
    text = FILES["02-kuis.md"].decode()
    quiz = text[text.index("## Kuis") :].replace("q-satu", f"{prefix}satu").replace("q-duaa", f"{prefix}duaa")
    return f"---\njudul: {title}\ntujuan: [bahan]\n---\n\n{quiz}".encode()


def rows(session: Session) -> dict[str, int]:
    """Count the rows a publication could leave."""
    tables = (
        Course,
        Module,
        ModuleRevision,
        Release,
        ReleaseModule,
        ReleaseMedia,
        Media,
        CompiledText,
        AuditEvent,
    )
    return {
        table.__tablename__: session.scalar(select(func.count()).select_from(table)) or 0 for table in tables
    }


def live(session: Session, course: Course) -> Release:
    assert course.live_release_id is not None
    return session.get_one(Release, course.live_release_id)


def revisions(session: Session, release: Release) -> dict[str, int]:
    found = session.execute(
        select(ReleaseModule.file_name, ReleaseModule.revision_id).where(
            ReleaseModule.release_id == release.id
        )
    )
    return {row.file_name: row.revision_id for row in found}


def compiled_of(session: Session, course: Course, slug: str) -> str:
    module = queries.release_view(session, live(session, course).id).module(slug)
    assert module is not None
    return queries.compiled_module(session, module.digest).lesson_html


def test_what_was_published_comes_out_again_byte_for_byte(session: Session, now: datetime) -> None:
    course = make_course(session, now=now)
    session.commit()
    session.expire_all()

    assert queries.export_files(session, live(session, course)) == dict(FILES)


def test_a_release_says_what_it_holds_in_order(session: Session, now: datetime) -> None:
    files = dict(FILES) | {"pretes.md": a_test("Pretes", "q-pre"), "postes.md": a_test("Postes", "q-pos")}
    course = make_course(session, now=now, files=files)
    view = queries.release_view(session, live(session, course).id)

    assert [(step.position, step.slug, step.kind.value) for step in view.modules] == [
        (1, "pretes", "pretest"), (2, "bahan", "module"), (3, "kuis", "module"), (4, "postes", "posttest"),
    ]  # fmt: skip
    assert [step.required for step in view.modules] == [False, True, True, True]
    assert [step.question_count for step in view.modules] == [2, 0, 2, 2]
    assert (view.number, view.title, view.code, view.required_count) == (1, "Dapur Halal", "DH", 3)
    assert [step.slug for step in view.lessons] == ["bahan", "kuis"]
    assert view.minutes == 2
    assert view.weight > 100
    assert view.checked_on == "2026-11-01"
    assert view.module("siapa") is None
    assert "NIB" in view.page.body_html


def test_publishing_the_same_again_leaves_no_row(session: Session, now: datetime) -> None:
    course = make_course(session, now=now)
    before = rows(session)

    result = authoring.publish(
        session, slug=SLUG, files=FILES, note="lagi", origin=Origin.FOLDER, actor=None, way=Way.COMMAND,
        now=now + timedelta(days=1),
    )  # fmt: skip

    assert result.release is None
    assert rows(session) == before
    assert live(session, course).number == 1


@pytest.mark.parametrize(
    ("files", "new"),
    [
        (changed(("01-bahan.md", "Catat semua", "Tulis semua")), {"01-bahan.md"}),
        (changed(("glosarium.md", "Nomor Induk Berusaha", "nomor induk")), {"01-bahan.md"}),
        (changed(("kursus.md", "kode: DH", "kode: DH\nlulus: 60%")), set()),
        (changed(("kursus.md", "Kursus singkat", "Kursus pendek")), set()),
        (changed(**{"media/alur.svg": FILES["media/alur.svg"].replace(b"Alur", b"Alir")}), {"01-bahan.md"}),
        (changed(("glosarium.md", "*[NIB]", "*[X]: y\n*[NIB]")), set()),
        (changed(**{"media/baru.svg": FILES["media/alur.svg"].replace(b"Alur", b"Alir")}), set()),
    ],
)
def test_a_new_release_keeps_the_revisions_nothing_decided_anew(
    session: Session, now: datetime, files: Mapping[str, bytes], new: set[str]
) -> None:
    course = make_course(session, now=now)
    first = revisions(session, live(session, course))

    make_course(session, now=now, files=files)

    release = live(session, course)
    second = revisions(session, release)
    assert release.number == 2
    assert {name for name in second if second[name] != first[name]} == new
    assert queries.export_files(session, release) == dict(files)


def test_the_pass_mark_of_the_course_makes_new_revisions_of_quizzes_that_use_it(
    session: Session, now: datetime
) -> None:
    without_mark = changed(("02-kuis.md", "- Lulus: 50%\n\n", ""))
    course = make_course(session, now=now, files=without_mark)
    first = revisions(session, live(session, course))

    page = FILES["kursus.md"].replace(b"kode: DH", b"kode: DH\nlulus: 60%")
    make_course(session, now=now, files=without_mark | {"kursus.md": page})

    second = revisions(session, live(session, course))
    assert {name for name in second if second[name] != first[name]} == {"02-kuis.md"}
    marks = select(ModuleRevision.pass_mark).where(
        ModuleRevision.id.in_([first["02-kuis.md"], second["02-kuis.md"]])
    )
    assert sorted(session.scalars(marks)) == [6000, 7000]


def test_going_back_to_an_earlier_text_finds_its_revision_again(session: Session, now: datetime) -> None:
    course = make_course(session, now=now)
    first = revisions(session, live(session, course))
    make_course(session, now=now, files=changed(("01-bahan.md", "Catat", "Tulis")))
    make_course(session, now=now)

    release = live(session, course)
    assert (release.number, revisions(session, release)) == (3, first)


def test_the_same_text_in_another_course_links_within_its_own(session: Session, now: datetime) -> None:
    one = make_course(session, now=now)
    other = make_course(session, now=now, slug="dapur-lain")

    assert "/kursus/dapur-halal/kuis" in compiled_of(session, one, "bahan")
    assert "/kursus/dapur-lain/kuis" in compiled_of(session, other, "bahan")
    assert session.scalar(select(func.count()).select_from(Media)) == 1


@pytest.mark.parametrize(
    ("files", "code"),
    [
        (changed(("02-kuis.md", "- [x] BPJPH", "- [ ] BPJPH")), "K01"),
        (changed(("02-kuis.md", "<!-- id: q-satu01 -->\n", "")), "K82"),
        (changed(without=("media/alur.svg",)), "K95a"),
        (changed(without=("kursus.md",)), "K120a"),
        (changed(**{"01-bahan.md": b"---\njudul: \xff\n---\n"}), "K100a"),
    ],
)
def test_a_problem_that_blocks_keeps_everything_as_it_was(
    session: Session, now: datetime, files: Mapping[str, bytes], code: str
) -> None:
    course = make_course(session, now=now)
    before = rows(session)

    with pytest.raises(PublishRefusedError) as refused:
        make_course(session, now=now, files=files)

    assert code in {found.code for found in refused.value.problems}
    assert rows(session) == before
    assert live(session, course).number == 1


def test_a_text_over_a_limit_of_conversion_is_refused_with_its_line(
    session: Session, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_much(*_details: object) -> object:
        raise MarkupLimitError(OUTPUT_TOO_LARGE)

    monkeypatch.setattr(releases, "compile_module", too_much)

    with pytest.raises(PublishRefusedError) as refused:
        make_course(session, now=now)

    assert OUTPUT_TOO_LARGE in {found.code for found in refused.value.problems}
    assert rows(session)["courses"] == 0


def test_a_note_is_one_line_and_not_endless(session: Session, now: datetime) -> None:
    make_course(session, now=now, note=" satu \n dua ")
    assert session.scalars(select(Release.note)).one() == "satu dua"
    with pytest.raises(RefusedError) as refused:
        make_course(session, now=now, note="x" * 501)
    assert refused.value.field == "note"


def test_publishing_leaves_a_trail(session: Session, now: datetime) -> None:
    trainer = make_user(session, Role.TRAINER, now=now)
    result = authoring.publish(
        session,
        slug=SLUG,
        files=FILES,
        note="awal",
        origin=Origin.BROWSER,
        actor=trainer,
        way=Way.PAGE,
        now=now,
    )
    event = session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert event is not None
    assert result.release is not None
    assert (event.action, event.actor_id, event.reason) == ("course.publish", trainer.id, "awal")
    assert f'"release_id":{result.release.id}' in event.after
    assert (result.release.published_by, result.release.origin) == (trainer.id, Origin.BROWSER)


def test_two_who_publish_at_once_come_one_after_the_other(engine: sa.Engine, now: datetime) -> None:
    together = threading.Barrier(3)
    numbers: list[int | None] = []

    def work(word: str) -> None:
        with Session(engine) as session:
            together.wait()
            result = authoring.publish(
                session, slug=SLUG, files=changed(("01-bahan.md", "Catat", word)), note="", origin=Origin.FOLDER,
                actor=None, way=Way.COMMAND, now=now,
            )  # fmt: skip
            numbers.append(result.release.number if result.release is not None else None)
            session.commit()

    threads = [threading.Thread(target=work, args=(word,)) for word in ("Satu", "Dua", "Dua")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with Session(engine) as session:
        course = queries.course_by_slug(session, SLUG)
        made = sorted(release.number for release in queries.history(session, course))
        assert made == list(range(1, len(made) + 1))
        assert sorted(number for number in numbers if number) == made
        assert live(session, course).number == made[-1]
        assert len(made) in {2, 3}


# Questions that were answered


def answered(session: Session, now: datetime) -> tuple[Course, Attempt]:
    """Publish the course, and let somebody answer everything rightly without handing in."""
    course = make_course(session, now=now)
    learner = make_learner(session, now=now)
    attempt = study.start_quiz(session, learner, SLUG, "kuis", now)
    quiz = queries.parsed_module(session, attempt.revision_id).quiz
    assert quiz is not None
    for item in quiz.items:
        save(session, attempt, item, right(item), now=now)
    return course, attempt


OTHER_KEY = changed(("02-kuis.md", "- [x] BPJPH\n- [ ] LPPOM", "- [ ] BPJPH\n- [x] LPPOM"))


def codes(result: authoring.PublishResult) -> set[str]:
    return {found.code for found in result.problems if found.code in {"K83", "K84", "K85"}}


def publish(
    session: Session, files: Mapping[str, bytes], now: datetime, note: str = ""
) -> authoring.PublishResult:
    return authoring.publish(
        session, slug=SLUG, files=files, note=note, origin=Origin.FOLDER, actor=None, way=Way.COMMAND, now=now
    )


def test_another_key_needs_a_note_and_opens_a_correction(session: Session, now: datetime) -> None:
    course, attempt = answered(session, now)
    old = revisions(session, live(session, course))["02-kuis.md"]

    with pytest.raises(PublishRefusedError, match="Tulis catatan perubahan") as refused:
        publish(session, OTHER_KEY, now)
    assert refused.value.field == "note"
    assert [(found.code, found.file) for found in refused.value.problems if found.code == "K84"] == [
        ("K84", "02-kuis.md")
    ]
    result = publish(session, OTHER_KEY, now, note="kuncinya terbalik")

    assert codes(result) == {"K84"}
    correction = session.scalars(select(Correction)).one()
    assert (correction.item_id, correction.note, correction.closed_at) == (
        "q-satu01",
        "kuncinya terbalik",
        None,
    )
    assert correction.from_revision_id == attempt.revision_id == old
    assert correction.to_revision_id == revisions(session, live(session, course))["02-kuis.md"]
    # The open attempt is graded by the text it was begun on.
    outcome = study.hand_in(session, attempt, now)
    assert outcome.grade.passed


def test_a_graded_attempt_keeps_its_grade_under_another_key(session: Session, now: datetime) -> None:
    _course, attempt = answered(session, now)
    study.hand_in(session, attempt, now)

    publish(session, OTHER_KEY, now, note="kuncinya terbalik")

    assert [grade.passed for grade in session.scalars(select(Grade))] == [True]


@pytest.mark.parametrize(
    "files",
    [
        changed(("02-kuis.md", "Lembaga mana yang", "Siapa yang")),
        changed(("02-kuis.md", "- [x] BPJPH\n", "- [x] BPJPH\n  > Tepat.\n")),
        changed(("02-kuis.md", "- [ ] LPPOM", "- [ ] LPPOM MUI")),
        changed(("02-kuis.md", "- [x] BPJPH\n- [ ] LPPOM", "- [ ] LPPOM\n- [x]  bpjph.")),
        changed(("02-kuis.md", "### Satu", "### Nomor satu")),
    ],
)
def test_other_words_are_no_other_key(session: Session, now: datetime, files: Mapping[str, bytes]) -> None:
    answered(session, now)

    assert codes(publish(session, files, now)) == set()
    assert session.scalars(select(Correction)).all() == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("- [ ] LPPOM", "- [x] LPPOM\n\n- Jenis: pilih semua"),
        ("- [x] BPJPH", "- [x] Badan Halal"),
        ("- Tujuan: bahan\n", "- Tujuan: bahan\n- Nilai: 2\n"),
    ],
)
def test_another_right_answer_or_worth_is_another_key(
    session: Session, now: datetime, before: str, after: str
) -> None:
    answered(session, now)
    text = FILES["02-kuis.md"].decode().replace(before, after).replace("semua\n\n- Tujuan", "semua\n- Tujuan")

    assert codes(publish(session, dict(FILES) | {"02-kuis.md": text.encode()}, now, note="ganti")) == {"K84"}


def test_another_key_of_a_question_nobody_answered_needs_nothing(session: Session, now: datetime) -> None:
    make_course(session, now=now)

    assert codes(publish(session, OTHER_KEY, now)) == set()
    assert session.scalars(select(Correction)).all() == []


def test_an_answered_question_that_goes_is_told_and_its_responses_stay(
    session: Session, now: datetime
) -> None:
    _course, attempt = answered(session, now)
    text = FILES["02-kuis.md"].decode()
    without_second = text[: text.index("### Dua")]

    result = publish(session, dict(FILES) | {"02-kuis.md": without_second.encode()}, now)

    assert codes(result) == {"K83"}
    assert study.hand_in(session, attempt, now).grade.max_points == 20_000


def test_a_module_that_goes_with_its_questions_is_told_too(session: Session, now: datetime) -> None:
    answered(session, now)
    files = changed(("01-bahan.md", "Lanjut ke [kuis](02-kuis.md).", ""), without=("02-kuis.md",))

    assert codes(publish(session, files, now)) == {"K83"}


def test_an_id_that_changed_while_its_question_stayed_blocks(session: Session, now: datetime) -> None:
    make_course(session, now=now)

    with pytest.raises(PublishRefusedError) as refused:
        publish(session, changed(("02-kuis.md", "q-satu01", "q-lain01")), now)

    found = [one for one in refused.value.problems if one.code == "K85"]
    assert [(one.file, one.line) for one in found] == [("02-kuis.md", 18)]
    assert "q-satu01" in found[0].message


def test_a_course_that_requires_less_is_completed_by_publishing(session: Session, now: datetime) -> None:
    make_course(session, now=now)
    learner = make_learner(session, now=now)
    take(session, learner, "kuis", now=now, course=SLUG)
    files = changed(("01-bahan.md", "tujuan: [bahan]", "wajib: tidak\ntujuan: [bahan]"))

    make_course(session, now=now + timedelta(days=1), files=files)

    completion = session.scalars(select(CourseCompletion)).one()
    assert completion.reason == CompletionReason.REQUIREMENT_REMOVED
    event = session.scalars(select(AuditEvent.after).where(AuditEvent.action == "course.publish")).all()[-1]
    assert '"course_completions":1' in event


# Earlier releases


def test_an_earlier_release_can_be_made_live_again(session: Session, now: datetime) -> None:
    course = make_course(session, now=now)
    first = live(session, course)
    kept = revisions(session, first)
    make_course(session, now=now, files=changed(("01-bahan.md", "Catat", "Tulis")))

    release = authoring.make_live_again(session, course, 1, actor=None, way=Way.COMMAND, now=now)

    assert (release.number, course.live_release_id) == (3, release.id)
    assert revisions(session, release) == kept
    assert queries.export_files(session, release) == dict(FILES)
    assert queries.release_view(session, release.id).number == 3
    assert authoring.make_live_again(session, course, 3, actor=None, way=Way.COMMAND, now=now) is release
    assert [each.number for each in queries.history(session, course)] == [3, 2, 1]
    with pytest.raises(NotFoundError):
        authoring.make_live_again(session, course, 9, actor=None, way=Way.COMMAND, now=now)


def test_an_earlier_key_that_comes_back_opens_a_correction(session: Session, now: datetime) -> None:
    course, _attempt = answered(session, now)
    publish(session, OTHER_KEY, now, note="terbalik")

    authoring.make_live_again(session, course, 1, actor=None, way=Way.COMMAND, now=now)

    assert len(session.scalars(select(Correction)).all()) == 2


def test_a_new_compiler_makes_every_published_text_again(
    session: Session, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    course = make_course(session, now=now)
    make_course(session, now=now, files=changed(("01-bahan.md", "Catat", "Tulis")))
    before = session.execute(select(CompiledText.digest, CompiledText.compiled)).all()
    monkeypatch.setattr(compiling, "COMPILER_VERSION", 9999)

    assert queries.recompile_all(session, now=now) == len(before)
    assert queries.recompile_all(session, now=now) == 0

    again = session.execute(
        select(CompiledText.digest, CompiledText.compiled).where(CompiledText.compiler_version == 9999)
    ).all()
    assert sorted(map(tuple, again)) == sorted(map(tuple, before))
    assert live(session, course).number == 2


def test_a_published_text_that_can_no_longer_be_read_is_told(session: Session, now: datetime) -> None:
    make_course(session, now=now)
    release = session.scalars(select(Release)).one()
    release_id, course_id = release.id, release.course_id
    session.execute(sa.delete(CompiledText))
    broken = Release(
        course_id=course_id, number=9, published_at=now, note="", origin=Origin.FOLDER, page_text="---\n",
        page_digest="x", glossary_text=None, title="x", required_count=0, gives_certificate=False, sequential=False,
    )  # fmt: skip
    session.add(broken)
    session.flush()

    with pytest.raises(LookupError, match="can no longer be read"):
        compiling.compile_missing(session, broken)
    assert compiling.compile_missing(session, session.get_one(Release, release_id)) == 3


# Courses and their trainers


def test_trainers_are_added_and_removed_with_a_trail(session: Session, now: datetime) -> None:
    course = make_course(session, now=now)
    admin, one, two = (make_user(session, role, now=now) for role in (Role.ADMIN, Role.TRAINER, Role.TRAINER))
    for _each in range(2):
        authoring.set_trainers(session, course, add=[one, two], remove=[], actor=admin, way=Way.PAGE, now=now)
    for _each in range(2):
        authoring.set_trainers(session, course, add=[], remove=[two], actor=admin, way=Way.PAGE, now=now)

    assert queries.trainers_of(session, course) == [one]
    assert session.scalars(select(CourseTrainer.added_by)).all() == [admin.id]
    acts = select(AuditEvent.action).where(AuditEvent.actor_id == admin.id).order_by(AuditEvent.id)
    assert session.scalars(acts).all() == [
        "course.add_trainer",
        "course.add_trainer",
        "course.remove_trainer",
    ]
    assert queries.course_of_trainer(session, one.id, SLUG) is course
    with pytest.raises(NotFoundError):
        queries.course_of_trainer(session, two.id, SLUG)


def test_only_who_holds_the_role_becomes_a_trainer(session: Session, now: datetime) -> None:
    course = make_course(session, now=now)
    with pytest.raises(RefusedError, match="belum punya peran pelatih"):
        authoring.set_trainers(
            session, course, add=[make_user(session, Role.ADMIN, now=now)], remove=[], actor=None,
            way=Way.COMMAND, now=now,
        )  # fmt: skip


def test_a_course_is_listed_unlisted_and_retired_with_a_trail(session: Session, now: datetime) -> None:
    course = make_course(session, now=now)
    assert [each.slug for each in queries.live_courses(session)] == [SLUG]
    for state in (CourseState.UNLISTED, CourseState.UNLISTED, CourseState.RETIRED):
        authoring.set_state(session, course, state, actor=None, way=Way.COMMAND, now=now)

    assert course.state == CourseState.RETIRED
    assert queries.live_courses(session) == []
    acts = select(AuditEvent.before, AuditEvent.after).where(AuditEvent.action == "course.set_state")
    assert [tuple(row) for row in session.execute(acts.order_by(AuditEvent.id))] == [
        ('{"state":"listed"}', '{"state":"unlisted"}'), ('{"state":"unlisted"}', '{"state":"retired"}'),
    ]  # fmt: skip


def test_the_catalogue_lists_courses_by_title(session: Session, now: datetime) -> None:
    assert not queries.any_course(session)
    make_course(session, now=now)
    other = changed(("kursus.md", "Dapur Halal", "anggaran dapur"))
    make_course(session, now=now, slug="anggaran", files=other)
    session.add(Course(slug="konsep", created_at=now))
    session.flush()

    assert [each.release.title for each in queries.live_courses(session)] == ["anggaran dapur", "Dapur Halal"]
    assert [each.slug for each in queries.all_courses(session)] == ["anggaran", SLUG, "konsep"]
    assert queries.any_course(session)
    with pytest.raises(NotFoundError):
        queries.course_by_slug(session, "siapa")
