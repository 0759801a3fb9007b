"""The grammar of a question, row by row: what is right, what is a near miss, and what each becomes."""

from __future__ import annotations

from decimal import Decimal

import pytest

from elearn.content.items import (
    POINT,
    ChoiceItem,
    EssayItem,
    ItemType,
    Marking,
    MatchItem,
    NumberItem,
    OrderItem,
    TextItem,
)
from elearn.content.parser import parse_module

FRONT = """---
judul: Modul
tujuan: [halal]
sumber: [{judul: Aturan}]
diperiksa: 2026-11-01
periksa lagi: 2027-05-01
---

## Bagian satu

Teks.

## Kuis

### Soal 1
<!-- id: q-aaaaaa -->

"""
FIRST = FRONT.count("\n") + 1


def read(body: str, *, ignore: tuple[str, ...] = ("K94b",)):
    """Read the question *body*; return its item and the problems, with lines counted from the body."""
    document, problems = parse_module("01-modul.md", FRONT + body)
    items = document.quiz.items
    found = [(one.line - FIRST + 1, one.code) for one in problems if one.code not in ignore]
    return (items[0] if items else None), found


def fix_of(body: str, code: str):
    _, problems = parse_module("01-modul.md", FRONT + body)
    return next(found.fix for found in problems if found.code == code)


BOXES = "- [x] Tempe\n- [ ] Arak\n"

