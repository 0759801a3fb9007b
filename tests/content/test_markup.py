"""Course text comes out as its writer expects."""

from __future__ import annotations

import pickle
import threading

import pytest
from ordinary_markdown import ORDINARY

from elearn.content import markup
from elearn.content.markup import MarkupLimitError, render, to_html


@pytest.mark.parametrize(("text", "html"), ORDINARY, ids=[repr(text)[:40] for text, _ in ORDINARY])
def test_ordinary_markdown_comes_out_as_on_github(text: str, html: str) -> None:
    assert to_html(text) == html


@pytest.mark.parametrize(("text", "html"), ORDINARY, ids=[repr(text)[:40] for text, _ in ORDINARY])
def test_line_ends_of_browsers_change_nothing(text: str, html: str) -> None:
    assert to_html(text.replace("\n", "\r\n") + "\r\n") == html


@pytest.mark.parametrize(
    ("name", "css_class", "title"),
    [
        ("NOTE", "info", "Catatan"),
        ("TIP", "ok", "Tips"),
        ("IMPORTANT", "info", "Penting"),
        ("WARNING", "warn", "Perhatikan"),
        ("CAUTION", "bad", "Jangan lakukan"),
        ("tip", "ok", "Tips"),
    ],
)
def test_alerts_have_indonesian_titles(name: str, css_class: str, title: str) -> None:
    html = to_html(f"> [!{name}]\n> Simpan *nota*.\n>\n> - satu")
    assert html == (
        f'<div class="note {css_class}"><b>{title}</b><p>Simpan <em>nota</em>.</p>\n<ul><li>satu</li>\n</ul>\n</div>'
    )


@pytest.mark.parametrize("text", ["> [!CATATAN]\n> x", "> [!NOTE] x", "> [NOTE]\n> x", "> x\n> [!NOTE]"])
def test_what_is_no_alert_stays_a_quote(text: str) -> None:
    assert to_html(text).startswith("<blockquote>")


@pytest.mark.parametrize(
    ("text", "html"),
    [
        (
            "> [!TANYA] Apa itu *NIB*?\n> Nomor usaha.",
            "<details><summary>Apa itu <em>NIB</em>?</summary><p>Nomor usaha.</p>\n</details>",
        ),
        (
            "> [!TANYA] Apa?\n>\n> Satu.\n>\n> Dua.",
            "<details><summary>Apa?</summary><p>Satu.</p>\n<p>Dua.</p>\n</details>",
        ),
        ("> [!TANYA]\n> Satu.", "<details><summary>Coba jawab dulu</summary><p>Satu.</p>\n</details>"),
    ],
)
def test_a_self_check_hides_its_answer(text: str, html: str) -> None:
    assert to_html(text) == html


def test_a_checklist_is_the_learners_own() -> None:
    html = render(
        "- [ ] Semua *bahan* <!-- id: c-4k2m9x -->\n  sudah ditulis\n- [x] Tanpa id\n- biasa", checklist=True
    )
    assert html == (
        '<ul class="checks"><li><label><input type="checkbox" name="c" value="c-4k2m9x"> '
        "Semua <em>bahan</em>\nsudah ditulis</label></li>\n"
        '<li><label><input type="checkbox" disabled=""> Tanpa id</label></li>\n<li>biasa</li>\n</ul>'
    )


def test_a_checklist_item_may_hold_more_than_a_line() -> None:
    html = render(
        "- [ ] Satu <!-- id: c-aaaaaa -->\n\n  Catatan\n\n- [ ] Dua <!-- id: c-bbbbbb -->", checklist=True
    )
    assert (
        '<li><p><label><input type="checkbox" name="c" value="c-aaaaaa"> Satu</label></p>\n<p>Catatan</p>'
        in html
    )


