"""The Python that builds the book."""

import sys

import copies

from tools import notebooks


def test_python_is_one_of_the_three():
    done = copies.python(notebooks.ROOT, "-m", "tools.check_python")
    assert done.returncode == 0, done.output
    assert (3, 11) <= sys.version_info[:2] <= (3, 13)
