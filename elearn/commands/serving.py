"""`elearn serve`: the production server, and the sweep that runs beside it."""

from __future__ import annotations

import errno
import logging
import multiprocessing
import signal
import socket
from multiprocessing.connection import Connection

import click
from flask import Flask
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from granian.server import Server

from elearn.app import create_app
from elearn.commands.database import prepare_database
from elearn.commands.failures import CommandError
from elearn.records import study
from elearn.records.accounts.limits import forget_old_counters
from elearn.web.clock import utc_now
from elearn.web.extensions import db
from elearn.web.printing import certificate_settings

#: Threads that wait for slow bodies cost little, and the server does not buffer bodies.
THREADS = 64
#: Seconds a worker has to finish what is in flight when it is told to stop.
GRACE = 20
#: Megabytes after which a worker is replaced.
MOST_MEMORY = 400
#: Seconds between two looks for overdue attempts, and how many are closed in one transaction.
SWEEP_PAUSE = 30
SWEEP_BATCH = 200

logger = logging.getLogger("elearn")


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
    sweeping = context.Process(target=run_sweep, args=(reading,), daemon=True)
    sweeping.start()
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
        sweeping.join(GRACE)
        if sweeping.is_alive():
            # Its transaction is rolled back, and the next sweep finds what is still overdue.
            sweeping.kill()


def run_sweep(parent: Connection) -> None:
    """Close overdue attempts every half minute, as long as the server holds the other end of *parent*.

    The pipe ends with the server however that ends, so no signal has to be delivered for it, and a
    signal to the whole group does not cut a transaction short.
    """
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    app = create_app()
    while not parent.poll(SWEEP_PAUSE):
        sweep(app)


def sweep(app: Flask) -> int:
    """Close what is overdue and forget counters that are over; return how many attempts were closed.

    In short transactions, so that nobody waits for them.
    """
    closed = 0
    with app.app_context():
        session = db.session()
        printing = certificate_settings(app.extensions["elearn_settings"])
        try:
            while batch := study.close_overdue(session, utc_now(), SWEEP_BATCH, printing):
                session.commit()
                closed += batch
            forget_old_counters(session, now=utc_now())
            session.commit()
        except Exception:
            # Whatever it was, the next sweep has to come: the server does not start another one.
            session.rollback()
            logger.exception("the sweep did not come to its end and tries again later")
    return closed
