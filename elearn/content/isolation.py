"""Runs a function on a text from the browser in a process of its own, which can be stopped.

Conversion is linear and bounded by itself (:mod:`elearn.content.markup.limits`); this is the second
wall, for what nobody has thought of: more than the given seconds or memory end the worker, not the
server. Workers are started when first needed, used again, and replaced when they were stopped.
"""

from __future__ import annotations

import atexit
import importlib
import os
import pickle
import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import IO, Any, cast

from elearn.content.markup.limits import OUTPUT_TOO_LARGE, MarkupLimitError

try:
    import resource
except ImportError:  # pragma: no cover - Windows has no such limits; the time limit holds there too
    resource = None  # type: ignore[assignment]

#: Address space of a worker: the libraries need 250 MB of it, a text at its limits 300 MB more.
MEMORY_BYTES = 1024 * 1024 * 1024
#: Texts converted at the same time by one server process.
WORKERS = 2
_START_SECONDS = 30.0
_LENGTH = struct.Struct(">I")
_READY = b"ready"
_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "LD_LIBRARY_PATH")


class WorkerBusyError(RuntimeError):
    """All workers were busy for longer than a person waits; the text is one Indonesian sentence."""

    def __init__(self) -> None:
        super().__init__("Server sedang sibuk mengolah naskah lain; coba lagi sebentar lagi.")


class _StoppedError(Exception):
    """The worker is gone: by the deadline (*in_time* is False), or of itself."""

    def __init__(self, *, in_time: bool = True) -> None:
        super().__init__()
        self.in_time = in_time


def run_limited(function: str | Callable[..., Any], *args: Any, seconds: float = 5) -> Any:
    """Call *function* with *args* in a worker and return what it returns, or raise what it raises.

    *function* is one that can be imported, or its name ("elearn.content.markup:to_html"). Raises
    MarkupLimitError where it takes longer than *seconds* or more memory than it may have, and
    WorkerBusyError where no worker is free for that long.
    """
    return _POOL.run(_name_of(function), args, seconds)


def close_workers() -> None:
    """End all workers and wait until they are gone; the next call starts new ones."""
    _POOL.close()


def _name_of(function: str | Callable[..., Any]) -> str:
    if isinstance(function, str):
        return function
    return f"{function.__module__}:{function.__qualname__}"


