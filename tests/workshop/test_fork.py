"""Links follow the repository that a checkout came from, so that a fork's are right."""

import html
import os
import re
import shutil
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import copies
import pytest
from nbformat.v4 import new_markdown_cell, new_notebook

from tools import new, notebooks
from tools.notebooks import ROOT

sys.path.insert(0, str(ROOT / "book" / "_ext"))
from bookext import fork

ADDRESS = "https://github.com/Ada/notes"
PRIVATE = "https://ada@navy.example:s3cret@github.com/Ada/notes.git"
CONTENTS = """format: jb-book
root: book/index
chapters:
  - file: book/demo/tiny
  - file: book/ledger
"""
TINY = "# Tiny\n\nWritten in [`src/evidence/stats.py`](../../src/evidence/stats.py)."


OURS = "https://git.example.org"


@pytest.mark.parametrize(
    ("remote", "address"),
    {
        "https://github.com/Ada/notes.git": ADDRESS,
        "https://github.com/Ada/notes/\n": ADDRESS,
        "http://github.com:80/Ada/notes": ADDRESS,
        f"{OURS}:8443/group/sub/notes.git": f"{OURS}:8443/group/sub/notes",
        "https://host:8443/Ada/notes": "https://host:8443/Ada/notes",
        "http://host:8080/Ada/notes": "http://host:8080/Ada/notes",
        # Credentials, and what is none of a page's business
        "https://Ada:s3cret@github.com/Ada/notes.git": ADDRESS,
        "https://s3cret@github.com/Ada/notes": ADDRESS,
        PRIVATE: ADDRESS,
        "https://ada%40navy.example:s3cret@GitHub.com/Ada/notes.git": ADDRESS,
        "https://github.com/Ada/notes?token=s3cret#s3cret": ADDRESS,
        "https://ada:s3/cret@github.com/Ada/notes.git": "",
        "https://s3/cret/ada@github.com/Ada/notes.git": "",
        "https://ada:5/ecr/et?@github.com/Ada/notes.git": "",
        "https://ada:5/ecr/et#@github.com/Ada/notes.git": "",
        "https://github.com/Ada/notes;token=s3cret": "",
        "https://[s3cret@github.com/Ada/notes": "",
        # ssh
        "git@github.com:Ada/notes.git": ADDRESS,
        "github.com:/Ada/notes": ADDRESS,
        "ada@navy.example@github.com:Ada/notes": ADDRESS,
        "ssh://git@github.com:22/Ada/notes": ADDRESS,
        "ssh://git:s3cret@github.com/Ada/notes.git": ADDRESS,
        "git@git.example.org:group/sub/notes.git": f"{OURS}/group/sub/notes",
        "ssh://git@git.example.org:2222/group/notes": f"{OURS}/group/notes",
        "ssh://git@ssh.github.com:443/Ada/notes.git": ADDRESS,
        "git@altssh.gitlab.com:Ada/notes": "https://gitlab.com/Ada/notes",
        "git@ssh.example.org:Ada/notes": "https://ssh.example.org/Ada/notes",
        # Aliases of ssh
        "git@github.com-work:Ada/notes.git": ADDRESS,
        "git@github.com-ada.lovelace:Ada/notes": ADDRESS,
        "git@github.com_work:Ada/notes": ADDRESS,
        "git@git.example.org-work:Ada/notes": f"{OURS}/Ada/notes",
        "git@git.xn--p1ai:Ada/notes": "https://git.xn--p1ai/Ada/notes",
        "git@work:Ada/notes.git": "",
        "git@github-work:Ada/notes.git": "",
        # No page to link to
        "https://github.com/notes": "",
        "git://github.com/Ada/notes.git": "",
        "ext::ssh s3cret@github.com %S Ada/notes": "",
        "/srv/git/notes.git": "",
        "/srv/git@github.com:Ada/notes": "",
        "../notes": "",
        "github.com/Ada/notes": "",
        "file:///srv/git/notes.git": "",
        "C:/git/Ada/notes": "",
        r"C:\notes": "",
        "": "",
    }.items(),
)
def test_the_address_of_a_remote(remote, address):
    assert fork.web_address(remote) == address


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        pytest.param(
            {"GITHUB_REF_TYPE": "branch", "GITHUB_REF_NAME": "lecture"},
            (ADDRESS, "lecture"),
            id="a push",
        ),
        pytest.param(
            {
                "GITHUB_REF_TYPE": "branch",
                "GITHUB_REF_NAME": "7/merge",
                "GITHUB_HEAD_REF": "typo",
            },
            (ADDRESS, "typo"),
            id="a pull request",
        ),
        pytest.param(
            {
                "GITHUB_SERVER_URL": "https://git.example.org",
                "GITHUB_REF_TYPE": "branch",
                "GITHUB_REF_NAME": "main",
            },
            ("https://git.example.org/Ada/notes", "main"),
            id="another server",
        ),
        pytest.param(
            {
                "GITHUB_SERVER_URL": "https://ada:s3cret@github.com/",
                "GITHUB_REF_TYPE": "branch",
                "GITHUB_REF_NAME": "main",
            },
            (ADDRESS, "main"),
            id="credentials",
        ),
        pytest.param(
            {"GITHUB_REF_TYPE": "tag", "GITHUB_REF_NAME": "v1"},
            (ADDRESS, "what git says"),
            id="a tag",
        ),
    ],
)
def test_on_github_actions_the_environment_decides(monkeypatch, environment, expected):
    monkeypatch.setattr(fork, "_git", lambda *arguments: "what git says")
    assert fork.repository({"GITHUB_REPOSITORY": "Ada/notes"} | environment) == expected


