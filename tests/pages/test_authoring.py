"""A trainer writes, is told what to mend, publishes; learners keep what they have."""

from __future__ import annotations

import io
import json
import re
from html import unescape

import pytest
from PIL import Image

from elearn.pages.authoring.blueprint import propose_slug
from elearn.pages.authoring.changes import MOST_COMPARED, compare
from elearn.pages.authoring.essays import read_points
from elearn.pages.authoring.learners import read_cursor
from elearn.records import authoring, study
from elearn.records.accounts.models import Role
from elearn.records.audit.models import Way
from elearn.records.catalogue.queries import course_by_slug
from tests.pages.conftest import NOW, get, post, send, user_of

BAD = "---\njudul: Bahan\ntujuan: [bahan]\n---\n\nTeks.\n\n## Kuis\n\n### Soal 1\n\nMana?\n\n- [ ] Satu\n- [ ] Dua\n"


@pytest.fixture
def trainer(make_person):
    return make_person(Role.TRAINER, name="Ratna Dewi")


@pytest.fixture
def own(course, trainer, records):
    """The published course, written by the trainer."""
    with records() as session:
        authoring.set_trainers(
            session,
            course_by_slug(session, course),
            add=[user_of(session, trainer)],
            remove=[],
            actor=None,
            way=Way.COMMAND,
            now=NOW,
        )
    return f"/pelatih/kursus/{course}"


def text_of(page):
    found = re.search(r'<textarea[^>]*name="teks"[^>]*>\r?\n?(.*?)</textarea>', page.text, re.DOTALL)
    assert found, page.text
    return unescape(found[1])


def number_of(page):
    found = re.search(r'name="nomor"[^>]*value="(\d+)"', page.text)
    assert found, page.text
    return found[1]


def save(person, address, text, number=None):
    page = get(person.client, address)
    return send(person.client, page, address, teks=text, nomor=number or number_of(page))


def autosave(person, address, text, number):
    token = get(person.client, address).token()
    return post(
        person.client,
        f"{address}/simpan",
        json.dumps({"teks": text, "nomor": number}),
        **{"Content-Type": "application/json", "X-CSRFToken": token, "Accept": "application/json"},
    )


def make_course(person, title="Dapur Bersih"):
    page = get(person.client, "/pelatih/kursus-baru")
    answer = send(person.client, page, "/pelatih/kursus-baru", judul=title)
    assert answer.status == 303, answer.text
    return answer.location


def test_a_new_course_is_a_draft_that_only_its_trainer_sees(trainer, make_person, visitor):
    address = make_course(trainer)

    assert address.endswith("/pelatih/kursus/dapur-bersih")
    page = get(trainer.client, address)
    assert "kursus.md" in page.text
    assert "Konsep" in page.text
    assert "Dapur Bersih" in get(trainer.client, "/pelatih/").text
    assert get(visitor, "/kursus/dapur-bersih").status == 404
    other = make_person(Role.TRAINER, name="Agus Salim")
    assert "Dapur Bersih" not in get(other.client, "/pelatih/").text


def test_the_template_can_be_published_as_it_is(trainer, visitor):
    address = make_course(trainer)
    page = get(trainer.client, f"{address}/terbitkan")

    answer = send(trainer.client, page, f"{address}/terbitkan", catatan="Terbitan pertama")

    assert answer.status == 303, answer.text
    history = get(trainer.client, f"{address}/riwayat")
    assert "Terbitan pertama" in history.text
    assert get(visitor, "/kursus/dapur-bersih").status == 200


@pytest.mark.parametrize(
    ("title", "slug", "message"),
    [
        ("", "", "belum diisi"),
        ("Dapur", "Dapur Bersih", "huruf kecil"),
        ("A", "", ""),
        ("Dapur", "x" * 90, ""),
    ],
)
def test_a_course_form_keeps_what_was_typed(trainer, title, slug, message):
    page = get(trainer.client, "/pelatih/kursus-baru")

    answer = send(trainer.client, page, "/pelatih/kursus-baru", judul=title, alamat=slug)

    assert answer.status == 422
    assert message in answer.text
    assert title in answer.text


def test_a_slug_that_is_taken_is_told_beside_the_field(trainer):
    make_course(trainer)
    page = get(trainer.client, "/pelatih/kursus-baru")

    answer = send(trainer.client, page, "/pelatih/kursus-baru", judul="Dapur Bersih")

    assert answer.status == 422
    assert 'value="dapur-bersih"' in answer.text


def test_a_new_module_gets_the_next_number_and_opens_in_the_editor(trainer, own):
    page = get(trainer.client, f"{own}/modul-baru")

    answer = send(trainer.client, page, f"{own}/modul-baru", judul="Menjaga kebersihan")

    assert answer.status == 303
    assert answer.location.endswith("/file/03-menjaga-kebersihan.md")
    assert "## Kuis" in text_of(get(trainer.client, answer.location))


