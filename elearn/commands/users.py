"""`elearn users …`: create, list, reset a password."""

from __future__ import annotations

import sys

import click

from elearn.commands.database import open_app
from elearn.commands.failures import CommandError
from elearn.records.accounts import queries, services
from elearn.records.accounts.models import CodeKind, Role
from elearn.records.audit.models import Way
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
