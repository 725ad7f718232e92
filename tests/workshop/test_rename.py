"""Chapters that are renamed, moved to another part or removed."""

import copies
import pytest
import yaml
from copies import CHAPTER, SLUG, edit
from test_together import snapshot

from tools import contents, new, notebooks, remove, rename

LINKS = """# Neighbor

{doc}`HERE`, {doc}`words <HERE>`, [words](HERE.ipynb), [words](HERE.ipynb#a-heading),
[](HERE.md), <project:HERE.ipynb>, [words][definition], {doc}`/book/FULL`,
<a href="HERE.html#claim-x">words</a>, {eq}`hello-chapter-variance`, {term}`mean`,
{numref}`fig-hello-chapter-spread`, [words](https://example.org/hello-chapter).
The words hello-chapter and old-hello-chapter.ipynb stay.

:::{card} A card
:link: HERE
:link-type: doc
:::

[definition]: HERE.ipynb
"""


def neighbor(here: str, full: str) -> str:
    return LINKS.replace("HERE", here).replace("FULL", full)


@pytest.fixture
def book(book):
    """Let other pages of the copy name the chapter, in every way there is."""
    (book / "book" / "demo" / "beside.md").write_text(neighbor(SLUG, CHAPTER), "utf8")
    (book / "book" / "above.md").write_text(neighbor(CHAPTER, CHAPTER), "utf8")
    (book / "book" / "runs.txt").write_text(f"{CHAPTER} abc 5\nx/y def 6\n", "utf8")
    (book / "tests" / "test_it.py").write_text(f'NAME = "{CHAPTER}"\n', "utf8")
    edit(
        book,
        f"book/{CHAPTER}.ipynb",
        "Three sentences.",
        "[a](beside.md), [b](../x.md)",
    )
    return book


@pytest.mark.parametrize(
    ("to", "beside", "own"),
    [
        ("demo/bye", "bye", "beside.md"),
        ("other/bye", "../other/bye", "../demo/beside.md"),
    ],
)
def test_what_names_a_chapter_follows(book, to, beside, own):
    old = [path.read_text("utf8") for path in rename.siblings(CHAPTER, book)]
    labels = old[0].count("hello-chapter-variance")
    assert rename.main(CHAPTER, to, book) == book / "book" / f"{to}.ipynb"
    texts = {p: p.read_text("utf8") for p in snapshot(book) if p.suffix in rename.TEXTS}
    assert not any(path.exists() for path in rename.siblings(CHAPTER, book))
    notebook, *others = (texts[path] for path in rename.siblings(to, book))
    assert len(others) == 3 and others == old[1:], "ids of claims and labels stay"
    assert notebook.count("hello-chapter-variance") == labels > 0
    assert 'exercises.check(\\"bye/standard-error' in notebook
    assert "Exercise bye/standard-error: " in notebook
    assert f"{SLUG}/" not in notebook and f"[a]({own}), [b](../x.md)" in notebook
    assert texts[book / "book" / "demo" / "beside.md"] == neighbor(beside, to)
    assert texts[book / "book" / "above.md"] == neighbor(to, to)
    assert texts[book / "book" / "runs.txt"] == f"{to} abc 5\nx/y def 6\n"
    assert texts[book / "tests" / "test_it.py"] == f'NAME = "{to}"\n'
    assert f"book/{to}" in contents.pages(book)
    assert f"book/{CHAPTER}" not in contents.pages(book)
    assert texts[book / "book" / "moved.yml"].endswith(f"\n{CHAPTER}: {to}\n")


def test_a_chapter_keeps_its_title_in_the_contents_of_another_part(book):
    new.main("third/one", book)
    entry = f"      - file: book/{CHAPTER}\n"
    edit(book, "_toc.yml", entry, f"{entry}        title: Hello\n")
    rename.main(CHAPTER, "third/two", book)
    text = (book / "_toc.yml").read_text("utf8")
    entry = "      - file: book/third/two\n        title: Hello\n"
    assert f"book/third/one\n{entry}" in text
    assert "Demo" not in text, "the part has no chapter left"


def test_a_removed_chapter_is_remembered_with_what_others_refer_to(book):
    left = remove.main(CHAPTER, book)
    assert not any(path.exists() for path in rename.siblings(CHAPTER, book))
    assert f"book/{CHAPTER}" not in contents.pages(book)
    gone = yaml.safe_load((book / "book" / "moved.yml").read_text("utf8"))
    referred = ("hello-chapter-variance", "fig-hello-chapter-spread")
    assert gone == dict.fromkeys([CHAPTER, *referred])
    assert (book / "book" / "runs.txt").read_text("utf8") == "x/y def 6\n"
    names = {path.name for path in left}
    assert names == {"above.md", "beside.md", "test_it.py"}


@pytest.mark.parametrize("tool", ["rename", "remove"])
def test_a_refusal_changes_nothing(book, tool):
    entry = f"      - file: book/{CHAPTER}\n"
    below = "        sections:\n          - file: book/demo/beside\n"
    edit(book, "_toc.yml", entry, f"{entry}{below}")
    before = snapshot(book)
    to = ["other/bye"] if tool == "rename" else []
    refusals = {CHAPTER: "shares its entry", "demo/none": "no chapter 'demo/none'"}
    for chapter, said in refusals.items():
        done = copies.python(book, "-m", f"tools.{tool}", chapter, *to)
        assert done.returncode == 1 and said in done.output, done.output
        assert "Traceback" not in done.output
    assert snapshot(book) == before


def test_a_name_that_is_taken_is_refused(book):
    new.main("third/one", book)
    before = snapshot(book)
    for to in ("third/one", "demo/one", CHAPTER, "demo/beside", "Demo/x", ""):
        with pytest.raises(SystemExit, match="has that name|part/slug"):
            rename.main(CHAPTER, to, book)
    assert snapshot(book) == before
    assert rename.main(CHAPTER, f"third/{SLUG}", book).is_file(), "its own slug is free"
    assert notebooks.find(f"third/{SLUG}", book)
