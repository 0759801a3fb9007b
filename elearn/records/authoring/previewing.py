"""Looking at drafts before they are published: problems by line, and the page as learners will see it."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from elearn.content.isolation import WorkerBusyError, run_limited
from elearn.content.library import read_files
from elearn.content.markup import MarkupLimitError
from elearn.content.previewing import Preview, preview_file
from elearn.content.problems import Problem, order_problems
from elearn.records.accounts.models import User
from elearn.records.authoring.drafts import files_with_drafts, media_used_by, texts_with_drafts
from elearn.records.authoring.keys import answered_items, items_by_id, publishing_problems
from elearn.records.catalogue import queries as catalogue
from elearn.records.catalogue.models import Course, Release
from elearn.records.errors import ConflictError, _

__all__ = ["Preview", "check_course", "preview"]


class PreviewBusyError(ConflictError):
    """No worker was free to convert the text; the draft itself is saved."""

    def __init__(self) -> None:
        super().__init__(_("Pratinjau sedang sibuk. Konsep sudah tersimpan; coba lagi sebentar."))


def preview(session: Session, course: Course, file_name: str, text: str, actor: User) -> Preview:
    """Return *text* as *file_name* of *course* would be shown, with its problems; converted in a process
    of its own that is stopped where it takes too long."""
    texts = texts_with_drafts(session, course, actor) | {file_name: text}
    files = {name: content.encode("utf-8", "surrogatepass") for name, content in texts.items()}
    files.update(media_used_by(session, course, "\n".join(texts.values())))
    try:
        shown: Preview = run_limited(preview_file, course.slug, files, file_name)
    except MarkupLimitError as error:
        return Preview("", (error.problem,))
    except WorkerBusyError as error:
        raise PreviewBusyError from error
    return shown


def check_course(session: Session, course: Course, actor: User, today: date | None) -> list[Problem]:
    """Return the problems of *course* as it would be published with *actor*'s drafts, K83 to K85 included."""
    document, problems = read_files(course.slug, files_with_drafts(session, course, actor), today=today)
    if document is None or course.live_release_id is None:
        return problems
    live = session.get_one(Release, course.live_release_id)
    before = items_by_id(catalogue.parsed_module(session, row.revision_id) for row in live.modules)
    return order_problems(
        [*problems, *publishing_problems(before, document, answered_items(session, course))]
    )
