"""The house rules that a machine can guard."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PACKAGE = ROOT / "elearn"
SOURCES = sorted(PACKAGE.rglob("*.py"))

#: Imported inside the function that needs them, because start-up and memory per worker are promised.
HEAVY = {"typst", "segno", "PIL"}


def names(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_imports_keep_their_order():
    found = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert found.returncode == 0, found.stdout + found.stderr


@pytest.mark.parametrize("path", SOURCES, ids=names)
def test_only_heavy_libraries_are_imported_inside_functions(path):
    tree = ast.parse(path.read_text("utf-8"))
    inside = {
        (node.module or "").split(".")[0]
        if isinstance(node, ast.ImportFrom)
        else node.names[0].name.split(".")[0]
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    }

    assert inside <= HEAVY


def test_no_page_is_started_with_a_heavy_library_loaded():
    code = "import sys, elearn.app; print(sorted(set(sys.modules) & {'typst', 'segno', 'PIL'}))"
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert found.stdout.strip() == "[]"


@pytest.mark.parametrize("path", sorted((PACKAGE / "records").rglob("*.py")), ids=names)
def test_records_never_commit_and_never_look_at_the_clock(path):
    text = path.read_text("utf-8")

    assert not re.search(r"\b(session|records)\.commit\(\)", text)
    assert not re.search(r"datetime\.(now|utcnow|today)\(|date\.today\(|time\.time\(", text)


@pytest.mark.parametrize("path", sorted((PACKAGE / "content").rglob("*.py")), ids=names)
def test_content_never_looks_at_the_clock(path):
    assert not re.search(r"datetime\.(now|utcnow|today)\(|date\.today\(", path.read_text("utf-8"))


def test_only_one_file_of_the_web_reads_the_clock():
    readers = [
        names(path)
        for path in SOURCES
        if re.search(r"datetime\.(now|utcnow)\(|date\.today\(", path.read_text("utf-8"))
    ]

    assert readers == ["elearn/web/clock.py"]


def test_no_module_is_called_by_what_was_not_understood():
    forbidden = re.compile(r"(utils?|helpers?|common|managers?|handlers?|misc|info)$")

    assert [names(path) for path in SOURCES if forbidden.search(path.stem)] == []


def test_no_template_has_script_or_style_inside():
    found = []
    for template in sorted(PACKAGE.rglob("*.html")):
        text = template.read_text("utf-8")
        if re.search(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son[a-z]+=\"", text):
            found.append(names(template))

    assert found == []


def test_marked_html_comes_through_one_door():
    found = [
        names(path)
        for path in SOURCES
        if "Markup(" in path.read_text("utf-8") and path.name != "templating.py"
    ]
    templates = [
        names(t) for t in sorted(PACKAGE.rglob("*.html")) if re.search(r"\|\s*safe\b", t.read_text("utf-8"))
    ]

    assert found == []
    assert templates == []


def test_nothing_is_left_to_do_in_the_sources():
    found = [
        names(path)
        for path in [*SOURCES, *sorted(PACKAGE.rglob("*.html")), *sorted(PACKAGE.rglob("*.js"))]
        if re.search(
            r"\b(TODO|FIXME|XXX|NotImplemented)\b|lorem ipsum", path.read_text("utf-8"), re.IGNORECASE
        )
    ]

    assert found == []
