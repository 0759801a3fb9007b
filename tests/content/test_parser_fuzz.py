"""Whatever an author types: no exception, no lost line, work that grows with the text alone."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from elearn.content import scanner
from elearn.content.library import read_files
from elearn.content.mending import fix, write_ids
from elearn.content.parser import parse_course_page, parse_glossary, parse_module
from elearn.content.printer import canonical, print_quiz
from elearn.content.problems import CODES

EXAMPLE = (Path(__file__).parent.parent / "courses/sound/contoh/01-dasar-halal.md").read_text("utf-8")
PIECES = [
    *"\n \t-*+>#`~[]()<>!|\\:_&{}%",
    *("\n\n", "\r\n", "    ", "```\n", "~~~", "<!--", "-->", "- [x] ", "- [ ] ", "> ", "1. ", "2) ", "---\n"),
    *(
        "### Soal 1\n",
        "## Kuis\n",
        "<!-- id: q-abcdef -->\n",
        "- Jawaban: ",
        "- Jawaban angka: ",
        "- Jenis: ",
    ),
    *(
        "**Pembahasan:** ",
        "**Petunjuk:** ",
        "| a | b |\n|---|---|\n",
        "[^1]",
        "[^1]: x\n",
        "![](media/a.png)",
    ),
    *(
        "- Nilai: 2\n",
        "- Lulus: 70%\n",
        "urutkan\n",
        "jodohkan\n",
        "uraian\n",
        "a. b\n",
        "\u00a0",
        "\u2028",
        "é",
    ),
    *("<!-- abaikan: K98 -->\n", "<b>", "[a]: b\n", "[a][b]", "± 5%", "1.000 – 2", "{50%}", "a", "0", "\x00"),
]
some_text = st.lists(st.sampled_from(PIECES) | st.text(max_size=6), max_size=60).map("".join)
FAST = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def mutations(draw: st.DrawFn) -> str:
    """The eight-type example with a few cuts and insertions."""
    text = EXAMPLE
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 12)))
        text = text[:start] + draw(st.sampled_from(PIECES) | st.just("")) + text[end:]
    return text


def check(text: str) -> None:
    document, problems = parse_module("01-x.md", text)
    lines = scanner.split_lines(text)
    for found in problems:
        assert found.code in CODES
        assert 1 <= found.line <= len(lines) + 1
        assert found.message
        assert "\n" not in found.message
    mended = fix(text, problems, file_name="01-x.md")
    assert mended == canonical(mended)
    if document is not None and document.quiz is not None:
        print_quiz(document.quiz)


@given(some_text)
@FAST
def test_no_text_raises(text):
    check(text)
    check(f"---\njudul: A\ntujuan: [a]\n---\n\n## Kuis\n\n### Soal 1\n\n{text}")


@given(mutations())
@FAST
def test_no_mutation_of_a_quiz_raises(text):
    check(text)


@given(some_text)
@FAST
def test_no_front_matter_raises(text):
    parse_module("01-x.md", f"---\n{text}\n---\n")
    parse_module("postes.md", f"---\n{text}\n---\n\n{text}")
    parse_course_page(f"---\njudul: {text}\n---\n")
    parse_course_page(f"---\n{text}\n---\n\n{text}")
    parse_glossary(text)


@given(
    st.dictionaries(
        st.sampled_from(
            [
                "kursus.md",
                "01-a.md",
                "02-b.md",
                "postes.md",
                "pretes.md",
                "glosarium.md",
                "media/a.png",
                "x",
                "media/b/c",
            ]
        )
        | st.text(max_size=8),
        st.binary(max_size=80) | some_text.map(lambda text: text.encode("utf-8", "replace")),
    )
)
@FAST
def test_no_files_raise(files):
    read_files("kursus", files)


@given(mutations())
@FAST
def test_writing_ids_twice_is_writing_them_once(text):
    once = write_ids(text, "01-x.md", taken=())
    assert write_ids(once, "01-x.md", taken=()) == once


@given(some_text)
@FAST
def test_canonical_text_stays_as_it_is(text):
    once = canonical(text)
    assert canonical(once) == once


PATHOLOGICAL = {
    "quotes": "> " * 40 + "\n",
    "brackets": "[" * 60 + "\n",
    "pictures": "![](" * 30 + "\n",
    "ticks": "`" * 7 + "a" + "`" * 5 + "\n",
    "comments": "<!-- abaikan: K98 -->\n",
    "open comments": "a <!-- b\n",
    "lists": "- " * 30 + "\n",
    "headings": "# a\n",
    "pipes": "a\\|" * 20 + "\n",
    "tables": "|a|b|\n|-|-|\n",
    "tags": "<a <b <c\n",
    "questions": "### Soal 1\n\n- [x] a\n- [ ] b\n\n",
    "answers": "- Jawaban: abcde | fghij\n- Jawaban salah: klmno\n",
    "keys": "- Nlai: 2\n- Nilai: 3\n",
    "notes": "**Pembahasan:** a\n\n- b\n\n",
    "definitions": "[a]: b\n",
    "footnotes": "a[^1]\n\n[^1]: b\n\n",
    "spaces": " " * 60 + "a\n",
    "emphasis": "**a _b " * 10 + "\n",
    "letters": "a. b\nb. c\n",
}


def calls(text: str) -> int:
    """Count the lines of Python that reading *text* runs: a measure that no busy machine changes."""
    import sys

    count = 0

    def trace(frame, event, argument):
        nonlocal count
        count += 1
        return trace

    previous = sys.gettrace()
    sys.settrace(trace)
    try:
        parse_module("01-x.md", text)
    finally:
        sys.settrace(previous)
    return count


@pytest.mark.parametrize("name", PATHOLOGICAL)
def test_four_times_the_text_is_at_most_about_four_times_the_work(name):
    head = "---\njudul: A\ntujuan: [a]\n---\n\n## Kuis\n\n### Soal 1\n\nTeks.\n\n"
    small = calls(head + PATHOLOGICAL[name] * 40)
    large = calls(head + PATHOLOGICAL[name] * 160)

    assert large <= 6 * small


@pytest.mark.parametrize("name", PATHOLOGICAL)
def test_the_scanner_takes_a_bounded_number_of_steps_a_line(name):
    lines = scanner.split_lines(PATHOLOGICAL[name] * 200)

    assert scanner.scan(lines).steps <= len(lines) * 3 * (scanner.MAX_NESTING + 2)


def test_half_a_megabyte_of_anything_is_read():
    chooser = random.Random(4)
    text = "".join(chooser.choice(PIECES) for _ in range(200_000))[: 512 * 1024 // 3]

    document, problems = parse_module("01-x.md", text)

    assert problems
    assert document is not None
