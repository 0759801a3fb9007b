"""A draft as its page will look, for the editor: the renderer that publishing uses, and the problems."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from elearn.content.compiler import (
    CompiledItem,
    CompiledKey,
    CourseContext,
    compile_course_page,
    compile_module,
)
from elearn.content.documents import COURSE_FILE, GLOSSARY_FILE, CourseDocument
from elearn.content.items import ChoiceItem, Item
from elearn.content.library import read_files
from elearn.content.markup import MarkupLimitError
from elearn.content.problems import Problem
from elearn.content.readability import Figures, figures_of_file


@dataclass(frozen=True, slots=True)
class Preview:
    """Safe HTML of one file, the problems that stand in it, and how easily it reads (a lesson only)."""

    html: str
    problems: tuple[Problem, ...]
    figures: Figures | None = None


def preview_file(slug: str, files: Mapping[str, bytes], file_name: str) -> Preview:
    """Return *file_name* of the course made of *files* as it would be shown, and its problems.

    The trainer sees the key too: right choices are marked, feedback and explanation stand below.
    """
    document, problems = read_files(slug, files)
    own = tuple(found for found in problems if found.file == file_name)
    if document is None:
        return Preview("", own)
    try:
        return Preview(_html(document, file_name), own, figures_of_file(document, file_name))
    except MarkupLimitError as error:
        return Preview("", (*own, error.problem))


def _html(document: CourseDocument, file_name: str) -> str:
    context = CourseContext.of(document)
    if file_name == COURSE_FILE:
        return f"<h1>{escape(document.title)}</h1>\n{compile_course_page(document, context).body_html}"
    if file_name == GLOSSARY_FILE:
        entries = document.glossary.entries if document.glossary is not None else {}
        rows = "".join(
            f"<dt>{escape(short)}</dt><dd>{escape(meaning)}</dd>" for short, meaning in entries.items()
        )
        return f"<dl>{rows}</dl>"
    module = next((module for module in document.all_modules() if module.file_name == file_name), None)
    if module is None:
        return ""
    compiled = compile_module(module, context)
    parts = [f"<h1>{escape(module.title)}</h1>", compiled.lesson_html]
    if compiled.terms:
        rows = "".join(
            f'<dt id="{term.anchor}">{escape(term.word)}</dt><dd>{escape(term.meaning)}</dd>'
            for term in compiled.terms
        )
        parts.append(f"<h2>Istilah</h2><dl>{rows}</dl>")
    if module.quiz is not None:
        parts.append("<h2>Kuis</h2>")
        parts.append(compiled.quiz_intro_html)
        for number, item in enumerate(module.quiz.items, start=1):
            parts.append(_question(number, item, compiled.items[item.id], compiled.keys[item.id]))
    return "\n".join(part for part in parts if part)


def _question(number: int, item: Item, shown: CompiledItem, key: CompiledKey) -> str:
    rows: list[str] = []
    if isinstance(item, ChoiceItem):
        for choice, html in zip(item.choices, shown.choices_html, strict=True):
            mark = " <strong>✓ kunci</strong>" if choice.right else ""
            rows.append(f"<li>{html}{mark}</li>")
    answer = f"<p><strong>Kunci:</strong></p>{key.answer_html}" if key.answer_html and not rows else ""
    lines = f"<ul>{''.join(rows)}</ul>" if rows else ""
    feedback = "".join(f"<li>{html}</li>" for html in key.feedback_html if html)
    notes = f"<ul>{feedback}</ul>" if feedback else ""
    why = f"<p><strong>Pembahasan:</strong></p>{key.explanation_html}" if key.explanation_html else ""
    return (
        f'<section class="card q"><h3>Soal {number}</h3>{shown.prompt_html}{lines}{answer}'
        f"<details><summary>Umpan balik dan pembahasan</summary>{notes}{why}</details></section>"
    )
