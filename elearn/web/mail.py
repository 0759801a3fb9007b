"""Letters: plain text, in the language of whoever gets them, sent by the worker and never by a page.

To send one, enqueue it in the transaction of the act it tells about::

    mail.enqueue(session, "answer", user_id=7, now=now, key="answer:12", path="/tanya#t12", course="…")

and write ``templates/mail/answer.txt``: its first line is the subject, an empty line, then the text. It
sees `person` (the row of whoever gets it), `site` (the settings), `address` (makes a full address of a
path) and what else was enqueued. Those values are kept in the job's row: ids, titles and paths, nothing
personal and nothing secret. What must be made when it is sent stands in `PREPARERS`.

From `records`, enqueue the kind ``mail.answer`` with ``{"user_id": 7, …}``. Where no mail server is set,
the person has no address or is gone, nothing is sent, and that is no failure. A letter is sent at least
once: a worker killed between sending and noting it sends it again, under the same Message-ID.
"""

from __future__ import annotations

import logging
import smtplib
import ssl
from collections.abc import Callable, Mapping
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from flask import render_template
from sqlalchemy.orm import Session

from elearn.records.accounts import services as accounts
from elearn.records.accounts.models import User
from elearn.records.jobs.services import Lease
from elearn.records.jobs.services import enqueue as enqueue_job
from elearn.web import language
from elearn.web.settings import Settings

log = logging.getLogger("elearn")

PREFIX = "mail."
#: Seconds the mail server may take for one step; a whole letter stays below a job's lease.
PATIENCE = 10
#: The machine itself: nobody listens on the way, and its certificate names another host.
HERE = {"localhost", "127.0.0.1", "::1"}


def is_possible(settings: Settings) -> bool:
    """Say whether letters can be sent: a mail server is set, and the address that stands in their links."""
    return bool(settings.smtp_url and settings.base_url)


def enqueue(
    session: Session, name: str, *, user_id: int | None, now: datetime, key: str | None = None, **values: Any
) -> None:
    """Have the letter *name* sent to a person (None: to nobody, which takes the same time)."""
    enqueue_job(session, PREFIX + name, {"user_id": user_id, **values}, key=key, now=now)


def send(session: Session, job: Lease, settings: Settings, now: datetime) -> Callable[[], None] | None:
    """Write the letter of *job*; return what sends it, which is done after the commit."""
    user_id = job.payload.get("user_id")
    person = session.get(User, user_id) if isinstance(user_id, int) else None
    if person is None or person.email is None or person.erased_at or person.disabled_at:
        return None
    if not is_possible(settings):
        return None
    name = job.kind.removeprefix(PREFIX)
    values = {key: value for key, value in job.payload.items() if key != "user_id"}
    prepare = PREPARERS.get(name)
    if prepare is not None:
        values |= prepare(session, person, now)
    with language.speaking(person.language):
        text = render_template(
            f"mail/{name}.txt", person=person, address=lambda path: settings.base_url + path, **values
        )
    letter = write(settings, to=person.email, text=text, number=job.job_id, now=now)
    return lambda: deliver(settings, letter)


def write(settings: Settings, *, to: str, text: str, number: int, now: datetime) -> EmailMessage:
    """Return a letter: the first line of *text* is its subject. Nothing in it can add a header."""
    subject, _end, body = text.strip().partition("\n")
    letter = EmailMessage(policy=SMTP)
    letter["Subject"] = " ".join(subject.split())
    letter["From"] = Address(" ".join(settings.site_name.split()), addr_spec=settings.sender)
    letter["To"] = Address(addr_spec=to)
    letter["Date"] = format_datetime(now.astimezone(settings.timezone))
    letter["Message-ID"] = f"<kelas-{number}@{urlsplit(settings.base_url).hostname}>"
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(body.strip() + "\n", charset="utf-8")
    return letter


def deliver(settings: Settings, letter: EmailMessage) -> None:
    """Give *letter* to the mail server; raises where that may work later. An address it refuses for good is let be."""
    with _connection(settings.smtp_url) as server:
        try:
            server.send_message(letter)
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _text in error.recipients.values()]
            if any(code < 500 for code in codes):
                raise
            # Neither the address nor the server's words, which repeat it, belong in a log.
            log.warning("the mail server refused the address of %s: %s", letter["Message-ID"], codes)


def _connection(url: str) -> smtplib.SMTP:
    parts = urlsplit(url)
    host = parts.hostname or ""
    secure = ssl.create_default_context()
    if parts.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, parts.port or 465, timeout=PATIENCE, context=secure)
    else:
        server = smtplib.SMTP(host, parts.port or 587, timeout=PATIENCE)
    try:
        server.ehlo()
        # A password goes nowhere in clear: where the server offers no encryption, this fails.
        if parts.scheme == "smtp" and host not in HERE and (parts.username or server.has_extn("starttls")):
            server.starttls(context=secure)
            server.ehlo()
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
    except BaseException:
        server.close()
        raise
    return server


def _reset(session: Session, person: User, now: datetime) -> Mapping[str, Any]:
    return {"code": accounts.mailed_code(session, person, now=now)}


#: What is made only when a letter is sent, so that it stands in no job.
PREPARERS: dict[str, Callable[[Session, User, datetime], Mapping[str, Any]]] = {"reset": _reset}
