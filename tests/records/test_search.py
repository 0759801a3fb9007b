"""Searching: the same on both databases, only in what is live, and any text typed is only words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from elearn.records import authoring
from elearn.records.audit.models import Way
from elearn.records.catalogue import queries as catalogue
from elearn.records.catalogue.models import Course
from elearn.records.installation import InstallationFact
from elearn.records.search.models import SearchPassage
from elearn.records.search.near import nearest
from elearn.records.search.queries import Found, Hit, search
from elearn.records.search.services import index_missing
from elearn.records.search.stemming import roots, stem
from elearn.records.search.words import EXCERPT_LENGTH, Piece, Term, excerpt, terms_of
from tests.conftest import ROOT
from tests.factories import FILES, make_course

LESSON = FILES["01-bahan.md"].decode()
TEXT = """
Pelaku usaha mendaftarkan produknya sendiri, lalu menunggu penyembelihan diperiksa.

## Cara mengajukan

Kirim dan isi **formulir** P-IRT di [layanan](02-kuis.md). Harga Rp 230.000 & gula < garam. NIB dibawa.

## Titik kritis: gelatin

Gelatin dari sapi harus bersertifikat. Kafe boleh ikut.
"""
HIDDEN = """
## Kuis

- Lulus: 50%

Kata rahasiapengantar.

### Satu
<!-- id: q-satu09 -->

Manakah rahasiasoal?

- [x] rahasiakunci
  > rahasiaumpan
- [ ] rahasiapilihan

**Petunjuk:** rahasiapetunjuk

