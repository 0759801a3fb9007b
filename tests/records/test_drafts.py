"""Drafts and pictures in the browser: nothing typed is lost, nothing published is overwritten unseen."""

from __future__ import annotations

import contextlib
import io
import threading
from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from elearn.content.isolation import WorkerBusyError
from elearn.content.markup.limits import OUTPUT_TOO_LARGE, MarkupLimitError
from elearn.records import authoring
from elearn.records.accounts.models import Role, User
from elearn.records.audit.models import AuditEvent, Way
from elearn.records.authoring import DraftMovedError, PublishRefusedError, previewing
from elearn.records.authoring.previewing import PreviewBusyError
from elearn.records.catalogue import queries
from elearn.records.catalogue.models import Course, Draft, DraftAside, DraftMedia, Media, Release
from elearn.records.errors import NotFoundError, RefusedError
from tests.factories import DRAWING, FILES, QUIZ, READING, SLUG, make_course, make_user

TODAY = date(2026, 11, 23)
FILE = "01-bahan.md"


@pytest.fixture
def trainer(session: Session, now: datetime) -> User:
    return make_user(session, Role.TRAINER, now=now, name="Ratna Dewi")


@pytest.fixture
def other(session: Session, now: datetime) -> User:
    return make_user(session, Role.TRAINER, now=now, name="Budi Santoso")


@pytest.fixture
def course(session: Session, trainer: User, other: User, now: datetime) -> Course:
    course = make_course(session, now=now, trainers=[trainer, other])
    session.commit()
    return course


def save(
    session: Session, course: Course, actor: User, now: datetime, *, text: str, number: int = 0,
    file_name: str = FILE, merged: bool = False,
) -> Draft:  # fmt: skip
    return authoring.save_draft(
        session, course, file_name, text=text, number=number, actor=actor, now=now, merged=merged
    )


def publish(
    session: Session, course: Course, actor: User, now: datetime, note: str = ""
) -> authoring.PublishResult:
    return authoring.publish_drafts(session, course, note=note, actor=actor, now=now, today=TODAY)


def live_texts(session: Session, course: Course) -> dict[str, str]:
    assert course.live_release_id is not None
    return queries.export_texts(session, session.get_one(Release, course.live_release_id))


OTHER = READING.replace("Catat semua", "Tulis semua")


# Opening


def test_looking_at_a_file_writes_nothing(
    session: Session, reading_engine: sa.Engine, course: Course, trainer: User, now: datetime
) -> None:
    with Session(reading_engine) as reading:
        view = authoring.open_draft(reading, course, FILE, trainer, now)
        files = authoring.editable_files(reading, course, trainer)

    assert (view.text, view.number, view.saved_at) == (READING, 0, None)
    assert (view.base_text, view.live_text, view.moved_on) == (READING, READING, False)
    assert [(file.file_name, file.title, file.state, file.others) for file in files] == [
        ("kursus.md", "Dapur Halal", "published", ()),
        ("01-bahan.md", "Bahan", "published", ()),
        ("02-kuis.md", "Kuis bahan", "published", ()),
        ("glosarium.md", "Glosarium", "published", ()),
    ]


@pytest.mark.parametrize(
    "file_name",
    [
        "09-tidak-ada.md",
        "../kursus.md",
        "media/alur.svg",
        "README.md",
        "1-x.md",
        "01-X.md",
        "",
        "kursus.md\n",
    ],
)
def test_a_file_that_is_not_there_is_not_found(
    session: Session, course: Course, trainer: User, now: datetime, file_name: str
) -> None:
    with pytest.raises(NotFoundError):
        authoring.open_draft(session, course, file_name, trainer, now)


@pytest.mark.parametrize("file_name", ["../kursus.md", "media/alur.svg", "README.md"])
def test_a_draft_has_the_name_of_a_course_file(
    session: Session, course: Course, trainer: User, now: datetime, file_name: str
) -> None:
    with pytest.raises(NotFoundError):
        save(session, course, trainer, now, text="x", file_name=file_name)


@pytest.mark.parametrize("file_name", ["pretes.md", "postes.md"])
def test_a_test_the_course_lacks_begins_with_a_frame(
    session: Session, course: Course, trainer: User, now: datetime, file_name: str
) -> None:
    view = authoring.open_draft(session, course, file_name, trainer, now)
    assert view.text.startswith("---\njudul: ")
    assert view.number == 0


# Saving


