"""A course folder or ZIP → document and problems; the only reader of course files."""

from __future__ import annotations

import hashlib
import os
import re
import stat
import zipfile
import zlib
from collections import Counter
from collections.abc import Container, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from elearn.content import media
from elearn.content.documents import (
    COURSE_FILE,
    GLOSSARY_FILE,
    POSTTEST_FILE,
    PRETEST_FILE,
    CourseDocument,
    MediaFile,
    ModuleDocument,
    ModuleKind,
)
from elearn.content.parser.course_page import CourseReading, read_course_page, read_glossary
from elearn.content.parser.module import MODULE_NAME, read_module
from elearn.content.parser.nearest import hint
from elearn.content.parser.report import Report
from elearn.content.problems import Problem, order_problems, phrase, problem

#: Limits of a package, also asked of a folder.
MAX_PACKED = 20 * 1024 * 1024
MAX_UNPACKED = 60 * 1024 * 1024
MAX_FILES = 500

#: Written into a folder by `export` and `publish`; not part of the course.
RELEASE_FILE = ".elearn.json"

_COURSE_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_EXECUTABLE = frozenset(
    [
        ".exe",
        ".com",
        ".bat",
        ".cmd",
        ".msi",
        ".scr",
        ".ps1",
        ".vbs",
        ".js",
        ".jar",
        ".sh",
        ".apk",
        ".app",
        ".dll",
        ".so",
        ".py",
        ".php",
    ]
)
_TESTS = (PRETEST_FILE, POSTTEST_FILE)
_KNOWN = (COURSE_FILE, GLOSSARY_FILE, *_TESTS)


@dataclass(slots=True)
class _Found:
    """Files of a course as they were found, and what could not be taken."""

    slug: str
    files: dict[str, bytes] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    #: The courses beside this one; None where nobody knows.
    neighbours: frozenset[str] | None = None


def read_course(
    path: Path | str, *, today: date | None = None
) -> tuple[CourseDocument | None, list[Problem]]:
    """Read the course in the folder or .zip at *path*.

    Never raises for what an author or a file system did: what cannot be read is a problem. Without
    *today* nothing is said about dates that are over or to come.
    """
    try:
        found = _find(Path(path))
    except (OSError, ValueError) as error:
        return None, [problem(COURSE_FILE, 1, "K120b", text=type(error).__name__)]
    if any(one.code == "K120b" or one.code == "K102f" for one in found.problems):
        return None, found.problems
    document, problems = read_files(found.slug, found.files, today=today, known_courses=found.neighbours)
    return document, order_problems(problems + found.problems)


def read_files(
    slug: str,
    files: Mapping[str, bytes],
    *,
    today: date | None = None,
    known_courses: Container[str] | None = None,
) -> tuple[CourseDocument | None, list[Problem]]:
    """Read the course *slug* from *files*, by their names inside the course.

    *known_courses* are the slugs that `prasyarat` may name; without it they are not looked up.
    """
    return _Course(slug, files, today, known_courses).read()


# One course


