"""A real server in a process of its own, and a client that speaks HTTP to it and to nothing else."""

from __future__ import annotations

import contextlib
import http.client
import http.cookies
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

ROOT = Path(__file__).parent.parent.parent
#: Seconds a server may take to answer; a start on this machine takes about two.
PATIENCE = 60


def free_port() -> int:
    """Return a port of the loopback that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment(data: Path, database_url: str = "", **more: str) -> dict[str, str]:
    """Return the environment of a server with its own *data* folder and nothing of ours."""
    # Without cached bytecode every start would compile the whole program again.
    left_out = ("ELEARN_", "PYTHONDONTWRITEBYTECODE")
    env = {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
    env.update(
        ELEARN_DATA_DIR=str(data),
        ELEARN_DATABASE_URL=database_url,
        ELEARN_SECRET_KEY="a-key-for-tests-only-0123456789-abcdefghij",
        ELEARN_CONTACT_TEXT="Kantor dinas, hari kerja",
        PYTHONPATH=str(ROOT),
        **more,
    )
    return env


def run(env: Mapping[str, str], *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run one command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "elearn", *words],
        env=dict(env),
        cwd=ROOT,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=PATIENCE * 2,
        check=False,
    )


@dataclass
class Site:
    """One server on the loopback; `start`, `kill` and `stop` it as often as a test likes."""

    env: dict[str, str]
    port: int = field(default_factory=free_port)
    workers: int = 1
    wrapper: Sequence[str] = ()
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start the server and wait until it can serve."""
        self.launch()
        self.wait_until_ready()

    def launch(self) -> None:
        """Start the server and do not wait for it."""
        self.process = subprocess.Popen(
            [
                *self.wrapper,
                *(sys.executable, "-m", "elearn", "serve"),
                *("--port", str(self.port), "--workers", str(self.workers)),
            ],
            env={"ELEARN_BASE_URL": self.address, **self.env},
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def wait_until_ready(self) -> None:
        """Ask `/readyz` until it says yes."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            assert self.process is not None
            assert self.process.poll() is None, "the server ended by itself"
            with contextlib.suppress(OSError, http.client.HTTPException):
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
                with contextlib.closing(connection):
                    connection.request("GET", "/readyz")
                    if connection.getresponse().status == 200:
                        return
            time.sleep(0.02)  # a server that starts can only be asked again
        raise AssertionError("the server did not become ready")

    def signal(self, number: int) -> None:
        """Send *number* to every process of the server."""
        assert self.process is not None
        os.killpg(self.process.pid, number)

    def kill(self) -> None:
        """SIGKILL the whole process group, as the kernel does when memory runs out."""
        self.signal(signal.SIGKILL)
        assert self.process is not None
        self.process.wait(PATIENCE)
        self.process = None

    def stop(self) -> None:
        """Ask the server to end, and see that all of it does."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.kill()
        else:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process = None


@contextlib.contextmanager
def running(site: Site) -> Iterator[Site]:
    """Start *site* for a block and leave nothing behind."""
    site.start()
    try:
        yield site
    finally:
        site.stop()


@dataclass
class Reply:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def csrf(self) -> str:
        """The token of the page, from its ``<meta>``."""
        found = re.search(r'name="csrf-token" content="([^"]+)"', self.text)
        assert found is not None, self.text[:500]
        return found[1]


@dataclass
class Visitor:
    """Somebody with a cookie jar; one connection a request, so that a killed server leaves no state."""

    address: str
    cookies: dict[str, str] = field(default_factory=dict)
    timeout: float = 30

    def request(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Reply:
        """Send one request; raises `OSError` or `HTTPException` where the server is gone."""
        parts = urlsplit(self.address)
        assert parts.hostname == "127.0.0.1"
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=self.timeout)
        try:
            sent = dict(headers or {})
            if self.cookies:
                sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
            connection.request(method, path, body, sent)
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        for line in response.headers.get_all("Set-Cookie") or ():
            for name, morsel in http.cookies.SimpleCookie(line).items():
                self.cookies[name] = morsel.value
        return Reply(response.status, {k.lower(): v for k, v in response.headers.items()}, content)

    def get(self, path: str) -> Reply:
        return self.request("GET", path)

    def post(self, path: str, form: Mapping[str, Any], *, csrf: str) -> Reply:
        fields = urlencode({"csrf_token": csrf, **form}, doseq=True).encode()
        return self.request("POST", path, fields, {"Content-Type": "application/x-www-form-urlencoded"})

    def put(self, path: str, value: object, *, csrf: str) -> Reply:
        headers = {"Content-Type": "application/json", "X-CSRFToken": csrf}
        return self.request("PUT", path, json.dumps(value).encode(), headers)
