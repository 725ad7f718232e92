"""What leaves the house: the students' notebooks, the offline site, the report."""

import copy
import re
import shutil
import subprocess
import sys
import zipfile
from collections import Counter
from pathlib import Path

import copies
import pytest
from copies import CHAPTER, SLUG, edit
from nbformat.v4 import new_code_cell, new_notebook, new_output

from evidence import data
from tools import browser, notebooks, offline, student, version_report
from tools.version_report import fresh


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """A copy of the book with one chapter, built and packed."""
    root = copies.copy_with_chapter(tmp_path_factory.mktemp("publish") / "book")
    edit(root, f"book/{CHAPTER}.ipynb", '"draft"', '"finished"')
    vendor = notebooks.ROOT / "book" / "_static" / "vendor"
    shutil.copytree(vendor, root / "book" / "_static" / "vendor")
    pages = ("ledger", CHAPTER, "references")
    contents = "".join(f"- file: book/{page}\n" for page in pages)
    start = "format: jb-book\nroot: book/how-it-works\nchapters:\n"
    (root / "_toc.yml").write_text(start + contents, "utf8")
    program = Path(sys.executable).with_name("jupyter-book")
    command = [program, "build", ".", "-q"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    assert (root / "_build" / "html" / "index.html").is_file(), done.stderr
    return root


# --- make student ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def given_out(book):
    done = copies.python(book, "-m", "tools.student")
    assert done.returncode == 0, done.output
    folder = book / "_build" / "student"
    assert done.stdout == f"Chapters without solutions (1): {folder}\n"
    return folder / f"{CHAPTER}.ipynb"


def test_students_get_every_cell_but_the_solutions(book, given_out):
    original = notebooks.read(notebooks.find(CHAPTER, book)).cells
    solutions = [c for c in original if "solution" in c.metadata.get("tags", [])]
    assert len(solutions) > 0
    kept = [cell.source for cell in original if cell not in solutions]
    assert [cell.source for cell in notebooks.read(given_out).cells] == kept


def test_students_get_no_outputs(given_out):
    notebook = notebooks.read(given_out)
    cells = [cell for _, cell in notebooks.code_cells(notebook)]
    assert all(c.outputs == [] and c.execution_count is None for c in cells)
    assert notebook.metadata.keys() == {"kernelspec", "language_info"}


def test_the_students_notebook_runs_and_every_exercise_waits(book, given_out):
    (book / "book" / "handed-in.ipynb").write_bytes(given_out.read_bytes())
    run = (
        "import nbclient, nbformat;"
        "n = nbformat.read('book/handed-in.ipynb', 4);"
        "nbclient.NotebookClient(n).execute();"
        "print([o.get('data') for c in n.cells for o in c.get('outputs', [])])"
    )
    done = copies.python(book, "-c", run)
    assert done.returncode == 0, done.output
    source = given_out.read_text("utf8")
    stubs = re.findall(rf'exercises.check\(\\"({SLUG}/[^"\\]+)', source)
    said = "'text/plain': 'Exercise "
    assert done.stdout.count(said) == len(stubs) > 0
    for name in stubs:
        assert f"{said}{name}: not attempted yet" in done.stdout


def test_strip_takes_only_what_is_tagged():
    cells = [
        new_code_cell("1", metadata={"tags": ["solution", "hide-cell"]}),
        new_code_cell("2", metadata={"tags": ["hide-cell"]}, execution_count=2),
        new_code_cell("3", outputs=[new_output("stream", text="3")]),
    ]
    notebook = new_notebook(cells=copy.deepcopy(cells))
    student.strip(notebook)
    assert [cell.source for cell in notebook.cells] == ["2", "3"]
    assert notebook.cells[0].metadata == cells[1].metadata


def test_a_draft_is_not_given_out(book):
    edit(book, f"book/{CHAPTER}.ipynb", '"finished"', '"draft"')
    assert [*student.main(book).rglob("*.ipynb")] == []
    edit(book, f"book/{CHAPTER}.ipynb", '"draft"', '"finished"')
    student.main(book)


def test_what_was_given_out_before_is_replaced(book, given_out):
    old = book / "_build" / "student" / "demo" / "old.ipynb"
    old.write_bytes(given_out.read_bytes())
    student.main(book)
    assert given_out.is_file() and not old.exists()


# --- make offline ---------------------------------------------------------------------


def test_the_archive_holds_the_whole_site_once(book):
    done = copies.python(book, "-m", "tools.offline")
    archive = book / "_build" / "deep-learning-in-evidence.zip"
    size = archive.stat().st_size / 1e6
    assert done.stdout == f"{archive} ({size:.1f} MB); open index.html in it\n"
    site = book / "_build" / "html"
    files = sorted(p.relative_to(site) for p in site.rglob("*") if p.is_file())
    with zipfile.ZipFile(archive) as pack:
        assert pack.testzip() is None
        folder = "deep-learning-in-evidence"
        assert sorted(pack.namelist()) == sorted(f"{folder}/{p}" for p in files)
        assert pack.read(f"{folder}/index.html") == (site / "index.html").read_bytes()
    before = archive.read_bytes()
    assert offline.main(book).read_bytes() == before


def test_without_a_site_there_is_nothing_to_pack(tmp_path):
    with pytest.raises(SystemExit, match="make book"):
        offline.main(tmp_path)


def test_the_archive_opens_without_a_server_and_its_widgets_move(book, tmp_path):
    from playwright.sync_api import sync_playwright

    with zipfile.ZipFile(offline.main(book)) as pack:
        pack.extractall(tmp_path)
    failed, outside, errors = [], [], []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=browser.find(), args=browser.FLAGS
        )
        page = chromium.new_page()
        page.on(
            "requestfailed",  # leaving a page aborts its icon: nothing is missing then
            lambda r: r.failure != "net::ERR_ABORTED" and failed.append(r.url),
        )
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on(
            "request",
            lambda r: r.url.startswith(("http", "ws")) and outside.append(r.url),
        )
        start = tmp_path / "deep-learning-in-evidence" / "index.html"
        page.goto(start.as_uri())
        page.get_by_role("heading", name="How this book works").first.wait_for()
        page.wait_for_load_state()
        page.goto((start.parent / "book" / f"{CHAPTER}.html").as_uri())
        slider = page.locator(".evidence-explore input, .evidence-widget input").first
        slider.wait_for()
        frame = page.locator(".evidence-widget").first
        before = frame.inner_html()
        slider.press("ArrowRight")
        page.wait_for_timeout(300)
        assert frame.inner_html() != before
        page.goto((start.parent / "search.html").as_uri() + "?q=claim")
        page.locator("#search-results li a").first.wait_for()
        chromium.close()
    assert (failed, outside, errors) == ([], [], [])


