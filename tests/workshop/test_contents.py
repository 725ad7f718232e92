"""The table of contents: what it lists, and what is said where it is malformed."""

import re

import copies
import pytest
from copies import CHAPTER, chapter_of, edit

from tools import contents, notebooks

CONTENTS = """\
format: jb-book
root: book/index
parts:
  - caption: One
    chapters:
      - file: book/one/a
      - file: book/one/b
        sections:
          - file: book/one/c
  - caption: Two
    chapters:
      - url: https://example.org
        title: Elsewhere
      - file: book/two/d
"""
PAGES = CONTENTS.partition("chapters:\n")[2].partition("  - caption")[0]
MALFORMED = {  # a piece, what stands in its place, the line that is named, the problem
    "a list": (CONTENTS, "- book/one/a", 1, "toc is not a mapping"),
    "a format nobody knows": ("jb-book", "book", 1, "'book'"),
    "no root": ("root:", "rot:", 1, "'root' key not found"),
    "a key nobody knows": ("parts:", "part:", 3, "Unknown keys found: {'part'}"),
    "part without pages": (PAGES, "", 5, "'chapters' not a non-empty list"),
    "another word for pages": ("    chapters", "    pages", 4, "'chapters' key"),
    "page that is a word with pages": ("file: book/one/b", "b", 8, "not YAML, mapping"),
    "page that is a word": ("- file: book/one/a", "- a", 6, "entry not a mapping"),
    "typing mistake": ("file: book/two/d", "fil: book/two/d", 14, "one of"),
    "page that is a number": ("book/one/a", "7", 6, "got 7"),
    "page in a page": ("- file: book/one/c", "- c", 9, "entry not a mapping"),
    "key in a page": ("sections", "section", 8, "Unknown keys found: {'section'}"),
    "caption that is a list": ("One", "[One]", 4, "'caption' must be"),
    "listed twice": ("book/two/d", "book/one/a", 14, "multiple times: 'book/one/a'"),
    "tabulator": (
        "      - file: book/two",
        "\t- file: book/two",
        14,
        "not YAML, found",
    ),
    "colon": ("caption: Two", "caption: Two: too", 10, "not YAML, mapping values"),
    "bracket": ("book/one/a", "[book/one/a", 7, "not YAML, expected ',' or ']'"),
    "nothing": (CONTENTS, "", 1, "toc is not a mapping"),
    "defaults": ("parts:", "defaults: 3\nparts:", 1, "not a mapping"),
}


def write(root, text):
    (root / "_toc.yml").write_text(text, "utf8")
    return root


def test_pages_are_listed_in_order(tmp_path):
    pages = ["index", "one/a", "one/b", "one/c", "two/d"]
    assert contents.pages(write(tmp_path, CONTENTS)) == [f"book/{x}" for x in pages]


def test_the_book_s_contents_are_well_formed():
    listed = contents.pages(notebooks.ROOT)
    text = (notebooks.ROOT / "_toc.yml").read_text("utf8")
    assert listed == re.findall(r"(?:file|root): (\S+)", text)


@pytest.mark.parametrize("what", MALFORMED)
def test_a_malformed_line_is_named_with_what_was_expected(tmp_path, what):
    old, text, line, problem = MALFORMED[what]
    assert old in CONTENTS
    with pytest.raises(SystemExit) as refused:
        contents.pages(write(tmp_path, CONTENTS.replace(old, text, 1)))
    said = str(refused.value)
    assert said.startswith(f"_toc.yml, line {line}: ") and problem in said, said
    assert said.endswith("      - file: book/part/slug")


ODD = """\
# A course.
format: jb-book
root: book/index
parts:
- caption: "正则化"   # keep these quotes
  numbered: true
  chapters:
  - file: book/one/a
    title: >-
      A longer
      title
  # the second
  - {file: book/one/b}

# what is looked up
- caption: Reference
  chapters:
  - file: book/glossary
    title: Terms"""
