"""Sites of a few chapters: what refers to the others becomes text, or a link."""

import html
import json
import re
import shutil

import copies
import pytest
from copies import CHAPTER, edit

from tools import notebooks

PAGES = """format: jb-book
root: book/start
chapters:
- file: book/demo/hello-chapter
- file: book/two/now
"""
MOVED = """\
one/first: one/before
one/before: two/now
demo/now-away: demo/away
demo/gone: null
gone-sum: null
"""
AWAY = "https://example.org/book/demo/away.html"
WILSON = "https://example.org/book/references.html#wilson1927"
BOX = "https://example.org/book/glossary.html#term-anchor-box"
REFERENCES = {  # what is written in book/demo: what is to be read, where it leads
    "{doc}`away`": ("Away", AWAY),
    "{doc}`words <away>`": ("words", AWAY),
    "{doc}`/book/demo/away`": ("Away", AWAY),
    "[**bold** words](away.ipynb)": ("bold words", AWAY),
    "[](away.ipynb)": ("Away", AWAY),
    "[words](away.ipynb#exercises)": ("words", f"{AWAY}#exercises"),
    "{ref}`away-section`": ("Away", f"{AWAY}#away-section"),
    "{ref}`words <away-section>`": ("words", f"{AWAY}#away-section"),
    "[words](#away-section)": ("words", f"{AWAY}#away-section"),
    "{eq}`away-variance`": ("(Away)", f"{AWAY}#equation-away-variance"),
    "{numref}`fig-away-spread`": ("Away", f"{AWAY}#fig-away-spread"),
    "{numref}`Picture %s <fig-away-spread>`": ("Away", f"{AWAY}#fig-away-spread"),
    "{doc}`now-away`": ("Away", AWAY),
    "{term}`Boxes <anchor box>`": ("Boxes", BOX),
    "{term}`anchor box`": ("anchor box", BOX),
    "{cite:p}`wilson1927`": ("wilson1927", WILSON),
    "[words](../how-it-works.md)": (
        "words",
        "https://example.org/book/how-it-works.html",
    ),
    "{doc}`gone`": ("gone", None),
    "[words](gone.ipynb#x)": ("words", None),
    "{eq}`gone-sum`": ("gone-sum", None),
    "{doc}`../two/now`": ("Now", "../two/now.html"),
    "{doc}`../one/before`": ("Now", "../two/now.html"),
    "{doc}`words <../one/first>`": ("words", "../two/now.html"),
    "[words](../one/before.ipynb)": ("words", "../two/now.html"),
}
UNKNOWN = {  # what is warned about
    "{doc}`nowhere`": "unknown document: 'nowhere'",
    "[words](nowhere.ipynb)": "target not found: 'nowhere.ipynb'",
    "{ref}`no-section`": "undefined label: 'no-section'",
    "{eq}`no-sum`": "equation not found: no-sum",
    "{numref}`fig-none`": "undefined label: 'fig-none'",
    "{term}`no term`": "term not in glossary: 'no term'",
    "{cite}`nobody2020`": 'could not find bibtex key "nobody2020"',
    "[words](#no-place)": "target not found: 'no-place'",
    "[words](/book/two/now.md#no-place)": "local id not found in doc 'book/two/now'",
    "[words](no-file.txt)": "target not found: 'no-file.txt'",
    "[words](../../src/none.py)": "the repository has no src/none.py",
    "![words](no-picture.png)": "image file not readable: book/demo/no-picture.png",
}
CARD = """
:::{card} Card
:link: away
:link-type: doc
:::
"""


@pytest.fixture(scope="module")
def course(sound, tmp_path_factory):
    """Return a copy with a chapter, one like it that is not listed, and a moved one."""
    root = tmp_path_factory.mktemp("absent") / "course"
    shutil.copytree(sound, root)
    vendor = notebooks.ROOT / "book" / "_static" / "vendor"
    shutil.copytree(vendor, root / "book" / "_static" / "vendor")
    for ending in (".ipynb", ".yml", ".exercises.py"):
        text = (root / "book" / f"{CHAPTER}{ending}").read_text("utf8")
        changes = {"hello-chapter": "away", "Hello chapter": "Away", '"draft"': '"x"'}
        for old, new in changes.items():
            text = text.replace(old, new)
        (root / "book" / "demo" / f"away{ending}").write_text(text, "utf8")
    edit(root, "book/demo/away.ipynb", "## 1. A", "(away-section)=\\n## 1. A")
    (root / "book" / "two").mkdir()
    (root / "book" / "two" / "now.md").write_text("# Now\n\nHere.\n", "utf8")
    (root / "book" / "start.md").write_text("# Start\n\nHere.\n", "utf8")
    (root / "book" / "moved.yml").write_text(MOVED, "utf8")
    (root / "_toc.yml").write_text(PAGES, "utf8")
    said = [f"{k}: {text}." for k, text in enumerate(REFERENCES)]
    add_prose(root, *said, CARD)
    return root


