"""Course folders and packages: what is read, what is refused, and what only the whole course shows."""

from __future__ import annotations

import io
import os
import stat
import zipfile
from pathlib import Path

import pytest

from elearn.content import library
from elearn.content.documents import ModuleKind
from elearn.content.library import read_course, read_files

SOUND = Path(__file__).parent.parent / "courses/sound/contoh"
PAGE = "---\njudul: A\nringkasan: B.\ntujuan: {halal: C.}\n---\n\nTeks.\n"
FRONT = """---
judul: Modul
tujuan: [halal]
sumber: [{judul: Aturan}]
diperiksa: 2026-11-01
periksa lagi: 2027-05-01
---

"""
QUIZ = "## Kuis\n\n### Soal 1\n<!-- id: q-aaaaaa -->\n\nApa?\n\n- [x] A\n- [ ] B\n- Tujuan: halal\n"
TEST = "---\njudul: Tes\ntujuan: [halal]\n---\n\n" + QUIZ.replace("aaaaaa", "bbbbbb")
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><title>A</title></svg>\n'


def course(**changes: str | None) -> dict[str, bytes]:
    """Return a sound course; *changes* are by name with ``__`` for the dot and ``_`` for a hyphen."""
    files: dict[str, str] = {"kursus.md": PAGE, "01-satu.md": FRONT + "## Bagian\n\nTeks.\n"}
    for name, text in changes.items():
        real = name.replace("__", ".").replace("_", "-").removeprefix("m")
        if text is None:
            del files[real]
        else:
            files[real] = text
    return {name: text.encode() for name, text in files.items()}


def problems_of(files: dict[str, bytes], slug: str = "kursus-a", **options) -> list[str]:
    _, problems = read_files(slug, files, **options)
    return [f"{found.file}:{found.line} {found.code}" for found in problems]


def test_a_sound_course_is_read_whole():
    files = course(
        m02_dua__md=FRONT + "Teks.\n",
        pretes__md=TEST,
        postes__md=TEST.replace("bbb", "ccc"),
        glosarium__md="*[NIB]: Nomor\n",
    ) | {"media/a.svg": SVG.encode(), ".elearn.json": b"{}"}

    document, problems = read_files("kursus-a", files)

    assert problems == []
    assert [module.slug for module in document.all_modules()] == ["pretes", "satu", "dua", "postes"]
    assert [module.number for module in document.modules] == [1, 2]
    assert document.pretest.kind is ModuleKind.PRETEST
    assert document.posttest.kind is ModuleKind.POSTTEST
    assert document.glossary.entries == {"NIB": "Nomor"}
    assert [(one.path, one.media_type) for one in document.media] == [("media/a.svg", "image/svg+xml")]


def test_canonical_texts_are_kept_byte_for_byte():
    files = course(postes__md=TEST)

    document, _ = read_files("kursus-a", files)

    assert document.text.encode() == files["kursus.md"]
    assert document.posttest.text.encode() == files["postes.md"]
    assert document.modules[0].text.encode() == files["01-satu.md"]


def test_the_pass_mark_of_the_course_reaches_its_quizzes():
    files = course(kursus__md=PAGE.replace("ringkasan", "lulus: 85%\nringkasan"), postes__md=TEST)

    document, _ = read_files("kursus-a", files)

    assert document.posttest.quiz.pass_mark == 8500


LINKS = {
    "module": ("02-dua.md", True), "heading": ("02-dua.md#lanjut", True), "own heading": ("#bagian", True),
    "test": ("postes.md", True), "course page": ("kursus.md", True), "media": ("media/a.svg", True),
    "missing module": ("03-tiga.md", False), "missing heading": ("02-dua.md#lain", False),
    "missing own heading": ("#lain", False), "missing media": ("media/b.svg", False), "pretest": ("pretes.md", False),
}  # fmt: skip


