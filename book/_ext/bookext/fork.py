"""Point every launch, edit and source link at the repository of this checkout."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

from addresses import web_address
from sphinx.application import Sphinx
from sphinx.config import Config

ROOT = Path(__file__).resolve().parents[3]
BUTTONS = ("use_repository_button", "use_edit_page_button", "use_issues_button")


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=10
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def repository(environ=os.environ) -> tuple[str, str]:
    """Return the web address and the branch of this checkout's repository.

    GitHub Actions says it in its environment; elsewhere git knows.
    """
    remote = _git("config", "--get", "remote.origin.url")
    if name := environ.get("GITHUB_REPOSITORY"):
        remote = f"{environ.get('GITHUB_SERVER_URL', 'https://github.com')}/{name}"
    branch = environ.get("GITHUB_HEAD_REF", "")
    if not branch and environ.get("GITHUB_REF_TYPE") == "branch":
        branch = environ.get("GITHUB_REF_NAME", "")
    branch = branch or _git("symbolic-ref", "--short", "-q", "HEAD") or "main"
    return web_address(remote), branch


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
    """Write repository, branch and base address into the theme's options."""
    options = config.html_theme_options
    url, branch = repository()
    if url:
        options["repository_url"] = url
        options["repository_branch"] = branch
        config.html_baseurl = config.ogp_site_url = pages_address(url)
    else:  # nowhere to launch from or to edit: no buttons
        options["repository_url"] = ""
        options["launch_buttons"] = {}
        options.update(dict.fromkeys(BUTTONS, False))
    # Pages and source links outside the theme's own buttons read these.
    config.html_context["evidence_repository"] = options["repository_url"]
    config.html_context["evidence_branch"] = branch


def setup(app: Sphinx) -> None:
    """Run before the theme reads its options."""
    app.connect("config-inited", set_links)
