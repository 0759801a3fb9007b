"""`elearn certificates …`: revoke."""

from __future__ import annotations

import click

from elearn.commands.database import open_app
from elearn.commands.failures import CommandError
from elearn.records.audit.models import Way
from elearn.records.certificates import queries, services
from elearn.web.clock import utc_now
from elearn.web.extensions import db


@click.group(help="Sertifikat.")
def certificates() -> None:
    """Hold the commands about certificates."""


@certificates.command(help="Cabut sertifikat; alasannya tampil di halaman cek.")
@click.argument("serial")
@click.option("--reason", required=True, help="Alasan, bisa dibaca umum.")
def revoke(serial: str, reason: str) -> None:
    """Revoke the certificate *serial* for *reason*."""
    app = open_app()
    with app.app_context():
        session = db.session()
        certificate = queries.certificate_by_serial(session, serial)
        if certificate is None:
            raise CommandError(f"Kode cek {serial} tidak ada di catatan.")
        services.revoke(session, certificate, reason=reason, actor=None, way=Way.COMMAND, now=utc_now())
        session.commit()
        click.echo(f"Sertifikat {certificate.number} sudah dicabut.")