# --- the weekly report ----------------------------------------------------------------


def test_versions_are_compared_by_normal_names_and_without_local_parts():
    pinned = version_report.pinned()
    assert pinned["jupyter-book"].startswith("1.") and "pyyaml" in pinned
    assert "+" not in version_report.installed()["torch"]
    before = {"a-b": "1.0", "same": "2", "gone": "1"}
    now = {"a-b": "1.1", "same": "2", "new": "1"}
    assert version_report.moved(before, now) == [("a-b", "1.0", "1.1")]


def test_failures_are_counted_for_each_notebook_and_file(tmp_path):
    root = copies.copy_with_chapter(tmp_path / "book")
    path = notebooks.find(CHAPTER, root)
    notebook = notebooks.read(path)
    toy = next(cell for cell in notebook.cells if cell.id == "toy")
    toy.outputs[0].data["text/plain"] = "4"
    notebooks.write(path, notebook)
    (root / "tests" / "test_wrong.py").write_text("def test_it():\n    assert 0\n")
    report = root / "report.xml"
    done = copies.pytest_in(
        root, "--nbval", str(path), "tests/test_wrong.py", f"--junitxml={report}"
    )
    assert "2 failed" in done.output
    found = version_report.failures(report)
    assert sorted(found.values()) == [1, 1]
    assert any(SLUG in where for where in found), found
    assert any("test_wrong" in where for where in found), found


def test_the_report_says_what_moved_and_what_fails():
    text = version_report.summary([("numpy", "2.4.6", "2.5.0")], Counter({"ransac": 3}))
    assert "| numpy | 2.4.6 | 2.5.0 |" in text and "| ransac | 3 |" in text
    assert "Nothing." in version_report.summary([], Counter())
    assert "did not start" in version_report.summary([], None)


def test_the_report_says_which_claims_fresh_numbers_judge_otherwise(tmp_path):
    for name, states in {"before": "holds:++", "now": "open:+?"}.items():
        (tmp_path / name).mkdir()
        found = {"stays": "fails:-", "turns": states, f"only-{name}": "fails:-"}
        results = {k: [fresh.Result("0" * 16, (v,))] for k, v in found.items()}
        fresh.write(results, tmp_path / name)
    rows = version_report.judged_otherwise(tmp_path / "before", tmp_path / "now")
    assert rows == [("turns", "holds:++", "open:+?")]
    assert "| turns | holds:++ | open:+? |" in version_report.summary([], None, rows)
    assert "random" not in version_report.summary([], None)


# --- what others made -----------------------------------------------------------------


def test_every_photograph_and_every_vendored_asset_is_credited():
    credits = (notebooks.ROOT / "THIRD-PARTY.md").read_text("utf8")
    for name, credit in data.PHOTOGRAPHS.items():
        (row,) = re.findall(rf"^\| [\w, ]*\b{name}\b.*$", credits, re.MULTILINE)
        assert row.endswith(f"| {credit.split('; ')[-1]} |"), name
    for folder in (notebooks.ROOT / "book" / "_static" / "vendor").iterdir():
        assert (folder / "LICENSE").is_file()
        assert f"`book/_static/vendor/{folder.name}/`" in credits
    style = notebooks.ROOT / "book/_static/vendor/katex/katex.min.css"
    version = re.search(r'content:"([\d.]+)"', style.read_text("utf8"))[1]
    assert f"KaTeX {version}" in credits
