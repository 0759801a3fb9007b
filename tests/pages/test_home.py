"""The learner's home and the course page: where to go on, what waits, what is new, what to look at again."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import pytest

from elearn.records import study
from elearn.records.catalogue.models import CourseState
from elearn.records.catalogue.queries import course_by_slug
from tests.conftest import NOW
from tests.pages.conftest import Page, Person, get, post, send, sign_in, user_of
from tests.records.learning import (
    CHECKLIST,
    COURSE,
    PRINTING,
    SLUG,
    complete,
    course_page,
    module,
    publish,
    quiz,
    single,
    take,
)

PAGE = f"/kursus/{SLUG}"


@pytest.fixture
def bring(records: Any) -> Callable[..., None]:
    """Publish a course: the small one of the records' tests unless told otherwise."""

    def bring(files: Mapping[str, str] = COURSE, *, slug: str = SLUG, **passed: float) -> None:
        with records() as session:
            publish(session, files, now=NOW + timedelta(**passed), slug=slug)

    return bring


@pytest.fixture
def act(records: Any, learner: Person) -> Callable[..., Any]:
    """Let the learner do something of `study` or of the tests of the records."""

    def act(verb: Callable[..., Any], *what: Any, **how: Any) -> Any:
        with records() as session:
            return verb(session, user_of(session, learner), *what, **how)

    return act


def start(session: Any, user: Any, slug: str, now: datetime) -> str:
    return str(study.start_quiz(session, user, SLUG, slug, now).uuid)


def home(person: Person) -> str:
    page = get(person.client, "/belajar")
    assert page.status == 200, page.text
    return unescape(page.text)


def course(person: Person, slug: str = SLUG) -> str:
    page = get(person.client, f"/kursus/{slug}")
    assert page.status == 200
    return unescape(page.text)


def part(text: str, heading: str) -> str:
    """Return the section of *text* under *heading*, up to the next section's."""
    return text.partition(f"<h2>{heading}</h2>")[2].partition('<section class="sec')[0]


def lines_of(text: str) -> dict[str, str]:
    """Return the module list of a course page: title → everything its line says."""
    found = re.findall(r"<li><span class=\"dot.*?</li>", text, re.DOTALL)
    said = [" ".join(re.sub(r"<[^>]*>", " ", line).split()) for line in found]
    titles = [re.search(r"<(?:a|b)[^>]*>([^<]*)</(?:a|b)>", line)[1] for line in found]  # type: ignore[index]
    return dict(zip(titles, said, strict=True))


# --- Going on ----------------------------------------------------------------------------------------


def test_somebody_new_is_sent_to_the_courses(learner, bring):
    bring()

    text = home(learner)

    assert "Belum ada kursus" in text
    assert 'class="btn" href="/#kursus"' in text


def test_the_pretest_is_offered_and_can_be_left_out_on_home_and_course_page(learner, bring, act):
    bring()
    act(study.enrol, SLUG, NOW)

    for text in (home(learner), course(learner)):
        assert f'href="{PAGE}/pretes/kuis">Kerjakan pretes' in text
        assert f'href="{PAGE}/meja">Lewati, langsung ke modul' in text
    assert lines_of(course(learner))["Pretes"].endswith("Berikutnya")

    act(study.mark_read, SLUG, "lantai", NOW)
    text = home(learner)
    assert f'class="btn" href="{PAGE}/meja"' in text
    assert "masih bisa dikerjakan sebelum modul 1 selesai" in text
    act(take, "meja", now=NOW)
    assert "masih bisa dikerjakan" not in home(learner)
    assert lines_of(course(learner))["Pretes"].endswith("Dilewati")


def test_one_goes_on_with_the_lesson_opened_last_although_it_was_not_marked(learner, bring, act, records):
    bring()
    act(study.enrol, SLUG, NOW)
    page = get(learner.client, f"{PAGE}/lantai")

    noted = send(learner.client, page, f"{PAGE}/lantai/dibuka")

    assert (noted.status, noted.text) == (204, "")
    for text in (home(learner), course(learner)):
        assert f'class="btn" href="{PAGE}/lantai">Lanjutkan belajar' in text
    assert "Terakhir dibuka hari ini, 10.42 WIB" in home(learner)
    assert lines_of(course(learner))["Lantai"].endswith("Sedang dibaca")
    act(study.mark_read, SLUG, "lantai", NOW)
    assert f'class="btn" href="{PAGE}/meja"' in home(learner)


def test_noting_what_was_opened_enrols_nobody_and_knows_only_what_is_there(learner, bring):
    bring()
    page = get(learner.client, PAGE)

    assert send(learner.client, page, f"{PAGE}/meja/dibuka").status == 204
    assert send(learner.client, page, f"{PAGE}/tidak-ada/dibuka").status == 404
    assert "Belum ada kursus" in home(learner)