def git(root: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=root, check=True)


ORIGIN = ("remote", "add", "origin")
SHORT = "url.https://ada:s3cret@github.com/.insteadOf"
HEAD = ("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/master")
NOBODY = ("-c", "user.name=Nobody", "-c", "user.email=nobody@example.org")
COMMIT = (*NOBODY, "commit", "--quiet", "--allow-empty", "--message", "Start")


@pytest.mark.parametrize(
    ("commands", "expected"),
    [
        pytest.param([], ("", "fix/#12"), id="no remote"),
        pytest.param([(*ORIGIN, PRIVATE)], (ADDRESS, "fix/#12"), id="a remote"),
        pytest.param(
            [(*ORIGIN, "gh:Ada/notes"), ("config", SHORT, "gh:")],
            (ADDRESS, "fix/#12"),
            id="a remote that git rewrites",
        ),
        pytest.param(
            [COMMIT, ("tag", "fix/#12")],
            ("", "fix/#12"),
            id="a tag named like the branch",
        ),
        pytest.param(
            [COMMIT, HEAD, ("checkout", "--quiet", "--detach")],
            ("", "master"),
            id="a detached HEAD",
        ),
    ],
)
def test_elsewhere_git_decides(tmp_path, monkeypatch, commands, expected):
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setattr(fork, "ROOT", tmp_path)
    git(tmp_path, "init", "--quiet", "--initial-branch", "fix/#12")
    for command in commands:
        git(tmp_path, *command)
    assert fork.repository({}) == expected


def test_without_git_there_is_no_address(monkeypatch):
    monkeypatch.setattr(fork, "_git", lambda *arguments: "")
    assert fork.repository({}) == ("", "main")


@pytest.mark.parametrize(
    ("address", "pages"),
    [
        (ADDRESS, "https://ada.github.io/notes/"),
        ("https://github.com/Ada/Ada.github.io", "https://ada.github.io/"),
        ("https://gitlab.com/ada/notes", ""),
        ("https://github.com/Ada/notes/tree/main", ""),
        ("", ""),
    ],
)
def test_where_pages_publishes(address, pages):
    assert fork.pages_address(address) == pages


# --- A site, built from a checkout --------------------------------------------------


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """A small copy of the book in a folder of a git repository without a remote."""
    repository = tmp_path_factory.mktemp("fork")
    root = repository / "our courses" / "notes"
    ignore = shutil.ignore_patterns("*.ipynb", "__pycache__")
    shutil.copytree(ROOT / "book", root / "book", ignore=ignore)
    shutil.copytree(ROOT / "src", root / "src", ignore=ignore)
    shutil.copy(ROOT / "_config.yml", root)
    set_repository(root / "_config.yml", PRIVATE)
    (root / "_toc.yml").write_text(CONTENTS, "utf8")
    (root / "book" / "index.md").write_text("# Index\n\nA page.\n", "utf8")
    (root / "book" / "demo").mkdir()
    notebook = new_notebook(cells=[new_markdown_cell(TINY, id="tiny")])
    notebooks.tidy(notebook)
    notebooks.write(root / "book" / "demo" / "tiny.ipynb", notebook)
    git(repository, "init", "--quiet", "--initial-branch", "fix/#12")
    return root


def set_repository(settings: Path, url: str) -> str:
    """Write ``repository.url`` into settings, and return what it was before."""
    text = settings.read_text("utf8")
    before = re.search(r"^  url: (\S+)$", text, re.MULTILINE)[1]
    settings.write_text(text.replace(before, url), "utf8")
    return before


def build(root: Path, remote: str, **variables: str) -> set[str]:
    """Build the site, where an earlier one may lie, and return its chapter's links.

    Only those to the repository and to what launches it, and the page's own address.
    """
    git(root, "remote", "add", "origin", remote)
    outside = {k: v for k, v in os.environ.items() if not k.startswith("GITHUB_")}
    done = subprocess.run(
        [Path(sys.executable).with_name("jupyter-book"), "build", ".", "-q"],
        cwd=root,
        env=outside | variables,
        capture_output=True,
        text=True,
    )
    git(root, "remote", "remove", "origin")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "WARNING" not in done.stderr  # which `make book` takes for an error
    page = root / "_build" / "html" / "book" / "demo" / "tiny.html"
    words = html.unescape(page.read_text("utf8"))
    assert "src/evidence/stats.py" in words
    hosts = r'[^"]*(?:mybinder\.org|colab\.research|github\.|gitlab\.)'
    links = re.findall(rf'href="(https?://{hosts}[^"]+)"', words)
    return {link for link in links if not re.search("sphinx-book-theme|pydata", link)}


