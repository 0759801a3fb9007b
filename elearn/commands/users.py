"""`elearn users …`: create, list, reset a password, give out and erase what is held about a person."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from elearn.commands.database import open_app
from elearn.commands.failures import CommandError
from elearn.records.accounts import queries, services
from elearn.records.accounts.models import CodeKind, Role
from elearn.records.audit.models import Way
from elearn.records.audit.services import record
from elearn.records.privacy import services as privacy
from elearn.web.archive import archive_of
from elearn.web.clock import utc_now
from elearn.web.extensions import db
from elearn.web.settings import Settings


@click.group(help="Orang: buat, daftar, atur ulang kata sandi.")
def users() -> None:
    """Hold the commands about people."""


@users.command(help="Buat akun; tanpa kata sandi, tautan aktivasi dicetak.")
@click.option("--role", type=click.Choice([str(role) for role in Role]), required=True)
@click.option("--name", required=True)
@click.option("--phone")
@click.option("--email")
@click.option("--username")
@click.option("--password-stdin", is_flag=True, help="Baca kata sandi dari masukan standar.")
def create(
    role: str, name: str, phone: str | None, email: str | None, username: str | None, password_stdin: bool
) -> None:
    """Create an account with *role* and print an activation link unless a password is given."""
    if not (phone or email or username):
        raise CommandError("Beri --phone, --email, atau --username supaya orang ini bisa masuk.")
    password = sys.stdin.readline().rstrip("\n") if password_stdin else None
    app = open_app()
    settings: Settings = app.extensions["elearn_settings"]
    with app.app_context():
        session = db.session()
        now = utc_now()
        user = services.create_user(
            session,
            name=name,
            phone=phone,
            email=email,
            username=username,
            roles=() if role == Role.LEARNER else (Role(role),),
            password=password,
            actor=None,
            way=Way.COMMAND,
            now=now,
        )
        token = None
        if password is None:
            token = services.give_code(
                session, user, kind=CodeKind.SLIP, actor=None, way=Way.COMMAND, now=now
            )
        session.commit()
        click.echo(f"Akun dibuat: {user.username or user.email or user.phone}")
        if token is not None:
            click.echo(
                f"Tautan aktivasi, sekali pakai, berlaku 30 hari: {settings.base_url}/aktivasi/{token}"
            )


@users.command("list", help="Daftar orang yang punya peran; --all untuk semua.")
@click.option("--all", "everybody", is_flag=True)
def list_(everybody: bool) -> None:
    """Print sign-in key, roles and name, role holders only unless *everybody*."""
    app = open_app()
    with app.app_context():
        for user in queries.list_users(db.session(), everybody=everybody):
            roles = ",".join(sorted(role.role for role in user.roles)) or "learner"
            off = "\tmati" if user.disabled_at else ""
            click.echo(f"{user.username or user.email or user.phone}\t{roles}\t{user.name}{off}")


@users.command("reset-password", help="Beri tautan sekali pakai untuk membuat kata sandi baru.")
@click.argument("user")
def reset_password(user: str) -> None:
    """Print a one-time link for *user* (username, phone or e-mail); all sessions of that person end."""
    app = open_app()
    settings: Settings = app.extensions["elearn_settings"]
    with app.app_context():
        session = db.session()
        person = queries.user_by_key(session, user)
        token = services.give_code(
            session, person, kind=CodeKind.TOLD, actor=None, way=Way.COMMAND, now=utc_now()
        )
        session.commit()
        click.echo(f"Tautan sekali pakai, berlaku 24 jam: {settings.base_url}/aktivasi/{token}")


@users.command("export-person", help="Simpan semua data seseorang sebagai ZIP, untuk diberikan kepadanya.")
@click.argument("user")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def export_person(user: str, file: Path) -> None:
    """Write everything held about *user* (username, phone or e-mail) to *file*, which must not exist."""
    app = open_app()
    with app.app_context():
        session = db.session()
        now = utc_now()
        person = queries.user_by_key(session, user)
        archive = archive_of(session, person, now)
        record(
            session,
            actor=None,
            way=Way.COMMAND,
            action="account.export",
            subject_type="user",
            subject_id=person.id,
            subject_user_id=person.id,
            now=now,
        )
        try:
            # Whoever else uses this machine does not read it, and nothing is written over.
            with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
                target.write(archive)
        except OSError as error:
            raise CommandError(f"{file} tidak bisa ditulis: {error.strerror}.") from error
        session.commit()
        click.echo(f"Data {person.name} disimpan di {file}")


@users.command("erase-person", help="Hapus data pribadi seseorang; catatan dan angkanya tetap ada.")
@click.argument("user")
@click.option("--keep-certificates", is_flag=True, help="Sertifikatnya tetap bisa dicek, dengan namanya.")
@click.confirmation_option("--yes", prompt="Penghapusan ini tidak bisa dibatalkan. Lanjutkan?")
def erase_person(user: str, keep_certificates: bool) -> None:
    """Replace everything personal about *user* (username, phone or e-mail)."""
    app = open_app()
    with app.app_context():
        session = db.session()
        person = queries.user_by_key(session, user)
        privacy.erase_person(
            session,
            person,
            keep_certificates=keep_certificates,
            actor=None,
            way=Way.COMMAND,
            now=utc_now(),
        )
        session.commit()
        click.echo(f"Data pribadi {user} sudah dihapus.")
