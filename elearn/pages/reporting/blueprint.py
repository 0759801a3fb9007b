"""The blueprint of the staff's room."""

from flask import Blueprint

bp = Blueprint("reporting", __name__, url_prefix="/staf", template_folder="templates")
