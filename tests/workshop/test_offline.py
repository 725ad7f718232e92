"""The archive of the site carries the book's title."""

import pytest

from tools import offline


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ("title: >-\n  Deep Learning\n  in Evidence\n", "deep-learning-in-evidence"),
        ('title: "你好: 课程"  # a comment\n', "你好-课程"),
        ("title: 2026\n", "2026"),
        ("author: nobody\n", "book"),
        ("title:\n", "book"),
        ("title: ../..\n", "book"),
    ],
)
def test_the_archive_is_named_after_the_title(tmp_path, settings, name):
    (tmp_path / "_config.yml").write_text(settings, "utf8")
    assert offline.name_of_book(tmp_path) == name
