"""Absurd values in every form and every query, on both databases: never an error of ours, always a sentence."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from elearn.web.settings import Settings
from tests.pages.conftest import get
from tests.security.conftest import Site, fill, running, site_settings
from tests.security.test_routes import BASE, Place, address, ask, may_open, places, token_of, views
from tests.security.world import SLUG, World

#: As bytes, percent-encoded on their way: also what is no UTF-8, and halves of surrogate pairs.
VALUES = {
    "nothing": b"",
    "NUL": b"a\x00b",
    "surrogate": b"\xed\xa0\x80",
    "no UTF-8": b"\xff\xfe\xfa",
    "long": b"x" * 200_000,
    "negative": b"-1",
    "huge": b"99999999999999999999999",
    "beyond a column": b"2147483648",
    "decimal": b"1e400",
    "emoji": "👩‍🍳🏳️‍🌈".encode(),
    "right to left": "\u202eterbalik\u2066\u200b".encode(),
    "lines": b"a\r\nb\r\nSet-Cookie: x=1",
    "far day": b"9999-12-31",
    "first day": b"0001-01-01",
    "digits of another script": "٣٤".encode(),
    "array": b"[1,2]",
    "format": b"%s%n{0.__class__}%(x)s",
}
#: Where a database, a column or a calendar says no: tried in every single field.
EDGES = {
    "sqlite": ("surrogate", "huge", "far day", "first day"),
    "postgresql": ("NUL", "beyond a column", "first day"),
}
FIELDS = [
    "nama",
    "kunci",
    "sandi",
    "sandi_lama",
    "kabupaten",
    "setuju",
    "kode",
    "ingat",
    "next",
    "held",
    "item",
    "event",
    "base",
    "answer",
    "answer.x",
    "kosongkan",
    "c",
    "cari",
    "jenis",
    "alasan",
    "lepas-alasan",
    "kuis",
    "orang",
    "sejak",
    "sampai",
    "mulai",
    "selesai",
    "kursus",
    "nomor",
    "kontak",
    "trainer",
    "staff",
    "admin",
    "judul",
    "alamat",
    "teks",
    "gabung",
    "lihat",
    "catatan",
    "tayang",
    "nilai",
    "pesan",
    "gambar",
    "angkatan",
    "dari",
    "semua",
    "urut",
    "arah",
    "sesudah",
    "bahasa",
    "belum",
    "lembar",
    "pakai",
    "pelajaran",
    "sandi_hapus",
    "sandi_kini",
    "sandi_unduh",
    "sertifikat",
    "soal",
    "status",
    "surel",
    "tentang",
    "terakhir",
    "tinjau",
    "topik",
    "versi",
    "yakin",
]
#: What would be taken; one field at a time is made absurd. Who, address, fields.
FORMS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("visitor", "/masuk", {"kunci": "081277770001", "sandi": "teh-manis-9", "next": "/", "held": '[["a","b"]]'}),
    ("visitor", "/daftar", {"nama": "Budi", "kunci": "x", "sandi": "kopi-susu-9", "kabupaten": "18.71", "setuju": "y"}),
    ("visitor", "/aktivasi", {"kode": "ABCDEFGHJK", "sandi": "teh-manis-9"}),
    ("learner", "/akun/data", {"nama": "Sari", "kabupaten": "18.71"}),
    ("visitor", "/lupa-sandi", {"kunci": "siti@example.com"}),
    ("visitor", "/bahasa", {"bahasa": "id", "next": "/"}),
    ("learner", "/akun/masuk", {"nomor": "081277770001", "surel": "siti@example.com", "sandi_kini": "salah"}),
    ("learner", "/akun/data/unduh", {"sandi_unduh": "salah"}),
    ("learner", "/akun/data/hapus", {"sertifikat": "simpan", "sandi_hapus": "salah"}),
    ("learner", "/tanya", {"tentang": SLUG, "teks": "Boleh?", "event": "{event}"}),
    ("learner", "/tanya/{inquiry}", {"teks": "Lalu?", "event": "{event}"}),
    ("learner", "/akun/sandi", {"sandi_lama": "salah", "sandi": "teh-manis-9"}),
    ("learner", "{attempt}/jawaban", {"item": "q-isian01", "event": "{event}", "base": "0", "answer": "x"}),
    ("learner", "{attempt}/jawaban", {"item": "q-uraian1", "event": "{event}", "base": "0", "answer": "x"}),
    ("learner", "{attempt}/jawaban", {"item": "q-pasang1", "event": "{event}", "base": "0", "answer.x": "x"}),
    ("learner", f"/kursus/{SLUG}/bacaan/daftar", {"c": "c-daftar1"}),
    ("graduate", f"/belajar/{SLUG}/sertifikat", {"nama": "Orang", "kabupaten": "18.71"}),
    ("trainer", "/pelatih/kursus-baru", {"judul": "Baru", "alamat": "baru"}),
    ("trainer", f"/pelatih/kursus/{SLUG}/modul-baru", {"judul": "Baru", "alamat": "baru"}),
    ("trainer", f"/pelatih/kursus/{SLUG}/file/kursus.md", {"teks": "# x", "nomor": "0", "gabung": ""}),
    ("trainer", f"/pelatih/kursus/{SLUG}/terbitkan", {"catatan": "x"}),
    ("trainer", f"/pelatih/kursus/{SLUG}/riwayat/1", {"tayang": "7"}),
    ("trainer", "/pelatih/esai/{closed}/q-uraian1", {"nilai": "99", "pesan": "Baik"}),
    ("trainer", f"/pelatih/kursus/{SLUG}/peserta/{{enrolment}}/percobaan", {"kuis": "3", "alasan": "x"}),
    ("staff", "/staf/angkatan/baru", {"nama": "Baru", "mulai": "2026-11-23", "selesai": "2026-12-23", "kursus": "1"}),
    ("staff", "/staf/angkatan/1/anggota", {"orang": "2", "sejak": "2026-11-23"}),
    ("staff", "/staf/angkatan/1/anggota/1/keluar", {"sampai": "2026-11-24"}),
    ("staff", "/staf/angkatan/1/cari", {"cari": "Orang"}),
    ("staff", "/staf/angkatan/1/orang-baru", {"nama": "Budi", "nomor": "", "kontak": "", "kabupaten": "18.71",
                                              "sejak": "2026-11-23"}),
    ("staff", "/staf/peserta", {"cari": "Orang"}),
    ("staff", "/staf/peserta/1/data", {"nama": "Sari", "nomor": "", "kontak": "", "kabupaten": "18.71", "alasan": "x"}),
    ("staff", "/staf/peserta/2/lepas-nomor", {"lepas-alasan": ""}),
    ("staff", "/staf/peserta/1/percobaan", {"kuis": "2-3", "alasan": "x"}),
    ("staff", "/staf/kelulusan/unduh", {"kursus": SLUG, "angkatan": "1", "kabupaten": "18.71", "dari": "2026-11-01",
                                        "sampai": "2026-11-30", "semua": "y", "urut": "nama", "sesudah": "1"}),
    ("admin", "/admin/orang", {"cari": "Orang"}),
    ("admin", "/admin/orang/2/akun", {"alasan": ""}),
    ("admin", f"/admin/kursus/{SLUG}/tambah", {"orang": "5"}),
    ("admin", f"/admin/kursus/{SLUG}/keluarkan", {"orang": "5"}),
)  # fmt: skip
RIGHT = {200, 303, 400, 404, 405, 409, 413, 415, 422, 429}
NOTING = {"following.note_opened"}
WHO = ("visitor", "learner", "graduate", "trainer", "staff", "admin")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def filled(database: str, request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Settings, World]:
    url = request.getfixturevalue(f"make_{database}")()
    settings = site_settings(tmp_path, url)
    return settings, fill(url, settings)


@pytest.fixture
def world(filled: tuple[Settings, World]) -> World:
    return filled[1]


@pytest.fixture
def app(
    filled: tuple[Settings, World], now: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Flask]:
    # Here it is looked at what is answered, not how often one may ask.
    for place in ("elearn.web.limits.services.check_rate", "elearn.records.accounts.services.check_rate",
                  "elearn.records.accounts.services.refuse_above"):  # fmt: skip
        monkeypatch.setattr(place, lambda *_a, **_k: None)
    yield from running(filled[0])


@pytest.fixture
def browsers(site: Site) -> dict[str, FlaskClient]:
    return {who: site.browser(who) for who in WHO}


def encoded(data: dict[str, bytes]) -> bytes:
    return "&".join(f"{quote(name)}={quote(value)}" for name, value in data.items()).encode()


def post_bytes(client: FlaskClient, path: str, token: str, data: dict[str, bytes]) -> Any:
    headers = {"X-CSRFToken": token, "Content-Type": "application/x-www-form-urlencoded"}
    found = client.post(path, data=encoded(data), base_url=BASE, headers=headers)
    # What is sent piece by piece is read to its end, as a browser does.
    found.get_data()
    return found


def has_sentence(found: Any) -> bool:
    if found.status_code < 400:
        return True
    text = re.sub(r"<[^>]+>", " ", found.get_data(as_text=True))
    return len(text.split()) > 5


def test_one_absurd_field_is_refused_with_a_sentence_and_never_an_error(
    site: Site, browsers: dict[str, FlaskClient], database: str
) -> None:
    tokens = {who: token_of(client) for who, client in browsers.items()}
    wrong = []
    for who, path, fields in FORMS:
        path = path.replace("{attempt}", f"/percobaan/{site.world.open_attempt}")
        path = path.replace("{closed}", str(site.world.closed_attempt)).replace(
            "{enrolment}", str(site.world.enrolment)
        )
        path = path.replace("{inquiry}", str(site.world.inquiry))
        for name in fields:
            for what in EDGES[database]:
                data = {key: text.replace("{event}", str(uuid4())).encode() for key, text in fields.items()}
                data[name] = VALUES[what]
                found = post_bytes(browsers[who], path, tokens[who], data)
                if found.status_code not in RIGHT or not has_sentence(found):
                    wrong.append((who, path, name, what, found.status_code))
                if who == "visitor" and found.status_code == 303:
                    # It was taken after all, and this browser is somebody's now.
                    browsers[who] = site.browser(who)
                    tokens[who] = token_of(browsers[who])
    assert not wrong
    for who in WHO[1:]:
        assert get(browsers[who], "/akun").status == 200, who


@pytest.mark.parametrize("what", ["NUL", "huge", "array"])
def test_every_form_filled_with_nonsense_is_refused(
    site: Site, browsers: dict[str, FlaskClient], what: str
) -> None:
    tokens = {who: token_of(client) for who, client in browsers.items()}
    table = places(site.world)
    data = dict.fromkeys(FIELDS, VALUES[what])
    wrong = []
    for endpoint, method, roles in views(site.app):
        # What signs out, or gives a code, would end the sessions that the rest is tried with.
        if (
            method != "POST"
            or endpoint in {"account.sign_out", "account.end_others", "account.end_all"}
            or "give_code" in endpoint
        ):
            continue
        who = next(who for who in WHO if may_open(roles, who))
        for place in table.get(endpoint, [Place({})]):
            path = address(site.app, endpoint, place.values)
            found = post_bytes(browsers[who], path, tokens[who], data)
            # What only notes that a page was opened has nothing to say, and reads no field.
            right = RIGHT | {204} if endpoint in NOTING else RIGHT
            if found.status_code not in right or not has_sentence(found):
                wrong.append((path, found.status_code))
    assert not wrong


#: What reads its query, and by which names.
QUERIES = {
    ("staff", "/staf/kelulusan"): "kursus angkatan kabupaten dari sampai semua urut arah sesudah",
    ("visitor", "/"): "cari topik",
    ("visitor", "/sertifikat"): "kode",
    ("visitor", "/masuk"): "next",
    ("visitor", "/bahasa"): "next",
    ("learner", "/tanya"): "tentang mulai",
    ("learner", "/kesiapan"): "belum",
    ("trainer", "/pelatih/tanya"): "status kursus sesudah",
    ("staff", "/staf/tanya"): "status kursus sesudah",
    ("admin", "/admin/jejak"): "sebelum",
    ("trainer", f"/pelatih/kursus/{SLUG}/peserta"): "sesudah",
    ("staff", "/staf/peserta/1"): "sebelum",
}


def test_every_query_filled_with_nonsense_is_answered(site: Site, browsers: dict[str, FlaskClient]) -> None:
    wrong = []
    attempt = ("learner", f"/percobaan/{site.world.open_attempt}")
    for (who, path), names in {**QUERIES, attempt: "soal tinjau semua lembar"}.items():
        for name in names.split():
            for what, value in VALUES.items():
                found = ask(browsers[who], "GET", f"{path}?{name}={quote(value[:3000])}")
                if found.status_code not in RIGHT or not has_sentence(found):
                    wrong.append((path, name, what, found.status_code))
    assert not wrong


def test_every_address_with_nonsense_is_answered(site: Site, browsers: dict[str, FlaskClient]) -> None:
    wrong = []
    for value in ("%00", "a%00b", "%ed%a0%80", "%ff", "2147483648", "x" * 3000, "%E2%80%AE"):
        for who, path in (
            ("visitor", "/kursus/{}"), ("learner", f"/kursus/{SLUG}/{{}}"), ("learner", f"/kursus/{SLUG}/{{}}/kuis"),
            ("learner", "/kursus/{}/x/kuis"), ("learner", "/belajar/{}/sertifikat"), ("visitor", "/sertifikat/{}"),
            ("graduate", "/sertifikat/{}.pdf"), ("visitor", "/media/{}.svg"), ("trainer", "/media/{}.svg"),
            ("visitor", "/aktivasi/{}"), ("trainer", "/pelatih/kursus/{}"), ("admin", "/admin/kursus/{}"),
            ("trainer", f"/pelatih/kursus/{SLUG}/file/{{}}"), ("trainer", f"/pelatih/kursus/{SLUG}/lihat/{{}}"),
            ("trainer", f"/pelatih/esai/{site.world.closed_attempt}/{{}}"), ("staff", "/staf/peserta/{}"),
            ("learner", "/percobaan/{}"), ("visitor", "/static/x/{}"),
        ):  # fmt: skip
            found = ask(browsers[who], "GET", path.format(value))
            if found.status_code not in RIGHT or (found.status_code >= 400 and not has_sentence(found)):
                wrong.append((who, path.format(value)[:60], found.status_code))
    assert not wrong


def test_absurd_answers_as_data_are_refused_with_a_sentence(
    site: Site, browsers: dict[str, FlaskClient]
) -> None:
    client = browsers["learner"]
    headers = {"X-CSRFToken": token_of(client)}
    absurd: tuple[Any, ...] = (
        None, True, -1, 2**31, 2**70, 1.5, "", "a\x00b", "\ud800", "x" * 200_000, [], [[]], {}, {"a": {}}, ["\x00"],
        {"\x00": "\x00"}, ["x"] * 5000, "\u202e", "👩‍🍳",
    )  # fmt: skip
    wrong = []
    for item in ("q-satu01", "q-isian01", "q-angka01", "q-urutan1", "q-pasang1", "q-uraian1"):
        for field in ("item", "event", "base", "answer"):
            for value in absurd:
                body = {"item": item, "event": str(uuid4()), "base": 0, "answer": "", field: value}
                found = client.put(
                    f"/percobaan/{site.world.open_attempt}/jawaban", json=body, base_url=BASE, headers=headers
                )
                refused = found.status_code in {413, 422} and found.get_json()["message"]
                if found.status_code != 200 and not refused:
                    wrong.append((item, field, str(value)[:20], found.status_code))
    assert not wrong