def test_a_draft_is_canonical_and_its_number_rises_with_every_save(
    session: Session, course: Course, trainer: User, now: datetime
) -> None:
    first = save(session, course, trainer, now, text=OTHER.replace("\n", "\r\n") + "\r\n\r\n")
    assert (first.text, first.number, first.base_text) == (OTHER, 1, READING)

    later = now + timedelta(minutes=1)
    second = save(session, course, trainer, later, text=OTHER + "Lagi.\n", number=1)
    assert (second.id, second.number, second.saved_at) == (first.id, 2, later)
    # The same text again is no new state.
    same = save(session, course, trainer, later + timedelta(minutes=1), text=OTHER + "Lagi.\n", number=2)
    assert (same.number, same.saved_at) == (2, later)
    view = authoring.open_draft(session, course, FILE, trainer, now)
    assert (view.text, view.number, view.saved_at) == (OTHER + "Lagi.\n", 2, later)
    assert live_texts(session, course)[FILE] == READING


def test_saving_writes_the_ids_that_are_missing_and_no_id_twice(
    session: Session, course: Course, trainer: User, now: datetime
) -> None:
    text = QUIZ.replace("<!-- id: q-satu01 -->\n", "")
    draft = save(session, course, trainer, now, text=text, file_name="02-kuis.md")

    again = save(session, course, trainer, now, text=draft.text, number=1, file_name="02-kuis.md")
    assert draft.text.count("<!-- id: q-") == 2
    assert again.number == 1
    assert not [
        p for p in authoring.check_course(session, course, trainer, TODAY) if p.code in {"K80", "K82"}
    ]


@pytest.mark.parametrize("text", ["NUL \0", "\ud800", "x" * 600_001])
def test_a_text_no_database_can_hold_is_refused(
    session: Session, course: Course, trainer: User, now: datetime, text: str
) -> None:
    with pytest.raises(RefusedError) as refused:
        save(session, course, trainer, now, text=text)
    assert refused.value.field == "text"


def test_a_save_from_a_forgotten_tab_is_kept_beside_the_draft(
    session: Session, course: Course, trainer: User, now: datetime
) -> None:
    save(session, course, trainer, now, text=OTHER)
    save(session, course, trainer, now, text=OTHER + "Dua.\n", number=1)

    with pytest.raises(DraftMovedError) as moved:
        save(session, course, trainer, now, text=OTHER + "Tab lama.\n", number=1)
    session.commit()

    view = authoring.open_draft(session, course, FILE, trainer, now)
    assert (view.text, view.number) == (OTHER + "Dua.\n", 2)
    assert [aside.text for aside in view.asides] == [OTHER + "Tab lama.\n"]
    assert moved.value.aside.base_number == 1


def test_the_same_words_from_a_forgotten_tab_are_no_conflict(
    session: Session, course: Course, trainer: User, now: datetime
) -> None:
    save(session, course, trainer, now, text=OTHER)
    assert save(session, course, trainer, now, text=OTHER, number=0).number == 1
    assert session.scalars(select(DraftAside)).all() == []


def test_what_is_typed_over_a_draft_published_meanwhile_is_kept_beside_the_new_text(
    session: Session, course: Course, trainer: User, now: datetime
) -> None:
    save(session, course, trainer, now, text=OTHER)
    publish(session, course, trainer, now)

    with pytest.raises(DraftMovedError):
        save(session, course, trainer, now, text=READING + "Tab lama.\n", number=1)
    session.commit()

    view = authoring.open_draft(session, course, FILE, trainer, now)
    assert (view.text, view.live_text, view.moved_on) == (OTHER, OTHER, False)
    assert [aside.text for aside in view.asides] == [READING + "Tab lama.\n"]


def test_publishing_keeps_what_was_kept_beside_a_draft(
    session: Session, course: Course, trainer: User, now: datetime
) -> None:
    save(session, course, trainer, now, text=OTHER)
    save(session, course, trainer, now, text=QUIZ, file_name="02-kuis.md")
    with pytest.raises(DraftMovedError):
        save(session, course, trainer, now, text=READING + "Tab lama.\n", number=7)

    publish(session, course, trainer, now)

    assert session.scalars(select(Draft.file_name)).all() == [FILE]
    view = authoring.open_draft(session, course, FILE, trainer, now)
    assert (view.text, view.live_text, view.number, view.moved_on) == (OTHER, OTHER, 2, False)
    assert [aside.text for aside in view.asides] == [READING + "Tab lama.\n"]