#: body → codes with the line in the body (the heading is line -2).
TABLE = {
    # What cmark-gfm makes of near misses
    "blank line before a setting": ("Apa?\n\n- [x] A\n- [ ] B\n\n- Nilai: 2\n", []),
    "content list, then options": ("Apa?\n\n- satu\n- dua\n\n" + BOXES, [(3, "K10")]),
    "content list, sentence, options": ("Apa?\n\n- satu\n- dua\n\nPilih.\n\n" + BOXES, []),
    "quote at column 0": ("Apa?\n\n- [ ] A\n> salah\n- [x] B\n", [(4, "K21")]),
    "quote at column 1": ("Apa?\n\n- [ ] A\n > salah\n- [x] B\n", [(4, "K21")]),
    "quote at column 0 after a blank line": ("Apa?\n\n- [ ] A\n\n> salah\n\n- [x] B\n", [(5, "K21")]),
    "feedback at the text": ("Apa?\n\n- [ ] A\n  > salah\n- [x] B\n", []),
    "feedback three further": ("Apa?\n\n- [ ] A\n     > salah\n- [x] B\n", []),
    "feedback four further": ("Apa?\n\n- [ ] A\n      > salah\n- [x] B\n", [(4, "K22")]),
    "feedback four further after a blank line": ("Apa?\n\n- [ ] A\n\n      > x\n- [x] B\n", [(5, "K22")]),
    "feedback after a blank line": ("Apa?\n\n- [ ] A\n\n  > salah\n- [x] B\n", []),
    "feedback under a wide mark": ("Apa?\n\n-   [ ] A\n    > salah\n-   [x] B\n", []),
    "line under an option": ("Apa?\n\n- [x] A\n- [ ] B\nlagi\n", [(5, "K110")]),
    "explanation under an option": ("Apa?\n\n- [x] A\n- [ ] B\n**Pembahasan:** x\n", [(5, "K110")]),
    "explanation inside an option": ("Apa?\n\n- [x] A\n- [ ] B\n  **Pembahasan:** x\n", [(5, "K110")]),
    "explanation inside an option, apart": ("Apa?\n\n- [x] A\n- [ ] B\n\n  Pembahasan: x\n", [(6, "K110")]),
    "line under feedback": ("Apa?\n\n- [ ] A\n  > salah\nlagi\n- [x] B\n", [(5, "K110")]),
    "line under a setting": ("Apa?\n\n- [x] A\n- [ ] B\n- Nilai: 2\nlagi\n", [(6, "K110")]),
    "indented line goes on": ("Apa?\n\n- [x] A\n  lagi\n- [ ] B\n", []),
    "numbered boxes": ("Apa?\n\n1. [x] A\n2. [ ] B\n", [(3, "K111")]),
    "box inside an option": ("Apa?\n\n- [x] A\n  - [ ] B\n- [ ] C\n", [(4, "K111")]),
    "item inside an option": ("Apa?\n\n- [x] A\n  - B\n- [ ] C\n", [(4, "K10")]),
    "empty box": ("Apa?\n\n- [x] A\n- [] B\n", [(4, "K11")]),
    "space in the box": ("Apa?\n\n- [x ] A\n- [ ] B\n", [(3, "K11")]),
    "no space after the box": ("Apa?\n\n- [x]A\n- [ ] B\n", [(3, "K11")]),
    "parentheses": ("Apa?\n\n- (x) A\n- [ ] B\n", [(3, "K11")]),
    "another letter": ("Apa?\n\n- [v] A\n- [ ] B\n", [(3, "K11")]),
    "a tick": ("Apa?\n\n- [✓] A\n- [ ] B\n", [(3, "K11")]),
    "an odd sign": ("Apa?\n\n- [*] A\n- [x] B\n", [(3, "K11")]),
    "every box malformed": ("Apa?\n\n- [v] A\n- [] B\n", [(3, "K11"), (4, "K11")]),
    "no space after the dash": ("Apa?\n\n-[x] A\n-[ ] B\n", [(3, "K12"), (4, "K12")]),
    "no space in one of two": ("Apa?\n\n- [x] A\n-[ ] B\n", [(4, "K12")]),
    "letters": ("Apa?\n\na. NIB\nb. KTP\n", [(3, "K13")]),
    "capital letters": ("Apa?\n\nA) NIB\nB) KTP\nC) SIM\n", [(3, "K13")]),
    "letters apart": ("Apa?\n\na. NIB\n\nb. KTP\n", [(3, "K13")]),
    "letters in a prompt with boxes": ("Pilih:\n\na. NIB\nb. KTP\n\n- [x] a\n- [ ] b\n", []),
    "one letter is text": ("Apa?\n\na. NIB\n\n" + BOXES, []),
    "box without text": ("Apa?\n\n- [x] A\n- [ ] \n", [(4, "K05")]),
    "number after a text line": ("Urutkan\n2. B\n3. C\n", [(2, "K61")]),
    "two kinds of mark": ("Apa?\n\n- [x] A\n* [ ] B\n", []),
    "underlined": ("Apa\n---\n\nPilih.\n\n" + BOXES, [(2, "K91a")]),
    "answer outside a list": ("Apa?\n\nJawaban: teh\n\n- Jenis: isian\n", [(3, "K53")]),
    "bold answer outside a list": ("Apa?\n\n**Jawaban:** teh\n", [(3, "K53")]),
    "answer as a table": ("Apa?\n\nJawaban: a | b\n--- | ---\n", [(3, "K53")]),
    "no-break space in the box": ("Apa?\n\n- [\u00a0] A\n- [x] B\n", []),
    "no-break space after the box": ("Apa?\n\n- [x]\u00a0A\n- [ ] B\n", []),
    "setting right after a numbered list": ("U.\n\n1. A\n2. B\n3. C\n- Jenis: urutkan\n", [(6, "K109")]),
    "setting right after a table": ("P.\n\n|a|b|\n|-|-|\n|c|d|\n|e|f|\n- Jenis: jodohkan\n", [(7, "K109")]),
    # Where keys are keys
    "recipe before options": ("Resep:\n\n- Waktu: 2 jam\n- Nilai: gizi\n\nPilih.\n\n" + BOXES, []),
    "only settings before options": ("- Nilai: 2\n\nApa?\n\n" + BOXES, [(1, "K106")]),
    "settings with a quiz's key": ("- Nilai: 2\n- Waktu: 2 jam\n\nApa?\n\n" + BOXES, []),
    "settings that are none": ("- Nilai: tinggi\n\nApa?\n\n" + BOXES, []),
    "setting as first item of the options": ("Apa?\n\n- Nilai: 2\n- [x] A\n- [ ] B\n", [(3, "K106")]),
    "unknown key as first item": ("Apa?\n\n- Nlai: 2\n- [x] A\n- [ ] B\n", [(3, "K50")]),
    "explanation before options": ("Apa?\n\n**Pembahasan:** x\n\n" + BOXES, [(3, "K106")]),
    "quiz's key in a question": ("Apa?\n\n" + BOXES + "- Waktu: 2 menit\n", [(5, "K54a")]),
    "escaped key": ("Apa?\n\n" + BOXES + "- Waktu\\: lama\n", [(5, "K10")]),
    "near a key": ("Apa?\n\n" + BOXES + "- Tujan: halal\n", [(5, "K50")]),
    "far from every key": ("Apa?\n\n" + BOXES + "- Keterangan: x\n", [(5, "K10")]),
    "space before the colon": ("Apa?\n\n" + BOXES + "- Nilai : 2\n", []),
    "no space after the colon": ("Apa?\n\n" + BOXES + "- nilai:2\n", []),
    "English keys": ("Apa?\n\n" + BOXES + "- Type: single\n- Points: 2\n- Shuffle options: no\n", []),
    "unknown key for the only answer": ("Apa?\n\n- Jawban: teh\n", [(3, "K50")]),
    "unknown Jenis in the last list": ("Apa?\n\n- Jnis: uraian\n", [(3, "K50")]),
    "key twice": ("Apa?\n\n" + BOXES + "- Nilai: 1\n- points: 2\n", [(6, "K51")]),
    "explanation twice": ("Apa?\n\n" + BOXES + "\n**Pembahasan:** a\n\n**Pembahasan:** b\n", [(8, "K51")]),
    "content and setting in an essay": ("Apa?\n\n- satu\n- Jenis: uraian\n", [(3, "K10")]),
    "near key and setting in an essay": ("Apa?\n\n- Nlai: 2\n- Jenis: uraian\n", [(3, "K50")]),
    "settings in an explanation": ("Apa?\n\n" + BOXES + "\n**Pembahasan:** a\n\n- Nilai: 2\n", []),
    "list in an explanation": ("Apa?\n\n" + BOXES + "\n**Pembahasan:** a\n\n- satu\n- Nilai: 2\n", []),
    "misspelt setting in an explanation": (
        "Apa?\n\n" + BOXES + "\n**Pembahasan:** a\n\n- Nlai: 2\n",
        [(8, "K50")],
    ),
    "text after settings of an explanation": (
        "Apa?\n\n" + BOXES + "\n**Pembahasan:** a\n\n- Nilai: 2\n\nlagi\n",
        [(10, "K107")],
    ),
    # After the answer part
    "paragraph after the options": ("Apa?\n\n" + BOXES + "\nlagi\n", [(6, "K107")]),
    "table after the options": ("Apa?\n\n" + BOXES + "\n|a|b|\n|-|-|\n", [(6, "K107")]),
    "code after the options": ("Apa?\n\n" + BOXES + "\n```\nx\n```\n", [(6, "K107")]),
    "numbers after the options": ("Apa?\n\n" + BOXES + "\n1. a\n2. b\n", [(6, "K107")]),
    "quote after a setting": ("Apa?\n\n" + BOXES + "- Nilai: 2\n\n> a\n", [(7, "K107")]),
    "quote under a setting": ("Apa?\n\n" + BOXES + "- Nilai: 2\n  > a\n", [(6, "K107")]),
    "hint and more": ("Apa?\n\n" + BOXES + "\n**Petunjuk:** a\n\nlagi\n", [(8, "K107")]),
    "plain explanation": ("Apa?\n\n" + BOXES + "\nPembahasan: a\n", [(6, "K108")]),
    "colon outside the bold": ("Apa?\n\n" + BOXES + "\n**Pembahasan**: a\n", [(6, "K108")]),
    "explanation as an item": ("Apa?\n\n" + BOXES + "- Pembahasan: a\n", [(5, "K108")]),
    "hint and explanation in one paragraph": (
        "Apa?\n\n" + BOXES + "\n**Petunjuk:** a\n**Pembahasan:** b\n",
        [],
    ),
    "link definition at the end": ("Apa [a][b]?\n\n" + BOXES + "\n[b]: https://example.org\n", []),
    # Feedback before its option
    "quote right above": ("Apa?\n\n> a\n- [x] A\n- [ ] B\n", [(3, "K20")]),
    "quote with a blank line": ("Apa?\n\n> a\n\n- [x] A\n- [ ] B\n", []),
    # Type
    "two forms": ("Apa?\n\n" + BOXES + "- Jawaban: a\n", [(-2, "K30")]),
    "text and number": ("Apa?\n\n- Jawaban: a\n- Jawaban angka: 2\n", [(-2, "K30")]),
    "nothing": ("Apa?\n", [(-2, "K32")]),
    "numbers without Jenis": ("Apa?\n\n1. a\n2. b\n3. c\n", [(-2, "K32")]),
    "unknown Jenis": ("Apa?\n\n" + BOXES + "- Jenis: pilihan\n", [(5, "K31")]),
    "Jenis against the shape": ("Apa?\n\n" + BOXES + "- Jenis: uraian\n", [(5, "K34")]),
    "ordering without a list": ("Apa?\n\n- Jenis: urutkan\n", [(3, "K34")]),
    "matching without a table": ("Apa?\n\n- Jenis: jodohkan\n", [(3, "K34")]),
    "shape silences the number of options": ("Apa?\n\n- [x] A\n- B\n", [(4, "K10")]),
    "true and false both right": ("Apa?\n\n- [x] Benar\n- [x] Salah\n", [(-2, "K02")]),
    "only wrong answers": ("Apa?\n\n- Jawaban salah: teh\n", [(-2, "K32")]),
    # Ordering and matching
    "shuffling an ordering": (
        "U.\n\n1. A\n2. B\n3. C\n\n- Jenis: urutkan\n- Acak pilihan: tidak\n",
        [(8, "K52")],
    ),
    "steps that count": ("U.\n\n1. Hari 1\n2. Hari 2\n3. Hari 3\n\n- Jenis: urutkan\n", [(3, "K63")]),
    "row with one cell": ("P.\n\n|a|b|\n|-|-|\n|c|d|\n|e|f|\n|g|\n\n- Jenis: jodohkan\n", [(7, "K74")]),
    "second table": (
        "P.\n\n|a|b|\n|-|-|\n|c|d|\n|e|f|\n\n- Jenis: jodohkan\n\n|a|b|\n|-|-|\n",
        [(10, "K107")],
    ),
    # Numbers
    "decimal point": ("Apa?\n\n- Jawaban angka: 1.00\n", [(3, "K40")]),
    "tight range": ("Apa?\n\n- Jawaban angka: 10-15\n", [(3, "K40")]),
    "words": ("Apa?\n\n- Jawaban angka: lima\n", [(3, "K40")]),
    "negative tolerance": ("Apa?\n\n- Jawaban angka: 5 ± -1\n", [(3, "K41a")]),
    "percent above 100": ("Apa?\n\n- Jawaban angka: 5 ± 150%\n", [(3, "K41a")]),
    "weight above 100": ("Apa?\n\n- Jawaban angka: 5 {101%}\n", [(3, "K41b")]),
    "weight of a wrong answer": ("Apa?\n\n- Jawaban: teh\n- Jawaban salah: kopi {50%}\n", [(4, "K41b")]),
    "braces that are no weight": ("Apa?\n\n- Jawaban: teh {pahit}\n", []),
    "range turned about": ("Apa?\n\n- Jawaban angka: 9 .. 5\n", [(3, "K42")]),
    "percent sign in the answer": ("Apa?\n\n- Jawaban angka: 25%\n", [(3, "K45")]),
    "the question's unit": ("Apa?\n\n- Jawaban angka: 25 gram\n- Satuan: gram\n", [(3, "K45")]),
    "a unit and nonsense": ("Apa?\n\n- Jawaban angka: Rp lima\n", [(3, "K40")]),
    "ranges inside one another": ("Apa?\n\n- Jawaban angka: 5 ± 0\n- Jawaban angka: 1 – 9 {50%}\n", []),
    # Text
    "empty variant": ("Apa?\n\n- Jawaban: teh |\n", [(3, "K56")]),
    "escaped pipe": ("Apa?\n\n- Jawaban: a \\| b\n", []),
    "exact keeps case apart": ("Apa?\n\n- Jawaban: Teh | teh\n- Persis: ya\n", []),
    "answer inside a longer word": ("Disebut tempean.\n\n- Jawaban: tempe\n", []),
    "short answer in the prompt": ("NIB itu apa?\n\n- Jawaban: NIB\n", []),
    # Ids and comments
    "two ids": ("<!-- id: q-bbbbbb -->\n\nApa?\n\n" + BOXES, [(1, "K81")]),
    "unknown comment": ("<!-- nanti -->\n\nApa?\n\n" + BOXES, [(1, "K96d")]),
    "unknown comment in an option": ("Apa?\n\n- [x] A\n\n  <!-- nanti -->\n- [ ] B\n", [(5, "K96d")]),
    "note": ("<!-- catatan: cek lagi -->\n\nApa?\n\n" + BOXES, []),
    "excused block": ("<!-- abaikan: K99 contoh -->\nTidak boleh kecuali perlu.\n\n" + BOXES, []),
    "excused by letter": ("<!-- abaikan: K99a -->\nTidak boleh kecuali perlu.\n\n" + BOXES, []),
    "excused something else": (
        "<!-- abaikan: K99b -->\nTidak boleh kecuali perlu.\n\n" + BOXES,
        [(2, "K99a")],
    ),
    "excusing an error": ("Apa?\n\n<!-- abaikan: K05 -->\n- [x] A\n- [ ]\n", [(5, "K05")]),
    "excused list": ("Apa?\n\n<!-- abaikan: K23 -->\n- [x] A\n- [ ] B\n  > b\n- [ ] C\n", []),
    "unknown comment in a line": ("Apa? <!-- nanti -->\n\n" + BOXES, [(1, "K96d")]),
    "id in a line": ("Apa? <!-- id: q-bbbbbb -->\n\n" + BOXES, [(1, "K81")]),
    "note in a line": ("Apa? <!-- catatan: cek -->\n\n" + BOXES, []),
    "explanation in a table": (
        "P.\n\n|a|b|\n|-|-|\n|c|d|\n|e|f|\n**Pembahasan:** x\n\n- Jenis: jodohkan\n",
        [(7, "K109")],
    ),
    # Code is text
    "box in code": ("Tulis `- [x] A`.\n\n```\n- [ ] B\n## Kuis\n```\n\n" + BOXES, []),
    "html in code": ("Tulis `<b>`.\n\n" + BOXES, []),
    # Reading
    "short after a long sentence": (" ".join(["kata"] * 30) + ". Apa?\n\n" + BOXES, []),
    "sentence over two lines": (
        " ".join(["kata"] * 20) + "\n" + " ".join(["kata"] * 11) + "\n\n" + BOXES,
        [(1, "K99b")],
    ),
    "bukan tidak": ("Itu bukan tidak mungkin.\n\n" + BOXES, [(1, "K99a")]),
    "footnote in its prompt": ("Apa?[^1]\n\n[^1]: Catatan.\n\n" + BOXES, []),
    "footnote of another piece": ("Apa?[^1]\n\n[^1]: C.\n\n- [x] A\n- [ ] B[^1]\n", [(6, "K113a")]),
    "nowhere to reread": ("Apa?\n\n" + BOXES + "- Baca lagi:\n", [(5, "K52")]),
}


