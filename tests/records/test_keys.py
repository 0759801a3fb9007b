"""When two forms of a question have the same key: the same answers earn the same in both."""

from __future__ import annotations

import pytest

from elearn.content.items import Item
from elearn.content.parser import parse_module
from elearn.records.authoring.keys import key_of

TEXT = "- Jawaban: BPJPH | Badan Halal\n- Jawaban salah: LPPOM\n- Toleransi ketik: 1"
NUMBER = "- Jawaban angka: 5.000 ± 10\n- Jawaban angka: 4.000 {50%}\n- Satuan: rupiah"
ORDER = "1. Membuat NIB\n2. Menyusun bahan\n3. Mengisi pengajuan\n\n- Jenis: urutkan"
MATCH = "| Izin | Penerbit |\n|---|---|\n| NIB | OSS |\n| MD | BPOM |\n|  | Bank |\n\n- Jenis: jodohkan"
ESSAY = "- Jenis: uraian\n- Nilai: 2"
CHOICE = "- [x] NIB\n- [x] Bahan\n- [ ] Ijazah\n- Jenis: pilih semua"


def item_of(answer: str) -> Item:
    text = f"---\njudul: Kuis\n---\n\n## Kuis\n\n### Satu\n<!-- id: q-satu01 -->\n\nApa?\n\n{answer}\n"
    module, _problems = parse_module("01-kuis.md", text)
    assert module is not None
    assert module.quiz is not None
    return module.quiz.items[0]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (TEXT, TEXT.replace("BPJPH | Badan Halal", "Badan  Halal. | bpjph")),
        (TEXT, TEXT.replace("Jawaban salah: LPPOM", "Jawaban salah: MUI")),
        (NUMBER, NUMBER.replace("5.000 ± 10", "4.990 – 5.010")),
        (ORDER, ORDER.replace("Membuat NIB", "membuat  NIB.")),
        (MATCH, MATCH.replace("Bank", "Koperasi")),
        (MATCH, MATCH.replace("| NIB | OSS |\n| MD | BPOM |", "| MD | BPOM |\n| NIB | OSS |")),
        (ESSAY, ESSAY + "\n- Tag: dapur"),
        (CHOICE, CHOICE.replace("[ ] Ijazah", "[ ] KTP")),
        (CHOICE, CHOICE.replace("- [x] NIB\n- [x] Bahan", "- [x] bahan\n- [x] nib")),
    ],
)
def test_other_words_leave_the_key_as_it_was(one: str, other: str) -> None:
    assert key_of(item_of(one)) == key_of(item_of(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (TEXT, TEXT.replace("BPJPH | ", "")),
        (TEXT, TEXT.replace("Badan Halal", "Badan Halal {50%}")),
        (TEXT, TEXT.replace("ketik: 1", "ketik: 0")),
        (TEXT, TEXT + "\n- Persis: ya"),
        (TEXT + "\n- Persis: ya", TEXT.replace("BPJPH", "bpjph") + "\n- Persis: ya"),
        (NUMBER, NUMBER.replace("± 10", "± 20")),
        (NUMBER, NUMBER.replace("{50%}", "{60%}")),
        (NUMBER, NUMBER.replace("rupiah", "kg")),
        (ORDER, "1. Menyusun bahan\n2. Membuat NIB\n3. Mengisi pengajuan\n\n- Jenis: urutkan"),
        (MATCH, MATCH.replace("OSS", "X").replace("BPOM", "OSS").replace("X", "BPOM")),
        (ESSAY, ESSAY.replace("2", "3")),
        (CHOICE, CHOICE.replace("[x] Bahan", "[ ] Bahan")),
        (CHOICE, CHOICE + "\n- Penilaian: sebagian"),
        (CHOICE, CHOICE + "\n- Nilai: 2"),
        (CHOICE, ESSAY),
    ],
)
def test_what_earns_something_else_is_another_key(one: str, other: str) -> None:
    assert key_of(item_of(one)) != key_of(item_of(other))