def test_an_open_quiz_comes_first_and_another_one_is_a_reminder(learner, bring, act):
    bring()
    first = act(start, "meja", NOW)
    second = act(start, "pretes", NOW)

    text = home(learner)

    assert f'class="btn" href="/percobaan/{second}">Lanjutkan kuis' in text
    assert "Kuis “Meja” belum dikirim." in text
    assert f'href="/percobaan/{first}">Lanjutkan kuis' in text
    assert f'href="/percobaan/{second}">Lanjutkan kuis' in course(learner)
    assert lines_of(course(learner))["Meja"].endswith("Kuis belum dikirim")


def test_an_attempt_whose_time_is_over_is_nowhere_offered_any_more(learner, bring, act, now):
    timed = module("Meja", body=quiz(single("q-meja01"), settings="- Waktu: 10 menit"))
    bring({**COURSE, "01-meja.md": timed})
    uuid = act(start, "meja", NOW)
    now(minutes=10, seconds=30)
    assert uuid in home(learner)

    now(seconds=1)

    assert uuid not in home(learner)
    assert uuid not in course(learner)
    assert lines_of(course(learner))["Meja"].endswith("Waktu kuis habis")


# --- Reminders ---------------------------------------------------------------------------------------


def test_a_course_that_lies_for_a_week_is_asked_about(learner, bring, act, now):
    bring()
    bring(slug="dapur-kedua")
    act(study.mark_read, "dapur-kedua", "lantai", NOW)
    act(study.mark_read, SLUG, "lantai", NOW + timedelta(minutes=1))
    now(days=6)
    assert "tidak dibuka" not in home(learner)
    assert "Sisihkan dulu" not in home(learner)

    now(days=1)
    text = home(learner)

    # The one on top says so in its card, the other one in a line of its own.
    assert "Terakhir dibuka 7 hari lalu" in text
    assert f'href="{PAGE}#sisihkan">Sisihkan dulu' in text
    assert text.count("“Dapur Bersih” sudah 7 hari tidak dibuka.") == 1
    assert 'href="/kursus/dapur-kedua#sisihkan">Sisihkan dulu' in text
    act(complete, now=NOW + timedelta(days=7))
    assert f'href="{PAGE}#sisihkan"' not in home(learner)


def test_a_certificate_that_waits_for_a_name_and_one_that_ends_are_told(learner, bring, act, now):
    files = {**COURSE, "kursus.md": course_page(sertifikat="{terbit: ya, berlaku: 12 bulan}")}
    bring(files)
    act(complete, now=NOW, printing=None)
    assert "menunggu nama Anda diperiksa" in home(learner)
    assert f'href="/belajar/{SLUG}/sertifikat"' in home(learner)

    page = get(learner.client, f"/belajar/{SLUG}/sertifikat")
    send(learner.client, page, f"/belajar/{SLUG}/sertifikat", nama="Sari Wulandari", kabupaten="18.71")
    assert "menunggu nama" not in home(learner)
    assert "berlaku sampai" not in home(learner)

    now(days=365 - 89)
    sign_in(learner)
    text = home(learner)
    assert "berlaku sampai 23 November 2027." in text
    assert f'href="{PAGE}/postes/kuis">Perpanjang lewat kuis akhir' in text
    now(days=90)
    sign_in(learner)
    assert "sudah berakhir pada 23 November 2027." in home(learner)


# --- Putting aside -----------------------------------------------------------------------------------


def test_a_course_is_put_aside_and_taken_up_again_and_nothing_is_lost(learner, bring, act):
    bring()
    act(take, "meja", now=NOW)

    answer = send(learner.client, get(learner.client, PAGE), f"{PAGE}/sisihkan")

    assert (answer.status, answer.location) == (303, "/belajar")
    text = home(learner)
    assert "Kursus disisihkan. Kemajuan Anda tetap tersimpan." in text
    assert "Disisihkan (1)" in text
    assert 'id="lanjut"' not in text
    assert "Anda menyisihkan kursus ini pada 23 November 2026." in course(learner)
    assert "Sedang tidak sempat?" not in course(learner)

    again = send(learner.client, get(learner.client, "/belajar"), f"{PAGE}/lanjut")
    assert (again.status, again.location) == (303, PAGE)
    assert "1 dari 2 modul selesai" in course(learner)
    assert "Disisihkan" not in home(learner)


def test_only_ones_own_courses_are_put_aside(learner, make_person, bring, act):
    bring()
    other = make_person(name="Joko")
    page = get(other.client, PAGE)

    for address in (f"{PAGE}/sisihkan", f"{PAGE}/lanjut", "/kursus/tidak-ada/sisihkan"):
        assert send(other.client, page, address).status == 404