@pytest.mark.parametrize("name", TABLE)
def test_each_form_of_a_question_gives_its_problems(name):
    body, expected = TABLE[name]

    _, found = read(body)

    assert found == expected


@pytest.mark.parametrize(
    ("setting", "allowed"),
    [
        ("Nilai: 0", True), ("Nilai: 2,5", True), ("Nilai: 1.25", True), ("Nilai: 1,255", False), ("Nilai: -1", False),
        ("Penilaian: sebagian", True), ("Penilaian: setengah", False), ("Acak pilihan: mungkin", False),
        ("Tag: a, b", True), ("Tag: a,,b", False), ("Kelompok: harga", True), ("Kelompok: Harga Jual", False),
        ("Persis: ya", True), ("Persis: 1", False), ("Toleransi ketik: 2", True), ("Toleransi ketik: 3", False),
        ("Satuan: rupiah", True), ("Satuan:", False), ("Tujuan: Halal Sekali", False), ("Marking: exact", True),
    ],
)  # fmt: skip
def test_values_of_settings_are_checked(setting, allowed):
    _, found = read(f"Apa?\n\n{BOXES}- {setting}\n")

    assert found == ([] if allowed else [(5, "K52")])


def test_a_choice_keeps_text_key_and_feedback_of_each_option():
    item, _ = read(
        "Apa?\n\n- [x] Tempe\n  goreng\n  > Ya.\n  >\n  > Betul.\n- [ ] Arak\n\n  > Tidak.\n- Nilai: 2,5\n"
    )

    assert isinstance(item, ChoiceItem)
    assert item.type is ItemType.SINGLE
    assert [(c.text.text, c.right) for c in item.choices] == [("Tempe\ngoreng", True), ("Arak", False)]
    assert [c.feedback.text for c in item.choices] == ["Ya.\n\nBetul.", "Tidak."]
    assert [c.text.line - FIRST + 1 for c in item.choices] == [3, 8]
    assert item.max_points == POINT * 5 // 2


