"""A mail server on the loopback that keeps what it is given."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller

from tests.faults.server import free_port


@dataclass
class Postbox:
    """What arrived, and what the server says to it."""

    port: int = field(default_factory=free_port)
    letters: list[EmailMessage] = field(default_factory=list)
    #: What to say to an address, instead of taking it.
    refusal: str = ""
    #: What else to do when a letter is there, before it is taken.
    on_arrival: Callable[[], None] = lambda: None

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    async def handle_RCPT(  # noqa: N802
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if self.refusal:
            return self.refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        letter = message_from_bytes(envelope.content, policy=default)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        self.on_arrival()
        return "250 OK"

    def links(self) -> list[str]:
        """Return every address in the letters, the oldest first."""
        return [link for letter in self.letters for link in re.findall(r"https?://\S+", letter.get_content())]


@contextmanager
def postbox(**settings: Any) -> Iterator[Postbox]:
    """Run a mail server for a ``with`` block."""
    box = Postbox(**settings)
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()
