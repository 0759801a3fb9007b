"""Data saya: taking it home, asking to be erased, and the admin who does it; agreeing to a new privacy text."""

# ruff: noqa: F811 - a fixture of another file is an argument here

from __future__ import annotations

import io
import json
import zipfile

import pytest
from sqlalchemy import select

from elearn.records.accounts.models import Consent, Role, User
from elearn.records.audit.services import verify_chain
from elearn.records.privacy.models import ErasureRequest
from elearn.records.privacy.services import ERASED_NAME
from elearn.web.privacy import PRIVACY_VERSION
from tests.pages.conftest import PASSWORD, get, post, send, sign_in
from tests.pages.test_certificates import make_certificate  # noqa: F401

PAGE = "/akun/data"


def download(person, password=PASSWORD):
    token = get(person.client, PAGE).token()
    return person.client.post(
        f"{PAGE}/unduh", data={"csrf_token": token, "sandi_unduh": password}, base_url="https://kelas.example"
    )


def ask_to_be_erased(person, choice="hapus", password=PASSWORD):
    page = get(person.client, PAGE)
    return send(person.client, page, f"{PAGE}/hapus", sertifikat=choice, sandi_hapus=password)


def test_everything_held_comes_home_as_one_archive(learner, course, make_certificate):
    serial = make_certificate()

    answer = download(learner)

    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == 'attachment; filename="data-saya.zip"'
    assert answer.headers["Cache-Control"] == "no-store"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert archive.testzip() is None
        assert sorted(archive.namelist()) == ["BACA-SAYA.txt", "data.json", f"sertifikat-{serial}.pdf"]
        assert archive.read(f"sertifikat-{serial}.pdf").startswith(b"%PDF-")
        held = json.loads(archive.read("data.json"))
        explained = archive.read("BACA-SAYA.txt").decode()
    assert held["akun"]["nama"] == learner.name
    assert held["kursus"][0]["alamat"] == "/kursus/dapur-halal"
    assert held["sertifikat"][0]["berkas"] == f"sertifikat-{serial}.pdf"
    assert learner.name in explained
    assert "data.json" in explained
    assert "\r\n" in explained


def test_the_password_is_asked_again_and_tries_are_counted(learner, course):
    for _each in range(10):
        answer = download(learner, "salah-sekali")
        assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert "Kata sandi" in page
    assert 'id="sandi_unduh-salah"' in page
    assert "salah-sekali" not in page

    late = download(learner)

    assert late.status_code == 429
    assert int(late.headers["Retry-After"]) > 0
    assert ask_to_be_erased(learner).status == 429


def test_the_archive_is_made_a_few_times_an_hour_only(learner, course, now):
    for _each in range(6):
        assert download(learner).status_code == 200

    assert download(learner).status_code == 429
    now(hours=1)
    assert download(learner).status_code == 200


def test_a_wish_to_be_erased_is_shown_and_can_be_withdrawn(learner, records, course):
    asked = ask_to_be_erased(learner, "tetap")

    assert asked.status == 303
    page = get(learner.client, PAGE)
    assert "Anda meminta penghapusan pada" in page.text
    assert "Sertifikat Anda tetap bisa dicek" in page.text
    assert ask_to_be_erased(learner, "tetap").status == 303

    assert send(learner.client, page, f"{PAGE}/hapus/batal").status == 303

    page = get(learner.client, PAGE)
    assert "Anda meminta penghapusan" not in page.text
    assert "Permintaan penghapusan dibatalkan" in page.text
    with records() as session:
        (request,) = session.scalars(select(ErasureRequest))
        assert request.keep_certificates
        assert request.withdrawn_at is not None


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"sandi_hapus": PASSWORD}, "Pilih salah satu"),
        ({"sertifikat": "hapus"}, "belum diisi"),
        ({"sertifikat": "entah", "sandi_hapus": PASSWORD}, "Pilih salah satu"),
        ({"sertifikat": "hapus", "sandi_hapus": "bukan-ini"}, "Kata sandi"),
    ],
)
def test_a_wish_without_choice_or_password_is_not_taken(learner, records, course, fields, said):
    page = get(learner.client, PAGE)

    answer = send(learner.client, page, f"{PAGE}/hapus", **fields)

    assert answer.status == 422
    assert said in answer.text
    assert "<details open>" in answer.text
    with records() as session:
        assert session.scalars(select(ErasureRequest)).all() == []


