"""What the tag of a notebook's first cell makes of it: a draft, a handout."""

import json
import re
import shutil

import copies
import pytest
from copies import CHAPTER, edit
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tools import notebooks

FREE = "demo/free-notes"
PAGES = f"""format: jb-book
root: book/start
chapters:
- file: book/{CHAPTER}
- file: book/{FREE}
- file: book/ledger
"""
PLAIN = "Ein Wort.\n\n---\n\n### Tief"
CODE = """import sys, os
%matplotlib inline
import matplotlib.pyplot as plt
plt.plot([1,2])
sys.stderr.write(str(os.getpid()))"""
ODD = [  # what an ordinary notebook may hold
    new_markdown_cell("## Zwei\n\n# Eins\n\n#### Vier"),
    new_code_cell("!echo $HOME"),
    new_code_cell("%%bash\nfor x in 1 2; do echo $x; done"),
    new_code_cell("1/0", metadata={"tags": ["raises-exception"]}),
    new_code_cell("display({'text/odd': 'a'}, raw=True)"),
    new_code_cell("print( 2+2 )", metadata={"tags": ["compare"]}),
    new_markdown_cell("Ende.\n\n---"),
]


@pytest.fixture(scope="module")
def root(sound, tmp_path_factory):
    """Return a copy with a draft and a handout; nothing tidied the handout by hand."""
    root = tmp_path_factory.mktemp("marks") / "copy"
    shutil.copytree(sound, root)
    vendor = notebooks.ROOT / "book" / "_static" / "vendor"
    shutil.copytree(vendor, root / "book" / "_static" / "vendor")
    start = f"# Start\n\nTo {{doc}}`{CHAPTER}` and {{doc}}`{FREE}`.\n"
    (root / "book" / "start.md").write_text(start, "utf8")
    (root / "_toc.yml").write_text(PAGES, "utf8")
    write(root, new_markdown_cell(PLAIN, metadata={"tags": ["handout"]}))
    done = copies.python(root, "-m", "tools.run", FREE)
    assert done.returncode == 0, done.output
    return root


def write(root, first, *, rest=ODD):
    """Write a notebook as an editor would, without outputs."""
    cells = [first, new_code_cell(CODE), *rest]
    (root / "book" / f"{FREE}.ipynb").write_text(json.dumps(new_notebook(cells=cells)))


def build(root, **variables) -> dict[str, str]:
    """Build the site and return the pages of chapters and notes that it has."""
    done = copies.python(root, "-m", "tools.site", **variables)
    assert done.returncode == 0, done.output
    pages = root / "_build" / "html" / "book"
    return {p.stem: p.read_text("utf8") for p in pages.rglob("*.html")}


def test_a_handout_is_on_the_site_and_a_draft_says_what_it_is(root):
    pages = build(root)
    assert re.findall(r"<h1>([^<]+)", pages["free-notes"])[-1] == "Free notes"
    assert re.findall(r"<h2>([^<]+)<a", pages["free-notes"])[:2] == ["Tief", "Zwei"]
    assert 'alt="A picture without a description."' in pages["free-notes"]
    assert "This chapter is a draft" in pages["hello-chapter"]
    assert "This chapter is a draft" not in pages["free-notes"]
    assert 'class="evidence-read"' in pages["hello-chapter"]
    assert 'class="evidence-read"' not in pages["free-notes"]
    assert 'href="demo/hello-chapter.html"' in pages["start"]


def test_what_is_published_has_no_draft(root):
    edit(root, "_config.yml", 'published_book: ""', "published_book: https://a.b/")
    pages = build(root, DRAFTS="no")
    assert "hello-chapter" not in pages and "free-notes" in pages
    assert "To Hello chapter and <a" in re.sub("</?span[^>]*>", "", pages["start"])
    assert "hello-chapter" not in pages["ledger"]
    edit(root, "_config.yml", "published_book: https://a.b/", 'published_book: ""')
    assert "hello-chapter" in build(root)


def test_an_ordinary_notebook_with_the_tag_passes_all_tests(root):
    done = copies.python(root, "-m", "tools.lint")
    assert done.returncode == 0, done.output
    free = f"book/{FREE}.ipynb"
    done = copies.pytest_in(root, "tests/book/test_chapters.py", "--nbval", free)
    assert done.returncode == 0, done.output
    done = copies.python(root, "-m", "tools.check", FREE)
    assert done.returncode == 0, done.output
    first, *others = done.output.splitlines()
    assert first == (
        "free-notes, a handout, lacks texts for the pictures of cells [1]; the cell "
        "for Colab. None of it must be."
    )
    assert "lacks" not in "".join(others) and " passed" in done.output


def test_of_a_handout_only_what_is_tagged_is_compared(root):
    path = notebooks.find(FREE, root)
    text, notebook = path.read_text("utf8"), notebooks.read(path)
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if "text" in output:
                output["text"] = "another text"
    notebooks.write(path, notebook)
    done = copies.pytest_in(root, "-rf", "--nbval", str(path))
    path.write_text(text, "utf8")
    (compared,) = [
        number
        for number, cell in notebooks.code_cells(notebook)
        if "compare" in cell.metadata.get("tags", [])
    ]
    failed = re.findall(r"^FAILED .*::cell \[(\d+)\]", done.output, re.MULTILINE)
    assert failed == [str(compared)], done.output


def test_without_the_tag_one_message_says_that_there_is_one(root):
    path = notebooks.find(FREE, root)
    text = path.read_text("utf8")
    edit(root, f"book/{FREE}.ipynb", '"handout"', '"hand-out"')
    done = copies.pytest_in(root, "-rf", "tests/book/test_chapters.py")
    path.write_text(text, "utf8")
    failed = re.findall(r"^FAILED \S+::(\S+)", done.output, re.MULTILINE)
    assert failed == ["test_a_notebook_is_a_chapter_or_says_what_else[free-notes]"], (
        done.output
    )
    assert "tag its first cell handout" in done.output


def test_a_handout_may_have_two_cells_and_print_nothing(root):
    path = notebooks.find(FREE, root)
    first = new_markdown_cell("Eins", metadata={"tags": ["handout"]})
    text = path.read_text("utf8")
    write(root, first, rest=[])
    notebook = notebooks.read(path)
    notebook.cells[1].update(source="x = 1", execution_count=1)
    assert notebooks.damage(notebook) == []
    path.write_text(text, "utf8")