@pytest.mark.parametrize(
    "text",
    ["<!-- id: q-7k2m9x -->\n\nTeks", "<!-- abaikan: K98 sengaja -->\nTeks", "Te<!-- catatan: x -->ks", "<!-- catatan: a\nb\n-->\nTeks",
     "<!-- catatan: a\n\nb --> Teks", "<!--catatan: a-->Teks", "Teks\n<!-- catatan: belum selesai"],
)  # fmt: skip
def test_the_three_comments_of_the_format_are_not_shown(text: str) -> None:
    assert to_html(text) == "<p>Teks</p>"


@pytest.mark.parametrize(
    "text", ["<!-- lain -->", "<!-- id q-1 -->", "x <!-- catatan: tanpa akhir", "<b>x</b>"]
)
def test_other_html_is_shown_as_it_was_typed(text: str) -> None:
    assert "&lt;" in to_html(text)
    assert "<!--" not in to_html(text)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Apel\n: Buah", "<dl><dt>Apel</dt><dd>Buah</dd></dl>"),
        ("Apel\nPir\n:   Buah *segar*\n: Enak", "<dl><dt>Apel</dt><dt>Pir</dt><dd>Buah <em>segar</em></dd><dd>Enak</dd></dl>"),
        ("Apel\n: Buah\nJeruk\n: Asam", "<dl><dt>Apel</dt><dd>Buah</dd><dt>Jeruk</dt><dd>Asam</dd></dl>"),
        ("Apel\n: Buah\n\n  Dua paragraf", "<dl><dt>Apel</dt><dd><p>Buah</p>\n<p>Dua paragraf</p>\n</dd></dl>"),
        ("Apel\n: Buah\n\nTeks", "<dl><dt>Apel</dt><dd>Buah</dd></dl>\n<p>Teks</p>"),
        (": bukan istilah", "<p>: bukan istilah</p>"),
        ("Apel\n:tanpa spasi", "<p>Apel\n:tanpa spasi</p>"),
    ],
)  # fmt: skip
def test_definition_lists(text: str, html: str) -> None:
    assert to_html(text) == html


def test_footnotes_are_numbered_in_the_order_they_are_used() -> None:
    html = to_html(
        "A[^b] B[^a] C[^b]\n\n[^a]: Satu\n[^b]: Dua[^c]\n\n    - isi\n[^c]: Tiga\n[^d]: Tak dipakai"
    )
    assert html.startswith(
        '<p>A<sup><a href="#isi-fn-1" id="isi-fnref-1">1</a></sup> '
        'B<sup><a href="#isi-fn-2" id="isi-fnref-2">2</a></sup> '
        'C<sup><a href="#isi-fn-1" id="isi-fnref-1-2">1</a></sup></p>\n'
        '<section class="footnotes" aria-label="Catatan kaki"><ol><li id="isi-fn-1"><p>Dua'
    )
    assert html.index("Dua") < html.index("Satu") < html.index("Tiga")
    assert html.count("Kembali ke teks, catatan 1") == 2
    assert "<ul><li>isi</li>" in html
    assert "Tak dipakai" not in html


def test_a_footnote_without_a_definition_stays_text() -> None:
    assert to_html("A[^x]") == "<p>A[^x]</p>"


def test_a_footnote_inside_a_link_is_no_second_link() -> None:
    html = to_html("[A[^1]](https://oss.go.id)\n\n[^1]: x")
    assert "A<sup>1</sup></a>" in html


def test_abbreviations_are_explained_but_not_in_code() -> None:
    glossary = {"NIB": "Nomor Induk Berusaha", "P-IRT": "Pangan IRT", "IRT": "Industri", "§1": "tak bisa"}
    html = render("NIB, NIBA, `NIB`, **P-IRT** dan IRT.\nwww.nib.id NIB", glossary=glossary)
    assert html == (
        '<p><abbr title="Nomor Induk Berusaha">NIB</abbr>, NIBA, <code>NIB</code>, '
        '<strong><abbr title="Pangan IRT">P-IRT</abbr></strong> dan <abbr title="Industri">IRT</abbr>.\n'
        '<a href="http://www.nib.id" rel="noopener nofollow">www.nib.id</a> '
        '<abbr title="Nomor Induk Berusaha">NIB</abbr></p>'
    )


