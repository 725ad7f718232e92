"""Changes of several files happen together or not at all."""

import pytest

from tools import together


def snapshot(root):
    return {p: p.is_file() and p.read_bytes() for p in root.rglob("*")}


FAILURES = {"while writing": OSError, "afterwards": KeyboardInterrupt}


@pytest.mark.parametrize("where", FAILURES)
def test_a_failure_leaves_the_files_as_they_were(tmp_path, where):
    old, new, gone = (tmp_path / name for name in ("old.md", "a/b", "part/gone"))
    gone.parent.mkdir()
    for path in (old, gone):
        path.write_bytes(b"1\r\n")
    before = snapshot(tmp_path)
    files = {old: "2", gone: None, new: b"3"}
    if where == "while writing":
        files[old / "below a file"] = "4"
    with pytest.raises(FAILURES[where]), together.changed(files):
        assert old.read_text() == "2" and new.is_file() and not gone.parent.exists()
        raise KeyboardInterrupt
    assert snapshot(tmp_path) == before