class _Course:
    def __init__(
        self,
        slug: str,
        files: Mapping[str, bytes],
        today: date | None,
        known_courses: Container[str] | None,
    ) -> None:
        self.slug = slug
        self.files = files
        self.today = today
        self.known_courses = known_courses
        self.problems: list[Problem] = []
        self.reports: dict[str, Report] = {}
        self.modules: dict[str, ModuleDocument] = {}
        self.headings: dict[str, set[str]] = {}

    def read(self) -> tuple[CourseDocument | None, list[Problem]]:
        self.check_names()
        page = self.read_page()
        document = page.document if page else None
        pass_mark = document.pass_mark if document else 7000
        for name in self.text_names():
            self.read_module(name, pass_mark)
        glossary = None
        if GLOSSARY_FILE in self.files and (text := self.text(GLOSSARY_FILE)) is not None:
            reading = read_glossary(text)
            self.reports[GLOSSARY_FILE] = reading.report
            glossary = reading.document
        pictures = self.read_media()
        self.check_ids()
        self.check_objectives(document)
        self.check_targets()
        self.check_course(page)
        for report in self.reports.values():
            self.problems += report.settled()
        if document is not None:
            document = replace(
                document,
                modules=tuple(m for m in self.modules.values() if m.kind is ModuleKind.MODULE),
                pretest=self.modules.get(PRETEST_FILE),
                posttest=self.modules.get(POSTTEST_FILE),
                glossary=glossary,
                media=pictures,
            )
        return document, order_problems(self.problems)

    def note(self, file: str, code: str, *, line: int = 1, text: str = "", **values: str) -> None:
        self.problems.append(problem(file, line, code, text=text, fix=None, **values))

    # Names

    def text_names(self) -> list[str]:
        """Return the names of the modules and tests, in their order."""
        return [
            name
            for name in sorted(self.files)
            if "/" not in name and name.endswith(".md") and (MODULE_NAME.fullmatch(name) or name in _TESTS)
        ]

    def check_names(self) -> None:
        if not 3 <= len(self.slug) <= 60 or not _COURSE_SLUG.fullmatch(self.slug):
            self.note(COURSE_FILE, "K119a", text=self.slug, name=self.slug)
        numbers: dict[str, str] = {}
        folded: dict[str, str] = {}
        forms = Counter(name.casefold() for name in self.files)
        for name in sorted(self.files):
            other = folded.setdefault(name.casefold(), name)
            if other != name:
                self.note(name, "K119d", text=name, other=other)
                continue
            match = MODULE_NAME.fullmatch(name)
            if match:
                number, slug = match[1], match[2]
                twin = numbers.get(number) or numbers.get(slug)
                if twin is not None:
                    self.note(name, "K119c", text=name, other=twin)
                numbers.setdefault(number, name)
                numbers.setdefault(slug, name)
                if slug in ("pretes", "postes"):
                    self.note(name, "K119b", text=name, name=name)
            elif name not in _KNOWN and name != RELEASE_FILE and forms[name.casefold()] == 1:
                self.check_stranger(name)

    def check_stranger(self, name: str) -> None:
        """Note a file that is neither a text of the course nor a file of `media/`."""
        path = PurePosixPath(name)
        if name.startswith("media/") and name.count("/") == 1 and not path.name.startswith("."):
            return
        if len(path.parts) == 1 and path.suffix.casefold() == ".md" and path.stem.casefold() != "readme":
            self.note(name, "K119b", text=name, name=name)
        else:
            self.note(name, "K118", text=name)

    # Texts

    def text(self, name: str) -> str | None:
        """Return the text of a file, None where it is not UTF-8."""
        content = self.files[name]
        try:
            return content.decode("utf-8")
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            shown = content[error.start : error.start + 20].decode("utf-8", "replace")
            self.note(name, "K100a", line=line, text=shown)
            return None

    def read_page(self) -> CourseReading | None:
        if COURSE_FILE not in self.files:
            self.note(COURSE_FILE, "K120a")
            return None
        text = self.text(COURSE_FILE)
        if text is None:
            return None
        reading = read_course_page(text, slug=self.slug)
        self.reports[COURSE_FILE] = reading.report
        self.headings[COURSE_FILE] = {heading.anchor for heading in reading.headings}
        return reading

    def read_module(self, name: str, pass_mark: int) -> None:
        text = self.text(name)
        if text is None:
            return
        reading = read_module(name, text, pass_mark=pass_mark, today=self.today)
        self.reports[name] = reading.report
        if reading.document is not None:
            self.modules[name] = reading.document
            self.headings[name] = {heading.anchor for heading in reading.document.headings}

    def read_media(self) -> tuple[MediaFile, ...]:
        pictures = []
        for name in sorted(self.files):
            if not name.startswith("media/") or name.count("/") != 1 or name.startswith("media/."):
                continue
            content = self.files[name]
            for code, _ in media.check(name, content):
                self.note(name, code, text=name)
            digest = hashlib.sha256(content).hexdigest()
            pictures.append(MediaFile(name, content, media.media_type(name) or "", digest))
        return tuple(pictures)

    # Across files

    def check_ids(self) -> None:
        seen: dict[str, tuple[str, int]] = {}
        for name, report in self.reports.items():
            for item_id, line in report.references.ids:
                if item_id in seen:
                    file, other = seen[item_id]
                    place = (
                        phrase("baris {line}", line=other)
                        if file == name
                        else phrase("{file} baris {line}", file=file, line=other)
                    )
                    report.add(line, "K80", id=item_id, other=place)
                seen.setdefault(item_id, (name, line))

    def check_objectives(self, document: CourseDocument | None) -> None:
        """Note objectives of modules and tests that the course does not have."""
        page = self.reports.get(COURSE_FILE)
        if document is None or page is None or not self.is_readable(page):
            return
        known = {slug for slug, _ in page.references.objectives}
        for name, report in self.reports.items():
            if name == COURSE_FILE:
                continue
            for slug, line in report.references.objectives:
                if slug not in known:
                    report.add(line, "K101l", value=slug, hint=hint(slug, known, limit=3))
            for slug, line in report.references.question_objectives:
                if slug not in known:
                    report.add(
                        line, "K94a", value=slug, where=phrase("kursus"), hint=hint(slug, known, limit=3)
                    )

    def is_readable(self, page: Report) -> bool:
        """Say whether the objectives of the course could be read at all."""
        return not any(found.code in _HIDING for found in page.problems) and not any(
            found.code == "K101j" and "tujuan" in found.message for found in page.problems
        )

    def check_targets(self) -> None:
        known = set(self.files)
        for name, report in self.reports.items():
            references = report.references
            if not references.whole:
                continue
            for target, line in references.images:
                if not (target.startswith("media/") and target in known):
                    report.add(line, "K95a", target=target)
            for target, line in references.links:
                self.check_link(name, report, target, line)
            for target, line in references.rereads:
                self.check_reread(name, report, target, line)

    def check_link(self, name: str, report: Report, target: str, line: int) -> None:
        if target.startswith("media/"):
            if target.partition("#")[0] not in self.files:
                report.add(line, "K115", target=target, hint=hint(target, self.files, limit=3))
            return
        file, _, anchor = target.partition("#")
        file = file or name
        if file not in (*self.modules, COURSE_FILE) or (file not in self.files):
            if file in self.reports or (file in self.files and file in (*_TESTS, COURSE_FILE)):
                return
            texts = [known for known in self.files if known.endswith(".md")]
            report.add(line, "K115", target=target, hint=hint(file, texts, limit=3))
        elif anchor and not self.has_heading(file, anchor):
            anchors = self.headings.get(file, ())
            report.add(line, "K115", target=target, hint=hint(anchor, anchors, limit=3))

    def has_heading(self, file: str, anchor: str) -> bool:
        """Say whether *file* has the heading, or cannot be read to its end and might have it."""
        report = self.reports.get(file)
        if report is None or not report.references.whole:
            return True
        return anchor in self.headings.get(file, ())

    def check_reread(self, name: str, report: Report, target: str, line: int) -> None:
        slug, mark, anchor = target.partition("#")
        form = phrase("#judul-bagian") if name not in _TESTS else phrase("modul#judul-bagian")
        by_slug = {module.slug: file for file, module in self.modules.items() if file not in _TESTS}
        file = by_slug.get(slug) if slug else name
        if not mark or not anchor or file is None:
            report.add(line, "K114", value=target, hint=hint(slug, by_slug, limit=3), form=form)
        elif not self.has_heading(file, anchor):
            anchors = self.headings.get(file, ())
            report.add(line, "K114", value=target, hint=hint(anchor, anchors, limit=3), form=form)

    def check_course(self, page: CourseReading | None) -> None:
        """Note what only the whole course shows: what its certificate needs, and its neighbours."""
        if page is None or page.document is None:
            return
        report, document = page.report, page.document
        known = self.known_courses
        for slug, line in report.references.prerequisites if known is not None else ():
            if known is not None and slug not in known:
                report.add(line, "K121", value=slug)
        if any(found.code in _HIDING for found in report.problems):
            return
        has_posttest = POSTTEST_FILE in self.files
        requires = has_posttest or any(
            module.required for module in self.modules.values() if module.kind is ModuleKind.MODULE
        )
        unread = any(name not in self.modules for name in self.text_names())
        if document.certificate and not requires and not unread:
            report.add(1, "K122a", text="")
        elif document.certificate and document.valid_months and not has_posttest:
            report.add(1, "K122b", text="")


