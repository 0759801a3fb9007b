"""Parse → print → parse gives the same quiz."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from elearn.content.items import Draw, DrawPart, Quiz, ScoreRule, ShowKey
from elearn.content.parser import parse_module
from elearn.content.pieces import Piece
from elearn.content.printer import canonical, print_item, print_quiz
from elearn.content.problems import Level
from tests.content.test_parser_questions import BOXES, FRONT, TABLE

EXAMPLE = (Path(__file__).parent.parent / "courses/sound/contoh/01-dasar-halal.md").read_text("utf-8")
HEAD = FRONT.split("## Kuis")[0]


def without_lines(value):
    """Return *value* with every line number set to nothing."""
    if isinstance(value, Piece):
        return Piece(value.text.strip())
    if isinstance(value, tuple):
        return tuple(without_lines(one) for one in value)
    if is_dataclass(value):
        changes = {field.name: without_lines(getattr(value, field.name)) for field in fields(value)}
        return replace(value, **changes | ({"line": 0} if "line" in changes else {}))
    return value


def quiz_of(text: str) -> Quiz:
    document, _ = parse_module("01-a.md", text)
    return document.quiz


def assert_printed_well(quiz: Quiz) -> None:
    printed = print_quiz(quiz)
    again = quiz_of(HEAD + printed)
    assert without_lines(again) == without_lines(quiz)
    assert print_quiz(again) == printed
    assert canonical(printed) == printed


def test_the_eight_types_are_printed_and_read_again():
    assert_printed_well(quiz_of(EXAMPLE))


def sound_bodies() -> list[str]:
    sound = []
    for name, (body, _) in TABLE.items():
        document, problems = parse_module("01-a.md", FRONT + body)
        if document.quiz.items and not [one for one in problems if one.level is Level.ERROR]:
            sound.append(name)
    return sound


@pytest.mark.parametrize("name", sound_bodies())
def test_every_sound_question_is_printed_and_read_again(name):
    assert_printed_well(quiz_of(FRONT + TABLE[name][0]))


def test_every_setting_is_printed():
    quiz = replace(
        quiz_of(EXAMPLE),
        title="Judul", intro="Baca dulu.", pass_mark=6667, attempts=2, wait=timedelta(hours=30),
        time_limit=timedelta(minutes=90), draw=Draw(3, (DrawPart(1, "a"), DrawPart(1, "b"))), shuffle_items=False,
        shuffle_choices=True, show_key=ShowKey.AFTER_LAST_ATTEMPT, score_rule=ScoreRule.LAST,
    )  # fmt: skip

    assert_printed_well(quiz)


def test_a_length_that_is_no_whole_minute_is_cut():
    assert "- Jeda: 1 menit" in print_quiz(replace(quiz_of(EXAMPLE), wait=timedelta(seconds=30)))


@pytest.mark.parametrize(
    "body",
    [
        "Apa?\n\n"
        + BOXES
        + "- Nilai: 2,25\n- Penilaian: sebagian\n- Tag: a, b\n- Kelompok: g\n- Acak pilihan: tidak\n",
        "Apa?\n\n- [x] Ya\n- [ ] Tidak\n- Jenis: pilih satu\n",
        "Apa?\n\n- [x] A\n- [ ] B\n- Jenis: pilih semua\n",
        "Baca:\n\n* satu\n* dua\n\nPilih.\n\n- [x] A\n  lagi\n  > ya\n  >\n  > betul\n- [ ] B\n",
        "Baca:\n\n- satu\n\n  * dua\n\nCeritakan.\n\n* Jenis: uraian\n",
        "Baca:\n\n- satu\n- dua\n\n* Jenis: uraian\n",
        "Apa?\n\n- Jawaban: a | b \\| c {50%}\n  > ya\n- Jawaban salah: d\n- Persis: ya\n- Toleransi ketik: 2\n",
        "Apa?\n\n- Jawaban angka: 5.000 ± 5% {50%}\n- Satuan: gram\n",
        "U.\n\n1. a\n   lagi\n2. b\n3. c\n\n- Jenis: urutkan\n\n**Petunjuk:** x\n\n**Pembahasan:** y\n\n1. z\n",
        "P.\n\n| a | b |\n|---|---|\n| c \\| d | e |\n| f | g |\n|  | h |\n\n- Jenis: jodohkan\n",
    ],
)
def test_forms_of_questions_are_printed_and_read_again(body):
    assert_printed_well(quiz_of(FRONT + body))


def test_an_item_without_an_id_has_no_comment():
    item = quiz_of(EXAMPLE).items[0]

    assert "<!--" not in print_item(replace(item, id=""))


words = st.text(alphabet="abc def", min_size=1, max_size=12).map(lambda text: f"x{text.strip()}")


@given(
    st.lists(st.tuples(words, st.booleans(), st.none() | words), min_size=2, max_size=6), words, st.booleans()
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_choice_question_is_printed_and_read_again(options, prompt, partial):
    rows = [
        f"- [{'x' if right else ' '}] {text}\n" + (f"  > {said}\n" if said else "")
        for text, right, said in options
    ]
    rows += ["- Penilaian: sebagian\n"] * partial

    assert_printed_well(quiz_of(FRONT + f"{prompt}\n\n{''.join(rows)}"))
