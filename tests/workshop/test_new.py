"""A chapter that is started from the template."""

import re

import copies
import pytest
from copies import CHAPTER, SLUG, chapter_of

from tools import new, notebooks


def test_a_new_chapter_is_in_the_contents_run_and_fresh(sound):
    contents = (sound / "_toc.yml").read_text("utf8")
    assert re.search(
        rf"caption: Demo\n    chapters:\n      - file: book/{CHAPTER}\n", contents
    )
    assert contents.index("Demo") < contents.index("caption: Reference")
    assert notebooks.chapters(sound) == [chapter_of(sound)]
    assert notebooks.problems(chapter_of(sound)) == []
    assert notebooks.is_fresh(chapter_of(sound), sound)
    assert "@" not in re.sub(r"evidence @ git\+|@media|@\w+/", "", chapter_text(sound))


def chapter_text(root):
    cells = notebooks.read(chapter_of(root)).cells
    return "\n".join(cell.source for cell in cells)


def test_a_new_chapter_s_code_is_in_ruff_s_form(sound):
    files = [chapter_of(sound), sound / "src/evidence/exercises/hello_chapter.py"]
    for arguments in (["check"], ["format", "--check"]):
        done = copies.python(sound, "-m", "ruff", *arguments, *map(str, files))
        assert done.returncode == 0, done.output


@pytest.mark.parametrize(
    "name", ["hello", "Demo/Hello", "demo/hello_chapter", "demo/a/b", "demo/-a", "../a"]
)
def test_a_name_of_another_form_is_refused(tmp_path, name):
    with pytest.raises(SystemExit, match="a chapter is named part/slug"):
        new.main(name, tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_chapter_or_slug_that_exists_is_refused(book):
    before = (book / "book" / "claims.yml").read_text("utf8")
    with pytest.raises(SystemExit, match=f"book/{CHAPTER}.ipynb is there already"):
        new.main(CHAPTER, book)
    with pytest.raises(SystemExit, match=f"book/{CHAPTER}.ipynb has that slug"):
        new.main(f"other/{SLUG}", book)
    assert (book / "book" / "claims.yml").read_text("utf8") == before


def test_a_second_chapter_of_a_part_stands_after_the_first(book):
    new.main("demo/another", book)
    new.main("third/one", book)
    files = re.findall(r"file: book/(\S+)", (book / "_toc.yml").read_text("utf8"))
    start = files.index(CHAPTER)
    assert files[start : start + 3] == [CHAPTER, "demo/another", "third/one"]
