"""A quiz as a whole: its settings, defaults, draws, headings, and what its form gives away."""

from __future__ import annotations

from datetime import timedelta

import pytest

from elearn.content.items import Draw, DrawPart, ScoreRule, ShowKey
from elearn.content.parser import parse_module
from elearn.content.printer import canonical
from tests.content.test_parser_questions import FRONT

MODULE = FRONT.split("## Kuis")[0]
TEST = "---\njudul: Tes\ntujuan: [halal]\n---\n\n"


def question(number: int, extra: str = "", body: str = "- [x] A\n- [ ] B\n") -> str:
    return f"### Soal {number}\n<!-- id: q-aaaa{number:02} -->\n\nApa?\n\n{body}{extra}\n"


def read(quiz: str, *, name: str = "01-modul.md", front: str | None = None, ignore=("K94b",)):
    head = front if front is not None else (MODULE if name[0].isdigit() else TEST)
    document, problems = parse_module(name, canonical(head + quiz))
    start = head.count("\n")
    return document.quiz, [(one.line - start, one.code) for one in problems if one.code not in ignore]


def test_a_quiz_of_a_module_has_its_defaults():
    quiz, found = read("## Kuis\n\n" + question(1))

    assert found == []
    assert (quiz.title, quiz.intro, quiz.pass_mark, quiz.attempts) == ("", "", 7000, None)
    assert (quiz.wait, quiz.time_limit, quiz.draw) == (timedelta(0), None, Draw())
    assert (quiz.shuffle_items, quiz.shuffle_choices) == (True, True)
    assert (quiz.show_key, quiz.score_rule) == (ShowKey.AFTER_PASSING, ScoreRule.BEST)


def test_a_pretest_has_one_attempt_and_never_shows_its_key():
    quiz, _ = read("## Kuis\n\n" + question(1), name="pretes.md")

    assert (quiz.attempts, quiz.show_key) == (1, ShowKey.NEVER)


def test_a_pretest_may_say_otherwise():
    quiz, _ = read(
        "## Kuis\n\n- Kesempatan: bebas\n- Tampilkan kunci: langsung\n\n" + question(1), name="pretes.md"
    )

    assert (quiz.attempts, quiz.show_key) == (None, ShowKey.WITH_RESULT)


def test_the_pass_mark_of_the_course_is_the_default():
    document, _ = parse_module("01-a.md", MODULE + "## Kuis\n\n" + question(1), pass_mark=8050)

    assert document.quiz.pass_mark == 8050


def test_settings_are_read_in_both_languages():
    indonesian, found = read(
        "## Kuis: Dasar\n\nBaca dulu.\n\n- Lulus: 66,67%\n- Kesempatan: 3\n- Jeda: 2 jam\n- Waktu: 20 menit\n"
        "- Ambil: 2 soal\n- Ambil: 1 dari harga\n- Acak soal: tidak\n- Acak pilihan: tidak\n"
        "- Tampilkan kunci: setelah kesempatan habis\n- Nilai diambil: terakhir\n\n"
        + question(1, "- Kelompok: harga\n")
        + question(2)
    )
    english, also = read(
        "## Quiz: Dasar\n\nBaca dulu.\n\n- Pass: 66,67\n- Attempts: 3\n- Wait: 2 hours\n- Time: 20 minutes\n"
        "- Draw: 2 questions\n- Draw: 1 of harga\n- Shuffle questions: no\n- Shuffle options: no\n"
        "- Show key: after last attempt\n- Score: last\n\n" + question(1, "- Group: harga\n") + question(2)
    )

    assert (found, also) == ([], [])
    assert indonesian == english
    assert indonesian.pass_mark == 6667
    assert indonesian.draw == Draw(2, (DrawPart(1, "harga"),))
    assert indonesian.wait == timedelta(hours=2)
    assert (indonesian.title, indonesian.intro) == ("Dasar", "Baca dulu.")


