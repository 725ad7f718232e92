"""What ``.binder/`` promises: installed by its steps, JupyterLab opens on the book.

Binder makes a container with the Python of ``runtime.txt``, runs pip on
``requirements.txt`` and then ``postBuild``. Here the same two steps run, from the files
themselves, in a virtual environment of their own. Simulated is only what pip would
download: the packages of the test environment (all but this book's own, and those that
build and test the site) are linked into the new one, so that pip finds every
requirement satisfied, and no index is asked. Hence neither the CPU build of torch from
its own index nor the Python of ``runtime.txt`` is proven; and JupyterLab is started as
such, without Binder's proxy in front of it.
"""

import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from bookext import hub
from copies import CHAPTER, copy_with_chapter
from nbformat.sign import NotebookNotary
from nbformat.v4 import new_code_cell, new_notebook

from tools import browser, check_python, notebooks
from tools.notebooks import ROOT

ABSENT = "sphinx jupyter_book pytest _pytest nbval ruff hypothesis mini_racer py_mini"
EXECUTE = """
import sys
import nbclient, nbformat
notebook = nbformat.read(sys.argv[1], as_version=4)
nbclient.NotebookClient(notebook, timeout=120).execute()
nbformat.write(notebook, sys.argv[2])
"""


def packages_to(environment: Path) -> None:
    """Link what pip would install into an environment, without this book's package."""
    left_out = (*ABSENT.split(), "evidence", "deep_learning_in_evidence")
    (source,) = Path(sys.prefix).glob("lib/python*/site-packages")
    (target,) = environment.glob("lib/python*/site-packages")
    for entry in source.iterdir():
        if entry.suffix != ".pth" and not entry.name.lower().startswith(left_out):
            (target / entry.name).symlink_to(entry)
    links = ["etc/jupyter/jupyter_server_config.d", "share/jupyter/kernels"]
    links += [f"share/jupyter/lab/{name}" for name in ("schemas", "static", "themes")]
    extensions = Path(sys.prefix).glob("share/jupyter/labextensions/*")
    links += [path.relative_to(sys.prefix) for path in extensions]
    for name in links:
        if "deep-learning" not in str(name):
            link = environment / name
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(Path(sys.prefix) / name)


