"""What an author should mend: where it is, what is wrong, what to do; and the table of codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType


class Level(StrEnum):
    """E blocks publishing, W warns."""

    ERROR = "E"
    WARNING = "W"


class Phrase(str):
    """A part of a sentence that is put in as a value: it reads in Indonesian, and keeps what to translate."""

    sentence: str
    values: Mapping[str, object]


def phrase(sentence: str, **values: object) -> Phrase:
    """Return *sentence*, marked for translation, with *values* in the places of its braces."""
    found = Phrase(sentence.format(**values) if values else sentence)
    found.sentence, found.values = sentence, values
    return found


@dataclass(frozen=True, slots=True)
class Fix:
    """A safe change that begins at *line*.

    *before* is what stands there now: a line, or several consecutive ones joined by line feeds.
    *after* may hold several lines too, or be empty to drop what stood there.
    """

    line: int
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake. *file* is the name inside the course (``01-mengapa-halal.md``), *line* is 1-based.

    *message* is one Indonesian sentence that says what is wrong and what to do; *text* is the faulty text.
    """

    file: str
    line: int
    code: str
    level: Level
    message: str
    text: str = ""
    fix: Fix | None = None
    #: What fills the sentence of the code, so that pages can say it in another language.
    values: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)

    @property
    def blocks_publishing(self) -> bool:
        """Say whether the text cannot be published while this stands."""
        return self.level is Level.ERROR


@dataclass(frozen=True, slots=True)
class CodeRule:
    """One code: *meaning* is its condition in a few words, *sentence* what the author reads.

    The sentence may name values in braces, which `problem` fills in.
    """

    level: Level
    meaning: str
    sentence: str


#: How much of a faulty text is quoted.
MAX_QUOTED = 200

