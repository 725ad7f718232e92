"""Point every launch, edit and source link at the repository of this checkout."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from urllib.parse import quote, urlsplit

from addresses import web_address
from sphinx.application import Sphinx
from sphinx.config import Config

ROOT = Path(__file__).resolve().parents[3]
# The servers to whose pages the theme makes links, and where they show a file.
SERVERS = {"github": "blob", "gitlab": "-/blob"}
BUTTONS = ("use_repository_button", "use_edit_page_button", "use_issues_button")


def _git(*arguments: str) -> str:
    command = ["git", "-C", ROOT, *arguments]
    try:
        done = subprocess.run(command, capture_output=True, encoding="utf8", timeout=9)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def repository(environ=os.environ) -> tuple[str, str]:
    """Return the web address and the branch of this checkout's repository.

    GitHub Actions says it in its environment; elsewhere git knows.
    """
    remote = _git("remote", "get-url", "origin")  # which minds url.*.insteadOf
    if name := environ.get("GITHUB_REPOSITORY"):
        remote = f"{environ.get('GITHUB_SERVER_URL', 'https://github.com')}/{name}"
    branch = environ.get("GITHUB_HEAD_REF", "")
    if not branch and environ.get("GITHUB_REF_TYPE") == "branch":
        branch = environ.get("GITHUB_REF_NAME", "")
    for head in ("HEAD", "refs/remotes/origin/HEAD"):
        if not branch:  # a detached HEAD is on no branch; origin's is on its default
            name = _git("symbolic-ref", "-q", head)
            branch = re.sub("^refs/(heads|remotes/origin)/", "", name)
    return web_address(remote), branch or "main"


def pages_address(url: str) -> str:
    """Return where GitHub Pages publishes a repository, or ``""`` if it is not there.

    >>> pages_address("https://github.com/Ada/book")
    'https://ada.github.io/book/'
    """
    match = re.fullmatch(r"https://github\.com/([^/]+)/([^/]+)", url)
    if not match:
        return ""
    owner, name = match[1].lower(), match[2]
    own_site = name.lower() == f"{owner}.github.io"
    return f"https://{owner}.github.io/" + ("" if own_site else f"{name}/")


def set_links(app: Sphinx, config: Config) -> None:
    """Write repository, branch, folder and base address into the theme's options."""
    options = config.html_theme_options
    url, branch = repository()
    host = urlsplit(url).netloc
    server = next((name for name in SERVERS if name in host), "")
    if server:
        folder = _git("rev-parse", "--show-prefix")
        config.evidence_repository = url, branch, folder
        branch, folder = quote(branch), quote(folder)
        options["repository_url"] = url
        options["repository_provider"] = server
        options["repository_branch"] = branch
        options["path_to_docs"] = folder
        config.evidence_source = f"{url}/{SERVERS[server]}/{branch}/{folder}"
        config.html_baseurl = config.ogp_site_url = pages_address(url)
    else:  # nowhere to edit: no buttons
        options["repository_url"] = ""
        options.update(dict.fromkeys(BUTTONS, False))
    if host != "github.com":  # Colab opens no other, and most links to Binder are dead
        options["launch_buttons"] = {}


def setup(app: Sphinx) -> None:
    """Run before the theme reads its options."""
    # Pages are read again when it changes: it is in the links to our own files.
    app.add_config_value("evidence_source", "", "env")
    app.add_config_value("evidence_repository", ("", "", ""), "env")
    app.connect("config-inited", set_links)
