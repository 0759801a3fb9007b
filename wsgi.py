"""Builds the app from the environment; servers and `flask run` find it by name."""

from elearn.app import create_app

app = create_app()
