"""Everything that is shown can be said in every language, and every catalogue says all of it and no more."""

from __future__ import annotations

import ast
import gettext
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from jinja2 import Environment, nodes

from tests.translations import KEYWORDS, PACKAGE, ROOT, compiled, path_of, read, sources, template, written

LANGUAGES = ["en"]
PYTHON = [path for path in sources() if path.suffix == ".py"]
TEMPLATES = [path for path in sources() if path.suffix == ".html"]
SCRIPTS = sorted((PACKAGE / "web" / "static").glob("*.js"))
#: Where a sentence comes from somewhere else, which marks it: the doors between records and pages.
DOORS = {
    "elearn/records/errors.py",
    "elearn/records/authoring/pictures.py",
    "elearn/web/forms.py",
    "elearn/web/problems.py",
}
#: What operators read when the server does not start; and what is in one language whoever looks: courses,
#: certificates, the file of one's own data.
FOR_OPERATORS = {
    "elearn/web/settings.py",
    "elearn/web/schema.py",
    "elearn/records/doctor.py",
    "elearn/records/jobs/queries.py",
}
ONE_LANGUAGE = {
    "elearn/pages/certificates/document.py",
    "elearn/pages/catalogue/pictures.py",
    "elearn/records/authoring/starters.py",
    "elearn/records/privacy/export.py",
}
#: Parts of sentences that are looked for, not shown.
LOOKED_FOR = {"Anda bisa "}
#: Words no Indonesian sentence does long without, and no name in the sources has.
INDONESIAN = re.compile(
    r"\b(anda|belum|tidak|sudah|yang|dan|untuk|dengan|ini|itu|dari|atau|lagi|dulu|bisa|kalau|masuk|simpan"
    r"|tersimpan|jawaban|soal|kursus|modul|peserta|nilai|pilih|tulis|coba|sedang|semua|kirim)\b",
    re.IGNORECASE,
)
LETTERS = re.compile(r"[A-Za-z]{2,}")
#: Text that is the same in every language: proper names and what belongs to a format.
SAME_EVERYWHERE = {"CSV", "PDF", "HP", "KB", "MB", "WhatsApp", "Markdown"}


def names(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.fixture(scope="module", params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def ids_of(message: Message) -> tuple[str, ...]:
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def texts_of(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)


def test_a_catalogue_says_every_sentence_and_no_other(language: str) -> None:
    wanted = {ids_of(message) for message in template() if message.id}
    found = {ids_of(message) for message in read(language) if message.id}

    missing, unused = sorted(wanted - found), sorted(found - wanted)
    assert not missing, f"run python -m tests.translations, then translate: {missing}"
    assert not unused, f"run python -m tests.translations, which drops: {unused}"


def test_no_sentence_is_empty_or_a_guess(language: str) -> None:
    wrong = [
        message.id
        for message in read(language)
        if message.id and (message.fuzzy or not all(text.strip() for text in texts_of(message)))
    ]

    assert wrong == []


PERCENT = re.compile(r"%(?:\((\w+)\))?([sd%])")
BRACES = re.compile(r"\{\{|\}\}|\{(\w+)\}")


def test_every_value_of_a_sentence_is_in_its_translation_too(language: str) -> None:
    wrong = []
    for message in read(language):
        for text in texts_of(message) if message.id else ():
            original = ids_of(message)[-1]
            for values in (PERCENT, BRACES):
                if {found[0] for found in values.finditer(original)} != {
                    found[0] for found in values.finditer(text)
                }:
                    wrong.append((original, text))

    assert wrong == []


def test_a_sentence_ends_and_begins_like_the_original(language: str) -> None:
    wrong = [
        (original, text)
        for message in read(language)
        if message.id
        for text in texts_of(message)
        for original in [ids_of(message)[-1]]
        if (original[:1] == " ") != (text[:1] == " ")
        or (original[-1:] == " ") != (text[-1:] == " ")
        or (original[-1:] == ".") != (text[-1:] == ".")
    ]

    assert wrong == []


def test_what_programs_read_is_what_people_translated(language: str) -> None:
    catalogue, path = read(language), path_of(language)

    assert path.read_bytes() == written(catalogue)
    assert path.with_suffix(".mo").read_bytes() == compiled(catalogue)
    loaded = gettext.GNUTranslations(io.BytesIO(path.with_suffix(".mo").read_bytes()))
    assert loaded.gettext("Kursus") != "Kursus"


def calls(path: Path) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else ""
            if name in KEYWORDS or name == "Sentence":
                yield node


@pytest.mark.parametrize("path", PYTHON, ids=names)
def test_a_sentence_is_marked_where_it_is_written(path: Path) -> None:
    """A catalogue is made by reading the sources, so that a sentence put together would be missing."""
    found = [
        ast.unparse(node)
        for node in calls(path)
        if not (node.args and isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str))
    ]

    assert found == [] or names(path) in DOORS


@pytest.mark.parametrize("path", TEMPLATES, ids=names)
def test_a_sentence_in_a_template_is_marked_where_it_is_written(path: Path) -> None:
    tree = Environment(extensions=["jinja2.ext.i18n"], autoescape=True).parse(path.read_text("utf-8"))

    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name in KEYWORDS:
            assert isinstance(call.args[0], nodes.Const), f"line {call.lineno}"


@pytest.mark.parametrize("path", TEMPLATES, ids=names)
def test_no_template_shows_words_that_cannot_be_translated(path: Path) -> None:
    """What stands between tags, and in attributes that are read out, comes from a call."""
    text = path.read_text("utf-8")
    text = re.sub(r"\{#.*?#\}", "", text, flags=re.DOTALL)
    text = re.sub(r"\{% block wrap_class %\}.*?\{% endblock %\}", "", text)
    text = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "\0", text, flags=re.DOTALL)
    shown = re.findall(r"(?:aria-label|alt|title|placeholder|data-l)=\"([^\"]*)\"", text)
    shown += re.sub(r"<[^>]*>", "\n", text).splitlines()
    words = {line.strip(" \0.,:()·–") for line in shown if LETTERS.search(line.replace("\0", " "))}

    assert {word for word in words if LETTERS.search(word)} <= SAME_EVERYWHERE


