"""Code and notebooks are brought into the one form."""

import json

import copies
from copies import CHAPTER, SLUG, chapter_of
from nbformat.sign import NotebookNotary

from tools import new, notebooks


def untidy(path):
    """Write a file as nobody would, and return how it was and how it is."""
    before = path.read_text("utf8")
    if path.suffix == ".ipynb":
        path.write_text(json.dumps(json.loads(before)), "utf8")
    else:
        path.write_text(before.replace(" = ", "="), "utf8")
    assert path.read_text("utf8") != before
    return before, path.read_text("utf8")


def test_format_mends_code_and_notebooks_and_names_what_it_cannot(book):
    (book / "benchmarks").mkdir()
    path = chapter_of(book)
    tidy = path.read_text("utf8")
    notebook = notebooks.read(path)
    notebook.metadata["toc"] = {"base": 1}
    toy = next(cell for cell in notebook.cells if cell.id == "toy")
    toy.source = "np.mean( [1,2,6] )"
    path.write_text(json.dumps(notebook), "utf8")
    done = copies.python(book, "-m", "tools.format")
    assert done.returncode == 0 and SLUG not in done.stdout, done.output
    assert path.read_text("utf8") == tidy
    signed = NotebookNotary(data_dir=f"{book}/_build/jupyter").check_signature
    assert signed(notebooks.read(path))
    toy.execution_count = 9
    path.write_text(json.dumps(notebook), "utf8")
    done = copies.python(book, "-m", "tools.format")
    assert f"{CHAPTER}: cell [3] was run in another order: make run" in done.stdout


def test_format_of_a_chapter_leaves_the_others_alone(book):
    new.main("demo/another", book)
    own = [notebooks.find(CHAPTER, book), notebooks.exercises_of(CHAPTER, book)]
    others = [
        notebooks.find("demo/another", book),
        notebooks.exercises_of("demo/another", book),
        book / "tools" / "check.py",
    ]
    tidy = {path: untidy(path)[0] for path in own}
    left = {path: untidy(path)[1] for path in others}
    done = copies.python(book, "-m", "tools.format", CHAPTER)
    assert done.returncode == 0 and not done.output, done.output
    for path, text in (tidy | left).items():
        assert path.read_text("utf8") == text, path
    done = copies.python(book, "-m", "tools.format", "demo/none")
    assert done.returncode == 1 and "no chapter 'demo/none'" in done.output


def test_format_of_a_page_without_exercises(book):
    notebooks.exercises_of(CHAPTER, book).unlink()
    done = copies.python(book, "-m", "tools.format", CHAPTER)
    assert done.returncode == 0 and not done.output, done.output