def test_feedback_that_is_not_indented_still_belongs_to_the_option_above():
    item, _ = read("Apa?\n\n- [x] Tempe\n> Ya.\n\n- [ ] Arak\n")

    assert item.choices[0].feedback.text == "Ya."


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("- [x] A\n- [ ] B\n", ItemType.SINGLE),
        ("- [x] A\n- [x] B\n- [ ] C\n", ItemType.MULTIPLE),
        ("- [x] A\n- [ ] B\n- Jenis: pilih semua\n", ItemType.MULTIPLE),
        ("- [x] Ya\n- [ ] Tidak\n", ItemType.TRUE_FALSE),
        ("- [ ] Benar.\n- [x] salah\n", ItemType.TRUE_FALSE),
        ("- [x] Ya\n- [ ] Tidak\n- Jenis: pilih satu\n", ItemType.SINGLE),
        ("- [x] Ya\n- [ ] Tidak\n- [ ] Mungkin\n", ItemType.SINGLE),
        ("- Jawaban: teh\n", ItemType.TEXT),
        ("- Answer: teh\n- Wrong answer: kopi\n", ItemType.TEXT),
        ("- Jawaban angka: 5\n", ItemType.NUMBER),
        ("1. a\n2. b\n3. c\n\n- Jenis: urutkan\n", ItemType.ORDER),
        ("1. a\n2. b\n3. c\n\n**Pembahasan:** x\n\n- Type: order\n", ItemType.ORDER),
        ("|a|b|\n|-|-|\n|c|d|\n|e|f|\n\n- Jenis: jodohkan\n", ItemType.MATCH),
        ("- Jenis: uraian\n", ItemType.ESSAY),
        ("- satu\n\nCeritakan.\n\n- Jenis: uraian\n", ItemType.ESSAY),
    ],
)
def test_the_type_is_decided_in_its_order(body, kind):
    item, _ = read(f"Apa?\n\n{body}")

    assert item.type is kind