_TABLE = """
K01 E|soal pilihan tanpa jawaban tepat|Soal ini belum punya jawaban yang tepat; beri tanda [x] pada pilihan yang tepat.
K02 E|pilih satu dengan lebih dari satu x|Soal pilih satu hanya boleh punya satu [x]; sisakan satu, atau tulis "- Jenis: pilih semua".
K03 E|kurang dari dua pilihan|Soal ini perlu paling sedikit dua pilihan; tambahkan pilihan lain.
K04 E|dua pilihan sama|Pilihan ini sama dengan pilihan di baris {other}; ubah atau hapus salah satunya.
K05 E|pilihan kosong|Pilihan ini kosong; tulis teksnya setelah kotak.
K06 W|semua pilihan tepat|Semua pilihan ditandai tepat; periksa lagi, atau tambahkan pilihan yang belum tepat.
K07 W|dua x atau lebih tanpa Jenis|Soal ini menjadi pilih semua; kalau benar, tulis "- Jenis: pilih semua".
K08 W|lebih dari delapan pilihan|Soal ini punya {count} pilihan; paling enak dibaca kalau tidak lebih dari 8.
K09 E|benar salah dengan pilihan lain|Soal benar salah hanya boleh berisi dua pilihan, Benar dan Salah atau Ya dan Tidak.
K10 E|butir tanpa kotak dan tanpa kunci setelan|Butir ini tidak punya kotak dan bukan setelan; beri "[ ]" di depannya, atau pisahkan dari pilihan dengan satu kalimat.
K11 E|kotak salah tulis|Kotak ini salah tulis; tulis "- [ ] teks" atau "- [x] teks".
K12 E|tanpa spasi setelah tanda hubung|Beri satu spasi setelah tanda hubung di awal baris ini.
K13 E|pilihan ditulis a. b. atau A)|Pilihan jangan diberi huruf; tulis tiap pilihan sebagai "- [ ] teks" dan tandai yang tepat dengan [x].
K14 W|semua benar dengan urutan acak|Pilihan "{text}" membuat urutan pilihan tidak diacak; tulis "- Acak pilihan: tidak" kalau memang mau begitu.
K20 E|umpan balik di atas pilihan pertama|Kutipan ini berdiri di atas pilihan pertama; pindahkan ke bawah pilihannya dan beri dua spasi di depannya.
K21 E|umpan balik tidak menjorok|Umpan balik ini tidak menjorok; beri spasi di depannya sampai sejajar dengan teks pilihan di atasnya.
K22 E|umpan balik terlalu menjorok|Umpan balik ini terlalu menjorok; sejajarkan dengan teks pilihan di atasnya.
K23 W|pilihan salah tanpa umpan balik|Pilihan ini belum punya umpan balik, padahal pilihan lain punya; tulis satu kalimat setelah tanda >.
K30 E|dua bentuk jawaban dalam satu soal|Soal ini punya dua bentuk jawaban; pilih salah satu bentuk saja.
K31 E|Jenis tidak dikenal|Jenis "{value}" tidak dikenal{hint}; pakai pilih satu, pilih semua, benar salah, isian, angka, urutkan, jodohkan atau uraian.
K32 E|jenis soal tidak dapat ditentukan|Jenis soal ini tidak dapat ditentukan; tambahkan pilihan, "- Jawaban: …", atau "- Jenis: …".
K33 E|soal tanpa teks|Soal ini belum punya teks pertanyaan; tulis pertanyaannya di bawah judul.
K34 E|Jenis bertentangan dengan bentuk soal|Jenis "{value}" tidak cocok dengan isi soal ini; ubah Jenis atau tulis jawabannya dengan bentuk yang sesuai.
K35a W|nomor judul soal berulang|Nomor soal {number} sudah dipakai; beri nomor yang berurutan.
K35b W|nomor judul soal melompat|Nomor soal melompat ke {number}; beri nomor {expected}.
K40 E|angka tidak terbaca|Angka "{value}" tidak terbaca; tulis seperti 3,5 atau 230.000, dan rentang seperti 10 – 15.
K41a E|toleransi di luar batas|Toleransi tidak boleh kurang dari 0 atau lebih dari 100%; tulis seperti "5.000 ± 5%".
K41b E|bobot di luar 1–100%|Bobot ditulis di akhir "Jawaban" dari {{1%}} sampai {{100%}}; ubah atau hapus bobot ini.
K42 E|awal rentang di atas akhirnya|Awal rentang lebih besar daripada akhirnya; tukar kedua angkanya.
K43a W|toleransi nol pada angka berkoma|Toleransi nol pada angka berkoma sulit ditebak persis; beri toleransi, misalnya ± 0,1.
K43b W|toleransi lebih besar daripada nilainya|Toleransi lebih besar daripada nilainya; periksa lagi angkanya.
K44 W|rentang bertumpuk dengan bobot berbeda|Rentang ini bertumpuk sebagian dengan rentang di baris {other} yang bobotnya lain; pisahkan, bobot tertinggi yang dipakai.
K45 W|satuan di dalam jawaban|Satuan "{unit}" di dalam jawaban tidak dibaca; hapus, dan tulis "- Satuan: …" kalau perlu.
K46 W|tanda ribuan tidak jelas|"{text}" memakai koma padahal "{other}" memakai titik; pakai titik untuk ribuan dan koma untuk desimal.
K50 E|kunci setelan tidak dikenal|Setelan "{key}" tidak dikenal{hint}; periksa ejaannya.
K51 E|setelan ditulis dua kali|"{key}" sudah ditulis di baris {other}; hapus salah satunya.
K52 E|nilai setelan tidak boleh|"{value}" tidak boleh untuk {key}; {allowed}.
K53 E|Jawaban di luar daftar|Tulis jawaban sebagai butir daftar: "- Jawaban: …".
K54a E|setelan kuis di dalam soal|"{key}" adalah setelan kuis; pindahkan ke bawah judul kuis.
K54b E|setelan soal di setelan kuis|"{key}" adalah setelan soal; pindahkan ke dalam soalnya.
K55a E|dua jawaban sama|Jawaban "{value}" sama dengan jawaban di baris {other}; hapus salah satunya.
K55b E|jawaban tepat sekaligus salah|Jawaban "{value}" ditulis tepat dan juga salah (baris {other}); hapus salah satunya.
K56 E|jawaban kosong|Ada jawaban kosong di baris ini; isi atau hapus tanda | yang lebih, dan tulis \\| untuk tanda itu sendiri.
K57 W|jawaban terlalu panjang|Jawaban ini lebih dari 60 huruf; lebih baik pakai pilihan atau uraian.
K58 W|toleransi ketik menerima jawaban salah|Dengan toleransi ketik, jawaban salah "{value}" ikut dianggap tepat karena mirip "{other}"; kurangi toleransinya.
K60 E|urutan kurang dari tiga butir|Soal urutkan perlu paling sedikit tiga butir; tambahkan butirnya.
K61 E|daftar bernomor tidak dikenali|Daftar bernomor ini tidak dikenali; beri baris kosong di atasnya atau mulai dari 1.
K62 E|dua butir urutan sama|Butir ini sama dengan butir di baris {other}; ubah salah satunya.
K63 W|butir membocorkan urutan|Kata atau angka di butir ini membocorkan urutannya; tulis tanpa nomor atau kata seperti "pertama".
K70 E|tabel jodohkan tidak dua kolom|Soal jodohkan perlu satu tabel dengan tepat dua kolom; perbaiki tabelnya.
K71 E|butir kiri dua kali|Butir kiri ini sudah ada di baris {other}; tiap butir kiri hanya boleh sekali.
K72 W|butir kanan dua kali|Butir kanan ini sama dengan baris {other}; boleh, tetapi periksa apakah memang dimaksud.
K73 E|kurang dari dua pasang|Soal jodohkan perlu paling sedikit dua pasang; tambahkan baris tabelnya.
K74 E|sel tabel rusak|Baris tabel ini tidak berisi tepat dua sel; tulis \\| untuk tanda | di dalam sel.
K80 E|id dipakai dua kali|Id "{id}" sudah dipakai di {other}; hapus baris id ini agar dibuatkan id baru.
K81 E|id salah bentuk|Id ini salah bentuk atau salah tempat; hapus baris id ini agar dibuatkan id baru.
K82 E|belum ada id|Belum ada id; simpan lewat penyunting, atau jalankan "elearn courses check --write-ids".
K83 W|soal yang sudah dijawab dihapus|Soal ini sudah pernah dijawab; jawabannya tetap disimpan setelah soal dihapus.
K84 W|kunci soal yang sudah dijawab berubah|Kunci soal ini berubah; nilai percobaan lama tetap, dan koreksi dicatat sebagai terbuka.
K85 E|id berubah padahal teks tetap|Id soal ini berubah padahal teksnya tetap; pulihkan id "{id}".
K90a E|judul tanpa spasi|Beri satu spasi setelah tanda # di awal judul ini.
K90b E|judul bertingkat salah di dalam kuis|Di dalam kuis hanya ada judul soal dengan ###; ubah tingkat judul ini atau pindahkan ke atas kuis.
K90c E|kotak bertanda di luar kuis|Kotak bertanda [x] di luar kuis membocorkan kunci; kosongkan kotaknya atau pindahkan ke dalam kuis.
K90d E|id soal di luar kuis|Id soal ini berada di luar kuis; pindahkan soalnya ke bawah judul "## Kuis".
K90e E|kunci jawaban di luar kuis|Kunci jawaban ini berada di luar kuis; pindahkan ke bawah judul "## Kuis" atau tulis dengan kata lain.
K90f E|pembahasan atau petunjuk di luar kuis|Pembahasan dan petunjuk hanya boleh di dalam kuis; pindahkan, atau jangan dicetak tebal dengan titik dua.
K90g E|judul yang mulai dengan Kuis|Judul ini mulai dengan kata Kuis tetapi bukan judul kuis; tulis "## Kuis: …" di modul, atau pakai kata lain.
K91a E|garis mengubah teks menjadi judul, di kuis|Garis ini mengubah teks di atasnya menjadi judul; beri baris kosong di atas garis.
K91b W|garis mengubah teks menjadi judul|Garis ini mengubah teks di atasnya menjadi judul; beri baris kosong di atas garis.
K92a E|kuis tanpa soal|Kuis ini belum punya soal; tambahkan soal dengan judul "### Soal 1".
K92b E|Ambil lebih besar daripada jumlah soal|Ambil meminta {asked} soal, padahal hanya ada {count}; kurangi angkanya atau tambah soal.
K92c E|Ambil lebih besar daripada kelompoknya|Ambil meminta {asked} soal dari "{group}", padahal hanya ada {count}; kurangi angkanya atau tambah soal.
K92d E|bagian Ambil melebihi jumlahnya|Bagian-bagian Ambil berjumlah {count}, lebih besar daripada {asked} soal; samakan angkanya.
K93 E|nilai tertinggi di bawah batas lulus|Batas lulus tidak dapat dicapai: nilai tertinggi yang mungkin hanya {best}%; turunkan Lulus atau naikkan bobot jawaban.
K94a E|tujuan soal tidak ada|Tujuan "{value}" tidak ada di daftar tujuan {where}{hint}; pilih salah satu tujuan itu.
K94b W|tujuan tanpa soal|Tujuan "{value}" belum punya soal; tulis "- Tujuan: {value}" pada satu soal kuis.
K95a E|gambar tidak ada|Gambar "{target}" tidak ada; taruh filenya di folder media/ dan tulis "media/nama-file".
K95b W|gambar tanpa teks pengganti|Gambar ini belum punya teks pengganti; tulis isinya di antara [ dan ].
K96a E|HTML mentah|HTML tidak dipakai di kursus; tulis dengan Markdown, atau dengan tanda ` bila ingin menampilkannya.
K96b E|skrip atau penanganan peristiwa|Skrip tidak boleh ada di kursus; hapus bagian ini.
K96c E|tautan tidak boleh|Tautan "{target}" tidak boleh; pakai alamat https://, mailto:, tel:, #judul, media/… atau nama file modul.
K96d E|komentar lain|Hanya komentar id, abaikan dan catatan yang dipakai; tulis "<!-- catatan: … -->" atau hapus komentar ini.
K97a W|jawaban tepat paling panjang|Di {count} dari {total} soal, jawaban yang tepat paling panjang; samakan panjang pilihannya.
K97b W|jawaban tepat selalu di tempat sama|Jawaban yang tepat selalu di urutan ke-{place} dan pilihan tidak diacak; ubah tempatnya.
K98 W|jawaban ada di teks soal|Jawaban "{value}" sudah tertulis di pertanyaannya; ubah pertanyaan atau jawabannya.
K99a W|ingkar ganda|Kalimat ini memakai dua kata ingkar; tulis dengan kalimat yang lebih lurus.
K99b W|kalimat lebih dari 30 kata|Kalimat ini berisi {count} kata; pecah menjadi kalimat yang lebih pendek.
K100a E|bukan UTF-8|File ini bukan UTF-8; simpan ulang dengan pengodean UTF-8.
K100b E|huruf kendali|Ada huruf kendali yang tidak tampak di baris ini; hapus dan ketik ulang bagian itu.
K100c W|tanda urutan bita|File ini mulai dengan tanda BOM; simpan sebagai UTF-8 tanpa BOM.
K100d W|akhir baris Windows|File ini memakai akhir baris CRLF; simpan dengan akhir baris LF.
K100e W|tab di awal baris|Baris ini mulai dengan tab; ganti dengan spasi.
K100f W|akhir file|File harus diakhiri tepat satu baris baru; tambahkan atau hapus baris kosong di akhir.
K100g W|tanda kutip melengkung|Nilai ini memakai tanda kutip melengkung; ganti dengan tanda kutip lurus.
K101a E|front matter tidak ada|File ini belum punya bagian pembuka; tulis judul dan lainnya di antara dua baris "---" paling atas.
K101b E|front matter tidak ditutup|Bagian pembuka tidak ditutup; tulis satu baris "---" di akhirnya.
K101c E|front matter bukan pasangan kunci dan nilai|Bagian pembuka harus berisi baris "kunci: nilai".
K101d E|YAML tidak terbaca|Bagian pembuka tidak terbaca di baris ini; periksa spasi, tanda kutip dan titik duanya.
K101e E|titik dua tanpa tanda kutip|Nilai ini berisi titik dua; beri tanda kutip di awal dan akhirnya.
K101f E|jangkar, alias atau tag YAML|Tanda &, * dan ! di awal nilai tidak dipakai; beri tanda kutip pada nilainya.
K101g E|kunci ditulis dua kali|"{key}" sudah ditulis di baris {other}; hapus salah satunya.
K101h E|kunci tidak dikenal|"{key}" tidak dikenal di bagian pembuka {where}{hint}; periksa ejaannya atau hapus.
K101i E|kunci wajib tidak ada|"{key}" belum diisi di bagian pembuka; tambahkan barisnya.
K101j E|nilai tidak boleh|"{value}" tidak boleh untuk {key}; {allowed}.
K101k E|front matter lebih dari 20 KB|Bagian pembuka lebih besar daripada 20 KB; pindahkan isinya ke bawah.
K101l E|tujuan modul tidak ada di kursus|Tujuan "{value}" tidak ada di kursus.md{hint}; tulis di sana atau pilih yang ada.
K102a E|file lebih dari 512 KB|File ini lebih besar daripada 512 KB; pecah menjadi beberapa modul.
K102b E|lebih dari 200 soal|Kuis ini punya {count} soal; paling banyak 200.
K102c E|susunan lebih dalam dari 16 tingkat|Daftar atau kutipan bersusun lebih dari 16 tingkat di baris ini; sederhanakan.
K102d E|tabel terlalu besar|Tabel ini lebih lebar daripada 12 kolom atau lebih panjang daripada 200 baris; pecah tabelnya.
K102e E|hasil terlalu besar|Hasil olahan teks ini terlalu besar atau terlalu lama dibuat; pendekkan atau sederhanakan teksnya.
K102f E|paket terlalu besar|Paket kursus terlalu besar: paling banyak 20 MB, 60 MB setelah dibuka, dan 500 file.
K103 E|kuis kedua dalam satu file|Satu file hanya boleh punya satu kuis; gabungkan dengan kuis di baris {other} atau buat modul baru.
K104 E|kotak pesan tidak dikenal|"{value}" tidak dikenal{hint}; pakai NOTE, TIP, IMPORTANT, WARNING, CAUTION atau TANYA.
K105 E|gambar dari luar|Gambar dari internet tidak ditampilkan; unduh dan taruh di folder media/.
K106 E|setelan sebelum jawaban|Setelan, petunjuk dan pembahasan ditulis setelah jawaban; pindahkan ke bawahnya.
K107 E|teks setelah jawaban|Setelah jawaban hanya boleh ada setelan, petunjuk dan pembahasan; pindahkan teks ini ke atas jawaban.
K108 E|pembahasan atau petunjuk tidak tebal|Tulis "{after}" dengan huruf tebal dan titik dua di dalamnya, di baris sendiri.
K109 E|kurang baris kosong sebelum setelan|Beri satu baris kosong di atas setelan ini.
K110 E|baris tidak menjorok di bawah butir|Baris ini menempel pada butir di atasnya; beri satu baris kosong di antaranya.
K111 E|kotak di tempat yang salah|Kotak hanya boleh di awal butir yang diawali tanda hubung dan tidak menjorok; tulis "- [ ] teks".
K112a E|blok kode tidak ditutup|Blok kode yang mulai di baris ini tidak ditutup; tambahkan baris {fence} di akhirnya.
K112b E|komentar tidak ditutup|Komentar yang mulai di baris ini tidak ditutup; tambahkan "-->" di akhirnya.
K113a E|catatan kaki di bagian lain|Catatan kaki "{label}" dijelaskan di bagian lain; tulis penjelasannya di bagian yang sama.
K113b E|rujukan tanpa penjelasan|Rujukan "{label}" tidak punya penjelasan; tambahkan baris "[{label}]: …".
K114 E|Baca lagi tidak menuju ke mana pun|"{value}" tidak menuju judul mana pun{hint}; tulis seperti {form}.
K115 E|tautan putus di dalam kursus|Tautan "{target}" tidak menuju apa pun di kursus ini{hint}; periksa nama file dan judulnya.
K116a E|jenis media tidak boleh|Jenis file media ini tidak dipakai; pakai WebP, JPEG, PNG, GIF, SVG atau PDF.
K116b E|media tidak sesuai namanya|Isi file ini tidak sesuai dengan akhiran namanya; simpan ulang dengan jenis yang benar.
K116c E|SVG dengan skrip|Gambar SVG ini berisi skrip; simpan ulang tanpa skrip.
K116d E|SVG dengan tautan keluar|Gambar SVG ini memuat sesuatu dari luar; simpan ulang tanpa tautan keluar.
K116e E|media lebih dari 1 MB|File media ini lebih besar daripada 1 MB; perkecil ukurannya.
K116f W|media lebih dari 150 KB|File media ini lebih besar daripada 150 KB; perkecil agar hemat kuota peserta.
K117 E|gambar dengan lokasi|Gambar ini menyimpan lokasi (GPS); simpan ulang tanpa data lokasi.
K118 W|file yang bukan bagian kursus|File ini bukan bagian kursus; pindahkan ke luar folder.
K119a E|nama folder kursus|Nama folder "{name}" harus 3 sampai 60 huruf kecil, angka dan tanda hubung tunggal; ganti namanya.
K119b E|nama file modul|Nama "{name}" harus seperti 01-nama-modul.md, dengan huruf kecil, angka dan tanda hubung tunggal; ganti namanya.
K119c E|nomor atau nama modul dua kali|Nomor atau nama modul ini sudah dipakai {other}; beri yang lain.
K119d E|nama hanya beda huruf besar|Nama ini hanya beda huruf besar dan kecil dengan {other}; ganti salah satunya.
K119e E|tautan, jalur atau jenis file yang tidak boleh|"{name}" tidak boleh ada di folder kursus; hapus tautan, jalur keluar atau program itu.
K120a E|kursus.md tidak ada|Folder ini belum punya kursus.md; buat file itu dengan judul dan ringkasan kursus.
K120b E|folder atau paket tidak terbaca|Folder atau paket ini tidak dapat dibaca; periksa nama dan isinya.
K121 W|prasyarat tidak ada|Kursus "{value}" di prasyarat tidak ada; periksa ejaannya.
K122a E|kursus bersertifikat tanpa syarat|Kursus ini memberi sertifikat tetapi tidak mewajibkan apa pun; wajibkan satu modul atau buat postes.md.
K122b E|masa berlaku tanpa postes|Sertifikat dengan masa berlaku memerlukan postes.md; buat postes atau hapus "berlaku".
K123a W|sumber kosong|Modul ini belum punya sumber; isi "sumber" di bagian pembuka.
K123b W|diperiksa belum diisi|Modul ini belum punya tanggal "diperiksa"; isi dengan tanggal pemeriksaan terakhir.
K123c W|diperiksa di masa depan|Tanggal "diperiksa" masih di masa depan; isi dengan tanggal pemeriksaan terakhir.
K123d W|periksa lagi belum diisi|Modul ini belum punya tanggal "periksa lagi"; isi dengan tanggal pemeriksaan berikutnya.
K123e W|periksa lagi sudah lewat|Tanggal "periksa lagi" sudah lewat; periksa isi modul ini dan perbarui tanggalnya.
"""