def test_a_draft_is_saved_and_learners_still_see_what_is_live(trainer, own, visitor):
    address = f"{own}/file/01-bahan.md"
    text = text_of(get(trainer.client, address))

    answer = save(trainer, address, text.replace("Tulis semua bahan.", "Catat semua bahan."))

    assert answer.status == 303
    page = get(trainer.client, address)
    assert "Catat semua bahan." in text_of(page)
    assert number_of(page) == "1"
    assert "Catat semua bahan." in page.text.split('id="pratinjau"')[1]
    assert "Tulis semua bahan." in get(visitor, "/kursus/dapur-halal/bahan").text
    assert "Catat semua bahan." in get(trainer.client, f"{own}/lihat/01-bahan.md").text


def test_looking_at_a_file_makes_no_draft(trainer, own):
    for _look in range(2):
        page = get(trainer.client, f"{own}/file/01-bahan.md")

    assert number_of(page) == "0"


def test_problems_are_listed_with_their_line_and_publishing_is_refused_until_mended(trainer, own, visitor):
    address = f"{own}/file/01-bahan.md"
    good = text_of(get(trainer.client, address))
    save(trainer, address, BAD)

    page = get(trainer.client, address)
    assert "Baris 10" in page.text
    assert "K01" in page.text
    refused = send(
        trainer.client, get(trainer.client, f"{own}/terbitkan"), f"{own}/terbitkan", catatan="Coba"
    )
    assert refused.status == 422
    assert "K01" in refused.text
    assert 'value="Coba"' in refused.text
    assert f"{address}#baris-10" in refused.text

    save(trainer, address, good.replace("Tulis semua", "Catat semua"))
    published = send(
        trainer.client, get(trainer.client, f"{own}/terbitkan"), f"{own}/terbitkan", catatan="Beres"
    )
    assert published.status == 303
    assert "terbitan ke-2" in get(trainer.client, f"{own}/riwayat").text
    assert "Catat semua bahan." in get(visitor, "/kursus/dapur-halal/bahan").text


def test_the_page_before_publishing_shows_what_changes(trainer, own):
    address = f"{own}/file/01-bahan.md"
    save(trainer, address, text_of(get(trainer.client, address)).replace("Tulis semua", "Catat semua"))

    page = get(trainer.client, f"{own}/terbitkan")

    assert "Catat semua bahan." in page.text
    assert "Tulis semua bahan." in page.text
    assert "1 baris baru, 1 baris hilang" in page.text


def test_publishing_nothing_makes_no_release(trainer, own):
    answer = send(trainer.client, get(trainer.client, f"{own}/terbitkan"), f"{own}/terbitkan")

    assert answer.status == 303
    assert "Ke-2" not in get(trainer.client, f"{own}/riwayat").text


def test_a_save_from_an_old_tab_is_kept_beside_and_shown(trainer, own):
    address = f"{own}/file/01-bahan.md"
    text = text_of(get(trainer.client, address))
    save(trainer, address, text.replace("Tulis semua", "Catat semua"), number="0")

    answer = save(trainer, address, text.replace("Tulis semua", "Daftar semua"), number="0")

    assert answer.status == 303
    page = get(trainer.client, address)
    assert "Catat semua bahan." in text_of(page)
    assert "Disimpan dari tab lama" in page.text
    assert "Daftar semua bahan." in page.text


def test_a_draft_is_thrown_away(trainer, own):
    address = f"{own}/file/01-bahan.md"
    save(trainer, address, text_of(get(trainer.client, address)).replace("Tulis semua", "Catat semua"))

    answer = send(trainer.client, get(trainer.client, address), f"{address}/buang")

    assert answer.status == 303
    assert "Tulis semua bahan." in text_of(get(trainer.client, address))


def test_the_script_saves_and_gets_preview_problems_and_ids(trainer, own):
    address = f"{own}/file/01-bahan.md"

    answer = autosave(trainer, address, BAD.replace("\n", "\r\n"), 0)

    assert answer.status == 200
    reply = json.loads(answer.text)
    assert reply["nomor"] == 1
    assert "<!-- id: q-" in reply["teks"]
    assert "\r" not in reply["teks"]
    assert "Teks." in reply["html"]
    assert '<a href="#baris-10" data-line="10">' in reply["masalah"]
    assert "K01" in reply["masalah"]
    assert reply["tertahan"].startswith("Bisa diterbitkan setelah ")