@pytest.mark.parametrize(
    ("options", "quiz", "shuffles"),
    [
        ("- [x] A\n- [ ] B\n", True, True),
        ("- [x] A\n- [ ] B\n", False, False),
        ("- [x] A\n- [ ] B\n- Acak pilihan: tidak\n", True, False),
        ("- [x] A\n- [ ] B\n- Acak pilihan: ya\n", False, True),
        ("- [x] Benar\n- [ ] Salah\n- Acak pilihan: ya\n", True, False),
        ("- [ ] A\n- [x] Semua benar\n", True, False),
        ("- [x] A\n- [ ] Tidak ada yang benar\n", True, False),
        ("- [x] A\n- [ ] Semua jawaban di atas benar\n", True, False),
    ],
)
def test_the_shuffling_of_options_is_settled_by_the_parser(options, quiz, shuffles):
    text = FRONT + "Apa?\n\n" + options
    if not quiz:
        text = text.replace("## Kuis\n", "## Kuis\n\n- Acak pilihan: tidak\n")

    document, _ = parse_module("01-modul.md", text)

    assert document.quiz.items[0].shuffle is shuffles


def test_a_text_item_keeps_rows_weights_and_feedback():
    item, _ = read(
        "Apa?\n\n- Jawaban: teh | es \\| teh\n  > Ya.\n- Jawaban: kopi {50%}\n- Jawaban salah: air\n- Toleransi ketik: 1\n"
    )

    assert isinstance(item, TextItem)
    assert [(v.text, v.weight, v.row) for v in item.variants] == [
        ("teh", 100, 0), ("es | teh", 100, 0), ("kopi", 50, 1), ("air", 0, 2),
    ]  # fmt: skip
    assert item.variants[1].feedback.text == "Ya."
    assert item.typos == 1


