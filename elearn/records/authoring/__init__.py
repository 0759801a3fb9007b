"""What a trainer does: write drafts, look at them, publish; the same rules for a folder and for the browser."""

from elearn.records.authoring.courses import create_course, new_module, set_state, set_trainers
from elearn.records.authoring.drafts import (
    DraftMovedError,
    DraftView,
    EditableFile,
    discard_draft,
    editable_files,
    open_draft,
    save_draft,
)
from elearn.records.authoring.folders import publish_folder, write_marker
from elearn.records.authoring.pictures import add_picture
from elearn.records.authoring.previewing import Preview, check_course, preview
from elearn.records.authoring.publishing import (
    PublishRefusedError,
    PublishResult,
    make_live_again,
    publish,
    publish_drafts,
)

__all__ = [
    "DraftMovedError",
    "DraftView",
    "EditableFile",
    "Preview",
    "PublishRefusedError",
    "PublishResult",
    "add_picture",
    "check_course",
    "create_course",
    "discard_draft",
    "editable_files",
    "make_live_again",
    "new_module",
    "open_draft",
    "preview",
    "publish",
    "publish_drafts",
    "publish_folder",
    "save_draft",
    "set_state",
    "set_trainers",
    "write_marker",
]
