"""What operators run: `elearn …`. Every failure is one sentence and an exit code, never a traceback."""

from __future__ import annotations

import sys
from typing import NoReturn

import click
from sqlalchemy.exc import DatabaseError, OperationalError

from elearn.commands.certificates import certificates
from elearn.commands.courses import courses
from elearn.commands.database import db_group, init
from elearn.commands.demo import demo
from elearn.commands.doctor import doctor
from elearn.commands.failures import CommandError
from elearn.commands.maintenance import maintenance
from elearn.commands.serving import serve
from elearn.commands.users import users
from elearn.records.errors import ElearnError
from elearn.web.settings import SettingsError


@click.group(help="Kelas UMKM: kursus, kuis, dan sertifikat untuk usaha kecil.")
@click.option("--debug", is_flag=True, help="Tampilkan jejak galat lengkap kalau ada yang gagal.")
@click.pass_context
def cli(context: click.Context, debug: bool) -> None:
    """Hold what all commands share."""
    context.ensure_object(dict)["debug"] = debug


for _command in (demo, init, serve, courses, users, certificates, maintenance, doctor, db_group):
    cli.add_command(_command)


def main() -> NoReturn:
    """Run the command line; exit 1 with one sentence on failure, 2 on wrong usage."""
    try:
        # What a command exits with is returned here, not raised.
        code = cli.main(standalone_mode=False)
    except click.UsageError as error:
        click.echo(f"Perintah itu belum pas: {_usage(error)} Lihat: elearn {_words(error)}--help", err=True)
        sys.exit(2)
    except click.Abort:
        _fail("Dihentikan.")
    except (CommandError, SettingsError, ElearnError, click.ClickException) as error:
        _unless_debugging(error)
        _fail(error.message if isinstance(error, click.ClickException) else str(error))
    except (OperationalError, DatabaseError) as error:
        _unless_debugging(error)
        _fail(f"Basis data tidak bisa dipakai: {str(error.orig).splitlines()[0]}.")
    except OSError as error:
        _unless_debugging(error)
        _fail(f"{error.filename or 'Sistem'}: {error.strerror or error}.")
    sys.exit(code or 0)


def _words(error: click.UsageError) -> str:
    path = "" if error.ctx is None else error.ctx.command_path
    return "".join(f"{word} " for word in path.split()[1:] if word != "cli")


def _usage(error: click.UsageError) -> str:
    """Return in Indonesian what is wrong with how a command was called."""
    if isinstance(error, click.NoSuchOption):
        return f"pilihan {error.option_name} tidak ada."
    if isinstance(error, click.MissingParameter):
        name = error.param.opts[0] if error.param is not None else error.param_hint
        return f"{name} belum diisi."
    if isinstance(error, click.BadParameter):
        name = error.param.opts[0] if error.param is not None else error.param_hint
        return f"isi {name} tidak bisa dipakai."
    return f"{error.message.rstrip('.')}."


def _unless_debugging(error: BaseException) -> None:
    if "--debug" in sys.argv:
        raise error


def _fail(sentence: str) -> NoReturn:
    click.echo(sentence, err=True)
    sys.exit(1)
