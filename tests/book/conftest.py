"""A browser and the built site for the tests that visit it."""

import pytest

from tools import browser
from tools.server import serve
from tools.site import HTML


@pytest.fixture(scope="module")
def chromium():
    """Yield a browser for all tests of a file."""
    from playwright.sync_api import sync_playwright  # which make check does without

    path = browser.find()
    assert path, browser.ADVICE
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=browser.FLAGS)
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def site():
    """Yield the address of the built site, served from this machine."""
    assert (HTML / "index.html").is_file(), "build the site first: make book"
    with serve(HTML) as address:
        yield address
