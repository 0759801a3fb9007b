"""How it is put together: settings, extensions, pages. Building the app touches nothing."""

from __future__ import annotations

from pathlib import Path

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from elearn.pages.account.own_account import bp as account  # it adds its views to the blueprint of `routes`
from elearn.pages.account.own_data import bp as own_data
from elearn.pages.administration.erasures import bp as erasures
from elearn.pages.administration.routes import bp as administration
from elearn.pages.authoring.routes import bp as authoring
from elearn.pages.browsers import bp as browsers
from elearn.pages.catalogue.memory import from_memory
from elearn.pages.catalogue.pictures import bp as pictures
from elearn.pages.catalogue.routes import bp as catalogue
from elearn.pages.certificates.document import certificate_pdf
from elearn.pages.certificates.routes import bp as certificates
from elearn.pages.language.routes import bp as languages
from elearn.pages.learning.following import bp as following
from elearn.pages.learning.inquiries import bp as inquiries
from elearn.pages.learning.readiness import bp as readiness
from elearn.pages.learning.routes import bp as learning
from elearn.pages.operations import bp as operations
from elearn.pages.reporting.routes import bp as reporting
from elearn.web import errors, guards, headers, language, maintenance, sessions, templating
from elearn.web.extensions import READING, babel, csrf, db, login_manager, migrate
from elearn.web.folders import migrations_folder
from elearn.web.front import Front
from elearn.web.settings import Settings, ensure_secret_key, load_settings

BLUEPRINTS = (
    catalogue,
    pictures,
    account,
    own_data,
    learning,
    following,
    readiness,
    inquiries,
    certificates,
    authoring,
    reporting,
    administration,
    erasures,
    languages,
    operations,
    browsers,
)

#: The largest request taken, in bytes: a picture for a lesson, and room for its form.
MAX_REQUEST = 12 * 1024 * 1024
#: The largest form without a file: a module of 512 KB typed into the editor, percent-encoded.
MAX_FORM = 2 * 1024 * 1024


def create_app(settings: Settings | None = None) -> Flask:
    """Build the application from *settings*, or from the environment and ``.env``.

    Raises `SettingsError`. Makes the secret key on the first start and nothing else.
    """
    if settings is None:
        settings = load_settings(env_file=Path(".env"))
    app = Flask("elearn", template_folder="web/templates", static_folder=None)
    app.config.from_mapping(
        SECRET_KEY=ensure_secret_key(settings),
        SQLALCHEMY_DATABASE_URI=settings.url,
        SQLALCHEMY_BINDS={READING: settings.url},
        MAX_CONTENT_LENGTH=MAX_REQUEST,
        MAX_FORM_MEMORY_SIZE=MAX_FORM,
        MAX_FORM_PARTS=1000,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure,
        SESSION_COOKIE_NAME="__Host-kelas" if settings.secure else "kelas",
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=None,
        BABEL_DEFAULT_LOCALE=settings.language,
        BABEL_DEFAULT_TIMEZONE=settings.timezone.key,
    )
    app.extensions["elearn_settings"] = settings
    app.extensions["elearn_certificate_pdf"] = certificate_pdf
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count)  # type: ignore[method-assign]
    db.init_app(app)
    migrate.init_app(app, db, directory=str(migrations_folder()), render_as_batch=True, compare_type=True)
    csrf.init_app(app)
    language.init_app(app, babel)
    sessions.init_app(app, login_manager)
    templating.init_app(app)
    headers.init_app(app)
    maintenance.init_app(app)
    guards.init_app(app)
    errors.init_app(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    app.wsgi_app = Front(app, app.wsgi_app, from_memory)  # type: ignore[method-assign]
    return app