TABLE = {
    "settings only": ("## Kuis\n\n- Lulus: 80%\n", [(1, "K92a")]),
    "unknown setting": ("## Kuis\n\n- Lullus: 80%\n\n" + question(1), [(3, "K50")]),
    "content among the settings": ("## Kuis\n\n- ini isi\n\n" + question(1), [(3, "K50")]),
    "boxes without a heading": ("## Kuis\n\n- [x] A\n- [ ] B\n", [(3, "K50")]),
    "setting of a question": ("## Kuis\n\n- Tag: a\n\n" + question(1), [(3, "K54b")]),
    "setting twice": ("## Kuis\n\n- Lulus: 80%\n- Pass: 70%\n\n" + question(1), [(4, "K51")]),
    "total twice": ("## Kuis\n\n- Ambil: 1 soal\n- Ambil: 1\n\n" + question(1), [(4, "K51")]),
    "line under a setting": ("## Kuis\n\n- Lulus: 80%\nlagi\n\n" + question(1), [(4, "K110")]),
    "id of the quiz": ("## Kuis\n<!-- id: q-bbbbbb -->\n\n" + question(1), [(2, "K81")]),
    "unknown comment": ("## Kuis\n<!-- nanti -->\n\n" + question(1), [(2, "K96d")]),
    "group that is not there": ("## Kuis\n\n- Ambil: 1 dari lain\n\n" + question(1), [(3, "K92c")]),
    "group asked twice": (
        "## Kuis\n\n- Ambil: 1 dari g\n- Ambil: 1 dari g\n\n" + question(1, "- Kelompok: g\n") + question(2),
        [(4, "K92c")],
    ),
    "a draw that cannot pass": (
        "## Kuis\n\n- Lulus: 70%\n- Ambil: 1 soal\n\n"
        + question(1)
        + question(2, body="- Jawaban: a {50%}\n"),
        [(3, "K93")],
    ),
    "a group that cannot pass": (
        "## Kuis\n\n- Ambil: 1 dari g\n\n"
        + question(1, "- Kelompok: g\n", "- Jawaban angka: 5 {50%}\n")
        + question(2, "- Kelompok: g\n"),
        [(1, "K93")],
    ),
    "all together pass": (
        "## Kuis\n\n- Lulus: 70%\n\n" + question(1) + question(2, body="- Jawaban: a {50%}\n"),
        [],
    ),
    "nothing to earn": ("## Kuis\n\n" + question(1, "- Nilai: 0\n"), []),
    "second quiz": ("## Kuis\n\n" + question(1) + "## Quiz: Dua\n\n" + question(2), [(11, "K103")]),
    "lesson after the quiz": ("## Kuis\n\n" + question(1) + "## Lanjutan\n\nTeks.\n", [(11, "K90b")]),
    "title without colon": ("## Kuis Dasar\n\n" + question(1), [(1, "K90g")]),
    "heading of another level": ("# Kuis\n\n" + question(1), [(1, "K90g")]),
    "quiz glued": ("##Kuis: A\n\n" + question(1), [(1, "K90a")]),
    "question glued": ("## Kuis\n\n" + question(1).replace("### ", "###"), [(3, "K90a")]),
    "other heading glued": ("## Kuis\n\n" + question(1) + "##Lain\n", [(11, "K90a")]),
    "space before the colon": ("## Kuis : A\n\n" + question(1), []),
    "titles without numbers": ("## Kuis\n\n" + question(1).replace("Soal 1", "Harga 2026") + question(1), []),
    "excused question": (
        "## Kuis\n\n<!-- abaikan: K99 -->\n" + question(1).replace("Apa?", "Tidak boleh kecuali perlu."),
        [],
    ),
    "excused next question only": (
        "## Kuis\n\n<!-- abaikan: K35, K99 alasan -->\n<!-- catatan: a -->\n"
        + question(2)
        + question(3).replace("Apa?", "Tidak boleh kecuali perlu."),
        [(16, "K99a")],
    ),
    "footnote of the lesson": ("Teks.[^1]\n\n[^1]: C.\n\n## Kuis\n\n" + question(1), []),
}


