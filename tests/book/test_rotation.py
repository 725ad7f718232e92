"""Costly checks come to every chapter, each of them, one at a commit."""

import subprocess

import pytest
import rotation


@pytest.mark.parametrize("count", [0, 1, 2, 42])
def test_every_chapter_has_its_turn(count):
    names = [f"part/chapter-{k}" for k in range(count)]
    turns = [rotation.in_turn(names, number) for number in range(count + 1)]
    assert turns == [[name] for name in names] + [names[:1]]


def test_every_check_comes_to_every_chapter(monkeypatch):
    names, checks = list("abcdef"), [1, 2, 3]
    monkeypatch.setattr(rotation, "chapters", lambda everything: names)
    met = set()
    for number in range(18):
        monkeypatch.setattr(rotation, "number_of_commit", lambda number=number: number)
        met |= {(*rotation.in_turn(names, number), *rotation.of_the_checks(checks))}
    assert len(met) == 18
    assert rotation.of_the_checks([]) == []


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
