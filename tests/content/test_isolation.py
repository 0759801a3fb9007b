"""A text from the browser cannot take the server with it."""

from __future__ import annotations

import io
import os
import pickle
import threading
from collections.abc import Iterator

import pytest

from elearn.content import isolation
from elearn.content.isolation import WorkerBusyError, close_workers, run_limited
from elearn.content.markup import MarkupLimitError, to_html


@pytest.fixture(autouse=True)
def _workers_are_closed() -> Iterator[None]:
    yield
    close_workers()


def children() -> list[str]:
    """The state of every process that this one started."""
    states = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat") as stat:
                fields = stat.read().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == os.getpid():
            states.append(fields[0])
    return states


def test_a_function_is_called_in_another_process_and_the_process_is_used_again() -> None:
    assert run_limited(to_html, "*a*") == "<p><em>a</em></p>"
    first = run_limited("os:getpid")
    assert first != os.getpid()
    assert run_limited("os:getpid") == first


def test_a_call_that_takes_too_long_is_stopped_and_leaves_nothing_behind() -> None:
    before = children()
    with pytest.raises(MarkupLimitError) as caught:
        run_limited("time:sleep", 60, seconds=0.2)
    assert caught.value.problem.code == "K102e"
    assert children() == before
    assert run_limited(to_html, "a") == "<p>a</p>"


def test_a_call_that_needs_too_much_memory_is_refused() -> None:
    with pytest.raises(MarkupLimitError):
        run_limited("builtins:bytearray", 8 * isolation.MEMORY_BYTES)
    assert run_limited(to_html, "a") == "<p>a</p>"


def test_a_worker_that_dies_of_itself_is_replaced() -> None:
    with pytest.raises(MarkupLimitError):
        run_limited("os:_exit", 3)
    worker = run_limited("os:getpid")
    os.kill(worker, 9)
    assert run_limited("os:getpid") != worker


def test_what_a_function_raises_is_raised_here() -> None:
    with pytest.raises(MarkupLimitError) as caught:
        run_limited(to_html, "a\n\n" + "> " * 20)
    assert (caught.value.problem.code, caught.value.problem.line) == ("K102c", 3)
    with pytest.raises(ZeroDivisionError):
        run_limited("operator:truediv", 1, 0)


def test_what_cannot_be_sent_stops_nothing() -> None:
    with pytest.raises(AttributeError):
        run_limited(to_html, lambda: None)
    assert run_limited(to_html, "a") == "<p>a</p>"


def test_threads_share_the_workers() -> None:
    results: list[str] = []
    threads = [
        threading.Thread(target=lambda: results.append(run_limited(to_html, "a", seconds=30)))
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == ["<p>a</p>"] * 6
    assert len(isolation._POOL.idle) <= isolation.WORKERS


def test_a_call_that_finds_no_free_worker_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolation._POOL, "free", threading.BoundedSemaphore(1))
    with isolation._POOL.free, pytest.raises(WorkerBusyError, match="sibuk"):
        run_limited(to_html, "a", seconds=0.01)


def test_a_worker_that_closed_its_ears_is_replaced() -> None:
    run_limited("os:close", 0)
    assert run_limited(to_html, "a") == "<p>a</p>"


def test_a_call_that_is_interrupted_leaves_no_worker_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    before = children()

    def interrupted(*_arguments: object) -> bytes:
        raise KeyboardInterrupt

    run_limited(to_html, "a")
    monkeypatch.setattr(isolation._Worker, "receive", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run_limited(to_html, "a")
    assert children() == before


def test_an_answer_that_came_with_the_last_second_stops_no_later_call() -> None:
    run_limited(to_html, "a")
    worker = isolation._POOL.idle[0]
    deadline = isolation._Deadline(worker, 60)
    with deadline:
        pass
    deadline.strike()
    assert worker.process.poll() is None
    with pytest.raises(isolation._StoppedError), isolation._Deadline(worker, 60) as late:
        late.strike()


def test_closing_ends_the_workers_and_leaves_no_zombie() -> None:
    before = children()
    run_limited(to_html, "a")
    close_workers()
    assert children() == before
    close_workers()


def test_a_worker_does_not_know_the_servers_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ELEARN_SECRET_KEY", "rahasia")
    assert run_limited("os:getenv", "ELEARN_SECRET_KEY") is None


def test_a_forked_server_starts_workers_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    parent = run_limited("os:getpid")
    worker = isolation._POOL.idle[0]
    monkeypatch.setattr(isolation._POOL, "owner", 0)
    assert run_limited("os:getpid") != parent
    worker.stop()


# The worker's side, in this process: coverage does not see the other one.


def call(*message: object) -> tuple[bool, object]:
    succeeded, value = pickle.loads(isolation._answer(pickle.dumps(message)))
    return succeeded, value


def fail_with_something_that_cannot_be_sent() -> None:
    raise type("Local", (Exception,), {})("x")


def run_out_of_memory() -> None:
    raise MemoryError


def test_the_worker_answers_until_the_pipe_is_closed() -> None:
    requests = io.BytesIO()
    isolation._send(requests, pickle.dumps(("elearn.content.markup:to_html", ("a",))))
    requests.write(b"\x00\x00")
    requests.seek(0)
    answers = io.BytesIO()
    isolation.serve(requests, answers)
    answers.seek(0)
    assert isolation._receive(answers) == b"ready"
    assert pickle.loads(isolation._receive(answers) or b"") == (True, "<p>a</p>")
    assert isolation._receive(answers) is None


def test_half_a_message_is_none() -> None:
    assert isolation._receive(io.BytesIO(b"\x00\x00\x00\x05abc")) is None


def test_the_worker_sends_what_can_be_sent_of_an_error() -> None:
    succeeded, error = call(f"{__name__}:fail_with_something_that_cannot_be_sent", ())
    assert (succeeded, str(error)) == (False, "Local: x")
    succeeded, error = call(f"{__name__}:run_out_of_memory", ())
    assert not succeeded
    assert isinstance(error, MarkupLimitError)
    assert call("elearn.content.markup:MarkupLimitError.mro", ())[0]