def test_the_texts_own_abbreviation_goes_before_the_glossarys() -> None:
    assert (
        render('*[NIB]: Nilai "B"\n\nNIB', glossary={"NIB": "x"})
        == '<p><abbr title="Nilai &quot;B&quot;">NIB</abbr></p>'
    )


def test_tables_can_be_pushed_sideways_on_a_phone() -> None:
    html = to_html("| Bahan *baku* | Harga | |\n|:-:|--:|--|\n| a | 1 | x |")
    assert html.startswith(
        '<div class="scroll" tabindex="0" role="region" aria-label="Tabel: Bahan baku, Harga"><table><thead><tr>'
        '<th scope="col" class="mid">Bahan <em>baku</em></th><th scope="col" class="n">Harga</th><td></td>'
    )
    assert to_html("| |\n|-|\n| a |").startswith(
        '<div class="scroll" tabindex="0" role="region" aria-label="Tabel"><'
    )
    assert "…" in to_html(f"| {'panjang ' * 30} |\n|-|")


def test_headings_have_prefixed_and_unique_ids() -> None:
    assert to_html("## Bahan & alat\n## Bahan & *alat*") == (
        '<h2 id="isi-bahan--alat">Bahan &amp; alat</h2>\n<h2 id="isi-bahan--alat-1">Bahan &amp; <em>alat</em></h2>'
    )
    assert to_html("> ## Dalam kutipan") == "<blockquote><h2>Dalam kutipan</h2>\n</blockquote>"
    assert render("#### x", anchor_prefix="q-1-") == '<h4 id="isi-q-1-x">x</h4>'


def test_own_addresses_are_mapped_and_those_that_lead_nowhere_dropped() -> None:
    asked: list[str] = []

    def link(address: str) -> str | None:
        asked.append(address)
        return {
            "02-b.md#x": "/kursus/k/b#isi-x",
            "media/a.png": "/media/1.png",
            "#dua": "#isi-dua",
            "x.md": "javascript:1",
        }.get(address)

    html = render(
        "[a](02-b.md#x) ![b](media/a.png 'judul') [*c*](03-c.md) ![d](media/tak.png) [e](#dua) [f](x.md) [g](https://oss.go.id)",
        link=link,
        picture_size=lambda path: (640, 480) if path == "media/a.png" else None,
    )
    assert html == (
        '<p><a href="/kursus/k/b#isi-x">a</a> '
        '<img src="/media/1.png" alt="b" title="judul" width="640" height="480" loading="lazy"> '
        '<em>c</em> d <a href="#isi-dua">e</a> f <a href="https://oss.go.id" rel="noopener nofollow">g</a></p>'
    )
    assert asked == ["02-b.md#x", "media/a.png", "03-c.md", "media/tak.png", "#dua", "x.md"]


def test_a_picture_from_elsewhere_is_only_its_text() -> None:
    assert to_html("![*foto* dapur](https://a.example/x.png)") == "<p>foto dapur</p>"
    assert (
        to_html("![a `b` ![c](d.png) [e](f) x@y.id](g.png)")
        == '<p><img src="g.png" alt="a b c e x@y.id" loading="lazy"></p>'
    )


def test_link_definitions_of_the_file_hold_in_a_piece() -> None:
    definitions = "[oss]: https://oss.go.id 'Situs OSS'\n[b]: x.md"
    assert render("Lihat [OSS].", link_definitions=definitions) == (
        '<p>Lihat <a href="https://oss.go.id" title="Situs OSS" rel="noopener nofollow">OSS</a>.</p>'
    )


