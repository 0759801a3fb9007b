"""`elearn courses publish`, `export`, `list`, `history` and `trainers`."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from elearn.content.marking import right_answer
from elearn.content.presentation import show_answer
from elearn.records import authoring, study
from elearn.records.attempts.queries import items_of
from elearn.records.audit.models import Way
from elearn.records.catalogue import queries as catalogue
from elearn.records.catalogue.models import Origin
from tests.commands.conftest import COURSES, NOW, Done, Installation, Run
from tests.factories import make_learner

ROOT = COURSES.parent.parent
STARTER = ROOT / "courses" / "sertifikasi-halal"
TEXT = "01-dasar-halal.md"


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != ".elearn.json"
    }


def change(course: Path, before: str, after: str, name: str = TEXT) -> None:
    text = (course / name).read_text("utf-8")
    assert text.count(before) >= 1
    (course / name).write_text(text.replace(before, after, 1), "utf-8")


def edit_in_the_browser(installation: Installation, before: str, after: str) -> None:
    with installation.session() as session:
        course = catalogue.course_by_slug(session, "contoh")
        assert course.live_release is not None
        files = catalogue.export_files(session, course.live_release)
        files[TEXT] = files[TEXT].replace(before.encode(), after.encode(), 1)
        authoring.publish(
            session,
            slug="contoh",
            files=files,
            note="",
            origin=Origin.BROWSER,
            actor=None,
            way=Way.PAGE,
            now=NOW + timedelta(hours=1),
            today=NOW.date(),
        )
        session.commit()


def live_text(installation: Installation) -> str:
    with installation.session() as session:
        course = catalogue.course_by_slug(session, "contoh")
        assert course.live_release is not None
        return catalogue.export_texts(session, course.live_release)[TEXT]


def answer_everything(installation: Installation) -> None:
    """Let a learner answer every question of the course that is drawn, rightly."""
    with installation.session() as session:
        user = make_learner(session, now=NOW)
        attempt = study.start_quiz(session, user, "contoh", "dasar-halal", NOW)
        for item in items_of(session, attempt):
            study.save_answer(
                session,
                attempt,
                item_id=item.id,
                event=uuid4(),
                base=0,
                raw=show_answer(item, right_answer(item), seed=attempt.seed) or "Tepung.",
                form=False,
                now=NOW,
            )
        session.commit()


def codes(done: Done) -> list[str]:
    return re.findall(r"^(\S+:\d+: K\d+[a-z]? [EW]) ", done.out + done.err, re.MULTILINE)


@pytest.fixture
def published(run: Run, installation: Installation, course: Path) -> Path:
    """The course folder, published once with all of its questions asked."""
    change(course, "- Ambil: 5 soal\n", "")
    done = run("courses", "publish", course)
    assert (done.code, done.out, done.err) == (0, "contoh: terbitan ke-1 sudah tampil.\n", "")
    return course


def test_publishing_the_same_again_does_nothing(run: Run, installation: Installation, published: Path):
    before = installation.content()

    done = run("courses", "publish", published)

    assert (done.code, done.out) == (0, "contoh: tidak ada yang berubah.\n")
    assert installation.content() == before
    marker = json.loads((published / ".elearn.json").read_text("utf-8"))
    assert (marker["course"], marker["release"]) == ("contoh", 1)


def test_a_course_is_published_from_the_folder_one_stands_in(
    run: Run, installation: Installation, course: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(course)

    assert run("courses", "publish", ".").out == "contoh: terbitan ke-1 sudah tampil.\n"


def test_a_course_with_an_error_is_refused_line_by_line_and_the_one_beside_it_goes_out(
    run: Run, installation: Installation, course: Path
):
    other = course.parent / "lain"
    other.mkdir()
    for name, content in files_of(course).items():
        (other / name).write_bytes(re.sub(rb"<!-- id: q-", b"<!-- id: q-z", content))
    change(course, "- [x] BPJPH", "- [ ] BPJPH")

    done = run("courses", "publish", course.parent)

    line = next(
        number
        for number, text in enumerate((course / TEXT).read_text("utf-8").splitlines(), start=1)
        if text == "### Soal 1"
    )
    assert done.code == 1
    assert codes(done) == [f"{course / TEXT}:{line}: K01 E"]
    assert "Traceback" not in done.err
    assert done.err.splitlines()[-1] == "Ada kursus yang tidak diterbitkan; lihat baris di atas."
    assert "lain: terbitan ke-1 sudah tampil." in done.out
    assert run("courses", "list").out.splitlines() == ["lain\tlisted\tterbitan ke-1\tContoh"]


def test_a_text_edited_in_the_browser_is_not_replaced_unless_told_to(
    run: Run, installation: Installation, published: Path
):
    edit_in_the_browser(installation, "Teks pelajaran.", "Teks dari peramban.")
    change(published, "Teks pelajaran.", "Teks dari folder.")
    before = installation.content()

    refused = run("courses", "publish", published)

    assert refused.code == 1
    assert TEXT in refused.err
    assert "--overwrite" in refused.err
    assert installation.content() == before

    assert run("courses", "publish", published, "--overwrite").out.endswith("terbitan ke-3 sudah tampil.\n")
    assert "Teks dari folder." in live_text(installation)


def test_a_folder_exported_after_the_edit_may_replace_it(
    run: Run, installation: Installation, published: Path, tmp_path: Path
):
    edit_in_the_browser(installation, "Teks pelajaran.", "Teks dari peramban.")
    folder = tmp_path / "ekspor" / "contoh"
    assert run("courses", "export", "contoh", folder).code == 0
    change(folder, "Teks dari peramban.", "Teks yang dilanjutkan.")

    assert run("courses", "publish", folder).code == 0
    assert "Teks yang dilanjutkan." in live_text(installation)


def test_without_a_marker_a_text_nobody_knows_does_not_replace_the_browsers(
    run: Run, installation: Installation, published: Path
):
    edit_in_the_browser(installation, "Teks pelajaran.", "Teks dari peramban.")
    (published / ".elearn.json").unlink()
    assert run("courses", "publish", published).code == 0, "an earlier text is no loss"
    edit_in_the_browser(installation, "Teks pelajaran.", "Teks dari peramban, lagi.")
    (published / ".elearn.json").unlink()
    change(published, "Teks pelajaran.", "Teks yang tak dikenal.")

    assert TEXT in run("courses", "publish", published).err
    assert "Teks dari peramban, lagi." in live_text(installation)


# --- What only the records can tell: K83, K84, K85 ---------------------------------------------------


def test_a_question_with_answers_that_is_taken_out_is_told_at_its_quiz(
    run: Run, installation: Installation, published: Path
):
    answer_everything(installation)
    text = (published / TEXT).read_text("utf-8")
    begin, end = text.index("### Soal 2"), text.index("### Soal 3")
    (published / TEXT).write_text(text[:begin] + text[end:], "utf-8")

    done = run("courses", "publish", published)

    line = text[: text.index("## Kuis")].count("\n") + 1
    assert done.code == 0
    assert codes(done) == [f"{published / TEXT}:{line}: K83 W"]


def test_another_key_of_an_answered_question_needs_a_note(
    run: Run, installation: Installation, published: Path
):
    answer_everything(installation)
    change(published, "- [ ] LPPOM\n", "- [x] LPPOM\n")
    change(published, "- [x] BPJPH\n", "- [ ] BPJPH\n")
    before = installation.content()
    text = (published / TEXT).read_text("utf-8")
    line = text[: text.index("### Soal 1")].count("\n") + 1

    refused = run("courses", "publish", published)

    assert refused.code == 1
    assert codes(refused) == [f"{published / TEXT}:{line}: K84 W"]
    assert "Tulis catatan" in refused.err
    assert installation.content() == before

    done = run("courses", "publish", published, "--note", "Kunci lama keliru")
    assert done.code == 0
    assert codes(done) == [f"{published / TEXT}:{line}: K84 W"]
    assert "Kunci lama keliru" in run("courses", "history", "contoh").out


def test_another_id_for_a_published_question_is_refused(
    run: Run, installation: Installation, published: Path
):
    change(published, "<!-- id: q-c33d21 -->", "<!-- id: q-c33d22 -->")
    before = installation.content()
    text = (published / TEXT).read_text("utf-8")
    line = text[: text.index("<!-- id: q-c33d22")].count("\n") + 1

    done = run("courses", "publish", published)

    assert done.code == 1
    assert codes(done) == [f"{published / TEXT}:{line}: K85 E"]
    assert installation.content() == before


# --- export, list, history, trainers ------------------------------------------------------------------


@pytest.mark.parametrize("folder", [STARTER, COURSES / "sound" / "contoh"], ids=lambda path: path.name)
def test_what_was_published_comes_out_byte_by_byte(
    run: Run, installation: Installation, tmp_path: Path, folder: Path
):
    with installation.session() as session:
        authoring.publish_folder(
            session, folder, note="", overwrite=False, actor=None, now=NOW, today=NOW.date()
        )
        session.commit()

    done = run("courses", "export", folder.name, tmp_path / "baru" / folder.name)

    assert done.code == 0
    assert files_of(tmp_path / "baru" / folder.name) == files_of(folder)
    before = installation.content()
    assert run("courses", "publish", tmp_path / "baru" / folder.name).out.endswith("berubah.\n")
    assert installation.content() == before


def test_a_folder_with_something_in_it_is_not_exported_into(
    run: Run, installation: Installation, published: Path, tmp_path: Path
):
    target = tmp_path / "isi"
    target.mkdir()
    (target / "catatan.txt").write_text("jangan ditimpa", "utf-8")

    assert "tidak kosong" in run("courses", "export", "contoh", target).sentence
    assert files_of(target) == {"catatan.txt": b"jangan ditimpa"}
    assert not (target / ".elearn.json").exists()


def test_a_target_that_cannot_be_written_is_told(run: Run, installation: Installation, published: Path):
    assert "01-dasar-halal.md" in run("courses", "export", "contoh", published / TEXT / "x").sentence


@pytest.mark.parametrize(
    "words",
    [["export", "tidak-ada", "ke-sini"], ["history", "tidak-ada"], ["trainers", "tidak-ada"]],
    ids=lambda words: words[0],
)
def test_a_course_that_is_not_there_is_told(run: Run, installation: Installation, words: list[str]):
    assert run("courses", *words).sentence
    assert not Path("ke-sini").exists()


def test_history_lists_the_releases_and_which_one_is_shown(
    run: Run, installation: Installation, published: Path
):
    change(published, "Teks pelajaran.", "Teks pelajaran kedua.")
    run("courses", "publish", published, "--note", "Kalimat baru")

    rows = [line.split("\t") for line in run("courses", "history", "contoh").out.splitlines()]

    assert [(row[0], row[2], row[3]) for row in rows] == [
        ("2", "folder", "Kalimat baru (tampil)"),
        ("1", "folder", ""),
    ]
    assert all(re.fullmatch(r"2026-11-25 10:42 WIB", row[1]) for row in rows)


def test_trainers_are_added_and_removed_by_name(run: Run, installation: Installation, published: Path):
    run("users", "create", "--role", "trainer", "--name", "Ratna Dewi", "--username", "ratna")
    run("users", "create", "--role", "learner", "--name", "Sari", "--username", "sari")

    assert run("courses", "trainers", "contoh").out == ""
    assert run("courses", "trainers", "contoh", "--add", "ratna").out == "ratna\tRatna Dewi\n"
    before = installation.content()
    assert "pelatih" in run("courses", "trainers", "contoh", "--add", "sari").sentence
    assert run("courses", "trainers", "contoh", "--add", "ratna", "--remove", "siapa").sentence
    assert installation.content() == before
    assert run("courses", "trainers", "contoh", "--remove", "ratna").out == ""