def marked(tree: ast.AST) -> set[ast.AST]:
    """Return what stands inside a marking call, and what no page shows: docstrings and keys."""
    found: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KEYWORDS:
            found.update(ast.walk(node))
        if isinstance(node, ast.Expr):
            found.update(ast.walk(node))
        # A log is for operators, a program's own mistake for nobody.
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith(("log.", "re.compile")):
            found.update(ast.walk(node))
    return found


def is_shown(path: Path) -> bool:
    return (
        "content" not in path.relative_to(PACKAGE).parts and names(path) not in FOR_OPERATORS | ONE_LANGUAGE
    )


@pytest.mark.parametrize("path", [path for path in PYTHON if is_shown(path)], ids=names)
def test_no_python_shows_words_that_cannot_be_translated(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    known = marked(tree)
    found = [
        (node.lineno, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node not in known
        and " " in node.value.strip()
        and node.value not in LOOKED_FOR
        and INDONESIAN.search(node.value)
    ]

    assert found == []


@pytest.mark.parametrize("path", SCRIPTS, ids=names)
def test_no_script_has_words_of_its_own(path: Path) -> None:
    """Scripts say what the page gave them (`kata.js`)."""
    text = re.sub(r"^\s*//.*$|\s//\s.*$", "", path.read_text("utf-8"), flags=re.MULTILINE)
    literals = re.findall(r"\"([^\"\n]*)\"|'([^'\n]*)'|`([^`]*)`", text)
    found = [
        one
        for literal in literals
        for one in literal
        if " " in one.strip() and "/" not in one and INDONESIAN.search(one)
    ]

    assert found == []


@pytest.mark.parametrize("path", SCRIPTS, ids=names)
def test_what_a_script_says_stands_in_a_page(path: Path) -> None:
    said = set(re.findall(r"\bsay\(\s*\"([^\"]+)\"", path.read_text("utf-8")))
    given = {
        key.value
        for template_path in TEMPLATES
        for call in Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
        .parse(template_path.read_text("utf-8"))
        .find_all(nodes.Dict)
        for pair in call.items
        for key in [pair.key]
        if isinstance(key, nodes.Const)
    }

    assert said <= given
