"""Lesson text: headings, checklist, links, pictures, and what may not stand outside a quiz."""

from __future__ import annotations

import pytest

from elearn.content.parser import parse_course_page, parse_glossary, parse_module

FRONT = """---
judul: Modul
tujuan: [halal]
sumber: [{judul: Aturan}]
diperiksa: 2026-11-01
periksa lagi: 2027-05-01
---
"""
FIRST = FRONT.count("\n")


def read(body: str):
    document, problems = parse_module("01-modul.md", FRONT + body)
    return document, [(found.line - FIRST, found.code) for found in problems]


TABLE = {
    "plain": ("Teks.\n", []),
    "footnote": ("Teks.[^1]\n\n[^1]: Catatan.\n", []),
    "footnote without text": ("Teks.[^1]\n", [(1, "K113b")]),
    "reference": ("[a][b] dan [b][]\n\n[B]: https://example.org\n", []),
    "reference without definition": ("[a][b]\n", [(1, "K113b")]),
    "brackets alone": ("Pilih [a] atau [b].\n", []),
    "escaped bracket": ("\\[a][b]\n", []),
    "mail and phone": ("[a](mailto:a@b.id) [b](tel:+62811)\n", []),
    "autolink": ("<https://example.org>\n", []),
    "autolink of another kind": ("<ftp://example.org>\n", [(1, "K96c")]),
    "title and angle brackets": ('[a](<https://example.org/a b> "judul")\n', []),
    "link with parentheses": ("[a](https://example.org/a_(b))\n", []),
    "entities in a scheme": ("[a](java&#115;cript:x)\n", [(1, "K96c")]),
    "escaped scheme": ("[a](javascript\\:x)\n", [(1, "K96c")]),
    "other folder": ("[a](../x.md)\n", [(1, "K96c")]),
    "definition of another kind": ("[a][b]\n\n[b]: data:text/html,x\n", [(3, "K96c")]),
    "unfinished link": ("[a](b\n", []),
    "remote picture": ("![a](//example.org/a.png)\n", [(1, "K105")]),
    "picture of another kind": ("![a](data:image/png,x)\n", [(1, "K96c")]),
    "picture without words": ("![](media/a.png)\n", [(1, "K95b")]),
    "picture in a link": ("[![a](media/a.png)](https://example.org)\n", []),
    "html": ("Teks <b>a</b> dan <i>b</i>.\n", [(1, "K96a")]),
    "script": ("<script>a</script>\n", [(1, "K96b")]),
    "smaller than": ("3 < 5 dan a<b\n", []),
    "tag that never closes": ("a <b c\n", []),
    "processing instruction": ("<?php a ?>\n", [(1, "K96a")]),
    "alert": ("> [!NOTE]\n> a\n", []),
    "alert in small letters": ("> [!tip]\n> a\n", []),
    "own alert": ("> [!TANYA] Apa?\n> Ini.\n", []),
    "Indonesian alert": ("> [!PERINGATAN]\n> a\n", [(1, "K104")]),
    "link in a quote": ("> [!a](https://example.org)\n", []),
    "wide table": ("|" + "a|" * 12 + "\n|" + "-|" * 12 + "\n", []),
    "long table": ("|a|\n|-|\n" + "|b|\n" * 201, [(1, "K102d")]),
    "deep quotes": (">" * 16 + " a\n", []),
    "deep list": ("".join("  " * n + "- a\n" for n in range(17)), [(17, "K102c")]),
    "ticked box": ("- [X] a\n", [(1, "K90c")]),
    "ticked box in a quote": ("> - [x] a\n", [(1, "K90c")]),
    "ticked list once": ("- [x] a\n- [x] b\n", [(1, "K90c")]),
    "ticked in two sections": ("- [x] a\n\n## B\n\n- [x] b\n", [(1, "K90c"), (5, "K90c")]),
    "id inside a line": ("Teks <!-- id: q-abcdef -->\n", [(1, "K90d")]),
    "answer in a paragraph": ("Jawaban: teh\n", [(1, "K90e")]),
    "answer of a self-check": ("> [!TANYA] Apa?\n> Jawaban: teh\n", []),
    "number answer": ("- Jawaban angka: 5\n", [(1, "K90e")]),
    "number in English": ("- Number: 5\n", [(1, "K90e")]),
    "number in words": ("- Number: satu\n", []),
    "hint": ("**Petunjuk**: a\n", [(1, "K90f")]),
    "quiz heading of another level": ("### Kuis\n\nTeks.\n", [(1, "K90g")]),
    "underlined quiz": ("Kuis\n----\n", [(1, "K90g")]),
    "word that only begins so": ("## Kuisioner\n", []),
    "quiz glued in a paragraph": ("Teks\n##Kuis\n", [(2, "K90a")]),
    "equals signs": ("Teks\n===\n", []),
    "rule": ("Teks\n\n---\n", []),
    "own comments": ("<!-- catatan: a -->\n\nTeks <!-- catatan: b -->\n", []),
    "comment with more": ("<!-- catatan: a --> teks\n", [(1, "K96d")]),
    "other comment inside": ("Teks <!-- a -->\n", [(1, "K96d")]),
    "comment in a list": ("- a\n\n  <!-- b -->\n", [(3, "K96d")]),
    "checklist id on a line of its own": ("<!-- id: c-abcdef -->\n", [(1, "K81")]),
    "checklist id in a paragraph": ("Teks <!-- id: c-abcdef -->\n", [(1, "K81")]),
    "excused dashes": ("<!-- abaikan: K91 -->\nTeks\n---\n", []),
    "excuse without a code": ("<!-- abaikan: alasan -->\nTeks\n---\n", [(3, "K91b")]),
    "excuse at the end": ("Teks\n---\n\n<!-- abaikan: K91 -->\n", [(2, "K91b")]),
    "open fence in a quote": ("> ```\n> a\n\nTeks <b>\n", [(1, "K112a")]),
    "open comment": ("Teks.\n\n<!-- catatan: a\n\n<b>\n", [(3, "K112b")]),
    "fence of tildes": ("~~~\n```\n~~~\n", []),
    "backtick in the info": ("``` a`b\n", []),
    "code in a list": ("- a\n\n      - [x] b\n", []),
    "html in indented code": ("Teks.\n\n    <b>\n\n    <i>\n\nTeks.\n", []),
    "tick after an escaped one": ("\\`` <b>\n", [(1, "K96a")]),
    "double ticks": ("``a ` <b>`` dan ` <i\n", []),
}


