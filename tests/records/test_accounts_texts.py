"""Numbers, addresses, names and passwords as people type them; no database."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elearn.records.accounts import keys, names, passwords
from elearn.records.accounts.models import OUTSIDE
from elearn.records.accounts.regencies import OUTSIDE_NAME, REGENCIES, check_regency, regency_name
from elearn.records.errors import RefusedError


@pytest.mark.parametrize(
    "typed",
    [
        "081234567890",
        "0812 3456 7890",
        " 0812-3456-7890 ",
        "0812.3456.7890",
        "(0812) 3456 7890",
        "6281234567890",
        "62 812 3456 7890",
        "+6281234567890",
        "+62 812-3456-7890",
        "\u202a+62\u00a0812\u20113456\u20117890\u202c",
    ],
)
def test_every_indonesian_form_is_one_number(typed: str) -> None:
    assert keys.normalise_phone(typed) == "+6281234567890"


@pytest.mark.parametrize(
    ("typed", "number"), [("+60 12-345 6789", "+60123456789"), ("0721 481 234", "+62721481234")]
)
def test_numbers_from_elsewhere_and_of_houses_are_numbers(typed: str, number: str) -> None:
    assert keys.normalise_phone(typed) == number


@pytest.mark.parametrize(
    "typed",
    ["", "0812", "08123456789012345", "sari", "0812x34567890", "١٢٣٤٥٦٧٨٩٠", "+", "00", "--", "+999 1"],
)
def test_what_is_no_number_is_none(typed: str) -> None:
    assert keys.normalise_phone(typed) is None


@pytest.mark.parametrize(
    ("typed", "kind", "value"),
    [
        ("0812 3456 7890", "phone", "+6281234567890"),
        (" Sari@Contoh.COM ", "email", "sari@contoh.com"),
        ("Sari.W", "username", "sari.w"),
        ("petugas", "username", "petugas"),
    ],
)
def test_a_key_is_told_by_its_looks(typed: str, kind: str, value: str) -> None:
    assert keys.sign_in_key(typed) == keys.SignInKey(kind, value)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("0812", "Nomornya belum pas"),
        ("sari@", "Alamat e-mailnya belum lengkap"),
        ("@", "Alamat e-mailnya belum lengkap"),
        ("", "Isi nomor HP atau e-mail"),
        (None, "Isi nomor HP atau e-mail"),
        ("Sari Wulandari", "Isi nomor HP atau e-mail"),
        ("sari\0", "Isi nomor HP atau e-mail"),
        ("s" * 41, "Isi nomor HP atau e-mail"),
    ],
)
def test_what_is_no_key_gets_a_sentence(typed: str | None, sentence: str) -> None:
    with pytest.raises(RefusedError, match=sentence) as refused:
        keys.sign_in_key(typed)
    assert refused.value.field == "key"


@given(st.text(max_size=60))
def test_any_text_is_a_key_or_refused_and_a_key_stays_itself(typed: str) -> None:
    try:
        key = keys.sign_in_key(typed)
    except RefusedError:
        return
    assert keys.sign_in_key(key.value) == key


@pytest.mark.parametrize(
    ("phone", "shown", "masked"),
    [
        ("+6281234567890", "0812-3456-7890", "0812 •••• 7890"),
        ("+62812345678", "0812-3456-78", "0812 •••• 5678"),
        ("+60123456789", "+60123456789", "+601 •••• 6789"),
        ("+621234", "0123-4", "••••"),
        (None, "", ""),
        ("", "", ""),
    ],
)
def test_a_number_is_shown_as_people_write_it_or_masked(phone: str | None, shown: str, masked: str) -> None:
    assert keys.show_phone(phone) == shown
    assert keys.mask_phone(phone) == masked


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Sari", "Sari"),
        ("  H. Ahmad   Syafi'i, S.E. ", "H. Ahmad Syafi'i, S.E."),
        ("Siti\nAminah", "Siti Aminah"),
        ("陳美玲", "陳美玲"),
        ("مريم", "مريم"),
        ("x" * 120, "x" * 120),
    ],
)
def test_a_name_is_kept_as_typed_in_one_line(typed: str, kept: str) -> None:
    assert names.clean_name(typed) == kept


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Isi nama lengkap"),
        ("   ", "Isi nama lengkap"),
        (None, "Isi nama lengkap"),
        ("x" * 121, "paling banyak 120"),
        ("Sari\0", "karakter yang tidak bisa disimpan"),
        ("Sari\ud800", "karakter yang tidak bisa disimpan"),
        ("Sari\x1b[31m", "karakter yang tidak bisa disimpan"),
    ],
)
def test_a_name_that_cannot_be_kept_gets_a_sentence(typed: str | None, sentence: str) -> None:
    with pytest.raises(RefusedError, match=sentence) as refused:
        names.clean_name(typed)
    assert refused.value.field == "name"


def test_longer_texts_keep_their_lines() -> None:
    assert names.clean_text(" satu\r\ndua\rtiga\t! ", most=20) == "satu\ndua\ntiga\t!"
    with pytest.raises(RefusedError, match="paling banyak 3"):
        names.clean_text("empat", most=3)


@given(st.text())
def test_a_text_that_is_kept_can_be_stored(typed: str) -> None:
    try:
        kept = names.clean_text(typed, most=1000)
    except RefusedError:
        return
    assert "\0" not in kept
    kept.encode()


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("", "paling sedikit 8"),
        (None, "paling sedikit 8"),
        ("pendek7", "paling sedikit 8"),
        ("x1" * 101, "paling banyak 200"),
        ("kopi\0hitam", "tidak bisa dipakai"),
        ("kopi\ud800hitam", "tidak bisa dipakai"),
        ("Password1", "mudah ditebak"),
        ("12345678", "mudah ditebak"),
        ("aaaaaaaab", "mudah ditebak"),
        ("081234567890", "mudah ditebak"),
        ("6281234567890", "mudah ditebak"),
        ("sari wulandari", "mudah ditebak"),
        ("sari@contoh.com", "mudah ditebak"),
    ],
)
def test_a_password_that_is_short_or_easily_guessed_is_refused(password: str | None, sentence: str) -> None:
    with pytest.raises(RefusedError, match=sentence) as refused:
        passwords.check_new_password(
            password, of=("+6281234567890", None, "sari@contoh.com", "Sari Wulandari")
        )
    assert refused.value.field == "password"


@pytest.mark.parametrize("password", ["kopi-hitam-7", "  spasi ikut  ", "пароль-мой", "delapan8"])
def test_any_other_password_may_be_used(password: str) -> None:
    assert passwords.check_new_password(password, of=("+6281234567890",)) == password


def test_a_password_is_stored_as_argon2_at_the_promised_cost() -> None:
    stored = passwords.hash_password("kopi-hitam-7")

    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords.password_matches(stored, "kopi-hitam-7")


@pytest.mark.parametrize(
    ("stored", "password"),
    [
        (None, "kopi-hitam-7"),
        (None, "nobody's password, hashed so that unknown accounts cost the same time"),
        ("not a hash", "kopi-hitam-7"),
        (None, "kopi\ud800hitam"),
        (None, "x" * 201),
    ],
)
def test_without_a_stored_password_nothing_matches(stored: str | None, password: str) -> None:
    assert not passwords.password_matches(stored, password)


def test_the_regencies_are_those_of_lampung_by_their_dotted_code() -> None:
    assert len(REGENCIES) == 15
    assert list(REGENCIES.values()) == sorted(REGENCIES.values())
    assert all(code[:3] == "18." and len(code) == 5 for code in REGENCIES)


@pytest.mark.parametrize(
    ("code", "name"),
    [("18.71", "Bandar Lampung"), (OUTSIDE, str(OUTSIDE_NAME)), ("", "–"), (None, "–"), ("99.99", "–")],
)
def test_a_regency_has_a_name(code: str | None, name: str) -> None:
    assert regency_name(code) == name


def test_only_the_choices_are_regencies() -> None:
    assert check_regency("18.71") == "18.71"
    assert check_regency(OUTSIDE) == OUTSIDE
    for code in ("1871", "", None, "31.71"):
        with pytest.raises(RefusedError, match="Pilih kabupaten"):
            check_regency(code)
