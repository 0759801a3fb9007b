"""Course folders on disk: published by the same act, and never over what was edited in the browser."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from elearn.records import authoring
from elearn.records.accounts.models import Role, User
from elearn.records.audit.models import AuditEvent
from elearn.records.authoring import PublishRefusedError, PublishResult
from elearn.records.authoring.folders import MARKER
from elearn.records.catalogue import queries
from elearn.records.catalogue.models import Course, Release
from tests.factories import FILES, PAGE, QUIZ, READING, SLUG, make_user, write_folder

TODAY = date(2026, 11, 23)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_folder(tmp_path / SLUG)


@pytest.fixture
def trainer(session: Session, now: datetime) -> User:
    return make_user(session, Role.TRAINER, now=now)


def publish(
    session: Session, folder: Path, now: datetime, *, overwrite: bool = False, note: str = ""
) -> PublishResult:
    return authoring.publish_folder(
        session, folder, note=note, overwrite=overwrite, actor=None, now=now, today=TODAY
    )


def edit_in_browser(session: Session, trainer: User, now: datetime, texts: Mapping[str, str]) -> None:
    """Publish *texts* as a trainer does in the browser."""
    course = queries.course_by_slug(session, SLUG)
    for file_name, text in texts.items():
        authoring.save_draft(session, course, file_name, text=text, number=0, actor=trainer, now=now)
    authoring.publish_drafts(session, course, note="", actor=trainer, now=now, today=TODAY)


def live(session: Session) -> Release:
    course = queries.course_by_slug(session, SLUG)
    assert course.live_release_id is not None
    return session.get_one(Release, course.live_release_id)


def test_a_folder_is_published_and_comes_out_the_same(session: Session, folder: Path, now: datetime) -> None:
    result = publish(session, folder, now, note="awal")

    assert result.release is not None
    assert (result.release.number, result.release.origin, result.release.note) == (1, "folder", "awal")
    assert queries.export_files(session, live(session)) == dict(FILES)
    assert session.scalars(select(AuditEvent.way)).all() == ["command"]


def test_an_unchanged_folder_is_not_published_again(session: Session, folder: Path, now: datetime) -> None:
    publish(session, folder, now)
    authoring.write_marker(session, folder)

    assert publish(session, folder, now).release is None
    assert publish(session, folder, now, overwrite=True).release is None


def test_a_package_is_published_like_its_folder(
    session: Session, folder: Path, tmp_path: Path, now: datetime
) -> None:
    package = tmp_path / f"{SLUG}.zip"
    with zipfile.ZipFile(package, "w") as archive:
        for name, content in FILES.items():
            archive.writestr(name, content)

    assert publish(session, package, now).release is not None
    assert publish(session, folder, now).release is None
    # A marker is for folders.
    authoring.write_marker(session, package)


def test_a_folder_that_is_no_course_is_refused_with_its_problem(
    session: Session, tmp_path: Path, now: datetime
) -> None:
    for path in (tmp_path / "tidak-ada", write_folder(tmp_path / "kosong-saja", {"catatan.txt": b"x"})):
        with pytest.raises(PublishRefusedError) as refused:
            publish(session, path, now)
        assert {found.code for found in refused.value.problems} & {"K120a", "K120b"}


def test_a_folder_with_a_problem_is_refused(session: Session, folder: Path, now: datetime) -> None:
    (folder / "02-kuis.md").write_text(QUIZ.replace("[x] BPJPH", "[ ] BPJPH"))

    with pytest.raises(PublishRefusedError) as refused:
        publish(session, folder, now)

    assert [found.code for found in refused.value.problems if found.blocks_publishing] == ["K01"]
    assert session.scalars(select(Course)).all() == []


def test_warnings_come_back_with_what_was_published(session: Session, folder: Path, now: datetime) -> None:
    (folder / "catatan.txt").write_text("x")

    result = publish(session, folder, now)

    assert result.release is not None
    assert "K118" in {found.code for found in result.problems}
    assert "catatan.txt" not in queries.export_files(session, live(session))


# What was edited in the browser


BROWSER = READING.replace("Catat semua", "Tulis semua")
FOLDER = READING.replace("Catat semua", "Daftar semua")


def test_without_a_marker_a_new_text_never_replaces_one_from_the_browser(
    session: Session, folder: Path, trainer: User, now: datetime
) -> None:
    publish(session, folder, now)
    edit_in_browser(session, trainer, now, {"01-bahan.md": BROWSER})
    (folder / "01-bahan.md").write_text(FOLDER)

    with pytest.raises(PublishRefusedError, match=r"01-bahan\.md") as refused:
        publish(session, folder, now)

    assert refused.value.files == ("01-bahan.md",)
    assert live(session).number == 2
    assert publish(session, folder, now, overwrite=True).release is not None
    assert queries.export_texts(session, live(session))["01-bahan.md"] == FOLDER


def test_without_a_marker_an_earlier_text_may_come_back(
    session: Session, folder: Path, trainer: User, now: datetime
) -> None:
    publish(session, folder, now)
    edit_in_browser(session, trainer, now, {"01-bahan.md": BROWSER})

    assert publish(session, folder, now).release is not None
    assert queries.export_texts(session, live(session))["01-bahan.md"] == READING


def test_with_a_marker_no_text_older_than_the_edit_comes_back(
    session: Session, folder: Path, trainer: User, now: datetime
) -> None:
    publish(session, folder, now)
    authoring.write_marker(session, folder)
    edit_in_browser(session, trainer, now, {"01-bahan.md": BROWSER})

    with pytest.raises(PublishRefusedError) as refused:
        publish(session, folder, now)
    assert refused.value.files == ("01-bahan.md",)


def test_with_a_marker_of_the_edit_the_folder_goes_on_from_it(
    session: Session, folder: Path, trainer: User, now: datetime
) -> None:
    publish(session, folder, now)
    edit_in_browser(session, trainer, now, {"01-bahan.md": BROWSER})
    authoring.write_marker(session, folder)
    (folder / "01-bahan.md").write_text(BROWSER.replace("Tulis semua", "Periksa semua"))

    assert publish(session, folder, now).release is not None


def test_a_folder_that_holds_the_edit_already_publishes_the_rest(
    session: Session, folder: Path, trainer: User, now: datetime
) -> None:
    publish(session, folder, now)
    edit_in_browser(session, trainer, now, {"01-bahan.md": BROWSER})
    (folder / "01-bahan.md").write_text(BROWSER)
    (folder / "02-kuis.md").write_text(QUIZ.replace("Bacaan pendek", "Bacaan singkat"))

    assert publish(session, folder, now).release is not None


@pytest.mark.parametrize("marked", [True, False])
def test_a_module_made_in_the_browser_is_not_taken_out_by_a_folder_that_lacks_it(
    session: Session, folder: Path, trainer: User, now: datetime, marked: bool
) -> None:
    publish(session, folder, now)
    if marked:
        authoring.write_marker(session, folder)
    edit_in_browser(
        session,
        trainer,
        now,
        {"03-baru.md": READING.replace("Bahan", "Baru").replace("c-daftar1", "c-baru001")},
    )

    with pytest.raises(PublishRefusedError) as refused:
        publish(session, folder, now)
    assert refused.value.files == ("03-baru.md",)
    assert publish(session, folder, now, overwrite=True).release is not None
    assert "03-baru.md" not in queries.export_texts(session, live(session))


@pytest.mark.parametrize("file_name", ["kursus.md", "glosarium.md"])
def test_page_and_glossary_are_kept_alike(
    session: Session, folder: Path, trainer: User, now: datetime, file_name: str
) -> None:
    publish(session, folder, now)
    authoring.write_marker(session, folder)
    text = FILES[file_name].decode()
    edited = text.replace("singkat", "pendek").replace("Induk", "induk")
    edit_in_browser(session, trainer, now, {file_name: edited})
    # A later release from the browser that leaves it alone.
    edit_in_browser(session, trainer, now, {"01-bahan.md": BROWSER})
    edit_in_browser(session, trainer, now, {"01-bahan.md": READING})

    with pytest.raises(PublishRefusedError) as refused:
        publish(session, folder, now)
    assert refused.value.files == (file_name,)
    (folder / MARKER).unlink()
    (folder / file_name).write_text(text.replace("singkat", "kecil").replace("Induk", "INDUK"))
    with pytest.raises(PublishRefusedError) as refused:
        publish(session, folder, now)
    assert refused.value.files == (file_name,)


def test_texts_the_browser_left_alone_stay_the_folders(
    session: Session, folder: Path, trainer: User, now: datetime
) -> None:
    publish(session, folder, now)
    edit_in_browser(session, trainer, now, {"01-bahan.md": BROWSER})
    (folder / "01-bahan.md").write_text(BROWSER)
    (folder / "kursus.md").write_text(PAGE.replace("singkat", "kecil"))

    assert publish(session, folder, now).release is not None
    assert live(session).page_text == PAGE.replace("singkat", "kecil")


@pytest.mark.parametrize(
    "marker",
    ["", "{", "[]", "null", '{"course": "lain", "release": 1}', '{"course": "dapur-halal"}',
     '{"course": "dapur-halal", "release": "x"}', '{"course": "dapur-halal", "release": 99}', "\xff"],
)  # fmt: skip
def test_a_broken_marker_is_none(
    session: Session, folder: Path, trainer: User, now: datetime, marker: str
) -> None:
    publish(session, folder, now)
    edit_in_browser(session, trainer, now, {"01-bahan.md": BROWSER})
    (folder / "01-bahan.md").write_text(FOLDER)
    (folder / MARKER).write_bytes(marker.encode("latin-1"))

    with pytest.raises(PublishRefusedError) as refused:
        publish(session, folder, now)
    assert refused.value.files == ("01-bahan.md",)


# The marker


def test_a_marker_names_course_release_and_digests(session: Session, folder: Path, now: datetime) -> None:
    publish(session, folder, now)
    authoring.write_marker(session, folder)

    marker = json.loads((folder / MARKER).read_text())
    assert (marker["course"], marker["release"]) == (SLUG, 1)
    assert set(marker["files"]) == {"kursus.md", "01-bahan.md", "02-kuis.md", "glosarium.md"}
    assert all(len(digest) == 64 for digest in marker["files"].values())


def test_a_marker_for_an_exported_folder_of_another_name(
    session: Session, folder: Path, tmp_path: Path, now: datetime
) -> None:
    publish(session, folder, now)
    target = tmp_path / "salinan"
    target.mkdir()

    authoring.write_marker(session, target, slug=SLUG)

    assert json.loads((target / MARKER).read_text())["course"] == SLUG


def test_a_marker_that_cannot_be_written_does_no_harm(
    session: Session, folder: Path, tmp_path: Path, now: datetime
) -> None:
    publish(session, folder, now)
    (folder / MARKER).mkdir()

    authoring.write_marker(session, folder)
    authoring.write_marker(session, tmp_path / "tidak-ada")
    authoring.write_marker(session, tmp_path, slug="bukan-kursus")
    session.add(Course(slug="belum-terbit", created_at=now))
    session.flush()
    authoring.write_marker(session, tmp_path, slug="belum-terbit")

    assert not (tmp_path / MARKER).exists()
