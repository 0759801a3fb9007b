"""Words, sentences and abbreviations: what is counted of a lesson, and what is not."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elearn.content.library import read_files
from elearn.content.pieces import Piece
from elearn.content.readability import LIMITS, Figures, figures_of_course, figures_of_file, measure
from elearn.content.words import abbreviations_in, sentences_in, words_in


def figures(text: str, *, line: int = 1, **more: object) -> Figures:
    return measure(Piece(text, line), "01-modul.md", **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Urus NIB hari ini.", ["Urus", "NIB", "hari", "ini."]),
        ("Buka pukul 10.30 di oss.go.id", ["Buka", "pukul", "10.30", "di", "oss.go.id"]),
        ("SPP-IRT – Rp15.000, ya?", ["SPP-IRT", "Rp15.000,", "ya"]),
        ("Jum’at dan/atau 3–5 hari", ["Jum’at", "dan", "atau", "3", "5", "hari"]),
        ("— … !", []),
    ],
)
def test_a_word_begins_with_a_letter_or_a_digit(text: str, words: list[str]):
    assert words_in(text) == words


@pytest.mark.parametrize(
    "text",
    [
        "Anda siap. | Mari mulai! | Sudah?",
        "Lihat No. 5 di Jl. Raden Intan. | Bayar Rp. 1.000 saja.",
        "Beli gula, garam, dll. | Catat semuanya.",
        "Beli gula, garam, dll. lalu catat.",
        "Ibu Siti, S.Pd. mengajar di sini.",
        "Siti, S.Pd., M.M. dan Prof. Budi hadir.",
        "Buka pukul 09.00 sampai 10.30. | Datang pagi.",
        "Buka oss.go.id. | Isi data.",
        "Pak H. Umar ke Jalan A. Yani. | Ia pulang.",
        "Jeruk kaya vitamin C. | Minum airnya.",
        '"Berapa harganya?" tanya pembeli. | "Lima ribu." | Lalu ia bayar.',
        "**Penting.** | (Jangan lupa.) | Selesai…",
        "Tunggu... | Lalu kirim.",
        "Rumusnya: biaya ditambah untung.",
        "1.500 bungkus terjual. | 20 kembali.",
    ],
)
def test_a_sentence_ends_where_a_reader_says_so(text: str):
    whole = text.replace(" | ", " ")

    assert [whole[begin:end].strip() for begin, end, _ in sentences_in(whole)] == text.split(" | ")


def test_the_check_of_questions_ends_sentences_at_colons_too():
    assert [end for _, _, end in sentences_in("Ingat: tulis semua", colons=True)] == [True, False]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("NIB, P3H, SPP-IRT, PB-UMKU dan QRIS", ["NIB", "P3H", "SPP-IRT", "PB-UMKU", "QRIS"]),
        ("e-KTP, KTP-nya, KTP/KK (BPOM)", ["KTP", "KTP", "KTP", "KK", "BPOM"]),
        ("HP, WA, RT 02, PT Maju, PDF, WIB", []),
        ("Bab II, Pasal IV, 5 KG, 250 ML", []),
        ("BAIK sebelum 12 MEI 2027", ["BAIK"]),
        ("WhatsApp, TikTok, Rp15, UMKMku, A, 5B", []),
        ("Nomor ID00410000012341025 dan sales@BPOM.go.id", []),
    ],
)
def test_an_abbreviation_is_a_word_of_capitals_that_is_not_said_every_day(text: str, found: list[str]):
    assert [word for word, _ in abbreviations_in(text)] == found


COUNTED = [
    # (lesson, words, sentences, sentence words)
    ("Satu dua tiga. Empat lima.", 5, 2, 5),
    ("Satu dua\ntiga. Empat\nlima.", 5, 2, 5),
    ("## Satu dua\n\nTiga empat.", 4, 1, 2),
    ("| Satu | Dua. |\n|---|---|\n| Tiga. | Empat |", 4, 0, 0),
    ("- Satu dua.\n- Tiga empat. Lima!\n- garam\n- gula;", 7, 3, 5),
    ("Siapkan ini:\n\n1. KTP\n2. NIB", 4, 1, 2),
    ("- [ ] Satu sudah saya tulis. <!-- id: c-4k2m9x -->", 4, 1, 4),
    ("> [!TANYA] Satu dua?\n> Tiga empat.", 4, 2, 4),
    ("> [!WARNING]\n> Satu dua.", 2, 1, 2),
    ("Satu.\n\n```\ndua tiga.\n```\n\nEmpat.", 2, 2, 2),
    ("Satu.\n\n    dua tiga.\n", 1, 1, 1),
    ("Satu `dua. Tiga` empat.", 2, 1, 2),
    ("Satu.\n\n<!-- catatan: dua tiga. -->\n\nEmpat <!-- catatan: lima. --> enam.", 3, 2, 3),
    ("![Satu dua. Tiga.](media/alur.svg)\n\nEmpat.", 1, 1, 1),
    ("Baca [dua kata](02-bahan.md#satu), **ya**.", 4, 1, 4),
    ("Buka https://oss.go.id/a/b. Lalu isi.", 4, 2, 4),
    ("Satu dua[^a].\n\n[^a]: Tiga empat.", 4, 2, 4),
    ("**Satu dua**\n\nTiga.", 3, 1, 1),
    ("*[NIB]: Nomor Induk Berusaha", 0, 0, 0),
    ("", 0, 0, 0),
]


@pytest.mark.parametrize(("lesson", "words", "sentences", "sentence_words"), COUNTED)
def test_what_is_read_is_counted(lesson: str, words: int, sentences: int, sentence_words: int):
    found = figures(lesson)

    assert (found.words, found.sentences, found.sentence_words) == (words, sentences, sentence_words)


def test_what_no_mark_ends_counts_where_it_runs_on():
    item = "- " + " ".join(["kata"] * 21)

    assert (figures(item).sentences, figures(item[:-5]).sentences) == (1, 0)


def test_the_longest_sentence_is_named_by_the_line_it_begins_on():
    found = figures("Satu.\n\nDua tiga.\nEmpat lima\nenam tujuh. Delapan.", line=10)

    assert (found.longest_line, found.longest_words) == (13, 4)


@pytest.mark.parametrize(
    "text",
    [
        "Siapkan KTP (Kartu Tanda Penduduk).",
        "Siapkan Kartu Tanda Penduduk (KTP).",
        "Siapkan *Kartu Tanda Penduduk* (disingkat KTP).",
        "KTP adalah Kartu Tanda Penduduk.",
        "Bawa KTP. KTP itu singkatan dari Kartu Tanda Penduduk.",
        "KTP, yaitu Kartu Tanda Penduduk, selalu diminta.",
        "KTP: Kartu Tanda Penduduk.",
        "Kartu Tanda Penduduk, disingkat KTP, selalu diminta.",
        "Siapkan Kartu Tanda Penduduk atau KTP.",
        "Peraturan tentang Kartu Tanda Penduduk, KTP, berlaku.",
        "Bawa KTP, Kartu Tanda Penduduk, dan uang.",
        "| KTP (Kartu Tanda Penduduk) |\n|---|\n| wajib |",
        "*[KTP]: Kartu Tanda Penduduk\n\nSiapkan KTP.",
        "## Apa itu KTP\n\nKTP ialah Kartu Tanda Penduduk.",
        "`KTP` ditulis di kolom.",
        "![KTP](media/ktp.svg)",
        "Jangan BERHENTI. Setelah berhenti, mulai lagi.",
    ],
)
def test_what_the_text_explains_at_its_first_use_is_explained(text: str):
    assert figures(text).unexplained == {}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Siapkan KTP.", 1),
        ("Siapkan\nKTP (wajib).", 2),
        ("Siapkan KTP (lihat modul 2).", 1),
        ("Siapkan berkas itu (KTP).", 1),
        ("Bawa KTP.\n\nKTP adalah Kartu Tanda Penduduk.", 1),
        ("Satu.\n\n- KTP", 3),
        ("| Berkas |\n|---|\n| KTP |", 3),
    ],
)
def test_what_is_explained_nowhere_or_too_late_is_named_with_its_line(text: str, line: int):
    assert figures(text).unexplained == {"KTP": line}


def test_the_glossary_explains_however_the_hyphen_is_written():
    text = "Urus PIRT, SPP-IRT, dan NIB."

    assert list(figures(text, glossary={"P-IRT": "…", "Nomor SPP-IRT": "…"}).unexplained) == ["NIB"]


def lesson_of(words: int, sentence: int) -> str:
    """Return a lesson of so many words in sentences of so many."""
    full, rest = divmod(words, sentence)
    lengths = [sentence] * full + [rest] * bool(rest)
    return " ".join(" ".join(["Kata"] * length) + "." for length in lengths)


@pytest.mark.parametrize(
    ("words", "sentence", "beyond"),
    [
        (LIMITS.least_words, 15, ()),
        (LIMITS.most_words, 10, ()),
        (LIMITS.least_words - 1, 10, ("words",)),
        (LIMITS.most_words + 1, 10, ("words",)),
        (800, 16, ("average",)),
        (840, 21, ("average", "long_share")),
    ],
)
def test_a_figure_is_beyond_its_limit_from_the_first_step_on(
    words: int, sentence: int, beyond: tuple[str, ...]
):
    assert figures(lesson_of(words, sentence)).beyond == beyond


def test_one_long_sentence_in_ten_is_still_within_the_limit():
    long, short = " ".join(["kata"] * 21) + ". ", "Kata. "

    assert figures(long + short * 9, has_word_limits=False).beyond == ()
    assert figures(long + short * 8, has_word_limits=False).beyond == ("long_share",)


PAGE = "---\njudul: Bahan\nringkasan: Satu.\ntujuan:\n  bahan: Tahu bahan.\n---\n\nSatu NIB dua.\n"
MODULE = (
    "---\njudul: Bahan KBLI\ntujuan: [bahan]\n---\n\nSatu dua.\n\n## Kuis\n\n### Soal 1\n\nTiga empat QRIS?\n\n"
    "- [x] Lima\n- [ ] Enam\n"
)


def test_of_a_course_page_and_modules_are_measured_and_no_test_front_matter_or_quiz():
    texts = {
        "kursus.md": PAGE,
        "01-bahan.md": MODULE,
        "pretes.md": MODULE,
        "glosarium.md": "*[NIB]: Nomor Induk\n",
    }
    course, _ = read_files("dapur", {name: text.encode() for name, text in texts.items()})
    assert course is not None

    found = figures_of_course(course)

    assert [(one.file, one.words, dict(one.unexplained)) for one in found] == [
        ("kursus.md", 3, {}),
        ("01-bahan.md", 2, {}),
    ]
    assert [one.beyond for one in found] == [(), ("words",)]
    assert figures_of_file(course, "pretes.md") is None


PIECES = st.sampled_from(
    [
        *'abcNIB .!?:()[]*_`|~>#-\n\t"”1…',
        "KTP ",
        "SPP-IRT",
        "- [ ] ",
        "](",
        "![",
        "```",
        "<!--",
        "-->",
        "> [!TANYA] ",
        "https://",
        "|---|",
        "*[NIB]: x",
        "No. ",
        "\n\n",
        "\u0130",
        "ß",
    ]
)


@given(st.one_of(st.text(), st.lists(PIECES).map("".join)), st.integers(1, 500))
def test_whatever_is_written_the_figures_agree_with_each_other(text: str, line: int):
    found = figures(text, line=line, glossary={"NIB": "Nomor Induk Berusaha"})

    assert 0 <= found.long_sentences <= found.sentences <= found.sentence_words <= found.words
    assert found.longest_words <= found.sentence_words <= found.longest_words * found.sentences
    assert (found.long_sentences > 0) == (found.longest_words > LIMITS.sentence_words)
    assert "NIB" not in found.unexplained
    last = line + text.count("\n") + text.count("\r")
    assert all(line <= at <= last for at in found.unexplained.values())
    assert line <= found.longest_line <= last if found.sentences else found.longest_line == 0


@given(st.text() | st.lists(PIECES).map("".join))
def test_sentences_follow_each_other_and_lose_no_word(text: str):
    found = list(sentences_in(text))

    assert all(one[1] == other[0] for one, other in pairwise(found))
    assert sum(len(words_in(text[begin:end])) for begin, end, _ in found) == len(words_in(text))
