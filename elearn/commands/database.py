"""`elearn init` and `elearn db`: create and upgrade the database, publish the starter courses."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
from collections.abc import Iterator
from pathlib import Path

import click
import sqlalchemy as sa
from flask import Flask
from flask.cli import ScriptInfo
from flask_migrate import upgrade
from flask_migrate.cli import db as db_group
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from elearn.app import create_app
from elearn.commands.failures import CommandError
from elearn.records import authoring
from elearn.records.accounts import queries as accounts
from elearn.records.accounts import services as account_services
from elearn.records.accounts.models import CodeKind, Role
from elearn.records.audit.models import Way
from elearn.records.catalogue import queries as catalogue
from elearn.records.installation import InstallationFact
from elearn.records.search.services import index_missing
from elearn.web.clock import utc_now
from elearn.web.extensions import db
from elearn.web.folders import courses_folder, migrations_folder
from elearn.web.schema import SchemaState, schema_state
from elearn.web.settings import Settings

__all__ = ["db_group", "init", "open_app", "prepare_database"]

#: Any number that no other program on the same PostgreSQL uses: "elearn" in ASCII.
LOCK_NUMBER = 0x656C6561726E


def open_app(settings: Settings | None = None) -> Flask:
    """Build the app for a command and make sure the database is the one this code was written for."""
    app = create_app(settings)
    settings = app.extensions["elearn_settings"]
    _check_data_folder(settings)
    if settings.is_sqlite and not Path(make_url(settings.url).database or "").exists():
        # Opening it would make an empty file.
        raise CommandError(_sentence(SchemaState.EMPTY))
    with app.app_context():
        state = _state()
        if state is not SchemaState.CURRENT:
            raise CommandError(_sentence(state))
        check_fingerprint(db.session(), app)
    return app


def prepare_database(app: Flask, *, echo: bool = True) -> None:
    """Create or upgrade the database, compile again where needed, publish starter courses if none.

    Several processes may do this at once: one works, the others wait and find it done.
    """
    settings: Settings = app.extensions["elearn_settings"]
    with app.app_context(), _one_at_a_time(settings):
        state = _state()
        if state in {SchemaState.NEWER, SchemaState.FOREIGN}:
            raise CommandError(_sentence(state))
        if state is not SchemaState.CURRENT:
            upgrade(directory=str(migrations_folder()))
        session = db.session()
        check_fingerprint(session, app)
        catalogue.recompile_all(session, now=utc_now())
        index_missing(session)
        session.commit()
        if not catalogue.any_course(session):
            _publish_starter_courses(session, settings, echo=echo)


def check_fingerprint(session: Session, app: Flask) -> None:
    """Refuse a machine whose secret key is not the installation's; remember the first one."""
    fingerprint = hashlib.sha256(b"elearn secret key\0" + app.config["SECRET_KEY"].encode()).hexdigest()
    fact = session.get(InstallationFact, "secret_key")
    if fact is None:
        session.add(InstallationFact(name="secret_key", value=fingerprint))
        session.commit()
    elif fact.value != fingerprint:
        raise CommandError(
            "Kunci rahasia mesin ini berbeda dari yang dipakai basis data ini. "
            "Isi ELEARN_SECRET_KEY dengan kunci yang sama seperti mesin lain."
        )


@click.command(help="Buat atau perbarui basis data, terbitkan kursus awal, beri tautan admin pertama.")
def init() -> None:
    """Run `prepare_database` and print a one-time link for the first admin if there is none."""
    app = create_app()
    prepare_database(app)
    settings: Settings = app.extensions["elearn_settings"]
    with app.app_context():
        token = _first_admin(settings)
    if token is None:
        click.echo("Basis data siap.")
        return
    click.echo("Basis data siap. Buka tautan ini sekali untuk membuat kata sandi admin (berlaku 30 hari):")
    click.echo(f"{settings.base_url}/aktivasi/{token}")


def _first_admin(settings: Settings) -> str | None:
    """Create the first admin and return a one-time token for it; None where there is an admin already."""
    with _one_at_a_time(settings):
        session = db.session()
        if accounts.any_admin(session):
            return None
        now = utc_now()
        admin = account_services.create_user(
            session, name="Admin", username="admin", roles=(Role.ADMIN,), actor=None, way=Way.COMMAND, now=now
        )
        token = account_services.give_code(
            session, admin, kind=CodeKind.SLIP, actor=None, way=Way.COMMAND, now=now
        )
        session.commit()
        return token


def _publish_starter_courses(session: Session, settings: Settings, *, echo: bool) -> None:
    now = utc_now()
    for folder in sorted(path for path in courses_folder().iterdir() if path.is_dir()):
        result = authoring.publish_folder(
            session,
            folder,
            note="Terbitan awal",
            overwrite=False,
            actor=None,
            now=now,
            today=now.astimezone(settings.timezone).date(),
        )
        session.commit()
        if echo and result.release is not None:
            click.echo(f"Kursus diterbitkan: {folder.name}")


def _state() -> SchemaState:
    with db.engine.connect() as connection:
        return schema_state(connection, migrations_folder())


def _check_data_folder(settings: Settings) -> None:
    if settings.data_dir.exists() and not settings.data_dir.is_dir():
        raise CommandError(_unwritable(settings, "bukan folder"))


def _unwritable(settings: Settings, why: str) -> str:
    return (
        f"Folder data {settings.data_dir} tidak bisa ditulisi ({why}). "
        "Pilih folder lain dengan ELEARN_DATA_DIR."
    )


def _sentence(state: SchemaState) -> str:
    return {
        SchemaState.EMPTY: "Basis data masih kosong. Jalankan dulu: elearn init",
        SchemaState.OLDER: "Basis data dibuat oleh versi yang lebih lama. Perbarui dengan: elearn init",
        SchemaState.NEWER: "Basis data dibuat oleh versi program yang lebih baru. Pasang versi terbaru.",
        SchemaState.FOREIGN: "Basis data berisi tabel program lain. Beri yang kosong di ELEARN_DATABASE_URL.",
    }[state]


@contextlib.contextmanager
def _one_at_a_time(settings: Settings) -> Iterator[None]:
    if settings.is_sqlite:
        _check_data_folder(settings)
        try:
            settings.data_dir.mkdir(parents=True, exist_ok=True)
            file = (settings.data_dir / "init.lock").open("w")
        except OSError as error:
            raise CommandError(_unwritable(settings, error.strerror or str(error))) from error
        with file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
        return
    # An engine of its own: the lock lives as long as its connection, whatever happens to the others.
    engine = sa.create_engine(settings.url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.execute(sa.text("SELECT pg_advisory_lock(:number)"), {"number": LOCK_NUMBER})
        connection.commit()
        try:
            yield
        finally:
            connection.execute(sa.text("SELECT pg_advisory_unlock(:number)"), {"number": LOCK_NUMBER})


db_group.help = "Migrasi basis data (Alembic)."
for _command in db_group.commands.values():
    _command.context_settings = {
        **(_command.context_settings or {}),
        "obj": ScriptInfo(create_app=create_app),
    }