@pytest.mark.parametrize("name", TABLE)
def test_each_form_of_lesson_text_gives_its_problems(name):
    body, expected = TABLE[name]

    _, found = read(body)

    assert found == expected


CHECKLIST = {
    "complete": ("- [ ] Sudah **ditulis** <!-- id: c-4k2m9x -->\n", []),
    "without id": ("- [ ] Sudah\n", [(1, "K82")]),
    "nested": ("- a\n  - [ ] Sudah <!-- id: c-4k2m9x -->\n", []),
    "two lines": ("- [ ] Sudah <!-- id: c-4k2m9x -->\n  ditulis\n", []),
    "text after the id": ("- [ ] Sudah <!-- id: c-4k2m9x --> ya\n", [(1, "K81")]),
    "two ids": ("- [ ] Sudah <!-- id: c-4k2m9x --> <!-- id: c-4k2m9y -->\n", [(1, "K81")]),
    "short id": ("- [ ] Sudah <!-- id: c-4k -->\n", [(1, "K81")]),
    "id of a question": ("- [ ] Sudah <!-- id: q-4k2m9x -->\n", [(1, "K90d")]),
    "twice": ("- [ ] A <!-- id: c-4k2m9x -->\n- [ ] B <!-- id: c-4k2m9x -->\n", [(2, "K80")]),
    "in a quote": ("> - [ ] Sudah\n", []),
}


@pytest.mark.parametrize("name", CHECKLIST)
def test_each_form_of_a_checklist_item_gives_its_problems(name):
    body, expected = CHECKLIST[name]

    _, found = read(body)

    assert found == expected


def test_a_checklist_item_has_its_text_without_box_and_id():
    document, _ = read("- [ ] Sudah **ditulis** <!-- id: c-4k2m9x -->\n  semua\n")

    (item,) = document.checklist
    assert (item.id, item.text, item.line - FIRST) == ("c-4k2m9x", "Sudah **ditulis** \nsemua", 1)


def test_headings_have_unique_anchors():
    document, _ = read("## Bahan & proses\n\n## Bahan & proses\n\n### *Titik* `kritis`\n\nA\n===\n")

    assert [(h.level, h.anchor) for h in document.headings] == [
        (2, "bahan--proses"), (2, "bahan--proses-1"), (3, "titik-kritis"), (1, "a"),
    ]  # fmt: skip
    assert document.headings[2].text == "Titik kritis"


def test_the_lesson_is_what_stands_before_the_quiz():
    document, _ = read("\n\nTeks.\n\nLagi.\n\n## Kuis\n")

    assert document.lesson.text == "Teks.\n\nLagi."
    assert document.lesson.line - FIRST == 3


def test_link_definitions_of_the_file_are_kept():
    document, _ = read("[a][b]\n\n[b]: https://example.org\n[c]: #x\n")

    assert document.link_definitions == "[b]: https://example.org\n[c]: #x"


def test_a_course_page_has_no_checklist_and_no_quiz():
    text = "---\njudul: A\nringkasan: B.\ntujuan: {a: B.}\n---\n\n- [ ] Bahan\n\n## Kuis\n\n- Jawaban: teh\n"

    document, problems = parse_course_page(text, slug="kursus-a")

    assert [(found.line, found.code) for found in problems] == [(9, "K90g")]
    assert document.slug == "kursus-a"


def test_a_glossary_keeps_its_entries_in_order():
    glossary, problems = parse_glossary(
        "# Singkatan\n\n*[NIB]: Nomor Induk Berusaha\n*[OSS]: Satu pintu\n*[NIB]: x\n"
    )

    assert problems == []
    assert list(glossary.entries.items()) == [("NIB", "Nomor Induk Berusaha"), ("OSS", "Satu pintu")]


def test_a_quiz_in_a_glossary_would_publish_its_key():
    _, problems = parse_glossary("*[NIB]: Nomor\n\n- [x] NIB\n")

    assert [(found.line, found.code) for found in problems] == [(3, "K90c")]
