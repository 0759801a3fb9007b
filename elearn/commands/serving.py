"""`elearn serve`: the production server, and the worker that runs beside it."""

from __future__ import annotations

import errno
import logging
import multiprocessing
import socket

import click
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from granian.server import Server

from elearn.app import create_app
from elearn.commands.database import prepare_database
from elearn.commands.failures import CommandError
from elearn.commands.working import run_worker

#: Threads that wait for slow bodies cost little, and the server does not buffer bodies.
THREADS = 64
#: Seconds a worker has to finish what is in flight when it is told to stop.
GRACE = 20
#: Megabytes after which a worker is replaced.
MOST_MEMORY = 400


@click.command(help="Jalankan server. Basis data baru disiapkan dulu.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64))
def serve(host: str, port: int, workers: int) -> None:
    """Prepare the database where it is new, then serve until SIGTERM."""
    check_port(host, port)
    prepare_database(create_app())
    run_server(host, port, workers)


def check_port(host: str, port: int) -> None:
    """Refuse a port that is taken, before anything else is done."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise CommandError(
                    f"Port {port} sedang dipakai program lain. Pilih yang lain dengan --port."
                ) from error
            if error.errno == errno.EACCES:
                raise CommandError(
                    f"Port {port} tidak boleh dipakai. Pilih di atas 1023 dengan --port."
                ) from error
            raise CommandError(f"Alamat {host} tidak ada di mesin ini. Periksa --host.") from error


def run_server(host: str, port: int, workers: int) -> None:
    """Serve until SIGTERM or SIGINT; requests in flight are finished first."""
    context = multiprocessing.get_context("spawn")
    reading, writing = context.Pipe(duplex=False)
    working = context.Process(target=run_worker, args=(reading,), daemon=True)
    working.start()
    reading.close()
    server = Server(
        "elearn.app:create_app",
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        workers=workers,
        blocking_threads=THREADS,
        workers_kill_timeout=GRACE,
        workers_max_rss=MOST_MEMORY,
        respawn_failed_workers=True,
        log_level=LogLevels.warning,
    )
    # Granian warns that 64 threads are many for few cores; they mostly wait, and that is what they are for.
    logging.getLogger("_granian").setLevel(logging.ERROR)
    try:
        server.serve()
    finally:
        writing.close()
        working.join(GRACE)
        if working.is_alive():
            # Its transaction is rolled back; what was overdue or taken is found again by the next worker.
            working.kill()
