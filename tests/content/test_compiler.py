"""A text is compiled once into all that its pages show, and the key stays apart from what is asked."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from elearn.content.compiler import (
    COMPILER_VERSION,
    PASSAGE_LENGTH,
    CompiledModule,
    CompiledPage,
    CompiledTerm,
    CourseContext,
    MediaUse,
    Passage,
    compile_course_page,
    compile_module,
    glossary_used,
    media_used,
    page_digest,
    revision_digest,
    text_of,
)
from elearn.content.documents import (
    ChecklistItem,
    CourseDocument,
    Glossary,
    Heading,
    MediaFile,
    ModuleDocument,
    ModuleKind,
    Source,
)
from elearn.content.items import (
    Choice,
    ChoiceItem,
    EssayItem,
    ItemType,
    MatchItem,
    NumberItem,
    NumberRange,
    OrderItem,
    Quiz,
    TextItem,
    TextVariant,
)
from elearn.content.library import read_course
from elearn.content.markup import MarkupLimitError
from elearn.content.pieces import Piece

SHA = "ab" * 32
CONTEXT = CourseContext(
    course_slug="halal",
    module_slugs={"01-a.md": "a", "02-bahan.md": "bahan"},
    media={"media/alur.PNG": MediaUse(SHA, 1000, 640, 480), "media/b.svg": MediaUse("cd" * 32, 50)},
    glossary={"NIB": "Nomor Induk Berusaha", "BPJPH": "Badan …"},
)


def piece(text: str, line: int = 1) -> Piece:
    return Piece(text, line)


def make_module(lesson: str = "Teks.", **values: Any) -> ModuleDocument:
    defaults: dict[str, Any] = {
        "slug": "a", "kind": ModuleKind.MODULE, "file_name": "01-a.md", "number": 1, "text": f"---\n---\n{lesson}\n",
        "title": "Mengapa halal", "lesson": piece(lesson, 3),
    }  # fmt: skip
    return ModuleDocument(**(defaults | values))


def common(number: int, prompt: str, kind: ItemType, **values: Any) -> dict[str, Any]:
    return {
        "id": f"q-00000{number}",
        "type": kind,
        "title": f"Soal {number}",
        "prompt": piece(prompt, 10),
        "line": 9,
    } | values


QUIZ = Quiz(
    title="Dasar",
    intro="Kerjakan *sendiri*. NIB",
    line=8,
    items=(
        ChoiceItem(
            **common(1, "Siapa? ![](media/b.svg)", ItemType.SINGLE, hint=piece("Ingat [bagian](#dua)."), explanation=piece("RAHASIA1 **ya**")),
            choices=(Choice(piece("BPJPH *x*"), True, piece("RAHASIA2")), Choice(piece("LPPOM"), False)),
        ),
        ChoiceItem(**common(2, "Apa?", ItemType.MULTIPLE), choices=(Choice(piece("A"), True), Choice(piece("B"), True))),
        TextItem(
            **common(3, "Singkatan?", ItemType.TEXT),
            variants=(
                TextVariant("RAHASIA3<b>", 100, piece("Tepat"), 0),
                TextVariant("RAHASIA4", 100, piece("Tepat"), 0),
                TextVariant("LPPOM", 0, piece("Salah"), 2),
                TextVariant("hampir", 50, None, 3),
            ),
        ),
        NumberItem(
            **common(4, "Berapa?", ItemType.NUMBER),
            ranges=(NumberRange(Decimal(4), Decimal(5), 50, "4 – 5", piece("Hampir")), NumberRange(Decimal(5), Decimal(5), 100, "5.000")),
            unit="rupiah",
        ),
        OrderItem(**common(5, "Urutkan", ItemType.ORDER), steps=(piece("satu"), piece("dua"), piece("tiga"))),
        MatchItem(
            **common(6, "Pasangkan", ItemType.MATCH),
            lefts=(piece("NIB"), piece("MD")),
            rights=(piece("OSS"), piece("BPOM"), piece("Bank")),
        ),
        EssayItem(**common(7, "Ceritakan[^1]\n\n[^1]: catatan", ItemType.ESSAY)),
    ),
)  # fmt: skip


def test_a_lesson_is_compiled_with_all_that_its_page_shows() -> None:
    lesson = (
        "## Satu\n\nNIB itu [penting](02-bahan.md#x). ![Alur](media/alur.PNG) ![Alur](media/alur.PNG#x)\n\n"
        "- [ ] Sudah *ditulis* <!-- id: c-4k2m9x -->\n\n[dua](#dua) [kursus](kursus.md) [postes](postes.md) [hilang](09-x.md) [luar](/x) ![modul](01-a.md)"
    )
    module = make_module(
        lesson,
        minutes=7,
        headings=(Heading(2, "Satu", "satu", 3),),
        checklist=(ChecklistItem("c-4k2m9x", "Sudah *ditulis*", 7),),
        sources=(
            Source("UU 33/2014", "pasal 4", "https://oss.go.id/uu", "2014"),
            Source("x", url="javascript:1"),
        ),
        checked_on=date(2026, 11, 23),
    )
    compiled = compile_module(module, CONTEXT)
    assert compiled.lesson_html == (
        '<h2 id="isi-satu">Satu</h2>\n'
        '<p><a class="term" href="#isi-istilah.1" id="isi-istilah.1.1">'
        '<abbr title="Nomor Induk Berusaha">NIB</abbr></a> itu <a href="/kursus/halal/bahan#isi-x">penting</a>. '
        f'<img src="/media/{SHA}.png" alt="Alur" width="640" height="480" loading="lazy"> '
        f'<img src="/media/{SHA}.png" alt="Alur" width="640" height="480" loading="lazy"></p>\n'
        '<ul class="checks"><li><label><input type="checkbox" name="c" value="c-4k2m9x"> Sudah <em>ditulis</em></label></li>\n</ul>\n'
        '<p><a href="#isi-dua">dua</a> <a href="/kursus/halal">kursus</a> <a href="/kursus/halal/postes/kuis">postes</a> hilang luar modul</p>'
    )
    assert [(entry.level, entry.text, entry.anchor) for entry in compiled.toc] == [(2, "Satu", "isi-satu")]
    assert [(check.id, check.html) for check in compiled.checklist] == [
        ("c-4k2m9x", "Sudah <em>ditulis</em>")
    ]
    assert compiled.terms == (
        CompiledTerm("NIB", "Nomor Induk Berusaha", "isi-istilah.1", "isi-istilah.1.1"),
    )
    assert [source.url for source in compiled.sources] == ["https://oss.go.id/uu", ""]
    assert (compiled.minutes, compiled.checked_on, compiled.review_on) == (7, "2026-11-23", "")
    assert compiled.passages == (
        Passage(
            "isi-satu",
            "Satu",
            "NIB itu penting. Alur Alur Sudah ditulis dua kursus postes hilang luar modul",
        ),
    )
    assert compiled.word_count == 14
    assert compiled.weight == len(compiled.lesson_html.encode()) + 1000
    assert compiled.items == {}


def test_an_abbreviation_leads_to_its_meaning_once_in_a_section_and_never_where_a_tap_does_something() -> (
    None
):
    lesson = (
        "## Apa itu NIB\n\n[NIB](https://oss.go.id) dan NIB, lalu NIB.\n\n> [!TANYA] Sudah punya NIB?\n> NIB belum.\n\n"
        "## Lagi\n\n- [ ] NIB saya ada <!-- id: c-4k2m9x -->\n\nNIB.\n\n### Bagian kecil\n\nNIB."
    )
    compiled = compile_module(make_module(lesson), CONTEXT)
    links = re.findall(r'<a class="term"[^>]*>', compiled.lesson_html)
    assert links == [
        '<a class="term" href="#isi-istilah.1" id="isi-istilah.1.1">',
        '<a class="term" href="#isi-istilah.1">',
    ]
    assert ", lalu <abbr" in compiled.lesson_html
    assert "</a>, lalu" in compiled.lesson_html
    assert compiled.lesson_html.count("<abbr") == 9
    assert len(compiled.terms) == 1


def test_an_abbreviation_in_a_heading_only_is_explained_but_leads_nowhere() -> None:
    compiled = compile_module(make_module("## Apa itu NIB\n\nTeks."), CONTEXT)
    assert compiled.terms == (CompiledTerm("NIB", "Nomor Induk Berusaha", "isi-istilah.1"),)
    assert "<a " not in compiled.lesson_html


@pytest.mark.parametrize(
    ("table", "stacks"),
    [
        ("| | Self declare | Reguler |\n|---|---|---|\n| Yang memeriksa | P3H (Pendamping Proses) | Auditor dari LPH |", True),
        ("| Ukuran | Modal | Jual |\n|---|--:|--:|\n| Mikro | 1 | 2 |", False),
        ("| Ukuran usaha | Penjualan dalam satu tahun |\n|---|---|\n| Kecil | lebih dari Rp2 miliar |", False),
        ("| a | b | c | d | e |\n|---|---|---|---|---|\n| satu dua tiga | satu dua tiga | satu dua tiga | empat | lima |", False),
        (f"| {'a' * 101} | b | c |\n|---|---|---|\n| satu | dua | tiga |", False),
    ],
)  # fmt: skip
def test_a_table_with_few_columns_and_many_words_becomes_cards_on_a_phone(table: str, stacks: bool) -> None:
    html = compile_module(make_module(table), CONTEXT).lesson_html
    assert ('class="scroll stack"' in html) is stacks
    assert ('<th scope="row">' in html) is stacks
    assert ("data-l=" in html) is stacks
    if stacks:
        assert '<td data-l="Reguler">Auditor dari LPH</td>' in html


@pytest.mark.parametrize(("words", "minutes"), [(0, 1), (1, 1), (180, 1), (181, 2), (1800, 10)])
def test_minutes_are_counted_from_words_where_none_are_given(words: int, minutes: int) -> None:
    assert compile_module(make_module("kata " * words), CONTEXT).minutes == minutes


def test_every_kind_of_question_is_compiled_by_position_in_its_source() -> None:
    compiled = compile_module(make_module(quiz=QUIZ, link_definitions="[r]: https://oss.go.id"), CONTEXT)
    items, keys = compiled.items, compiled.keys
    assert compiled.quiz_intro_html == "<p>Kerjakan <em>sendiri</em>. NIB</p>"
    assert (
        items["q-000001"].prompt_html
        == f'<p>Siapa? <img src="/media/{"cd" * 32}.svg" alt="" loading="lazy"></p>'
    )
    assert items["q-000001"].choices_html == ("BPJPH <em>x</em>", "LPPOM")
    assert items["q-000001"].hint_html == '<p>Ingat <a href="/kursus/halal/a#isi-dua">bagian</a>.</p>'
    assert keys["q-000001"].feedback_html == ("<p>RAHASIA2</p>", "")
    assert keys["q-000001"].explanation_html == "<p>RAHASIA1 <strong>ya</strong></p>"
    assert keys["q-000001"].answer_html == "BPJPH <em>x</em>"
    assert keys["q-000002"].answer_html == "<ul><li>A</li><li>B</li></ul>"
    assert keys["q-000003"].feedback_html == ("<p>Tepat</p>", "", "<p>Salah</p>", "")
    assert keys["q-000003"].answer_html == "<ul><li>RAHASIA3&lt;b&gt;</li><li>RAHASIA4</li></ul>"
    assert keys["q-000004"].feedback_html == ("<p>Hampir</p>", "")
    assert keys["q-000004"].answer_html == "<ul><li>5.000 rupiah</li></ul>"
    assert items["q-000005"].steps_html == ("satu", "dua", "tiga")
    assert keys["q-000005"].answer_html == "<ol><li>satu</li><li>dua</li><li>tiga</li></ol>"
    assert items["q-000006"].lefts_html == ("NIB", "MD")
    assert items["q-000006"].rights_html == ("OSS", "BPOM", "Bank")
    assert keys["q-000006"].answer_html == "<ul><li>NIB → OSS</li><li>MD → BPOM</li></ul>"
    assert 'id="isi-q-000007-fn-1"' in items["q-000007"].prompt_html
    assert keys["q-000007"].answer_html == ""


def test_a_lesson_is_found_by_the_heading_that_stands_above() -> None:
    lesson = "Awal &lt;b&gt;\n\n## Bahan `A & B`\n\n### Kosong\n\n## Bahan\n\nGula. " + "kata " * 2000
    first, heading, bare, *long = compile_module(make_module(lesson), CONTEXT).passages
    assert first == Passage("", "", "Awal <b>")
    assert (heading.heading, heading.text) == ("Bahan A & B", "")
    assert (bare.heading, bare.text) == ("Kosong", "")
    assert {(one.anchor, one.heading) for one in long} == {("isi-bahan", "Bahan")}
    assert " ".join(one.text for one in long) == ("Gula. " + "kata " * 2000).strip()
    assert max(len(one.text) for one in long) <= PASSAGE_LENGTH


def test_nothing_of_the_key_stands_in_what_is_asked_or_searched() -> None:
    compiled = dataclasses.asdict(compile_module(make_module(quiz=QUIZ), CONTEXT))
    compiled.pop("keys")
    shown = json.dumps(compiled)
    assert "RAHASIA" not in shown
    assert "Singkatan" not in json.dumps(compiled["passages"])


def test_glossary_is_never_applied_inside_a_quiz() -> None:
    compiled = compile_module(make_module("NIB", quiz=QUIZ), CONTEXT)
    assert "<abbr" in compiled.lesson_html
    assert "<abbr" not in json.dumps([dataclasses.asdict(item) for item in compiled.items.values()])
    assert "<abbr" not in compiled.quiz_intro_html


def test_links_of_a_pretest_to_its_own_text_lead_to_the_course() -> None:
    quiz = dataclasses.replace(QUIZ, intro="[x](#y) [z](pretes.md)", items=())
    module = make_module(
        slug="pretes", kind=ModuleKind.PRETEST, file_name="pretes.md", number=None, quiz=quiz
    )
    html = compile_module(module, CONTEXT).quiz_intro_html
    assert html == '<p><a href="/kursus/halal#isi-y">x</a> <a href="/kursus/halal/pretes/kuis">z</a></p>'


@pytest.mark.parametrize("quiz", [QUIZ, None])
def test_a_compiled_module_survives_json(quiz: Quiz | None) -> None:
    compiled = compile_module(
        make_module(
            "## A\n\n- [ ] x <!-- id: c-aaaaaa -->",
            quiz=quiz,
            headings=(Heading(2, "A", "a", 3),),
            checklist=(ChecklistItem("c-aaaaaa", "x", 5),),
            sources=(Source("s"),),
        ),
        CONTEXT,
    )
    assert CompiledModule.from_json(compiled.to_json()) == compiled
    assert CompiledModule.from_json(compiled.to_json()).to_json() == compiled.to_json()


@settings(deadline=None)
@given(st.text(max_size=60), st.text(max_size=30))
def test_any_lesson_survives_json(lesson: str, title: str) -> None:
    try:
        compiled = compile_module(make_module(lesson, title=title), CONTEXT)
    except MarkupLimitError:
        return
    assert CompiledModule.from_json(compiled.to_json()) == compiled


def test_a_limit_is_reported_with_file_and_line() -> None:
    with pytest.raises(MarkupLimitError) as caught:
        compile_module(make_module("Teks\n\n" + "> " * 20), CONTEXT)
    assert (caught.value.problem.file, caught.value.problem.line) == ("01-a.md", 5)
    deep = dataclasses.replace(QUIZ.items[0], explanation=piece("> " * 20, 40))
    with pytest.raises(MarkupLimitError) as caught:
        compile_module(make_module(quiz=dataclasses.replace(QUIZ, items=(deep,))), CONTEXT)
    assert caught.value.problem.line == 40
    with pytest.raises(MarkupLimitError) as caught:
        media_used(make_module(quiz=dataclasses.replace(QUIZ, items=(deep,))))
    assert (caught.value.problem.file, caught.value.problem.line) == ("01-a.md", 40)


def make_course(**values: Any) -> CourseDocument:
    picture = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + (640).to_bytes(4, "big") + (480).to_bytes(4, "big")
    defaults: dict[str, Any] = {
        "slug": "halal", "text": "---\n---\n", "title": "Sertifikasi", "summary": "Dari bahan.",
        "body": piece("NIB ![a](media/a.png) [satu](01-a.md)"), "modules": (make_module(),),
        "glossary": Glossary("", {"NIB": "Nomor", "X": "y"}), "image": "media/a.png",
        "media": (MediaFile("media/a.png", picture, "image/png", SHA), MediaFile("media/x.pdf", b"%PDF", "application/pdf", "ee")),
    }  # fmt: skip
    return CourseDocument(**(defaults | values))


def test_the_course_page_is_compiled_in_its_own_context() -> None:
    page = compile_course_page(make_course())
    assert page.body_html == (
        f'<p><abbr title="Nomor">NIB</abbr> <img src="/media/{SHA}.png" alt="a" width="640" height="480" loading="lazy"> '
        '<a href="/kursus/halal/a">satu</a></p>'
    )
    assert page.image == f"/media/{SHA}.png"
    assert (page.word_count, page.passages) == (3, (Passage("", "", "NIB a satu"),))
    assert page.weight == len(page.body_html.encode()) + 24
    assert CompiledPage.from_json(page.to_json()) == page
    assert compile_course_page(make_course(image="", glossary=None, media=())).image == ""


def digest(module: ModuleDocument, pass_mark: int = 7000, glossary: Mapping[str, str] | None = None, media: Mapping[str, str] | None = None) -> str:  # fmt: skip
    return revision_digest(
        module, pass_mark=pass_mark, glossary_used=glossary or {}, media_digests=media or {}
    )


def test_a_digest_is_that_of_the_documented_form() -> None:
    module = make_module("![é](media/b.svg)", quiz=QUIZ)
    form = (
        '{"form":"elearn-revision-1","glossary":{"NIB":"é"},"media":{"media/b.svg":"cd"},'
        '"pass_mark":7000,"text":"---\\n---\\n![é](media/b.svg)\\n"}'
    )
    media = {"media/b.svg": "cd", "media/tak-dipakai.png": "xx"}
    assert digest(module, glossary={"NIB": "é"}, media=media) == hashlib.sha256(form.encode()).hexdigest()


def test_a_digest_follows_all_that_decides_what_is_shown_or_graded_and_nothing_else() -> None:
    module = make_module("NIB ![x](media/b.svg)", quiz=QUIZ)
    first = digest(module, 7000, {"NIB": "a"}, {"media/b.svg": "1"})
    assert first == digest(module, 7000, {"NIB": "a"}, {"media/c.svg": "9", "media/b.svg": "1"})
    others = {
        digest(dataclasses.replace(module, text="lain"), 7000, {"NIB": "a"}, {"media/b.svg": "1"}),
        digest(module, 7100, {"NIB": "a"}, {"media/b.svg": "1"}),
        digest(module, 7000, {"NIB": "b"}, {"media/b.svg": "1"}),
        digest(module, 7000, {"NIB": "a"}, {"media/b.svg": "2"}),
    }
    assert len(others | {first}) == 5
    reading = make_module()
    assert digest(reading, 7000) == digest(reading, 8000)


def test_a_page_digest_follows_text_glossary_and_media() -> None:
    course = make_course()
    first = page_digest(course)
    assert first == page_digest(course, CourseContext.of(course))
    assert first == page_digest(make_course(glossary=Glossary("", {"NIB": "Nomor", "X": "lain"})))
    others = {
        page_digest(make_course(text="x")),
        page_digest(make_course(glossary=Glossary("", {"NIB": "lain"}))),
        page_digest(make_course(media=())),
    }
    assert len(others | {first}) == 4


def test_media_are_found_wherever_a_text_uses_them() -> None:
    choice = ChoiceItem(
        **common(
            1,
            "![](media/p.png)",
            ItemType.SINGLE,
            hint=piece("![](media/h.png)"),
            explanation=piece("![](media/e.png)"),
        ),
        choices=(
            Choice(piece("![](media/c.png)"), True, piece("[x](media/f.pdf)")),
            Choice(piece("b"), False),
        ),
    )
    rest = (
        TextItem(**common(2, "x", ItemType.TEXT), variants=(TextVariant("a", 100, piece("![](media/t.png)")),)),
        NumberItem(**common(3, "x", ItemType.NUMBER), ranges=(NumberRange(Decimal(1), Decimal(1), 100, "1", piece("![](media/n.png)")),)),
        OrderItem(**common(4, "x", ItemType.ORDER), steps=(piece("![](media/o.png)"),)),
        MatchItem(**common(5, "x", ItemType.MATCH), lefts=(piece("![](media/l.png)"),), rights=(piece("![](media/r.png)"),)),
    )  # fmt: skip
    quiz = Quiz(items=(choice, *rest), intro="![](media/i.png)")
    module = make_module(
        "![x](media/a.png) ![x](media/a.png#y) [r] `media/code.png` [x](01-a.md)",
        quiz=quiz,
        link_definitions="[r]: media/d.pdf",
    )
    assert media_used(module) == tuple(f"media/{name}" for name in ["a.png", "d.pdf", "i.png", "p.png", "h.png", "e.png", "c.png", "f.pdf", "t.png", "n.png", "o.png", "l.png", "r.png"])  # fmt: skip


def test_the_glossary_entries_a_lesson_uses_are_whole_words_of_it() -> None:
    module = make_module("NIBX, P-IRT dan IRT-nya", quiz=QUIZ)
    assert glossary_used(module, {"NIB": "a", "IRT": "b", "P-IRT": "c", "BPJPH": "d"}) == {
        "IRT": "b",
        "P-IRT": "c",
    }


def test_text_of_html_has_its_words_apart() -> None:
    assert text_of("<p>a<em>b</em></p><ul><li>c</li><li>d &lt;<br>e</li></ul><img alt='f'>") == "ab c d < e f"


COURSE = Path(__file__).parents[2] / "courses" / "sertifikasi-halal"


def test_a_real_course_compiles_with_the_anchors_and_checks_its_parser_found() -> None:
    course, _problems = read_course(COURSE)
    assert course is not None
    context = CourseContext.of(course)
    modules = list(course.all_modules())
    assert modules
    for module in modules:
        compiled = compile_module(module, context)
        ids = re.findall(r'<h[1-6] id="([^"]+)"', compiled.lesson_html)
        assert ids == [entry.anchor for entry in compiled.toc]
        checks = re.findall(r'name="c" value="([^"]+)"', compiled.lesson_html)
        assert checks == [check.id for check in compiled.checklist]
        assert set(media_used(module)) <= set(context.media)
        assert CompiledModule.from_json(compiled.to_json()) == compiled
        assert module.quiz is None or set(compiled.items) == {item.id for item in module.quiz.items}
    assert compile_course_page(course).body_html


def test_there_is_a_compiler_version() -> None:
    assert isinstance(COMPILER_VERSION, int)