@pytest.mark.parametrize("name", LINKS)
def test_links_inside_the_course_lead_somewhere(name):
    target, leads = LINKS[name]
    files = course(
        m01_satu__md=FRONT + f"## Bagian\n\n[a]({target})\n",
        m02_dua__md=FRONT + "## Lanjut\n",
        postes__md=TEST,
    ) | {"media/a.svg": SVG.encode()}

    assert problems_of(files) == ([] if leads else ["01-satu.md:11 K115"])


REREAD = {
    "own": ("01-satu.md", "#bagian", True), "own missing": ("01-satu.md", "#lain", False),
    "other": ("01-satu.md", "dua#lanjut", True), "of a test": ("postes.md", "dua#lanjut", True),
    "missing module": ("postes.md", "tiga#lanjut", False), "missing heading": ("postes.md", "dua#lain", False),
    "no heading": ("postes.md", "dua", False), "a test's own": ("postes.md", "#bagian", False),
}  # fmt: skip


@pytest.mark.parametrize("name", REREAD)
def test_what_is_to_be_read_again_exists(name):
    file, target, leads = REREAD[name]
    setting = f"- Baca lagi: {target}\n"
    own = FRONT + "## Bagian\n\nTeks.\n\n" + QUIZ
    files = course(m01_satu__md=own, m02_dua__md=FRONT + "## Lanjut\n", postes__md=TEST)
    files[file] += setting.encode()

    found = problems_of(files)

    assert [one.split()[1] for one in found] == ([] if leads else ["K114"])


def test_where_a_text_hides_its_end_its_headings_may_be_there():
    files = course(m01_satu__md=FRONT + "[a](02-dua.md#lain)\n", m02_dua__md=FRONT + "```\n")

    assert problems_of(files) == ["02-dua.md:9 K112a"]


def test_a_link_to_a_text_that_cannot_be_read_is_left_alone():
    files = course(m01_satu__md=FRONT + "[a](02-dua.md#lain)\n") | {"02-dua.md": b"---\n"}

    assert problems_of(files) == ["02-dua.md:1 K101b"]


def test_an_id_is_used_once_in_a_course():
    files = course(m01_satu__md=FRONT + QUIZ, m02_dua__md=FRONT + QUIZ)

    assert problems_of(files) == ["02-dua.md:12 K80"]


def test_objectives_of_tests_are_those_of_the_course():
    files = course(postes__md=TEST.replace("- Tujuan: halal", "- Tujuan: hallal"))

    assert problems_of(files) == ["postes.md:15 K94a"]


def test_objectives_are_not_compared_with_a_page_that_cannot_be_read():
    files = course(kursus__md="---\njudul: [\n---\n")

    assert problems_of(files) == ["kursus.md:3 K101d"]


def test_objectives_of_a_wrong_kind_are_said_once():
    files = course(kursus__md=PAGE.replace("{halal: C.}", "[halal]"))

    assert problems_of(files) == ["kursus.md:4 K101j"]


def test_a_picture_of_the_course_that_is_not_there():
    files = course(kursus__md=PAGE.replace("ringkasan", "gambar: media/x.png\nringkasan"))

    assert problems_of(files) == ["kursus.md:3 K95a"]


CERTIFICATES = {
    "optional modules": ("", "wajib: tidak\n", False, ["kursus.md:1 K122a"]),
    "optional modules, no certificate": ("sertifikat: tidak\n", "wajib: tidak\n", False, []),
    "optional modules, post-test": ("", "wajib: tidak\n", True, []),
    "end without post-test": ("sertifikat: {berlaku: 24 bulan}\n", "", False, ["kursus.md:1 K122b"]),
    "end with post-test": ("sertifikat: {berlaku: 24 bulan}\n", "", True, []),
}


@pytest.mark.parametrize("name", CERTIFICATES)
def test_a_certificate_needs_something_to_require(name):
    on_page, on_module, has_test, expected = CERTIFICATES[name]
    files = course(
        kursus__md=PAGE.replace("ringkasan", on_page + "ringkasan"),
        m01_satu__md=FRONT.replace("sumber", on_module + "sumber") + "Teks.\n",
        **({"postes__md": TEST} if has_test else {}),
    )

    assert problems_of(files) == expected


