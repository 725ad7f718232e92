"""What many test files share: draws, copies of the book, and who runs what when."""

import shutil

import copies
import pytest
import rotation
from hypothesis import settings
from xdist.scheduler import LoadFileScheduling

# The same examples every time, and no deadline.
settings.register_profile("book", deadline=None, derandomize=True, database=None)
settings.load_profile("book")

# What stays together and is long comes first, what can be dealt out evenly last.
ORDER = (
    *("book", "tests/book/test_run_again", "tests/book/test_determinism"),
    *("tests/workshop", "tests/evidence"),
)


class ByFile(LoadFileScheduling):
    """Give a file to one worker; of those about chapters, one chapter or page."""

    def _split_scope(self, nodeid: str) -> str:
        file, _, test = nodeid.partition("::")
        return file + test.partition("[")[2] * file.startswith("tests/book/")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    return ByFile(config, log)


def pytest_addoption(parser):
    text = "run the costly checks alone, all on every chapter, not one on this commit's"
    parser.addoption("--machines", action="store_true", help=text)


def pytest_generate_tests(metafunc):
    if rotation.FIXTURE in metafunc.fixturenames:
        everything = metafunc.config.getoption("machines")
        metafunc.parametrize(rotation.FIXTURE, rotation.chapters(everything))


def pytest_collection_modifyitems(config, items):
    items.sort(key=lambda item: [not item.nodeid.startswith(x) for x in ORDER])
    costly = [x for x in items if rotation.FIXTURE in getattr(x, "fixturenames", ())]
    if config.getoption("machines"):
        items[:] = costly
    else:
        waiting = {*costly}.difference(rotation.of_the_checks(costly))
        items[:] = [item for item in items if item not in waiting]


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
