"""Every mistake has its code, and a small course with it gives that code at its line and nothing else."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from elearn.content.library import read_course, read_files
from elearn.content.mending import fix_files
from elearn.content.problems import CODES, Level, Problem, base_code, order_problems, problem

COURSES = Path(__file__).parent.parent / "courses"
BROKEN = sorted(path.name for path in (COURSES / "broken").iterdir())
SOUND = sorted(path.name for path in (COURSES / "sound").iterdir())
TODAY = date(2026, 11, 25)

#: Needs the records (K83–K85), the compiler (K102e), or a package that no file tree holds (test_library).
ELSEWHERE = {"K83", "K84", "K85", "K102e", "K102f", "K120b"}
#: Tidying gives the file a new shape as a whole, so no single line is its fix.
WHOLE_FILE = {"K100c", "K100d", "K100f"}


def course_of(code: str) -> Path:
    return next(path for path in (COURSES / "broken" / code).iterdir() if path.is_dir())


def files_of(course: Path) -> dict[str, bytes]:
    return {
        path.relative_to(course).as_posix(): path.read_bytes()
        for path in course.rglob("*")
        if path.is_file() and not path.is_symlink()
    }


@pytest.mark.parametrize("code", BROKEN)
def test_a_course_with_one_mistake_gives_exactly_its_code_at_its_line(code):
    expected = (COURSES / "broken" / code / "expected.txt").read_text("utf-8").strip()

    _, problems = read_course(course_of(code), today=TODAY)

    assert [f"{found.file}:{found.line}: {found.code}" for found in problems] == [expected]
    assert problems[0].level is CODES[code].level


def test_every_code_has_its_course():
    assert set(CODES) - set(BROKEN) == ELSEWHERE


@pytest.mark.parametrize("name", SOUND)
def test_a_sound_course_gives_no_problem(name):
    document, problems = read_course(COURSES / "sound" / name, today=TODAY)

    assert problems == []
    assert document is not None
    assert document.slug == name


@pytest.mark.parametrize("code", BROKEN)
def test_fixing_takes_away_what_has_a_fix_and_fixing_again_changes_nothing(code):
    course = course_of(code)
    files = files_of(course)
    _, problems = read_files(course.name, files, today=TODAY)
    fixable = any(found.fix is not None or found.code in WHOLE_FILE for found in problems)

    changed = fix_files(course.name, files, today=TODAY)

    assert bool(changed) == fixable
    mended = {**files, **changed}
    _, left = read_files(course.name, mended, today=TODAY)
    assert fix_files(course.name, mended, today=TODAY) == {}
    if fixable:
        assert code not in {found.code for found in left}


@pytest.mark.parametrize("code", CODES)
def test_every_sentence_is_one_indonesian_sentence(code):
    rule = CODES[code]
    names = set(re.findall(r"(?<!\{)\{(\w+)\}", rule.sentence))

    message = problem("a.md", 1, code, **dict.fromkeys(names - {"text"}, "x")).message

    assert message.endswith(".")
    assert message[0].isupper() or not message[0].isalpha()
    assert len(message.split()) <= 30
    assert rule.meaning


def test_the_rows_of_the_format_all_have_a_code():
    rows = {base_code(code) for code in CODES}

    expected = [*range(1, 15), *range(20, 24), *range(30, 36), *range(40, 47), *range(50, 59), *range(60, 64)]
    expected += [*range(70, 75), *range(80, 86), *range(90, 124)]
    assert rows == {f"K{number:02}" for number in expected}


def test_a_long_text_is_quoted_short_and_on_one_line():
    found = problem("a.md", 3, "K98", text="x" * 500, value="a\nb " + "c" * 100)

    assert len(found.text) == 200
    assert "\n" not in found.message
    assert "…" in found.message
    assert not found.blocks_publishing


def test_problems_are_ordered_as_an_author_reads():
    def at(file, line, code):
        return Problem(file, line, code, Level.ERROR, "")

    found = [
        at("02-b.md", 1, "K01"),
        at("01-a.md", 9, "K10"),
        at("01-a.md", 9, "K05"),
        at("kursus.md", 3, "K01"),
    ]

    ordered = [(one.file, one.code) for one in order_problems([*found, found[0]])]

    assert ordered == [("kursus.md", "K01"), ("01-a.md", "K05"), ("01-a.md", "K10"), ("02-b.md", "K01")]