FLAT = "format: jb-book\nroot: book/i\nchapters:\n- file: book/a/b\n- file: book/c/d\n"
NEW = "- caption: {}\n  chapters:\n  - file: book/{}\n"
ADDED = {  # what is added to what; the line before it and the lines that are new
    "a part that is there": (
        ODD,
        "one/c",
        "{file: book/one/b}",
        "  - file: book/one/c\n",
    ),
    "a new part": (ODD, "two/a", "{file: book/one/b}", NEW.format("Two", "two/a")),
    "a part named by a word of YAML": (
        ODD.replace("Reference", "Index"),
        "null/a",
        "title: Terms",
        NEW.format("'Null'", "null/a"),
    ),
    "something after the parts": (
        f"{ODD}\nmeta: {{}}\n",
        "lookup/a",
        "{file: book/one/b}",
        NEW.format("Lookup", "lookup/a"),
    ),
    "pages in pages": (
        CONTENTS,
        "one/d",
        "file: book/one/c",
        "      - file: book/one/d\n",
    ),
    "no parts, a folder": (FLAT, "a/c", "file: book/a/b", "- file: book/a/c\n"),
    "no parts": (FLAT, "e/f", "file: book/c/d", "- file: book/e/f\n"),
}


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("case", ADDED)
def test_a_chapter_is_added_in_lines_of_its_own(case, ending):
    text, chapter, after, new = ADDED[case]
    expected = text.replace(f"{after}\n", f"{after}\n{new}")
    if expected == text:  # no line ends there, and none does afterwards
        expected = f"{text}\n{new}".removesuffix("\n")
    text, expected = (x.replace("\n", ending) for x in (text, expected))
    assert contents.add(text, chapter) == expected
    assert contents.add(expected, chapter) == expected, "it is listed already"
    assert contents.take_out(expected, chapter)[0] == text


def test_a_chapter_is_taken_out_with_its_title_and_its_empty_part():
    without, entry = contents.take_out(ODD, "one/a")
    title = "    title: >-\n      A longer\n      title\n"
    assert without == ODD.replace(f"  - file: book/one/a\n{title}", "")
    assert entry == ["- file: book/one/a", "  title: >-", "    A longer", "    title"]
    alone = contents.take_out(CONTENTS, "one/c")[0]
    assert alone == CONTENTS.replace(
        "        sections:\n          - file: book/one/c\n", ""
    )
    assert contents.take_out(contents.add(ODD, "two/a"), "two/a")[0] == ODD


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (contents.add, "format: jb-book\nroot: book/index\n"),
        (contents.add, FLAT.replace("\n- file: book/a/b\n- file:", " [{file:") + "}]"),
        (contents.take_out, CONTENTS.replace("one/b", "x/y")),
    ],
    ids=["no chapter yet", "in brackets", "pages below it"],
)
def test_what_cannot_be_changed_by_lines_is_refused(change, text):
    with pytest.raises(SystemExit, match="lists no chapter yet|shares its entry"):
        change(text, "x/y")


@pytest.mark.parametrize("tool", ["check", "format", "new", "run", "site", "student"])
def test_the_tools_refuse_a_malformed_file_and_change_nothing(book, tool):
    edit(book, "_toc.yml", f"- file: book/{CHAPTER}", f"- book/{CHAPTER}")
    lines = (book / "_toc.yml").read_text("utf8").splitlines()
    number = lines.index(f"      - book/{CHAPTER}") + 1
    before = chapter_of(book).read_bytes()
    named = [] if tool in ("run", "site", "student") else [CHAPTER]
    done = copies.python(book, "-m", f"tools.{tool}", *named)
    said = done.output.removeprefix("Building the site ...\n")
    assert said.startswith(f"_toc.yml, line {number}: entry not a mapping"), said
    assert done.returncode == 1 and "Traceback" not in said
    assert chapter_of(book).read_bytes() == before
