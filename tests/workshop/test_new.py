"""A chapter that is started from the template."""

import re

import copies
import pytest
from copies import CHAPTER, SLUG, chapter_of, edit
from test_together import snapshot

from tools import contents, new, notebooks, rename


def test_a_new_chapter_is_in_the_contents_run_and_fresh(sound):
    text = (sound / "_toc.yml").read_text("utf8")
    assert re.search(
        rf"caption: Demo\n    chapters:\n      - file: book/{CHAPTER}\n", text
    )
    assert text.index("Demo") < text.index("caption: Reference")
    assert notebooks.chapters(sound) == [chapter_of(sound)]
    assert notebooks.problems(chapter_of(sound)) == []
    assert notebooks.stale(chapter_of(sound), sound) is None
    assert "@" not in re.sub(r"evidence @ git\+|@media|@\w+/", "", chapter_text(sound))


def chapter_text(root):
    cells = notebooks.read(chapter_of(root)).cells
    return "\n".join(cell.source for cell in cells)


@pytest.mark.parametrize("chapter", ["3d/3d-boxes", "404/" + "a" * new.LONGEST])
def test_a_new_chapter_s_code_is_in_ruff_s_form(book, chapter):
    new.main(chapter, book)
    files = rename.siblings(chapter, book)
    code = [str(path) for path in files if path.suffix in (".ipynb", ".py")]
    for arguments in (["check"], ["format", "--check"]):
        done = copies.python(book, "-m", "ruff", *arguments, *code)
        assert done.returncode == 0, done.output
    assert f"book/{chapter}" in contents.pages(book)


MALFORMED = ["hello", "Demo/hello", "demo/He", "demo/a_b", "demo/a/b", "demo/-a"]
MALFORMED += ["../a", "my part/a", "_static/a", "demo/a\n", ""]


@pytest.mark.parametrize(
    ("chapter", "reason"),
    [
        *((name, "digits and single hyphens") for name in MALFORMED),
        ("demo/con", "Windows has no files named con"),
        ("lpt1/a", "Windows has no files named lpt1"),
        ("demo/" + "a" * (new.LONGEST + 1), f"the limit is {new.LONGEST}"),
        (CHAPTER, f"book/{CHAPTER}.* has that name"),
        (f"other/{SLUG}", f"book/{CHAPTER}.ipynb has that name"),
        ("experiments/replications", "book/experiments/replications.md has that name"),
    ],
)
def test_a_name_that_will_not_do_is_refused_with_the_reason(sound, chapter, reason):
    before = snapshot(sound)
    with pytest.raises(SystemExit, match=reason):
        new.main(chapter, sound)
    assert snapshot(sound) == before


HARMS = {  # a file, a piece of it, what stands in its place, what is said
    "a malformed line": ("_toc.yml", f"- file: book/{CHAPTER}", "- x", "not a mapping"),
    "contents in braces": (
        "_toc.yml",
        f"      - file: book/{CHAPTER}",
        f"      [{{file: book/{CHAPTER}}}]",
        "shares its entry",
    ),
    "a cell that fails": (
        "tools/template/chapter.ipynb",
        "np.mean([1, 2, 6])",
        "1 / 0",
        "ZeroDivisionError",
    ),
    "a claim that is not YAML": (
        f"book/{CHAPTER}.yml",
        "statement: In",
        "statement: said: In",
        f"book/{CHAPTER}.yml, line 6: not YAML",
    ),
}


@pytest.mark.parametrize("harm", HARMS)
def test_what_fails_leaves_nothing_behind_and_a_second_try_works(book, harm):
    file, old, text, said = HARMS[harm]
    sound_text = (book / file).read_text("utf8")
    edit(book, file, old, text)
    before = snapshot(book)
    done = copies.python(book, "-m", "tools.new", "demo/another")
    assert done.returncode == 1 and said in done.output, done.output
    assert done.output.count("\n") < 40
    assert snapshot(book) == before
    (book / file).write_text(sound_text, "utf8")
    assert new.main("demo/another", book).is_file()


def test_a_second_chapter_of_a_part_stands_after_the_first(book):
    new.main("demo/another", book)
    new.main("third/one", book)
    files = re.findall(r"file: book/(\S+)", (book / "_toc.yml").read_text("utf8"))
    start = files.index(CHAPTER)
    assert files[start : start + 3] == [CHAPTER, "demo/another", "third/one"]