**Pembahasan:** rahasiabahas
"""


def with_text(text: str = TEXT, quiz: str = "") -> dict[str, bytes]:
    """Return the small course with *text* in its first lesson."""
    return dict(FILES) | {"01-bahan.md": (LESSON.rstrip() + "\n" + text + quiz).encode()}


def look_for(session: Session, typed: str, *, slug: str | None = None) -> Found:
    """Search as the catalogue does, or in one course."""
    courses = catalogue.live_courses(session)
    releases = [one.release for one in courses if slug is None or one.slug == slug]
    return search(session, releases, typed)


def shown(pieces: tuple[Piece, ...]) -> str:
    return "".join(f"[{piece.text}]" if piece.hit else piece.text for piece in pieces)


def words_of(hit: Hit) -> str:
    return shown(hit.excerpt)


@pytest.fixture
def course(session: Session, now: datetime) -> Course:
    return make_course(session, now=now, files=with_text(quiz=HIDDEN))


FOUND = [
    ("gelatin", "#isi-titik-kritis-gelatin", "[Gelatin] dari sapi"),
    ("GELATIN sapi", "#isi-titik-kritis-gelatin", "[Gelatin] dari [sapi]"),
    ("gelat", "#isi-titik-kritis-gelatin", "[Gelatin] dari sapi"),
    ("sertifikat", "#isi-titik-kritis-gelatin", "harus [bersertifikat]"),
    ("pengajuan", "#isi-cara-mengajukan", "isi formulir P-IRT"),
    ("diajukan", "#isi-cara-mengajukan", "isi formulir"),
    ("pendaftaran", "", "usaha [mendaftarkan] produknya"),
    ("disembelih", "", "menunggu [penyembelihan] diperiksa"),
    ("pengiriman", "#isi-cara-mengajukan", "[Kirim] dan isi"),
    ("p-irt", "#isi-cara-mengajukan", "formulir [P-IRT] di"),
    ("PIRT", "#isi-cara-mengajukan", "formulir [P-IRT] di"),
    ("irt", "#isi-cara-mengajukan", "formulir [P-IRT] di"),
    ("230", "#isi-cara-mengajukan", "Rp [230].000 & gula < garam"),
    ("kafé", "#isi-titik-kritis-gelatin", "[Kafe] boleh"),
    ("yang gelatin di", "#isi-titik-kritis-gelatin", "[Gelatin] dari"),
    ('"gelatin" OR', "#isi-titik-kritis-gelatin", "[Gelatin] dari"),
]
SLIPS = {
    "dapru": "dapur",
    "dapurr halal": "dapur halal",
    "gelattin": "gelatin",
    "halla": "halal",
    "kritsi": "kritis",
}


def test_a_word_is_found_with_its_affixes_below_its_heading(session: Session, course: Course) -> None:
    for typed, address, said in FOUND:
        first = look_for(session, typed).hits[0]

        assert first.address == f"/kursus/dapur-halal/bahan{address}", typed
        assert shown(first.headline).startswith("Bahan")
        assert said in words_of(first), typed


def test_courses_are_found_by_title_summary_and_topic(session: Session, course: Course) -> None:
    (release,) = [one.release for one in catalogue.live_courses(session)]
    for typed in ("dapur", "halal", "pengajuan dapur", "makanan halal"):
        found = search(session, [release], typed, topics=["Makanan"])
        assert found.course_ids == {course.id}, typed
    assert search(session, [release], "gelatin", topics=["Makanan"]).course_ids == frozenset()


def test_a_slip_in_a_word_of_a_title_is_forgiven_and_said(session: Session, course: Course) -> None:
    for typed, meant in SLIPS.items():
        found = look_for(session, typed)

        assert found.taken_as == meant
        assert found.hits or found.course_ids


def test_words_that_stand_nowhere_together_find_what_is_nearest(session: Session, course: Course) -> None:
    found = look_for(session, "gelatin formulir")

    assert found.partly
    assert {hit.address for hit in found.hits[:1]} <= {
        "/kursus/dapur-halal/bahan#isi-titik-kritis-gelatin",
        "/kursus/dapur-halal/bahan#isi-cara-mengajukan",
    }
    assert len(found.hits[0].places) == 1


def test_the_glossary_is_found_where_a_lesson_uses_it(session: Session, course: Course) -> None:
    hits = [hit for hit in look_for(session, "nib").hits if hit.kind == "term"]

    (hit,) = hits
    assert shown(hit.headline) == "[NIB]"
    assert hit.address.startswith("/kursus/dapur-halal/bahan#isi-istilah")
    assert words_of(look_for(session, "induk berusaha").hits[0]) == "Nomor [Induk] [Berusaha]"


def test_nothing_of_a_quiz_is_ever_found(session: Session, course: Course) -> None:
    stored = session.scalars(sa.select(SearchPassage.heading + SearchPassage.body)).all()
    column = "title || body" if session.get_bind().dialect.name == "sqlite" else "words::text"
    words = session.scalars(sa.text(f"SELECT {column} FROM search_words")).all()

    assert len(words) == len(stored)
    assert "gelatin" in " ".join(words)
    assert "rahasia" not in " ".join([*stored, *words]).lower()
    for secret in ("soal", "kunci", "umpan", "pilihan", "petunjuk", "bahas", "pengantar"):
        assert not look_for(session, f"rahasia{secret}").hits


HOSTILE = [
    "", " ", "\"", "'", "' OR 1=1 --", '" OR "', "gelatin*", "NEAR(gelatin sapi)", "title:gelatin", "-gelatin",
    "gelatin:*", "!gelatin", "gelatin & | sapi", "(((((", "\\", "%", "_", "😀", "😀 gelatin", "<script>alert(1)</script>",
    "x" * 100, "gelatin " * 12, "a b c d e f g h i j k l", "بسم الله", "ꦗꦮ", "1e5 1.2.3 http://a.b/c?d=e", "§¶½²",
    "e-mail a-b-c-d", "--", "gelatin' ; DROP TABLE users; --", "\u200b\u202e", "ﬁ", "AND OR NOT",
]  # fmt: skip


def test_whatever_is_typed_is_only_words(session: Session, course: Course) -> None:
    for typed in HOSTILE:
        found = look_for(session, typed)

        if "gelatin" in typed:
            assert any("[Gelatin]" in words_of(hit) for hit in found.hits), typed
    assert session.scalar(sa.text("SELECT count(*) FROM search_passages"))


def test_only_what_is_live_is_found(session: Session, now: datetime, course: Course) -> None:
    make_course(session, now=now, files=with_text("\nKini tentang cabai.\n"))
    assert not look_for(session, "gelatin").hits
    assert look_for(session, "cabai").hits

    authoring.make_live_again(session, course, 1, actor=None, way=Way.COMMAND, now=now)

    assert look_for(session, "gelatin").hits
    assert not look_for(session, "cabai").hits
    releases = set(session.scalars(sa.select(SearchPassage.release_id)))
    assert releases == {course.live_release_id}


def test_a_publication_that_is_taken_back_leaves_what_is_found_as_it_was(
    session: Session, now: datetime, course: Course
) -> None:
    session.commit()
    make_course(session, now=now, files=with_text("\nKini tentang cabai.\n"))
    session.rollback()

    assert look_for(session, "gelatin").hits
    assert not look_for(session, "cabai").hits


def test_what_is_found_is_only_of_the_releases_asked_for(
    session: Session, now: datetime, course: Course
) -> None:
    other = dict(with_text()) | {
        "kursus.md": FILES["kursus.md"].replace(b"kode: DH", b"kode: DD"),
    }
    make_course(session, now=now, files=other, slug="dapur-dua")

    hits = look_for(session, "gelatin", slug="dapur-dua").hits

    assert {hit.address.split("#")[0] for hit in hits} == {"/kursus/dapur-dua/bahan"}
    assert len(look_for(session, "gelatin").hits) == 2


def test_what_was_published_before_there_was_an_index_is_found_after_init(
    session: Session, course: Course
) -> None:
    assert index_missing(session) == 1
    session.execute(sa.text("DELETE FROM search_words"))
    session.execute(sa.delete(SearchPassage))
    assert not look_for(session, "gelatin").hits

    assert index_missing(session) == 1

    assert look_for(session, "gelatin").hits
    assert index_missing(session) == 0
    fact = session.get_one(InstallationFact, "search_index")
    fact.value = "0.0"
    assert index_missing(session) == 1
    counted = session.execute(
        sa.text("SELECT (SELECT count(*) FROM search_words), (SELECT count(*) FROM search_passages)")
    ).one()
    assert counted[0] == counted[1]


def test_both_databases_cut_words_to_the_same_roots(postgresql_server: sa.URL) -> None:
    """PostgreSQL's own dictionary is the judge of ours."""
    roots = [
        "ajar",
        "aju",
        "angkat",
        "baca",
        "beli",
        "daftar",
        "izin",
        "jual",
        "kemas",
        "mohon",
        "pasar",
        "periksa",
        "sembelih",
        "sertifikat",
        "tulis",
    ]
    words = {
        f"{before}{root}{after}"
        for root in roots
        for before in ("", "di", "me", "mem", "men", "meng", "meny", "ke", "pe", "pem", "pen", "peng", "peny", "per", "ber", "be", "ter", "memper", "diper", "bel", "pel")
        for after in ("", "an", "kan", "i", "nya", "ku", "kah", "lah", "annya", "kannyalah", "si")
    }  # fmt: skip
    for path in (ROOT / "courses").glob("**/*.md"):
        words |= {word for word in path.read_text().lower().split() if word.isascii() and word.isalpha()}
    engine = sa.create_engine(postgresql_server, poolclass=sa.NullPool)
    with engine.connect() as connection:
        judged = connection.execute(
            sa.text(
                "SELECT w, (ts_lexize('indonesian_stem', w))[1] FROM unnest(CAST(:words AS text[])) AS w"
            ),
            {"words": sorted(words)},
        ).all()
    engine.dispose()

    assert len(judged) > 3000
    assert [(word, root, stem(word)) for word, root in judged if stem(word) != root] == []


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("yang", ["yang"]),
        ("apa itu NIB", ["nib"]),
        ("P-IRT", ["pirt"]),
        ("P\u2011IRT", ["pirt"]),
        ("bahan-bahan", ["bahan"]),
        ("daftar pendaftaran", ["daftar"]),
        ("a_b", ["a", "b"]),
        ("!?", []),
        ("satu dua tiga empat lima enam tujuh delapan sembilan", ["satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan"]),
    ],
)  # fmt: skip
def test_what_is_typed_is_understood_as_few_telling_words(typed: str, words: list[str]) -> None:
    assert [term.word for term in terms_of(typed)] == words


