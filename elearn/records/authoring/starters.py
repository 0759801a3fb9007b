"""What a new course and a new module begin with: a text that can be published once its own words are in."""

from __future__ import annotations

import json

COURSE = """---
judul: {title}
ringkasan: Tulis satu kalimat tentang manfaat kursus ini.
tujuan:
  tujuan-pertama: Menyebutkan satu hal yang bisa dilakukan setelah belajar
lulus: 70%
sertifikat: ya
---

Tulis untuk siapa kursus ini dan apa yang perlu disiapkan.
"""

MODULE = """---
judul: {title}
tujuan:
  - {objective}
sumber:
  - judul: Tulis nama aturan atau sumbernya
    alamat: https://contoh.go.id/
diperiksa: {today}
periksa lagi: {review}
---

Tulis pembuka dua atau tiga kalimat.

## Bagian pertama

Tulis isinya. Satu bagian, satu maksud.

> [!TIP]
> Tulis satu saran yang memudahkan.

## Yang saya siapkan

- [ ] Tulis satu hal yang harus siap

## Kuis

- Lulus: 70%

### Soal 1

Tulis pertanyaannya.

- [x] Tulis jawaban yang tepat
- [ ] Tulis jawaban yang belum tepat
  > Tulis mengapa ini belum tepat.
- [ ] Tulis jawaban lain yang belum tepat
  > Tulis mengapa ini belum tepat.

**Pembahasan:** Tulis alasannya.
"""


def course_text(title: str) -> str:
    """Return the page of a new course."""
    return COURSE.format(title=_quoted(title))


def module_text(title: str, *, objective: str, today: str, review: str) -> str:
    """Return the text of a new module; days as ``2026-11-25``."""
    return MODULE.format(title=_quoted(title), objective=objective, today=today, review=review)


def _quoted(title: str) -> str:
    # A JSON string is a YAML string, whatever stands in it.
    return json.dumps(title, ensure_ascii=False)
