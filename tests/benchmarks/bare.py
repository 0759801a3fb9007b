"""The yardstick: bare Flask views under the same server, and one that does one durable upsert."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask, Response, request

from elearn.records import engines


def create_app() -> Flask:
    """Build the bare app; `BARE_PAGES` names a JSON file of ``{path: {"headers": …, "file": …}}``."""
    app = Flask("bare", static_folder=None)
    pages = json.loads(Path(os.environ["BARE_PAGES"]).read_text("utf-8"))
    bodies = {path: (Path(page["file"]).read_bytes(), page["headers"]) for path, page in pages.items()}

    @app.get("/readyz")
    def ready() -> str:
        return "ok"

    @app.get("/bare/<name>")
    def same_bytes(name: str) -> Response:
        body, headers = bodies[name]
        return Response(body, headers=headers)

    @app.put("/bare/<name>")
    def answer(name: str) -> Response:
        request.get_json()
        body, headers = bodies[name]
        return Response(body, headers=headers)

    engine = engines.make_engine(os.environ["BARE_DATABASE"], reading=False)
    upsert = sa.text(
        "INSERT INTO bare (id, value) VALUES (:id, :value) "
        "ON CONFLICT (id) DO UPDATE SET value = excluded.value"
    )
    number = threading.local()

    @app.put("/upsert")
    def durable_upsert() -> dict[str, Any]:
        value = request.get_json()
        number.value = getattr(number, "value", 0) + 1
        with engine.begin() as connection:
            connection.execute(upsert, {"id": value["id"], "value": json.dumps(value["answer"])})
        return {"number": number.value}

    return app


def make_table(url: str) -> None:
    """Create the one table of the upsert."""
    engine = engines.make_engine(url, reading=False)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE bare (id TEXT PRIMARY KEY, value TEXT NOT NULL)"))
    engine.dispose()
