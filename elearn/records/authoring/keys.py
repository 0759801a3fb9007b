"""What a publication means for questions that were answered before: removed, another key, another id (K83–K85)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from elearn.content.documents import CourseDocument, ModuleDocument
from elearn.content.items import ChoiceItem, Item, MatchItem, NumberItem, OrderItem, TextItem
from elearn.content.problems import Problem, problem
from elearn.content.spelling import exact_text, matching_text
from elearn.records.attempts.models import Attempt, Response
from elearn.records.catalogue.models import Course, Module


@dataclass(frozen=True, slots=True)
class Placed:
    """A question and the text it stands in."""

    module: ModuleDocument
    item: Item


@dataclass(frozen=True, slots=True)
class KeyChange:
    """What is right in an answered question changes."""

    item_id: str
    before: Placed
    after: Placed


def items_by_id(modules: Iterable[ModuleDocument]) -> dict[str, Placed]:
    """Return the questions of *modules* by id."""
    return {
        item.id: Placed(module, item)
        for module in modules
        if module.quiz is not None
        for item in module.quiz.items
        if item.id
    }


def answered_items(session: Session, course: Course) -> frozenset[str]:
    """Return the ids of the questions of *course* that have responses."""
    return frozenset(
        session.scalars(
            select(Response.item_id)
            .join(Attempt, Attempt.id == Response.attempt_id)
            .join(Module, Module.id == Attempt.module_id)
            .where(Module.course_id == course.id)
            .distinct()
        )
    )


def key_changes(
    before: Mapping[str, Placed], after: Mapping[str, Placed], answered: frozenset[str]
) -> list[KeyChange]:
    """Return the answered questions in which *after* has something else right than *before*."""
    return [
        KeyChange(item_id, before[item_id], after[item_id])
        for item_id in sorted(answered & before.keys() & after.keys())
        if key_of(before[item_id].item) != key_of(after[item_id].item)
    ]


def publishing_problems(
    before: Mapping[str, Placed], document: CourseDocument, answered: frozenset[str]
) -> list[Problem]:
    """Return K83, K84 and K85: what only the records can tell about *document*."""
    after = items_by_id(document.all_modules())
    by_slug = {module.slug: module for module in document.all_modules()}
    gone = before.keys() - after.keys()
    new = after.keys() - before.keys()
    found: list[Problem] = []
    renamed: set[str] = set()
    prompts = {
        (placed.module.slug, _prompt(placed.item)): item_id
        for item_id, placed in before.items()
        if item_id in gone
    }
    for item_id in sorted(new):
        placed = after[item_id]
        old = prompts.get((placed.module.slug, _prompt(placed.item)))
        if old is not None:
            renamed.add(old)
            line = _line_of_id(placed)
            found.append(problem(placed.module.file_name, line, "K85", text=item_id, id=old))
    for item_id in sorted(gone & answered - renamed):
        placed = before[item_id]
        module = by_slug.get(placed.module.slug)
        line = module.quiz.line if module is not None and module.quiz is not None else 1
        name = module.file_name if module is not None else placed.module.file_name
        found.append(problem(name, line, "K83", text=placed.item.title))
    for change in key_changes(before, after, answered):
        found.append(
            problem(
                change.after.module.file_name, change.after.item.line, "K84", text=change.after.item.title
            )
        )
    return found


def key_of(item: Item) -> object:
    """Return what is right in *item*, in a form that equals another's exactly where the same answers earn the same."""
    worth = (str(item.type), item.max_points, str(item.marking))
    if isinstance(item, ChoiceItem):
        # Other wrong choices are other words, not another answer.
        return worth, frozenset(matching_text(choice.text.text) for choice in item.choices if choice.right)
    if isinstance(item, TextItem):
        compared = exact_text if item.exact else matching_text
        variants = frozenset((compared(v.text), v.weight) for v in item.variants if v.weight)
        return worth, item.exact, item.typos, variants
    if isinstance(item, NumberItem):
        return worth, frozenset((r.low, r.high, r.weight) for r in item.ranges), item.unit
    if isinstance(item, OrderItem):
        return worth, tuple(matching_text(step.text) for step in item.steps)
    if isinstance(item, MatchItem):
        pairs = zip(item.lefts, item.rights, strict=False)
        return worth, frozenset(
            (matching_text(left.text), matching_text(right.text)) for left, right in pairs
        )
    # An essay: what is right in it is for a person to say.
    return worth


def _line_of_id(placed: Placed) -> int:
    """Return the line of the question's id comment, which is what has to be mended."""
    mark = f"id: {placed.item.id} "
    lines = placed.module.text.split("\n")
    return next((number for number, line in enumerate(lines, 1) if mark in line), placed.item.line)


def _prompt(item: Item) -> str:
    return matching_text(item.prompt.text)
