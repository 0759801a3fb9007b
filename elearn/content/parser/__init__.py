"""The text of one file → a document and its problems; never raises for what an author wrote."""

from elearn.content.parser.course_page import parse_course_page, parse_glossary
from elearn.content.parser.module import parse_module

__all__ = ["parse_course_page", "parse_glossary", "parse_module"]