@pytest.mark.parametrize(
    ("written", "low", "high"),
    [
        ("5.000 ± 5%", "4750", "5250"), ("3,14 +- 0,01", "3.13", "3.15"), ("10 - 15", "10", "15"),
        ("10–15", "10", "15"), ("10..15", "10", "15"), ("-5", "-5", "-5"), ("230000", "230000", "230000"),
    ],
)  # fmt: skip
def test_numbers_are_read_the_indonesian_way(written, low, high):
    item, _ = read(f"Apa?\n\n- Jawaban angka: {written} {{50%}}\n")

    assert isinstance(item, NumberItem)
    assert (item.ranges[0].low, item.ranges[0].high) == (Decimal(low), Decimal(high))
    assert item.ranges[0].weight == 50


def test_ordering_and_matching_keep_the_order_of_the_source():
    order, _ = read("Apa?\n\n1. a\n2. b\n   lagi\n3. c\n\n- Jenis: urutkan\n")
    match, _ = read("Apa?\n\n|x|y|\n|-|-|\n|a|1|\n|b|2 \\| 3|\n||4|\n\n- Jenis: jodohkan\n")

    assert isinstance(order, OrderItem)
    assert [step.text for step in order.steps] == ["a", "b\nlagi", "c"]
    assert isinstance(match, MatchItem)
    assert [left.text for left in match.lefts] == ["a", "b"]
    assert [right.text for right in match.rights] == ["1", "2 | 3", "4"]
    assert match.heads == ("x", "y")


