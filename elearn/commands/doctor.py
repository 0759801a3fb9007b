"""`elearn doctor`: is everything as it should be."""

from __future__ import annotations

import os
import shutil
import stat

import click
from sqlalchemy import text
from sqlalchemy.orm import Session

from elearn.commands.database import open_app
from elearn.pages.certificates.document import missing_letters
from elearn.records.audit.services import verify_chain
from elearn.records.doctor import check_summaries, repair_summaries
from elearn.records.jobs import queries as jobs
from elearn.web.clock import utc_now
from elearn.web.extensions import READING, db
from elearn.web.settings import LATER_NAMES, PREFIX, Settings

#: Less free space than this, in bytes, is a finding.
LEAST_FREE = 500 * 1024 * 1024


@click.command(help="Periksa setelan, basis data, kunci, ruang simpan, dan ringkasan nilai.")
@click.option("--repair", is_flag=True, help="Betulkan ringkasan dari catatan aslinya.")
@click.pass_context
def doctor(context: click.Context, repair: bool) -> None:
    """Print one line a finding; exit 1 where there is one."""
    app = open_app()
    settings: Settings = app.extensions["elearn_settings"]
    findings = configuration_findings(settings)
    with app.app_context():
        # Looking holds nobody up: only a repair takes the write lock.
        looking = Session(db.engines[READING])
        if settings.is_sqlite:
            findings += [
                f"Basis data rusak: {row[0]}"
                for row in looking.execute(text("PRAGMA integrity_check"))
                if row[0] != "ok"
            ]
            findings += [
                f"Rujukan putus di tabel {row[0]}"
                for row in looking.execute(text("PRAGMA foreign_key_check"))
            ]
        findings += verify_chain(looking)
        if repair:
            session = db.session()
            mended = repair_summaries(session)
            session.commit()
            click.echo(f"{mended} ringkasan dibetulkan.")
        findings += check_summaries(looking)
        findings += jobs.findings(looking, utc_now())
        looking.close()
    for finding in findings:
        click.echo(finding)
    if findings:
        context.exit(1)
    click.echo("Semua baik.")


def configuration_findings(settings: Settings) -> list[str]:
    """Return what is wrong with settings, files and disk, one sentence each."""
    findings = []
    if not settings.base_url:
        findings.append("ELEARN_BASE_URL belum diisi: sertifikat belum bisa terbit.")
    elif (
        not settings.secure and "://127." not in settings.base_url and "://localhost" not in settings.base_url
    ):
        findings.append("ELEARN_BASE_URL belum https: kata sandi bisa dibaca orang di jaringan.")
    if not (settings.contact_whatsapp or settings.contact_text):
        findings.append(
            "ELEARN_CONTACT_WHATSAPP atau ELEARN_CONTACT_TEXT belum diisi: "
            "peserta tidak tahu harus bertanya ke mana."
        )
    if not settings.certificate_signer:
        findings.append(
            "ELEARN_CERTIFICATE_SIGNER belum diisi: di sertifikat hanya ada garis untuk nama pejabat."
        )
    if settings.smtp_url and not settings.base_url:
        findings.append("ELEARN_SMTP_URL diisi tanpa ELEARN_BASE_URL: surat tidak dikirim.")
    unprintable = missing_letters("".join(_printed_settings(settings)))
    if unprintable:
        findings.append(f"Huruf {unprintable} di setelan sertifikat tidak ada di fon sertifikat.")
    for name in sorted(LATER_NAMES):
        if os.environ.get(PREFIX + name):
            findings.append(f"{PREFIX}{name} belum dipakai oleh versi ini.")
    return findings + _file_findings(settings)


def _file_findings(settings: Settings) -> list[str]:
    findings = []
    key = settings.data_dir / "secret_key"
    if key.exists() and stat.S_IMODE(key.stat().st_mode) & 0o077:
        findings.append(f"Berkas {key} bisa dibaca orang lain. Jalankan: chmod 600 {key}")
    folder = settings.data_dir if settings.data_dir.is_dir() else "."
    if not os.access(folder, os.W_OK):
        findings.append(f"Folder data {folder} tidak bisa ditulisi.")
    if shutil.disk_usage(folder).free < LEAST_FREE:
        findings.append(f"Ruang simpan di {folder} tinggal sedikit.")
    return findings


def _printed_settings(settings: Settings) -> tuple[str, ...]:
    return (
        settings.organisation,
        settings.certificate_signer,
        settings.certificate_signer_title,
        settings.certificate_place,
    )
