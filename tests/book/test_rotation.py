"""Costly checks come to every chapter, a few at each commit."""

import subprocess
from itertools import chain

import pytest
import rotation


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 11, 42])
@pytest.mark.parametrize("most", rotation.AT_ONCE.values())
def test_every_chapter_has_its_turn_and_few_have_it_together(most, count):
    names = [f"part/chapter-{k}" for k in range(count)]
    numbers = range(-(-count // most))
    rounds = [rotation.in_turn(names, most, number) for number in numbers]
    assert sorted(chain(*rounds)) == sorted(names)
    assert all(1 <= len(names) <= most for names in rounds)
    assert rotation.in_turn(names, most, len(rounds)) == (rounds or [[]])[0]


def test_the_same_files_choose_the_same_chapters_and_without_git_the_first(tmp_path):
    assert rotation.number_of_commit(tmp_path) == 0

    def git(*arguments):
        who = ["-c", "user.name=x", "-c", "user.email=x"]
        subprocess.run(["git", *who, *arguments], cwd=tmp_path, check=True)

    def commit(text):
        (tmp_path / "file").write_text(text)
        git("add", "file")
        git("commit", "-q", "-m", "change")
        return rotation.number_of_commit(tmp_path)

    git("init", "-q")
    first, second, back = commit("1"), commit("2"), commit("1")
    assert first == back != second