@pytest.mark.parametrize("name", TABLE)
def test_each_form_of_a_quiz_gives_its_problems(name):
    text, expected = TABLE[name]

    _, found = read(text)

    assert [one for one in found if one[1] != "K80"] == expected


@pytest.mark.parametrize(
    ("setting", "allowed"),
    [
        ("Lulus: 120%", False), ("Lulus: 0%", True), ("Lulus: 70,5%", True), ("Lulus: tinggi", False),
        ("Kesempatan: 0", False), ("Kesempatan: free", True), ("Jeda: 0 menit", False), ("Jeda: 1 hari", True),
        ("Jeda: 400 hari", False), ("Waktu: lama", False), ("Waktu: 20 detik", False), ("Ambil: semua", False),
        ("Ambil: 0 soal", False), ("Ambil: 0 dari g", False), ("Ambil: 1", True), ("Acak soal: mungkin", False),
        ("Tampilkan kunci: nanti", False), ("Tampilkan kunci: no", True), ("Nilai diambil: rata-rata", False),
        ("Acak pilihan: mungkin", False),
    ],
)  # fmt: skip
def test_values_of_settings_are_checked(setting, allowed):
    _, found = read(f"## Kuis\n\n- {setting}\n\n{question(1)}")

    assert found == ([] if allowed else [(3, "K52")])


def many(count: int, *, body: str, settings: str = "") -> str:
    return f"## Kuis\n\n{settings}" + "".join(question(number, body=body) for number in range(1, count + 1))


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        (many(5, body="- [x] jawaban panjang\n- [ ] B\n"), ["K97a"]),
        (many(4, body="- [x] jawaban panjang\n- [ ] B\n"), []),
        (many(5, body="- [x] sama\n- [ ] juga\n", settings="- Acak pilihan: tidak\n\n"), ["K97b"]),
        (many(5, body="- [x] sama\n- [ ] juga\n"), []),
        (many(5, body="- [x] Benar\n- [ ] Salah\n"), []),
        (many(5, body="- [x] satu\n- [x] dua lagi\n- [ ] B\n- Jenis: pilih semua\n"), []),
    ],
)
def test_a_form_that_gives_the_key_away_is_warned_about(text, codes):
    _, found = read(text)

    assert [code for _, code in found] == codes


def test_a_test_without_a_quiz_is_a_problem():
    _, problems = parse_module("postes.md", TEST + "Teks.\n")

    assert [(found.line, found.code) for found in problems] == [(1, "K92a")]


def test_wrong_options_of_a_pretest_need_no_feedback():
    body = "- [x] A\n- [ ] B\n  > b\n- [ ] C\n"

    _, counted = read("## Kuis\n\n" + question(1, body=body), name="postes.md")
    _, uncounted = read("## Kuis\n\n" + question(1, body=body), name="pretes.md")

    assert [code for _, code in counted] == ["K23"]
    assert uncounted == []


def test_after_a_fence_that_never_closes_nothing_more_is_reported():
    text = (
        "## Kuis\n\n" + question(1, body="- [x] A\n- [ ]\n") + question(2, body="```\n- [ ] B\n") + "- [ ]\n"
    )

    _, found = read(text)

    assert found == [(9, "K05"), (16, "K112a")]


def test_an_open_comment_in_a_line_hides_what_follows():
    _, found = read("## Kuis\n\n" + question(1, body="- [x] A <!-- catatan\n- [ ]\n"))

    assert found == [(8, "K112b")]


def test_lines_survive_crlf_and_front_matter():
    text = MODULE + "## Kuis\n\n" + question(1, body="- [x] A\n- [ ]\n")

    _, unix = parse_module("01-a.md", canonical(text))
    _, windows = parse_module("01-a.md", canonical(text).replace("\n", "\r\n"))

    expected = [(found.line, found.code) for found in unix]
    assert [(found.line, found.code) for found in windows if found.code != "K100d"] == expected