#: After these nothing is known of what the front matter says.
_HIDING = frozenset({"K101a", "K101b", "K101c", "K101d", "K101e", "K101f", "K101k"})


# Folders and packages


def _find(path: Path) -> _Found:
    real = path.resolve()
    if real.is_dir():
        return _read_folder(real)
    with real.open("rb") as stream:
        return _read_package(real, stream)


def _read_folder(folder: Path) -> _Found:
    found = _Found(folder.name, neighbours=_courses_beside(folder))
    size = 0
    for name, content in _walk(folder, found):
        if content is None:
            found.problems.append(problem(name, 1, "K119e", text=name, name=name))
            continue
        size += len(content)
        if size > MAX_UNPACKED or len(found.files) >= MAX_FILES:
            found.problems.append(problem(COURSE_FILE, 1, "K102f"))
            break
        found.files[name] = content
    return found


def _courses_beside(folder: Path) -> frozenset[str]:
    try:
        return frozenset(
            entry.name for entry in os.scandir(folder.parent) if (Path(entry.path) / COURSE_FILE).is_file()
        )
    except OSError:
        return frozenset()


def _walk(folder: Path, found: _Found) -> Iterator[tuple[str, bytes | None]]:
    """Yield names and contents of the files of the course; other folders are named and not entered.

    Folders are held open while they are read, so that none can be exchanged for a link in between.
    """
    with _opened(folder) as top:
        for name, is_folder in _entries(top):
            if not is_folder:
                if name != RELEASE_FILE:
                    yield name, _read_file(name, top)
            elif name == "media":
                with _opened(name, within=top) as media_folder:
                    for inner, is_inner_folder in _entries(media_folder):
                        path = f"media/{inner}"
                        if is_inner_folder:
                            found.problems.append(problem(path, 1, "K118", text=path))
                        else:
                            yield path, _read_file(inner, media_folder)
            else:
                found.problems.append(problem(name, 1, "K118", text=name))