def test_the_script_is_told_of_another_tab(trainer, own):
    address = f"{own}/file/01-bahan.md"
    text = text_of(get(trainer.client, address))
    autosave(trainer, address, text + "\nSatu.\n", 0)

    answer = autosave(trainer, address, text + "\nDua.\n", 0)

    assert answer.status == 409
    assert "Dua." in get(trainer.client, address).text


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "{}",
        '{"teks": 1, "nomor": 0}',
        '{"teks": "x", "nomor": true}',
        '{"teks": "x", "nomor": "0"}',
    ],
)
def test_the_script_cannot_send_nonsense(trainer, own, body):
    address = f"{own}/file/01-bahan.md"
    token = get(trainer.client, address).token()

    answer = post(
        trainer.client,
        f"{address}/simpan",
        body,
        **{"Content-Type": "application/json", "X-CSRFToken": token, "Accept": "application/json"},
    )

    assert answer.status == 400


def test_saving_without_the_token_is_refused(trainer, own):
    assert post(trainer.client, f"{own}/file/01-bahan.md", {"teks": "x", "nomor": "0"}).status == 403
    assert number_of(get(trainer.client, f"{own}/file/01-bahan.md")) == "0"


def test_another_trainers_draft_and_a_newer_release_are_shown(trainer, own, make_person, records):
    agus = make_person(Role.TRAINER, name="Agus Salim")
    with records() as session:
        authoring.set_trainers(
            session, course_by_slug(session, "dapur-halal"), add=[user_of(session, agus)], remove=[],
            actor=None, way=Way.COMMAND, now=NOW,
        )  # fmt: skip
    address = f"{own}/file/01-bahan.md"
    text = text_of(get(trainer.client, address))
    save(agus, address, text.replace("Tulis semua", "Kumpulkan semua"))
    save(trainer, address, text.replace("Tulis semua", "Catat semua"))

    page = get(trainer.client, address)
    assert "Agus Salim" in page.text
    assert "Kumpulkan semua bahan." in page.text
    send(agus.client, get(agus.client, f"{own}/terbitkan"), f"{own}/terbitkan")

    moved = get(trainer.client, address)
    assert "sudah diterbitkan lagi sejak Anda mulai" in moved.text
    assert "Catat semua bahan." in text_of(moved)
    refused = send(trainer.client, get(trainer.client, f"{own}/terbitkan"), f"{own}/terbitkan")
    assert refused.status == 422
    assert "Kumpulkan semua" in get(trainer.client, f"{own}/riwayat").text or refused.text


def picture(kind="PNG"):
    content = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(content, kind)
    return content.getvalue()


def upload(person, address, content, name):
    page = get(person.client, address)
    data = {"csrf_token": page.token(), "gambar": (io.BytesIO(content), name), "nama": ""}
    return post(person.client, address, data)


def test_a_picture_is_added_and_shown_to_the_trainer_only(trainer, own, visitor):
    answer = upload(trainer, f"{own}/media", picture(), "Foto Dapur.png")

    assert answer.status == 303
    page = get(trainer.client, f"{own}/media")
    assert "](media/" in page.text
    address = re.search(r'src="(/media/[0-9a-f]{64}\.\w+)"', page.text)[1]
    assert trainer.client.get(address, base_url="https://kelas.example").status_code == 200
    assert get(visitor, address).status == 404


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"bukan gambar",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        picture()[:40],
    ],
)
def test_what_is_no_picture_is_refused(trainer, own, content):
    answer = upload(trainer, f"{own}/media", content, "dapur.png")

    assert answer.status == 422
    assert 'class="err"' in answer.text


def test_an_earlier_release_is_made_live_again(trainer, own, visitor):
    address = f"{own}/file/01-bahan.md"
    save(trainer, address, text_of(get(trainer.client, address)).replace("Tulis semua", "Catat semua"))
    send(trainer.client, get(trainer.client, f"{own}/terbitkan"), f"{own}/terbitkan")
    history = get(trainer.client, f"{own}/riwayat")

    live = re.search(r'name="tayang"[^>]*value="(\d+)"', history.text)[1]
    answers = [send(trainer.client, history, f"{own}/riwayat/1", tayang=live) for _press in range(2)]

    assert [answer.status for answer in answers] == [303, 303]
    assert "Ke-4" not in get(trainer.client, f"{own}/riwayat").text
    assert "Ke-3" in get(trainer.client, f"{own}/riwayat").text
    assert "Tulis semua bahan." in get(visitor, "/kursus/dapur-halal/bahan").text
    assert send(trainer.client, history, f"{own}/riwayat/99", tayang="3").status == 404


@pytest.fixture
def enrolled(learner, records, course):
    with records() as session:
        return study.enrol(session, user_of(session, learner), course, NOW).id


def test_a_trainer_sees_learners_of_the_own_course(trainer, own, enrolled, learner):
    page = get(trainer.client, f"{own}/peserta")

    assert "Sari Wulandari" in page.text
    one = get(trainer.client, f"{own}/peserta/{enrolled}")
    assert "Sari Wulandari" in one.text
    assert learner.key not in one.text