@pytest.mark.parametrize(
    ("text", "html"),
    [("*a* b", "<em>a</em> b"), ("a\n\nb", "<p>a</p>\n<p>b</p>"), ("- a", "<ul><li>a</li>\n</ul>"), ("", ""), (" \n", "")],
)  # fmt: skip
def test_a_piece_in_a_line_has_no_paragraph_around_it(text: str, html: str) -> None:
    assert render(text, inline=True) == html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("    a\n  \n    b\n\n", "<pre><code>a\n\nb\n</code></pre>"),
        ("12 ekor\n-5 derajat", "<p>12 ekor\n-5 derajat</p>"),
        ("- a\n  - b\n\n- c", "<ul><li><p>a</p>\n<ul><li>b</li>\n</ul>\n</li>\n<li><p>c</p>\n</li>\n</ul>"),
        ("`` `a` ``", "<p><code>`a`</code></p>"),
        ("[a](<b", "<p>[a](&lt;b</p>"),
        ("[a](b (c)) [d](e 'f\\'g')", '<p><a href="b" title="c">a</a> <a href="e" title="f\'g">d</a></p>'),
        ("[naik](#dua)", '<p><a href="#isi-dua">naik</a></p>'),
        ("[x](a(b(c)d)e)", '<p><a href="a(b(c)d)e">x</a></p>'),
        ("[x](" + "(" * 9 + ")" * 9 + ")", "<p>[x](((((((((())))))))))</p>"),
        ("a\\", "<p>a\\</p>"),
        ("www.oss.go.id/a&amp; https://a_b/c http://", '<p><a href="http://www.oss.go.id/a" rel="noopener nofollow">www.oss.go.id/a</a>&amp; https://a_b/c http://</p>'),
        ("xwww.oss.go.id a@b-", "<p>xwww.oss.go.id a@b-</p>"),
        ("[a]: b\n---", "<hr>"),
        ("****a****", "<p><strong>a</strong></p>"),
    ],
)  # fmt: skip
def test_corners_of_the_format(text: str, html: str) -> None:
    assert to_html(text) == html


def test_a_footnote_holds_no_other_and_its_name_may_hold_marks() -> None:
    html = to_html("A[^*a]*\n\n[^*a]: x\n    [^2]: y")
    assert "[^2]: y" in html
    assert "<sup>" in html


def test_a_footnote_in_the_head_of_a_table_is_not_in_its_label() -> None:
    assert 'aria-label="Tabel: Harga, b"' in to_html("| Harga[^1] | b |\n|-|-|\n\n[^1]: x")


def test_links_do_not_nest() -> None:
    assert to_html("[a [b](c) https://oss.go.id](d)") == (
        '<p>[a <a href="c">b</a> <a href="https://oss.go.id" rel="noopener nofollow">https://oss.go.id</a>](d)</p>'
    )
    assert to_html("[lihat www.oss.go.id](d)") == '<p><a href="d">lihat www.oss.go.id</a></p>'


def test_own_addresses_are_listed_as_they_are_asked_for() -> None:
    assert markup.own_addresses("[a](x.md) ![b](media/b.png) <https://a.id> [r]", "[r]: media/r.pdf") == (
        "x.md",
        "media/b.png",
        "media/r.pdf",
    )


def test_abbreviations_in_a_text_are_found_as_words() -> None:
    assert markup.abbreviations_in("NIB dan NPWPD", {"NPWP": "x", "NIB": "y"}) == {"NIB": "y"}


def test_characters_that_no_page_can_hold_are_replaced() -> None:
    assert (
        to_html("a\x00b\x1bc\ud800d &#0; &#xd800; &#7;")
        == "<p>a\ufffdb\ufffdc\ufffdd \ufffd \ufffd \ufffd</p>"
    )


def test_a_refusal_can_be_moved_and_sent_between_processes() -> None:
    with pytest.raises(MarkupLimitError) as caught:
        to_html("x\n\n" + "> " * 20)
    assert (caught.value.problem.code, caught.value.problem.line) == ("K102c", 3)
    moved = pickle.loads(pickle.dumps(caught.value.moved(10, "01-a.md")))
    assert (moved.problem.file, moved.problem.line, str(moved)) == ("01-a.md", 13, str(caught.value))


def test_threads_do_not_disturb_each_other() -> None:
    text = "## Judul\n\n" + "- *a* [b](https://oss.go.id)\n" * 50
    expected = to_html(text)
    results: list[str] = []
    threads = [threading.Thread(target=lambda: results.append(to_html(text))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [expected] * 4
