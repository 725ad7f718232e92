"""What a course keeps of the book: pages, exercises, methods, tests, by rule."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from evidence.replications import Replication
from tools import contents, notebooks
from tools.elsewhere import Elsewhere
from tools.fingerprint import as_python, parse, reached

sys.path.append(str(notebooks.ROOT / "book" / "_ext"))
import needs
from bookext import syllabus

METHODS = "src/evidence/methods/"


@dataclass(frozen=True)
class Course:
    """Chosen chapters of a book.

    Parameters
    ----------
    root : pathlib.Path
        The repository of the whole book.
    chapters : tuple of str
        What is chosen, as ``part/slug``, in the order of the contents.
    title : str
        What the course is called.
    published : str
        The web address at which the whole book can be read, or ``""``.
    """

    root: Path
    chapters: tuple[str, ...]
    title: str
    published: str = ""

    @cached_property
    def absent(self) -> dict[str, Elsewhere]:
        """The pages that are left out, as ``book/part/slug``.

        These are the other chapters, and the pages made of chapters of which none is
        chosen.
        """
        files = sorted(self.root.glob("book/[!_.]*/*.ipynb"))
        others = [f"book/{notebooks.name_of(path, self.root)}" for path in files]
        pages = dict.fromkeys([*contents.pages(self.root), *others])
        return {
            page: Elsewhere(self.title_of(page), self._address(page))
            for page in pages
            if page.removeprefix("book/") not in self.chapters
            and not self._stands_alone(page)
        }

    def _stands_alone(self, page: str) -> bool:
        """Whether a page is no chapter, and shows nothing of those left out."""
        path = self.root / f"{page}.md"
        if not path.is_file():
            return False
        text = contents.text_of(path)
        shown = re.findall(r"\{stored\} (\S+)", text)
        if "{syllabus}" in text:
            weeks = syllabus.read(self.root / "book" / "syllabus.yml")["weeks"]
            shown += [name for week in weeks for name in syllabus.chapters(week)]
        recorded = "{replications}" not in text or any(
            Replication.mime in contents.text_of(self.path_of(chapter))
            for chapter in self.chapters
        )
        return recorded and {*shown} <= {*self.chapters}

    def _address(self, page: str) -> str:
        path = self.root / f"{page}.ipynb"
        draft = path.is_file() and "draft" in notebooks.tags_of(self._notebook(path))
        return f"{self.published}/{page}.html" if self.published and not draft else ""

    def path_of(self, chapter: str) -> Path:
        """Return the notebook of a chapter."""
        return self.root / "book" / f"{chapter}.ipynb"

    @cached_property
    def _notebook(self) -> Callable:
        return cache(notebooks.read)

    def _prose(self, chapter: str) -> list[str]:
        cells = self._notebook(self.path_of(chapter)).cells
        return [cell.source for cell in cells if cell.cell_type == "markdown"]

    def title_of(self, page: str) -> str:
        """Return the title of a page, or its name if it has none."""
        if (path := self.root / f"{page}.md").is_file():
            text = contents.text_of(path)
        else:
            text = "\n".join(self._prose(page.removeprefix("book/")))
        title = re.search(r"^# (.+)", text, re.MULTILINE)
        return title[1].strip() if title else page.rpartition("/")[2]

    def question_of(self, chapter: str) -> str:
        """Return what a chapter asks under its title, or ``""``."""
        title = "".join(self._prose(chapter)[:1])
        question = re.search(r"^\*\*([^*]+)\*\*$", title, re.MULTILINE)
        return question[1] if question else ""

    def needs(self, chapter: str) -> list[Elsewhere]:
        """Return the chapters left out that one links where it says what it needs."""
        cells = self._notebook(self.path_of(chapter)).cells
        return self._left_out(f"book/{page}" for page in needs.of(cells, chapter))

    def asks_again(self, chapter: str) -> list[Elsewhere]:
        """Return the chapters left out of whose questions one asks some again."""
        files = recalled(self.code_of(chapter), self.root)
        names = (path.relative_to(self.root).as_posix() for path in files)
        return self._left_out(name.partition(".")[0] for name in names)

    def _left_out(self, pages: Iterable[str]) -> list[Elsewhere]:
        wanted = {*pages}
        return [there for page, there in self.absent.items() if page in wanted]

    def code_of(self, chapter: str) -> str:
        """Return the code of a chapter and of its exercises."""
        cells = notebooks.code_cells(self._notebook(self.path_of(chapter)))
        exercises = notebooks.exercises_of(chapter, self.root)
        own = [contents.text_of(exercises)] if exercises.is_file() else []
        return "\n".join([*(as_python(cell.source) for _, cell in cells), *own])

    @cached_property
    def exercises(self) -> set[Path]:
        """The exercises of chapters left out that a chosen one asks again."""
        return {
            path
            for chapter in self.chapters
            for path in recalled(self.code_of(chapter), self.root)
        }

    @cached_property
    def modules(self) -> set[Path]:
        """The files of ``evidence`` that chapters, exercises and their tests reach."""
        codes = [self.code_of(chapter) for chapter in self.chapters]
        tests = [self.root / test_of(chapter) for chapter in self.chapters]
        others = [*self.exercises, *filter(Path.is_file, tests)]
        codes += [contents.text_of(path) for path in others]
        package = self.root / METHODS / "__init__.py"
        return {package}.union(*(reached(code, self.root) for code in codes))

    def keeps(self, name: str) -> bool:
        """Return whether a file of the repository, by its path in it, comes along."""
        path, folder = self.root / name, name.partition("/")[0]
        if folder == "book":
            page = "/".join([*Path(name).parts[:-1], path.name.partition(".")[0]])
            return page not in self.absent or path in self.exercises
        if name.startswith(METHODS):
            return path in self.modules
        if folder in ("tests", "benchmarks") and path.suffix == ".py":
            return self._keeps_test(name)
        return True

    def _keeps_test(self, name: str) -> bool:
        """Whether all that a test needs is there, and what it is about.

        The file of tests that are about one page is named after it. Those of the
        workshop are about the tools, which are the same here: of them stays what
        others import.
        """
        path = self.root / name
        if name.startswith("tests/workshop/") and path.name.startswith("test_"):
            return False
        if name in map(test_of, self.absent):
            return False
        needed = reached(contents.text_of(path), self.root)
        methods = self.root / METHODS
        return {file for file in needed if methods in file.parents} <= self.modules


def test_of(page: str) -> str:
    """Return the file, if there is one, with the tests about one page alone."""
    slug = page.rpartition("/")[2]
    return f"tests/book/test_{slug.replace('-', '_')}.py"


def recalled(code: str, root: Path) -> Iterator[Path]:
    """Yield the files with the exercises that a chapter's code asks again."""
    for call in ast.walk(parse(code)):
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "exercises.recall":
            names = [a.value for a in call.args if isinstance(a, ast.Constant)]
            for slug in dict.fromkeys(name.partition("/")[0] for name in names):
                yield from root.glob(f"book/[!_.]*/{slug}.exercises.py")