@given(st.text(max_size=600), st.text(max_size=30))
def test_an_excerpt_is_a_stretch_of_the_text_and_marks_only_what_was_asked(text: str, typed: str) -> None:
    terms = terms_of(typed)
    pieces = excerpt(text, terms)
    said = "".join(piece.text for piece in pieces).removeprefix("… ").removesuffix(" …")

    assert said in text
    assert len(said) <= EXCERPT_LENGTH or len(text) <= EXCERPT_LENGTH
    for piece in pieces:
        if piece.hit:
            assert any(term.word for term in terms)


def test_an_excerpt_is_taken_where_most_of_the_words_stand() -> None:
    text = "Gula pasir. " + "Kata lain lagi. " * 40 + "Gula dan garam dapur. " + "Kata lain lagi. " * 40

    said = shown(excerpt(text, terms_of("gula garam")))

    assert "[Gula] dan [garam] dapur" in said
    assert said.startswith("… ")
    assert said.endswith(" …")


@pytest.mark.parametrize(
    ("word", "near"),
    [
        ("sertifkat", "sertifikat"),
        ("setifikat", "sertifikat"),
        ("sertfikasi", "sertifikasi"),
        ("hlaal", "halal"),
        ("pemasran", "pemasaran"),
        ("komputer", None),
        ("abc", None),
        ("", None),
    ],
)
def test_the_nearest_word_is_one_that_was_probably_meant(word: str, near: str | None) -> None:
    assert nearest(word, ["halal", "sertifikat", "sertifikasi", "pemasaran", "di", "bahan"]) == near


@pytest.mark.parametrize(
    ("word", "root"),
    [
        ("pengiriman", "kirim"),
        ("mengemas", "kemas"),
        ("mengelompokkan", "kelompok"),
        ("menulis", "tulis"),
        ("penjualan", "jual"),
        ("pendaftaran", "daftar"),
        ("pemasaran", "pasar"),
        ("penyembelihan", "sembelih"),
        ("mentah", "mentah"),
        ("kopi", "kopi"),
    ],
)
def test_a_swallowed_letter_comes_back(word: str, root: str) -> None:
    assert roots(word)[-1] == root


@given(st.text(alphabet="abdegikmnprstuy", max_size=24))
def test_a_root_is_never_empty_nor_longer_than_its_word_and_a_letter(word: str) -> None:
    root = stem(word)
    assert bool(root) == bool(word)
    assert roots(word)[0] == root
    assert len(root) <= len(word)
    assert Term.of(word).fits(frozenset({word})) or not word


def test_both_databases_are_asked_in_their_own_way(session: Session, course: Course) -> None:
    seen: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    engine = session.get_bind()
    sa.event.listen(engine, "before_cursor_execute", note)
    look_for(session, "gelatin")
    sa.event.remove(engine, "before_cursor_execute", note)

    asked: Mapping[str, str] = {"sqlite": "MATCH", "postgresql": "@@"}
    assert sum(asked[engine.dialect.name] in statement for statement in seen) == 1