def published(root: Path) -> Iterator[tuple[Path, bytes]]:
    """Yield every file of the site, objects.inv as what is packed into it."""
    for path in (root / "_build" / "html").rglob("*"):
        if path.name == "objects.inv":
            yield path, zlib.decompress(path.read_bytes().split(b"\n", 4)[-1])
        elif path.is_file():
            yield path, path.read_bytes()


def test_every_link_follows_the_origin(checkout):
    links = build(checkout, PRIVATE.replace("Ada", "Grace"))
    branch, chapter = "fix/%2312", "our%20courses/notes/book/demo/tiny.ipynb"
    test = "our%20courses/notes/src/evidence/stats.py"
    issue = next(link for link in links if "/issues/" in link)
    assert links - {issue} == {
        f"https://mybinder.org/v2/gh/Grace/notes/{branch}?urlpath=lab/tree/{chapter}",
        f"https://colab.research.google.com/github/Grace/notes/blob/{branch}/{chapter}",
        "https://github.com/Grace/notes",
        f"https://github.com/Grace/notes/edit/{branch}/{chapter}",
        f"https://github.com/Grace/notes/blob/{branch}/{test}",
        "https://grace.github.io/notes/book/demo/tiny.html",
    }
    assert issue.startswith("https://github.com/Grace/notes/issues/new?")
    for path, content in published(checkout):
        assert b"s3cret" not in content and b"navy" not in content, path


def test_on_gitlab_links_are_gitlabs(checkout):
    links = build(checkout, "git@gitlab.example.org:Mary/lectures/notes.git")
    home, branch = "https://gitlab.example.org/Mary/lectures/notes", "fix/%2312"
    folder = "our%20courses/notes"
    issue = next(link for link in links if "/issues/" in link)
    assert links - {issue} == {
        home,
        f"{home}/-/edit/{branch}/{folder}/book/demo/tiny.ipynb",
        f"{home}/-/blob/{branch}/{folder}/src/evidence/stats.py",
    }
    assert issue.startswith(f"{home}/-/issues/new?")


def test_on_actions_of_a_server_that_the_theme_does_not_know_are_no_links(checkout):
    server = "https://ada:s3cret@git.example.org"
    actions = {"GITHUB_SERVER_URL": server, "GITHUB_REPOSITORY": "Ada/notes"}
    assert build(checkout, PRIVATE, **actions) == set()
    for path, content in published(checkout):
        assert b"s3cret" not in content and b"git.example" not in content, path


# --- Colab opens a single file: its first cell says where the rest is ---------------


def test_the_colab_cells_follow_the_settings_and_stay_fresh(tmp_path):
    root = copies.copy_with_chapter(tmp_path / "copy")
    before = set_repository(root / "_config.yml", PRIVATE)
    copies.edit(root, "_config.yml", 'path_to_book: ""', "path_to_book: a/b")
    done = copies.python(root, "-m", "tools.format")
    assert done.returncode == 0, done.output
    path = notebooks.find(copies.CHAPTER, root)
    (cell,) = [
        cell
        for cell in notebooks.read(path).cells
        if "colab" in cell.metadata.get("tags", [])
    ]
    address = f"git+{ADDRESS}#subdirectory=a/b"
    assert f'"deep-learning-in-evidence @ {address}"' in cell.source
    text = path.read_text("utf8")
    assert before not in text and "s3cret" not in text and "navy" not in text
    assert notebooks.stale(path, root) is None


def test_another_package_named_evidence_is_met_in_the_colab_cell(tmp_path):
    (tmp_path / "evidence").mkdir()
    (tmp_path / "evidence" / "__init__.py").touch()
    cell = notebooks.read(new.TEMPLATE / "chapter.ipynb").cells[1].source
    (tmp_path / "cell.py").write_text(
        cell.replace("%pip", "1  # %pip", 1) + "\n", "utf8"
    )
    command = [sys.executable, "cell.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert "No module named 'evidence.exercises'" in done.stderr
    assert "# an error? Run the %pip line alone" in done.stderr


@pytest.mark.parametrize("url", ["", "../notes", "https://ada:s3/cret@github.com/a/b"])
def test_settings_without_a_web_address_are_refused_in_silence(tmp_path, url):
    (tmp_path / "_config.yml").write_text(f"repository:\n  url: {url}\n", "utf8")
    with pytest.raises(SystemExit, match=r"should be a web address") as error:
        notebooks.repository(tmp_path)
    assert "cret" not in str(error.value)
