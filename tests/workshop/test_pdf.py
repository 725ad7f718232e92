"""The book on paper: numbered pages, contents that lead there, no solutions."""

import re
import shutil
from unicodedata import normalize

import copies
import pytest
from copies import CHAPTER
from pypdf import PdfReader

from tools import notebooks, pdf

CONTENTS = f"""format: jb-book
root: book/index
defaults: {{numbered: 1}}
parts:
  - caption: One & more
    chapters:
      - file: book/{CHAPTER}
  - caption: Reference
    numbered: false
    chapters:
      - file: book/glossary
      - file: book/ledger
      - file: book/references
      - file: book/review
"""
GLOSSARY = """# Glossary

A page.

## Words

```{glossary}
mean
  A sum, divided.
```

See [the chapter](demo/hello-chapter.ipynb) and {eq}`hello-chapter-variance`.
"""
INDEX = "# Index\n\nOf {term}`mean`.\n\n```{review}\n```\n\n```{progress}\n```\n"
PUBLISHED = "https://example.org/notes/"
HEAD = f'<link rel="canonical" href="{PUBLISHED}book/index.html">'
SECTION = "2. Let the reader turn the knob"


@pytest.fixture(scope="module")
def built(sound, tmp_path_factory):
    """Return a copy with a small book around the chapter, built."""
    root = tmp_path_factory.mktemp("pdf") / "copy"
    shutil.copytree(sound, root)
    vendor = notebooks.ROOT / "book" / "_static" / "vendor"
    shutil.copytree(vendor, root / "book" / "_static" / "vendor")
    (root / "_toc.yml").write_text(CONTENTS, "utf8")
    (root / "book" / "index.md").write_text(INDEX, "utf8")
    (root / "book" / "glossary.md").write_text(GLOSSARY, "utf8")
    done = copies.python(root, "-m", "tools.site")
    assert done.returncode == 0, done.output
    return root


@pytest.fixture(scope="module")
def files(built):
    """Return the whole book and its chapter, printed."""
    book, chapter = pdf.main(root=built)
    assert book == built / "_build" / "deep-learning-in-evidence.pdf"
    assert chapter == built / "_build" / "pdf" / f"{CHAPTER}.pdf"
    return PdfReader(book), PdfReader(chapter)


def texts(reader):
    """Return the text of each page, ligatures taken apart."""
    return [normalize("NFKC", page.extract_text()) for page in reader.pages]


def bookmarks(reader, items=None):
    """Yield title and page of all bookmarks, at any depth."""
    for item in reader.outline if items is None else items:
        if isinstance(item, list):
            yield from bookmarks(reader, item)
        else:
            yield item.title, reader.get_destination_page_number(item)


def links(reader, number):
    """Return the pages and addresses that the links of a page lead to."""
    found = []
    for each in reader.pages[number].get("/Annots", ()):
        link = each.get_object()
        if "/A" in link:
            found.append(link["/A"]["/URI"])
        elif isinstance(link["/Dest"], str):
            place = reader.named_destinations[link["/Dest"]]
            found.append(reader.get_destination_page_number(place))
        else:
            found.append(reader.get_page_number(link["/Dest"][0].get_object()))
    return found


def figures(node):
    """Yield the alternative texts of a file, for whoever cannot see it."""
    node = node.get_object()
    if isinstance(node, list):
        for each in node:
            yield from figures(each)
    elif isinstance(node, dict):
        if node.get("/S") == "/Figure":
            yield node.get("/Alt", "")
        yield from figures(node["/K"]) if "/K" in node else ()


def test_every_page_has_its_number_and_says_what_it_is_of(files):
    book, chapter = files
    first = book.page_labels.index("1")
    assert first == 2  # after the title and the contents
    assert book.page_labels[:2] == ["i", "ii"]
    number = texts(book)
    for page, label in enumerate(book.page_labels[2:], first):
        assert re.search(rf"^{label}$", number[page], re.MULTILINE), label
    start = dict(bookmarks(book))["1. Hello chapter"]
    assert chapter.page_labels == book.page_labels[start : start + len(chapter.pages)]
    assert texts(chapter) == number[start : start + len(chapter.pages)]
    assert "1. Hello chapter" in texts(chapter)[1].splitlines()[0]
    assert all(len(text.split()) > 30 for text in number[start : start + 4])


