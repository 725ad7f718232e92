"""Two authors side by side: what git merges by itself, and what is said otherwise."""

import shutil
import subprocess

import pytest
from copies import CHAPTER, chapter_of, edit_cell

from tools import contents, new, notebooks

ME = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
MARKS = f"{7 * '<'} HEAD\nours\n{7 * '='}\ntheirs\n{7 * '>'} theirs\n"


def git(root, *arguments: str) -> subprocess.CompletedProcess:
    command = ["git", *ME, *arguments]
    return subprocess.run(command, cwd=root, capture_output=True, text=True)


@pytest.fixture
def repository(book):
    """Return a copy under git, with the repository's rules for merging."""
    shutil.copy(notebooks.ROOT / ".gitattributes", book)
    (book / "book" / "runs.txt").write_text(f"{CHAPTER} 0 5\n", "utf8")
    git(book, "init", "--quiet", "--initial-branch", "main")
    commit(book)
    return book


def commit(root) -> None:
    git(root, "add", "--all")
    done = git(root, "commit", "--quiet", "--message", "Change something")
    assert done.returncode == 0, done.stdout + done.stderr


def merge(root, ours, theirs) -> None:
    """Let two branches change the same tree, and merge them by plain git."""
    for branch, change in (("theirs", theirs), ("ours", ours)):
        git(root, "switch", "--quiet", "--create", branch, "main")
        change()
        commit(root)
    done = git(root, "merge", "--no-edit", "theirs")
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("experiments/one", "experiments/two"),
        ("experiments/one", "demo/two"),
        ("fresh/one", "fresh/two"),
        ("fresh/one", "third/two"),
        ("experiments/one", "fresh/two"),
    ],
)
def test_two_chapters_begun_side_by_side_merge(repository, ours, theirs):
    before = contents.pages(repository)
    merge(
        repository,
        lambda: new.main(ours, repository),
        lambda: new.main(theirs, repository),
    )
    listed = contents.pages(repository)
    assert sorted(listed) == sorted([*before, f"book/{ours}", f"book/{theirs}"])
    assert [page for page in listed if page in before] == before
    assert notebooks.find(ours, repository) and notebooks.find(theirs, repository)


def change(root, cell: str, old: str, text: str, run: str) -> None:
    """Edit a cell with what it shows, as running the chapter again would."""
    edit_cell(root, cell, old, text)
    path = chapter_of(root)
    notebook = notebooks.read(path)
    for output in next(c for c in notebook.cells if c.id == cell).get("outputs", []):
        output.data["text/plain"] = text
    notebooks.tidy(notebook)
    notebooks.write(path, notebook)
    (root / "book" / "runs.txt").write_text(f"{CHAPTER} {run} 5\n", "utf8")


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (("question", "Begin", "Start"), ("remember", "Three", "Four")),
        (("toy", "2, 6", "2, 9"), ("own-start", "N = 4", "N = 5")),
        (("toy", "2, 6", "2, 9"), ("remember", "Three", "Four")),
    ],
)
def test_distant_edits_of_one_chapter_merge(repository, ours, theirs):
    merge(
        repository,
        lambda: change(repository, *ours, "a1"),
        lambda: change(repository, *theirs, "b2"),
    )
    cells = {c.id: c.source for c in notebooks.read(chapter_of(repository)).cells}
    for cell, _, text in (ours, theirs):
        assert text in cells[cell]
    runs = (repository / "book" / "runs.txt").read_text("utf8").splitlines()
    assert sorted(runs) == [f"{CHAPTER} a1 5", f"{CHAPTER} b2 5"]


FILES = ["_toc.yml", "_config.yml", "book/index.md", "book/references.bib"]
FILES += [f"book/{CHAPTER}{end}" for end in (".ipynb", ".yml", ".exercises.py")]


@pytest.mark.parametrize("file", FILES)
def test_a_merge_that_is_not_finished_is_named(book, file, monkeypatch):
    path = book / file
    first, rest = path.read_text("utf8").split("\n", 1)
    path.write_text(f"{first}\n{MARKS}{rest}", "utf8")
    monkeypatch.chdir(book)
    readers = [contents.pages, notebooks.chapters, lambda root: new.main("a/b", root)]
    if path == chapter_of(book):
        readers.append(lambda _: notebooks.read(path))
    for read in readers:
        with pytest.raises(SystemExit, match=f"^{file}, line 2: conflict marks"):
            read(book)


def test_a_copy_that_jupyter_keeps_may_hold_them(book):
    kept = book / "book" / "demo" / ".ipynb_checkpoints" / "old-checkpoint.ipynb"
    kept.parent.mkdir()
    kept.write_text(MARKS, "utf8")
    assert contents.pages(book)


def test_prose_about_such_marks_is_no_conflict(book):
    edit_cell(book, "remember", "Three", MARKS)
    assert MARKS in notebooks.read(chapter_of(book)).cells[-1].source
    assert contents.pages(book)
