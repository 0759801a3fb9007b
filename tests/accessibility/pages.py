"""How every page is reached: one line for each template, and for each state of it that looks different."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

from elearn.records.accounts import services as accounts
from elearn.records.accounts.models import CodeKind, User
from elearn.records.audit.models import Way
from elearn.records.certificates import queries as certificates
from elearn.web.clock import utc_now
from elearn.web.maintenance import Maintenance
from tests.accessibility.conftest import Site
from tests.security.world import KEYS, PASSWORD, SLUG

RICH = "sertifikasi-halal"
#: Makes the browser send a form as a page would: with the token of the page it is on.
SUBMIT = """
([action, fields]) => {
  const form = document.createElement("form");
  form.method = "post";
  form.action = action;
  const token = document.querySelector("meta[name=csrf-token]");
  if (token) fields.push(["csrf_token", token.content]);
  for (const [name, value] of fields) {
    const field = document.createElement("input");
    field.type = "hidden";
    field.name = name;
    field.value = value;
    form.append(field);
  }
  document.body.append(form);
  form.submit();
}
"""

#: As the form of a question sends it.
LATE_ANSWER = (
    ("event", "5d2c0a35-3d3c-4b0e-9d9b-3a4a1c1f6b10"),
    ("item", "q-uraian1"),
    ("base", "1"),
    ("answer", "Sudah terlambat"),
)

Way_in = Callable[[Page, Site], None]


@dataclass(frozen=True)
class Shown:
    """One page: its template, who looks at it, and where it is or what leads to it."""

    template: str
    who: str
    way: str | Way_in
    #: What makes this line differ from another of the same template.
    state: str = ""

    def __str__(self) -> str:
        return f"{self.template.removesuffix('.html')}{' ' + self.state if self.state else ''}"

    def open(self, page: Page, site: Site) -> None:
        """Lead *page* there."""
        if callable(self.way):
            self.way(page, site)
            return
        world = site.world
        page.goto(
            self.way.format(
                kursus=SLUG,
                orang=world.people["learner"],
                lulusan=world.people["graduate"],
                angkatan=world.cohort,
                anggota=world.enrolment,
                percobaan=world.open_attempt,
                selesai=world.closed_attempt,
                kode=world.serial,
                konsep=world.draft_file,
                tanya=world.inquiry,
            )
        )


def post(page: Page, start: str, action: str, *fields: tuple[str, str]) -> None:
    """Send a form from the page *start*, and wait for the page that answers."""
    page.goto(start)
    with page.expect_navigation():
        page.evaluate(SUBMIT, [action, [list(one) for one in fields]])


def refused(start: str, action: str, *fields: tuple[str, str]) -> Way_in:
    """Send what is not accepted: the form comes back with what is wrong beside its fields."""
    return lambda page, site: post(page, start, action, *fields)


def signed_out_in_the_middle(page: Page, site: Site) -> None:
    """Post something nobody is signed in for; sign in on the page that answers."""
    page.goto("/")
    page.evaluate(SUBMIT, [f"/kursus/{SLUG}/bacaan/daftar", [["pesan", "Catatan saya. " * 60]]])
    page.locator("[name=sandi]").wait_for()


def resumed(page: Page, site: Site) -> None:
    signed_out_in_the_middle(page, site)
    page.locator("[name=kunci]").fill(KEYS["other learner"])
    page.locator("[name=sandi]").fill(PASSWORD)
    with page.expect_navigation():
        page.locator("form:has([name=sandi]) button.btn").click()


def activation(page: Page, site: Site) -> None:
    with site.records() as session:
        now = utc_now()
        user = session.get(User, site.world.people["other learner"])
        assert user is not None
        token = accounts.give_code(session, user, kind=CodeKind.SLIP, actor=None, way=Way.COMMAND, now=now)
    page.goto(f"/aktivasi/{token}")


def code(page: Page, site: Site) -> None:
    person = site.world.people["other learner"]
    post(page, f"/staf/peserta/{person}", f"/staf/peserta/{person}/kode", ("jenis", "slip"))


def closed_attempt(page: Page, site: Site) -> None:
    """Answer an attempt that was handed in meanwhile, as a forgotten tab does."""
    attempt = f"/percobaan/{site.world.closed_attempt}"
    post(page, "/akun", f"{attempt}/jawaban", *LATE_ANSWER)


def maintained(page: Page, site: Site) -> None:
    """Show the page as it is shown; the site itself stays open for the other tests."""
    watch = site.app.extensions["elearn_maintenance"]
    real = watch.now
    watch.now = lambda: Maintenance(
        utc_now(), "Server dipindah ke gedung baru.\nTerima kasih sudah menunggu."
    )
    try:
        page.goto("/belajar")
    finally:
        watch.now = real


def unsure(page: Page, site: Site) -> None:
    """Press the button that erases without having ticked the box."""
    post(page, "/admin/penghapusan/", f"/admin/penghapusan/{site.world.erasure}")


def erased(page: Page, site: Site) -> None:
    """Show a certificate as one whose holder was erased; it stays as it is for the other tests."""
    real = certificates.state_of
    certificates.state_of = lambda *_asked: certificates.CertificateState.ERASED
    try:
        page.goto(f"/sertifikat/{site.world.serial}")
    finally:
        certificates.state_of = real


PAGES: tuple[Shown, ...] = (
    # --- Everybody
    Shown("catalogue/home.html", "visitor", "/"),
    Shown("catalogue/search.html", "visitor", "/?cari=halal"),
    Shown("catalogue/search.html", "visitor", "/?cari=tidakadasamasekali", "nothing found"),
    Shown("catalogue/home.html", "learner", "/", "signed in"),
    Shown("catalogue/course.html", "visitor", f"/kursus/{RICH}"),
    Shown("catalogue/course.html", "learner", "/kursus/{kursus}", "enrolled"),
    Shown("catalogue/lesson.html", "visitor", f"/kursus/{RICH}/pilih-jalur"),
    Shown("catalogue/lesson.html", "learner", f"/kursus/{RICH}/bahan-dan-titik-kritis", "signed in"),
    Shown("catalogue/lesson.html", "learner", "/kursus/{kursus}/bacaan", "enrolled"),
    Shown("certificates/look_up.html", "visitor", "/sertifikat"),
    Shown("certificates/look_up.html", "visitor", "/sertifikat?kode=ABC", "unreadable"),
    Shown("certificates/look_up.html", "graduate", "/sertifikat", "own"),
    Shown("certificates/verify.html", "visitor", "/sertifikat/{kode}"),
    Shown("certificates/verify.html", "graduate", "/sertifikat/{kode}", "own"),
    Shown("certificates/unknown.html", "visitor", "/sertifikat/00000000000000000000000000"),
    Shown("sign_in.html", "visitor", "/masuk"),
    Shown("sign_in.html", "visitor", refused("/masuk", "/masuk", ("kunci", "0"), ("sandi", "x")), "refused"),
    Shown("sign_in.html", "visitor", signed_out_in_the_middle, "kept"),
    Shown("resume.html", "stranger", resumed),
    Shown("account/sign_up.html", "visitor", "/daftar"),
    Shown("account/sign_up.html", "visitor", refused("/daftar", "/daftar", ("nama", ""), ("kunci", "x")), "refused"),
    Shown("account/forgotten.html", "visitor", "/aktivasi"),
    Shown("account/forgotten.html", "visitor", refused("/aktivasi", "/aktivasi", ("kode", "x")), "refused"),
    Shown("account/activation.html", "visitor", activation),
    Shown("account/activation.html", "visitor", "/aktivasi/TIDAKADA", "unknown"),
    Shown("account/help.html", "visitor", "/bantuan"),
    Shown("account/privacy.html", "visitor", "/perlindungan-data"),
    Shown("language/choose.html", "visitor", "/bahasa"),
    Shown("error.html", "visitor", "/tidak-ada"),
    Shown("error.html", "learner", refused("/akun", "/tidak-ada"), "signed in"),
    Shown("maintenance.html", "visitor", maintained),
    # --- Learners
    Shown("learning/home.html", "learner", "/belajar"),
    Shown("learning/home.html", "graduate", "/belajar", "finished"),
    Shown("account/own_account.html", "learner", "/akun"),
    Shown(
        "account/own_account.html", "learner",
        refused("/akun", "/akun/sandi", ("sandi_lama", "x"), ("sandi", "y")), "refused",
    ),
    Shown("learning/quiz.html", "learner", "/kursus/{kursus}/ujian/kuis"),
    Shown("learning/question.html", "learner", "/percobaan/{percobaan}"),
    Shown("learning/question.html", "learner", "/percobaan/{percobaan}?soal=3", "third"),
    Shown("learning/questions.html", "learner", "/percobaan/{percobaan}?semua=1"),
    Shown("learning/review.html", "learner", "/percobaan/{percobaan}?tinjau=1"),
    Shown("learning/closed.html", "learner", closed_attempt),
    Shown("learning/result.html", "learner", "/percobaan/{selesai}/hasil"),
    Shown("learning/readiness.html", "learner", "/kesiapan"),
    Shown("learning/inquiries.html", "learner", "/tanya"),
    Shown("learning/inquiries.html", "learner", refused("/tanya", "/tanya", ("text", "")), "refused"),
    Shown("learning/inquiry.html", "learner", "/tanya/{tanya}"),
    Shown("certificates/confirm.html", "graduate", "/belajar/{kursus}/sertifikat"),
    # --- Trainers
    Shown("authoring/courses.html", "trainer", "/pelatih/"),
    Shown("authoring/course.html", "trainer", "/pelatih/kursus/{kursus}"),
    Shown("authoring/new_course.html", "trainer", "/pelatih/kursus-baru"),
    Shown("authoring/new_module.html", "trainer", "/pelatih/kursus/{kursus}/modul-baru"),
    Shown("authoring/editor.html", "trainer", "/pelatih/kursus/{kursus}/file/kursus.md"),
    Shown("authoring/as_learner.html", "trainer", "/pelatih/kursus/{kursus}/lihat/{konsep}"),
    Shown("authoring/media.html", "trainer", "/pelatih/kursus/{kursus}/media"),
    Shown("authoring/history.html", "trainer", "/pelatih/kursus/{kursus}/riwayat"),
    Shown("authoring/publish.html", "trainer", "/pelatih/kursus/{kursus}/terbitkan"),
    Shown("authoring/learners.html", "trainer", "/pelatih/kursus/{kursus}/peserta"),
    Shown("authoring/learner.html", "trainer", "/pelatih/kursus/{kursus}/peserta/{anggota}"),
    Shown("authoring/essays.html", "trainer", "/pelatih/esai"),
    Shown("authoring/essay.html", "trainer", "/pelatih/esai/{selesai}/q-uraian1"),
    Shown("desk/inquiries.html", "trainer", "/pelatih/tanya"),
    Shown("desk/inquiry.html", "trainer", "/pelatih/tanya/{tanya}"),
    # --- Staff
    Shown("desk/inquiries.html", "staff", "/staf/tanya", "of staff"),
    Shown("desk/inquiry.html", "staff", "/staf/tanya/{tanya}", "of staff"),
    Shown("reporting/completions.html", "staff", "/staf/kelulusan"),
    Shown("reporting/cohorts.html", "staff", "/staf/angkatan"),
    Shown("reporting/new_cohort.html", "staff", "/staf/angkatan/baru"),
    Shown("reporting/cohort.html", "staff", "/staf/angkatan/{angkatan}"),
    Shown("reporting/new_person.html", "staff", "/staf/angkatan/{angkatan}/orang-baru"),
    Shown("reporting/people.html", "staff", refused("/staf/peserta", "/staf/peserta", ("cari", "Orang"))),
    Shown("reporting/person.html", "staff", "/staf/peserta/{lulusan}"),
    Shown("reporting/correct.html", "staff", "/staf/peserta/{orang}/data"),
    Shown("desk/code.html", "staff", code),
    # --- Own data
    Shown("account/own_data.html", "learner", "/akun/data"),
    Shown("account/own_data.html", "other learner", "/akun/data", "waiting"),
    Shown(
        "account/own_data.html", "learner", refused("/akun/data", "/akun/data/hapus", ("sandi_hapus", "x")), "refused"
    ),
    Shown("certificates/erased.html", "visitor", erased),
    # --- Admins
    Shown("administration/erasures.html", "admin", "/admin/penghapusan/"),
    Shown(
        "administration/erasures.html", "admin", unsure, "refused"
    ),
    Shown("administration/people.html", "admin", "/admin/orang"),
    Shown("administration/person.html", "admin", "/admin/orang/{orang}"),
    Shown("administration/courses.html", "admin", "/admin/kursus"),
    Shown("administration/course.html", "admin", "/admin/kursus/{kursus}"),
    Shown("administration/trail.html", "admin", "/admin/jejak"),
)  # fmt: skip