def test_an_admin_carries_it_out_after_a_confirmation(
    learner, make_person, visitor, records, course, make_certificate
):
    serial = make_certificate()
    ask_to_be_erased(learner)
    admin = make_person(Role.ADMIN, name="Admin Satu")
    assert "1 orang meminta datanya dihapus." in get(admin.client, "/admin/orang").text
    page = get(admin.client, "/admin/penghapusan/")
    assert learner.name in page.text
    assert "Sertifikat ikut dihapus" in page.text
    with records() as session:
        request_id = session.scalars(select(ErasureRequest.id)).one()

    unsure = send(admin.client, page, f"/admin/penghapusan/{request_id}")
    assert unsure.status == 422
    assert "Centang dulu" in unsure.text
    assert get(learner.client, "/akun").status == 200

    done = send(admin.client, page, f"/admin/penghapusan/{request_id}", yakin="y")

    assert done.status == 303
    # Pressed twice: there is no such wish any more.
    assert send(admin.client, page, f"/admin/penghapusan/{request_id}", yakin="y").status == 404
    assert "Tidak ada permintaan" in get(admin.client, "/admin/penghapusan/").text
    assert get(learner.client, "/akun").status == 303
    refused = send(visitor, get(visitor, "/masuk"), "/masuk", kunci=learner.key, sandi=PASSWORD)
    assert refused.status == 422
    check = get(visitor, f"/sertifikat/{serial}")
    assert "dihapus atas permintaan pemiliknya" in check.text
    assert learner.name not in check.text
    assert get(admin.client, f"/admin/orang/{learner.user_id}").status == 404
    trail = get(admin.client, "/admin/jejak")
    assert "Menghapus data pribadi" in trail.text
    assert learner.name not in trail.text
    with records() as session:
        assert session.get_one(User, learner.user_id).name == ERASED_NAME
        assert verify_chain(session) == []


def test_a_kept_certificate_goes_on_naming_its_holder(
    learner, make_person, visitor, records, course, make_certificate
):
    serial = make_certificate()
    ask_to_be_erased(learner, "tetap")
    admin = make_person(Role.ADMIN, name="Admin Satu")
    with records() as session:
        request_id = session.scalars(select(ErasureRequest.id)).one()
    page = get(admin.client, "/admin/penghapusan/")

    assert send(admin.client, page, f"/admin/penghapusan/{request_id}", yakin="y").status == 303

    check = get(visitor, f"/sertifikat/{serial}")
    assert "Sertifikat ini asli dan berlaku" in check.text
    assert learner.name in check.text


def test_whoever_works_here_is_told_to_give_that_up_first(make_person, course):
    trainer = make_person(Role.TRAINER)

    assert "mencabut peran Anda dulu" in get(trainer.client, PAGE).text
    assert download(trainer).status_code == 200
    refused = post(
        trainer.client,
        f"{PAGE}/hapus",
        {"csrf_token": get(trainer.client, PAGE).token(), "sertifikat": "tetap", "sandi_hapus": PASSWORD},
    )
    assert refused.status == 422
    assert "Cabut perannya dulu" in refused.text


def test_a_visitor_is_led_to_sign_in_and_back(visitor, make_person, course):
    page = get(visitor, PAGE)
    assert (page.status, page.location) == (303, "/masuk?next=/akun/data")
    assert "/akun/data" in get(visitor, "/perlindungan-data").text


def test_a_changed_privacy_text_is_asked_about_and_stands_in_nobodys_way(learner, records, course):
    # Whoever signed up in these tests agreed to another version.
    for address in ("/belajar", "/akun", PAGE):
        assert "Anda belum menyetujui naskah yang sekarang" in get(learner.client, address).text
    assert get(learner.client, "/kursus/dapur-halal/bahan").status == 200
    page = get(learner.client, "/belajar")

    old = send(learner.client, page, "/perlindungan-data/setuju", versi="2020-01", next="/belajar")
    assert old.status == 303
    assert "Anda belum menyetujui" in get(learner.client, "/belajar").text
    for _twice in range(2):
        agreed = send(
            learner.client, page, "/perlindungan-data/setuju", versi=PRIVACY_VERSION, next="/belajar"
        )
        assert (agreed.status, agreed.location) == (303, "/belajar")

    assert "Anda belum menyetujui" not in get(learner.client, "/belajar").text
    with records() as session:
        versions = session.scalars(select(Consent.text_version).order_by(Consent.id)).all()
    assert versions == ["uji", PRIVACY_VERSION]


def test_agreeing_leads_only_to_places_on_this_site(learner, course):
    page = get(learner.client, "/belajar")

    answer = send(
        learner.client, page, "/perlindungan-data/setuju", versi=PRIVACY_VERSION, next="//jahat.example"
    )

    assert answer.location == "/akun"


def test_whoever_signs_up_has_agreed_to_the_text_as_it_is(visitor, course):
    form = get(visitor, "/daftar")
    made = send(
        visitor,
        form,
        "/daftar",
        nama="Sumarni",
        kunci="0812 9999 0001",
        sandi=PASSWORD,
        kabupaten="",
        setuju="y",
    )
    assert made.status == 303, made.text

    assert "Anda belum menyetujui" not in get(visitor, "/belajar").text


def test_the_privacy_text_names_its_version_and_what_one_may_do(visitor):
    page = get(visitor, "/perlindungan-data")

    assert f"Naskah versi {PRIVACY_VERSION}" in page.text
    for words in (
        "Yang kami simpan",
        "Untuk apa",
        "Siapa yang melihat",
        "Berapa lama disimpan",
        "Hak Anda",
        "27 Tahun 2022",
    ):
        assert words in page.text
    assert 'method="post"' not in page.text
    assert "Set-Cookie" not in page.headers


def test_signing_in_again_after_a_withdrawn_wish_finds_everything(learner, make_client, course):
    ask_to_be_erased(learner)
    send(learner.client, get(learner.client, PAGE), f"{PAGE}/hapus/batal")
    learner.client = make_client()
    sign_in(learner)
    assert learner.name in get(learner.client, PAGE).text
