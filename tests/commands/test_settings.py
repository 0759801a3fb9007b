"""What an operator may set, and the one sentence each mistake gets."""

import os
import stat

import pytest

from elearn.web.settings import Settings, SettingsError, ensure_secret_key, load_settings

WRONG = [
    ({"ELEARN_BASE_ULR": "https://x.id"}, "ELEARN_BASE_URL"),
    ({"ELEARN_BASE_URL": "kelas.example"}, "alamat"),
    ({"ELEARN_BASE_URL": "https://kelas.example/sub"}, "garis miring"),
    ({"ELEARN_BASE_URL": "https://u:p@kelas.example"}, "alamat"),
    ({"ELEARN_DATABASE_URL": "mysql://x/y"}, "postgresql"),
    ({"ELEARN_DATABASE_URL": "not a url"}, "bukan alamat"),
    ({"ELEARN_DATABASE_URL": "sqlite://"}, "sqlite:///"),
    ({"ELEARN_SECRET_KEY": "secret"}, "ditebak"),
    ({"ELEARN_SECRET_KEY": "a" * 64}, "ditebak"),
    ({"ELEARN_TIMEZONE": "Asia/Atlantis"}, "Asia/Jakarta"),
    ({"ELEARN_TIMEZONE": "../etc/passwd"}, "Asia/Jakarta"),
    ({"ELEARN_LANGUAGE": "klingon"}, "id"),
    ({"ELEARN_TRUSTED_PROXIES": "-1"}, "angka"),
    ({"ELEARN_TRUSTED_PROXIES": "many"}, "angka"),
    ({"ELEARN_CERTIFICATE_NUMBER_PATTERN": "{urut}/{year}"}, "{year}"),
    ({"ELEARN_CERTIFICATE_NUMBER_PATTERN": "{urut}"}, "{kode}"),
    ({"ELEARN_CERTIFICATE_NUMBER_PATTERN": "{urut"}, "kurung"),
    ({"ELEARN_CERTIFICATE_NUMBER_PATTERN": "{urut:03d}/{kode}/{tahun}"}, "format"),
    ({"ELEARN_CERTIFICATE_NUMBER_PATTERN": "{urut}/{{kode}}/{kode}/{tahun}"}, "format"),
    ({"ELEARN_CONTACT_WHATSAPP": "call me"}, "WhatsApp"),
    ({"ELEARN_LOG_FORMAT": "xml"}, "json"),
    ({"ELEARN_SITE_NAME": "a\nb"}, "kendali"),
]


@pytest.mark.parametrize(("environ", "word"), WRONG)
def test_a_wrong_setting_is_refused_with_one_sentence_that_names_it(environ, word):
    with pytest.raises(SettingsError) as refusal:
        load_settings(environ)

    sentence = str(refusal.value)
    assert word in sentence
    assert next(iter(environ)) in sentence
    assert "\n" not in sentence


def test_settings_come_from_the_environment_before_the_file(tmp_path):
    file = tmp_path / ".env"
    file.write_text("ELEARN_SITE_NAME=Dari berkas\nELEARN_ORGANISATION='Dinas Contoh'\n", encoding="utf-8")

    settings = load_settings({"ELEARN_SITE_NAME": "Dari lingkungan", "PATH": "/bin"}, env_file=file)

    assert (settings.site_name, settings.organisation) == ("Dari lingkungan", "Dinas Contoh")


def test_defaults_are_sqlite_in_the_data_folder_and_jakarta_time(tmp_path):
    settings = load_settings({"ELEARN_DATA_DIR": str(tmp_path)})

    assert settings.url == f"sqlite:///{tmp_path / 'elearn.sqlite3'}"
    assert settings.timezone.key == "Asia/Jakarta"
    assert not settings.secure


def test_postgresql_addresses_get_the_driver_that_is_installed():
    assert (
        load_settings({"ELEARN_DATABASE_URL": "postgresql://a:b@h/d"}).url == "postgresql+psycopg://a:b@h/d"
    )


@pytest.mark.parametrize("typed", ["081234567890", "+62 812-3456-7890", "6281234567890"])
def test_a_whatsapp_number_is_kept_as_its_link_needs_it(typed):
    assert load_settings({"ELEARN_CONTACT_WHATSAPP": typed}).contact_whatsapp == "6281234567890"


def test_the_secret_key_is_made_once_and_for_its_owner_only(tmp_path):
    settings = Settings(data_dir=tmp_path / "data")

    key = ensure_secret_key(settings)

    assert len(key) >= 48
    assert ensure_secret_key(settings) == key
    assert stat.S_IMODE((tmp_path / "data" / "secret_key").stat().st_mode) == 0o600


def test_postgresql_needs_a_key_that_is_given():
    with pytest.raises(SettingsError, match="ELEARN_SECRET_KEY"):
        ensure_secret_key(load_settings({"ELEARN_DATABASE_URL": "postgresql://a:b@h/d"}))


def test_a_cut_short_key_file_is_named(tmp_path):
    (tmp_path / "secret_key").write_text("abc", encoding="ascii")

    with pytest.raises(SettingsError, match="secret_key"):
        ensure_secret_key(Settings(data_dir=tmp_path))


def test_a_data_folder_that_cannot_be_written_is_named(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("a file stands where the folder should be", encoding="ascii")

    with pytest.raises(SettingsError, match="ELEARN_DATA_DIR"):
        ensure_secret_key(Settings(data_dir=blocked / "data"))


def test_an_unreadable_env_file_is_named(tmp_path):
    file = tmp_path / ".env"
    file.write_bytes(b"ELEARN_SITE_NAME=\xff\xfe\n")

    with pytest.raises(SettingsError, match=os.path.basename(file)):
        load_settings({}, env_file=file)
