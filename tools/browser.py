"""Find a Chromium for tests and for paper, or get one: ``python -m tools.browser``."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
)
ADVICE = (
    "The browser tests and make pdf need Chromium or Chrome, and none could be "
    "installed. Install one with your system's package manager (Debian and Ubuntu: "
    "apt-get install chromium; macOS: brew install --cask google-chrome), or set "
    "BOOK_BROWSER to its path."
)
# No sandbox inside a container; no calls home that a closed network would refuse.
FLAGS = ["--disable-gpu", "--disable-background-networking", "--disable-sync"]
FLAGS += ["--disable-component-update", "--no-first-run", "--disable-quic"]
if hasattr(os, "geteuid") and os.geteuid() == 0:
    FLAGS.append("--no-sandbox")


def find() -> str | None:
    """Return the path of an installed Chromium or Chrome, or of Playwright's."""
    candidates = [os.environ.get("BOOK_BROWSER", "")]
    candidates += [shutil.which(name) or "" for name in NAMES]
    candidates += PLACES
    for path in candidates:
        if path and Path(path).is_file():
            return path
    path = _playwright_path()
    return path if path and Path(path).is_file() else None


def _playwright_path() -> str:
    """Return where Playwright would put its Chromium, or nothing without Playwright."""
    try:
        from playwright.sync_api import sync_playwright
    except ModuleNotFoundError:
        return ""
    with sync_playwright() as playwright:
        return playwright.chromium.executable_path


def install() -> str | None:
    """Try Playwright's Chromium, then the system's packages; return the path found."""
    attempts = [[sys.executable, "-m", "playwright", "install", "chromium"]]
    if shutil.which("apt-get"):
        as_root = [] if os.geteuid() == 0 else ["sudo", "-n"]
        attempts.append([*as_root, "apt-get", "update", "-qq"])
        attempts.append([*as_root, "apt-get", "install", "-y", "-qq", "chromium"])
    for command in attempts:
        try:
            subprocess.run(command, capture_output=True, timeout=600, check=False)
        except (OSError, subprocess.TimeoutExpired):
            continue
        if path := find():
            return path
    return None


if __name__ == "__main__":
    path = find() or install()
    if not path:
        sys.exit(ADVICE)
    print(f"Browser: {path}")