def test_prompt_hint_explanation_and_settings_find_their_places():
    item, found = read(
        "Baca ini:\n\n- satu\n- dua\n\nLalu?\n\n- Jenis: uraian\n- Nilai: 0\n- Penilaian: sebagian\n- Tag: a, b\n"
        "- Kelompok: g\n- Tujuan: halal\n- Baca lagi: #bagian-satu\n\n**Petunjuk:** Ingat.\n\n"
        "**Pembahasan:** Karena\n\n- ini\n- itu\n\ndan lagi.\n"
    )

    assert found == []
    assert isinstance(item, EssayItem)
    assert item.prompt.text == "Baca ini:\n\n- satu\n- dua\n\nLalu?"
    assert item.hint.text == "Ingat."
    assert item.explanation.text == "Karena\n\n- ini\n- itu\n\ndan lagi."
    assert (item.max_points, item.marking, item.tags) == (0, Marking.PARTIAL, ("a", "b"))
    assert (item.group, item.objective, item.reread) == ("g", "halal", "#bagian-satu")


def test_comments_do_not_show_in_the_prompt():
    item, _ = read("Apa\n\n<!-- catatan: a\nb -->\n\nlagi?\n\n" + BOXES)

    assert "catatan" not in item.prompt.text
    assert item.prompt.text.startswith("Apa\n")
    assert item.prompt.text.endswith("lagi?")


