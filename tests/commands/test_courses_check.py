"""`elearn courses check` and `show`: an author's mistakes by file and line, and the course as it was understood."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from elearn.content.problems import CODES, Level
from tests.commands.conftest import COURSES, Run

ROOT = COURSES.parent.parent
BROKEN = sorted(path.name for path in (COURSES / "broken").iterdir())


def broken(code: str) -> Path:
    return next(path for path in (COURSES / "broken" / code).iterdir() if path.is_dir())


@pytest.mark.parametrize("code", BROKEN)
def test_every_mistake_is_printed_at_its_line_and_blocks_only_where_it_is_an_error(run: Run, code: str):
    course = broken(code)
    expected = (COURSES / "broken" / code / "expected.txt").read_text("utf-8").strip()
    level = CODES[code].level

    done = run("courses", "check", course)

    (line,) = done.out.splitlines()
    assert line.startswith(f"{course}/{expected} ")
    assert re.fullmatch(rf".+:\d+: K\d+[a-z]? {level} \S.*\.", line)
    assert (done.code, done.err) == (1 if level is Level.ERROR else 0, "")


def test_a_sound_course_and_the_starter_courses_print_nothing(run: Run):
    for path in (COURSES / "sound", COURSES / "sound" / "contoh", ROOT / "courses"):
        done = run("courses", "check", path)
        assert (done.code, done.out, done.err) == (0, "", ""), path


def test_problems_as_json_are_one_list_with_text_and_fix(run: Run):
    done = run("courses", "check", broken("K12"), broken("K06"), "--format", "json")

    found = json.loads(done.out)
    assert done.code == 1
    assert [(row["file"], row["line"], row["code"], row["level"]) for row in found] == [
        (f"{broken('K12')}/01-modul.md", 24, "K12", "E"),
        (f"{broken('K06')}/01-modul.md", 15, "K06", "W"),
    ]
    assert all(list(row) == ["file", "line", "code", "level", "message", "text", "fix"] for row in found)
    line = (broken("K12") / "01-modul.md").read_text("utf-8").splitlines()[23]
    assert found[0]["fix"] == {"line": 24, "before": line, "after": line.replace("-", "- ", 1)}
    assert found[1]["fix"] is None


def test_no_problem_as_json_is_an_empty_list(run: Run):
    done = run("courses", "check", COURSES / "sound", "--format", "json")

    assert (done.code, json.loads(done.out)) == (0, [])


def styled(course: Path, lesson: str) -> Path:
    """Give the one module of *course* the text *lesson* before its quiz."""
    text = course / "01-dasar-halal.md"
    head, quiz = re.fullmatch(r"(---.*?\n---\n).*?(\n## Kuis.*)", text.read_text("utf-8"), re.S).groups()  # type: ignore[union-attr]
    text.write_text(f"{head}\n{lesson}\n{quiz}", "utf-8")
    return course


LESSON = f"Urus BPJPH dan QRIS.\n\n{' '.join(['kata'] * 1230)}."


def test_style_prints_a_table_after_the_problems_with_a_mark_beyond_each_limit(run: Run, course: Path):
    done = run("courses", "check", styled(course, LESSON), "--style")

    assert (done.code, done.err) == (0, "")
    blank, title, head, limits, page, module = done.out.splitlines()
    assert (blank, title) == ("", f"Keterbacaan {course} (! = di luar batas)")
    columns = [re.split(r"  +", line.strip()) for line in (head, limits, page, module)]
    assert columns[0] == [
        "file", "kata", "kalimat", "rata-rata", "di atas 20 kata", "terpanjang", "singkatan belum dijelaskan",
    ]  # fmt: skip
    assert columns[1] == ["batas", "600–1.100", "≤ 15,0", "≤ 10,0 %", "tidak ada"]
    assert columns[2][0] == "kursus.md"
    assert "!" not in page
    number = (course / "01-dasar-halal.md").read_text("utf-8").splitlines().index("Urus BPJPH dan QRIS.") + 1
    assert columns[3] == [
        "01-dasar-halal.md", "1.234 !", "2", "617,0 !", "50,0 % !", f"baris {number + 2} (1.230 kata)",
        f"BPJPH (baris {number}), QRIS (baris {number}) !",
    ]  # fmt: skip


def test_style_stands_beside_the_problems_in_json_which_else_stay_a_list(run: Run, course: Path):
    path = styled(course, LESSON)
    done = run("courses", "check", path, "--style", "--format", "json")

    assert done.code == 0
    found = json.loads(done.out)
    assert list(found) == ["problems", "style"]
    assert found["problems"] == json.loads(run("courses", "check", path, "--format", "json").out)
    page, module = found["style"]
    assert page["file"] == f"{course}/kursus.md"
    line = module["longest"]["line"]
    assert module == {
        "file": f"{course}/01-dasar-halal.md",
        "words": 1234,
        "sentences": 2,
        "average": 617.0,
        "long_share": 0.5,
        "longest": {"line": line, "words": 1230},
        "unexplained": [{"word": "BPJPH", "line": line - 2}, {"word": "QRIS", "line": line - 2}],
        "beyond": ["words", "average", "long_share", "unexplained"],
    }


def test_style_decides_nothing_about_the_exit_code(run: Run):
    for course, code in ((broken("K12"), 1), (broken("K06"), 0)):
        done = run("courses", "check", course, "--style")

        assert done.code == code
        first, *table = done.out.splitlines()
        assert first.startswith(f"{course}/01-modul.md:")
        assert "!" in "".join(table[2:])
    assert "tidak mengubah kode keluar" in " ".join(run("courses", "check", "--help").out.split())


def test_a_course_that_cannot_be_read_has_no_table(run: Run, tmp_path: Path):
    (tmp_path / "dapur").mkdir()
    (tmp_path / "dapur" / "01-bahan.md").write_text("Satu.\n", "utf-8")

    done = run("courses", "check", tmp_path / "dapur", "--style")

    assert done.code == 1
    assert "Keterbacaan" not in done.out


def test_fix_mends_what_has_one_safe_fix_and_touches_nothing_else(run: Run, tmp_path: Path):
    course = shutil.copytree(broken("K12"), tmp_path / "naskah" / "kursus-contoh")
    before = {path.name: path.read_bytes() for path in course.iterdir()}

    done = run("courses", "check", course, "--fix")

    assert (done.code, done.out) == (0, "")
    changed = {path.name for path in course.iterdir() if path.read_bytes() != before[path.name]}
    assert changed == {"01-modul.md"}
    again = (course / "01-modul.md").read_bytes()
    assert run("courses", "check", course, "--fix").code == 0
    assert (course / "01-modul.md").read_bytes() == again


def test_write_ids_adds_what_is_missing_once(run: Run, course: Path):
    text = course / "01-dasar-halal.md"
    text.write_text(re.sub(r"<!-- id: q-\w+ -->\n", "", text.read_text("utf-8")), "utf-8")
    assert run("courses", "check", course).out.count(" K82 ") == 8

    done = run("courses", "check", course, "--write-ids")

    assert (done.code, done.out) == (0, "")
    ids = re.findall(r"<!-- id: (q-\w{6}) -->", text.read_text("utf-8"))
    assert len(set(ids)) == 8
    written = text.read_bytes()
    run("courses", "check", course, "--write-ids")
    assert text.read_bytes() == written


def test_a_package_is_checked_but_never_rewritten(run: Run, course: Path):
    package = Path(shutil.make_archive(str(course.parent.parent / "contoh"), "zip", course))
    content = package.read_bytes()

    assert run("courses", "check", package).code == 0
    assert "ekstrak" in run("courses", "check", package, "--fix").sentence
    assert package.read_bytes() == content


@pytest.mark.parametrize("words", [["check"], ["show"]])
def test_a_path_that_is_not_there_is_told(run: Run, tmp_path: Path, words: list[str]):
    assert str(tmp_path / "tidak-ada") in run("courses", *words, tmp_path / "tidak-ada").sentence


def test_a_folder_without_courses_is_told(run: Run, tmp_path: Path):
    (tmp_path / "kosong").mkdir()

    assert run("courses", "check", tmp_path / "kosong").sentence.endswith("tidak berisi kursus.")


def test_a_folder_that_only_holds_a_readme_has_its_courses_below(run: Run, course: Path):
    (course.parent / "README.md").write_text("# Kursus kami\n", "utf-8")
    shutil.copytree(broken("K01"), course.parent / "kursus-contoh")

    done = run("courses", "check", course.parent)

    assert [line.split(": ")[0] for line in done.out.splitlines()] == [
        f"{course.parent}/kursus-contoh/01-modul.md:15"
    ]


@pytest.mark.parametrize("words", [["check"], ["check", "--format", "xml", "."], ["tidak-ada"], ["show"]])
def test_wrong_usage_exits_with_two(run: Run, words: list[str]):
    done = run("courses", *words)

    assert (done.code, done.out) == (2, "")
    assert "Traceback" not in done.err


def test_show_prints_the_course_as_it_was_understood(run: Run):
    done = run("courses", "show", COURSES / "sound" / "contoh", "--format", "json")

    def question(id_: str, type_: str, **more: object) -> dict[str, object]:
        empty: dict[str, object] = {
            "id": id_,
            "type": type_,
            "points": "1",
            "marking": "exact",
            "objective": "",
            "choices": [],
            "answers": [],
            "pairs": [],
            "order": [],
        }
        return empty | more

    def choices(*texts: str) -> list[dict[str, object]]:
        return [{"text": text.lstrip("*"), "right": text.startswith("*")} for text in texts]

    def answer(text: str, weight: str, right: bool = True) -> dict[str, object]:
        return {"text": text, "weight": weight, "right": right}

    assert done.code == 0
    shown = json.loads(done.out)
    assert shown == {
        "slug": "contoh",
        "title": "Contoh",
        "modules": [
            {
                "slug": "dasar-halal",
                "title": "Dasar halal",
                "required": True,
                "completion": "quiz",
                "quiz": {
                    "pass_mark": "0.8",
                    "attempts": "3",
                    "draw": {"total": "5", "parts": []},
                    "questions": [
                        question(
                            "q-7k2m9x",
                            "single",
                            points="2",
                            objective="lembaga-halal",
                            choices=choices("*BPJPH", "LPPOM", "BPOM"),
                        ),
                        question(
                            "q-2b8c4d",
                            "multiple",
                            marking="partial",
                            choices=choices("*NIB", "*Daftar bahan", "Ijazah pemilik"),
                        ),
                        question("q-9f1a0e", "true_false", choices=choices("Benar", "*Salah")),
                        question(
                            "q-c33d21",
                            "text",
                            answers=[
                                answer("BPJPH", "1"),
                                answer("Badan Penyelenggara Jaminan Produk Halal", "1"),
                                answer("LPPOM", "0", right=False),
                                answer("LPPOM MUI", "0", right=False),
                            ],
                        ),
                        question(
                            "q-55aa01",
                            "number",
                            answers=[answer("5.000 ± 0", "1"), answer("4.900 – 5.100", "0.5")],
                        ),
                        question(
                            "q-0d77be",
                            "order",
                            order=["Membuat NIB", "Menyusun daftar bahan", "Mengisi pengajuan"],
                        ),
                        question(
                            "q-1e90fa",
                            "match",
                            pairs=[
                                ["NIB", "OSS"],
                                ["Izin edar MD", "BPOM"],
                                ["Sertifikat halal", "BPJPH"],
                                ["", "Bank"],
                            ],
                        ),
                        question("q-aa12bb", "essay", points="0"),
                    ],
                },
            }
        ],
    }
    assert list(shown["modules"][0]["quiz"]["questions"][0]) == list(question("", ""))


def test_show_as_text_names_modules_and_questions(run: Run):
    done = run("courses", "show", COURSES / "sound" / "contoh")

    lines = done.out.splitlines()
    assert lines[:2] == [
        "Contoh (contoh)",
        "- Dasar halal (dasar-halal): wajib, selesai: quiz, kuis 8 soal, lulus 0.8",
    ]
    assert lines[2].split() == ["q-7k2m9x", "single,", "nilai", "2"]
    assert len(lines) == 10


def test_show_shows_a_test_among_the_modules_and_a_text_without_a_quiz(run: Run):
    shown = json.loads(run("courses", "show", ROOT / "courses" / "sertifikasi-halal", "--format", "json").out)

    slugs = [module["slug"] for module in shown["modules"]]
    assert (slugs[0], slugs[-1]) == ("pretes", "postes")
    assert not shown["modules"][0]["required"]
    assert shown["modules"][-1]["required"]
