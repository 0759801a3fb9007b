"""`elearn courses …`: check, show, publish, export, list, history, trainers."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import click

from elearn.commands.database import open_app
from elearn.commands.failures import CommandError
from elearn.commands.style import style_as_json, style_table
from elearn.content import library, mending, readability
from elearn.content.documents import CourseDocument, ModuleDocument, ModuleKind
from elearn.content.items import ChoiceItem, Draw, Item, MatchItem, NumberItem, OrderItem, TextItem
from elearn.content.numbers import plain_decimal
from elearn.content.problems import Level, Problem
from elearn.records import authoring
from elearn.records.accounts import queries as accounts
from elearn.records.audit.models import Way
from elearn.records.catalogue import queries as catalogue
from elearn.web.clock import utc_now
from elearn.web.extensions import db
from elearn.web.settings import Settings, load_settings

Paths = tuple[Path, ...]


@click.group(help="Kursus: periksa, tampilkan, terbitkan, ekspor.")
def courses() -> None:
    """Hold the commands about courses."""


@courses.command(help="Periksa kursus; keluar dengan 1 kalau ada yang menghalangi penerbitan.")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--fix", is_flag=True, help="Betulkan yang punya satu perbaikan aman.")
@click.option("--write-ids", is_flag=True, help="Tambahkan id yang belum ada.")
@click.option(
    "--style",
    is_flag=True,
    help="Tampilkan juga tabel keterbacaan. Isinya saran dan tidak mengubah kode keluar.",
)
@click.pass_context
def check(context: click.Context, paths: Paths, output: str, fix: bool, write_ids: bool, style: bool) -> None:
    """Print the problems of each course in *paths* as ``file:line: CODE level message``.

    With *style* a table of readability follows; it is advice, and decides nothing about the exit code.
    """
    rows: list[dict[str, Any]] = []
    measured: dict[Path, list[readability.Figures]] = {}
    failed = False
    for path in course_folders(paths):
        if write_ids:
            _rewrite(path, mending.write_ids_in_files)
        if fix:
            _rewrite(path, partial(mending.fix_files, path.resolve().name, today=_today()))
        document, problems = library.read_course(path, today=_today())
        if style and document is not None:
            measured[path] = readability.figures_of_course(document)
        failed = failed or any(problem.level is Level.ERROR for problem in problems)
        for problem in problems:
            name = os.path.join(path, problem.file)
            if output == "json":
                rows.append(_as_json(problem, name))
            else:
                click.echo(f"{name}:{problem.line}: {problem.code} {problem.level} {problem.message}")
    if output == "json":
        found = {"problems": rows, "style": style_as_json(measured)} if style else rows
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        for line in style_table(measured):
            click.echo(line)
    if failed:
        context.exit(1)


@courses.command(help="Tampilkan kursus seperti yang dipahami program.")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True)
def show(path: Path, output: str) -> None:
    """Print the course at *path* as it was understood."""
    document, problems = library.read_course(path, today=None)
    if document is None:
        first = problems[0].message if problems else "Folder ini bukan kursus."
        raise CommandError(f"{path}: {first}")
    understood = understanding(document)
    if output == "json":
        click.echo(json.dumps(understood, ensure_ascii=False, indent=2))
        return
    click.echo(f"{understood['title']} ({understood['slug']})")
    for module in understood["modules"]:
        quiz = module["quiz"]
        must = "wajib" if module["required"] else "tidak wajib"
        asked = f", kuis {len(quiz['questions'])} soal, lulus {quiz['pass_mark']}" if quiz else ""
        click.echo(f"- {module['title']} ({module['slug']}): {must}, selesai: {module['completion']}{asked}")
        for question in quiz["questions"] if quiz else ():
            click.echo(f"    {question['id'] or '(tanpa id)'} {question['type']}, nilai {question['points']}")


@courses.command(help="Terbitkan folder kursus; tidak berbuat apa-apa kalau tidak ada yang berubah.")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--note", default="", help="Catatan perubahan; wajib kalau kunci jawaban berubah.")
@click.option("--overwrite", is_flag=True, help="Ganti juga teks yang sudah disunting di peramban.")
def publish(paths: Paths, note: str, overwrite: bool) -> None:
    """Publish each course folder in *paths*."""
    app = open_app()
    with app.app_context():
        session = db.session()
        refused = False
        for path in course_folders(paths):
            now = utc_now()
            try:
                result = authoring.publish_folder(
                    session, path, note=note, overwrite=overwrite, actor=None, now=now, today=_today()
                )
            except authoring.PublishRefusedError as error:
                session.rollback()
                refused = True
                for problem in error.problems:
                    name = os.path.join(path, problem.file)
                    click.echo(
                        f"{name}:{problem.line}: {problem.code} {problem.level} {problem.message}", err=True
                    )
                click.echo(f"{path}: {error}", err=True)
                continue
            session.commit()
            for problem in result.problems:
                if problem.code in {"K83", "K84"}:
                    name = os.path.join(path, problem.file)
                    click.echo(f"{name}:{problem.line}: {problem.code} {problem.level} {problem.message}")
            # "." has no name of its own.
            slug = path.resolve().name
            if result.release is None:
                click.echo(f"{slug}: tidak ada yang berubah.")
            else:
                click.echo(f"{slug}: terbitan ke-{result.release.number} sudah tampil.")
            authoring.write_marker(session, path)
        if refused:
            raise CommandError("Ada kursus yang tidak diterbitkan; lihat baris di atas.")


@courses.command(help="Tulis terbitan yang sedang tampil ke sebuah folder.")
@click.argument("slug")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def export(slug: str, folder: Path) -> None:
    """Write the live release of course *slug* to *folder*, which must be empty or new."""
    app = open_app()
    with app.app_context():
        session = db.session()
        course = catalogue.course_by_slug(session, slug)
        if course.live_release is None:
            raise CommandError(f"Kursus {slug} belum pernah diterbitkan.")
        if folder.exists() and any(folder.iterdir()):
            raise CommandError(f"Folder {folder} tidak kosong. Pilih folder lain.")
        for name, content in catalogue.export_files(session, course.live_release).items():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        authoring.write_marker(session, folder, slug=slug)
        click.echo(f"{slug}: terbitan ke-{course.live_release.number} ditulis ke {folder}")


@courses.command("list", help="Daftar kursus.")
def list_() -> None:
    """Print slug, state, release number and title of every course."""
    app = open_app()
    with app.app_context():
        for course in catalogue.all_courses(db.session()):
            release = course.live_release
            what = f"terbitan ke-{release.number}\t{release.title}" if release else "konsep\t"
            click.echo(f"{course.slug}\t{course.state}\t{what}")


@courses.command(help="Riwayat terbitan sebuah kursus.")
@click.argument("slug")
def history(slug: str) -> None:
    """Print the releases of course *slug*, the newest first."""
    app = open_app()
    settings: Settings = app.extensions["elearn_settings"]
    with app.app_context():
        session = db.session()
        course = catalogue.course_by_slug(session, slug)
        for release in catalogue.history(session, course):
            when = release.published_at.astimezone(settings.timezone)
            live = " (tampil)" if release.id == course.live_release_id else ""
            click.echo(f"{release.number}\t{when:%Y-%m-%d %H:%M %Z}\t{release.origin}\t{release.note}{live}")


@courses.command(help="Tampilkan atau ubah pelatih sebuah kursus.")
@click.argument("slug")
@click.option("--add", multiple=True, metavar="USER", help="Nama pengguna, nomor HP, atau e-mail.")
@click.option("--remove", multiple=True, metavar="USER")
def trainers(slug: str, add: Sequence[str], remove: Sequence[str]) -> None:
    """Print the trainers of course *slug* after adding and removing those named."""
    app = open_app()
    with app.app_context():
        session = db.session()
        course = catalogue.course_by_slug(session, slug)
        authoring.set_trainers(
            session,
            course,
            add=[accounts.user_by_key(session, key) for key in add],
            remove=[accounts.user_by_key(session, key) for key in remove],
            actor=None,
            way=Way.COMMAND,
            now=utc_now(),
        )
        session.commit()
        for user in catalogue.trainers_of(session, course):
            click.echo(f"{user.username or user.email or user.phone}\t{user.name}")


def course_folders(paths: Sequence[Path]) -> list[Path]:
    """Return the courses meant by *paths*: a folder with a Markdown file is one, else each subfolder is."""
    found: list[Path] = []
    for path in paths:
        if not path.exists():
            raise CommandError(f"{path} tidak ada.")
        if path.is_file() or any(entry.name != "README.md" for entry in path.glob("*.md")):
            found.append(path)
            continue
        below = sorted(entry for entry in path.iterdir() if entry.is_dir() and not entry.name.startswith("."))
        if not below:
            raise CommandError(f"{path} tidak berisi kursus.")
        found.extend(below)
    return found


def understanding(document: CourseDocument) -> dict[str, Any]:
    """Return *document* as the JSON of `courses show`; numbers are decimal strings."""
    return {
        "slug": document.slug,
        "title": document.title,
        "modules": [_module(module) for module in document.all_modules()],
    }


def _module(module: ModuleDocument) -> dict[str, Any]:
    quiz = module.quiz
    return {
        "slug": module.slug,
        "title": module.title,
        # A pre-test never counts, and its file has no word about it.
        "required": module.required and module.kind is not ModuleKind.PRETEST,
        "completion": str(module.completion),
        "quiz": None
        if quiz is None
        else {
            "pass_mark": _share(quiz.pass_mark),
            "attempts": None if quiz.attempts is None else str(quiz.attempts),
            "draw": _draw(quiz.draw),
            "questions": [_question(item) for item in quiz.items],
        },
    }


def _draw(draw: Draw) -> dict[str, Any] | None:
    if draw.total is None and not draw.parts:
        return None
    return {
        "total": None if draw.total is None else str(draw.total),
        "parts": [{"count": str(part.count), "group": part.group} for part in draw.parts],
    }


def _question(item: Item) -> dict[str, Any]:
    choices: list[dict[str, Any]] = []
    answers: list[dict[str, Any]] = []
    pairs: list[list[str]] = []
    order: list[str] = []
    if isinstance(item, ChoiceItem):
        choices = [{"text": choice.text.text, "right": choice.right} for choice in item.choices]
    elif isinstance(item, TextItem):
        answers = [
            {"text": v.text, "weight": _share(v.weight * 100), "right": v.right} for v in item.variants
        ]
    elif isinstance(item, NumberItem):
        answers = [{"text": r.text, "weight": _share(r.weight * 100), "right": True} for r in item.ranges]
    elif isinstance(item, OrderItem):
        order = [step.text for step in item.steps]
    elif isinstance(item, MatchItem):
        lefts = [left.text for left in item.lefts] + [""] * (len(item.rights) - len(item.lefts))
        pairs = [[left, right.text] for left, right in zip(lefts, item.rights, strict=True)]
    return {
        "id": item.id,
        "type": str(item.type),
        "points": _share(item.max_points),
        "marking": str(item.marking),
        "objective": item.objective,
        "choices": choices,
        "answers": answers,
        "pairs": pairs,
        "order": order,
    }


def _share(ten_thousandths: int) -> str:
    return plain_decimal(Decimal(ten_thousandths) / 10_000)


def _as_json(problem: Problem, name: str) -> dict[str, Any]:
    fix = problem.fix
    return {
        "file": name,
        "line": problem.line,
        "code": problem.code,
        "level": str(problem.level),
        "message": problem.message,
        "text": problem.text,
        "fix": None if fix is None else {"line": fix.line, "before": fix.before, "after": fix.after},
    }


def _rewrite(path: Path, change: Callable[[dict[str, bytes]], Mapping[str, bytes]]) -> None:
    """Write those files of the course folder *path* that *change* makes different."""
    if not path.is_dir():
        raise CommandError(f"{path} adalah berkas ZIP; ekstrak dulu supaya bisa diubah.")
    files = {
        file.relative_to(path).as_posix(): file.read_bytes()
        for file in sorted(path.rglob("*"))
        if file.is_file()
    }
    for name, content in change(files).items():
        if content != files.get(name):
            (path / name).write_bytes(content)


def _today() -> date:
    return utc_now().astimezone(load_settings(env_file=Path(".env")).timezone).date()