@pytest.mark.parametrize(
    ("body", "code", "after"),
    [
        ("Apa?\n\n- [x] A\n- ( ) B\n", "K11", "- [ ] B"),
        ("Apa?\n\n- [✓] A\n- [ ] B\n", "K11", "- [x] A"),
        ("Apa?\n\n- [x] A\n-[ ] B\n", "K12", "- [ ] B"),
        ("Apa?\n\na. A\nb. B\n", "K13", "- [ ] A\n- [ ] B"),
        ("Apa?\n\n- a\n\n- [x] A\n- [ ] B\n", "K10", "Pilih jawaban Anda.\n\n- [x] A"),
        ("Apa?\n\n- [x] A\n> ya\n> betul\n\n- [ ] B\n", "K21", "  > ya\n  > betul"),
        ("Apa?\n\n- [x] A\n      > ya\n- [ ] B\n", "K22", "  > ya"),
        ("Apa?\n\n- [x] A\n- [ ] B\n- Nlai: 2\n", "K50", "- Nilai: 2"),
        ("Apa?\n\n- [x] A\n- [ ] B\n- Jenis: plih satu\n", "K31", "- Jenis: pilih satu"),
        ("Apa?\n\nJawaban angka: 2\n", "K53", "- Jawaban angka: 2"),
        ("Apa?\n\n- Jawaban angka: 3.5\n", "K40", "- Jawaban angka: 3,5"),
        ("Apa?\n\n- Jawaban angka: 10-15\n", "K40", "- Jawaban angka: 10 – 15"),
        ("Apa?\n\n- Jawaban angka: 9 – 5 {50%}\n", "K42", "- Jawaban angka: 5 – 9 {50%}"),
        ("Apa?\n\n- Jawaban angka: Rp 5.000\n", "K45", "- Jawaban angka: 5.000"),
        ("Apa?\n\n- [x] A\n- [ ] B\n\n__Pembahasan:__ a\n", "K108", "**Pembahasan:** a"),
        ("Apa?\n\n- [x] A\n- [ ] B\n- Pembahasan: a\n", "K108", "\n**Pembahasan:** a"),
        ("U.\n\n1. A\n2. B\n3. C\n- Jenis: urutkan\n", "K109", "\n- Jenis: urutkan"),
    ],
)
def test_what_is_safe_to_mend_has_a_fix(body, code, after):
    assert fix_of(body, code).after == after


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("Apa?\n\n- [*] A\n- [x] B\n", "K11"),
        ("Apa?\n\na. A\n\nb. B\n", "K13"),
        ("Apa?\n\n- Jawaban angka: 1.2.3\n", "K40"),
        ("Apa?\n\n- Jawaban angka: lima\n", "K40"),
        ("Apa?\n\n- [x] A\n- [ ] B\n- Jenis: dongeng\n", "K31"),
    ],
)
def test_what_is_not_safe_to_mend_has_none(body, code):
    assert fix_of(body, code) is None
