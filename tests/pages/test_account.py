"""Getting in and out: sign-up, sign-in, codes, the own account, what was typed meanwhile."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from markupsafe import escape
from sqlalchemy import select

from elearn.records.accounts import services as accounts
from elearn.records.accounts.models import CodeKind, Role, User, UserRegency
from elearn.records.audit.models import Way
from elearn.web import limits
from elearn.web.guards import safe_next
from tests.pages.conftest import NOW, PASSWORD, get, post, send, sign_in, user_of

SIGN_UP = {
    "nama": "Sari Wulandari",
    "kunci": "0812 3456 7890",
    "sandi": PASSWORD,
    "kabupaten": "18.71",
    "setuju": "y",
}

#: Nobody's here.
OTHER_PASSWORD = "kopi-pahit-hangat-3"


def cookies(response_headers):
    return response_headers.get("Set-Cookie", "")


def test_somebody_signs_up_with_a_phone_number_and_is_in(visitor):
    page = get(visitor, "/daftar?next=/akun")
    answer = send(visitor, page, "/daftar?next=/akun", **SIGN_UP)

    assert (answer.status, answer.location) == (303, "/akun")
    assert "0812-3456-7890" in get(visitor, "/akun").text


def test_sign_up_asks_for_at_most_six_things(visitor):
    text = get(visitor, "/daftar").text
    shown = re.findall(r'<(?:input|select)(?![^>]*type="hidden")[^>]*name="([^"]+)"', text)

    assert len(set(shown)) <= 6


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"nama": ""}, "Bagian ini belum diisi"),
        ({"kunci": "0812 34"}, "0812 3456 7890"),
        ({"kunci": "sari.w"}, "nomor HP atau e-mail"),
        ({"sandi": "12345"}, "Kata sandi"),
        ({"sandi": "password"}, "mudah ditebak"),
        ({"setuju": ""}, "Centang dulu"),
        ({"kabupaten": "99.99"}, "Pilih salah satu"),
        ({"nama": "x" * 200}, "Terlalu panjang"),
        ({"nama": "a\0b"}, "err"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_the_rest_stays_typed(visitor, change, words):
    page = get(visitor, "/daftar")
    answer = send(visitor, page, "/daftar", **{**SIGN_UP, **change})

    assert answer.status == 422
    assert words in answer.text
    assert 'aria-invalid="true"' in answer.text
    kept = "0812 3456 7890" if "kunci" not in change else "Sari Wulandari"
    assert kept in answer.text
    assert PASSWORD not in answer.text


def test_a_number_that_is_taken_is_said_to_be(visitor, learner):
    page = get(visitor, "/daftar")
    answer = send(visitor, page, "/daftar", **{**SIGN_UP, "kunci": learner.key, "sandi": OTHER_PASSWORD})

    assert answer.status == 422
    assert "Sudah dipakai akun lain" in answer.text
    assert get(visitor, "/belajar").status == 303


def test_whoever_signs_up_again_because_the_reply_was_lost_is_signed_in(visitor, make_client, records):
    send(visitor, get(visitor, "/daftar"), "/daftar", **SIGN_UP)
    again = make_client()
    answer = send(again, get(again, "/daftar?next=/akun"), "/daftar?next=/akun", **SIGN_UP)

    assert (answer.status, answer.location) == (303, "/akun")
    assert "sekarang sudah masuk" in get(again, "/akun").text
    with records() as session:
        assert len(session.scalars(select(User).where(User.phone == "+6281234567890")).all()) == 1


def test_a_wrong_password_at_sign_up_counts_as_a_try_to_sign_in(make_client, learner):
    """One try is left; sign-up uses it, and then the right password opens nothing either."""
    for _each in range(accounts.SIGN_IN_TRIES - 1):
        client = make_client()
        assert (
            send(client, get(client, "/masuk"), "/masuk", kunci=learner.key, sandi=OTHER_PASSWORD).status
            == 422
        )
    client = make_client()
    taken = {**SIGN_UP, "kunci": learner.key, "sandi": OTHER_PASSWORD}
    assert send(client, get(client, "/daftar"), "/daftar", **taken).status == 422

    answer = send(client, get(client, "/masuk"), "/masuk", kunci=learner.key, sandi=PASSWORD)
    assert answer.status == 429


def test_sign_in_says_the_same_for_a_wrong_password_and_an_unknown_number(visitor, make_person):
    person = make_person(signed_in=False)
    sentences = []
    for key in (person.key, "0899 9999 9999", "tidak.ada"):
        page = get(visitor, "/masuk")
        answer = send(visitor, page, "/masuk", kunci=key, sandi="salah sekali")
        assert answer.status == 422
        sentences += re.findall(r'class="err"[^>]*>.*?<span>([^<]+)</span>', answer.text)

    assert len(set(sentences)) == 1
    assert len(sentences) == 3


def test_too_many_wrong_passwords_are_slowed_down(visitor, make_person):
    person = make_person(signed_in=False)
    page = get(visitor, "/masuk")
    statuses = [send(visitor, page, "/masuk", kunci=person.key, sandi=f"salah {n}").status for n in range(12)]

    assert statuses[:10] == [422] * 10
    assert statuses[-1] == 429


def test_the_cookie_is_safe_and_another_one_after_signing_in(visitor, make_person):
    person = make_person(signed_in=False)
    page = get(visitor, "/masuk")
    before = visitor.get_cookie("__Host-kelas", domain="kelas.example")
    answer = send(visitor, page, "/masuk", kunci=person.key, sandi=PASSWORD)
    after = visitor.get_cookie("__Host-kelas", domain="kelas.example")

    assert before is not None
    assert after is not None
    assert before.value != after.value
    for flag in ("HttpOnly", "SameSite=Lax", "Secure", "Path=/"):
        assert flag in cookies(answer.headers)
    assert "Domain" not in cookies(answer.headers)


def test_a_token_from_before_signing_in_is_worth_nothing_afterwards(visitor, make_person):
    person = make_person(signed_in=False)
    page = get(visitor, "/masuk")
    send(visitor, page, "/masuk", kunci=person.key, sandi=PASSWORD)

    assert send(visitor, page, "/keluar").status == 403


def test_signing_out_ends_the_session_on_the_server_too(learner, make_client):
    cookie = learner.client.get_cookie("__Host-kelas", domain="kelas.example")
    page = get(learner.client, "/akun")
    answer = send(learner.client, page, "/keluar")
    thief = make_client()
    thief.set_cookie("__Host-kelas", cookie.value, domain="kelas.example", secure=True)

    assert (answer.status, answer.location) == (303, "/")
    assert get(learner.client, "/akun").status == 303
    assert get(thief, "/akun").status == 303


@pytest.mark.parametrize(("days", "role", "status"), [(59, None, 200), (61, None, 303), (1, Role.STAFF, 303)])
def test_an_unused_session_ends_sooner_for_whoever_sees_others_data(make_person, now, days, role, status):
    person = make_person(*([role] if role else []))
    now(days=days)

    assert get(person.client, "/akun").status == status


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("/belajar", "/belajar"),
        ("/kursus/a/b?x=1#y", "/kursus/a/b?x=1#y"),
        ("//jahat.example", ""),
        ("/\\jahat.example", ""),
        ("\\\\jahat.example", ""),
        ("https://jahat.example", ""),
        ("https:jahat.example", ""),
        ("javascript:alert(1)", ""),
        ("/\t/jahat.example", ""),
        ("/%0d%0aX", "/%0d%0aX"),
        ("/a\r\nSet-Cookie: x", ""),
        (" /belajar", ""),
        ("", ""),
        (None, ""),
        ("/" + "a" * 3000, ""),
        ("/@jahat.example", "/@jahat.example"),
        ("///jahat.example", ""),
    ],
)
def test_only_addresses_of_this_site_are_gone_on_to(address, expected):
    assert safe_next(address, "") == expected


def test_signing_in_goes_on_only_within_the_site(visitor, make_person):
    person = make_person(signed_in=False)
    page = get(visitor, "/masuk?next=//jahat.example")
    answer = send(visitor, page, "/masuk", kunci=person.key, sandi=PASSWORD, next="https://jahat.example/")

    assert answer.location == "/belajar"


@pytest.fixture
def code(records, make_person):
    person = make_person(signed_in=False)
    with records() as session:
        text = accounts.give_code(
            session, user_of(session, person), kind=CodeKind.TOLD, actor=None, way=Way.COMMAND, now=NOW
        )
    return person, text


def test_looking_at_a_link_uses_nothing_up_and_tells_no_name(visitor, code):
    person, text = code
    for _try in range(3):
        page = get(visitor, f"/aktivasi/{text}")
        assert page.status == 200
        assert person.name not in page.text
        assert page.headers["Referrer-Policy"] == "no-referrer"

    answer = send(visitor, page, f"/aktivasi/{text}", sandi="kata-sandi-baru")

    assert (answer.status, answer.location) == (303, "/belajar")
    assert "tidak berlaku" in get(visitor, f"/aktivasi/{text}").text


def test_a_told_code_is_typed_once(visitor, make_client, code):
    _person, text = code
    page = get(visitor, "/aktivasi")
    first = send(visitor, page, "/aktivasi", kode=f" {text[:5].lower()} {text[5:]} ", sandi="kata-sandi-baru")
    other = make_client()
    second = send(other, get(other, "/aktivasi"), "/aktivasi", kode=text, sandi="kata-sandi-lain")

    assert first.status == 303
    assert second.status == 422
    assert "Kodenya belum cocok" in second.text


def test_name_and_regency_are_changed_by_their_owner(learner):
    page = get(learner.client, "/akun")
    answer = send(learner.client, page, "/akun/data", nama="Hj. Sari, S.E.", kabupaten="18.72")

    assert answer.status == 303
    assert "Hj. Sari, S.E." in get(learner.client, "/akun").text


def test_a_new_password_signs_other_devices_out_and_this_one_goes_on(learner, make_client):
    other = make_client()
    page = get(other, "/masuk")
    send(other, page, "/masuk", kunci=learner.key, sandi=PASSWORD)
    page = get(learner.client, "/akun")

    wrong = send(learner.client, page, "/akun/sandi", sandi_lama="bukan ini", sandi="kata-sandi-baru")
    right = send(learner.client, page, "/akun/sandi", sandi_lama=PASSWORD, sandi="kata-sandi-baru")

    assert wrong.status == 422
    assert right.status == 303
    assert get(learner.client, "/akun").status == 200
    assert get(other, "/akun").status == 303


def test_other_devices_are_listed_and_signed_out_one_by_one_or_all(learner, make_person, make_client):
    others = [make_client(), make_client()]
    for client in others:
        send(client, get(client, "/masuk"), "/masuk", kunci=learner.key, sandi=PASSWORD)
    page = get(learner.client, "/akun")
    addresses = re.findall(r'action="(/akun/perangkat/\d+/keluar)"', page.text)
    assert page.text.count("Chrome di Android") == 3
    stranger = make_person(name="Joko")

    foreign = send(stranger.client, get(stranger.client, "/akun"), addresses[0])
    one = send(learner.client, page, addresses[0])
    left = sum(get(client, "/akun").status == 200 for client in others)
    everywhere = send(learner.client, page, "/akun/perangkat/keluar")

    assert foreign.status == 404
    assert (one.status, left, everywhere.status) == (303, 1, 303)
    assert all(get(client, "/akun").status == 303 for client in others)
    assert get(learner.client, "/akun").status == 200


def test_what_was_posted_signed_out_stands_there_after_signing_in(learner, course):
    lesson = get(learner.client, "/kursus/dapur-halal/bahan")
    send(learner.client, get(learner.client, "/akun"), "/keluar")

    refused = post(
        learner.client,
        "/kursus/dapur-halal/bahan/daftar",
        {
            "csrf_token": lesson.token(),
            "c": ["c-4k2m9x"],
            "sandi": "rahasia-sekali",
            "catatan": "Minyak curah <b>",
        },
    )
    assert refused.status == 401
    assert "belum diterima" in refused.text
    assert "rahasia-sekali" not in refused.text

    hidden = {name: values[-1] for name, values in refused.fields().items()}
    answer = post(learner.client, "/masuk", {**hidden, "kunci": learner.key, "sandi": PASSWORD})
    assert answer.status == 200
    assert "Minyak curah &lt;b&gt;" in answer.text

    fields = answer.fields()
    sent = post(learner.client, "/kursus/dapur-halal/bahan/daftar", fields)
    assert sent.status == 303
    assert 'value="c-4k2m9x" form="daftar" checked' in get(learner.client, "/kursus/dapur-halal/bahan").text


def test_a_single_button_pressed_signed_out_is_there_to_be_pressed_again_after_signing_in(learner, course):
    lesson = get(learner.client, "/kursus/dapur-halal/bahan")
    send(learner.client, get(learner.client, "/akun"), "/keluar")
    address = "/kursus/dapur-halal/bahan/dibaca"

    refused = post(learner.client, address, {"csrf_token": lesson.token()})
    assert refused.status == 401
    assert f"next={address}" not in refused.text
    hidden = {name: values[-1] for name, values in refused.fields().items()}
    answer = post(learner.client, "/masuk", {**hidden, "kunci": learner.key, "sandi": PASSWORD})

    assert answer.status == 200
    assert f'action="{address}"' in answer.text
    assert post(learner.client, address, answer.fields()).status == 303


def test_after_a_form_that_is_not_kept_signing_in_leads_home(learner):
    send(learner.client, get(learner.client, "/akun"), "/keluar")
    refused = post(learner.client, "/akun/data", {"nama": "Jahat"}, Origin="https://jahat.example")

    hidden = {name: values[-1] for name, values in refused.fields().items()}
    answer = post(learner.client, "/masuk", {**hidden, "kunci": learner.key, "sandi": PASSWORD})

    assert (answer.status, answer.location) == (303, "/belajar")


@pytest.mark.parametrize("headers", [{"Origin": "https://jahat.example"}, {"Sec-Fetch-Site": "cross-site"}])
def test_what_another_site_posted_is_not_offered_to_be_sent(visitor, headers):
    refused = post(visitor, "/akun/data", {"nama": "Jahat", "kabupaten": "18.71"}, **headers)

    assert refused.status == 401
    assert "Jahat" not in refused.text


def test_help_and_privacy_are_there_and_the_office_can_be_reached(visitor):
    assert "Lupa kata sandi" not in get(visitor, "/perlindungan-data").text
    assert "Undang-Undang Nomor 27 Tahun 2022" in get(visitor, "/perlindungan-data").text
    for address in ("/bantuan", "/masuk", "/daftar", "/aktivasi", "/tidak-ada"):
        assert "Butuh bantuan?" in get(visitor, address).text


def test_whoever_is_in_is_led_on_from_the_sign_in_page(learner):
    assert get(learner.client, "/masuk?next=/akun").location == "/akun"
    assert get(learner.client, "/daftar").location == "/belajar"


def test_a_name_with_markup_is_text_everywhere(make_person):
    person = make_person(name='<img src=x onerror="alert(1)">', signed_in=False)
    sign_in(person)

    for address in ("/belajar", "/akun"):
        text = get(person.client, address).text
        assert "<img src=x" not in text
        assert "&lt;img src=x" in text


@pytest.mark.parametrize(
    "typed",
    [
        "0812 3456 7890",
        "081234567890",
        "62 812-3456-7890",
        "+62 812 3456 7890",
        "(0812) 3456.7890",
        "0812–3456–7890",
    ],
)
def test_a_number_is_the_same_in_every_form_it_is_typed(visitor, make_client, typed):
    send(visitor, get(visitor, "/daftar"), "/daftar", **SIGN_UP)
    other = make_client()
    answer = send(other, get(other, "/masuk"), "/masuk", kunci=typed, sandi=PASSWORD)

    assert (answer.status, answer.location) == (303, "/belajar")
    again = make_client()
    assert (
        "Sudah dipakai"
        in send(
            again, get(again, "/daftar"), "/daftar", **{**SIGN_UP, "kunci": typed, "sandi": OTHER_PASSWORD}
        ).text
    )


@pytest.mark.parametrize(
    "name",
    [
        "Suparmi",
        "Dr. Hj. Sri Wahyuni, S.E., M.M.",
        "Ma'ruf Al-Qur’an d'Souza",
        "M. A. Rahman, A.Md.Keb.",
        "Raden Ajeng " + "Panjang " * 13 + "Nama",
        "محمد نور الدين",
        "فاطمة\u200cالزهراء",
        "ꦱꦫꦶ ꦮꦸꦭꦤ꧀ꦢꦫꦶ",
        "Ni Luh Ayu ÁÉÍ é",
        "<b>Sari</b> & 'Joko'",
    ],
)
def test_a_name_stays_as_it_was_typed_from_sign_up_on(visitor, records, name):
    assert len(name) <= 120
    answer = send(visitor, get(visitor, "/daftar"), "/daftar", **{**SIGN_UP, "nama": f" {name} "})
    assert answer.status == 303

    with records() as session:
        assert session.scalars(select(User.name)).one() == name
    shown = get(visitor, "/akun").text
    assert f'value="{escape(name)}"' in shown


def test_a_name_of_120_letters_is_taken_and_one_more_is_not(visitor):
    page = get(visitor, "/daftar")
    assert send(visitor, page, "/daftar", **{**SIGN_UP, "nama": "ꦱ" * 121}).status == 422
    assert send(visitor, page, "/daftar", **{**SIGN_UP, "nama": "ꦱ" * 120}).status == 303


def test_staying_signed_in_is_ticked_and_unticked_it_ends_with_the_browser(visitor, make_client, make_person):
    person = make_person(signed_in=False)
    page = get(visitor, "/masuk")
    assert re.search(r'<input[^>]*checked[^>]*name="ingat"', page.text)
    kept = send(visitor, page, "/masuk", kunci=person.key, sandi=PASSWORD, ingat="y")
    other = make_client()
    gone = send(other, get(other, "/masuk"), "/masuk", kunci=person.key, sandi=PASSWORD)

    assert "Expires=" in cookies(kept.headers)
    assert "Expires=" not in cookies(gone.headers)
    assert get(other, "/akun").status == 200


def test_a_form_that_is_refused_keeps_the_tick_as_it_was(visitor, make_person):
    person = make_person(signed_in=False)
    answer = send(visitor, get(visitor, "/masuk"), "/masuk", kunci=person.key, sandi="salah sekali")

    assert not re.search(r'<input[^>]*checked[^>]*name="ingat"', answer.text)


def test_where_one_wanted_to_go_is_kept_through_codes_and_sign_up(visitor, make_client, code):
    _person, text = code
    page = get(visitor, "/masuk?next=/kesiapan")
    for address in ("/aktivasi?next=/kesiapan", "/daftar?next=/kesiapan"):
        assert f'href="{address}"' in page.text
        assert "/kesiapan" in get(visitor, address).text
    answer = send(
        visitor,
        get(visitor, "/aktivasi?next=/kesiapan"),
        "/aktivasi?next=/kesiapan",
        kode=text,
        sandi="kata-baru-7",
    )
    assert (answer.status, answer.location) == (303, "/kesiapan")


@pytest.mark.parametrize("address", ["/daftar", "/aktivasi", "/aktivasi/{code}"])
def test_no_page_leads_on_to_another_site(visitor, code, address):
    _person, text = code
    address = address.format(code=text) + "?next=//jahat.example"
    data = {**SIGN_UP, "kode": text}
    answer = send(visitor, get(visitor, address), address, **data)

    assert (answer.status, answer.location) == (303, "/belajar")


def test_too_many_tries_are_told_in_the_form_with_the_time_to_wait(visitor, make_person, now):
    person = make_person(signed_in=False)
    page = get(visitor, "/masuk")
    for number in range(10):
        send(visitor, page, "/masuk", kunci=person.key, sandi=f"salah {number}")
    refused = send(visitor, page, "/masuk", kunci=person.key, sandi=PASSWORD, next="/akun")

    assert refused.status == 429
    assert refused.headers["Retry-After"] == str(3 * 60)
    assert "Tunggu 3 menit" in refused.text
    assert f'value="{person.key}"' in refused.text
    assert PASSWORD not in refused.text
    now(minutes=3)
    assert send(visitor, page, "/masuk", kunci=person.key, sandi=PASSWORD).status == 303


def test_a_key_cannot_be_tried_at_sign_up_for_ever(visitor, learner):
    page = get(visitor, "/daftar")
    # Their own sign-up was the first try.
    taken = {**SIGN_UP, "kunci": learner.key, "sandi": OTHER_PASSWORD}
    answers = [send(visitor, page, "/daftar", **taken) for _each in range(10)]

    assert [answer.status for answer in answers] == [422] * 9 + [429]
    assert "Sari Wulandari" in answers[-1].text
    assert int(answers[-1].headers["Retry-After"]) > 0


def test_a_full_training_room_is_slowed_down_and_never_shut_out(
    visitor, make_person, records, monkeypatch, now
):
    monkeypatch.setattr(limits.slow_down, "__kwdefaults__", {"limit": 3, "window": limits.AN_HOUR})
    person = make_person(signed_in=False)
    page = get(visitor, "/masuk")

    def try_once(number):
        return send(visitor, page, "/masuk", kunci=f"orang{number}", sandi="salah sekali")

    answers = [try_once(number) for number in range(3 + limits.BEYOND + 1)]
    assert [answer.status for answer in answers] == [422] * (3 + limits.BEYOND) + [429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 60
    now(minutes=1)
    assert send(visitor, page, "/masuk", kunci=person.key, sandi=PASSWORD).status == 303


def test_codes_are_not_tried_for_ever_from_one_address(visitor, monkeypatch):
    monkeypatch.setattr(limits.slow_down, "__kwdefaults__", {"limit": 2, "window": limits.AN_HOUR})
    page = get(visitor, "/aktivasi")
    answers = [
        send(visitor, page, "/aktivasi" + way, kode=f"AAAAA{n:05d}", sandi="kata-sandi-baru")
        for n in range(7)
        for way in ("", f"/AAAAA{n:05d}")
    ]

    assert [answer.status for answer in answers] == [422] * 12 + [429] * 2
    assert all("Retry-After" in answer.headers for answer in answers[12:])


def test_number_and_address_are_changed_with_the_password(learner, make_client, records):
    page = get(learner.client, "/akun")
    data = {"nomor": "0813 9999 8888", "surel": "Sari@Contoh.example"}
    wrong = send(learner.client, page, "/akun/masuk", **data, sandi_kini="bukan ini")
    assert wrong.status == 422
    assert "Kata sandi yang sekarang belum cocok" in wrong.text
    assert 'value="0813 9999 8888"' in wrong.text
    assert "<details open>" in wrong.text

    right = send(learner.client, page, "/akun/masuk", **data, sandi_kini=PASSWORD)
    assert right.status == 303
    assert "0813-9999-8888" in get(learner.client, "/akun").text
    for key, status in (("sari@contoh.example", 303), ("+62 813 9999 8888", 303), (learner.key, 422)):
        other = make_client()
        assert send(other, get(other, "/masuk"), "/masuk", kunci=key, sandi=PASSWORD).status == status


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"nomor": "0812 3456 7002"}, "Sudah dipakai akun lain"),
        ({"surel": "joko@contoh.example"}, "Sudah dipakai akun lain"),
        ({"nomor": "0812"}, "Nomornya belum pas"),
        ({"surel": "sari@"}, "belum lengkap"),
        ({"nomor": "", "surel": " "}, "tetap bisa masuk"),
    ],
)
def test_a_key_that_cannot_be_had_is_told_beside_its_field(learner, make_person, records, data, words):
    joko = make_person(name="Joko")
    with records() as session:
        user_of(session, joko).email = "joko@contoh.example"
    given = {"nomor": learner.key, "surel": "", "sandi_kini": PASSWORD, **data}
    answer = send(learner.client, get(learner.client, "/akun"), "/akun/masuk", **given)

    assert answer.status == 422
    assert words in answer.text
    with records() as session:
        assert user_of(session, learner).phone == "+62" + learner.key[1:]


def test_keys_and_passwords_of_others_are_not_tried_for_ever_from_one_account(learner, make_person):
    joko = make_person(name="Joko")
    page = get(learner.client, "/akun")
    taken = {"nomor": joko.key, "sandi_kini": PASSWORD}
    statuses = [send(learner.client, page, "/akun/masuk", **taken).status for _each in range(10)]
    statuses.append(
        send(learner.client, page, "/akun/sandi", sandi_lama=PASSWORD, sandi="kata-baru-7").status
    )

    assert statuses == [422] * 10 + [429]


def test_after_a_new_password_the_page_says_what_was_signed_out(learner, make_client):
    for agent in (
        "Mozilla/5.0 (Windows NT 10.0) Firefox/140",
        "Mozilla/5.0 (Windows NT 10.0) Firefox/141",
        "curl",
    ):
        other = make_client()
        other.environ_base["HTTP_USER_AGENT"] = agent
        send(other, get(other, "/masuk"), "/masuk", kunci=learner.key, sandi=PASSWORD)
    page = get(learner.client, "/akun")
    send(learner.client, page, "/akun/sandi", sandi_lama=PASSWORD, sandi="kata-sandi-baru")
    said = get(learner.client, "/akun").text
    assert "Perangkat lain sudah keluar: Firefox di Windows (2), Perangkat lain." in said

    page = get(learner.client, "/akun")
    send(learner.client, page, "/akun/sandi", sandi_lama="kata-sandi-baru", sandi="kata-sandi-lain")
    assert "Tidak ada perangkat lain yang masuk." in get(learner.client, "/akun").text


def test_a_new_password_keeps_a_session_that_ends_with_the_browser(make_person):
    person = make_person()
    page = get(person.client, "/akun")
    answer = send(person.client, page, "/akun/sandi", sandi_lama=PASSWORD, sandi="kata-sandi-baru")

    assert answer.status == 303
    assert "Expires=" not in cookies(answer.headers)


def test_every_device_is_signed_out_at_once_this_one_too(learner, make_client):
    other = make_client()
    send(other, get(other, "/masuk"), "/masuk", kunci=learner.key, sandi=PASSWORD)
    answer = send(learner.client, get(learner.client, "/akun"), "/akun/perangkat/keluar-semua")

    assert (answer.status, answer.location) == (303, "/masuk")
    assert "termasuk yang ini" in get(learner.client, "/masuk").text
    assert get(learner.client, "/akun").status == get(other, "/akun").status == 303


def test_a_regency_holds_from_the_day_it_is_in_lampung(visitor, make_client, records, now):
    # 23.30 in London is the next morning in Lampung.
    moment = now(hours=19, minutes=48)
    assert moment.date() == NOW.date()
    send(visitor, get(visitor, "/daftar"), "/daftar", **SIGN_UP)
    send(visitor, get(visitor, "/akun"), "/akun/data", nama="Sari Wulandari", kabupaten="18.72")

    with records() as session:
        days = session.scalars(select(UserRegency.since_on)).all()
    assert days == [NOW.date() + timedelta(days=1)] * 2