class _Worker:
    """One process and its two pipes."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-P", "-m", "elearn.content.isolation", str(MEMORY_BYTES)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # Not the server's secrets, and not its Ctrl+C: a worker ends when its pipe closes.
            env={
                **{name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
                "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            },
            start_new_session=True,
        )
        with _Deadline(self, _START_SECONDS):
            self.receive()

    def call(self, name: str, args: tuple[Any, ...], seconds: float) -> tuple[bool, Any]:
        """Return whether the function returned, and what it returned or raised."""
        with _Deadline(self, seconds):
            try:
                _send(self._pipe(self.process.stdin), pickle.dumps((name, args)))
            except OSError:
                raise _StoppedError from None
            answer = self.receive()
        succeeded, value = pickle.loads(answer)  # noqa: S301 - from our own process
        return bool(succeeded), value

    def receive(self) -> bytes:
        """Return the next message of the process."""
        message = _receive(self._pipe(self.process.stdout))
        if message is None:
            raise _StoppedError
        return message

    def stop(self) -> None:
        """End the process and wait for its end, so that no zombie stays."""
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            try:
                self._pipe(pipe).close()
            except OSError:  # what was not yet sent cannot be sent any more
                continue

    @staticmethod
    def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
        # There always is one: both were asked for.
        return cast("IO[bytes]", pipe)


class _Deadline:
    """Kills the worker when the time is over: the read that waits for it then ends."""

    def __init__(self, worker: _Worker, seconds: float) -> None:
        self.worker = worker
        self.timer = threading.Timer(seconds, self.strike)
        self.timer.daemon = True
        self.lock = threading.Lock()
        self.over = False
        self.struck = False

    def strike(self) -> None:
        """Kill the worker, unless its answer came first."""
        with self.lock:
            if not self.over:
                self.struck = True
                self.worker.process.kill()

    def __enter__(self) -> _Deadline:
        self.timer.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_details: object) -> None:
        with self.lock:
            self.over = True
        self.timer.cancel()
        if self.struck and kind in {None, _StoppedError}:
            raise _StoppedError(in_time=False)


class _Pool:
    """The workers of this process."""

    def __init__(self) -> None:
        self.free = threading.BoundedSemaphore(WORKERS)
        self.lock = threading.Lock()
        self.idle: list[_Worker] = []
        self.owner = os.getpid()

    def run(self, name: str, args: tuple[Any, ...], seconds: float) -> Any:
        """Call the function called *name* in a worker."""
        if self.owner != os.getpid():
            # A server that forked: the pipes belong to the parent, and so do its locks.
            self.__init__()  # type: ignore[misc]
        if not self.free.acquire(timeout=seconds * 2):
            raise WorkerBusyError
        try:
            succeeded, value = self._call(name, args, seconds)
        finally:
            self.free.release()
        if not succeeded:
            raise value
        return value

    def _call(self, name: str, args: tuple[Any, ...], seconds: float) -> tuple[bool, Any]:
        with self.lock:
            worker = self.idle.pop() if self.idle else None
        try:
            if worker is not None:
                try:
                    return self._ask(worker, name, args, seconds)
                except _StoppedError as stopped:
                    # One that died while it had nothing to do is not the text's fault.
                    if not stopped.in_time:
                        raise
            return self._ask(_Worker(), name, args, seconds)
        except _StoppedError:
            raise MarkupLimitError(OUTPUT_TOO_LARGE) from None

    def _ask(self, worker: _Worker, name: str, args: tuple[Any, ...], seconds: float) -> tuple[bool, Any]:
        try:
            result = worker.call(name, args, seconds)
        except BaseException:
            worker.stop()
            raise
        with self.lock:
            self.idle.append(worker)
        return result

    def close(self) -> None:
        """End the idle workers."""
        with self.lock:
            workers, self.idle = self.idle, []
        for worker in workers:
            worker.stop()


_POOL = _Pool()
atexit.register(close_workers)


def _send(pipe: IO[bytes], message: bytes) -> None:
    pipe.write(_LENGTH.pack(len(message)))
    pipe.write(message)
    pipe.flush()


def _receive(pipe: IO[bytes]) -> bytes | None:
    """Return the next message; None where the other side is gone."""
    head = pipe.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    message = pipe.read(length)
    return message if len(message) == length else None


def serve(requests: IO[bytes], answers: IO[bytes]) -> None:
    """Answer calls until the server closes the pipe: what the worker process does."""
    _send(answers, _READY)
    while (message := _receive(requests)) is not None:
        _send(answers, _answer(message))


def _answer(message: bytes) -> bytes:
    try:
        name, args = pickle.loads(message)  # noqa: S301 - from the server that started this process
        module_name, _, qualified = name.partition(":")
        function: Any = importlib.import_module(module_name)
        for part in qualified.split("."):
            function = getattr(function, part)
        return pickle.dumps((True, function(*args)))
    except MemoryError:
        return pickle.dumps((False, MarkupLimitError(OUTPUT_TOO_LARGE)))
    except Exception as error:  # noqa: BLE001 - whatever it is, the caller shall see it
        return _pickled_error(error)


def _pickled_error(error: Exception) -> bytes:
    try:
        message = pickle.dumps((False, error))
        pickle.loads(message)  # noqa: S301 - our own bytes: some errors can be written but not read
    except Exception:  # noqa: BLE001
        return pickle.dumps((False, RuntimeError(f"{type(error).__name__}: {error}")))
    return message


def main(memory_bytes: int) -> None:  # pragma: no cover - the worker process, where nothing measures it
    """Be a worker: limit the memory of this process, then answer calls."""
    if resource is not None:
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    answers = os.fdopen(os.dup(1), "wb")
    # Whatever a library prints must not end up between the answers.
    os.dup2(2, 1)
    serve(sys.stdin.buffer, answers)


if __name__ == "__main__":  # pragma: no cover
    main(int(sys.argv[1]))
