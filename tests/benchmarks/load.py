"""A load of its own making: keep-alive connections on the loopback, a fixed number of requests."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Load:
    """What one run measured: requests per second, server CPU per request (µs), the slowest 1% (ms)."""

    per_second: float
    cpu: float
    p99: float
    failures: int


def measure(port: int, group: int, clients: Sequence[Callable[[int], bytes]], *, each: int) -> Load:
    """Send *each* requests from every client (a function from turn to request bytes) at once.

    *group* is the server's process group, whose CPU time is counted.
    """
    times: list[list[float]] = [[] for _ in clients]
    failures = [0] * len(clients)
    barrier = threading.Barrier(len(clients) + 1)

    def run(index: int, make: Callable[[int], bytes]) -> None:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            reader = connection.makefile("rb")
            barrier.wait()
            for turn in range(each):
                begin = time.perf_counter()
                connection.sendall(make(turn))
                if read_reply(reader) not in (200, 303, 304):
                    failures[index] += 1
                times[index].append(time.perf_counter() - begin)

    threads = [threading.Thread(target=run, args=(index, make)) for index, make in enumerate(clients)]
    for thread in threads:
        thread.start()
    before = cpu_seconds(group)
    barrier.wait()
    begin = time.perf_counter()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - begin
    count = each * len(clients)
    slow = sorted(moment for own in times for moment in own)
    return Load(
        count / took,
        (cpu_seconds(group) - before) / count * 1e6,
        slow[int(len(slow) * 0.99)] * 1000,
        sum(failures),
    )


def read_reply(reader: object) -> int:
    """Read one HTTP/1.1 reply with a Content-Length and return its status."""
    line = reader.readline()  # type: ignore[attr-defined]
    status = int(line.split(b" ", 2)[1])
    length = 0
    while (header := reader.readline()) not in (b"\r\n", b""):  # type: ignore[attr-defined]
        name, _, value = header.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    if length:
        reader.read(length)  # type: ignore[attr-defined]
    return status


def cpu_seconds(group: int) -> float:
    """Return the user and system time all processes of *group* have used."""
    total = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text("ascii", "replace").rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == group:
            total += int(fields[11]) + int(fields[12])
    return total / TICK