class Binder:
    """A repository and an environment in which Binder's steps have been run."""

    def __init__(self, folder: Path):
        self.root = copy_with_chapter(folder / "repository")
        for name in ("README.md", "LICENSE"):
            shutil.copy(ROOT / name, self.root / name)
        shutil.copytree(ROOT / ".binder", self.root / ".binder")
        self.prefix = folder / "environment"
        self.elsewhere = folder / "elsewhere"
        self.elsewhere.mkdir()
        self.variables = {
            key: value
            for key, value in os.environ.items()
            if not key.startswith(("PYTEST_", "PYTHON", "PIP_", "JUPYTER"))
        } | {
            "PATH": f"{self.prefix / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(folder),
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_NO_INDEX": "1",
            "PIP_NO_BUILD_ISOLATION": "0",  # pip reads this one the other way round
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        command = [sys.executable, "-m", "venv", "--without-pip", str(self.prefix)]
        subprocess.run(command, check=True)
        packages_to(self.prefix)
        self.python = str(self.prefix / "bin" / "python")

    def run(self, *command, cwd: Path | None = None):
        done = subprocess.run(
            command,
            cwd=cwd or self.root,
            env=self.variables,
            capture_output=True,
            text=True,
            timeout=120,
        )
        done.output = done.stdout + done.stderr
        return done


@pytest.fixture(scope="module")
def binder(tmp_path_factory):
    made = Binder(tmp_path_factory.mktemp("binder"))
    before = made.run(made.python, "-c", "import evidence", cwd=made.elsewhere)
    assert "No module named 'evidence'" in before.output
    requirements = str(made.root / ".binder" / "requirements.txt")
    pip = (made.python, "-m", "pip", "install", "-r", requirements)
    made.requirements = made.run(*pip)
    made.post_build = made.run(str(made.root / ".binder" / "postBuild"))
    return made


def test_the_python_is_one_the_book_supports():
    text = (ROOT / ".binder" / "runtime.txt").read_text("utf8")
    version = tuple(
        int(x) for x in re.fullmatch(r"python-(\d+)\.(\d+)\n", text).groups()
    )
    assert check_python.OLDEST <= version <= check_python.NEWEST


def test_torch_comes_without_cuda_and_only_on_binder():
    index = "--extra-index-url https://download.pytorch.org/whl/cpu"
    assert index in (ROOT / ".binder" / "requirements.txt").read_text("utf8")
    for name in ("requirements.txt", "book/requirements.txt"):
        assert "index" not in (ROOT / name).read_text("utf8")


def test_its_requirements_agree_with_the_constraints(binder):
    assert binder.requirements.returncode == 0, binder.requirements.output
    satisfied = binder.requirements.stdout.lower()
    for name in ("jupyterlab", "torch", "jupyterlab-myst"):
        assert f"requirement already satisfied: {name}" in satisfied
    for name in ABSENT.split():
        assert f"requirement already satisfied: {name}" not in satisfied


def test_a_notebook_uses_the_package_of_its_clone_else_that_of_the_image(binder):
    assert binder.post_build.returncode == 0, binder.post_build.output
    where = "import evidence; print(evidence.claims.book_folder(), end='')"
    (package,) = binder.prefix.glob("lib/python*/site-packages/evidence")
    asking = binder.elsewhere / "asking.ipynb"
    notebooks.write(asking, new_notebook(cells=[new_code_cell(where, id="where")]))
    folders = {binder.root / "book" / "demo": binder.root, binder.elsewhere: package}
    for folder, source in folders.items():
        told = binder.elsewhere / "told.ipynb"
        command = [binder.python, "-c", EXECUTE, str(asking), str(told)]
        done = binder.run(*command, cwd=folder)
        assert done.returncode == 0, done.output
        assert texts(told) == [str(source / "book")]


def test_on_a_hub_chapters_are_signed_in_one_s_own_home_and_one_begins_there(binder):
    home = binder.elsewhere / "home"
    home.mkdir()
    on_hub = {"HOME": str(home), "JUPYTERHUB_USER": "ada"}
    on_hub |= {"REPO_DIR": str(binder.root)}
    start = str(binder.root / ".binder" / "start")
    for more, begun in ((on_hub, home), ({}, binder.root)):
        done = subprocess.run(
            [start, "pwd"],
            cwd=binder.root,
            env=binder.variables | more,
            capture_output=True,
            text=True,
            timeout=60,
        )  # which waits for what runs beside, too
        assert done.stdout.split() == [str(begun)], done.stderr
    chapter = notebooks.read(notebooks.find(CHAPTER, binder.root))
    notary = NotebookNotary(data_dir=str(home / ".local" / "share" / "jupyter"))
    assert notary.check_signature(chapter)


def test_a_chapter_runs_from_another_folder(binder):
    stored = notebooks.find(CHAPTER, binder.root)
    new = binder.elsewhere / "new.ipynb"
    done = binder.run(
        binder.python, "-c", EXECUTE, str(stored), str(new), cwd=binder.elsewhere
    )
    assert done.returncode == 0, done.output
    assert texts(new) == texts(stored)
    assert any("✓ holds" in text for text in texts(new))


def texts(path: Path) -> list[str]:
    outputs = [
        output
        for _, cell in notebooks.code_cells(notebooks.read(path))
        for output in cell.outputs
    ]
    return [o.get("text") or o["data"].get("text/plain", "") for o in outputs]


def test_make_lab_tells_jupyterlab_the_same_and_leaves_one_s_home_alone():
    command = ["make", "--always-make", "--dry-run", "lab", "OPTIONS=--port=1"]
    alone = {k: v for k, v in os.environ.items() if not k.startswith("MAKE")}
    done = subprocess.run(command, cwd=ROOT, env=alone, capture_output=True, text=True)
    *_, settings, stamp, trust, ledger, start = done.stdout.splitlines()
    assert "-r .binder/lab.txt" in done.stdout and stamp == "touch .venv/lab"
    assert settings.endswith(" .binder/settings") and trust.endswith("tools.trust")
    assert ledger.endswith("tools.lab_ledger")
    assert start.endswith("python -m jupyterlab --port=1")
    for line in (settings, start):
        assert "JUPYTERLAB_WORKSPACES_DIR=.venv/" in line
        assert 'PATH="$PWD/.venv/bin:$PATH"' in line


@pytest.fixture
def lab(binder):
    """A running JupyterLab; its address."""
    log = (binder.elsewhere / "lab.txt").open("w+")
    command = [binder.python, "-m", "jupyterlab", "--no-browser", "--port=0"]
    command += ["--allow-root", "--ServerApp.token=", "--ServerApp.password="]
    process = subprocess.Popen(
        command, cwd=binder.root, env=binder.variables, stdout=log, stderr=log
    )
    try:
        for _ in range(300):
            log.seek(0)
            found = re.search(r"(http://(?:localhost|127\.0\.0\.1):\d+/)", log.read())
            if found and answers(found[1]):
                break
            time.sleep(0.1)
        else:
            log.seek(0)
            raise AssertionError(log.read())
        yield found[1]
    finally:
        process.terminate()
        process.wait(20)


def answers(address: str) -> bool:
    try:
        return urllib.request.urlopen(address + "api", timeout=5).status == 200
    except OSError:
        return False


def heading(page: str) -> str:
    text = (ROOT / "book" / page).read_text("utf8")
    return re.search("^# (.+)$", text, re.MULTILINE)[1]


@pytest.fixture
def page(lab):
    """A browser's page, tall enough that JupyterLab draws every cell of a chapter."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=browser.find(), args=browser.FLAGS
        )
        yield chromium.new_page(viewport={"width": 1200, "height": 7000})
        chromium.close()


def test_jupyterlab_opens_pages_as_pages_and_first_the_first_one(binder, lab, page):
    assert binder.post_build.returncode == 0, binder.post_build.output
    page.goto(lab + "lab")
    shown = page.locator(".jp-MarkdownViewer").last
    shown.get_by_role("heading", name=heading("index.md")).wait_for()
    shown.get_by_text("Look up a symptom").wait_for()
    first = shown.inner_text()
    assert ":::" not in first and "%%" not in first and "grid-item" not in first
    shown.get_by_role("link", name="how this book works").click()
    shown = page.locator(".jp-MarkdownViewer").last
    shown.get_by_role("heading", name=heading("how-it-works.md")).wait_for()
    cited = shown.get_by_text("Wilson, 1927")
    cited.wait_for()
    assert cited.locator("svg").is_hidden(), "the sign that warns"
    assert cited.get_attribute("title").startswith("Probable inference")
    shown.get_by_role("link", name="ledger").click()
    shown = page.locator(".jp-MarkdownViewer").last
    shown.get_by_text("✓ holds").first.wait_for()
    assert "estimates are in the chapters" in shown.inner_text()
    shown.get_by_role("listitem").first.wait_for()
    shown.locator(".evidence-claims").get_by_role("link").click()
    page.locator(".jp-Notebook .evidence-explore").first.wait_for()


def test_a_link_of_a_hub_brings_a_clone_and_opens_a_chapter_of_it(binder, lab, page):
    origin = binder.elsewhere / "our-notes"
    shutil.copytree(binder.root / "book", origin / "book")
    who = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    for command in (
        ["init", "--quiet", "--initial-branch=main"],
        ["add", "--all"],
        [*who, "commit", "--quiet", "--message=All"],
    ):
        subprocess.run(["git", *command], cwd=origin, check=True)
    link = hub.pull(f"book/{CHAPTER}.ipynb", (origin.as_uri(), "main", ""))
    page.goto(lab + link.removeprefix("/hub/user-redirect/"))
    page.wait_for_url(f"**/lab/tree/our-notes/book/{CHAPTER}.ipynb")
    notebook = page.locator(".jp-Notebook:visible")
    notebook.locator(".evidence-explore input").wait_for()  # signed: it is the same
    notebook.get_by_text("Wilson (1927)").wait_for()
    assert (binder.root / "our-notes" / "book" / f"{CHAPTER}.ipynb").is_file()


def test_a_chapter_opens_whole_is_changed_run_and_saved(binder, lab, page):
    before = notebooks.find(CHAPTER, binder.root)
    path = Path(shutil.copy(before, before.with_name("mine.ipynb")))
    page.goto(f"{lab}lab/tree/book/demo/mine.ipynb?reset")  # no other tab
    notebook = page.locator(".jp-Notebook:visible")
    slider = notebook.locator(".evidence-explore input")  # there before anything is run
    slider.wait_for()
    assert notebook.locator(".jp-RenderedSVG").count(), "figures are there, too"
    notebook.get_by_text("Wilson (1927)").wait_for()
    assert notebook.get_by_text("# A solution").count() == 3
    assert not notebook.get_by_text("np.sqrt(25)").count()

    cells = notebook.locator(".jp-Cell").count()
    slider.focus()
    for key in ("b", "x", "ArrowRight"):  # below, cut, and what the slider is for
        slider.press(key)
    assert slider.input_value() == "1"
    assert notebook.locator(".jp-Cell").count() == cells

    notebook.locator(".cm-content", has_text="np.mean([1, 2, 6])").click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text("np.mean([1, 2, 9])")
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()
    notebook.get_by_text("4.0", exact=True).wait_for(timeout=60_000)
    last = len(list(notebooks.code_cells(notebooks.read(path))))
    notebook.get_by_text(f"[{last}]:").first.wait_for(timeout=60_000)
    page.keyboard.press("Control+S")
    page.locator(".jp-mod-dirty").first.wait_for(state="detached")
    saved = notebooks.read(path)
    assert notebooks.damage(saved) == []
    assert "4.0" in texts(path)
    assert (
        notebooks.models_of(saved).keys()
        != notebooks.models_of(notebooks.read(before)).keys()
    ), "the widgets are those of this run"
