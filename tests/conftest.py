"""What many test files share: how property tests draw, and copies of the book."""

import shutil

import copies
import pytest
from hypothesis import settings

# The same examples every time, and no deadline.
settings.register_profile("book", deadline=None, derandomize=True, database=None)
settings.load_profile("book")


@pytest.fixture(scope="session")
def sound(tmp_path_factory):
    """Return a copy of the book with one chapter, started with the command."""
    root = copies.copy_repository(tmp_path_factory.mktemp("sound") / "book")
    done = copies.python(root, "-m", "tools.new", copies.CHAPTER)
    assert done.returncode == 0, done.output
    assert f"Started book/{copies.CHAPTER}.ipynb" in done.output
    return root


@pytest.fixture
def book(sound, tmp_path):
    """Return a copy that a test may change."""
    shutil.copytree(sound, tmp_path / "copy")
    return tmp_path / "copy"