# --- A second look -----------------------------------------------------------------------------------

TAUGHT = {
    **COURSE,
    "01-meja.md": module(
        "Meja",
        body="## Cara mengelap\n\nLap dua kali.\n\n## Yang lain\n\nBegitu.\n\n"
        + quiz(
            single("q-meja01", "Baca lagi: #cara-mengelap"),
            single("q-meja02", "Baca lagi: #cara-mengelap"),
            single("q-meja03"),
        ),
    ),
}


def test_what_went_wrong_is_offered_with_the_section_to_read_again(learner, bring, act):
    bring(TAUGHT)
    act(take, "meja", now=NOW, rights=0)

    text = part(home(learner), "Perlu dilihat lagi")

    assert "Belum lulus: nilai 0, batas lulus 70." in text
    assert re.search(rf'href="{PAGE}/meja#isi-cara-mengelap">.*Cara mengelap</a>.*2 soal', text)
    assert f'href="{PAGE}/meja">' in text
    assert f'href="{PAGE}/meja/kuis"' in text
    # The key is no part of it.
    assert "Meja yang dilap" not in text

    act(take, "meja", now=NOW + timedelta(hours=1), rights=2)
    act(take, "meja", now=NOW + timedelta(hours=2), rights=3)
    assert "Perlu dilihat lagi" not in home(learner)


def test_a_quiz_that_was_passed_asks_only_for_what_went_wrong_in_it(learner, bring, act):
    easy = {**TAUGHT, "kursus.md": course_page(lulus="60%")}
    bring(easy)
    act(take, "meja", now=NOW, rights=2)

    text = part(home(learner), "Perlu dilihat lagi")

    assert "1 soal belum tepat." in text
    assert "Coba lagi" not in text


def test_while_a_quiz_is_taken_again_the_last_one_is_not_shown(learner, bring, act):
    bring(TAUGHT)
    act(take, "meja", now=NOW, rights=0)
    act(start, "meja", NOW + timedelta(hours=1))

    assert "Perlu dilihat lagi" not in home(learner)


# --- What is new -------------------------------------------------------------------------------------


def changed(note: str, body: str) -> dict[str, str]:
    return {**COURSE, "02-lantai.md": module("Lantai", body=f"{body}\n\n{CHECKLIST}", perubahan=note)}


def test_what_changed_since_a_module_was_completed_is_told_until_it_was_looked_at(learner, bring, act):
    bring()
    act(study.mark_read, SLUG, "lantai", NOW)
    bring(changed("Lantai kini disapu dua kali.", "Sapu dua kali."), days=1)

    text = part(home(learner), "Ada pembaruan")
    assert "Lantai kini disapu dua kali." in text
    assert "Lantai kini disapu dua kali." in lines_of(course(learner))["Lantai"]

    page = get(learner.client, "/belajar")
    answer = send(learner.client, page, f"{PAGE}/lantai/dibuka", kembali="beranda")
    assert (answer.status, answer.location) == (303, "/belajar")
    assert "Ada pembaruan" not in home(learner)
    # The course page goes on saying it, and the same note in another release is no news.
    assert "Ada pembaruan:" in course(learner)
    bring(changed("Lantai kini disapu dua kali.", "Sapu dua kali, ya."), days=2)
    assert "Ada pembaruan" not in home(learner)
    bring(changed("Sekarang tiga kali.", "Sapu tiga kali."), days=3)
    assert "Sekarang tiga kali." in part(home(learner), "Ada pembaruan")


@pytest.mark.parametrize("done_first", [True, False])
def test_a_note_is_for_those_who_completed_another_text(learner, bring, act, done_first):
    bring(changed("Catatan lama.", "Sapu."))
    if done_first:
        act(study.mark_read, SLUG, "lantai", NOW)
    else:
        act(study.enrol, SLUG, NOW)
    bring(changed("Catatan lama.", "Sapu lagi."), days=1)

    assert "Catatan lama." not in home(learner)
    assert "Catatan lama." not in course(learner)


def test_a_new_module_of_a_completed_course_is_news(learner, bring, act):
    bring()
    act(complete, now=NOW, printing=PRINTING)
    bring({**COURSE, "04-atap.md": module("Atap")}, days=1)

    text = part(home(learner), "Ada pembaruan")

    assert f'href="{PAGE}/atap"' in text
    assert "Modul baru di kursus ini." in text
    assert "ada pembaruan" in course(learner)
    assert lines_of(course(learner))["Atap"].endswith("Baru")


# --- The course page ---------------------------------------------------------------------------------


