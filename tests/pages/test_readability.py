"""The editor's panel "Keterbacaan": the figures of `courses check --style` for who has no command line."""

from __future__ import annotations

import json
import re

from tests.pages.conftest import get
from tests.pages.test_authoring import autosave, own, save, trainer
from tests.pages.test_languages import choose

__all__ = ["own", "trainer"]

LONG = " ".join(["kata"] * 23) + "."
TEXT = f"---\njudul: Bahan\ntujuan: [bahan]\n---\n\nUrus NIB dulu. Anda bisa, ya?\n\n{LONG}\n"


def rows_of(text: str) -> list[list[str]]:
    """Return the rows of the panel, each as its cells."""
    found = re.search(r'<section[^>]*aria-labelledby="keterbacaan">(.*?)</section>', text, re.DOTALL)
    assert found, text
    return [
        [
            " ".join(re.sub(r"<[^>]+>", " ", cell).split())
            for cell in re.findall(r"<t[hd][ >].*?</t[hd]>", row, re.DOTALL)
        ]
        for row in re.findall(r"<tr>(.*?)</tr>", found[1], re.DOTALL)
    ]


def test_a_draft_has_its_figures_beside_its_problems(trainer, own):
    address = f"{own}/file/01-bahan.md"
    save(trainer, address, TEXT)

    page = get(trainer.client, address)

    assert rows_of(page.text) == [
        ["Yang diukur", "Teks ini", "Batas"],
        ["Jumlah kata", "29 di luar batas", "600 sampai 1.100"],
        ["Rata-rata kata per kalimat", "9,7", "paling banyak 15"],
        [
            "Kalimat di atas 20 kata",
            "33,3% di luar batas Terpanjang: 23 kata, baris 8",
            "paling banyak 10%",
        ],
        ["Singkatan yang belum dijelaskan", "NIB, baris 6 di luar batas", "Tidak ada"],
    ]
    assert page.text.index('id="periksa"') < page.text.index('id="keterbacaan"')
    assert '<a href="#baris-8" data-line="8">' in page.text
    assert "Teks tetap bisa diterbitkan." in page.text


def test_the_glossary_explains_what_the_lesson_does_not(trainer, own):
    address = f"{own}/file/01-bahan.md"
    save(trainer, address, TEXT)
    save(trainer, f"{own}/file/glosarium.md", "*[NIB]: Nomor Induk Berusaha\n")

    assert rows_of(get(trainer.client, address).text)[-1][1] == "Tidak ada"


def test_the_script_gets_the_figures_with_the_problems(trainer, own):
    answer = autosave(trainer, f"{own}/file/01-bahan.md", TEXT.replace("Urus", "Urus Urus"), 0)

    assert rows_of(json.loads(answer.text)["masalah"])[1][1].startswith("30 ")


def test_the_course_page_has_no_limit_of_words_and_a_test_no_figures(trainer, own):
    page = get(trainer.client, f"{own}/file/kursus.md")

    assert rows_of(page.text)[1][2] == "tanpa batas"
    for name in ("pretes.md", "glosarium.md"):
        assert 'id="keterbacaan"' not in get(trainer.client, f"{own}/file/{name}").text


def test_the_panel_speaks_english_where_the_page_does(trainer, own):
    save(trainer, f"{own}/file/01-bahan.md", TEXT)
    choose(trainer.client, "en")

    rows = rows_of(get(trainer.client, f"{own}/file/01-bahan.md").text)

    assert rows[1] == ["Words", "29 beyond the limit", "600 to 1,100"]
    assert rows[3][1] == "33.3% beyond the limit Longest: 23 words, line 8"
