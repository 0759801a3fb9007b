"""A course whose key carries marks that appear nowhere else: seen by a learner, they are a leak."""

from __future__ import annotations

from collections.abc import Mapping

#: Parts of the key: feedback, explanation, accepted texts and numbers, rejected texts, weights.
MARKS = (
    "umpanbenar",
    "umpansalah",
    "pembahasanku",
    "jawabanterima",
    "jawabantolak",
    "73194.25",
    "73194,25",
    "73.194",
    "731942500",
    "3.17",
    "3,17",
    "31700",
    "panduannilai",
    "[x]",
)

PAGE = """---
judul: Kunci Tersembunyi
ringkasan: Kursus untuk mencoba membobol kunci.
kategori: halal
kode: KT
tujuan:
  bahan: Membuat daftar bahan sendiri
urutan: berurutan
lulus: 60%
pengajar: [Ratna Dewi]
---

Kursus singkat.
"""

LESSON = """---
judul: Bacaan
tujuan: [bahan]
sumber:
  - judul: BPJPH
    alamat: https://bpjph.halal.go.id/
diperiksa: 2026-11-01
periksa lagi: 2027-02-01
---

Catat semua bahan.

![Alur bahan](media/alur.svg)

- [ ] Daftar bahan sudah ada <!-- id: c-daftar1 -->
"""

QUIZ = """---
judul: Kuis utama
tujuan: [bahan]
sumber:
  - judul: BPJPH
    alamat: https://bpjph.halal.go.id/
diperiksa: 2026-11-01
periksa lagi: 2027-02-01
---

Bacaan pendek sebelum kuis.

## Kuis

- Lulus: 60%
- Kesempatan: 2
- Waktu: 10 menit
- Acak soal: tidak
- Tampilkan kunci: tidak

### Satu
<!-- id: q-satu01 -->

Pilih satu.

- [x] Alfa
  > umpanbenar satu
- [ ] Beta
  > umpansalah satu
- [ ] Gama
  > umpansalah dua
- [ ] Delta
  > umpansalah tiga

**Pembahasan:** pembahasanku satu

- Nilai: 3,17

### Banyak
<!-- id: q-banyak1 -->

Pilih beberapa.

- [x] Satu betul
  > umpanbenar dua
- [x] Dua betul
- [ ] Tiga keliru
  > umpansalah empat

**Pembahasan:** pembahasanku dua

- Jenis: pilih semua

### Benar salah
<!-- id: q-benar01 -->

Pernyataan.

- [ ] Benar
- [x] Salah
  > umpanbenar tiga

### Isian
<!-- id: q-isian01 -->

Ketik singkatannya.

- Jawaban: jawabanterima
- Jawaban salah: jawabantolak
  > umpansalah lima

**Pembahasan:** pembahasanku tiga

### Angka
<!-- id: q-angka01 -->

Berapa?

- Jawaban angka: 73.194,25

**Pembahasan:** pembahasanku empat

- Satuan: rupiah

### Urutan
<!-- id: q-urutan1 -->

Urutkan.

1. Langkah awal
2. Langkah tengah
3. Langkah akhir

- Jenis: urutkan

### Pasangan
<!-- id: q-pasang1 -->

Pasangkan.

| Izin | Penerbit |
|---|---|
| NIB | OSS |
| Izin edar MD | BPOM |
| Sertifikat halal | BPJPH |

- Jenis: jodohkan

### Uraian
<!-- id: q-uraian1 -->

Ceritakan.

**Pembahasan:** panduannilai: sebut dua bahan

- Jenis: uraian
- Nilai: 1
"""

LAST = """---
judul: Modul terakhir
tujuan: [bahan]
sumber:
  - judul: BPJPH
    alamat: https://bpjph.halal.go.id/
diperiksa: 2026-11-01
periksa lagi: 2027-02-01
---

Bacaan penutup.
"""

TEST = """---
judul: {title}
tujuan: [bahan]
---

## Kuis

### Soal
<!-- id: q-{slug} -->

Pernyataan {slug}.

- [x] Ya
  > umpanbenar {slug}
- [ ] Tidak
  > umpansalah {slug}

**Pembahasan:** pembahasanku {slug}

- Tujuan: bahan
"""

DRAWING = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><title>Alur</title>'
    b'<path d="M0 0h10v10z"/></svg>\n'
)

FILES: Mapping[str, bytes] = {
    "kursus.md": PAGE.encode(),
    "pretes.md": TEST.format(title="Tes awal", slug="awal01").encode(),
    "01-bacaan.md": LESSON.encode(),
    "02-ujian.md": QUIZ.encode(),
    "03-penutup.md": LAST.encode(),
    "postes.md": TEST.format(title="Tes akhir", slug="akhir01").encode(),
    "media/alur.svg": DRAWING,
}
