"""The site is called built only when it is: broken pages fail, on every run."""

import re
import shutil

import copies
import pytest
import sizes
from copies import CHAPTER, SLUG, chapter_of, edit

from tools import notebooks

CONTENTS = f"""format: jb-book
root: book/index
chapters:
  - file: book/{CHAPTER}
  - file: book/one
  - file: book/two
  - file: book/ledger
  - file: book/references
"""
OF_ALL = ("routes", "map", "review", "progress")  # of a book, however small
PAGES = {
    "index": "# Index\n\nA page.\n\n"
    + "\n\n".join(f"```{{{name}}}\n```" for name in OF_ALL),
    "one": "(elsewhere)=\n# One\n\nA page.\n",
    "two": f"# Two\n\nLike {{doc}}`{CHAPTER}` and {{ref}}`elsewhere`.\n",
}
STALE = rf"{CHAPTER}: {notebooks.CHANGED}: make run CHAPTER={CHAPTER}\n"
BUILT = r"Built in \d+ s: .*index.html\n"


@pytest.fixture(scope="module")
def site(sound, tmp_path_factory):
    """Return a copy with a small book around the chapter, built."""
    root = tmp_path_factory.mktemp("site") / "copy"
    shutil.copytree(sound, root)
    vendor = notebooks.ROOT / "book" / "_static" / "vendor"
    shutil.copytree(vendor, root / "book" / "_static" / "vendor")
    (root / "_toc.yml").write_text(CONTENTS, "utf8")
    for name, text in PAGES.items():
        (root / "book" / f"{name}.md").write_text(text, "utf8")
    said = build(root)
    assert re.fullmatch(BUILT, said), said
    return root


def build(root):
    """Build the site and return what is said; a failure leaves nothing to pack."""
    done = copies.python(root, "-m", "tools.site")
    packed = copies.python(root, "-m", "tools.offline")
    assert packed.returncode == done.returncode, packed.output
    assert ("Built" in done.output) == (done.returncode == 0), done.output
    return done.output.replace("Building the site ...\n", "")


def test_the_page_says_how_long_reading_and_running_take(site):
    page = (site / "_build" / "html" / "book" / f"{CHAPTER}.html").read_text("utf8")
    minutes = sizes.of(notebooks.read(chapter_of(site)).cells)[0].minutes
    line = rf"<em>Reading: {minutes} min\. Running: about \d+ s\. Needs \("
    assert re.search(line, page)


def test_a_book_of_one_chapter_has_its_map_and_review(site):
    html = site / "_build" / "html" / "book"
    page = (html / "index.html").read_text("utf8")
    (item,) = re.findall(r'<li data-chapter="([^"]+)".*?<a href="([^"]+)"', page)
    assert item == (CHAPTER, f"{CHAPTER}.html")
    assert "evidence-route" not in page  # its chapters are not here
    assert 'class="evidence-review"' in page and 'class="evidence-keep"' in page
    for name in ("progress.js", "map.js", "review.js"):
        assert page.count(f"_static/{name}") == 1
    chapter = (html / f"{CHAPTER}.html").read_text("utf8")
    assert chapter.count(f'class="evidence-read" data-chapter="{CHAPTER}"') == 1
    assert "I have read this chapter</label>.</p>" in chapter  # there is no review.md
    assert "_static/progress.js" in chapter and "_static/map.js" not in chapter


def test_changed_code_is_named(site):
    (site / "book" / "runs.txt").write_text(f"{CHAPTER} {'0' * 16} 85\n", "utf8")
    assert re.fullmatch(STALE + BUILT, build(site))


def test_a_build_that_was_killed_is_not_continued(site, monkeypatch):
    """What it read is remembered, but not the warnings that it would have given."""
    edit(site, "book/one.md", "A page.", "A {page}`page`.")
    kill = "import os; from tools import site as s; "
    kill += "s.run_sphinx = lambda run=s.run_sphinx: (read(run), os._exit(9)); "
    read = "exec('def read(run):\\n try: run()\\n except SystemExit: pass'); "
    done = copies.python(site, "-c", read + kill + "s.build()")
    assert done.returncode == 9, done.output
    assert "Unknown interpreted text role" in build(site)
    edit(site, "book/one.md", "A {page}`page`.", "A page.")


def test_a_deleted_chapter_fails_where_it_is_linked(site):
    files = {p: p.read_bytes() for p in chapter_of(site).parent.glob(f"{SLUG}.*")}
    for path in files:
        path.unlink()
    edit(site, "_toc.yml", f"  - file: book/{CHAPTER}\n", "")
    failed = rf"The site has warnings:\n\S+two.md:3: WARNING: .*{CHAPTER}.*\n"
    assert re.fullmatch(failed, build(site))
    for path, data in files.items():
        path.write_bytes(data)
    (site / "_toc.yml").write_text(CONTENTS, "utf8")


def test_a_place_that_is_gone_fails_where_another_page_links_it(site):
    assert re.fullmatch(STALE + BUILT, build(site))
    edit(site, "book/one.md", "(elsewhere)=\n", "")
    failed = r"The site has warnings:\n\S+two.md:3: WARNING: .*elsewhere.*\n"
    assert re.fullmatch(STALE + failed, build(site))
    edit(site, "book/one.md", "# One", "(elsewhere)=\n# One")


def test_a_citation_may_move_another_in_the_list(site):
    """A page that did not change links its old place, and is written again."""
    edit(site, "book/one.md", "A page.", "A page {cite:p}`wilson1927`.")
    assert re.fullmatch(STALE + BUILT, build(site))
    edit(site, "book/two.md", "Like", "As in {cite:p}`girshick2014rcnn`, like")
    assert re.fullmatch(STALE + BUILT, build(site))
    edit(site, "book/one.md", " {cite:p}`wilson1927`", "")


def test_a_broken_link_fails_twice_with_one_line(site):
    edit(site, "book/one.md", "A page.", "A {doc}`page`.")
    failed = r"The site has warnings:\n\S+one.md:4: WARNING: unknown document: .*\n"
    for _ in range(2):
        assert re.fullmatch(STALE + failed, build(site))