def test_the_course_page_says_what_the_certificate_asks_for_and_what_is_done(learner, visitor, bring, act):
    bring()
    public = unescape(get(visitor, PAGE).text)
    assert "2 modul wajib selesai" in public
    assert "Belum</span>" not in public
    act(take, "meja", now=NOW)
    act(take, "postes", now=NOW, rights=2)

    rules = course(learner).partition("Syarat mendapat sertifikat")[2].partition("</section>")[0]

    assert re.search(r"2 modul wajib selesai <span[^>]*>\(1 dari 2\)</span> <span[^>]*>Belum", rules)
    assert re.search(r"paling sedikit 70 <span[^>]*>\(nilai Anda 50\)</span> <span[^>]*>Belum", rules)
    act(complete, now=NOW + timedelta(hours=1))
    rules = course(learner).partition("Syarat mendapat sertifikat")[2].partition("</section>")[0]
    # The name is confirmed with the certificate.
    assert rules.count("Sudah</span>") == 2


def test_the_course_page_names_prerequisites_sources_and_what_is_overdue(visitor, bring, now):
    sources = {
        "sumber": "[{judul: UU 33/2014, pasal: Pasal 4, alamat: 'https://contoh.go.id/uu'}]",
        "diperiksa": "2026-11-01",
        "periksa_lagi": "2027-02-01",
    }
    lain = {**COURSE, "kursus.md": course_page().replace("Dapur Bersih", "Dasar Dapur")}
    bring(lain, slug="dasar-dapur")
    bring(
        {
            **COURSE,
            "kursus.md": course_page(prasyarat="[dasar-dapur]"),
            "01-meja.md": module("Meja", **sources),
            "02-lantai.md": module("Lantai", **sources),
            "03-hiasan.md": module("Hiasan", diperiksa="2026-11-01"),
        }
    )

    text = unescape(get(visitor, PAGE).text)

    assert 'href="/kursus/dasar-dapur">Dasar Dapur' in text
    assert "Sumber (1)" in text
    assert "(Pasal 4; modul 1, 2)" in text
    assert "Diperiksa per 11/2026. Aturan bisa berubah." in text
    now(days=120)
    text = unescape(get(visitor, PAGE).text)
    assert "2 modul sedang diperiksa ulang." in text
    assert "sedang diperiksa ulang" in lines_of(text)["Meja"]
    assert "sedang diperiksa ulang" not in lines_of(text)["Hiasan"]


@pytest.mark.parametrize("state", [CourseState.UNLISTED, CourseState.RETIRED])
@pytest.mark.parametrize("who", ["visitor", "member", "enrolled"])
def test_a_course_out_of_the_catalogue_says_what_can_still_be_done(
    learner, visitor, bring, act, records, state, who
):
    bring()
    if who == "enrolled":
        act(take, "meja", now=NOW)
    with records() as session:
        course_by_slug(session, SLUG).state = state
    client = visitor if who == "visitor" else learner.client

    text = unescape(get(client, PAGE).text)

    assert "Buat akun, gratis" not in text
    assert "Ikut kursus ini" not in text
    if who == "enrolled" and state == CourseState.UNLISTED:
        assert "Lanjutkan belajar" in text
        return
    assert "masih bisa dibaca" in text
    assert ("sudah ditutup" in text) == (state == CourseState.RETIRED)
    assert f'href="{PAGE}/meja">Baca modul pertama' in text
    if who == "enrolled":
        assert "Ditutup" in home(learner)
        assert 'id="lanjut"' not in home(learner)


# --- What it costs -----------------------------------------------------------------------------------


def test_the_home_costs_the_same_whatever_one_has_done(learner, bring, act, statements):
    bring()
    bring(slug="dapur-kedua")
    act(take, "meja", now=NOW, rights=0)
    home(learner)
    with statements() as one:
        home(learner)
    for slug in ("dapur-kedua", SLUG):
        act(study.enrol, slug, NOW)
        act(study.set_ticks, slug, "lantai", {"c-meja01"}, NOW)
        act(take, "meja", now=NOW + timedelta(hours=1), course=slug, rights=1)
    home(learner)
    with statements() as many:
        home(learner)

    assert len(many) == len(one) <= 6
    with statements() as page:
        course(learner)
    assert len(page) <= 2


def test_a_look_at_the_home_writes_nothing(learner, bring, act, statements):
    bring(TAUGHT)
    act(take, "meja", now=NOW, rights=0)
    home(learner)

    with statements() as seen:
        home(learner)
        course(learner)

    assert [one for one in seen if not one.lstrip().upper().startswith(("SELECT", "WITH"))] == []


def test_whoever_is_signed_out_is_asked_to_sign_in_first(visitor, bring):
    bring()

    page = get(visitor, "/belajar")
    refused = post(visitor, f"{PAGE}/sisihkan")

    assert isinstance(page, Page)
    assert (page.status, page.location) == (303, "/masuk?next=/belajar")
    assert refused.status in {401, 403}