def test_prerequisites_are_looked_up_where_somebody_knows():
    files = course(kursus__md=PAGE.replace("ringkasan", "prasyarat: [kursus-b]\nringkasan"))

    assert problems_of(files) == []
    assert problems_of(files, known_courses=["kursus-b"]) == []
    assert problems_of(files, known_courses=[]) == ["kursus.md:3 K121"]


NAMES = {
    "Bagian.md": "K119b", "1-satu.md": "K119b", "03-Tiga.md": "K119b", "03--a.md": "K119b", "03-pretes.md": "K119b",
    "README.md": "K118", "a.txt": "K118", "media/.DS_Store": "K118", "media/a/b.png": "K118", ".git/config": "K118",
    "01-lain.md": "K119c", "03-satu.md": "K119c", "KURSUS.md": "K119d", "media/a.exe": "K116a",
}  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_names_that_are_not_of_a_course_are_named(name):
    content = FRONT.encode() + b"Teks.\n"
    files = course() | {name: content}

    found = [(one.split()[0].rpartition(":")[0], one.split()[1]) for one in problems_of(files)]

    assert [code for _, code in found] == [NAMES[name]]


@pytest.mark.parametrize("slug", ["ab", "A-b", "a--b", "-ab", "a" * 61, "a b c", ""])
def test_a_slug_that_is_none_is_named(slug):
    assert problems_of(course(), slug) == ["kursus.md:1 K119a"]


def test_a_file_that_is_not_utf8_is_named_with_its_line():
    files = course() | {"02-dua.md": b"a\nb\xff\n", "glosarium.md": b"\xff"}

    assert problems_of(files) == ["02-dua.md:2 K100a", "glosarium.md:1 K100a"]


def test_a_course_page_that_is_not_utf8_gives_no_document():
    document, problems = read_files("kursus-a", course() | {"kursus.md": b"\xff"})

    assert document is None
    assert [found.code for found in problems] == ["K100a"]


# Folders


