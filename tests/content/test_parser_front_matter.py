"""Front matter, key by key: what is allowed, what is refused and at which line."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from elearn.content.documents import CompletionRule, Order, Source
from elearn.content.parser import parse_course_page, parse_module

TODAY = date(2026, 11, 25)
FRESH = ("K123a", "K123b", "K123d")


def module(front: str, body: str = "Teks.\n", *, today=TODAY, ignore=FRESH):
    document, problems = parse_module("01-a.md", f"---\n{front}---\n\n{body}", today=today)
    return document, [(found.line, found.code) for found in problems if found.code not in ignore]


def page(front: str):
    document, problems = parse_course_page(f"---\n{front}---\n\nTeks.\n", slug="kursus-a")
    return document, [(found.line, found.code) for found in problems]


GOOD = "judul: A\ntujuan: [a]\n"
PAGE = "judul: A\nringkasan: B.\ntujuan: {a: B.}\n"

MODULE_TABLE = {
    "least": (GOOD, []),
    "English": ("title: A\nobjectives: [a]\nrequired: no\n", []),
    "no title": ("tujuan: [a]\n", [(1, "K101i")]),
    "empty title": ("judul:\ntujuan: [a]\n", [(2, "K101i")]),
    "no objectives": ("judul: A\n", [(1, "K101i")]),
    "empty objectives": ("judul: A\ntujuan: []\n", [(3, "K101i")]),
    "objectives as a word": ("judul: A\ntujuan: a\n", [(3, "K101j")]),
    "objective that is no slug": ("judul: A\ntujuan: [A B]\n", [(3, "K101j")]),
    "objective that is a mapping": ("judul: A\ntujuan:\n  - a: b\n", [(4, "K101j")]),
    "title as a list": ("judul: [A]\ntujuan: [a]\n", [(2, "K101j")]),
    "title that YAML takes for a truth value": ("judul: No\ntujuan: [a]\n", []),
    "minutes with a zero": (GOOD + "menit: 010\n", []),
    "minutes in words": (GOOD + "menit: lima\n", [(4, "K101j")]),
    "no minutes": (GOOD + "menit: 0\n", [(4, "K101j")]),
    "required": (GOOD + "wajib: mungkin\n", [(4, "K101j")]),
    "completion without a quiz": (GOOD + "selesai: kuis\n", [(4, "K101j")]),
    "completion that is none": (GOOD + "selesai: lulus\n", [(4, "K101j")]),
    "date": (GOOD + "diperiksa: 23-11-2026\n", [(4, "K101j")]),
    "day that is none": (GOOD + "diperiksa: 2026-02-30\n", [(4, "K101j")]),
    "sources as a word": (GOOD + "sumber: UU\n", [(4, "K101j")]),
    "source as a word": (GOOD + "sumber:\n  - UU\n", [(5, "K101j")]),
    "source without a title": (GOOD + "sumber:\n  - pasal: 1\n", [(5, "K101i")]),
    "source with an unknown key": (GOOD + "sumber:\n  - judul: A\n    halaman: 1\n", [(6, "K101h")]),
    "address of a source": (GOOD + "sumber:\n  - judul: A\n    alamat: www.a.id\n", [(6, "K101j")]),
    "date of a source": (GOOD + "sumber:\n  - judul: A\n    tanggal: kemarin\n", [(6, "K101j")]),
    "unknown key": (GOOD + "pengarang: A\n", [(4, "K101h")]),
    "key twice": (GOOD + "judul: B\n", [(4, "K101g")]),
    "key in both languages": (GOOD + "title: B\n", [(4, "K101g")]),
    "anchor": (GOOD + "perubahan: &a b\n", [(4, "K101f")]),
    "alias": (GOOD + "perubahan: *a\n", [(4, "K101f")]),
    "tag": (GOOD + "perubahan: !!str b\n", [(4, "K101f")]),
    "colon": (GOOD + "perubahan: Baru: harga\n", [(4, "K101e")]),
    "colon at the end": (GOOD + "perubahan: Baru:\n", [(4, "K101e")]),
    "quoted colon": (GOOD + 'perubahan: "Baru: harga"\n', []),
    "open quote": (GOOD + 'perubahan: "Baru\n', [(5, "K101d")]),
    "tab": ("judul:\tA\ntujuan: [a]\n", []),
    "a word": ("judul\n", [(2, "K101c")]),
    "key that is a list": ("? [a]\n: b\n", [(2, "K101c")]),
    "two documents": ("judul: A\n--- b\n", [(3, "K101d")]),
    "deep": ("judul: " + "[" * 40 + "\n", [(2, "K101d")]),
    "deep without brackets": ("- " * 20 + "a\n", [(2, "K101d")]),
    "nothing": ("", [(1, "K101i"), (1, "K101i")]),
    "typographic quotes": ("judul: “A”\ntujuan: [a]\n", [(2, "K100g")]),
    "one typographic quote": ("judul: “A” dan B\ntujuan: [a]\n", []),
    "checked tomorrow": (GOOD + "diperiksa: 2026-11-26\n", [(4, "K123c")]),
    "to be checked yesterday": (GOOD + "periksa lagi: 2026-11-24\n", [(4, "K123e")]),
    "to be checked today": (GOOD + "periksa lagi: 2026-11-25\n", []),
}


@pytest.mark.parametrize("name", MODULE_TABLE)
def test_each_form_of_a_module_s_front_matter_gives_its_problems(name):
    front, expected = MODULE_TABLE[name]

    _, found = module(front)

    assert found == expected


PAGE_TABLE = {
    "least": (PAGE, []),
    "no summary": ("judul: A\ntujuan: {a: B.}\n", [(1, "K101i")]),
    "no objectives": ("judul: A\nringkasan: B.\n", [(1, "K101i")]),
    "no objectives and no certificate": ("judul: A\nringkasan: B.\nsertifikat: tidak\n", []),
    "objectives as a list": ("judul: A\nringkasan: B.\ntujuan: [a]\n", [(4, "K101j")]),
    "objective that is no slug": ("judul: A\nringkasan: B.\ntujuan: {A B: C.}\n", [(4, "K101j")]),
    "objective without a sentence": ("judul: A\nringkasan: B.\ntujuan:\n  a:\n", [(5, "K101j")]),
    "level": (PAGE + "tingkat: sulit\n", [(5, "K101j")]),
    "category": (PAGE + "kategori: Dapur Bersih\n", [(5, "K101j")]),
    "language": (PAGE + "bahasa: Indonesia\n", [(5, "K101j")]),
    "hours": (PAGE + "jam pelajaran: banyak\n", [(5, "K101j")]),
    "code": (PAGE + "kode: halal\n", [(5, "K101j")]),
    "long code": (PAGE + "kode: ABCDEFGHIJKLM\n", [(5, "K101j")]),
    "order": (PAGE + "urutan: acak\n", [(5, "K101j")]),
    "pass mark": (PAGE + "lulus: 120%\n", [(5, "K101j")]),
    "pass mark as a list": (PAGE + "lulus: [70]\n", [(5, "K101j")]),
    "certificate": (PAGE + "sertifikat: mungkin\n", [(5, "K101j")]),
    "end of the certificate": (PAGE + "sertifikat: {berlaku: lama}\n", [(5, "K101j")]),
    "no months": (PAGE + "sertifikat: {berlaku: 0 bulan}\n", [(5, "K101j")]),
    "unknown key of the certificate": (PAGE + "sertifikat: {terbitt: ya}\n", [(5, "K101h")]),
    "prerequisites": (PAGE + "prasyarat: [A]\n", [(5, "K101j")]),
    "trainers": (PAGE + "pengajar:\n  - Budi: pelatih\n", [(6, "K101j")]),
}


@pytest.mark.parametrize("name", PAGE_TABLE)
def test_each_form_of_a_course_s_front_matter_gives_its_problems(name):
    front, expected = PAGE_TABLE[name]

    _, found = page(front)

    assert found == expected


def test_every_key_of_a_course_is_read():
    document, found = page(
        "title: A\nsummary: B.\naudience: C\nlevel: advanced\ncategory: makanan\nlanguage: en\nhours: 2,5\n"
        "code: HAL-1\nobjectives:\n  a: 'D.'\nprerequisites: [kursus-b]\norder: sequential\npass mark: 80%\n"
        "certificate: {issued: yes, valid: 24 months}\nimage: media/a.png\ntrainers: [Bu Sari]\n"
    )

    assert found == []
    assert (document.title, document.summary, document.audience, document.level) == ("A", "B.", "C", "lanjut")
    assert (document.category, document.language, document.hours) == ("makanan", "en", Decimal("2.5"))
    assert (document.code, dict(document.objectives), document.prerequisites) == (
        "HAL-1",
        {"a": "D."},
        ("kursus-b",),
    )
    assert (document.order, document.pass_mark, document.certificate) == (Order.SEQUENTIAL, 8000, True)
    assert (document.valid_months, document.image, document.trainers) == (24, "media/a.png", ("Bu Sari",))


def test_a_course_has_its_defaults():
    document, _ = page(PAGE)

    assert (document.code, document.language, document.order) == ("KURSUS-A", "id", Order.FREE)
    assert (document.pass_mark, document.certificate, document.valid_months) == (7000, True, None)
    assert document.hours is None


def test_every_key_of_a_module_is_read():
    document, found = module(
        "judul: A\nmenit: 010\ntujuan: [a, b]\nwajib: tidak\nselesai: dibaca\nsumber:\n  - judul: UU\n    pasal: 1\n"
        "    alamat: https://a.id\n    tanggal: 2024-10-17\ndiperiksa: 2026-11-23\nperiksa lagi: 2027-05-23\n"
        "perubahan: Harga baru.\n",
        ignore=(),
    )

    assert found == []
    assert (document.minutes, document.objectives, document.required) == (10, ("a", "b"), False)
    assert document.sources == (Source("UU", "1", "https://a.id", "2024-10-17"),)
    assert (document.checked_on, document.review_on) == (date(2026, 11, 23), date(2027, 5, 23))
    assert document.change_note == "Harga baru."


@pytest.mark.parametrize(
    ("written", "with_quiz", "rule"),
    [
        ("", False, CompletionRule.READ), ("", True, CompletionRule.QUIZ),
        ("selesai: read\n", True, CompletionRule.READ), ("selesai: dibaca dan kuis\n", True, CompletionRule.READ_AND_QUIZ),
        ("selesai: kuis\n", False, CompletionRule.READ),
    ],
)  # fmt: skip
def test_what_completes_a_module(written, with_quiz, rule):
    body = "## Kuis\n\n### Soal 1\n\nApa?\n\n- [x] A\n- [ ] B\n" if with_quiz else "Teks.\n"

    document, _ = module(GOOD + written, body)

    assert document.completion is rule


def test_without_a_day_nothing_is_said_about_dates_to_come():
    _, found = module(GOOD + "diperiksa: 2999-01-01\nperiksa lagi: 2000-01-01\n", today=None, ignore=())

    assert [code for _, code in found] == ["K123a"]


def test_a_test_knows_title_and_objectives_only():
    _, problems = parse_module(
        "postes.md", "---\njudul: A\nwajib: ya\n---\n\n## Kuis\n\n### Soal 1\n\nApa?\n\n- Jenis: uraian\n"
    )

    assert [(found.line, found.code) for found in problems if found.code != "K82"] == [(3, "K101h")]


@pytest.mark.parametrize(
    ("front", "after"),
    [
        ("judul: A: b\ntujuan: [a]\n", 'judul: "A: b"'),
        ("judul: “A”\ntujuan: [a]\n", 'judul: "A"'),
        ("jduul: A\ntujuan: [a]\n", "judul: A"),
    ],
)
def test_front_matter_has_fixes_where_they_are_safe(front, after):
    _, problems = parse_module("01-a.md", f"---\n{front}---\n\nTeks.\n")

    assert after in [found.fix.after for found in problems if found.fix]


@pytest.mark.parametrize("front", ['judul: A: "b"\n', 'judul: “A"”\n', "judul: A: b # c\n"])
def test_front_matter_has_no_fix_where_quotes_would_clash(front):
    _, problems = parse_module("01-a.md", f"---\n{front}tujuan: [a]\n---\n\nTeks.\n")

    assert not any(found.fix for found in problems)


def test_a_broken_front_matter_hides_nothing_of_the_body():
    _, problems = parse_module("01-a.md", "---\njudul: [\n---\n\nTeks <b>a</b>.\n")

    assert [(found.line, found.code) for found in problems] == [(3, "K101d"), (5, "K96a")]
