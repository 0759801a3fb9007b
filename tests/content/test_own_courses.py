"""The starter courses of `courses/`: each is what a course of ours must have, whoever edits it next."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from elearn.content.documents import CourseDocument, ModuleDocument
from elearn.content.items import ChoiceItem, EssayItem, Item, ItemType
from elearn.content.library import read_course
from elearn.content.problems import Problem
from elearn.content.readability import figures_of_course

COURSES = Path(__file__).parent.parent.parent / "courses"
SLUGS = sorted(path.parent.name for path in COURSES.glob("*/kursus.md"))
#: The courses are read as of this day, so that none of them grows old by itself.
TODAY = date(2026, 11, 25)

MOST_SVG_BYTES = 20 * 1024
#: Guessing by length or by place must not pay. With three options a third is chance.
MOST_LONGEST = 0.45
MOST_IN_FIRST_PLACE = 0.45

_PICTURE = re.compile(r"!\[([^\[\]]*)\]\((media/[^)\s]+)\)")


@cache
def read(slug: str) -> tuple[CourseDocument, tuple[Problem, ...]]:
    document, problems = read_course(COURSES / slug, today=TODAY)
    assert document is not None, problems
    return document, tuple(problems)


@pytest.fixture(params=SLUGS)
def course(request: pytest.FixtureRequest) -> CourseDocument:
    return read(request.param)[0]


def drawn(module: ModuleDocument) -> int:
    """How many questions one attempt has."""
    assert module.quiz is not None, module.file_name
    draw = module.quiz.draw
    return draw.total or sum(part.count for part in draw.parts) or len(module.quiz.items)


def items_of(course: CourseDocument) -> Iterator[tuple[str, Item]]:
    """Yield every question with the place where it stands."""
    for module in course.all_modules():
        for item in module.quiz.items if module.quiz is not None else ():
            yield f"{module.file_name}:{item.line}", item


def one_right(course: CourseDocument) -> list[ChoiceItem]:
    """The questions with one right option among several that are not "Benar" and "Salah"."""
    return [
        item
        for _, item in items_of(course)
        if isinstance(item, ChoiceItem)
        and item.type is not ItemType.TRUE_FALSE
        and len(item.right_answer()) == 1
    ]


def asked_objectives(module: ModuleDocument) -> set[str]:
    """The objectives of the questions of *module*."""
    items = module.quiz.items if module.quiz is not None else ()
    return {item.objective for item in items if item.objective}


def test_there_are_the_four_courses():
    assert SLUGS == ["izin-edar-pangan", "pemasaran-digital", "sertifikasi-halal", "siap-ekspor"]


@pytest.mark.parametrize("slug", SLUGS)
def test_the_check_has_nothing_to_say(slug: str):
    assert [f"{one.file}:{one.line}: {one.code} {one.message}" for one in read(slug)[1]] == []


def test_every_objective_is_taught_and_asked_in_a_module_and_in_both_tests(course: CourseDocument):
    wanted = set(course.objectives)
    assert wanted
    assert course.pretest is not None
    assert course.posttest is not None
    found = {
        "tujuan of the modules": {name for module in course.modules for name in module.objectives},
        "quizzes of the modules": {name for module in course.modules for name in asked_objectives(module)},
        "pretes.md": asked_objectives(course.pretest),
        "postes.md": asked_objectives(course.posttest),
    }

    assert {place: wanted ^ names for place, names in found.items() if names != wanted} == {}
    assert set(course.pretest.objectives) == set(course.posttest.objectives) == wanted


def test_pools_are_larger_than_what_is_drawn(course: CourseDocument):
    quizzes = [
        (module.file_name, len(module.quiz.items) if module.quiz else 0, drawn(module))
        for module in course.all_modules()
    ]
    tests = [quiz for quiz in quizzes if quiz[0] in ("pretes.md", "postes.md")]

    assert [quiz for quiz in tests if quiz[1] < 12 or quiz[2] != 8] == []
    assert [quiz for quiz in quizzes if quiz not in tests and (quiz[1] < 8 or quiz[2] not in (5, 6))] == []


def test_a_module_asks_in_four_ways_and_a_course_in_all_eight(course: CourseDocument):
    kinds = {
        module.file_name: {item.type for item in module.quiz.items if module.quiz} if module.quiz else set()
        for module in course.modules
    }

    assert {name: sorted(types) for name, types in kinds.items() if len(types) < 4} == {}
    assert {item.type for _, item in items_of(course)} == set(ItemType)


def test_every_question_teaches(course: CourseDocument):
    lacking = []
    for place, item in items_of(course):
        if not item.objective:
            lacking.append(f"{place}: no objective")
        if item.explanation is None and not isinstance(item, EssayItem):
            lacking.append(f"{place}: no explanation")
        if isinstance(item, ChoiceItem):
            lacking += [
                f"{place}: no feedback on {choice.text.text}"
                for choice in item.choices
                if not choice.right and choice.feedback is None
            ]

    assert lacking == []


def test_neither_length_nor_place_tells_what_is_right(course: CourseDocument):
    items = one_right(course)
    assert len(items) >= 20
    longest = 0
    for item in items:
        lengths = sorted((len(choice.text.text), choice.right) for choice in item.choices)
        longest += lengths[-1][1] and lengths[-1][0] > lengths[-2][0]
    places = Counter(item.right_answer()[0] for item in items)
    statements = Counter(
        next(choice.text.text for choice in item.choices if choice.right)
        for _, item in items_of(course)
        if isinstance(item, ChoiceItem) and item.type is ItemType.TRUE_FALSE
    )

    assert longest / len(items) <= MOST_LONGEST, f"the longest is right in {longest} of {len(items)}"
    assert places[0] / len(items) <= MOST_IN_FIRST_PLACE, dict(places)
    assert set(places) >= {0, 1, 2}, dict(places)
    assert max(statements.values()) <= 0.75 * statements.total(), dict(statements)


def test_figures_are_small_drawings_that_are_described(course: CourseDocument):
    media = {file.path: file for file in course.media}
    texts = [course.text, *(module.text for module in course.all_modules())]
    shown = [(path, alt) for text in texts for alt, path in _PICTURE.findall(text)]
    drawings = {path for path, _ in shown if path.endswith(".svg")}

    assert len(drawings) >= 2
    assert [path for path, alt in shown if len(alt.split()) < 4] == []
    assert {
        path: len(media[path].content) for path in drawings if len(media[path].content) > MOST_SVG_BYTES
    } == {}
    assert set(media) - {path for path, _ in shown} - {course.image} == set()


def test_every_module_says_where_it_comes_from_and_when_it_is_looked_at_again(course: CourseDocument):
    lacking = {
        module.file_name: (bool(module.sources), module.checked_on, module.review_on)
        for module in course.modules
        if not module.sources or module.checked_on is None or module.review_on is None
    }

    assert lacking == {}


def test_the_readiness_list_is_spread_over_modules(course: CourseDocument):
    assert sum(bool(module.checklist) for module in course.modules) >= 2


def test_it_reads_easily(course: CourseDocument):
    beyond = {
        figures.file: {name: getattr(figures, name) for name in figures.beyond}
        for figures in figures_of_course(course)
        if figures.beyond
    }

    assert beyond == {}


def test_every_text_has_its_claims_listed(course: CourseDocument):
    """Whoever checks a law finds in one table which text leans on it."""
    listed = (COURSES.parent / "docs" / "content-claims.md").read_text(encoding="utf-8")
    part = listed.partition(f"\n## {course.slug}\n")[2].partition("\n## ")[0]
    headed = [
        (heading, table.count("\n| ") - 1)
        for heading, _line, table in (one.partition("\n") for one in part.split("\n### ")[1:])
    ]
    for module in course.modules:
        rows = [count for heading, count in headed if module.file_name in heading]
        assert min(rows, default=0) >= 5, module.file_name