@contextmanager
def _opened(folder: Path | str, within: int | None = None) -> Iterator[int]:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=within)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _entries(folder: int) -> list[tuple[str, bool]]:
    """Return what *folder* holds, and whether each is a folder itself."""
    with os.scandir(folder) as entries:
        return sorted((_shown(entry.name), entry.is_dir(follow_symlinks=False)) for entry in entries)


def _shown(name: str) -> str:
    """Return *name* as text that can be printed, whatever bytes the file system gave."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _read_file(name: str, folder: int) -> bytes | None:
    """Read an ordinary file; None for a link, a pipe, a device or one that cannot be opened."""
    try:
        descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    except OSError:
        return None
    with os.fdopen(descriptor, "rb") as stream:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return None
        return stream.read(MAX_UNPACKED + 1)


def _read_package(path: Path, stream: BinaryIO) -> _Found:
    found = _Found(path.stem)
    if os.fstat(stream.fileno()).st_size > MAX_PACKED:
        found.problems.append(problem(COURSE_FILE, 1, "K102f"))
        return found
    try:
        with zipfile.ZipFile(stream) as package:
            _unpack(package, found)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        found.problems.append(problem(COURSE_FILE, 1, "K120b", text=type(error).__name__))
    return found


def _unpack(package: zipfile.ZipFile, found: _Found) -> None:
    entries = [entry for entry in package.infolist() if not entry.is_dir()]
    if len(entries) > MAX_FILES or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        found.problems.append(problem(COURSE_FILE, 1, "K102f"))
        return
    prefix = _common_folder([entry.filename for entry in entries])
    if prefix:
        found.slug = prefix
    size = 0
    for entry in entries:
        name = entry.filename[len(prefix) + 1 :] if prefix else entry.filename
        if not _may_unpack(entry, name):
            found.problems.append(problem(entry.filename, 1, "K119e", text=name, name=entry.filename))
            continue
        with package.open(entry) as stream:
            content = stream.read(MAX_UNPACKED - size + 1)
        size += len(content)
        if size > MAX_UNPACKED:
            found.problems.append(problem(COURSE_FILE, 1, "K102f"))
            return
        if name in found.files:
            found.problems.append(problem(name, 1, "K119d", text=name, other=name))
        elif name != RELEASE_FILE:
            found.files[name] = content


def _common_folder(names: list[str]) -> str:
    """Return the one folder that holds every file of the package, empty where there is none."""
    folders = {name.partition("/")[0] for name in names if "/" in name}
    if len(folders) == 1 and all("/" in name for name in names):
        folder = folders.pop()
        return folder if folder not in ("", ".", "..", "media") else ""
    return ""


def _may_unpack(entry: zipfile.ZipInfo, name: str) -> bool:
    mode = entry.external_attr >> 16
    parts = name.split("/")
    return (
        not (stat.S_IFMT(mode) and not stat.S_ISREG(mode))
        and "\\" not in name
        and "\0" not in name
        and not re.match(r"[A-Za-z]:", name)
        and all(part not in ("", ".", "..") for part in parts)
        and PurePosixPath(name).suffix.casefold() not in _EXECUTABLE
    )
