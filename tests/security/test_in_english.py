"""Every page of everybody in English: no Indonesian sentence of ours is left on it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser

import pytest

from elearn.records.accounts.models import Role
from tests.pages.conftest import get, post, send
from tests.security.conftest import Site
from tests.security.course import FILES
from tests.security.test_routes import Place, address, ask, may_open, places, views
from tests.translations import read

#: Elements whose text nobody is shown.
UNSEEN = {"script", "style"}
VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr", "path"}
SHOWN_ATTRIBUTES = {"aria-label", "alt", "title", "placeholder", "data-l", "data-done", "data-teks"}
#: Parts whose text is what people wrote: a course, a draft, an essay, a name. They need no language.
WRITTEN = {"pre", "textarea", "blockquote", "code"}


class _Shown(HTMLParser):
    """Collects what a page shows in the page's own language."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._open: list[tuple[str, bool]] = []

    @property
    def _is_foreign(self) -> bool:
        return any(foreign for _tag, foreign in self._open)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        foreign = said.get("lang", "en") != "en" or tag in UNSEEN | WRITTEN
        if not foreign and not self._is_foreign:
            self.found += [value for name, value in attrs if name in SHOWN_ATTRIBUTES and value]
        if tag not in VOID:
            self._open.append((tag, foreign))

    def handle_endtag(self, tag: str) -> None:
        for place in range(len(self._open) - 1, -1, -1):
            if self._open[place][0] == tag:
                del self._open[place:]
                return

    def handle_data(self, data: str) -> None:
        if data.strip() and not self._is_foreign:
            self.found.append(" ".join(data.split()))


def shown(html: str) -> list[str]:
    parser = _Shown()
    parser.feed(html)
    return parser.found


@cache
def indonesian() -> tuple[frozenset[str], re.Pattern[str]]:
    """Return the short sentences of ours that are another in English, and a pattern of the longer ones."""
    short, long = set(), []
    for message in read("en"):
        ids = (message.id,) if isinstance(message.id, str) else message.id
        for text in ids if message.id else ():
            if text == message.string:
                continue
            plain = " ".join(text.split())
            # What has a value in it is looked for as the pieces between the values.
            pieces = [piece.strip(" .,:;“”()") for piece in re.split(r"%\(\w+\)[sd]|\{\w*\}", plain)]
            if pieces == [plain.strip(" .,:;“”()")]:
                short.add(plain)
            long += [re.escape(piece) for piece in pieces if piece.count(" ") >= 2]
    return frozenset(short), re.compile("|".join(sorted(long, key=len, reverse=True)))


def left(html: str) -> list[str]:
    short, long = indonesian()
    return [text for text in shown(html) if text in short or long.search(text)]


def test_the_check_itself_finds_what_was_forgotten() -> None:
    assert left("<p>Belum ada peserta di kursus ini.</p>") == ["Belum ada peserta di kursus ini."]
    assert left("<p>Kursus</p>") == ["Kursus"]
    assert left('<p lang="id">Kursus</p><p>Courses</p>') == []
    assert left('<p aria-label="Menu utama">x</p>') == ["Menu utama"]
    assert left("<p>Baru: Anda sudah menyelesaikan kursus ini.</p>") != []
    assert left("<p>Kuis “Dapur” belum dikirim.</p>") == []


@pytest.fixture
def english(site: Site) -> dict[str, object]:
    browsers = {}
    for who in ("visitor", "learner", "graduate", "trainer", "staff", "admin"):
        client = site.browser(who)
        page = get(client, "/bahasa")
        assert send(client, page, "/bahasa", bahasa="en", next="/").status == 303
        browsers[who] = client
    return browsers


def pages(site: Site, asked: str) -> Iterator[tuple[str, frozenset[Role], Place]]:
    table = places(site.world)
    for endpoint, method, roles in views(site.app):
        if method == asked:
            for place in table.get(endpoint, [Place({})]):
                yield endpoint, roles, place


def test_no_page_shows_an_indonesian_sentence_of_ours(site: Site, english: dict[str, object]) -> None:
    wrong, seen = [], set()
    for endpoint, roles, place in pages(site, "GET"):
        path = address(site.app, endpoint, place.values)
        for who, client in english.items():
            if not may_open(roles, who) or not (place.theirs is None or who in place.theirs):
                continue
            found = ask(client, "GET", path)
            if found.mimetype != "text/html" or found.location:
                continue
            seen.add(endpoint)
            html = found.get_data(as_text=True)
            assert '<html lang="en">' in html, path
            wrong += [(who, path, text) for text in left(html)]
    assert not wrong, wrong
    assert len(seen) > 30


def test_no_refusal_shows_an_indonesian_sentence_of_ours(site: Site, english: dict[str, object]) -> None:
    """Every form, sent empty."""
    wrong = []
    for endpoint, roles, place in pages(site, "POST"):
        # These end sessions, so that others could not go on.
        if endpoint in {"account.sign_out", "account.end_others"} or endpoint.endswith("give_code"):
            continue
        path = address(site.app, endpoint, place.values)
        for who, client in english.items():
            if not may_open(roles, who) or not (place.theirs is None or who in place.theirs):
                continue
            token = get(client, "/bahasa").token()
            found = post(client, path, {"csrf_token": token})
            if found.status in {200, 409, 413, 422}:
                wrong += [(who, path, text) for text in left(found.text)]
            said = post(client, path, {"csrf_token": token}, Accept="application/json").text
            wrong += [(who, path, text) for text in indonesian()[1].findall(said)]
    assert not wrong, wrong


def alone(html: str, titles: frozenset[str]) -> set[str]:
    """Return the *titles* that stand by themselves on a page without their language."""
    # A browser's tab and a list to choose from are read as they are.
    plain = re.sub(r"<(title|option)\b.*?</\1>", "", html, flags=re.DOTALL)
    return titles & set(shown(plain))


def test_titles_alone_are_told_from_those_in_a_sentence() -> None:
    titles = frozenset({"Meja"})
    assert alone('<h1>Meja</h1><p lang="id">Meja</p>', titles) == titles
    assert alone('<title>Meja</title><h1 lang="id">Meja</h1><p>Quiz “Meja”</p>', titles) == set()


def test_a_title_of_a_course_says_its_language_on_every_page(site: Site, english: dict[str, object]) -> None:
    written = [text.decode() for name, text in FILES.items() if name.endswith(".md")]
    titles = frozenset(
        found[1].strip() for text in written if (found := re.search(r"^judul: (.+)$", text, re.M))
    )
    wrong = []
    for endpoint, roles, place in pages(site, "GET"):
        path = address(site.app, endpoint, place.values)
        for who, client in english.items():
            if may_open(roles, who) and (place.theirs is None or who in place.theirs):
                found = ask(client, "GET", path)
                if found.mimetype == "text/html":
                    wrong += [(who, path, one) for one in alone(found.get_data(as_text=True), titles)]
    assert len(titles) > 2
    assert not wrong, wrong
