"""`elearn maintenance …`: close the site for a while, with words and a time, on all its machines at once."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path

import click
from flask import Flask
from sqlalchemy import delete
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.orm import Session

from elearn.app import create_app
from elearn.commands.failures import CommandError
from elearn.records.accounts.names import clean_text
from elearn.records.audit import services as audit
from elearn.records.audit.models import Way
from elearn.records.installation import InstallationFact
from elearn.web.clock import utc_now
from elearn.web.extensions import db
from elearn.web.maintenance import FACT, MESSAGE_LENGTH, Maintenance, page
from elearn.web.settings import Settings
from elearn.web.templating import asset, moment, static_files

_HOUR = re.compile(r"(?:(\d{4})-(\d{2})-(\d{2})[ T])?(\d{1,2})[.:](\d{2})")


@click.group(help="Tutup situs sementara untuk perawatan, lalu buka lagi.")
def maintenance() -> None:
    """Hold the commands about maintenance; they work whatever version the database is of."""


@maintenance.command(help="Tutup situs: semua halaman menjadi halaman perawatan, di semua mesin.")
@click.option("--until", help='Perkiraan selesai: "10.30", atau "2026-11-26 08.00".')
@click.option("--message", default="", help="Kalimat sendiri untuk pengunjung.")
def on(until: str | None, message: str) -> None:
    """Close the site; called again, change the words."""
    app = _open()
    wanted = _wanted(app, until, message)
    with app.app_context():
        session = db.session()
        before = _known(session)
        session.merge(InstallationFact(name=FACT, value=wanted.as_text()))
        _note(session, "maintenance.begin", before, wanted)
        session.commit()
        told = "" if wanted.until is None else f" Perkiraan selesai: {moment(wanted.until)}."
    click.echo(f"Situs ditutup.{told} Buka lagi dengan: elearn maintenance off")


@maintenance.command(help="Buka situs lagi.")
def off() -> None:
    """Open the site; say so where it was open."""
    app = _open()
    with app.app_context():
        session = db.session()
        before = _known(session)
        if before is None:
            click.echo("Situs memang sedang terbuka.")
            return
        session.execute(delete(InstallationFact).where(InstallationFact.name == FACT))
        _note(session, "maintenance.end", before, None)
        session.commit()
    click.echo("Situs terbuka lagi.")


@maintenance.command(name="page", help="Tulis halaman perawatan sebagai satu berkas, untuk proksi.")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--message", default="", help="Kalimat sendiri untuk pengunjung.")
def write_page(file: Path, message: str) -> None:
    """Write the page with its style in it: a proxy shows it while no machine answers."""
    app = create_app()
    wanted = _wanted(app, None, message)
    with app.test_request_context("/"):
        html = page(wanted)
        style = static_files()["style.css"].plain.decode()
        linked = f'<link rel="stylesheet" href="{asset("style.css")}">'
        html = html.replace(linked, f"<style>{style}</style>")
    # Nothing else that only a running machine can send.
    html = re.sub(r'<link rel="(?:icon|apple-touch-icon|manifest)"[^>]*>\n', "", html)
    file.write_text(html, encoding="utf-8")
    click.echo(f"Halaman perawatan ditulis ke {file}.")


def _open() -> Flask:
    """Build the app; the database only has to be there, because this is how one gets ready to upgrade it."""
    app = create_app()
    settings: Settings = app.extensions["elearn_settings"]
    if settings.is_sqlite and not Path(make_url(settings.url).database or "").exists():
        raise CommandError("Basis data masih kosong. Jalankan dulu: elearn init")
    return app


def _wanted(app: Flask, until: str | None, message: str) -> Maintenance:
    settings: Settings = app.extensions["elearn_settings"]
    words = clean_text(message, most=MESSAGE_LENGTH, field="message")
    return Maintenance(_moment(until, settings) if until else None, words)


def _moment(text: str, settings: Settings) -> datetime:
    """Return the moment *text* names by the office's clock: an hour alone is the next time it comes."""
    found = _HOUR.fullmatch(text.strip())
    now = utc_now().astimezone(settings.timezone)
    try:
        if found is None:
            raise ValueError(text)
        year, month, day, hour, minute = found.groups()
        wanted = now.replace(hour=int(hour), minute=int(minute), second=0, microsecond=0)
        if year is not None:
            wanted = wanted.replace(year=int(year), month=int(month), day=int(day))
        elif wanted <= now:
            wanted += timedelta(days=1)
    except ValueError as error:
        raise CommandError(
            f'--until "{text}" tidak bisa dibaca. Contoh: --until 10.30 atau --until "2026-11-26 08.00"'
        ) from error
    if wanted <= now:
        raise CommandError(f'--until "{text}" sudah lewat.')
    return wanted


def _known(session: Session) -> Maintenance | None:
    try:
        fact = session.get(InstallationFact, FACT)
    except (OperationalError, ProgrammingError) as error:
        if "installation_facts" not in str(error.orig):
            raise
        raise CommandError("Basis data masih kosong. Jalankan dulu: elearn init") from error
    return None if fact is None else Maintenance.from_text(fact.value)


def _note(session: Session, action: str, before: Maintenance | None, after: Maintenance | None) -> None:
    audit.record(
        session,
        actor=None,
        way=Way.COMMAND,
        action=action,
        subject_type="installation",
        subject_id=FACT,
        before=_told(before),
        after=_told(after),
        now=utc_now(),
    )


def _told(found: Maintenance | None) -> dict[str, str]:
    if found is None:
        return {}
    until = "" if found.until is None else moment(found.until)
    return {"until": until, "message": found.message}