def test_contents_and_bookmarks_lead_to_the_pages(files):
    book, chapter = files
    text, marks = texts(book), dict(bookmarks(book))
    listed = re.findall(r"^(.+?) ?(\d+)$", text[1], re.MULTILINE)
    titles = ["Index", "1. Hello chapter", "Glossary"]
    assert [title for title, _ in listed][:3] == titles and "Review" not in text[1]
    places = [book.page_labels.index(number) for _, number in listed]
    assert links(book, 1) == places == [marks[title] for title, _ in listed]
    for place, (title, _) in zip(places, listed, strict=True):
        assert title.partition(". ")[2] or title in text[place]
    assert marks["One & more"] == marks["1. Hello chapter"]
    assert SECTION in text[marks[SECTION]]
    own = dict(bookmarks(chapter))
    assert own[SECTION] == marks[SECTION] - marks["1. Hello chapter"]
    (number,) = re.findall(rf"^{re.escape(SECTION)} ?(\d+)$", texts(chapter)[0], re.M)
    assert chapter.page_labels[own[SECTION]] == number
    assert own[SECTION] in links(chapter, 0)


def test_links_between_pages_lead_within_the_book(files):
    book, chapter = files
    marks = dict(bookmarks(book))
    assert links(book, marks["Index"]) == [marks["Words"]]
    lead = links(book, marks["Glossary"])
    assert marks["1. Hello chapter"] in lead and len({*lead}) > 1
    every = [x for n in range(len(chapter.pages)) for x in links(chapter, n)]
    assert not [x for x in every if "invalid" in str(x)]  # the site is nowhere


def test_figures_and_tasks_are_there_and_no_solution(files):
    _, chapter = files
    text = "\n".join(texts(chapter))
    alts = [*figures(chapter.trailer["/Root"]["/StructTreeRoot"])]
    assert len([alt for alt in alts if alt]) == 2, alts
    assert "Fig. 1.1" in text and "Fig. 1.2" in text
    assert "Your answer, a number" in text and "0 to 1" in text
    assert text.count("exercises.check(") == 3
    hidden = ["np.sqrt(25)", "right.", "What one finds", "A solution", "Check"]
    hidden += ["figures.show", "The code of", "How this is"]
    assert not [words for words in hidden if words in text]


def test_a_chapter_alone_with_its_code_links_the_published_site(built, tmp_path):
    root = tmp_path / "copy"
    shutil.copytree(built, root)
    copies.edit(root, "_build/html/book/index.html", "<head>", f"<head>{HEAD}")
    (path,) = pdf.main(CHAPTER, "open", root)
    chapter = PdfReader(path)
    text = "\n".join(texts(chapter))
    assert chapter.page_labels[0] == "1" and "figures.show" in text
    assert "np.sqrt(25)" not in text  # a solution
    every = [x for n in range(len(chapter.pages)) for x in links(chapter, n)]
    assert [x for x in every if f"{PUBLISHED}book/references.html#" in str(x)]


def test_what_cannot_be_printed_is_said(built, tmp_path):
    root = tmp_path / "copy"
    shutil.copytree(built, root)
    with pytest.raises(SystemExit, match="no chapter 'demo/none'"):
        pdf.main("demo/none", root=root)
    for page in (root / "_build" / "html" / "book").glob("*.html"):
        page.write_text(page.read_text("utf8").replace("demo/hello", "demo/away"))
    with pytest.raises(SystemExit, match=f"{CHAPTER} is not on the site"):
        pdf.main(CHAPTER, root=root)
    shutil.rmtree(root / "_build")
    with pytest.raises(SystemExit, match="make book"):
        pdf.main(root=root)
