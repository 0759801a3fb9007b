"""Nothing that an author writes reaches a reader as script, handler, form, foreign picture or forbidden link."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from elearn.content import markup
from elearn.content.markup.sanitise import ALLOWED, sanitise

HOSTILE = (Path(__file__).parent / "hostile" / "markdown.txt").read_text("utf-8").rstrip("\n").split("\n%%\n")

SCHEME = re.compile(r"\s*([a-z][a-z0-9+.-]*)\s*:", re.IGNORECASE)
SCHEMES = {"http", "https", "mailto", "tel"}
ADDRESSES = {"href", "src", "action", "formaction", "data", "xlink:href", "srcset", "poster", "background"}
#: All that a course page is made of; written down a second time on purpose.
ATTRIBUTES = {
    "href", "title", "rel", "id", "aria-label", "class", "tabindex", "role", "src", "alt", "width", "height",
    "loading", "type", "name", "value", "checked", "disabled", "start", "scope",
}  # fmt: skip
FORBIDDEN_TAGS = {
    "script", "style", "iframe", "object", "embed", "form", "button", "textarea", "select", "svg", "math", "base",
    "meta", "link", "template", "noscript", "video", "audio", "body", "html", "head", "title", "frame", "marquee",
}  # fmt: skip


class Inspector(HTMLParser):
    """Reads HTML as it stands and notes what should not be there."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in FORBIDDEN_TAGS or tag not in ALLOWED:
            self.found.append(f"<{tag}>")
        for name, value in attrs:
            self.check(tag, name, value or "")
        if tag not in {"br", "hr", "img", "input"}:
            self.open.append(tag)

    def check(self, tag: str, name: str, value: str) -> None:
        if name not in ATTRIBUTES or name.startswith("on"):
            self.found.append(f"{tag} {name}")
        if name in ADDRESSES:
            scheme = SCHEME.match(re.sub(r"[\x00-\x20\u200b\ufeff]", "", value))
            if scheme and scheme[1].lower() not in SCHEMES:
                self.found.append(f"{tag} {name}={value}")
            if value.lstrip().replace("\\", "/").startswith("//") or re.search(r"[\x00-\x20]", value):
                self.found.append(f"{tag} {name}={value}")
        if tag == "img" and name == "src" and (scheme := SCHEME.match(value)):
            self.found.append(f"foreign picture {value}")
        if name in {"id", "name"} and not (
            value.startswith(markup.ANCHOR_PREFIX) or (tag, value) == ("input", "c")
        ):
            self.found.append(f"{tag} {name}={value}")

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.found.append(f"</{tag}> out of place")

    def handle_comment(self, data: str) -> None:
        self.found.append(f"<!--{data}-->")

    def handle_decl(self, decl: str) -> None:
        self.found.append(f"<!{decl}>")

    def handle_pi(self, data: str) -> None:
        self.found.append(f"<?{data}>")

    def unknown_decl(self, data: str) -> None:
        self.found.append(f"<![{data}]>")


def faults(html: str) -> list[str]:
    inspector = Inspector()
    inspector.feed(html)
    inspector.close()
    return inspector.found + [f"<{tag}> left open" for tag in inspector.open]


def surroundings(text: str) -> list[str]:
    """The places of a text where something hostile may stand."""
    return [text, f"> {text}".replace("\n", "\n> "), f"- {text}".replace("\n", "\n  "), f"Teks {text} teks"]


def test_the_list_of_hostile_texts_is_long_enough() -> None:
    assert len(HOSTILE) >= 150
    assert len(set(HOSTILE)) == len(HOSTILE)


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_of_a_hostile_text_is_active_on_the_page(text: str) -> None:
    for variant in surroundings(text):
        assert faults(markup.to_html(variant)) == []
        assert faults(markup.render(variant, checklist=True, inline=True, anchor_prefix="q-")) == []


@pytest.mark.parametrize("text", HOSTILE)
def test_sanitising_what_is_clean_changes_nothing(text: str) -> None:
    html = markup.to_html(text)
    assert sanitise(html) == html


@pytest.mark.parametrize("text", HOSTILE)
def test_the_sanitisers_alone_hold_when_the_hostile_text_is_html(text: str) -> None:
    html = sanitise(text)
    assert faults(html) == []
    assert sanitise(html) == html


SCRIPTS = [
    "javascript:alert(1)", "JAVASCRIPT:alert(1)", "javascript:1", "javascript:0123/x", "vbscript:1", "data:1",
    "java\tscript:alert(1)", "java\nscript:1", "\x01javascript:1", " javascript:1", "\u00a0javascript:1", "data:text/html,x",
    "\ufeffjavascript:1", "javascript :1", "java\x00script:1", "jav\u00ad\u200bascript:1", "blob:1", "file:1", "ws:1", "x:1",
]  # fmt: skip


@pytest.mark.parametrize("address", SCRIPTS)
def test_a_forbidden_address_is_dropped_by_the_sanitisers_however_it_is_quoted(address: str) -> None:
    spelt = "".join(f"&#{ord(letter)};" for letter in address)
    for value in (address, spelt):
        assert faults(sanitise(f'<a href="{value}">x</a><img src="{value}" alt="y">')) == []


@pytest.mark.parametrize(
    ("html", "clean"),
    [
        ('<a href="https://a.id" target="_blank">x</a>', '<a href="https://a.id">x</a>'),
        ('<a href="https://a.id" rel="opener">x</a>', '<a href="https://a.id">x</a>'),
        ('<a href="https://u:p@a.id">x</a>', "<a>x</a>"),
        ('<h2 id="masuk">x</h2>', "<h2>x</h2>"),
        ('<h2 id="isi-masuk">x</h2>', '<h2 id="isi-masuk">x</h2>'),
        ('<div class="btn" tabindex="5" role="dialog">x</div>', "<div>x</div>"),
        ('<input type="text" name="password" value="x">', "<input>"),
        ('<td class="n" colspan="9999">x</td>', "x"),
        ("<p>x<!-- y --></p>", "<p>x</p>"),
    ],
)
def test_values_outside_the_list_are_dropped(html: str, clean: str) -> None:
    assert sanitise(html) == clean


@settings(deadline=None)
@given(
    st.lists(
        st.one_of(
            st.sampled_from(
                [
                    "<",
                    ">",
                    '"',
                    "'",
                    "&",
                    ";",
                    ":",
                    "/",
                    "=",
                    "[",
                    "]",
                    "(",
                    ")",
                    "!",
                    "`",
                    "*",
                    "_",
                    "~",
                    "#",
                    "-",
                    "|",
                    "\\",
                    "\n",
                    "\n\n",
                    "[a]:",
                    "javascript:",
                    "data:",
                    "onload=",
                    "<a",
                    "href=",
                    "<img",
                    "src=",
                    "<script>",
                    "</script>",
                    "<!--",
                    "-->",
                    "<style>",
                    "<svg>",
                    "<math>",
                    "](",
                    "&#106;",
                    "&colon;",
                    "&Tab;",
                    "[^1]",
                    "[^1]:",
                    "*[a]:",
                    "[!TIP]",
                ]
            ),
            st.text(max_size=5),
        ),
        max_size=25,
    ).map("".join)
)
def test_no_text_at_all_is_active_on_the_page(text: str) -> None:
    try:
        html = markup.to_html(text)
    except markup.MarkupLimitError:
        return
    assert faults(html) == []
    assert sanitise(html) == html
