"""`--fix` and `--write-ids`: they change what they promise, and a second time nothing."""

from __future__ import annotations

import re

import pytest

from elearn.content import mending
from elearn.content.mending import fix, fix_files, write_ids, write_ids_in_files
from elearn.content.parser import parse_module
from elearn.content.problems import Fix, Level, Problem
from tests.content.test_parser_questions import FRONT

BARE = FRONT.replace("<!-- id: q-aaaaaa -->\n", "") + "Apa?\n\n- [x] A\n- [ ] B\n"


def test_ids_are_written_under_headings_and_behind_checklist_items():
    text = BARE.replace("Teks.\n", "- [ ] Sudah  \n  ditulis\n- [ ] Ada <!-- id: c-zzzzzz -->\n")

    written = write_ids(text, "01-a.md", taken=())

    assert re.search(r"### Soal 1\n<!-- id: q-[a-z0-9]{6} -->\n", written)
    assert re.search(r"- \[ \] Sudah <!-- id: c-[a-z0-9]{6} -->\n  ditulis\n", written)
    assert written.count("c-zzzzzz") == 1
    assert not [found for found in parse_module("01-a.md", written)[1] if found.code in ("K81", "K82")]
    assert write_ids(written, "01-a.md", taken=()) == written


def test_writing_ids_changes_nothing_else():
    text = BARE.replace("\n", "\r\n") + "\ttab"

    written = write_ids(text, "01-a.md", taken=())

    assert re.sub(r"<!-- id: q-\w+ -->\r\n", "", written) == text


def test_an_id_that_is_taken_is_not_given(monkeypatch):
    letters = iter("aaaaaabbbbbbccccccdddddd")
    monkeypatch.setattr(mending.secrets, "choice", lambda alphabet: next(letters))
    text = BARE + "\n### Soal 2\n\nApa?\n\n- [x] A\n- [ ] B\n"

    written = write_ids(text, "01-a.md", taken={"q-aaaaaa"})

    assert re.findall("q-[a-z]+", written) == ["q-ccccccc"[:8], "q-bbbbbb"]


TIDY = {
    "space before the colon": ("- Nilai : 2", "- Nilai: 2"),
    "no space after it": ("- nilai:2", "- nilai: 2"),
    "too many spaces": ("- Nilai:   2", "- Nilai: 2"),
    "no-break space": ("- Nilai:\u00a02", "- Nilai: 2"),
}


@pytest.mark.parametrize("name", TIDY)
def test_what_is_tolerated_is_tidied(name):
    before, after = TIDY[name]
    text = FRONT + f"Apa?\n\n- [x] A\n- [ ] B\n{before}\n"
    _, problems = parse_module("01-a.md", text)

    mended = fix(text, problems, file_name="01-a.md")

    assert mended == text.replace(before, after)
    assert fix(mended, (), file_name="01-a.md") == mended


def test_settings_of_a_quiz_are_tidied_too():
    text = FRONT.replace("## Kuis\n", "## Kuis\n\n- Lulus :80%\n") + "Apa?\n\n- [x] A\n- [ ] B\n"

    assert "- Lulus: 80%\n" in fix(text, (), file_name="01-a.md")


def test_feedback_is_written_under_the_text_and_boxes_get_plain_spaces():
    text = FRONT + "Apa?\n\n-   [x] A\n      > ya\n      > betul\n- [\u00a0]\u00a0B\n"

    mended = fix(text, (), file_name="01-a.md")

    assert mended.endswith("-   [x] A\n    > ya\n    > betul\n- [ ] B\n")


def test_text_is_made_canonical():
    assert fix("\ufeffa\r\n\tb\r\n\r\n", ()) == "a\n    b\n"


def test_a_fix_of_what_is_no_longer_there_is_left_out():
    wrong = Problem("01-a.md", 1, "K12", Level.ERROR, "", fix=Fix(1, "-a", "- a"))
    gone = Problem("01-a.md", 2, "K12", Level.ERROR, "", fix=Fix(2, "b\nc", ""))

    assert fix("x\nb\nc\nd\n", [wrong, gone]) == "x\nd\n"


def test_files_are_mended_until_nothing_is_left_to_mend():
    page = b"---\njudul: A\nringkasan: B.\ntujuan: {halal: C.}\n---\n\nTeks\n---\n"
    module = (FRONT + "Apa?\n\n-[x] A\n-[ ] B\n-Nlai:2\n").encode()
    files = {"kursus.md": page, "01-a.md": module, "02-b.md": b"\xff", "media/a.txt": b"\r\n"}

    changed = fix_files("kursus-a", files)

    assert changed["kursus.md"].endswith(b"Teks\n\n---\n")
    assert changed["01-a.md"].endswith(b"- [x] A\n- [ ] B\n- Nilai: 2\n") is False
    assert set(changed) == {"kursus.md", "01-a.md"}
    assert fix_files("kursus-a", {**files, **changed}) == {}


def test_a_file_that_is_too_large_is_left_alone():
    files = {"01-a.md": b"a \r\n" * 200_000}

    assert fix_files("kursus-a", files) == {}


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_ids_find_their_lines_whatever_ends_them(ending):
    written = write_ids(BARE.replace("\n", ending), "01-a.md", taken=())

    assert re.search(f"### Soal 1{ending}<!-- id: q-[a-z0-9]+ -->{ending}", written)


def test_an_id_is_written_where_the_text_ends_with_the_heading():
    written = write_ids(FRONT.split("### Soal 1")[0] + "### Soal 1", "01-a.md", taken=())

    assert re.search(r"### Soal 1\n<!-- id: q-[a-z0-9]{6} -->$", written)


def test_ids_of_a_course_are_unique_across_its_files():
    files = {
        "01-a.md": BARE.encode(),
        "02-b.md": BARE.encode(),
        "03-c.md": b"\xff",
        "media/a.md": b"### Soal 1\n",
    }

    written = write_ids_in_files(files)

    ids = re.findall(rb"q-[a-z0-9]{6}", b"".join(written.values()))
    assert len(set(ids)) == len(ids) == 2
    assert written["03-c.md"] == b"\xff"
    assert written["media/a.md"] == files["media/a.md"]