def test_publishing_takes_a_draft_as_it_was_saved_last(
    session: Session, engine: sa.Engine, course: Course, trainer: User, now: datetime
) -> None:
    draft = save(session, course, trainer, now, text=OTHER)
    course_id, trainer_id = course.id, trainer.id
    session.commit()
    if engine.dialect.name == "postgresql":
        assert draft.text == OTHER  # Read in the publishing transaction, before the other tab saves.
    with Session(engine) as tab:
        save(
            tab,
            tab.get_one(Course, course_id),
            tab.get_one(User, trainer_id),
            now,
            text=OTHER + "Dua.\n",
            number=1,
        )
        tab.commit()

    publish(session, course, trainer, now)

    assert live_texts(session, course)[FILE] == OTHER + "Dua.\n"
    assert session.scalars(select(Draft)).all() == []


def test_two_tabs_that_begin_at_once_lose_nothing(
    session: Session, engine: sa.Engine, course: Course, trainer: User, now: datetime
) -> None:
    course_id, trainer_id = course.id, trainer.id
    session.commit()
    together = threading.Barrier(2)

    def work(words: str) -> None:
        with Session(engine) as own:
            together.wait()
            mine, actor = own.get_one(Course, course_id), own.get_one(User, trainer_id)
            with contextlib.suppress(DraftMovedError):
                save(own, mine, actor, now, text=READING + words)
            own.commit()

    threads = [threading.Thread(target=work, args=(words,)) for words in ("Satu.\n", "Dua.\n")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    session.expire_all()
    kept = [*session.scalars(select(Draft.text)), *session.scalars(select(DraftAside.text))]
    assert sorted(kept) == [READING + "Dua.\n", READING + "Satu.\n"]


def test_a_discarded_draft_goes_with_what_was_beside_it(
    session: Session, course: Course, trainer: User, other: User, now: datetime
) -> None:
    save(session, course, trainer, now, text=OTHER)
    save(session, course, other, now, text=OTHER + "Lain.\n")
    with pytest.raises(DraftMovedError):
        save(session, course, trainer, now, text="x", number=7)

    for _each in range(2):
        authoring.discard_draft(session, course, FILE, trainer)

    assert session.scalars(select(Draft.user_id)).all() == [other.id]
    assert session.scalar(select(func.count()).select_from(DraftAside)) == 0
    assert authoring.open_draft(session, course, FILE, trainer, now).text == READING


# Two trainers


def test_two_trainers_in_one_file_see_each_other(
    session: Session, course: Course, trainer: User, other: User, now: datetime
) -> None:
    save(session, course, trainer, now, text=OTHER)
    save(session, course, other, now, text=READING + "Dari Budi.\n")
    save(session, course, other, now, text=READING, file_name="03-baru.md")

    view = authoring.open_draft(session, course, FILE, trainer, now)
    files = {file.file_name: file for file in authoring.editable_files(session, course, trainer)}

    assert view.text == OTHER
    assert [(each.name, each.text) for each in view.others] == [("Budi Santoso", READING + "Dari Budi.\n")]
    assert (files[FILE].state, files[FILE].others) == ("draft", ("Budi Santoso",))
    assert (files["03-baru.md"].state, files["03-baru.md"].saved_at) == ("new", None)
    assert authoring.open_draft(session, course, "03-baru.md", trainer, now).text == ""


def test_publishing_takes_ones_own_drafts_and_leaves_the_others(
    session: Session, course: Course, trainer: User, other: User, now: datetime
) -> None:
    save(session, course, trainer, now, text=OTHER)
    save(session, course, other, now, text=QUIZ + "\n", file_name="02-kuis.md")

    result = publish(session, course, trainer, now, note="satu kata")

    assert result.release is not None
    assert (result.release.number, result.release.origin, result.release.published_by) == (
        2,
        "browser",
        trainer.id,
    )
    assert live_texts(session, course) == {
        name: (OTHER if name == FILE else content.decode())
        for name, content in FILES.items()
        if name[-3:] == ".md"
    }
    assert session.scalars(select(Draft.user_id)).all() == [other.id]


def test_what_somebody_else_published_meanwhile_is_never_overwritten(
    session: Session, course: Course, trainer: User, other: User, now: datetime
) -> None:
    theirs, ours = READING + "Dari Budi.\n", OTHER
    save(session, course, trainer, now, text=ours)
    save(session, course, other, now, text=theirs)
    publish(session, course, other, now)

    with pytest.raises(PublishRefusedError, match=FILE) as refused:
        publish(session, course, trainer, now)
    assert refused.value.files == (FILE,)
    view = authoring.open_draft(session, course, FILE, trainer, now)
    assert (view.base_text, view.live_text, view.text, view.moved_on) == (READING, theirs, ours, True)

    both = ours + "Dari Budi.\n"
    merged = save(session, course, trainer, now, text=both, number=1, merged=True)
    assert (merged.base_text, merged.number) == (theirs, 2)
    assert publish(session, course, trainer, now).release is not None
    assert live_texts(session, course)[FILE] == both


def test_a_draft_without_change_publishes_nothing_and_is_gone(
    session: Session, course: Course, trainer: User, now: datetime
) -> None:
    save(session, course, trainer, now, text=READING)

    assert publish(session, course, trainer, now).release is None
    assert session.scalars(select(Draft)).all() == []


def test_a_draft_with_a_problem_is_not_published_and_stays(
    session: Session, course: Course, trainer: User, now: datetime
) -> None:
    save(session, course, trainer, now, text=QUIZ.replace("[x] BPJPH", "[ ] BPJPH"), file_name="02-kuis.md")

    found = authoring.check_course(session, course, trainer, TODAY)
    with pytest.raises(PublishRefusedError) as refused:
        publish(session, course, trainer, now)
    session.rollback()

    assert [(one.file, one.line, one.code) for one in found if one.blocks_publishing] == [
        ("02-kuis.md", 17, "K01")
    ]
    assert [one for one in refused.value.problems if one.blocks_publishing] == [
        one for one in found if one.blocks_publishing
    ]
    assert live_texts(session, course)["02-kuis.md"] == QUIZ


def test_of_two_trainers_who_publish_one_file_at_once_one_is_told(
    session: Session, engine: sa.Engine, course: Course, trainer: User, other: User, now: datetime
) -> None:
    save(session, course, trainer, now, text=READING + "Satu.\n")
    save(session, course, other, now, text=READING + "Dua.\n")
    ids = [trainer.id, other.id]
    course_id = course.id
    session.commit()
    together = threading.Barrier(2)
    results: list[str] = []

    def work(user_id: int) -> None:
        with Session(engine) as own:
            mine, actor = own.get_one(Course, course_id), own.get_one(User, user_id)
            own.rollback()
            together.wait()
            try:
                publish(own, mine, actor, now)
                own.commit()
                results.append("published")
            except PublishRefusedError:
                own.rollback()
                results.append("refused")

    threads = [threading.Thread(target=work, args=(user_id,)) for user_id in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(results) == ["published", "refused"]
    assert session.scalar(select(func.count()).select_from(Draft)) == 1


# New courses and modules


def test_a_new_course_can_be_published_as_it_begins(session: Session, trainer: User, now: datetime) -> None:
    course = authoring.create_course(
        session, slug="kue-kering", title='Kue: "kering" & enak', actor=trainer, way=Way.PAGE, now=now
    )

    assert queries.trainers_of(session, course) == [trainer]
    assert course.live_release_id is None
    files = authoring.editable_files(session, course, trainer)
    assert [(file.file_name, file.title, file.state) for file in files] == [
        ("kursus.md", 'Kue: "kering" & enak', "new"), ("01-mulai-dari-sini.md", "Mulai dari sini", "new"),
    ]  # fmt: skip
    assert [one for one in authoring.check_course(session, course, trainer, TODAY) if one.level == "E"] == []
    acts = select(AuditEvent.action).where(AuditEvent.actor_id == trainer.id)
    assert session.scalars(acts).all() == ["course.create"]
    assert publish(session, course, trainer, now).release is not None


@pytest.mark.parametrize(
    ("slug", "title", "field"),
    [
        (SLUG, "Lain", "slug"),
        ("ab", "Lain", "slug"),
        ("Kue Kering", "Lain", "slug"),
        ("kue--kering", "Lain", "slug"),
        ("x" * 61, "Lain", "slug"),
        (None, "Lain", "slug"),
        ("../kue", "Lain", "slug"),
        ("kue-kering", "", "title"),
        ("kue-kering", "x" * 121, "title"),
        ("kue-kering", "Kue\0", "title"),
    ],
)
def test_a_new_course_needs_a_title_and_an_address_of_its_own(
    session: Session, course: Course, trainer: User, now: datetime, slug: str | None, title: str, field: str
) -> None:
    with pytest.raises(RefusedError) as refused:
        authoring.create_course(session, slug=slug, title=title, actor=trainer, way=Way.PAGE, now=now)
    assert refused.value.field == field


def test_a_new_module_takes_the_next_number_and_an_objective_of_the_course(
    session: Session, course: Course, trainer: User, other: User, now: datetime
) -> None:
    first = authoring.new_module(session, course, slug="wadah", title="Wadah", actor=trainer, now=now)
    # The draft of another trainer counts too.
    second = authoring.new_module(session, course, slug="simpan", title="Menyimpan", actor=other, now=now)

    assert (first.file_name, second.file_name) == ("03-wadah.md", "04-simpan.md")
    assert "- bahan\n" in first.text
    assert "diperiksa: 2026-11-23" in first.text
    assert [one for one in authoring.check_course(session, course, trainer, TODAY) if one.level == "E"] == []


@pytest.mark.parametrize("slug", ["bahan", "pretes", "postes", "media", "A", ""])
def test_a_new_module_needs_an_address_of_its_own(
    session: Session, course: Course, trainer: User, now: datetime, slug: str
) -> None:
    with pytest.raises(RefusedError) as refused:
        authoring.new_module(session, course, slug=slug, title="Lain", actor=trainer, now=now)
    assert refused.value.field == "slug"


def test_a_course_holds_ninety_nine_modules(
    session: Session, course: Course, trainer: User, now: datetime
) -> None:
    save(session, course, trainer, now, text=READING, file_name="99-akhir.md")
    with pytest.raises(RefusedError, match="99"):
        authoring.new_module(session, course, slug="lagi", title="Lagi", actor=trainer, now=now)


def test_a_module_begins_even_where_the_course_page_is_broken(
    session: Session, course: Course, trainer: User, now: datetime
) -> None:
    save(session, course, trainer, now, text="---\nrusak", file_name="kursus.md")
    draft = authoring.new_module(session, course, slug="wadah", title="Wadah", actor=trainer, now=now)
    assert "tujuan-pertama" in draft.text
    files = {file.file_name: file.title for file in authoring.editable_files(session, course, trainer)}
    assert (files["kursus.md"], files["03-wadah.md"]) == ("", "Wadah")


# Preview


def test_a_preview_is_what_learners_will_see_with_its_problems(
    session: Session, course: Course, trainer: User
) -> None:
    seen = authoring.preview(session, course, FILE, READING + "\n<b>x</b>\n", trainer)

    assert "<abbr" in seen.html
    assert "/media/" in seen.html
    assert "<b>" not in seen.html
    assert [(one.file, one.code) for one in seen.problems if one.blocks_publishing] == [(FILE, "K96a")]


def test_a_preview_of_what_cannot_be_stored_is_a_problem_and_no_failure(
    session: Session, course: Course, trainer: User
) -> None:
    seen = authoring.preview(session, course, FILE, "\ud800\0", trainer)
    assert seen.problems


def test_a_preview_that_takes_too_long_says_so(
    session: Session, course: Course, trainer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_long(*_details: object) -> object:
        raise MarkupLimitError(OUTPUT_TOO_LARGE)

    monkeypatch.setattr(previewing, "run_limited", too_long)
    seen = authoring.preview(session, course, FILE, READING, trainer)
    assert (seen.html, [one.code for one in seen.problems]) == ("", [OUTPUT_TOO_LARGE])


def test_a_preview_nobody_has_time_for_is_a_conflict(
    session: Session, course: Course, trainer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_details: object) -> object:
        raise WorkerBusyError

    monkeypatch.setattr(previewing, "run_limited", busy)
    with pytest.raises(PreviewBusyError):
        authoring.preview(session, course, FILE, READING, trainer)


# Pictures


def photograph(colour: str = "red", size: tuple[int, int] = (40, 20)) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", size, colour).save(target, "JPEG", comment=b"rahasia")
    return target.getvalue()


def add(session: Session, course: Course, actor: User, now: datetime, name: str, content: bytes) -> str:
    return authoring.add_picture(session, course, name=name, content=content, actor=actor, now=now)


def test_a_photograph_is_drawn_anew_and_kept_for_the_course(
    session: Session, course: Course, trainer: User, now: datetime
) -> None:
    path = add(session, course, trainer, now, "Foto Dapur (1).JPG", photograph())

    assert path == "media/foto-dapur-1.jpg"
    medium = session.scalars(select(Media).join(DraftMedia, DraftMedia.digest == Media.digest)).one()
    assert (medium.extension, medium.media_type, medium.size) == ("jpg", "image/jpeg", len(medium.content))
    assert b"rahasia" not in medium.content


@pytest.mark.parametrize(
    ("name", "content", "path"),
    [
        ("alur.baru", DRAWING + b"\n", "media/alur.svg"),
        ("Alur", DRAWING.replace(b"Alur", b"Alir"), "media/alur-2.svg"),
        ("C:\\foto\\dapur.png", photograph(), "media/dapur.jpg"),
        ("../../etc/passwd", photograph(), "media/passwd.jpg"),
        ("", photograph(), "media/gambar.jpg"),
        ("日本", photograph(), "media/gambar.jpg"),
        ("surat.txt", b"%PDF-1.4\n%%EOF\n", "media/surat.pdf"),
    ],
)
def test_a_picture_gets_a_plain_name_by_what_it_is(
    session: Session, course: Course, trainer: User, now: datetime, name: str, content: bytes, path: str
) -> None:
    expected = "media/alur-2.svg" if name == "alur.baru" else path
    assert add(session, course, trainer, now, name, content) == expected


def test_the_same_picture_twice_is_one_and_another_gets_the_next_name(
    session: Session, course: Course, trainer: User, now: datetime
) -> None:
    paths = [
        add(session, course, trainer, now, "dapur.jpg", photograph(colour))
        for colour in ("red", "red", "blue")
    ]

    assert paths == ["media/dapur.jpg", "media/dapur.jpg", "media/dapur-2.jpg"]
    # What is live already is not added again.
    assert add(session, course, trainer, now, "alur.svg", DRAWING) == "media/alur.svg"
    assert session.scalar(select(func.count()).select_from(DraftMedia)) == 2


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"bukan gambar",
        b"MZ\x90\x00",
        b"<html><script>1</script></html>",
        DRAWING.replace(b"<path", b"<script>1</script><path"),
        DRAWING.replace(b"<title>", b'<image href="https://luar.example/x.png"/><title>'),
        photograph()[:200],
    ],
)
def test_what_is_no_harmless_picture_is_refused(
    session: Session, course: Course, trainer: User, now: datetime, content: bytes
) -> None:
    before = session.scalar(select(func.count()).select_from(Media))
    with pytest.raises(RefusedError) as refused:
        add(session, course, trainer, now, "x.png", content)
    assert refused.value.field == "content"
    assert session.scalar(select(func.count()).select_from(Media)) == before


def test_a_picture_of_a_draft_is_for_the_trainers_of_its_course_until_it_is_published(
    session: Session, course: Course, trainer: User, other: User, now: datetime
) -> None:
    stranger = make_user(session, Role.TRAINER, now=now)
    make_course(session, now=now, slug="dapur-lain", trainers=[stranger])
    path = add(session, course, trainer, now, "dapur.jpg", photograph())
    digest = session.scalars(select(DraftMedia.digest)).one()

    def seen_by(user: User | None) -> bool | None:
        found = queries.media_for(session, digest, viewer_id=None if user is None else user.id)
        return None if found is None else found[1]

    assert [seen_by(user) for user in (trainer, other, stranger, None)] == [False, False, None, None]
    save(session, course, trainer, now, text=READING + f"\n![Dapur]({path})\n")
    publish(session, course, trainer, now)

    assert [seen_by(user) for user in (trainer, stranger, None)] == [True, True, True]
    assert session.scalars(select(DraftMedia)).all() == []
    assert course.live_release_id is not None
    release = session.get_one(Release, course.live_release_id)
    assert {"media/alur.svg", path} <= queries.export_files(session, release).keys()
    assert queries.media_for(session, "0" * 64, viewer_id=trainer.id) is None


def test_a_picture_no_text_shows_is_not_published(
    session: Session, course: Course, trainer: User, now: datetime
) -> None:
    add(session, course, trainer, now, "dapur.jpg", photograph())
    save(session, course, trainer, now, text=OTHER)
    publish(session, course, trainer, now)

    assert len(session.scalars(select(DraftMedia)).all()) == 1
    assert course.live_release_id is not None
    release = session.get_one(Release, course.live_release_id)
    assert "media/dapur.jpg" not in queries.export_files(session, release)