def write(folder: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def codes_of(path: Path | str) -> list[str]:
    _, problems = read_course(path)
    return [f"{found.file} {found.code}" for found in problems]


def test_a_folder_is_read_like_its_files(tmp_path):
    folder = write(tmp_path / "kursus-a", course())

    document, problems = read_course(str(folder))

    assert problems == []
    assert document == read_files("kursus-a", course())[0]


def test_links_pipes_and_folders_are_not_followed(tmp_path):
    folder = write(tmp_path / "kursus-a", course() | {"media/a.svg": SVG.encode()})
    (folder / "02-dua.md").symlink_to(folder / "01-satu.md")
    (folder / "media/b.svg").symlink_to("/etc/passwd")
    os.mkfifo(folder / "pipa")
    (folder / "media/c").mkdir()
    (folder / "lain").mkdir()
    (folder / "tautan").symlink_to(folder)

    assert codes_of(folder) == [
        "02-dua.md K119e", "lain K118", "media/b.svg K119e", "media/c K118", "pipa K119e", "tautan K119e",
    ]  # fmt: skip


def test_a_name_that_is_no_text_is_a_problem(tmp_path):
    folder = write(tmp_path / "kursus-a", course())
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff.md")).write_bytes(b"x")

    assert codes_of(folder) == ["\ufffd.md K119e"]


def test_prerequisites_are_the_folders_beside(tmp_path):
    page = PAGE.replace("ringkasan", "prasyarat: [kursus-b, kursus-c]\nringkasan")
    folder = write(tmp_path / "kursus-a", course(kursus__md=page))
    write(tmp_path / "kursus-b", course())

    assert codes_of(folder) == ["kursus.md K121"]


def test_a_folder_without_a_course_says_so(tmp_path):
    (tmp_path / "kursus-a").mkdir()

    assert codes_of(tmp_path / "kursus-a") == ["kursus.md K120a"]


def test_what_is_not_there_is_a_problem_and_no_exception(tmp_path):
    assert codes_of(tmp_path / "tidak-ada") == ["kursus.md K120b"]
    assert codes_of("a\0b") == ["kursus.md K120b"]


def test_a_folder_has_limits(tmp_path, monkeypatch):
    folder = write(tmp_path / "kursus-a", course())
    monkeypatch.setattr(library, "MAX_FILES", 1)

    assert codes_of(folder) == ["kursus.md K102f"]


def test_the_neighbours_may_be_unreadable(tmp_path, monkeypatch):
    folder = write(tmp_path / "kursus-a", course())
    real = os.scandir

    def refuse(path):
        if path == tmp_path:
            raise PermissionError
        return real(path)

    monkeypatch.setattr(library.os, "scandir", refuse)

    assert codes_of(folder) == []


# Packages


def package(tmp_path: Path, files: dict[str, bytes], name: str = "kursus-a.zip") -> Path:
    path = tmp_path / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for inside, content in files.items():
            target.writestr(inside, content)
    return path


@pytest.mark.parametrize("prefix", ["", "kursus-a/"])
def test_a_package_is_read_like_a_folder(tmp_path, prefix):
    path = package(tmp_path, {prefix + name: content for name, content in course().items()})

    document, problems = read_course(path)

    assert problems == []
    assert document == read_files("kursus-a", course())[0]


@pytest.mark.parametrize(
    "name", ["../x.md", "/x.md", "a/../../x.md", "C:/x.md", "a\\x.md", "x.exe", "media/x.PHP", "a//b.md"]
)
def test_names_that_lead_out_and_programs_are_refused(tmp_path, name):
    path = package(tmp_path, course() | {name: b"x"})

    assert [code.split()[-1] for code in codes_of(path)] == ["K119e"]


def test_links_in_a_package_are_refused(tmp_path):
    path = package(tmp_path, course())
    with zipfile.ZipFile(path, "a") as target:
        entry = zipfile.ZipInfo("02-dua.md")
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        target.writestr(entry, "/etc/passwd")

    assert codes_of(path) == ["02-dua.md K119e"]


def test_folders_and_the_release_file_of_a_package_are_left_out(tmp_path):
    path = package(tmp_path, course() | {"media/": b"", ".elearn.json": b"{}"})

    assert codes_of(path) == []


def test_a_name_twice_in_a_package_is_named(tmp_path):
    path = package(tmp_path, course())
    with zipfile.ZipFile(path, "a") as target, pytest.warns(UserWarning, match="Duplicate"):
        target.writestr("01-satu.md", b"lain")

    assert codes_of(path) == ["01-satu.md K119d"]


def test_a_package_that_is_none_is_a_problem(tmp_path):
    (tmp_path / "a.zip").write_bytes(b"bukan zip")

    assert codes_of(tmp_path / "a.zip") == ["kursus.md K120b"]


def test_a_package_with_a_broken_member_is_a_problem(tmp_path):
    path = package(tmp_path, course())
    content = bytearray(path.read_bytes())
    content[45:60] = b"\xff" * 15
    path.write_bytes(content)

    assert codes_of(path) == ["kursus.md K120b"]


@pytest.mark.parametrize(("limit", "value"), [("MAX_PACKED", 10), ("MAX_UNPACKED", 10), ("MAX_FILES", 1)])
def test_a_package_has_limits(tmp_path, monkeypatch, limit, value):
    path = package(tmp_path, course())
    monkeypatch.setattr(library, limit, value)

    assert codes_of(path) == ["kursus.md K102f"]


def test_a_package_that_lies_about_its_size_is_stopped(tmp_path, monkeypatch):
    path = package(tmp_path, course())
    real = zipfile.ZipFile.infolist

    def lie(self):
        entries = real(self)
        for entry in entries:
            entry.file_size = 1
        return entries

    monkeypatch.setattr(zipfile.ZipFile, "infolist", lie)
    monkeypatch.setattr(library, "MAX_UNPACKED", 20)
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda self, entry: io.BytesIO(b"x" * 100))

    assert codes_of(path) == ["kursus.md K102f"]