def test_a_trainer_gives_a_code_to_a_learner_of_the_own_course(trainer, own, enrolled, learner):
    address = f"{own}/peserta/{enrolled}"

    page = send(trainer.client, get(trainer.client, address), f"{address}/kode")

    assert page.status == 200
    assert "Tulis kode ini" in page.text
    assert get(learner.client, "/belajar").status == 303


def test_a_trainer_gives_no_code_to_somebody_with_a_role(trainer, own, make_person, records, course):
    admin = make_person(Role.ADMIN, name="Admin Contoh")
    with records() as session:
        enrolment = study.enrol(session, user_of(session, admin), course, NOW).id
    address = f"{own}/peserta/{enrolment}"

    answer = send(trainer.client, get(trainer.client, address), f"{address}/kode")

    assert answer.status == 404
    assert get(admin.client, "/admin/orang").status == 200


def test_one_more_attempt_needs_a_reason(trainer, own, enrolled):
    address = f"{own}/peserta/{enrolled}"
    page = get(trainer.client, address)
    module = re.search(r'<option[^>]*value="(\d+)">Delapan soal', page.text)[1]

    assert send(trainer.client, page, f"{address}/percobaan", kuis=module, alasan="").status == 422
    assert send(trainer.client, page, f"{address}/percobaan", kuis="999999", alasan="Sakit").status == 422
    assert send(trainer.client, page, f"{address}/percobaan", kuis=module, alasan="Sakit").status == 303


ADDRESSES = [
    "", "/modul-baru", "/file/01-bahan.md", "/lihat/01-bahan.md", "/media", "/terbitkan", "/riwayat",
    "/peserta", "/peserta/1",
]  # fmt: skip
ACTS = [
    "/modul-baru", "/file/01-bahan.md", "/file/01-bahan.md/simpan", "/file/01-bahan.md/buang", "/media", "/terbitkan",
    "/riwayat/1", "/peserta/1/kode", "/peserta/1/percobaan",
]  # fmt: skip


@pytest.mark.parametrize("role", [Role.TRAINER, Role.STAFF, Role.ADMIN, None])
def test_another_persons_course_does_not_exist(make_person, own, enrolled, role):
    person = make_person(*([role] if role else []), name="Agus Salim")
    token = get(person.client, "/akun").token()

    for address in ADDRESSES:
        assert get(person.client, own + address).status == 404, address
    for address in ACTS:
        answer = post(person.client, own + address, {"csrf_token": token})
        assert answer.status == 404, address


@pytest.mark.parametrize("name", ["tidak-ada.md", "kursus.txt", "..%2Fkursus.md", "03-%00.md", "KURSUS.MD"])
def test_a_file_that_is_not_there_is_not_found(trainer, own, name):
    assert get(trainer.client, f"{own}/file/{name}").status == 404


def test_a_visitor_is_sent_to_sign_in(visitor, own):
    assert get(visitor, own).status == 303
    assert "/masuk" in get(visitor, own).location


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Dapur Bersih, Produk Aman", "dapur-bersih-produk-aman"),
        ("  Izin Edar: P-IRT atau BPOM?", "izin-edar-p-irt-atau-bpom"),
        ("Café São", "cafe-sao"),
        ("李小龍", ""),
        ("a" * 80, "a" * 60),
    ],
)
def test_a_slug_is_proposed_from_the_title(title, slug):
    assert propose_slug(title) == slug


@pytest.mark.parametrize(
    ("typed", "points"),
    [
        ("3", 30000),
        ("1,5", 15000),
        ("0", 0),
        ("0,0001", 1),
        ("0,00001", None),
        ("-1", None),
        ("tiga", None),
        ("", None),
    ],
)
def test_points_are_read_the_indonesian_way(typed, points):
    assert read_points(typed) == points


@pytest.mark.parametrize(
    "text", ["", "x", "20261123T034200000000", "-1", "20261123T034200000000-x", "20261323T034200000000-1"]
)
def test_a_broken_place_in_the_list_is_the_first_page(text):
    assert read_cursor(text) is None


def test_a_comparison_shows_what_is_gone_and_what_is_new():
    changes = compare("a\nb\nc\n", "a\nB\nc\n")

    assert [(line.kind, line.text) for line in changes.lines] == [
        (" ", "a"),
        ("-", "b"),
        ("+", "B"),
        (" ", "c"),
    ]
    assert (changes.added, changes.removed) == (1, 1)
    assert not compare("a\n", "a\n")


def test_a_comparison_of_huge_texts_is_bounded():
    changes = compare("a\n" * (MOST_COMPARED + 1), "b\n")

    assert changes
    assert changes.cut