def _rules() -> dict[str, CodeRule]:
    rules = {}
    for row in _TABLE.strip().splitlines():
        head, meaning, sentence = row.split("|", 2)
        code, level = head.split(" ")
        rules[code] = CodeRule(Level(level), meaning, sentence)
    return rules


#: Every code with its level and sentence. A code is one condition with one level: where one row of the
#: format's table joins several, each has its letter.
CODES: Mapping[str, CodeRule] = MappingProxyType(_rules())

#: Mistakes of shape: they hide what type a question has and how many answers, so that codes about
#: those say nothing.
SHAPE_CODES = frozenset(
    {"K10", "K11", "K12", "K13", "K53", "K61", "K106", "K107", "K108", "K109", "K110", "K111"}
    | {"K112a", "K112b"}
)


def problem(
    file: str, line: int, code: str, *, text: str = "", fix: Fix | None = None, **values: object
) -> Problem:
    """Build the problem *code* at *line* of *file*; *values* fill the sentence of the code."""
    rule = CODES[code]
    filling = {"text": text, **values}
    return Problem(
        file, line, code, rule.level, fill(rule.sentence, filling), text[:MAX_QUOTED], fix, filling
    )


def fill(sentence: str, values: Mapping[str, object]) -> str:
    """Return the *sentence* of a code with short forms of *values* in its places."""
    return sentence.format(**{name: _short(str(value)) for name, value in values.items()})


def _short(text: str) -> str:
    """Shorten *text* and keep it on one line, because a message is one sentence."""
    flat = " ".join(text.split())
    if flat and text.startswith(" "):
        # A hint in brackets stands apart from the word before it.
        flat = f" {flat}"
    return flat if len(flat) <= 80 else flat[:79] + "…"


def base_code(code: str) -> str:
    """Return *code* without its letter: ``K95a`` is of the row ``K95``."""
    return code.rstrip("abcdefghijklmnopqrstuvwxyz")


def order_problems(problems: list[Problem]) -> list[Problem]:
    """Sort by file and line, as an author reads; the front page of the course comes first."""
    return sorted(set(problems), key=_place)


def _place(found: Problem) -> tuple[bool, str, int, int, str]:
    row = int(base_code(found.code)[1:])
    return (found.file != "kursus.md", found.file, found.line, row, found.code)