def add_prose(root, *paragraphs: str) -> None:
    """Write more paragraphs into the last cell of the chapter."""
    path = root / "book" / f"{CHAPTER}.ipynb"
    notebook = notebooks.read(path)
    notebook.cells[-1].source += "\n\n" + "\n\n".join(paragraphs)
    notebooks.write(path, notebook)


def build(root, *, fails: bool = False) -> str:
    """Build the site and return what was said."""
    done = copies.python(root, "-m", "tools.site")
    assert done.returncode == fails, done.output
    return done.output


def page(root, name: str = CHAPTER) -> str:
    return (root / "_build" / "html" / "book" / f"{name}.html").read_text("utf8")


def shown(text: str) -> list[tuple[str, str | None]]:
    """Return what each reference reads and where it leads."""
    found = []
    for k in range(len(REFERENCES)):
        paragraph = re.search(rf"<p>{k}: (.*?)\.</p>", text, re.DOTALL)[1]
        link = re.search(r'href="([^"]*)"', paragraph)
        words = html.unescape(re.sub(r"<[^>]+>", "", paragraph))
        found.append((words, link and link[1]))
    return found


def test_references_to_what_is_not_there_become_text(course):
    build(course)
    text = page(course)
    there = [
        (words, link if link and link.startswith("..") else None)
        for words, link in REFERENCES.values()
    ]
    assert shown(text) == there
    assert "In the ledger" not in text, "the ledger is not in the contents"
    assert not (course / "_build" / "html" / "_downloads").exists()
    links = re.findall(r'href="((?!https?:|#)[^"#?]+)', text)
    folder = course / "_build" / "html" / "book" / "demo"
    assert [link for link in links if not (folder / link).exists()] == []


@pytest.mark.parametrize("name", ["one/first", "one/before"])
def test_a_former_address_leads_to_the_chapter(course, name):
    text = page(course, name)
    assert 'content="1; url=../two/now.html"' in text
    assert '<a href="../two/now.html">Now</a>' in text
    for other in ("demo/gone", "demo/now-away"):
        assert not (course / "_build/html/book" / f"{other}.html").exists()


def test_with_an_address_they_become_links(course):
    edit(
        course,
        "_config.yml",
        'published_book: ""',
        "published_book: https://example.org/",
    )
    glossary = "- file: book/ledger\n- file: book/experiments/replications\n"
    (course / "_toc.yml").write_text(PAGES + glossary, "utf8")
    build(course)
    assert shown(page(course)) == list(REFERENCES.values())
    assert f'href="{AWAY}"' in page(course).partition("sd-card-title")[2]
    assert "../ledger.html#hello-chapter-first-claim" in page(course)
    ledger = json.loads((course / "_build" / "html" / "claims.json").read_text("utf8"))
    assert [claim["id"] for claim in ledger] == ["hello-chapter-first-claim"]
    assert "away-first-claim" not in page(course, "ledger")


def test_what_is_unknown_stays_an_error_and_check_finds_it_too(course):
    edit(course, "book/two/now.md", "Here.", "(since-then)=\n## Later\n\nHere.")
    add_prose(course, "See {ref}`since-then`, a label made after the site was.")
    assert references(course) == ""
    add_prose(course, *UNKNOWN)
    kept = course / "book" / "demo" / ".ipynb_checkpoints" / "old-checkpoint.md"
    kept.parent.mkdir()
    kept.write_text("(no-section)=\n# Once", "utf8")  # which Jupyter keeps by itself
    said = references(course)
    for text in UNKNOWN.values():
        assert text in said
    place = f'book/{CHAPTER}.ipynb, the cell "What to remember", line '
    lines = said.splitlines()
    assert len(lines) == len(UNKNOWN) and all(x.startswith(place) for x in lines), said
    cell = notebooks.read(notebooks.find(CHAPTER, course)).cells[-1].source.splitlines()
    for line in lines:
        number, _, what = line.removeprefix(place).partition(": ")
        written = [x for x, warning in UNKNOWN.items() if warning in what]
        assert cell[int(number) - 1] in written, line
    built = build(course, fails=True).partition("The site has warnings:\n")[2]
    assert sorted(built.splitlines()) == sorted(lines)
    assert "not built: make book" in references(course)


def references(root) -> str:
    """Return what is said of the chapter's references."""
    done = copies.python(root, "-m", "tools.references", CHAPTER)
    assert done.returncode == ("line" in done.output), done.output
    return done.output
